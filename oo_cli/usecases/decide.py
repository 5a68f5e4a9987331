"""The policies of one refresh: the live one decides, the others in shadow; and what they learn from reactions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from oo_cli.engine.policies import epsilon_greedy as greedy
from oo_cli.engine.policies import stages
from oo_cli.engine.policies.base import Moment, Policy, Ranking
from oo_cli.engine.policies.epsilon_greedy import EpsilonGreedy, Habits, Memory, fading
from oo_cli.engine.policies.urgency import Urgency
from oo_cli.engine.when import DAY_MS
from oo_cli.house import House
from oo_data.contracts.feature import TaskCompletion
from oo_data.contracts.tip import Candidate, Decision
from oo_data.ids import new_id
from oo_data.ports import Tracer
from oo_data.store import decisions as log
from oo_data.store import events
from oo_data.store import policies as store
from oo_data.store.policies import Outcome, StoredModel

if TYPE_CHECKING:
    from random import Random

LEARN_AT_MOST = 2000  # outcomes in one refresh: a fifth of a second; older ones have faded by then
MEMORY_MS = 28 * DAY_MS
HABITS_MS = 90 * DAY_MS
REFUSED = frozenset(("ignored", "no"))


class Bench(NamedTuple):
    """The policies that can decide in this refresh, the live one first."""

    policies: tuple[Policy, ...]


class Decided(NamedTuple):
    """The live ranking, and a row for the log of every policy, the live one first."""

    ranking: Ranking
    decisions: tuple[Decision, ...]


def stage_of(house: House) -> dict[str, str]:
    """The stage of every policy. Exactly one is live: what the person promoted, or the default."""
    known = store.stages(house.store.conn)
    live = next((name for name in stages.POLICIES if name in known and known[name].stage == "live"), stages.DEFAULT)
    found = {name: known[name].stage if name in known else "shadow" for name in stages.POLICIES}
    return found | {live: "live"}


def bench(
    house: House, done: Sequence[TaskCompletion], now: int, others: Sequence[Policy] = (), chance: Random | None = None
) -> Bench:
    """Everyone who can decide now; `others` are policies made elsewhere, such as the ranker.

    Where the live policy is not among them, urgency comes first and so is live. `chance` is what exploration draws
    from, by default a seed of its own.
    """
    able: tuple[Policy, ...] = (Urgency(), _greedy(house, done, now, chance), *others)
    known = {policy.name: policy for policy in able}
    stage = stage_of(house)
    live = next((name for name in stage if stage[name] == "live" and name in known), stages.FALLBACK)
    shadows = [policy for name, policy in known.items() if name != live and stage.get(name) == "shadow"]
    return Bench(tuple(_Timed(policy, house.spans) for policy in (known[live], *shadows)))


class _Timed(Policy):
    """A policy whose ranking is recorded as a step."""

    def __init__(self, policy: Policy, spans: Tracer) -> None:
        self.name, self.version = policy.name, policy.version
        self._policy, self._spans = policy, spans

    def rank(self, candidates: Sequence[Candidate], moment: Moment) -> Ranking:
        """What the policy itself says."""
        with self._spans.span("policy", self.name, self.version) as step:
            ranking = self._policy.rank(candidates, moment)
            step.note(candidates=len(candidates), ranked=len(ranking.order))
        return ranking


def decisions(seated: Bench, candidates: Sequence[Candidate], moment: Moment, now: int) -> Decided:
    """What every policy makes of the candidates; the rows share one moment."""
    verdicts = stages.decide(seated.policies, candidates, moment)
    shared = new_id()
    rows = tuple(
        Decision(
            new_id(), now, verdict.policy, verdict.stage, "open" if verdict.chosen else "nothing-open", verdict.chosen,
            verdict.ranking.propensity, verdict.scores, shared,
        )
        for verdict in verdicts
    )  # fmt: skip
    return Decided(verdicts[0].ranking, rows)


def learn(house: House, now: int) -> int:
    """Let what learns from reactions hear what is new, inside the caller's write transaction; how much it heard.

    A reaction that was learnt and then taken back cannot be subtracted, since others have faded it: all is learnt
    anew, exactly, from the log.
    """
    conn = house.store.conn
    state, up_to = _state(house), events.last_seq(conn)
    anew = store.taken_back(conn, state.seq)
    if anew:
        state = greedy.fresh()
    heard = store.outcomes(conn, state.seq, LEARN_AT_MOST)
    if heard or anew:
        for outcome in heard:
            state = _heard(house, state, outcome)
        learnt = StoredModel(greedy.VERSION, now, greedy.dump(state._replace(seq=up_to)))
        store.save_model(conn, greedy.NAME, learnt)
    return len(heard)


def _heard(house: House, state: greedy.State, outcome: Outcome) -> greedy.State:
    terms = log.scores_of(house.store.conn, outcome.decision_id, greedy.NAME, outcome.subject)
    if terms is None:
        return state  # decided before this policy was there, or erased
    return greedy.learn(state, greedy.logged(terms), greedy.reward(outcome.reaction, outcome.reason))


def _state(house: House) -> greedy.State:
    known = store.model(house.store.conn, greedy.NAME)
    return greedy.load(known.state, known.version) if known else greedy.fresh()


def _greedy(house: House, done: Sequence[TaskCompletion], now: int, chance: Random | None) -> EpsilonGreedy:
    seen = store.seen(house.store.conn, now - MEMORY_MS)
    shown = fading(((entry.subject, entry.at) for entry in seen if entry.what == "shown"), "shown", now)
    refused = fading(((entry.subject, entry.at) for entry in seen if entry.what in REFUSED), "declined", now)
    habits = Habits.of((c for c in done if now - HABITS_MS <= c.at <= now), now, house.zone)
    return EpsilonGreedy(_state(house), Memory(habits, shown, refused), chance or _own_chance())


def _own_chance() -> Random:
    # Imported here: whoever only reacts never draws. Nobody gains from foreseeing what a fresh id leads to.
    from random import Random

    return Random(new_id())  # noqa: S311


def learnt_from(house: House) -> int:
    """How many reactions stand behind the weights that the learning policy has now."""
    return _state(house).model.seen
