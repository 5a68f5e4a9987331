"""The embedder behind the gateway: first measured on the shipped examples, then asked for new titles, a few at a time.

A model is known by what it makes of the first example, which goes along with every request: a gateway may put another
one behind the alias at any time, and vectors of two models are never compared.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence

from oo_cli.adapters.embed.text import folded
from oo_cli.engine.areas.atlas import Vector, dot, unit
from oo_cli.engine.areas.limits import Limits
from oo_cli.engine.areas.measure import limits_from, measure
from oo_cli.engine.areas.shipped import edition, texts
from oo_cli.engine.orchestrator import limits
from oo_cli.engine.orchestrator.prompt import tokens_of
from oo_cli.house import House
from oo_cli.usecases.gateway import Asking, consents, seconds
from oo_data.contracts.llm import Alias, LlmFailure
from oo_data.errors import ModelUnavailableError
from oo_data.ports import Embedder, Llm
from oo_data.store import asked, profile, yardstick
from oo_data.store.vectors import GATEWAY, packed, unpacked

ALIAS: Alias = "embedder"
CONSENTS = consents(ALIAS)
BATCH = 32  # texts in one request, the first example apart
SHARE = 0.5  # of the time that a refresh has for models; the rest is for words
SAME = 0.99  # the cosine at which two vectors of the first example are of one model
MEASURED = "areas.gateway"
VERSION = "vectors-v1"
FAILING = "The gateway gave no vectors; areas go by what is on this machine until it does. See: oo doctor"
WELL = "The gateway gives vectors again."


class GatewayEmbedder(Embedder):
    """Meaning by whatever model the gateway has behind `embedder`; `limits` is None until it has passed.

    `id` tells the model by what it made of the first example; it is bare before it was ever asked.
    """

    semantic = True
    id = GATEWAY
    dim: int | None = None

    def __init__(self, house: House, llm: Llm, now: int) -> None:
        self.told = ""
        self.taken = 0.0  # seconds spent on requests
        self._house, self._llm = house, llm
        self._asking = Asking(house, llm, ALIAS, now, seconds(house) * SHARE)
        self._known = yardstick.kept(house.store.conn, edition())
        self._fresh: dict[int, bytes] = {}
        self._changed = False
        if self._known:
            self._meet(self._known[0])
        self._measured = self._kept_measure()

    @property
    def limits(self) -> Limits | None:
        """From where on likeness means something here, if the model is fit for areas at all."""
        return self._measured

    @property
    def missing(self) -> int:
        """How many of the shipped examples it has not seen yet."""
        return len(texts()) - len(self._known)

    def health(self) -> str:
        """How it stands with areas, for the doctor."""
        if self.missing:
            return f"Its embedder has seen {len(self._known)} of {len(texts())} examples."
        return "Its embedder places titles in areas." if self.limits else "Its embedder is not fit for areas."

    def room(self) -> int:
        """How many texts there is time for at the pace so far; one batch is always tried."""
        pace = self._asking.pace
        return BATCH * (max(1, int(self._asking.left() / pace) - 1) if pace else 1)

    def learn(self) -> None:
        """Go on with the examples as far as time allows, and measure once all are there. Never raises for a model."""
        try:
            while self.missing:
                if self._fresh and self._asking.pace > self._asking.left():
                    return
                places = [place for place in range(len(texts())) if place not in self._known][:BATCH]
                for place, vector in zip(places, self._ask([texts()[place] for place in places]), strict=True):
                    self._known[place] = self._fresh[place] = packed(vector)
        except ModelUnavailableError:
            return
        if self._kept_text() is None:
            self._measured = measure([unpacked(self._known[place]) for place in range(len(texts()))])

    def embed(self, texts_: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector a text; zeros for one without words. Raises `ModelUnavailableError`."""
        worded = {text: bool(folded(text)) for text in texts_}
        found = {text: unpacked(self._known[place]) for place, text in enumerate(texts()) if place in self._known}
        wanted = [text for text in worded if text not in found and worded[text]]
        for at in range(0, len(wanted), BATCH):
            batch = wanted[at : at + BATCH]
            found |= dict(zip(batch, self._ask(batch), strict=True))
        return [tuple(found[text]) if worded[text] else (0.0,) * (self.dim or 0) for text in texts_]

    def record(self) -> None:
        """Write down what was learnt and asked; inside the caller's write transaction."""
        conn = self._house.store.conn
        for row in self._asking.noted:
            asked.save(conn, row)
        if not self._asking.allowed:
            return  # withdrawn meanwhile: nothing of it comes back
        if self._changed:
            yardstick.clear(conn)
            return
        yardstick.save(conn, edition(), self._fresh)
        if not self.missing and self._kept_text() is None:
            found = None if self._measured is None else self._measured.least
            profile.set_meta(conn, MEASURED, json.dumps([self.id, edition(), found]))

    def _meet(self, first: bytes) -> None:
        self.id = f"{GATEWAY}{hashlib.sha256(first).hexdigest()[:16]}"
        self.dim = len(unpacked(first))

    def _ask(self, wanted: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """The vectors of a batch, of the model that is known. Raises `ModelUnavailableError`."""
        if self._changed or self._asking.hindrance():
            raise _unavailable()
        begun, told = time.monotonic(), [folded(text) for text in (texts()[0], *wanted)]
        answer = self._asking.send(lambda place, left: self._llm.embed(told, place, left), VERSION)
        self.taken += time.monotonic() - begun
        verdict, tokens = limits.WORDED, sum(map(tokens_of, told))
        if isinstance(answer, LlmFailure) and answer.code == "consent":
            raise _unavailable()
        if isinstance(answer, LlmFailure):
            verdict = f"{limits.FAILED}:{answer.code}"
        elif not self._is_known(answer.vectors[0]):
            verdict, self._changed = f"{limits.REJECTED}:another-model", True
        if self._asking.note(verdict, VERSION, tokens if isinstance(answer, LlmFailure) else answer.tokens or tokens):
            self.told = WELL if verdict == limits.WORDED else FAILING
        if isinstance(answer, LlmFailure) or self._changed:
            raise _unavailable()
        if not self._known:
            self._known[0] = self._fresh[0] = packed(answer.vectors[0])
            self._meet(self._known[0])
        return answer.vectors[1:]

    def _is_known(self, vector: Vector) -> bool:
        """Whether this vector of the first example is of the model that gave the others."""
        if not self._known:
            return True
        kept = unpacked(self._known[0])
        return len(kept) == len(vector) and dot(unit(kept), vector) >= SAME

    def _kept_text(self) -> list[object] | None:
        """What was measured of this very model with these very examples."""
        kept = json.loads(profile.meta(self._house.store.conn, MEASURED) or "null")
        return kept if kept and kept[:2] == [self.id, edition()] else None

    def _kept_measure(self) -> Limits | None:
        kept = None if self.missing else self._kept_text()
        return limits_from(kept[2]) if kept and isinstance(kept[2], float) else None


def _unavailable() -> ModelUnavailableError:
    return ModelUnavailableError("The gateway gave no vectors.", "See: oo doctor")
