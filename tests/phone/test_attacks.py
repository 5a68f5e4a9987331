"""Everything that must not work: nothing is shown, nothing is changed, and nothing fails (TRUST D25 to D29)."""

from __future__ import annotations

import random
import socket
import time
from contextlib import ExitStack
from pathlib import Path

from oo_cli.phone import table
from oo_cli.phone.guard import Limits
from oo_cli.usecases import phone
from tests.fakes import FixedClock
from tests.phone.running import TITLES, Answer, Phone, Running

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
PRIVATE = [route for route in table.API if not route.open]
BODIES = {"/recommend": {}, "/feedback": {"tip_id": "x", "reaction": "done"}, "/pair": {"code": "12345678"}}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get")

HOSTS = (
    "evil.example", "evil.example:{port}", "localhost.evil.example:{port}", "127.0.0.1.nip.io:{port}",
    "0.0.0.0:{port}", "[::1]:{port}", "127.0.0.1", "127.0.0.1:{port}.evil.example", "127.0.0.1:{port}@evil.example",
    "127.0.0.1:1", "", "127.1:{port}", "2130706433:{port}", "127.0.0.1:{port}, evil.example", "localhost:{port}/",
)  # fmt: skip
FOREIGN: tuple[tuple[dict[str, str | None], int], ...] = (
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": None}, 403),
    ({"Origin": "http://127.0.0.1"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403),
    ({"Origin": "https://{host}"}, 403),
    ({"Origin": "http://{host}.evil.example"}, 403),
    ({"Origin": "http://localhost:{port}"}, 403),
    ({"X-OO": None}, 403),
    ({"X-OO": "2"}, 403),
    ({"Content-Type": "text/plain"}, 415),
    ({"Content-Type": None}, 415),
    ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
    ({"Content-Type": "application/json; charset=utf-7"}, 415),
    ({"Content-Type": "text/plain; application/json"}, 415),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
)
PATHS = (
    "/../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/page.js/../../app.py", "//etc/passwd",
    "/page.js%00", "/page.css/", "/./", "/health/", "/HEALTH", "/%68ealth", "/health;x", "/health%3f", "/docs",
    "/openapi.json", "/redoc", "/static/page.js", "/page/../page.js", "http://evil.example/", "/\\..\\app.py",
    "/page.js%2f..%2fapp.py", "/.env", "/oo.db", "/favicon.ico", "/robots.txt", "/server-status", "*",
)  # fmt: skip


def shows_nothing(answer: Answer) -> None:
    """No title, no token, no trace, no permission for another origin, no failure; and the headers of every answer."""
    assert answer.status < 500
    seen = answer.body.decode("latin-1") + str(answer.headers)
    assert not any(title in seen for title in TITLES)
    assert not any(word in seen.lower() for word in ("traceback", "uvicorn", "starlette", "python", "access-control"))
    if answer.status:
        assert answer.headers["content-security-policy"].startswith(POLICY)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == answer.headers["cross-origin-opener-policy"]


def test_without_a_token_there_is_nothing(server: Running, stranger: Phone) -> None:
    """Every path of the API, with no token, wrong ones, and right ones in wrong places; nothing changes."""
    token = server.phone().token
    before = server.state()
    shown: tuple[dict[str, str | None], ...] = (
        {},
        {"Authorization": "Bearer " + "A" * 43},
        {"Authorization": f"Basic {token}"},
        {"Authorization": f"Bearer {token[:-1]}"},
        {"Authorization": f"Bearer {token} " + "x"},
        {"Authorization": "Bearer"},
        {"Cookie": "__Host-oo=" + "B" * 43},
        {"Cookie": f"oo={token}"},
        {"Cookie": f"__Host-oo={token}; __Host-oo={token}"},
        {"Cookie": f'__Host-oo="{token}"'},
        {"X-Token": token},
    )
    for route in PRIVATE:
        for headers in shown:
            answer = stranger.ask(route.method, route.path, BODIES.get(route.path), headers)
            shows_nothing(answer)
            assert answer.status in (401, 429)
        assert stranger.ask(route.method, f"{route.path}?token={token}", BODIES.get(route.path)).status in (401, 429)
    assert server.state() == before


def test_wrong_tokens_are_counted_and_right_ones_go_on(server: Running, stranger: Phone) -> None:
    """Five wrong tokens a minute from an address; the paired phone behind the same address is not locked out."""
    tried = [stranger.get("/health", Authorization="Bearer " + f"{n:043}").status for n in range(8)]
    assert tried == [401] * 5 + [429] * 3
    assert server.phone().get("/health").status == 200


def test_another_name_is_refused_even_with_a_token(server: Running, paired: Phone) -> None:
    """A name that was rebound to this machine gets nothing, the page included."""
    for host in HOSTS:
        for path in ("/", "/health", "/page.js", "/nothing"):
            answer = paired.get(path, Host=host.format(port=server.port))
            shows_nothing(answer)
            assert answer.status == 421, host
    assert paired.get("/health", Host=f"LOCALHOST:{server.port}").status == 200


def test_a_host_twice_or_never_is_refused(server: Running, paired: Phone) -> None:
    """There is one Host header, in HTTP/1.0 too."""
    right = f"Host: {paired.host}\r\n"
    for said in (
        f"GET / HTTP/1.1\r\n{right}Host: evil.example\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        f"GET / HTTP/1.1\r\n{right}{right}\r\n",
    ):
        answer = paired.raw(said.encode())
        shows_nothing(answer)
        assert answer.status in (400, 421)


def test_no_other_page_can_write(server: Running, paired: Phone) -> None:
    """Even with the phone's own cookie: another origin, a simple request, or a missing sign of ours changes nothing."""
    tip = paired.post("/recommend", {}).json["tip"]["id"]
    before = server.state()
    cookie: dict[str, str | None] = {"Cookie": f"__Host-oo={paired.token}"}
    for headers, status in FOREIGN:
        told = {k: v and v.format(host=paired.host, port=server.port) for k, v in headers.items()}
        for path, body in (("/feedback", {"tip_id": tip, "reaction": "done"}), ("/pair", {"code": "12345678"})):
            answer = Phone(server).ask("POST", path, body, cookie | told)
            shows_nothing(answer)
            assert answer.status == status, headers
    assert server.state() == before


def test_methods_are_those_of_the_table(server: Running, paired: Phone) -> None:
    """Any other method is refused with the right one named; nothing changes, and no GET writes."""
    paired.post("/recommend", {})
    before = server.state()
    for path, route in table.ROUTES.items():
        for method in METHODS:
            if method != route.method:
                answer = paired.ask(method, path)
                shows_nothing(answer)
                assert answer.status in (400, 405)
                assert answer.status == 400 or answer.headers["allow"] == route.method
        if route.method == "GET" and path != "/changes":
            assert paired.ask("GET", path, headers={"X-HTTP-Method-Override": "POST"}).status == 200
    assert server.state() == before


def test_no_other_spelling_of_a_path_exists(paired: Phone) -> None:
    """Only the very bytes of a path in the table are one."""
    for path in PATHS:
        answer = paired.get(path)
        shows_nothing(answer)
        assert answer.status in (400, 404), path


def test_bodies_are_small_and_strict(server: Running, paired: Phone) -> None:
    """Too large, too deep, not JSON, not an object, unknown, doubled or wrong fields: refused, and nothing changes."""
    tip = paired.post("/recommend", {}).json["tip"]["id"]
    before = server.state()
    good = f'{{"tip_id":"{tip}","reaction":"done"'
    bad = (
        b"", b"{", b"[]", b"null", b'"x"', b"1", b"{}", b"\xff\xfe{}", b"[" * 4000, b'{"a":' * 600, b"NaN",
        f'{good},"extra":1}}'.encode(), f'{good},"reaction":"done"}}'.encode(), f'{good},"when":5}}'.encode(),
        f'{good},"reason":"because"}}'.encode(), f'{good},"when":"{"9" * 21}"}}'.encode(), f'{good}}}x'.encode(),
        b'{"tip_id":{"$ne":1},"reaction":"done"}', b'{"tip_id":"\' or 1=1","reaction":"done"}',
        b'{"tip_id":"\\ud800","reaction":"done"}', b'{"tip_id":NaN,"reaction":"done"}',
        b'{"tip_id":"x","reaction":"DONE"}',
        b'{"tip_id":' + b"9" * 4000 + b',"reaction":"done"}', "{\u201c}".encode("utf-16"),
    )  # fmt: skip
    for body in bad:
        answer = paired.post("/feedback", body)
        shows_nothing(answer)
        assert (answer.status, answer.json) == (400, {"error": "malformed"}), body
    for length in (4097, 10**6, 10**11):
        answer = paired.post("/feedback", b"", Content_Length=str(length))
        assert answer.status == 413
    assert paired.post("/feedback", b"{}", Content_Length=None).status in (400, 411)
    assert paired.post("/recommend", {"minutes": True}).status == 400
    assert paired.post("/recommend", {"minutes": 0}).status == 400
    assert paired.get("/why?tip=%27%20or%201").status == paired.get("/why?tip=a&tip=b").status == 400
    assert paired.get("/why?x=1").status == paired.get("/changes?since=x").status == 400
    assert server.state() == before


def test_requests_cannot_be_smuggled(server: Running, paired: Phone) -> None:
    """What two readers could read in two ways is refused, and the connection closed."""
    post = f"POST /feedback HTTP/1.1\r\nHost: {paired.host}\r\nOrigin: {paired.origin}\r\nX-OO: 1\r\n"
    post += "Content-Type: application/json\r\n"
    inner = f"GET /health HTTP/1.1\r\nHost: {paired.host}\r\nAuthorization: Bearer {paired.token}\r\n\r\n"
    get = f"GET / HTTP/1.1\r\nHost: {paired.host}\r\n"
    said = (
        post + f"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}",
        post + f"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n{inner}",
        post + f"Transfer-Encoding: xchunked\r\n\r\n{inner}",
        post + f"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello{inner}",
        post + f"Content-Length: +5\r\n\r\nhello{inner}",
        post + f"Content-Length: 5, 5\r\nContent-Length : 5\r\n\r\nhello{inner}",
        get + f"Content-Length: {len(inner)}\r\n\r\n{inner}",
        get + f"X: a\r\n folded\r\nContent-Length: 3\r\n\r\nabc{inner}",
        get + "X\x00: a\r\n\r\n" + inner,
        get + "Bad Name: a\r\n\r\n" + inner,
        get + "X: a\rb\r\n\r\n" + inner,
        f"GET  /  HTTP/1.1\r\nHost: {paired.host}\r\n\r\n{inner}",
        f"GET / HTTP/2.0\r\nHost: {paired.host}\r\n\r\n{inner}",
        f"GET / HTTP/0.9\r\n\r\n{inner}",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "\r\n" * 40 + "GET\r\n\r\n",
    )
    for each in said:
        with paired.connect() as made:
            made.sendall(each.encode("latin-1"))
            made.shutdown(socket.SHUT_WR)
            heard = b""
            while chunk := made.recv(65536):
                heard += chunk
        assert heard.count(b"HTTP/1.1 ") <= 1, each
        assert b"HTTP/1.1 5" not in heard
        assert b'{"status":"ok"}' not in heard, each
    assert server.phone("still").get("/health").status == 200


def test_an_upgrade_is_not_taken(server: Running, paired: Phone) -> None:
    """A WebSocket handshake is an ordinary GET here."""
    answer = paired.get("/changes", Upgrade="websocket", Connection="Upgrade", Sec_WebSocket_Key="x")
    assert answer.status != 101
    shows_nothing(answer)


def test_headers_are_bounded(server: Running, paired: Phone) -> None:
    """16 KiB of headers, whatever they are."""
    assert paired.get("/health", X="a" * 15000).status == 200
    answer = paired.get("/health", X="a" * 70000)
    shows_nothing(answer)
    assert answer.status == 431


def test_codes_cannot_be_guessed(server: Running, stranger: Phone, clock: FixedClock) -> None:
    """Five wrong codes void the right one; and an address has ten tries a minute."""
    codes = phone.pair(server.house)
    right = codes.digits.reveal()
    draw = random.Random(3)
    wrong = [f"{n:08}" for n in draw.sample(range(10**8), 60) if f"{n:08}" != right]
    tried = [stranger.post("/pair", {"code": code}) for code in wrong]
    for answer in tried:
        shows_nothing(answer)
    assert [answer.status for answer in tried] == [403] * 10 + [429] * (len(tried) - 10)
    assert phone.redeem(server.house, codes.digits) is None
    assert phone.redeem(server.house, codes.link) is None
    assert phone.listing(server.house) == []


def test_slow_clients_do_not_keep_others_out(server: Running, paired: Phone) -> None:
    """Sixty half-sent requests: 32 connections at most, and the next whole request is answered at once."""
    half = f"GET /health HTTP/1.1\r\nHost: {paired.host}\r\nX: ".encode()
    body = f"POST /feedback HTTP/1.1\r\nHost: {paired.host}\r\nContent-Length: 400\r\n\r\n{{".encode()
    with ExitStack() as stack:
        slow = [stack.enter_context(paired.connect()) for _ in range(60)]
        for at, made in enumerate(slow):
            made.sendall((half, body, b"", b"G")[at % 4])
        begun = time.monotonic()
        assert paired.get("/health").status == 200
        assert time.monotonic() - begun < table.WAIT_SECONDS
        ended = 0
        for made in slow:
            made.settimeout(0.01)
            try:
                ended += made.recv(1) in (b"", b"H")
            except TimeoutError:
                continue
            except OSError:
                ended += 1
        assert ended >= 60 - table.CONNECTIONS


def test_a_phone_has_sixty_requests_a_minute(tmp_path: Path, clock: FixedClock) -> None:
    """Beyond that it is told to wait; another phone is not concerned."""
    with Running(tmp_path, clock, limits=Limits()) as server:
        one, other = server.phone(), server.phone("tablet")
        assert [one.get("/health").status for _ in range(62)] == [200] * 60 + [429] * 2
        assert one.get("/health").headers["retry-after"] == "60"
        assert other.get("/health").status == 200


def test_a_revoked_phone_is_out_at_once(server: Running, paired: Phone) -> None:
    """Its next request finds nothing, and its cookie is taken off it."""
    assert paired.get("/health").status == 200
    phone.revoke(server.house, "phone")
    answer = Phone(server).get("/health", Cookie=f"a=b; __Host-oo={paired.token}")
    assert answer.status == 401
    assert answer.headers["set-cookie"].startswith("__Host-oo=; Path=/; Max-Age=0")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'


def test_pipelined_requests_are_each_checked(server: Running, paired: Phone) -> None:
    """The second request on a connection passes the same guard as the first."""
    first = f"GET /health HTTP/1.1\r\nHost: {paired.host}\r\nAuthorization: Bearer {paired.token}\r\n\r\n"
    second = f"GET /health HTTP/1.1\r\nHost: {paired.host}\r\nConnection: close\r\n\r\n"
    with paired.connect() as made:
        made.sendall((first + second).encode())
        heard = b""
        while chunk := made.recv(65536):
            heard += chunk
    assert (heard.count(b"HTTP/1.1 200"), heard.count(b"HTTP/1.1 401")) == (1, 1)
