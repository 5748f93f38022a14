"""Whatever is asked when, and however long it is on its way: the server never has a reason to refuse."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from rcdesk.core.pacing import DOCUMENTED, RESERVED, Pacer, Turn, Urgency

GROUPS = tuple(DOCUMENTED)


class Server:
    """Counts as the platform may: in a sliding window, or in one that begins at each full minute."""

    def __init__(self, limits: dict[str, int], *, sliding: bool, tells: bool) -> None:
        self.limits = limits
        self.sliding = sliding
        self.tells = tells
        self.taken: dict[str, deque[float]] = {group: deque() for group in limits}
        self.barred_until = dict.fromkeys(limits, -math.inf)
        self.refused = 0

    def arrive(self, group: str, now: float) -> tuple[bool, dict[str, str]]:
        """Return whether it is accepted, and the headers."""
        taken, limit = self.taken[group], self.limits[group]
        # Sums of fractions end in a random last bit, which no server's clock is good enough to tell.
        begin = now - 60 + 1e-9 if self.sliding else math.floor(now / 60) * 60 - 1e-9
        while taken and taken[0] <= begin:
            taken.popleft()
        if now < self.barred_until[group]:
            self.barred_until[group] = now + 60
            return False, {"X-Rate-Limit-Group": group}
        if len(taken) >= limit:
            self.refused += 1
            self.barred_until[group] = now + 60
            return False, {"X-Rate-Limit-Group": group}
        taken.append(now)
        left = str(limit - len(taken))
        told = {"Group": group, "Limit": str(limit), "Remaining": left, "Window": "60"}
        return True, {f"X-Rate-Limit-{name}": value for name, value in told.items()} if self.tells else {}


@dataclass(frozen=True)
class Ask:
    """A request: when it is wanted, and how long each way takes. It may never be answered."""

    at: float
    group: str
    urgency: Urgency
    there: float
    back: float
    lost: bool = False


@dataclass
class Play:
    """Lets one desk ask what was planned; `went` is in the order of sending."""

    server: Server
    pacer: Pacer = field(default_factory=Pacer)
    went: list[tuple[float, Ask]] = field(default_factory=list)
    waiting: dict[Turn, Ask] = field(default_factory=dict)
    on_send: Callable[[Play, Turn, float], None] = lambda *_: None
    _events: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def at(self, moment: float, do: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._numbers), do))

    def run(self, asks: list[Ask]) -> None:
        for ask in asks:
            self.at(ask.at, lambda now, ask=ask: self._join(ask, now))
        while self._events:
            now, _, do = heapq.heappop(self._events)
            do(now)

    def _join(self, ask: Ask, now: float) -> None:
        turn = self.pacer.join("GET /x", ask.group, ask.urgency)
        self.waiting[turn] = ask
        self._look(turn, now)

    def _look(self, turn: Turn, now: float) -> None:
        pause = self.pacer.wait(turn, now)
        if pause > 0:
            self.at(now + min(max(pause, 0.01), 1.0), lambda later: self._look(turn, later))
            return
        self.on_send(self, turn, now)
        ask = self.waiting.pop(turn)
        self.went.append((now, ask))
        self.at(now + ask.there, lambda later: self._arrive(turn, ask, later))

    def _arrive(self, turn: Turn, ask: Ask, now: float) -> None:
        accepted, headers = self.server.arrive(ask.group, now)
        self.at(now + ask.back, lambda later: self._answer(turn, ask, headers, later, accepted=accepted))

    def _answer(self, turn: Turn, ask: Ask, headers: dict[str, str], now: float, *, accepted: bool) -> None:
        if ask.lost:
            self.pacer.lost(turn, now)
        elif accepted:
            self.pacer.answered(turn, headers, now)
        else:
            self.pacer.refused(turn, headers, 60.0, now)


moments = st.floats(0, 150)
delays = st.one_of(st.just(0.0), st.floats(0.001, 0.3), st.floats(0.001, 20))
urgencies = st.sampled_from(Urgency)
asks = st.builds(Ask, moments, st.sampled_from(GROUPS), urgencies, delays, delays, st.booleans())
heavy = st.builds(Ask, moments, st.sampled_from(("Auth", "Heavy")), urgencies, delays, delays, st.booleans())
bursts = st.builds(
    lambda ask, count: [ask] * count,
    st.builds(Ask, moments, st.sampled_from(GROUPS), urgencies, delays, delays),
    st.integers(1, 60),
)
plans = st.builds(
    lambda singles, more: singles + list(itertools.chain(*more)),
    st.lists(heavy, max_size=40),
    st.lists(bursts, max_size=3),
)
limits = st.fixed_dictionaries({group: st.integers(limit, 2 * limit) for group, limit in DOCUMENTED.items()})


@settings(max_examples=80, deadline=None)
@given(plans, limits, st.booleans(), st.booleans())
def test_no_server_that_counts_only_us_has_a_reason_to_refuse(
    plan: list[Ask], limits: dict[str, int], sliding: bool, tells: bool
) -> None:
    play = Play(Server(limits, sliding=sliding, tells=tells))
    play.run(plan)
    assert play.server.refused == 0
    assert len(play.went) == len(plan)  # and each has had its turn


@settings(max_examples=60, deadline=None)
@given(plans, st.lists(st.tuples(st.floats(0, 200), st.sampled_from(GROUPS)), min_size=1, max_size=3))
def test_nothing_is_sent_in_a_penalty_that_is_known_of(
    plan: list[Ask], penalties: list[tuple[float, str]]
) -> None:
    barred = dict.fromkeys(GROUPS, -math.inf)

    def watch(_play: Play, turn: Turn, now: float) -> None:
        assert now >= barred[turn.group.name]

    play = Play(Server(DOCUMENTED, sliding=True, tells=True), on_send=watch)
    refuse = play.pacer.refused

    def note(turn: Turn, headers: dict[str, str], retry_after: float, now: float) -> None:
        barred[turn.group.name] = max(barred[turn.group.name], now + retry_after)
        refuse(turn, headers, retry_after, now)

    play.pacer.refused = note  # type: ignore[method-assign,assignment]
    for moment, group in penalties:  # as for another desk's sake
        play.at(moment, lambda now, group=group: play.server.barred_until.update({group: now + 60}))
    play.run(plan)
    assert len(play.went) == len(plan)
    for budget in play.pacer.budgets(10_000.0):
        assert budget.throttled_until is None


@settings(max_examples=80, deadline=None)
@given(plans)
def test_none_goes_before_one_that_is_more_urgent_or_came_first_unless_both_can(plan: list[Ask]) -> None:
    def watch(play: Play, turn: Turn, now: float) -> None:
        waiting = list(play.waiting)
        for other in waiting:
            ahead = (other.urgency, waiting.index(other)) < (turn.urgency, waiting.index(turn))
            if ahead and other.group is turn.group:
                assert play.pacer._pause(other, now) <= 0

    Play(Server(DOCUMENTED, sliding=True, tells=True), on_send=watch).run(plan)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(asks.filter(lambda ask: not ask.urgency.privileged), max_size=120),
    st.sampled_from(GROUPS),
    moments,
    st.booleans(),
)
def test_the_users_own_acts_go_at_once_up_to_what_is_kept_for_them(
    background: list[Ask], group: str, moment: float, tells: bool
) -> None:
    kept = math.ceil(DOCUMENTED[group] * RESERVED)
    acts = [Ask(moment, group, Urgency.USER, 0.1, 0.1)] * kept
    play = Play(Server(DOCUMENTED, sliding=True, tells=tells))
    play.run(background + acts)
    sent = [at for at, ask in play.went if ask.urgency is Urgency.USER]
    assert sent == [moment] * kept


@settings(max_examples=60, deadline=None)
@given(st.lists(asks, max_size=60), st.lists(st.floats(0, 150), max_size=40))
def test_two_desks_of_one_user_do_not_drive_each_other_into_penalty_after_penalty(
    plan: list[Ask], others: list[float]
) -> None:
    """What another desk sends cannot be foreseen, so a refusal may come; but not one after the other."""
    play = Play(Server(DOCUMENTED, sliding=True, tells=True))
    for moment in others:
        play.at(moment, lambda now: play.server.arrive("Heavy", now))
    play.run(plan)
    assert len(play.went) == len(plan)
    assert play.server.refused <= len(others)
