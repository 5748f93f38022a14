"""What can go wrong for the user: a title that says what did not happen, and a remedy."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from rcdesk.core.tokens import Ending


class Kind(enum.Enum):
    """What sort of trouble it is; decides who may try again and which button is offered."""

    BAD_REQUEST = "bad request"
    SIGN_IN = "sign in"  # the session is over, or was never there
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    NOT_ALLOWED = "not allowed"  # the method, not the person
    GONE = "gone"
    THROTTLED = "throttled"
    SERVER = "server"
    UNAVAILABLE = "unavailable"
    OFFLINE = "offline"
    UNREADABLE = "unreadable"  # an answer that is not what was agreed
    LOCAL = "local"  # this computer: disk, keyring, port


@dataclass(unsafe_hash=True)  # not frozen: raising writes to the traceback
class Problem(Exception):
    """Trouble of the environment, told to the user in these words. Anything else raised is a bug.

    Attributes:
        title: what did not happen, one sentence.
        remedy: what to do now, one sentence.
        kind: what sort of trouble it is.
        retry: whether the program itself may try again (never true for a RingOut).
        retry_after: seconds to wait before any request of that group, if the server said so.
        status: HTTP status, for the log only; 0 if there was no answer.
        code: the platform's own error code, for the log and for decisions, never for the screen.
        unsure: it was sent, and no answer came that can be read: the server may have done it all the same.
        ending: why the session is over, if that is the trouble.
    """

    title: str
    remedy: str
    kind: Kind
    retry: bool = False
    retry_after: float | None = None
    status: int = 0
    code: str = ""
    unsure: bool = False
    ending: Ending | None = None

    def __str__(self) -> str:
        return f"{self.title} {self.remedy}"
