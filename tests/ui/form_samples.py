"""The people and calls of the mock, for the tests of the forms and for their gallery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rcdesk.core import numbers
from rcdesk.core.account import DialChoices, Phone
from rcdesk.core.calls import Direction
from rcdesk.core.errors import Problem
from rcdesk.core.history import CallRecord, Filter, Outcome, Page, Query
from rcdesk.core.numbers import Number, Unreadable
from rcdesk.core.people import Source, Who
from rcdesk.core.ringout import End, Order, Progress, Step
from rcdesk.services.feed import Feed
from rcdesk.services.notes import Draft

NOW = datetime(2026, 11, 20, 10, 42).astimezone().timestamp()
IN, OUT = Direction.INBOUND, Direction.OUTBOUND


def at(hour: int, minute: int, days_ago: int = 0) -> float:
    """Unix seconds of a local time, so many days before NOW."""
    day = datetime.fromtimestamp(NOW).astimezone() - timedelta(days=days_ago)
    return day.replace(hour=hour, minute=minute, second=7, microsecond=0).timestamp()


def record(
    record_id: int,
    started_at: float,
    number: str = "",
    name: str = "",
    outcome: Outcome = Outcome.ANSWERED,
    direction: Direction = IN,
    duration: float = 0,
    **more: object,
) -> CallRecord:
    return CallRecord(
        record_id, f"s{record_id}", direction, outcome, started_at, duration, number, name, record_id=f"r{record_id}", **more  # type: ignore[arg-type]
    )  # fmt: skip


def the_mocks_calls() -> list[CallRecord]:
    """One call for each row of the mock, and one for each outcome that it does not show."""
    return [
        record(30, at(10, 32), "+4930901820", "Anna Weber", duration=252),
        record(29, at(9, 58), "+4722123456", "Martin Olsen", Outcome.MISSED, queue="Sales"),
        record(28, at(9, 41), "+39064521118", "Karla Rossi", Outcome.ANSWERED_ELSEWHERE, duration=185),
        record(27, at(9, 24), "+16505550147", "", Outcome.OTHER_NO_ANSWER, OUT, 22),
        record(26, at(17, 50, 1), "", "Hugo Silva", Outcome.VOICEMAIL, duration=37),
        record(
            25, at(16, 12, 1), "118", "Finn Taylor", Outcome.CONNECTED, OUT, 768, note="call back Tuesday"
        ),
        record(24, at(15, 3, 1), "", "Vera Ivanov", Outcome.GAVE_UP),
        record(23, at(14, 40, 1), "+16505550147", "", Outcome.MISSED, location="Menlo Park, CA"),
        record(22, at(11, 20, 2), "+4722123456", "Martin Olsen", Outcome.DECLINED),
        record(21, at(10, 9, 2), "+4930901820", "Anna Weber", Outcome.BUSY, OUT),
        record(20, at(9, 50, 2), "+39064521118", "Karla Rossi", Outcome.NO_ANSWER, OUT),
        record(19, at(9, 30, 2), "+4722123456", "Martin Olsen", Outcome.OWN_NO_ANSWER, OUT),
        record(18, at(9, 10, 2), "+442079460000", "", Outcome.FAILED, OUT, reason="Calls abroad are off."),
        record(17, at(8, 55, 2), "", "", Outcome.UNKNOWN),
    ]


CONTACTS = {"+4722123456": "Martin Olsen"}


def who(number: str, name: str = "", location: str = "") -> Who:
    shown = numbers.show(number, "US")
    name = name or CONTACTS.get(number, "")
    return Who(name or shown or "Number withheld", shown, location, Source.CONTACT if name else Source.NONE)


class Notebook:
    """Notes that are saved when the test says so."""

    def __init__(self) -> None:
        self.news: Feed[int] = Feed()
        self.drafts: dict[int, Draft] = {}
        self.written: list[tuple[int, str, str]] = []

    def draft(self, record_id: int) -> Draft | None:
        return self.drafts.get(record_id)

    def write(self, record: CallRecord, text: str, seen: str) -> None:
        self.written.append((record.id, text, seen))
        self.drafts[record.id] = Draft(record, text, (seen,))
        self.news.publish(record.id)

    def save(self, record_id: int) -> None:
        del self.drafts[record_id]
        self.news.publish(record_id)

    def refuse(self, record_id: int, problem: Problem) -> None:
        self.drafts[record_id] = replace(self.drafts[record_id], problem=problem)
        self.news.publish(record_id)


class FakeStore:
    """Records in memory. Answers wait in `pending` until `deliver` is called, unless `at_once`."""

    def __init__(self, records: list[CallRecord], size: int = 50, *, at_once: bool = False) -> None:
        self.by_id = {r.id: r for r in records}
        self.size = size
        self.at_once = at_once
        self.pending: list[tuple[Callable[[Page], None], Page]] = []
        self.asked: list[tuple[Query, tuple[float, int] | None]] = []

    def answer(self, query: Query) -> list[CallRecord]:
        kept = {
            Filter.ALL: lambda r: True,
            Filter.MISSED: lambda r: r.outcome is Outcome.MISSED,
            Filter.INCOMING: lambda r: r.direction is IN,
            Filter.OUTGOING: lambda r: r.direction is OUT,
            Filter.NOTED: lambda r: bool(r.note),
        }[query.filter]
        text = query.text.lower()
        found = [r for r in self.by_id.values() if kept(r) and (text in r.name.lower() or text in r.number)]
        return sorted(found, key=lambda r: (r.started_at, r.id), reverse=True)

    def find(self, query: Query, after: tuple[float, int] | None, on_page: Callable[[Page], None]) -> None:
        self.asked.append((query, after))
        below = [r for r in self.answer(query) if after is None or (r.started_at, r.id) < after]
        page, rest = below[: self.size], below[self.size :]
        answer = Page(tuple(page), (page[-1].started_at, page[-1].id) if rest else None)
        if self.at_once:
            on_page(answer)
        else:
            self.pending.append((on_page, answer))

    def deliver(self, which: int = 0) -> None:
        on_page, page = self.pending.pop(which)
        on_page(page)

    def deliver_all(self) -> None:
        while self.pending:
            self.deliver()


ORDER = Order(
    "+4722123456", "+16505550101", "Desk phone", caller_id="+18885434778", prompt=False, name="Martin Olsen"
)
BEGUN = Progress(
    ORDER, Step.RINGING, Step.WAITING, "Ringing your desk phone …", "Martin Olsen", can_cancel=True
)
UNDER_WAY = Progress(
    ORDER, Step.ANSWERED, Step.RINGING, "Your desk phone answered", "Ringing Martin Olsen …", can_cancel=True,
    advice="Your phone is already connected. If cancelling doesn’t stop it, hang up your phone.",
)  # fmt: skip
RINGOUTS: dict[str, Progress] = {
    "begun": BEGUN,
    "under_way": UNDER_WAY,
    "cancelling": replace(UNDER_WAY, can_cancel=False, cancelling=True),
    "connected": replace(
        UNDER_WAY, other=Step.ANSWERED, other_words="Martin Olsen answered", advice="", can_cancel=False,
        end=End.CONNECTED, summary="You are connected to Martin Olsen.",
    ),
    "over": replace(
        UNDER_WAY, other=Step.ANSWERED, other_words="Martin Olsen answered", advice="", can_cancel=False,
        end=End.OVER, summary="The call to Martin Olsen is over after 4 min 12 s.",
    ),
    "cancelled": replace(
        BEGUN, own=Step.OVER, own_words="Your desk phone stopped ringing", other_words="Martin Olsen was not called",
        can_cancel=False, end=End.CANCELLED, summary="The call was cancelled.",
    ),
    "not_cancelled": replace(
        UNDER_WAY, can_cancel=False, end=End.NOT_CANCELLED, summary="The call could not be cancelled.",
        advice="Hang up your phone to stop it.",
    ),
    "own_not_answered": replace(
        BEGUN, own=Step.FAILED, own_words="Your desk phone was not answered", other_words="Martin Olsen was not called",
        can_cancel=False, end=End.OWN_NOT_ANSWERED, summary="Your phone was not answered, so nobody was called.",
        advice="Choose the phone that is beside you and try again.",
    ),
    "not_answered": replace(
        UNDER_WAY, other=Step.FAILED, other_words="Martin Olsen did not answer", advice="", can_cancel=False,
        end=End.NOT_ANSWERED, summary="Martin Olsen did not answer.",
    ),
    "failed": replace(
        UNDER_WAY, other=Step.FAILED, other_words="Martin Olsen was not called", can_cancel=False, end=End.FAILED,
        summary="The call was not placed: calls abroad are off for this account.",
        advice="Ask your administrator to allow calls abroad.",
    ),
    "lost": replace(
        UNDER_WAY, can_cancel=False, end=End.LOST, summary="What became of the call is not known.",
        advice="Look at your phone. The history will tell once the platform does.",
    ),
}  # fmt: skip


def a_ringout(end: str) -> list[Progress]:
    """How a RingOut goes until it stands as `end` names it."""
    early = end in ("begun", "cancelled", "own_not_answered")
    return [BEGUN, RINGOUTS[end]] if early else [BEGUN, UNDER_WAY, RINGOUTS[end]]


@dataclass(frozen=True)
class Chosen:
    theme: str = "system"
    popups: bool = True
    sound: bool = False
    push: str = "auto"
    last_phone: str = ""
    last_caller_id: str = ""
    prompt: bool = False


class FakePreferences:
    """Choices in memory."""

    def __init__(self, **chosen: object) -> None:
        self.value = Chosen(**chosen)  # type: ignore[arg-type]

    def update(self, **changes: object) -> None:
        self.value = replace(self.value, **changes)  # type: ignore[arg-type]


CHOICES = DialChoices(
    (Phone("+16505550101", "Desk phone"), Phone("+16505550199", "Mobile")),
    (Phone("+18885434778", "Sales"), Phone("+16505550101", "Direct number")),
)


def read(text: str) -> Number | Unreadable:
    return numbers.read(text, "US")
