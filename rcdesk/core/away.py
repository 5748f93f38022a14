"""Away: stretches in which no live calls were shown, and what there is to say of them afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rcdesk.core.calls import Call, Direction, Stage
from rcdesk.core.history import CallRecord, Outcome

LONG = 180.0  # seconds; of a shorter stretch nothing is said
SETTLED = 30.0
"""Seconds from the end of a stretch until it is told of. The platform's log has its last calls by then (it lags 15
to 30 s), and a link that breaks again meanwhile has gone on being broken: it is one stretch."""
RINGS = 300.0  # seconds; what rang when a stretch began has not rung for longer
DOUBTED = 60.0
"""Seconds after which nothing says any more, no row and no card, that a phone rings of which nothing was heard."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which no live calls were shown.

    Attributes:
        began, ended: unix seconds.
        slept: the computer slept in it.
        rang: sessions that rang on screen when it began: how they ended nobody has seen.
        shown: sessions that were on screen when it ended: they speak for themselves.
    """

    began: float
    ended: float
    slept: bool = False
    rang: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()

    def joined(self, later: Gap) -> Gap:
        """This one and the next, of which the user has not been told apart."""
        return Gap(
            self.began,
            later.ended,
            self.slept or later.slept,
            self.rang | later.rang,
            (self.shown - later.rang) | later.shown,
        )

    def has(self, record: CallRecord) -> bool:
        """Whether `record` is of a call that came in it and that the user has not seen."""
        if record.session_id in self.shown:
            return False
        rang = record.session_id in self.rang and record.started_at >= self.began - RINGS
        return rang or self.began <= record.started_at < self.ended


class Gaps:
    """Finds the long gaps. What is on screen is known to be true while the link is live or polls, and at each
    moment in which a snapshot was taken; between two such moments it is not.

    Before the first such moment there is nothing to miss, and so there is no gap.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Nobody is signed in, and what comes meanwhile is nobody's."""
        self._known_at: float | None = None  # the last moment at which all was known, unless it is now
        self._live = False
        self._slept = False
        self._rang: frozenset[str] = frozenset()
        self._gap: Gap | None = None

    @property
    def gap(self) -> Gap | None:
        """The long gap that the user is to be told of, SETTLED after its end; None if there is none."""
        return self._gap

    @property
    def deaf_since(self) -> float | None:
        """The last moment at which all was known; None if it is now, or never was."""
        return None if self._live else self._known_at

    def live(self, now: float, calls: Iterable[Call]) -> None:
        """Every call is shown from now on; `calls` are those on screen."""
        self.checked(now, calls)
        self._live = True

    def checked(self, now: float, calls: Iterable[Call]) -> None:
        """A snapshot was taken; `calls` are those on screen."""
        on_screen = tuple(calls)
        if self.deaf_since is not None and now - self.deaf_since > LONG:
            shown = frozenset(call.session_id for call in on_screen)
            gap = Gap(self.deaf_since, now, self._slept, self._rang, shown)
            self._gap = self._gap.joined(gap) if self._gap else gap
        self._begin(now, on_screen)

    def deaf(self, at: float, calls: Iterable[Call]) -> None:
        """From `at` on nothing new is shown."""
        if self._live:
            self._live = False
            self._begin(at, calls)

    def slept(self, at: float, calls: Iterable[Call]) -> None:
        """The computer has slept from `at` on."""
        self.deaf(at, calls)
        self._slept = True
        if self._known_at is not None:
            self._known_at = min(self._known_at, at)

    def clock_set(self, now: float, calls: Iterable[Call]) -> None:
        """The clock was set, perhaps back, and what is on screen is not known to be true; nobody has slept."""
        self.deaf(now, calls)
        if self._known_at is not None:
            self._known_at = min(self._known_at, now)
        if self._gap and self._gap.ended > now:  # by the old time
            back = self._gap.ended - now
            self._gap = replace(self._gap, began=self._gap.began - back, ended=now)

    def told(self) -> None:
        """The user was told of the gap."""
        self._gap = None

    def _begin(self, at: float, calls: Iterable[Call]) -> None:
        self._known_at = at
        self._slept = False
        self._rang = frozenset(call.session_id for call in calls if call.stage is Stage.RINGING)


@dataclass(frozen=True, slots=True)
class Summary:
    """What came while no live calls were shown.

    Attributes:
        counts: how many calls of each sort, those first that matter most; empty if none came.
        known: False if the platform's log could not be read: then nothing can be said of the calls.
    """

    began: float
    ended: float
    slept: bool
    counts: tuple[tuple[str, int], ...] = ()
    known: bool = True

    @property
    def words(self) -> str:
        """The calls in words: "3 missed, 2 answered elsewhere"."""
        return self.shortened(len(self.counts))

    def shortened(self, sorts: int) -> str:
        """The same with only so many sorts told apart: "3 missed, 2 more"."""
        if not self.known:
            return "which calls came is not known"
        told = [
            f"{number:,} {sort if number == 1 else _MANY.get(sort, sort)}" for sort, number in self.counts
        ]
        more = sum(number for _, number in self.counts[sorts:])
        return ", ".join((*told[:sorts], *([f"{more:,} more"] if more else []))) or "no calls"


_SORTS = {
    Outcome.MISSED: "missed",
    Outcome.VOICEMAIL: "voicemail",
    Outcome.ANSWERED_ELSEWHERE: "answered elsewhere",
    Outcome.ANSWERED: "answered",
    Outcome.DECLINED: "declined",
    Outcome.GAVE_UP: "hung up first",
}
_OUTGOING, _OTHER = "outgoing", "other"
_IN_ORDER = (*_SORTS.values(), _OUTGOING, _OTHER)
_MANY = {"voicemail": "voicemails", "other": "others"}


def summary(gap: Gap, records: Iterable[CallRecord], *, known: bool = True, ahead: float = 0.0) -> Summary:
    """Tell of the calls among `records` that came in `gap`. `known`: the log was read after the gap's end.

    `ahead`: seconds by which the platform's clock, which dates the records, is ahead of that of the gap.
    """
    there = replace(gap, began=gap.began + ahead, ended=gap.ended + ahead)
    found = Counter(_sort(record) for record in records if known and there.has(record))
    counts = ((sort, found[sort]) for sort in _IN_ORDER if found[sort])
    return Summary(gap.began, gap.ended, gap.slept, tuple(counts), known)


def _sort(record: CallRecord) -> str:
    return _OUTGOING if record.direction is Direction.OUTBOUND else _SORTS.get(record.outcome, _OTHER)
