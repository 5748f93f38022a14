"""Call book and link machine together, against a platform that loses, doubles and delays what it sends, whose
connections break, and whose answers race with its news: in the end they show what is true, always."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rcdesk.core.calls import LATE, CallBook, Direction, Leg, Report, Snapshot, Stage
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.subscription import (
    CHECK_EVERY,
    DOUBT,
    Action,
    Close,
    Link,
    LinkState,
    Open,
    Push,
    TakeSnapshot,
    Transport,
)

EXTENSION = "101"
MOVES = {
    Stage.RINGING: (Stage.CONNECTED, Stage.ENDED),
    Stage.CONNECTED: (Stage.ON_HOLD, Stage.PARKED, Stage.ENDED),
    Stage.ON_HOLD: (Stage.CONNECTED, Stage.ENDED),
    Stage.PARKED: (Stage.CONNECTED, Stage.ENDED),
}
AWAY = Problem("It failed.", "Wait.", Kind.OFFLINE, retry=True)
REFUSED = Problem("It failed.", "Ask.", Kind.FORBIDDEN)
THROTTLED = Problem("It failed.", "Wait.", Kind.THROTTLED, retry=True, retry_after=60)
HELD = LATE - 0.5  # seconds for which a transport that is open may hold something back
Truth = dict[str, Stage]


@dataclass
class Platform:
    """What is true, and how it is told: each change in a report of all calls, with the next sequence. The last
    word of a call that ended is that it is named as over, or that it is not named any more."""

    calls: Truth = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    sequence: int = 0

    def change(
        self, session: str, stage: Stage, now: float, *, final: bool = False, named: bool = True
    ) -> Report:
        self.began.setdefault(session, now)
        legs = [self.leg(each, was) for each, was in self.calls.items() if each != session]
        if named or stage is not Stage.ENDED:
            legs.append(self.leg(session, stage, final=final))
        if stage is Stage.ENDED:
            self.calls.pop(session, None)
        else:
            self.calls[session] = stage
        self.sequence += 1
        return Report(EXTENSION, self.sequence, now, tuple(legs), len(legs))

    def leg(self, session: str, stage: Stage, *, final: bool = False) -> Leg:
        started_at = self.began[session]
        return Leg(session, Direction.INBOUND, stage, from_number="+1555", started_at=started_at, final=final)

    def snapshot(self) -> Snapshot:
        return Snapshot(tuple(self.leg(session, stage) for session, stage in self.calls.items()))


class Desk(RuleBasedStateMachine):
    """One desk and its platform. A connection carries what is sent from its subscription until it breaks."""

    @initialize(push=st.sampled_from(Push), seed=st.integers(0, 2**32))
    def start(self, push: Push, seed: int) -> None:
        self.now = 1000.0
        self.platform = Platform()
        self.book = CallBook()
        self.link = Link(push, random.Random(seed).random)
        self.opening: set[Transport] = set()
        self.open: set[Transport] = set()
        self.under_way: list[Report] = []  # on its way over whichever transport is open
        self.asked_at: float | None = None  # a snapshot is asked for
        self.read: Snapshot | None = None  # and the platform has looked, but its answer is on its way
        self.sessions = 0
        self.fresh = False  # nothing was heard or missed since the snapshot was asked for
        self.gap = True  # something was lost, and no snapshot has told of it since
        self.carry_out(self.link.signed_in(self.now))
        self.work()

    # What happens at the platform.

    @rule(at_once=st.booleans())
    def a_call_begins(self, at_once: bool) -> None:
        self.sessions += 1
        report = self.platform.change(str(70_000 + self.sessions), Stage.RINGING, self.now)
        self.tell(report, at_once=at_once)

    @precondition(lambda self: self.platform.calls)
    @rule(data=st.data(), final=st.booleans(), named=st.booleans(), at_once=st.booleans())
    def a_call_goes_on(self, data: st.DataObject, final: bool, named: bool, at_once: bool) -> None:
        session = data.draw(st.sampled_from(sorted(self.platform.calls)))
        stage = data.draw(st.sampled_from(MOVES[self.platform.calls[session]]))
        over = stage is Stage.ENDED
        report = self.platform.change(session, stage, self.now, final=final and over, named=named)
        self.tell(report, at_once=at_once)

    # What becomes of what it sends.

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def one_arrives_twice(self, data: st.DataObject) -> None:
        self.take(self.under_way[data.draw(st.integers(0, len(self.under_way) - 1))])

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def all_arrive(self, data: st.DataObject) -> None:
        for report in data.draw(st.permutations(self.under_way)):
            self.take(report)
        self.under_way.clear()

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def one_is_lost(self, data: st.DataObject) -> None:
        self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        self.miss()

    # What becomes of the connections.

    @precondition(lambda self: self.opening)
    @rule(data=st.data())
    def one_opens(self, data: st.DataObject) -> None:
        self.connect(data.draw(st.sampled_from(sorted(self.opening, key=lambda each: each.value))))

    @precondition(lambda self: self.open | self.opening)
    @rule(data=st.data(), problem=st.sampled_from([None, AWAY, REFUSED, THROTTLED]))
    def one_breaks(self, data: st.DataObject, problem: Problem | None) -> None:
        known = sorted(self.open | self.opening, key=lambda each: each.value)
        transport = data.draw(st.sampled_from(known))
        self.open.discard(transport)
        self.opening.discard(transport)
        self.break_off()
        self.carry_out(self.link.lost(transport, problem, self.now))

    @rule()
    def the_computer_slept(self) -> None:
        self.now += 4000.0
        self.break_off()
        self.carry_out(self.link.woke(self.now))

    # What becomes of a snapshot.

    @precondition(lambda self: self.asked_at is not None)
    @rule()
    def the_platform_looks_again(self) -> None:
        self.read = self.platform.snapshot()

    @precondition(lambda self: self.asked_at is not None)
    @rule()
    def the_snapshot_arrives(self) -> None:
        self.arrive()

    @precondition(lambda self: self.asked_at is not None)
    @rule(problem=st.sampled_from([AWAY, THROTTLED]))
    def the_snapshot_fails(self, problem: Problem) -> None:
        self.asked_at = self.read = None
        self.carry_out(self.link.snapshot_failed(problem, self.now))

    # Time.

    @rule()
    def the_link_wakes(self) -> None:
        if self.link.next_wake is not None:
            self.pass_until(self.link.next_wake)

    @rule(seconds=st.sampled_from([0.1, 1.0, 2.0, 10.0, 100.0]))
    def time_passes(self, seconds: float) -> None:
        self.pass_until(self.now + seconds)

    @invariant()
    def nothing_is_live_that_nobody_said(self) -> None:
        if hasattr(self, "book"):
            known = {str(70_000 + nth) for nth in range(1, self.sessions + 1)}
            assert {call.session_id for call in self.book.calls} <= known

    @invariant()
    def what_is_shown_is_true_unless_something_was_lost(self) -> None:
        if not hasattr(self, "book") or self.gap or self.under_way or self.book.next_wake is not None:
            return
        if self.book.unsure:
            assert self.asked_at is not None or self.link.next_wake is not None
        else:
            assert self.shown() == self.platform.calls

    def teardown(self) -> None:
        """From now on everything works: within one check and one doubt what is shown is the truth."""
        if not hasattr(self, "book"):
            return
        for report in self.under_way:
            self.take(report)
        self.under_way.clear()
        deadline = self.now + CHECK_EVERY[1] + DOUBT + 70.0
        while self.now < deadline:
            self.work()
            self.pass_until(min(deadline, self.now + 1.0))
        self.work()
        assert self.shown() == self.platform.calls
        polls = self.link.status.transport is Transport.POLLING
        assert self.link.status.state is (LinkState.POLLING if polls else LinkState.LIVE)

    # The shell, in a world without time-outs.

    def work(self) -> None:
        """Let all that is asked for succeed."""
        while self.opening or self.asked_at is not None:
            for transport in sorted(self.opening, key=lambda each: each.value):
                if transport in self.opening:
                    self.connect(transport)
            if self.asked_at is not None:
                self.read = self.platform.snapshot()
                self.arrive()

    def pass_until(self, moment: float) -> None:
        while True:
            held = min((report.at + HELD for report in self.under_way), default=None)
            wakes = [wake for wake in (self.link.next_wake, self.book.next_wake, held) if wake is not None]
            wake = min(wakes, default=moment)
            if wake > moment:
                break
            self.now = max(self.now, wake)
            for report in [report for report in self.under_way if report.at + HELD <= self.now]:
                self.under_way.remove(report)
                self.take(report)
            self.book.tick(self.now)
            self.carry_out(self.link.tick(self.now))
        self.now = moment

    def shown(self) -> Truth:
        return {call.session_id: call.stage for call in self.book.calls}

    def tell(self, report: Report, *, at_once: bool) -> None:
        if not self.open:
            self.miss()
        elif at_once:
            self.take(report)
        else:
            self.under_way.append(report)

    def miss(self) -> None:
        """Note that a report never comes: not even a snapshot that is under way need tell of it."""
        self.gap = True
        self.fresh = False

    def break_off(self) -> None:
        if self.under_way:
            self.miss()
        self.under_way.clear()

    def take(self, report: Report) -> None:
        self.fresh = False  # a snapshot leaves alone what was heard since it was asked for
        self.carry_out(self.link.heard(self.now))
        self.book.apply(report, self.now)
        self.look_again()

    def look_again(self) -> None:
        if self.book.unsure:
            self.carry_out(self.link.unsure(self.now))

    def connect(self, transport: Transport) -> None:
        self.opening.discard(transport)
        self.open.add(transport)
        self.carry_out(self.link.connected(transport, self.now))

    def arrive(self) -> None:
        assert self.asked_at is not None
        assert self.read is not None
        changes = self.book.reconcile(self.read, self.now, self.asked_at)
        self.gap = self.gap and not self.fresh
        self.asked_at = self.read = None
        self.carry_out(self.link.snapshot_taken(self.now, differed=bool(changes)))
        self.look_again()

    def carry_out(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Open(transport):
                    self.opening.add(transport)
                case Close(transport):
                    self.open.discard(transport)
                    self.opening.discard(transport)
                case TakeSnapshot():
                    self.asked_at, self.read = self.now, self.platform.snapshot()
                    self.fresh = True


TestDesk = pytest.mark.timeout(240)(Desk.TestCase)  # on a busy machine it takes a while
TestDesk.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
