"""A made-up moment of a working day, for the tests of the ui and its gallery: people, calls, feeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rcdesk.core.account import Account, DndStatus, Presence, UserStatus
from rcdesk.core.calls import Call, Change, Direction, Stage
from rcdesk.core.errors import Problem
from rcdesk.core.history import CallRecord, Outcome, Page, Query
from rcdesk.core.notices import Notices, Show
from rcdesk.core.people import Source, Who
from rcdesk.core.subscription import LinkState, LinkStatus, Transport
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.session import Phase, SessionState
from rcdesk.ui.faces import face
from rcdesk.ui.history_source import HistorySource
from rcdesk.ui.popup import Face
from rcdesk.ui.window_source import WindowSource

NOW = 1_795_430_520.0  # Monday 23 November 2026, 10:42 UTC

PEOPLE = {
    "+4722123456": Who("Martin Olsen", "+47 22 12 34 56", "Oslo", Source.CONTACT),
    "+4930901820": Who("Anna Weber", "+49 30 901820", "Berlin", Source.CONTACT),
    "+39064521118": Who("Karla Rossi", "+39 06 4521 118", "", Source.PLATFORM),
    "204": Who("Support line", "ext. 204", "", Source.DIRECTORY),
    "118": Who("Finn Taylor", "ext. 118", "", Source.DIRECTORY),
}


def who(number: str, name: str = "", location: str = "") -> Who:
    """Tell who is behind a number of this world."""
    if number in PEOPLE:
        return PEOPLE[number]
    if number == "+16505550147":
        return Who(name or "+1 650 555 0147", "+1 650 555 0147", location, Source.REGION)
    return Who(name or number or "Number withheld", number, location, Source.NONE)


def call(
    key: str = "c1",
    stage: Stage = Stage.RINGING,
    number: str = "+4722123456",
    *,
    age: float = 9.0,
    direction: Direction = Direction.INBOUND,
    queue: str = "",
    **more: object,
) -> Call:
    """Return a live call that is `age` seconds old."""
    inbound = direction is Direction.INBOUND
    began = NOW - age
    made = Call(
        key=key,
        session_id=f"s-{key}",
        stage=stage,
        direction=direction,
        from_number=number if inbound else "+16505550101",
        from_name="",
        to_number="+16505550101" if inbound else number,
        to_name="",
        started_at=began,
        answered_at=None if stage is Stage.RINGING else began,
        queue=queue,
    )
    return replace(made, **more)  # type: ignore[arg-type]


RINGING = call("ringing", queue="Sales")
TALKING = call("talking", Stage.CONNECTED, "+4930901820", age=252)
HOLDING = call("holding", Stage.ON_HOLD, "204", age=760)


def began(now: Call) -> Change:
    """Return the change that tells of a new call."""
    return Change(None, now)


def became(was: Call, **fields: object) -> Change:
    """Return the change of `was` to what `fields` say."""
    return Change(was, replace(was, **fields))  # type: ignore[arg-type]


def over(was: Call, at: float = NOW) -> Change:
    """Return the change that ends `was`."""
    return became(was, stage=Stage.ENDED, ended_at=at)


def record(
    row: int, number: str, ago: float, outcome: Outcome, duration: float = 0, **more: object
) -> CallRecord:
    """Return a call of `ago` seconds before now."""
    outbound = outcome in (Outcome.CONNECTED, Outcome.NO_ANSWER, Outcome.OTHER_NO_ANSWER)
    direction = Direction.OUTBOUND if outbound else Direction.INBOUND
    made = CallRecord(
        row, f"s{row}", direction, outcome, NOW - ago, duration, number, "", record_id=f"r{row}"
    )
    return replace(made, **more)  # type: ignore[arg-type]


RECORDS = (
    record(9, "+39064521118", 12 * 60 + 5, Outcome.ANSWERED, 185),
    record(8, "+16505550147", 31 * 60, Outcome.MISSED, location="Menlo Park, CA"),
    record(7, "118", 78 * 60, Outcome.CONNECTED, 48),
    record(6, "+4930901820", 3 * 3600, Outcome.ANSWERED_ELSEWHERE, 252),
    record(5, "+4722123456", 20 * 3600, Outcome.VOICEMAIL, 37, queue="Sales"),
    record(4, "+16505550147", 26 * 3600, Outcome.OTHER_NO_ANSWER, 22),
    record(3, "", 27 * 3600, Outcome.GAVE_UP),
)


@dataclass
class World:
    """Every feed that the window listens to, and a clock that stands until it is set."""

    live: tuple[Call, ...] = ()
    records: tuple[CallRecord, ...] = RECORDS
    now: float = NOW
    changes: Feed[Change] = field(default_factory=Feed)
    names: Feed[None] = field(default_factory=Feed)
    problems: Feed[Problem] = field(default_factory=Feed)
    stale: Feed[None] = field(default_factory=Feed)
    missed: Latest[int] = field(default_factory=lambda: Latest(2))
    syncing: Latest[str] = field(default_factory=lambda: Latest(""))
    link: Latest[LinkStatus] = field(
        default_factory=lambda: Latest(LinkStatus(LinkState.LIVE, NOW - 3600, Transport.WEBSOCKET))
    )
    presence: Latest[Presence] = field(
        default_factory=lambda: Latest(Presence(UserStatus.AVAILABLE, DndStatus.TAKE_ALL, ""))
    )
    session: Latest[SessionState] = field(
        default_factory=lambda: Latest(
            SessionState(Phase.SIGNED_IN, Account("1", "101", "101", "Dana Novak"))
        )
    )
    stopped_at: float | None = None  # the moment as of which the calls are known, None while it is now
    retried: int = 0
    heard: float | None = None

    def clock(self) -> float:
        return self.now

    def known_at(self) -> float:
        return self.now if self.stopped_at is None else self.stopped_at

    def find(self, query: Query, after: tuple[float, int] | None, on_page: Callable[[Page], None]) -> None:
        """Answer at once, which the real one never does; no test may need it to be late."""
        on_page(Page(self.records, None))

    def history(self) -> HistorySource:
        """Return what the history pane and the recent calls work with."""
        return HistorySource(
            find=self.find,
            changed=self.stale,
            missed=self.missed,
            syncing=self.syncing,
            mark_seen=lambda: self.missed.publish(0),
            who=who,
            names_changed=self.names,
            clock=self.clock,
        )

    def window(self) -> WindowSource:
        """Return what the window listens to."""
        return WindowSource(
            session=self.session,
            presence=self.presence,
            link=self.link,
            missed=self.missed,
            problems=self.problems,
            last_heard=lambda: self.now - 12,
            clock=self.clock,
            retry=self._on_retry,
        )

    def _on_retry(self) -> None:
        self.retried += 1


def face_of(*changes: Change, told: Who | None = None) -> Face:
    """Return how the card of a call looks after `changes`; `told`: who it is, if not somebody of this world."""
    notices = Notices()
    last = [notices.apply(change, Presence()) for change in changes][-1]
    assert isinstance(last, Show)
    return face(last.card, told or who(last.card.number, last.card.name))


def answered(rings: Call) -> Change:
    """Return the change of a ringing call that is answered now."""
    return became(rings, stage=Stage.CONNECTED, answered_at=NOW)
