"""How calls ended: told from what was seen live, or from a RingOut's polls. What the platform's log says of it
is read in `client.log_words`."""

from __future__ import annotations

from dataclasses import replace

from rcdesk.core.calls import Call, Change, Direction
from rcdesk.core.history import Outcome
from rcdesk.core.ringout import End

SEEN_WITHIN = 15.0  # seconds; of what happens between two looks further apart nobody saw when it did
EARLY = 5.0  # seconds of ringing; whoever gives up sooner did not really call

_RINGOUTS = {
    End.CANCELLED: (Outcome.NO_ANSWER, "You cancelled the call."),
    End.OWN_NOT_ANSWERED: (Outcome.OWN_NO_ANSWER, ""),
    End.NOT_ANSWERED: (Outcome.OTHER_NO_ANSWER, ""),
    End.FAILED: (Outcome.FAILED, ""),
}


def found_over(change: Change, looked_at: float) -> Change:
    """Return `change`, which a snapshot told, with the end of a call marked as unseen if it may have been long
    before. `looked_at`: unix seconds of the last report or snapshot before that one."""
    now = change.now
    if now.ended_at is None or now.ended_at - looked_at <= SEEN_WITHIN:
        return change
    return replace(change, now=replace(now, unseen=True))


def outcome_of(call: Call, *, declined: bool = False) -> Outcome:
    """Return how a call that is over ended, as far as presence tells.

    `declined`: the user did it here. Of a RingOut's call presence knows nothing: it shows one as connected
    as soon as the user's own phone is (see `outcome_of_ringout`).
    """
    if call.answered_at is not None and call.ended_at is not None:
        return Outcome.ANSWERED if call.direction is Direction.INBOUND else Outcome.CONNECTED
    if call.ended_at is None or call.unseen:
        return Outcome.UNKNOWN
    if call.direction is Direction.OUTBOUND:
        return Outcome.NO_ANSWER
    if declined:
        return Outcome.DECLINED
    if call.elsewhere:
        return Outcome.ANSWERED_ELSEWHERE
    rang = call.ended_at - call.started_at
    return Outcome.GAVE_UP if 0 <= rang < EARLY else Outcome.MISSED  # below 0 the clocks differ: nobody knows


def outcome_of_ringout(end: End) -> tuple[Outcome, str] | None:
    """Return how a RingOut ended, and a reason for a person where the outcome does not say all.

    None if the polls do not know: it is on, or may be, and presence tells the rest.
    """
    return _RINGOUTS.get(end)
