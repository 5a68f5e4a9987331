"""The published document is what the server does, and breaks nobody who relies on it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.phone import openapi, table, wire
from oo_data.contracts import phone as c
from oo_data.contracts.tip import REASONS
from tests.conftest import ROOT
from tests.schemas import check

Document = dict[str, Any]


def breaks(was: Document, now: Document) -> list[str]:
    """What in a document breaks those who rely on an older one."""
    found = [f"{path} is gone" for path in was["paths"].keys() - now["paths"].keys()]
    for path in was["paths"].keys() & now["paths"].keys():
        old, new = was["paths"][path], now["paths"][path]
        found += [f"{method} {path} is gone" for method in old.keys() - new.keys()]
        for method in old.keys() & new.keys():
            asked, asks = (
                {p["name"] for p in each[method].get("parameters", ()) if p.get("required")} for each in (old, new)
            )
            found += [f"{path} wants {name} now" for name in asks - asked]
            if old[method].get("security") == [] != new[method].get("security"):
                found.append(f"{path} wants a token now")
    schemas = ({"$defs": each["components"]["schemas"]} for each in (was, now))
    return [*found, *check.breaks(*schemas)]


def test_the_document_is_current() -> None:
    """docs/openapi.json is what the table and the contracts say; to write it anew: make docs."""
    assert (ROOT / "docs/openapi.json").read_text() == openapi.text()


def test_nothing_promised_is_broken() -> None:
    """The document of today against that of the last release."""
    was = json.loads((check.last_release() / "openapi.json").read_text())
    assert breaks(was, openapi.document()) == []


@pytest.mark.parametrize(
    ("way", "told"),
    [
        (("paths", "/why"), "/why is gone"),
        (("paths", "/feedback", "post"), "post /feedback is gone"),
        (("components", "schemas", "ShownTip", "properties", "text"), "ShownTip.text is gone"),
        (("components", "schemas", "FeedbackBody", "properties", "reaction", "enum", 3), "reaction is of another kind"),
    ],
)
def test_a_breaking_change_is_found(way: tuple[Any, ...], told: str) -> None:
    """A path, a method, a field or a word that went."""
    changed = copy.deepcopy(openapi.document())
    inner: Any = changed
    for step in way[:-1]:
        inner = inner[step]
    del inner[way[-1]]
    assert told in " ".join(breaks(openapi.document(), changed))


def test_every_path_of_the_table_is_described() -> None:
    """With its method, its answer, its body, whether it wants a token, and nothing of the page."""
    paths = openapi.document()["paths"]
    assert {(path, method.upper()) for path, each in paths.items() for method in each} == {
        (route.path, route.method) for route in table.API
    }
    assert [path for path, each in paths.items() for one in each.values() if one.get("security") == []] == ["/pair"]
    assert wire.schema(c.Reason)["enum"] == list(REASONS)


SIMPLE = st.none() | st.booleans() | st.integers(-5, 2000) | st.floats() | st.text("a0:é ", max_size=5)
WORDS = st.sampled_from(["done", "later", "undo", "low", "not now", "tonight", "a" * 65, "A", "12345678"])
VALUES = SIMPLE | WORDS | st.lists(SIMPLE, max_size=3)
jsonschema = pytest.importorskip("jsonschema", reason="the extra `test` brings jsonschema")


@given(st.sampled_from([c.FeedbackBody, c.RecommendBody, c.PairRequest]), st.data())
def test_the_check_of_bodies_is_the_schema(kind: Any, data: st.DataObject) -> None:
    """Whatever a body holds, the server takes it if and only if the published schema does."""
    fields = st.sampled_from([*kind._fields, "extra"])
    body = data.draw(st.dictionaries(fields, VALUES, max_size=4))
    document = openapi.document()
    valid = jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{kind.__name__}", "components": document["components"]}
    ).is_valid(body)
    try:
        wire.load(kind, json.dumps(body).encode())
        taken = True
    except wire.MalformedError:
        taken = False
    assert taken == valid


@given(st.binary(max_size=300))
def test_any_bytes_are_a_body_or_malformed(body: bytes) -> None:
    """Nothing but `MalformedError` comes out."""
    try:
        wire.load(c.FeedbackBody, body)
    except wire.MalformedError:
        return
