"""What the server answers: paths, methods, contracts, limits and the headers on every answer. Nothing else is there."""

from __future__ import annotations

from typing import Any, NamedTuple

from oo_data.contracts import phone as c

CONNECTIONS = 32
HEAD_BYTES, BODY_BYTES = 16 * 1024, 4 * 1024
WAIT_SECONDS = 10.0  # for a whole request, however slowly its bytes come
POLL_SECONDS = 25.0  # one look for changes waits no longer
POLLS = 4  # such looks of one device at a time
SERVE_SECONDS = POLL_SECONDS + 20.0  # one answer takes no longer
COOKIE_SECONDS = 90 * 86_400

# D28 of the threat model; the icon and the manifest come from here too.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Route(NamedTuple):
    """One path with its one method. `query` names the one parameter that it takes."""

    path: str
    method: str
    about: str
    answer: Any = None
    body: Any = None
    open: bool = False  # answers without a token
    query: str = ""


class File(NamedTuple):
    """A part of the page: its name on disk, and what it is."""

    name: str
    kind: str


API: tuple[Route, ...] = (
    Route("/pair", "POST", "Trade a code for a device token, which comes as a cookie.", c.Paired, c.PairRequest, True),
    Route("/recommend", "POST", "What is said now: a tip, or silence with its reason.", c.Recommended, c.RecommendBody),
    Route("/feedback", "POST", "React to a tip, or take that back.", c.Acknowledged, c.FeedbackBody),
    Route("/why", "GET", "What led to a tip (by default the last one shown), or to silence.", c.WhyAnswer, query="tip"),
    Route("/changes", "GET", "Wait, up to 25 seconds, until something is new.", c.Changes, query="since"),
    Route("/profile", "GET", "Every setting in force, and where it came from.", c.ProfileAnswer),
    Route("/agents", "GET", "Every agent, and how its last run ended.", c.AgentsAnswer),
    Route("/health", "GET", "Whether the server and its store answer.", c.Health),
)
FILES: dict[str, File] = {
    "/": File("index.html", "text/html; charset=utf-8"),
    "/p": File("index.html", "text/html; charset=utf-8"),
    "/page.css": File("page.css", "text/css; charset=utf-8"),
    "/page.js": File("page.js", "text/javascript; charset=utf-8"),
    "/manifest.webmanifest": File("manifest.webmanifest", "application/manifest+json"),
    "/icon.svg": File("icon.svg", "image/svg+xml"),
    "/icon.png": File("icon.png", "image/png"),
}
ROUTES: dict[str, Route] = {route.path: route for route in API} | {
    path: Route(path, "GET", "A part of the page.", open=True) for path in FILES
}
PARAMETERS = {"tip": c.TipId, "since": c.Version}
# What a refusal says, by its status.
PROBLEMS = {
    400: "malformed",
    401: "unpaired",
    403: "refused",
    404: "nothing-here",
    405: "method",
    409: "not-possible",
    411: "length",
    413: "too-large",
    415: "not-json",
    421: "host",
    429: "too-many",
    431: "too-large",
    500: "failed",
    503: "busy",
}
