"""CallBook: the user's calls, kept right although reports repeat, overtake each other or get lost."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rcdesk.core.call_story import GRACE, Track, Word, key_of, together
from rcdesk.core.call_types import Call, Change, Direction, Leg, Report, Snapshot, Stage
from rcdesk.core.own_legs import OwnRinging, mirrors, neighbours

__all__ = ["GRACE", "Call", "CallBook", "Change", "Direction", "Leg", "Report", "Snapshot", "Stage"]

REMEMBERED_FOR = 3600.0  # seconds; a report may come late, but not as late as that
REMEMBERED = 500  # sessions, at most; those with a live call always are
FORGOTTEN_AT_ONCE = 20  # sessions looked at for that, after each report
CLOCKS_APART = 10.0  # seconds by which the clocks of the platform's servers may differ
AHEAD = 3600.0  # seconds by which a report's time may be ahead of ours; further, and it is made up
LATE = 10.0
"""Seconds after a snapshot within which news may be older than it: push is late by seconds at times, and has no
word of when a snapshot was made."""
LISTS_KEPT = 200  # whole lists remembered, for calls that we hear of only after they left the list

TrackId = tuple[str, Direction]
"""Calling oneself gives two entries of one session, one in each direction: they are two calls."""


@dataclass(frozen=True, slots=True)
class _WholeList:
    """A report that named every call of the extension: a call that is not named is not there."""

    extension_id: str
    sequence: int
    at: float
    named: frozenset[TrackId]


class CallBook:
    """One extension's calls. Whatever the order and the repetitions in which the same reports arrive, the
    book ends the same.

    A call is known by its session and direction. Of each call the report with the largest sequence says what
    it is doing; one that arrives later with a smaller sequence only adds what is known of the past. NoCall
    is provisional for `GRACE` seconds unless it is final, also one that says that another device has the call:
    where several ring, that is said of each that stops. Who owns a book wakes it at `next_wake`.

    Why the order cannot matter: each `Track` keeps what was said of one call sorted by sequence, and tells
    its story from the sorted words. That a call left a whole list is such a word as well, with that list's
    sequence, whichever of the two arrived first (`_vanish`, `_catch_up`). Only a snapshot and the end of a
    grace are of the moment in which they are taken in.
    """

    def __init__(self) -> None:
        self._tracks: dict[TrackId, Track] = {}
        self._shown: dict[str, Call] = {}  # what the listeners were told last
        self._lists: deque[_WholeList] = deque(maxlen=LISTS_KEPT)
        self._own_ringing: deque[OwnRinging] = deque(maxlen=LISTS_KEPT)
        self._checked_at = float("-inf")
        self._unsure_at: float | None = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """The live calls in order of start, without the user's own phone ringing for a RingOut."""
        return tuple(call for call in self.calls_and_own_legs if not call.own_leg)

    @property
    def calls_and_own_legs(self) -> tuple[Call, ...]:
        """The live calls in order of start, own legs of RingOuts among them."""
        live = (call for call in self._shown.values() if call.live)
        return tuple(sorted(live, key=lambda call: (call.started_at, call.key)))

    @property
    def ended(self) -> tuple[Call, ...]:
        """The calls that are over or in doubt and still remembered, in order of their end."""
        over = (call for call in self._shown.values() if not call.live)
        return tuple(sorted(over, key=lambda call: (call.ended_at or 0.0, call.key)))

    @property
    def next_wake(self) -> float | None:
        """Unix seconds at which `tick` is due, None while no call is in its grace."""
        return min((track.wake for track in self._tracks.values() if track.wake is not None), default=None)

    @property
    def unsure(self) -> bool:
        """Whether news since the last snapshot left open what is true, so that only another one can tell.

        So it is with a report that may be older than the snapshot before it, one that other reports contradict,
        and one that does not tell of all calls although their number has changed.
        """
        return self._unsure_at is not None

    def get(self, key: str) -> Call | None:
        """The call of that key, live or over, None if there is none or it is forgotten."""
        return self._shown.get(key)

    def apply(self, report: Report, now: float, *, ahead: float = 0.0) -> list[Change]:
        """Take in a push notification and return what changed by it.

        `ahead`: seconds by which the platform's clock, which dates reports and calls, is ahead of that of `now`.
        """
        if report.legs is None:
            return []
        named = _by_track(report.legs)
        unsure = abs(now - self._checked_at) < LATE
        for track_id, legs in named.items():
            track = self._track(track_id)
            track.extension_id = report.extension_id
            track.hear(report.sequence, Word(report.at, together(legs)), now)
            unsure |= self._catch_up(track_id, track, report, now)
        touched = list(named)
        if report.total is not None:
            if report.total <= len(report.legs):
                touched += self._vanish(report, frozenset(named), now, ahead)
            else:
                unsure |= report.total != sum(track.open for track in self._tracks.values())
        if unsure:
            self._unsure_at = now
        return self._changes(touched, now)

    def miss(self, now: float) -> None:
        """Note that a report came of which not all could be read: something happened, and nobody knows what."""
        self._unsure_at = now

    def reconcile(
        self, snapshot: Snapshot, now: float, asked_at: float, *, ahead: float = 0.0
    ) -> list[Change]:
        """Take in a snapshot that was asked for at `asked_at`; a live call absent from it is over.

        If the snapshot is cut, the absent calls are left alone. So are those of which a report arrived at or
        after `asked_at`, as it may be newer than the snapshot: nothing needs to be held back while one is
        fetched.
        """
        listed = {track_id: together(legs) for track_id, legs in _by_track(snapshot.legs).items()}
        there = {track_id: leg for track_id, leg in listed.items() if leg.stage is not Stage.ENDED}
        gone = [
            track_id
            for track_id, track in self._tracks.items()
            if track.open and track_id not in there and (not snapshot.cut or track_id in listed)
        ]
        touched = []
        for track_id in [*gone, *there]:
            track = self._track(track_id)
            if not asked_at <= track.heard_at <= now:  # beyond now: a clock was set back since
                word = Word(now + ahead, listed.get(track_id), final=track_id not in there, checked=True)
                track.note(word, now)
                touched.append(track_id)
        self._checked_at = now
        if self._unsure_at is not None and not asked_at <= self._unsure_at <= now:
            self._unsure_at = None
        return self._changes(touched, now)

    def left_out(self, snapshot: Snapshot) -> tuple[Call, ...]:
        """The live calls of which a cut snapshot tells nothing."""
        listed = {(leg.session_id, leg.direction) for leg in snapshot.legs}
        live = self.calls_and_own_legs if snapshot.cut else ()
        return tuple(call for call in live if (call.session_id, call.direction) not in listed)

    def tick(self, now: float) -> list[Change]:
        """Close the calls whose grace ran out by `now`."""
        due = [key for key, track in self._tracks.items() if track.wake is not None and track.wake <= now]
        for track_id in due:
            self._tracks[track_id].note(Word(now, final=True), now)
        return self._changes(due, now)

    def doubt(self) -> list[Change]:
        """Stop believing that any phone rings: nothing was heard for longer than phones ring.

        What became of those calls is not known. Each leaves as one that ended at no known time (`ended_at` is
        None), and is told of again as soon as it is heard of.
        """
        rings = [call for call in self._shown.values() if call.stage is Stage.RINGING]
        changes = [Change(call, replace(call, stage=Stage.ENDED)) for call in rings]
        self._shown.update({change.now.key: change.now for change in changes})
        return changes

    def expect_own_leg(self, own: str, other: str, since: float, until: float) -> None:
        """Announce a RingOut from the phone `own` to `other`: an inbound call to `own` that starts between
        `since` and `until` (by the platform's clock) and comes from either number is the user's own phone ringing.

        The mirrored outbound call says so too, but may be reported only after the phone began to ring.
        """
        self._own_ringing.append(OwnRinging(own, other, since, until))

    def _track(self, track_id: TrackId) -> Track:
        """The track of that session, the last in order of touch from now on."""
        track = self._tracks.pop(track_id, None) or Track()
        self._tracks[track_id] = track
        return track

    def _forget(self, now: float) -> None:
        """Let go of what ended long ago, and of what ended first if that is still too much."""
        excess = len(self._tracks) - REMEMBERED
        for track_id, track in list(
            itertools.islice(self._tracks.items(), max(excess, 0) + FORGOTTEN_AT_ONCE)
        ):
            too_old = now - track.touched_at > REMEMBERED_FOR
            if not track.open and (excess > 0 or too_old):
                for key in list(self._told(track_id)):
                    del self._shown[key]
                del self._tracks[track_id]
                excess -= 1

    def _vanish(self, report: Report, named: frozenset[TrackId], now: float, ahead: float) -> list[TrackId]:
        """Note that the calls that a whole list does not name left it; return which those are."""
        latest = now + ahead
        sent_at = report.at if report.at <= latest + AHEAD else latest  # or it would overtake all for years
        whole = _WholeList(report.extension_id, report.sequence, sent_at, named)
        if whole not in self._lists:
            self._lists.append(whole)
        gone = [
            track_id
            for track_id, track in self._tracks.items()
            if track_id not in named
            and track.extension_id in ("", report.extension_id)
            and (track.open or report.sequence < track.newest[0])
        ]
        for track_id in gone:
            self._tracks[track_id].hear(report.sequence, Word(report.at), now)
        return gone

    def _catch_up(self, track_id: TrackId, track: Track, report: Report, now: float) -> bool:
        """Note that a call left the list in a report that overtook this one; return whether it did.

        One that was sent well before this one did not overtake it, whatever its sequence says: the count may
        have begun anew, and must not make us deaf to every call from then on.
        """
        later = (
            whole
            for whole in self._lists
            if whole.extension_id == report.extension_id
            and whole.sequence > report.sequence
            and whole.at > report.at - CLOCKS_APART
            and track_id not in whole.named
        )
        gone = min(later, key=lambda whole: whole.sequence, default=None)
        if gone:
            track.hear(gone.sequence, Word(gone.at), now)
        return gone is not None

    def _changes(self, touched: Iterable[TrackId], now: float) -> list[Change]:
        """Compare the touched calls, and what may be other legs of them, with what was told."""
        track_ids = dict.fromkeys(touched)
        for track_id in list(track_ids):
            track_ids.update(dict.fromkeys(self._other_legs(track_id)))
        changes = [change for track_id in track_ids for change in self._news(track_id)]
        self._forget(now)
        return changes

    def _news(self, track_id: TrackId) -> Iterator[Change]:
        stories = self._tracks[track_id].stories
        for story in stories:
            own_leg = self._is_own_leg(track_id, story.call)
            now = replace(story.call, own_leg=True) if own_leg else story.call
            was = self._shown.get(now.key)
            unsure = story.ending is not None and not story.over
            if now != was and not (was is None and unsure):  # do not begin a call that may be over
                self._shown[now.key] = now
                yield Change(was, now)
        for key in list(self._told(track_id))[len(stories) :]:  # a late report joined two calls into one
            was = self._shown.pop(key)
            if was.live:
                yield Change(was, replace(was, stage=Stage.ENDED, ended_at=was.started_at))

    def _told(self, track_id: TrackId) -> Iterator[str]:
        """The keys of the calls of this session that the listeners know."""
        keys = (key_of(*track_id, ordinal) for ordinal in itertools.count(1))
        return itertools.takewhile(self._shown.__contains__, keys)

    def _other_legs(self, track_id: TrackId) -> list[TrackId]:
        session_id, direction = track_id
        other_way = Direction.OUTBOUND if direction is Direction.INBOUND else Direction.INBOUND
        return [leg for other in neighbours(session_id) if (leg := (other, other_way)) in self._tracks]

    def _is_own_leg(self, track_id: TrackId, call: Call) -> bool:
        if call.direction is Direction.OUTBOUND:
            return False
        return any(ringing.explains(call) for ringing in self._own_ringing) or any(
            mirrors(call, story.call)
            for leg in self._other_legs(track_id)
            for story in self._tracks[leg].stories
        )


def _by_track(legs: Iterable[Leg]) -> dict[TrackId, list[Leg]]:
    grouped: dict[TrackId, list[Leg]] = {}
    for leg in legs:
        grouped.setdefault((leg.session_id, leg.direction), []).append(leg)
    return grouped
