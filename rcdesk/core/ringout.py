"""RingOut: poll answers to progress and the next look."""

from __future__ import annotations

from rcdesk.core.errors import Problem
from rcdesk.core.ringout_types import (
    CallStatus,
    End,
    EndedRingOut,
    LegStatus,
    Order,
    Progress,
    Status,
    Step,
)
from rcdesk.core.ringout_words import Words

__all__ = [
    "CallStatus", "End", "EndedRingOut", "LegStatus", "Order", "Progress", "RingOut", "Status", "Step",
]  # fmt: skip

SHORTEST_LOOK, LONGEST_LOOK, LOOK_GROWTH = 1.0, 5.0, 1.3
"""Seconds between polls: quick while it rings, and never as often as the Light group could not bear."""

GIVE_UP = 180.0  # seconds after the order was taken; no RingOut that is still under way then is followed on
VERIFY = 6.0  # seconds that a cancelled RingOut has to stop; the platform takes a DELETE that has no effect

_DECLINED = (LegStatus.NO_ANSWER, LegStatus.BUSY, LegStatus.REJECTED)
_STEPS = {
    LegStatus.UNKNOWN: Step.WAITING,  # tells nothing: the leg stays where it is
    LegStatus.IN_PROGRESS: Step.RINGING,
    LegStatus.ANSWERED: Step.ANSWERED,
    LegStatus.HUNG_UP: Step.OVER,
}
_FORWARD = {Step.WAITING: 0, Step.RINGING: 1, Step.ANSWERED: 2, Step.OVER: 3, Step.FAILED: 3}


class _LegState:
    """One leg. It only goes forward, since a poll may skip steps and a late answer may be an old one."""

    def __init__(self) -> None:
        self.step = Step.WAITING
        self.status = LegStatus.IN_PROGRESS

    def move(self, status: LegStatus) -> None:
        step = _STEPS.get(status, Step.FAILED)
        if step is Step.FAILED and self.step is Step.ANSWERED:
            step = Step.OVER  # "rejected" is also said of one that was answered and then cancelled
        if _FORWARD[step] > _FORWARD[self.step]:
            self.step, self.status = step, status


class RingOut:
    """Follows one RingOut to its end: what each poll says goes in, what the user sees comes out.

    A wish to cancel is believed only when the polls show that it worked: the platform's own documents
    disagree on when a RingOut can be cancelled at all.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._own, self._other = _LegState(), _LegState()
        self._since: float | None = None
        self._pause = SHORTEST_LOOK
        self._cancelling = False
        self._must_stop_by: float | None = None  # known once the platform has answered the cancel
        self._end: End | None = None
        self._summary = self._advice = ""
        self._connected_at: float | None = None

    @property
    def order(self) -> Order:
        return self._order

    @property
    def progress(self) -> Progress:
        """How it stands."""
        words = Words(self._order)
        under_way = self._end is None
        over = self._end not in (None, End.NOT_CANCELLED, End.LOST)
        return Progress(
            order=self._order,
            own=self._own.step,
            other=self._other.step,
            own_words=words.own(self._own.step, self._own.status, cancelling=self._cancelling, over=over),
            other_words=words.other(self._other.step, self._other.status, self._own.step, over=over),
            summary=self._summary,
            advice=words.hint(self._own.step, self._other.step) if under_way else self._advice,
            end=self._end,
            can_cancel=under_way and self._may_cancel(),
            cancelling=under_way and self._cancelling,
        )

    @property
    def connected_at(self) -> float | None:
        """Unix seconds from which both sides could talk, as the polls saw it; None if they could not yet."""
        return self._connected_at

    @property
    def next_look(self) -> float | None:
        """Seconds to wait before the next poll, None when there is nothing more to look for."""
        return None if self._end or self._since is None else self._pause

    def apply(self, status: Status, now: float) -> Progress:
        """Take in what the platform says of it: the answer to the order first, then each poll."""
        if self._end:
            return self.progress
        self._looked(now)
        self._own.move(status.caller)
        if status.callee is not LegStatus.IN_PROGRESS or self._own.step is Step.ANSWERED:
            self._other.move(status.callee)
        if self._cancelling:
            self._verify(status.call, now)
        elif status.call is not CallStatus.IN_PROGRESS:
            self._finish(status.call, now)
        else:
            self._check_patience(now)
        return self.progress

    def call_over(self, at: float) -> Progress:
        """The call that came of it has ended, as is known from elsewhere: the platform tells that of no RingOut."""
        if self._end in (End.CONNECTED, End.NOT_CANCELLED):
            lasted = None if self._connected_at is None else max(at - self._connected_at, 0.0)
            self._end, self._summary, self._advice = End.OVER, Words(self._order).over(lasted), ""
        return self.progress

    def taken_back(self) -> Progress:
        """The user has cancelled it before it was sent."""
        self._own.move(LegStatus.REFUSED)
        return self._ended(End.CANCELLED, Words(self._order).taken_back)

    def refused(self, problem: Problem) -> Progress:
        """The platform did not take the order, or it is not known whether it did."""
        self._own.move(LegStatus.UNSURE if problem.unsure else LegStatus.REFUSED)
        return self._ended(End.LOST if problem.unsure else End.FAILED, problem.title, problem.remedy)

    def look_failed(self, now: float) -> Progress:
        """A poll got no answer; look again later, but not for ever."""
        self._looked(now)
        self._check_patience(now)
        return self.progress

    def missing(self, now: float, *, on: bool) -> Progress:
        """The platform does not know it any more (404): it is over, however it went.

        `on`: its call is still live, as is known from elsewhere. That word may be late, so a cancel has until
        VERIFY after its answer to show there too.
        """
        if not self._cancelling:
            return self.timed_out()
        words = Words(self._order)
        if not on:
            return self._ended(End.CANCELLED, words.cancelled)
        if self._must_stop_by is not None and now >= self._must_stop_by:
            return self._ended(End.NOT_CANCELLED, words.not_cancelled, words.hang_up)
        self._looked(now)
        self._check_patience(now)
        return self.progress

    def timed_out(self) -> Progress:
        """Stop following it: the platform has stopped telling."""
        words = Words(self._order)
        return self._ended(End.LOST, words.lost, words.look_at_calls)

    def cancel_asked(self) -> Progress:
        """The user wants it to stop. The caller now asks the platform, and tells what it answered."""
        if self._end is None and self._may_cancel():
            self._cancelling = True
        return self.progress

    def cancel_answered(self, accepted: bool, now: float) -> Progress:
        """The platform took the wish to cancel, or refused it; the polls that follow tell the truth."""
        self._must_stop_by = now + VERIFY if accepted else now
        self._pause = SHORTEST_LOOK
        return self.progress

    def _may_cancel(self) -> bool:
        """While the callee's leg is in progress; the tutorial and the guide agree on that much."""
        return not self._cancelling and self._other.status is LegStatus.IN_PROGRESS

    def _looked(self, now: float) -> None:
        if self._since is None:
            self._since = now
        else:
            self._pause = min(LONGEST_LOOK, self._pause * LOOK_GROWTH)

    def _check_patience(self, now: float) -> None:
        if self._since is not None and now - self._since >= GIVE_UP:
            self.timed_out()

    def _verify(self, call: CallStatus, now: float) -> None:
        """Tell whether cancelling worked: the user's phone may not be connected any more."""
        words = Words(self._order)
        if call is CallStatus.FAILED and self._own.step is not Step.ANSWERED:
            self._ended(End.CANCELLED, words.cancelled)
        elif call is CallStatus.CONNECTED or (self._must_stop_by is not None and now >= self._must_stop_by):
            self._ended(End.NOT_CANCELLED, words.not_cancelled, words.hang_up)
        else:
            self._check_patience(now)

    def _finish(self, call: CallStatus, now: float) -> None:
        words, own, other = Words(self._order), self._own, self._other
        if call is CallStatus.CONNECTED:
            self._own.move(LegStatus.ANSWERED)
            self._other.move(LegStatus.ANSWERED)
            self._connected_at = now
            self._ended(End.CONNECTED, words.connected(over=Step.OVER in (own.step, other.step)))
        elif own.step is Step.FAILED:
            end = End.OWN_NOT_ANSWERED if own.status in _DECLINED else End.FAILED
            self._ended(end, *words.own_failed(own.status))
        elif other.step is Step.FAILED:
            end = End.NOT_ANSWERED if other.status in _DECLINED else End.FAILED
            self._ended(end, *words.other_failed(other.status, own.step))
        elif own.step is Step.OVER:
            self._ended(End.NOT_ANSWERED, words.hung_up_first)
        elif call is CallStatus.UNKNOWN:
            self._ended(End.LOST, words.lost, words.look_at_calls)
        else:
            self._ended(End.FAILED, *words.failed)

    def _ended(self, end: End, summary: str, advice: str = "") -> Progress:
        if self._end is None:
            self._end, self._summary, self._advice = end, summary, advice
        return self.progress
