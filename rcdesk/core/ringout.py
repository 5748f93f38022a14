"""RingOut: poll answers to progress and the next look."""

from __future__ import annotations

from rcdesk.core.errors import Problem
from rcdesk.core.ringout_types import End, EndedRingOut, Order, Progress, Status, Step
from rcdesk.core.ringout_words import Words

__all__ = ["End", "EndedRingOut", "Order", "Progress", "RingOut", "Status", "Step"]

SHORTEST_LOOK, LONGEST_LOOK, LOOK_GROWTH = 1.0, 5.0, 1.3
"""Seconds between polls: quick while it rings, and never as often as the Light group could not bear."""

GIVE_UP = 180.0  # seconds after the order was taken; no RingOut that is still under way then is followed on
VERIFY = 6.0  # seconds that a cancelled RingOut has to stop; the platform takes a DELETE that has no effect

IN_PROGRESS, SUCCESS, FINISHED = "inprogress", "success", "finished"
_DECLINED = ("noanswer", "busy", "rejected")
_FORWARD = {Step.WAITING: 0, Step.RINGING: 1, Step.ANSWERED: 2, Step.OVER: 3, Step.FAILED: 3}


class _LegState:
    """One leg. It only goes forward, since a poll may skip steps and a late answer may be an old one."""

    def __init__(self) -> None:
        self.step = Step.WAITING
        self.word = IN_PROGRESS

    def move(self, step: Step, word: str) -> None:
        if _FORWARD[step] > _FORWARD[self.step]:
            self.step, self.word = step, word


def _step(word: str) -> Step:
    return {IN_PROGRESS: Step.RINGING, SUCCESS: Step.ANSWERED, FINISHED: Step.OVER}.get(word, Step.FAILED)


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
            own_words=words.own(self._own.step, self._own.word, cancelling=self._cancelling),
            other_words=words.other(self._other.step, self._other.word, self._own.step, over=over),
            summary=self._summary,
            advice=words.hint(self._own.step, self._other.step) if under_way else self._advice,
            end=self._end,
            can_cancel=under_way and self._may_cancel(),
            cancelling=under_way and self._cancelling,
        )

    @property
    def next_look(self) -> float | None:
        """Seconds to wait before the next poll, None when there is nothing more to look for."""
        return None if self._end or self._since is None else self._pause

    def apply(self, status: Status, now: float) -> Progress:
        """Take in what the platform says of it: the answer to the order first, then each poll."""
        if self._end:
            return self.progress
        self._looked(now)
        caller, callee, call = (word.casefold() for word in (status.caller, status.callee, status.call))
        self._own.move(_step(caller), caller)
        if callee != IN_PROGRESS or self._own.step is Step.ANSWERED:
            self._other.move(_step(callee), callee)
        if self._cancelling:
            self._verify(call, now)
        elif call != IN_PROGRESS:
            self._finish(call)
        else:
            self._check_patience(now)
        return self.progress

    def refused(self, problem: Problem) -> Progress:
        """The platform did not take the order, or it is not known whether it did."""
        self._own.move(Step.FAILED, "unsure" if problem.unsure else "refused")
        return self._ended(End.LOST if problem.unsure else End.FAILED, problem.title, problem.remedy)

    def look_failed(self, now: float) -> Progress:
        """A poll got no answer; look again later, but not for ever."""
        self._looked(now)
        self._check_patience(now)
        return self.progress

    def missing(self, now: float) -> Progress:
        """The platform does not know it any more (404): it is over, however it went."""
        if self._cancelling:
            return self._ended(End.CANCELLED, Words(self._order).cancelled)
        return self.timed_out(now)

    def timed_out(self, now: float) -> Progress:
        """Stop following it: the platform has stopped telling."""
        words = Words(self._order)
        return self._ended(End.LOST, words.lost, words.look_at_calls)

    def cancel_asked(self, now: float) -> Progress:
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
        return self._since is not None and not self._cancelling and self._other.word == IN_PROGRESS

    def _looked(self, now: float) -> None:
        if self._since is None:
            self._since = now
        else:
            self._pause = min(LONGEST_LOOK, self._pause * LOOK_GROWTH)

    def _check_patience(self, now: float) -> None:
        if self._since is not None and now - self._since >= GIVE_UP:
            self.timed_out(now)

    def _verify(self, call: str, now: float) -> None:
        """Tell whether cancelling worked: the user's phone may not be connected any more."""
        words = Words(self._order)
        if call not in (IN_PROGRESS, SUCCESS) and self._own.step is not Step.ANSWERED:
            self._ended(End.CANCELLED, words.cancelled)
        elif call == SUCCESS or (self._must_stop_by is not None and now >= self._must_stop_by):
            self._ended(End.NOT_CANCELLED, words.not_cancelled, words.hang_up)
        else:
            self._check_patience(now)

    def _finish(self, call: str) -> None:
        words, own, other = Words(self._order), self._own, self._other
        if call == SUCCESS:
            self._own.move(Step.ANSWERED, SUCCESS)
            self._other.move(Step.ANSWERED, SUCCESS)
            self._ended(End.CONNECTED, words.connected(over=Step.OVER in (own.step, other.step)))
        elif own.step is Step.FAILED:
            end = End.OWN_NOT_ANSWERED if own.word in _DECLINED else End.FAILED
            self._ended(end, *words.own_failed(own.word))
        elif other.step is Step.FAILED:
            end = End.NOT_ANSWERED if other.word in _DECLINED else End.FAILED
            self._ended(end, *words.other_failed(other.word, own.step))
        elif own.step is Step.OVER:
            self._ended(End.NOT_ANSWERED, words.hung_up_first)
        else:
            self._ended(End.FAILED, *words.failed)

    def _ended(self, end: End, summary: str, advice: str = "") -> Progress:
        if self._end is None:
            self._end, self._summary, self._advice = end, summary, advice
        return self.progress
