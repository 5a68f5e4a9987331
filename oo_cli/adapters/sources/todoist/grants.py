"""What Todoist's authorization server answers: an app, a grant, or a refusal in the person's words; pure."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from oo_cli.adapters.replies import Reply
from oo_data.errors import ConnectionNeededError, OoError, SourceUnavailableError
from oo_data.secret import Secret

LONGEST_LIFE = 315_360_000  # seconds; what Todoist says of tokens that do not end

_AGAIN = "Connect again: oo connect todoist"
_LATER = "Try again later."
_UPDATE = "An update of oO is needed."


class LoginEndedError(ConnectionNeededError):
    """The tokens are dead; `app_gone` where Todoist no longer knows the registered app either."""

    def __init__(self, message: str = "Todoist ended the login.", *, app_gone: bool = False) -> None:
        super().__init__(message, _AGAIN)
        self.app_gone = app_gone


class App(NamedTuple):
    """oO as registered for this installation; its secret was made for it and is in no source."""

    id: str
    secret: Secret | None


class Grant(NamedTuple):
    """What the token endpoint gave. `expires_in` is None where it was not told, `refresh` where there was none."""

    access: Secret
    refresh: Secret | None
    expires_in: int | None
    scope: str


def _fields(reply: Reply) -> dict[str, object]:
    """The answer's JSON object, or an empty one; the parser's own errors would carry the whole text."""
    try:
        parsed = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _secret(value: object) -> Secret | None:
    """A token or secret as one may look, else None."""
    return Secret(value) if isinstance(value, str) and re.fullmatch("[!-~]{1,4096}", value) else None


def to_app(reply: Reply) -> App | None:
    """The registered app; None where the answer names none."""
    fields = _fields(reply)
    id = _secret(fields.get("client_id"))
    return None if id is None else App(id.reveal(), _secret(fields.get("client_secret")))


def to_grant(reply: Reply) -> Grant | None:
    """What was given; None where the answer holds no token."""
    fields = _fields(reply)
    access = _secret(fields.get("access_token"))
    scope = fields.get("scope")
    # Scopes are divided by a comma in one place of the API and by a space in another.
    names = re.findall("[a-z:_]+", scope) if isinstance(scope, str) else []
    if access is None:
        return None
    return Grant(access, _secret(fields.get("refresh_token")), _life(fields.get("expires_in")), " ".join(names))


def _life(seconds: object) -> int | None:
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds >= 0:
        return int(min(seconds, LONGEST_LIFE))
    return None


def refusal(reply: Reply) -> OoError:
    """The person's words for what the token endpoint says instead of tokens."""
    match _fields(reply).get("error"):
        case "bad_authorization_code":
            return LoginEndedError("Todoist did not accept the browser's answer.")
        case "incorrect_application_credentials" | "invalid_client":
            return LoginEndedError("Todoist no longer knows this installation.", app_gone=True)
        case "invalid_grant":
            return LoginEndedError()
        case "invalid_scope":
            return ConnectionNeededError("Todoist no longer gives this login its rights.", _AGAIN)
    return passing(reply) or SourceUnavailableError("Todoist did not understand the login.", _UPDATE)


def passing(reply: Reply) -> OoError | None:
    """The words for trouble that has nothing to do with this login."""
    if reply.status == 410:
        return SourceUnavailableError("Todoist has retired what this oO speaks.", _UPDATE)
    if reply.status == 429:
        return SourceUnavailableError("Todoist asks for fewer requests.", "Try again in 15 minutes.")
    if reply.status >= 500:
        return SourceUnavailableError("Todoist has trouble of its own.", _LATER)
    return None if reply.status >= 400 else unreadable()


def unreadable() -> SourceUnavailableError:
    """The words for an answer that says nothing of use."""
    return SourceUnavailableError("Todoist's answer could not be read.", _LATER)
