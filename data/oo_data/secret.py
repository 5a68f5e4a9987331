"""A secret that cannot be printed by mistake."""

from __future__ import annotations


class Secret:
    """A token, key or password. Its value leaves only through `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        raise TypeError("a secret is never formatted")

    def __reduce__(self) -> str:
        raise TypeError("a secret is never stored unsealed")

    def reveal(self) -> str:
        """The value, for the one call that needs it."""
        return self._value
