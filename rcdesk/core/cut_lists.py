"""What the list of active calls tells of those that a cut list left out: the presence names seven at most."""

from __future__ import annotations

from collections.abc import Iterable

from rcdesk.core.calls import Call, Leg, Snapshot, Stage
from rcdesk.core.history import LogRecord

UNLISTED = 15.0
"""Seconds for which a call may be on without being among the active calls, which are told 3 to 10 s late."""


def completed(left_out: Iterable[Call], active: Iterable[LogRecord], now: float) -> Snapshot:
    """Return a snapshot, cut as well, that has a last word on each call of `left_out` that is over.

    `left_out`: what `CallBook.left_out` names. `active`: what is on, and what ended in the last two minutes, as the
    platform told it at `now` (unix seconds). A call that is not there at all is over, unless it still rings or is
    new: calls that are being routed are not listed.
    """
    on = {(record.session_id, record.direction): record.in_progress for record in active}
    over = []
    for call in left_out:
        settled = call.stage is not Stage.RINGING and now - call.started_at > UNLISTED
        if not on.get((call.session_id, call.direction), not settled):
            over.append(Leg(call.session_id, call.direction, Stage.ENDED, final=True))
    return Snapshot(tuple(over), cut=True)
