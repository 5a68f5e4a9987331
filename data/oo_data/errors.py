"""The one tree of errors a person can meet, each with a next step and a published exit code."""

from __future__ import annotations


class OoError(Exception):
    """A failure that is told in one line.

    `message` says what happened, `hint` the next step. `exit_code` is part of the command line's contract.
    Neither may hold a secret or text that came from outside.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def line(self) -> str:
        """Both parts on one line, as the terminal shows them."""
        return f"{self.message} {self.hint}".rstrip()


class BadUsageError(OoError):
    """The command was called with words it cannot take."""

    exit_code = 2


class ConnectionNeededError(OoError):
    """A source is not connected, or its login has ended."""

    exit_code = 3


class ConsentMissingError(OoError):
    """The person has not allowed this flow of data."""

    exit_code = 4


class SourceUnavailableError(OoError):
    """A source could not be read just now; trying later may help."""

    exit_code = 5


class ModelUnavailableError(OoError):
    """A language model was asked for by name and did not answer."""

    exit_code = 6


class DataLockedError(OoError):
    """The key to the sealed data cannot be had, or another process holds the store."""

    exit_code = 7


class DataDamagedError(OoError):
    """The database is not one that can be trusted."""

    exit_code = 7


class DataNewerError(OoError):
    """The database was written by a newer oO."""

    exit_code = 7


class CannotWriteError(OoError):
    """The disk is full or read-only; nothing was changed."""

    exit_code = 8
