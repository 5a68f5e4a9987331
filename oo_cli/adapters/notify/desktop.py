"""The notifications of this desktop, over its own session bus."""

from __future__ import annotations

from typing import Any

from oo_data.errors import SourceUnavailableError
from oo_data.text import show

SECONDS = 3.0
SHOWN_MS = 10_000
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Desktop:
    """Speaks the desktop notifications specification 1.2 to the bus at `address`."""

    def __init__(self, address: str) -> None:
        self._address = address

    def send(self, title: str, body: str) -> tuple[str, ...]:
        """Show one notification that the desktop need not keep; it reaches no host. Raises `SourceUnavailableError`."""
        import asyncio

        try:
            asyncio.run(asyncio.wait_for(self._send(show(title), show(body).translate(_MARKUP)), SECONDS))
        except ImportError:
            raise SourceUnavailableError(
                "This oO was installed without notifications.", "Run: pip install 'oo-assistant[notify]'"
            ) from None
        except Exception as error:  # noqa: BLE001 - whatever the bus, the library or the desktop raises
            raise SourceUnavailableError(
                f"The desktop took no notification ({type(error).__name__}).",
                "Is a desktop running, and its session bus at DBUS_SESSION_BUS_ADDRESS?",
            ) from None
        return ()

    async def _send(self, title: str, body: str) -> None:
        from dbus_fast import Message, MessageType, Variant
        from dbus_fast.aio import MessageBus

        bus = await MessageBus(bus_address=self._address or None).connect()
        try:
            # Transient: the desktop shows it and does not file it away.
            hints: dict[str, Any] = {"transient": Variant("b", True), "urgency": Variant("y", 1)}
            reply = await bus.call(
                Message(
                    destination="org.freedesktop.Notifications",
                    path="/org/freedesktop/Notifications",
                    interface="org.freedesktop.Notifications",
                    member="Notify",
                    signature="susssasa{sv}i",
                    body=["oO", 0, "", title, body, [], hints, SHOWN_MS],
                )
            )
            if reply.message_type is not MessageType.METHOD_RETURN:
                raise ConnectionError
        finally:
            bus.disconnect()
