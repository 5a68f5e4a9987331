"""Where a gateway is: which addresses are used, what counts as this machine, and that a slow look-up is left behind."""

from __future__ import annotations

import threading
import time

import pytest

from oo_cli.adapters.llm import endpoint
from oo_data.errors import BadUsageError


@pytest.mark.parametrize(
    ("environ", "url", "host"),
    [
        ({"LITELLM_URL": "http://127.0.0.1:4000"}, "http://127.0.0.1:4000/v1", "127.0.0.1:4000"),
        ({"LITELLM_URL": " http://127.0.0.1:4000/v1/ "}, "http://127.0.0.1:4000/v1", "127.0.0.1:4000"),
        ({"LITELLM_URL": "https://llm.example/team"}, "https://llm.example/team/v1", "llm.example"),
        ({"OLLAMA_URL": "http://localhost:11434"}, "http://localhost:11434/v1", "localhost:11434"),
        ({"LITELLM_URL": "http://[::1]:4000", "OLLAMA_URL": "x"}, "http://[::1]:4000/v1", "[::1]:4000"),
    ],
)
def test_the_address(environ: dict[str, str], url: str, host: str) -> None:
    """The proxy goes before Ollama, with or without the path of the API."""
    found = endpoint.endpoint(environ)
    assert (found.url, found.host) == (url, host)


@pytest.mark.parametrize(
    "url",
    [
        "http://llm.example:4000", "http://192.168.1.2:4000", "http://0.0.0.0:4000", "ftp://127.0.0.1",
        "127.0.0.1:4000", "what?",
        "https://user:key@llm.example", "https://llm.example/?key=1", "https://llm.example/#a", "http://[",
        "https://llm.example/a b", "http://127.0.0.1:99999",
    ],
)  # fmt: skip
def test_an_address_that_is_not_used(url: str) -> None:
    """In clear text to this machine only; no credentials or query that would be sent without being known for it."""
    with pytest.raises(BadUsageError) as caught:
        endpoint.endpoint({"LITELLM_URL": url})
    assert url not in caught.value.line()


@pytest.mark.parametrize(
    ("addresses", "place"),
    [
        (["127.0.0.1"], "local"), (["::1", "127.0.0.1"], "local"), (["127.0.0.1", "192.0.2.1"], "cloud"),
        (["192.168.1.2"], "cloud"), (["::ffff:192.0.2.1"], "cloud"), ([], "cloud"), (["fe80::1%eth0"], "cloud"),
        (["nonsense"], "cloud"),
    ],
)  # fmt: skip
def test_a_name_is_where_it_resolves(addresses: list[str], place: str) -> None:
    """Every address has to be a loopback one; the machine next door is a cloud too."""
    assert endpoint.place_of("gateway.example", 1, lambda name: addresses) == place


@pytest.mark.parametrize(("name", "place"), [("127.0.0.1", "local"), ("::1", "local"), ("192.0.2.1", "cloud")])
def test_a_number_is_not_looked_up(name: str, place: str) -> None:
    """An address needs no look-up."""

    def never(name: str) -> list[str]:
        raise AssertionError(name)

    assert endpoint.place_of(name, 1, never) == place


def test_a_look_up_that_fails_or_hangs_is_a_cloud() -> None:
    """In doubt the stricter consent is asked for, and nobody waits longer than the limit."""

    def fails(name: str) -> list[str]:
        raise OSError

    gate = threading.Event()

    def hangs(name: str) -> list[str]:
        gate.wait(30)
        return ["127.0.0.1"]

    assert endpoint.place_of("gateway.example", 1, fails) == "cloud"
    begun = time.monotonic()
    assert endpoint.place_of("gateway.example", 0.1, hangs) == "cloud"
    gate.set()
    assert time.monotonic() - begun < 15
