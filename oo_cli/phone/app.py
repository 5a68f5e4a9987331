"""The application behind the guard: a Starlette route for each path of the table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from oo_cli.phone import answers, table, wire
from oo_cli.phone.bell import Bell
from oo_cli.phone.guard import BODY, DEVICE, LIMITS, RETRY, Address, Guard, Limits, Refused, cookie
from oo_cli.usecases import phone
from oo_cli.usecases.surface import Session
from oo_data.contracts import phone as c
from oo_data.errors import BadUsageError, CannotWriteError, DataLockedError, OoError
from oo_data.secret import Secret

Handler = Callable[[Request], Awaitable[Response]]


class Page:
    """The answers of one server. `gone` is called when phones are not to be answered any more."""

    def __init__(self, session: Session, bell: Bell, address: Address, gone: Callable[[], None]) -> None:
        self._session = session
        self._bell = bell
        self._address = address
        self._gone = gone
        folder = resources.files("oo_cli.phone") / "page"
        self._files = {path: (folder / file.name).read_bytes() for path, file in table.FILES.items()}

    def guarded(self, limits: Limits = LIMITS) -> Guard:
        """The whole application."""
        handlers: dict[str, Handler] = {
            "/pair": self.pair,
            "/recommend": self.recommend,
            "/feedback": self.feedback,
            "/why": self.why,
            "/changes": self.changes,
            "/profile": self.profile,
            "/agents": self.agents,
            "/health": self.health,
            **dict.fromkeys(table.FILES, self.file),
        }
        routes = [Route(path, _careful(handlers[path]), methods=[r.method]) for path, r in table.ROUTES.items()]
        return Guard(Router(routes, redirect_slashes=False), self._address, self.who, limits)

    async def who(self, token: Secret) -> str | None:
        """The name of the device that a token belongs to, "" for nobody's; None where no phone is answered."""
        name = await self._session.run(lambda house: phone.device_of(house, token) if phone.is_allowed(house) else None)
        if name is None:
            self._gone()
        return name

    async def file(self, request: Request) -> Response:
        """A part of the page."""
        path = request.url.path
        return Response(self._files[path], media_type=table.FILES[path].kind)

    async def pair(self, request: Request) -> Response:
        """Trade a code for a token."""
        code = Secret(_body(request, c.PairRequest).code)
        found = await self._session.run(lambda house: phone.redeem(house, code) if phone.is_allowed(house) else None)
        if found is None:
            raise Refused(403)
        name, token = found
        response = _json(c.Paired(name))
        response.raw_headers.append(cookie(self._address, token))
        return response

    async def recommend(self, request: Request) -> Response:
        """A tip or a silence."""
        body, version = _body(request, c.RecommendBody), self._bell.version
        device: str = request.scope[DEVICE]
        return _json(await self._session.run(lambda house: answers.recommended(house, device, body, version)))

    async def feedback(self, request: Request) -> Response:
        """React; whoever waits elsewhere hears of it."""
        body = _body(request, c.FeedbackBody)
        found = await self._session.run(lambda house: answers.acknowledged(house, body))
        self._bell.ring()
        return _json(found._replace(version=self._bell.version))

    async def why(self, request: Request) -> Response:
        """The reasons."""
        tip_id = _parameter(request, "tip")
        return _json(await self._session.run(lambda house: answers.why(house, tip_id)))

    async def changes(self, request: Request) -> Response:
        """Wait for something new."""
        version = await self._bell.wait(request.scope[DEVICE], _parameter(request, "since"))
        if version is None:
            raise Refused(429, RETRY)
        return _json(c.Changes(version))

    async def profile(self, request: Request) -> Response:
        """The settings."""
        return _json(await self._session.run(answers.profile))

    async def agents(self, request: Request) -> Response:
        """The registry."""
        return _json(await self._session.run(answers.registry))

    async def health(self, request: Request) -> Response:
        """The store was asked for the token, so it answers."""
        return _json(c.Health("ok"))


def _careful(handler: Handler) -> Handler:
    """The handler, with an error of the house told as a status."""

    async def handled(request: Request) -> Response:
        try:
            return await handler(request)
        except wire.MalformedError:
            raise Refused(400) from None
        except BadUsageError:
            raise Refused(409) from None
        except (DataLockedError, CannotWriteError):
            raise Refused(503, RETRY) from None
        except OoError:
            raise Refused(409) from None

    return handled


def _body(request: Request, kind: type[Any]) -> Any:
    return wire.load(kind, request.scope[BODY])


def _parameter(request: Request, name: str) -> str:
    """The one parameter that a path takes, in its own form; "" where it is absent."""
    query = request.scope["query_string"].decode("latin-1")
    if not query:
        return ""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=1)
    except ValueError:
        raise Refused(400) from None
    if [key for key, _ in pairs] != [name] or not wire.fits(table.PARAMETERS[name], pairs[0][1]):
        raise Refused(400)
    found: str = pairs[0][1]
    return found


def _json(contract: Any) -> Response:
    return Response(wire.dump(contract), media_type="application/json")
