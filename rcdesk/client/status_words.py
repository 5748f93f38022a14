"""The platform's words for how presence and RingOuts stand, and ours; its own words end here.

A word that is not known stands for itself: it is `UNKNOWN`, never an error, and nothing is told of it.
"""

from __future__ import annotations

from rcdesk.core.account import DndStatus, Presence, UserStatus
from rcdesk.core.ringout import CallStatus, LegStatus

_USER_STATUSES = {
    "Available": UserStatus.AVAILABLE,
    "Busy": UserStatus.BUSY,
    "Offline": UserStatus.INVISIBLE,
}
_DND_STATUSES = {
    "TakeAllCalls": DndStatus.TAKE_ALL,
    "DoNotAcceptAnyCalls": DndStatus.TAKE_NONE,
    "DoNotAcceptDepartmentCalls": DndStatus.NO_QUEUE_CALLS,
    "TakeDepartmentCallsOnly": DndStatus.QUEUE_CALLS_ONLY,
}
_USER_WORDS = {status: word for word, status in _USER_STATUSES.items()}
_DND_WORDS = {status: word for word, status in _DND_STATUSES.items()}

_RINGOUTS = {  # one list for the whole and for both legs ("RingOut status"); servers differ in case
    "inprogress": (CallStatus.IN_PROGRESS, LegStatus.IN_PROGRESS),
    "success": (CallStatus.CONNECTED, LegStatus.ANSWERED),
    "finished": (CallStatus.FAILED, LegStatus.HUNG_UP),
    "noanswer": (CallStatus.FAILED, LegStatus.NO_ANSWER),
    "busy": (CallStatus.FAILED, LegStatus.BUSY),
    "rejected": (CallStatus.FAILED, LegStatus.REJECTED),
    "internationaldisabled": (CallStatus.FAILED, LegStatus.ABROAD_OFF),
    "destinationblocked": (CallStatus.FAILED, LegStatus.BLOCKED),
    "notenoughfunds": (CallStatus.FAILED, LegStatus.NO_CREDIT),
    "ringoutfromthisnumberisnotsupported": (CallStatus.FAILED, LegStatus.NOT_SUPPORTED),
    "nosuchuser": (CallStatus.FAILED, LegStatus.NO_SUCH_NUMBER),
    "nosessionfound": (CallStatus.FAILED, LegStatus.GONE),
    "cannotreach": (CallStatus.FAILED, LegStatus.FAILED),
    "noansweringmachine": (CallStatus.FAILED, LegStatus.FAILED),
    "genericerror": (CallStatus.FAILED, LegStatus.FAILED),
    "invalid": (CallStatus.FAILED, LegStatus.FAILED),
    "error": (CallStatus.FAILED, LegStatus.FAILED),
    "unknown": (CallStatus.FAILED, LegStatus.FAILED),
}


def presence(user_status: str | None, dnd_status: str | None, message: str | None) -> Presence:
    """Read what the platform says of the user's presence; None is what it left out."""
    return Presence(
        None if user_status is None else _USER_STATUSES.get(user_status, UserStatus.UNKNOWN),
        None if dnd_status is None else _DND_STATUSES.get(dnd_status, DndStatus.UNKNOWN),
        message,
    )


def presence_fields(wish: Presence) -> dict[str, str]:
    """Write the fields of `wish` that are known, as PUT presence takes them."""
    fields = {
        "userStatus": wish.user_status and _USER_WORDS.get(wish.user_status),
        "dndStatus": wish.dnd_status and _DND_WORDS.get(wish.dnd_status),
        "message": wish.message,
    }
    return {name: value for name, value in fields.items() if value is not None}


def call_status(word: str) -> CallStatus:
    """Read how a RingOut as a whole stands."""
    return _RINGOUTS.get(word.casefold(), (CallStatus.UNKNOWN, None))[0]


def leg_status(word: str) -> LegStatus:
    """Read how one leg of a RingOut stands."""
    return _RINGOUTS.get(word.casefold(), (None, LegStatus.UNKNOWN))[1]
