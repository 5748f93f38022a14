"""Which inbound call is only the user's own phone, rung by a RingOut of theirs.

A RingOut makes two calls. Most phones show one outbound call; on some systems the ringing of the user's own
phone shows as an inbound one beside it, with the two numbers swapped.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from rcdesk.core.call_types import Call
from rcdesk.core.numbers import same

OFFSETS = (1000, 2000, 3000, 4000)
"""By one of these the session ids of the two legs differ (so the vendor's own clients tell them)."""

LONGEST_SESSION_ID = 20  # digits; what is longer is no session id that could have a neighbour


@dataclass(frozen=True, slots=True)
class OwnRinging:
    """A RingOut under way: `own` rings, then `other`; the phone begins to ring between the two times."""

    own: str
    other: str
    since: float
    until: float

    def explains(self, inbound: Call) -> bool:
        return (
            same(inbound.to_number, self.own)
            and (same(inbound.from_number, self.other) or same(inbound.from_number, self.own))
            and self.since <= inbound.started_at <= self.until
        )


@functools.lru_cache(maxsize=1024)  # asked for at every report of a call
def neighbours(session_id: str) -> tuple[str, ...]:
    """Return the session ids that the other leg of a RingOut could have."""
    if not (session_id.isascii() and session_id.isdigit() and len(session_id) <= LONGEST_SESSION_ID):
        return ()
    number = int(session_id)
    return tuple(str(other) for offset in OFFSETS for other in (number + offset, number - offset))


def mirrors(inbound: Call, outbound: Call) -> bool:
    """Whether both were on at one time, each from where the other went."""
    return (
        same(inbound.from_number, outbound.to_number)
        and same(inbound.to_number, outbound.from_number)
        and (outbound.ended_at is None or inbound.started_at <= outbound.ended_at)
        and (inbound.ended_at is None or outbound.started_at <= inbound.ended_at)
    )
