"""The words said about one session, put in order and told as calls.

Reports repeat, overtake each other and get lost. So the words are kept in order of their sequence and the
calls are told from them anew whenever one arrives late: the order of arrival cannot matter, because nothing
here depends on it.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from rcdesk.core.call_types import Call, Direction, Leg, Stage

GRACE = 1.5
"""Seconds for which a NoCall is provisional. Where several devices ring, the platform sends a transitional
NoCall "immediately followed" by Ringing or CallConnected of the same session; it names no figure."""

KEPT = 200
"""Words remembered for each session; older ones are told for good, and what arrives later than that is lost."""

_LIVELIEST = (Stage.CONNECTED, Stage.ON_HOLD, Stage.PARKED, Stage.RINGING, Stage.ENDED)
"""A call of several legs does what its liveliest leg does."""


def together(legs: Iterable[Leg]) -> Leg:
    """Return the legs of one call as one: what the liveliest does, and all that any of them knows."""
    first, *others = sorted(legs, key=lambda leg: _LIVELIEST.index(leg.stage))
    for leg in others:
        starts = [start for start in (first.started_at, leg.started_at) if start is not None]
        first = replace(
            first,
            from_number=first.from_number or leg.from_number,
            from_name=first.from_name or leg.from_name,
            to_number=first.to_number or leg.to_number,
            to_name=first.to_name or leg.to_name,
            telephony_session_id=first.telephony_session_id or leg.telephony_session_id,
            party_id=first.party_id or leg.party_id,
            started_at=min(starts, default=None),
            final=first.final or leg.final,
            elsewhere=first.elsewhere or leg.elsewhere,
            queue=first.queue or leg.queue,
        )
    return first


@dataclass(frozen=True, slots=True)
class Word:
    """What one report or snapshot says of one call.

    Attributes:
        at: unix seconds by the platform's clock: when it sent it, or when a snapshot was taken in.
        leg: all its legs together; None says that the call is not there any more.
        final: it will not come back either.
        checked: said by a snapshot; its time is an estimate and does not measure a grace.
    """

    at: float
    leg: Leg | None = None
    final: bool = False
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One call as far as it is told.

    Attributes:
        call: what the user is told: within the grace of a NoCall still what it was.
        ending: unix seconds of the NoCall that is not contradicted so far, None if there is none.
        elsewhere: as far as is known since then, another device has it.
    """

    call: Call
    ending: float | None = None
    elsewhere: bool = False

    @property
    def over(self) -> bool:
        """Whether it will not be contradicted any more."""
        return self.call.stage is Stage.ENDED

    @property
    def closed(self) -> Story:
        """This story, over since its NoCall."""
        call = replace(self.call, stage=Stage.ENDED, ended_at=self.ending, elsewhere=self.elsewhere)
        return replace(self, call=call)


def key_of(session_id: str, direction: Direction, ordinal: int) -> str:
    """The key of the nth call of a session in one direction."""
    return f"{session_id}-{direction.value}-{ordinal}"


def tell(stories: tuple[Story, ...], word: Word) -> tuple[Story, ...]:
    """Return the calls of a session after its next word, the words taken in order of sequence.

    A session can hold several calls, one after the other: what lives again after the grace is a new call.
    """
    last = stories[-1] if stories else None
    leg = word.leg
    if leg is None or leg.stage is Stage.ENDED:
        if last is None or last.over:
            return stories
        call = _learn(last.call, leg) if leg else last.call
        story = Story(call, word.at if last.ending is None else last.ending, _is_elsewhere(last, leg))
        return (*stories[:-1], story.closed if word.final or (leg and leg.final) else story)
    if last is None or last.over:
        return (*stories, Story(_begin(leg, word, len(stories) + 1)))
    if _grace_ran_out(last, word):
        return (*stories[:-1], last.closed, Story(_begin(leg, word, len(stories) + 1)))
    return (*stories[:-1], Story(_learn(last.call, leg, leg.stage, word.at)))


def _is_elsewhere(story: Story, leg: Leg | None) -> bool:
    """Whether another device has the call, after the next word of its end. One that says neither changes nothing.

    That it is over has the last word: a transitional NoCall says that it goes on as well, and nobody needs to
    have answered when the caller hangs up within its grace.
    """
    if leg is None or not (leg.final or leg.elsewhere):
        return story.elsewhere
    return not leg.final


def _grace_ran_out(story: Story, word: Word) -> bool:
    """Whether by the platform's own times `word` came too late to be the same call.

    The tutorial's missed and answered captures share a session and lie 6 s apart; taken in at once, as after
    a gap, they must still be two calls.
    """
    return story.ending is not None and not word.checked and word.at - story.ending > GRACE


def _begin(leg: Leg, word: Word, ordinal: int) -> Call:
    started_at = word.at if leg.started_at is None else min(leg.started_at, word.at)  # later is made up
    call = Call(
        key=key_of(leg.session_id, leg.direction, ordinal),
        session_id=leg.session_id,
        stage=leg.stage,
        direction=leg.direction,
        from_number="",
        from_name="",
        to_number="",
        to_name="",
        started_at=started_at,
    )
    # A call that a snapshot finds answered was answered some time ago; its start is the best guess.
    return _learn(call, leg, leg.stage, started_at if word.checked else word.at)


def _learn(call: Call, leg: Leg, stage: Stage | None = None, at: float = 0.0) -> Call:
    """Return `call` with what `leg` knows, and with what it does (`stage`, since `at`) if that is given.

    What is known is never overwritten by an empty text: the platform leaves numbers out at a call's end.
    """
    queue = (leg.to_name or call.queue or leg.to_number) if leg.queue else call.queue
    answered = stage is not None and stage is not Stage.RINGING
    facts: dict[str, Any] = {
        "stage": stage or call.stage,
        "from_number": leg.from_number or call.from_number,
        "from_name": leg.from_name or call.from_name,
        "to_number": leg.to_number or call.to_number,
        "to_name": leg.to_name or call.to_name,
        "queue": queue,
        "started_at": call.started_at if leg.started_at is None else min(call.started_at, leg.started_at),
        "answered_at": at if answered and call.answered_at is None else call.answered_at,
        "telephony_session_id": leg.telephony_session_id or call.telephony_session_id,
        "party_id": leg.party_id or call.party_id,
    }
    return replace(call, **facts)


Place = tuple[int, int]
"""Where a word stands: its sequence, and its number among the words without one that followed."""


class Track:
    """One session in one direction: the words about it and the calls they tell of.

    Attributes:
        extension_id: whose reports named it last, "" if only snapshots did.
        heard_at: when the newest word of a report was taken in (this computer's clock).
        touched_at: when anything last was (this computer's clock).
        wake: when the grace of the last call runs out (this computer's clock), None if none runs.
    """

    def __init__(self) -> None:
        self.extension_id = ""
        self.heard_at = self.touched_at = float("-inf")
        self.wake: float | None = None
        self._places: list[Place] = []  # in order; the next two lists go with it
        self._words: list[Word] = []
        self._told: list[tuple[Story, ...]] = []  # the stories after each word
        self._settled: tuple[Story, ...] = ()  # the stories after the words that are no longer kept
        self._oldest: Place = (-1, -1)  # what stands before it comes too late to be heard
        self._ending: float | None = None  # the NoCall that `wake` waits for

    @property
    def stories(self) -> tuple[Story, ...]:
        """Its calls, oldest first; each but the last is over."""
        return self._told[-1] if self._told else ()

    @property
    def open(self) -> bool:
        """Whether its last call may still be on."""
        return bool(self.stories) and not self.stories[-1].over

    @property
    def newest(self) -> Place:
        """Where the newest word stands."""
        return self._places[-1] if self._places else (-1, 0)

    def hear(self, sequence: int, word: Word, now: float) -> None:
        """Take in a report's word. One heard before, or older than all that are kept, tells nothing."""
        place = (sequence, 0)
        if place <= self._oldest or place in self._places:
            return
        if place > self.newest:
            self.heard_at = now
        self._put(place, word, now)

    def note(self, word: Word, now: float) -> None:
        """Take in a word without a sequence: newer than every one heard so far, older than any to come."""
        sequence, nth = self.newest
        self._put((sequence, nth + 1), word, now)

    def _put(self, place: Place, word: Word, now: float) -> None:
        """Put a word where it belongs, and tell the stories anew from there."""
        index = bisect(self._places, place)
        self._places.insert(index, place)
        self._words.insert(index, word)
        del self._told[index:]
        for each in self._words[index:]:
            self._told.append(tell(self._told[-1] if self._told else self._settled, each))
        if len(self._places) > KEPT:
            self._oldest = self._places.pop(0)
            self._settled = self._told.pop(0)
            del self._words[0]
        self.touched_at = now
        self._set_wake(now)

    def _set_wake(self, now: float) -> None:
        ending = self.stories[-1].ending if self.open else None
        if ending != self._ending:
            self._ending = ending
            self.wake = None if ending is None else now + GRACE
