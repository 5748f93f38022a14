"""Responses and exceptions to `Problem`: the one place where the platform's refusals become words.

The caller says what did not happen ("The call to … was not placed."); the tables here say what to do now, of
what kind it is, and whether the program may try again. The platform's codes decide before the status does
(developer guide, "Errors": decide on errorCode, never on the message, which is localised).
"""

from __future__ import annotations

import math
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace

import httpx
import msgspec

from rcdesk import wire
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.pacing import WITHOUT_RETRY_AFTER
from rcdesk.core.tokens import Ending, Refusal

BODY_LIMIT = 8 * 1024 * 1024
"""Bytes of an answer that are read; the platform's largest page is far below."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a refusal means: what to do now, its kind, and whether the same request may be sent again."""

    remedy: str
    kind: Kind
    retry: bool = False


BY_STATUS = {
    400: Advice("The server did not understand the request; check what you entered.", Kind.BAD_REQUEST),
    401: Advice("Sign in again.", Kind.SIGN_IN),
    403: Advice("Your account may not do this; ask your administrator.", Kind.FORBIDDEN),
    404: Advice("It is not there (any more); look whether it has changed.", Kind.NOT_FOUND),
    405: Advice("This server does not offer it; rcdesk may be too old for it.", Kind.NOT_ALLOWED),
    410: Advice("It has been removed for good; look whether it has changed.", Kind.GONE),
    429: Advice("Too much was asked in a short time; wait, then try again.", Kind.THROTTLED, retry=True),
    500: Advice("The server had a problem of its own; try again later.", Kind.SERVER, retry=True),
    503: Advice("The service is down for maintenance; try again later.", Kind.UNAVAILABLE, retry=True),
}
OFFLINE = Advice("The server cannot be reached; check your network connection.", Kind.OFFLINE, retry=True)
UNTRUSTED = Advice(
    "Its certificate is not trusted on this computer: somebody may be listening in. Check the address, the clock and "
    "your network, or ask your administrator.",
    Kind.OFFLINE,
    retry=True,
)
UNREADABLE = Advice(
    "The answer did not come from the telephone service; check the server’s address and your network.",
    Kind.UNREADABLE,
    retry=True,
)
UNSENDABLE = Advice("Something that was typed has broken characters in it; type it anew.", Kind.BAD_REQUEST)
_SLOW = Advice("The server took too long to answer; try again later.", Kind.UNAVAILABLE, retry=True)
_OTHER_4XX = Advice("The server refused it; try again later.", Kind.BAD_REQUEST)

_ABROAD = "Calls abroad are off for this account; ask your administrator."
_BLOCKED = "This number is blocked for your account; ask your administrator."
_PLAN = "Your plan does not include this; ask your administrator."
_CALLER_ID = "The number to show is not one of yours; choose another one under “They see”."
_EXTENSION = "It is switched off for your extension; ask your administrator."
_APP = "The app you sign in with is not known here; check its client id and secret."
_WAY = "The app may not sign in in this way; choose another way, or ask who registered the app."
_CODE = "The browser’s answer came too late or twice; sign in again."
_RETURN = "The app has no return address for this computer; ask who registered the app to add it."
_CLOSED = "Your extension may not sign in at present; ask your administrator."
_ENTERED = "What you entered is not right; check it and try again."

BY_CODE = {
    "CMN-101": Advice("The server did not accept a value; check what you entered.", Kind.BAD_REQUEST),
    "CMN-102": BY_STATUS[404],
    "CMN-109": Advice(_PLAN, Kind.FORBIDDEN),
    "CMN-112": Advice(_EXTENSION, Kind.FORBIDDEN),
    "CMN-113": Advice(_EXTENSION, Kind.FORBIDDEN),
    "CMN-211": BY_STATUS[503],
    "CMN-401": Advice("The app you sign in with lacks a permission; ask who registered it.", Kind.FORBIDDEN),
    "CMN-402": Advice("Only an administrator may do this; ask yours.", Kind.FORBIDDEN),
    "CMN-403": Advice(_EXTENSION, Kind.FORBIDDEN),
    "CMN-405": Advice("Sign in with your extension, not with the company’s number alone.", Kind.SIGN_IN),
    "CMN-408": Advice("Your role does not allow this; ask your administrator.", Kind.FORBIDDEN),
    "CMN-427": Advice(_EXTENSION, Kind.FORBIDDEN),
    "BIL-101": Advice(_PLAN, Kind.FORBIDDEN),
    "BIL-102": Advice(_PLAN, Kind.FORBIDDEN),
    "BIL-103": Advice(_PLAN, Kind.FORBIDDEN),
    "TEL-101": Advice(_BLOCKED, Kind.FORBIDDEN),
    "TEL-102": Advice("The phone to ring first is blocked; choose another one.", Kind.FORBIDDEN),
    "TEL-107": Advice(_CALLER_ID, Kind.BAD_REQUEST),
    "TEL-108": Advice("The phone to ring first has no usable number; choose another one.", Kind.BAD_REQUEST),
    "TEL-109": Advice("The number cannot be called; check it.", Kind.BAD_REQUEST),
    "RNG-102": Advice(_CALLER_ID, Kind.FORBIDDEN),
    "InternationalDisabled": Advice(_ABROAD, Kind.FORBIDDEN),
    "NotEnoughFunds": Advice(
        "The account has no calling credit left; ask your administrator.", Kind.FORBIDDEN
    ),
    "PRS-105": Advice(_EXTENSION, Kind.FORBIDDEN),
    "PRS-106": Advice(_EXTENSION, Kind.FORBIDDEN),
    "SUB-505": Advice("Too many programs listen for this user; close one of them.", Kind.FORBIDDEN),
    "SUB-507": BY_STATUS[404],
    "SUB-528": Advice(
        "The app may not use this way of live updates; choose another in Settings.", Kind.FORBIDDEN
    ),
    "OAU-105": Advice(_CLOSED, Kind.SIGN_IN),
    "OAU-106": Advice(_CODE, Kind.SIGN_IN),
    "OAU-108": Advice(_CODE, Kind.SIGN_IN),
    "OAU-109": Advice(_RETURN, Kind.SIGN_IN),
    "OAU-110": Advice(_CODE, Kind.SIGN_IN),
    "OAU-112": Advice(_WAY, Kind.SIGN_IN),
    "OAU-113": Advice(_RETURN, Kind.SIGN_IN),
    "OAU-125": Advice(_WAY, Kind.SIGN_IN),
    "OAU-136": Advice("There is no such extension; check number and extension.", Kind.SIGN_IN),
    "OAU-140": Advice("Number, extension and password do not belong together; check them.", Kind.SIGN_IN),
    "OAU-141": Advice(_CLOSED, Kind.SIGN_IN),
    "OAU-142": Advice(_CLOSED, Kind.SIGN_IN),
    "OAU-147": Advice(
        "The account is locked after failed attempts; wait, or ask your administrator.", Kind.SIGN_IN
    ),
    "OAU-148": Advice("The account is locked here; sign in with the browser.", Kind.SIGN_IN),
    "OAU-151": Advice(_WAY, Kind.SIGN_IN),
    "OAU-165": Advice("The app is registered for another server; check the server’s address.", Kind.SIGN_IN),
    "OAU-167": Advice("Signing in is not allowed from this place; ask your administrator.", Kind.SIGN_IN),
    "OAU-168": Advice("Your account asks for a second factor; sign in with the browser.", Kind.SIGN_IN),
    "OAU-222": Advice("There is no such account; check the number.", Kind.SIGN_IN),
    "OAU-232": Advice("There is no such extension; check number and extension.", Kind.SIGN_IN),
    "OAU-236": Advice(_CLOSED, Kind.SIGN_IN),
    "OAU-251": Advice(_WAY, Kind.SIGN_IN),
    # The words of RFC 6749, for servers that give no code of their own:
    "invalid_request": Advice(_ENTERED, Kind.SIGN_IN),
    "invalid_client": Advice(_APP, Kind.SIGN_IN),
    "invalid_grant": Advice(_ENTERED, Kind.SIGN_IN),
    "unauthorized_client": Advice(_WAY, Kind.SIGN_IN),
    "unsupported_grant_type": Advice(_WAY, Kind.SIGN_IN),
    "unsupported_response_type": Advice(_WAY, Kind.SIGN_IN),
    "invalid_scope": Advice("The app asks for more than it may; ask who registered the app.", Kind.SIGN_IN),
    "access_denied": Advice(
        "Signing in was cancelled in the browser; try again when you like.", Kind.SIGN_IN
    ),
    "server_error": BY_STATUS[500],
    "temporarily_unavailable": BY_STATUS[503],
}

_PERMISSIONS = {
    "ReadAccounts": "Read Accounts",
    "ReadCallLog": "Read Call Log",
    "ReadPresence": "Read Presence",
    "EditPresence": "Edit Presence",
    "ReadContacts": "Read Contacts",
    "RingOut": "RingOut",
    "WebSocket": "WebSocket Subscriptions",
    "WebSocketsSubscription": "WebSocket Subscriptions",
}
_OAUTH_REJECTIONS = ("OAU-120", "OAU-121", "OAU-123", "OAU-134", "OAU-146", "OAU-153")
BY_CODE.update({code: Advice(_APP, Kind.SIGN_IN) for code in _OAUTH_REJECTIONS})

_TOKEN_REFUSALS = {
    "OAU-128": Refusal.EXPIRED,
    "OAU-210": Refusal.EXPIRED,
    "expired_token": Refusal.EXPIRED,
    "OAU-211": Refusal.REVOKED,
    "OAU-129": Refusal.UNKNOWN,
    "OAU-149": Refusal.UNKNOWN,
    "OAU-213": Refusal.UNKNOWN,
    "invalid_grant": Refusal.UNKNOWN,
}
_LACKS_PERMISSION = ("CMN-401", "InsufficientPermissions")
_OVER = {
    Ending.UNUSED: "You are signed out: rcdesk was not used for longer than a sign-in lasts.",
    Ending.LIMIT: "You are signed out: your administrator limits how long a sign-in lasts.",
    Ending.REVOKED: "You are signed out: your password or JWT was changed, or somebody has ended the sign-in.",
    Ending.REPLACED: "You are signed out: most likely you have signed in in more than five places.",
    Ending.APP: "You are signed out: the app you sign in with may not keep you signed in.",
    Ending.REFUSED: "You are signed out: the service has ended your sign-in.",
}
_APP_LACKS = "You are not signed in: the app lacks a permission that rcdesk needs."
_APP_STAYS = "Sign in again; ask who registered the app to let it issue refresh tokens."

_PLAIN = (405, 408, 410, 429)
"""Statuses that say it all, as those from 500 on do: there a code adds nothing but risk."""

_GATEWAYS = (408, 502, 504)
"""Statuses of an answer that got lost, or came too late, on the way: the server may have done it all the same."""

UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

KEEPS_TOKEN = frozenset({"CMN-405", "OAU-151"})
"""Codes of a 401 that a fresh token does not cure."""


def from_answer(doing: str, status: int, headers: Mapping[str, str], body: bytes) -> Problem:
    """Say in words what a refusal means. A body that is no JSON, or none, leaves the status to decide."""
    codes, permission = read_refusal(body)
    advice = _by_status(status)
    if status not in _PLAIN and status < 500:
        advice = next((BY_CODE[code] for code in codes if code in BY_CODE), advice)
    remedy = _lacks(permission) if permission and advice.kind is Kind.FORBIDDEN else advice.remedy
    is_throttled = advice.kind is Kind.THROTTLED
    pause = seconds(headers.get("retry-after"), WITHOUT_RETRY_AFTER if is_throttled else None)
    if is_throttled and pause is not None:
        remedy = _slower(pause)
    return Problem(
        doing,
        remedy,
        advice.kind,
        retry=advice.retry,
        retry_after=pause,
        status=status,
        code=codes[0] if codes else "",
        unsure=status in _GATEWAYS,
    )


def throttled(doing: str, pause: float) -> Problem:
    """Say in words that a request was not sent, since the server would refuse it for so many seconds."""
    return Problem(doing, _slower(pause), Kind.THROTTLED, retry=True, retry_after=pause)


def _slower(pause: float) -> str:
    """What to do about a limit of the server's. It may be for hours where it is another program that has met it."""
    minutes, hours = math.ceil(pause / 60), math.ceil(pause / 3600)
    long = "a minute" if minutes <= 1 else f"{minutes} minutes" if minutes < 120 else f"{hours} hours"
    return f"Too much was asked in a short time; wait {long}, then try again."


def from_code(doing: str, code: str) -> Problem:
    """Say in words what an OAuth error word means that came by way of the browser."""
    advice = BY_CODE.get(code, _OTHER_4XX)
    return Problem(doing, advice.remedy, Kind.SIGN_IN, code=code)


def token_refusal(problem: Problem) -> Refusal:
    """Tell what a refused refresh says of the token."""
    if problem.remedy in (_WAY, _APP):
        return Refusal.APP
    return _TOKEN_REFUSALS.get(problem.code, Refusal.OTHER)


def session_over(ending: Ending, refused: Problem | None = None) -> Problem:
    """Say in words why the session is over; `refused` is what the server answered, if it did.

    Nobody has entered anything, so nobody is asked to check it.
    """
    remedy = _APP_STAYS if ending is Ending.APP else BY_STATUS[401].remedy
    if refused and ending in (Ending.APP, Ending.REFUSED) and refused.remedy not in (_ENTERED, _WAY):
        remedy = refused.remedy
    status, code = (refused.status, refused.code) if refused else (0, "")
    return Problem(_OVER[ending], remedy, Kind.SIGN_IN, status=status, code=code, ending=ending)


def app_lacks(problem: Problem) -> Problem | None:
    """Say that the app lacks a permission without which nobody can sign in, if that is what was refused."""
    if problem.code not in _LACKS_PERMISSION:
        return None
    return replace(problem, title=_APP_LACKS, kind=Kind.SIGN_IN, ending=Ending.APP)


def from_exception(doing: str, error: httpx.HTTPError) -> Problem:
    """Say in words why no answer came."""
    broken = isinstance(error, httpx.DecodingError | httpx.TooManyRedirects)
    unsent = isinstance(error, UNSENT)
    silent = UNTRUSTED if _is_untrusted(error) else OFFLINE
    return no_answer(doing, UNREADABLE if broken else silent, unsure=not unsent)


def _is_untrusted(error: BaseException | None) -> bool:
    """Whether the server's certificate was refused, which HTTP's libraries tell as a connection that failed."""
    return error is not None and (
        isinstance(error, ssl.SSLCertVerificationError) or _is_untrusted(error.__cause__ or error.__context__)
    )


def no_answer(doing: str, advice: Advice, status: int = 0, *, unsure: bool = False) -> Problem:
    """Say that no answer came, or none that can be read; `unsure` if the server may have acted."""
    return Problem(doing, advice.remedy, advice.kind, retry=advice.retry, status=status, unsure=unsure)


def unreadable(doing: str, status: int = 0) -> Problem:
    """Say that an answer came that is not what was agreed."""
    return no_answer(doing, UNREADABLE, status, unsure=True)


def read_refusal(body: bytes) -> tuple[list[str], str]:
    """Return the codes of a refusal, the most telling first, and the app permission that is lacking or "".

    `errors[0]` has today's code, the top level may have an older word, and OAuth has its `error`.
    """
    try:
        refusal = wire.decode(body, wire.Error)
    except msgspec.DecodeError:
        return [], ""
    codes = [item.error_code for item in refusal.errors[:1]]
    codes += [refusal.error_code, refusal.error]
    named = [item.permission_name for item in refusal.errors[:1]]
    permission = next(filter(None, [*named, refusal.permission_name]), "")
    return [code for code in dict.fromkeys(codes) if code], permission or ""


def seconds(text: str | None, otherwise: float | None) -> float | None:
    """Read a Retry-After header; the platform writes whole seconds, never a date."""
    return float(min(int(text), 86_400)) if text and text.isascii() and text.isdigit() else otherwise


def _by_status(status: int) -> Advice:
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status in (408, 504):
        return _SLOW
    return BY_STATUS[500] if status >= 500 else _OTHER_4XX


def _lacks(permission: str) -> str:
    words = _PERMISSIONS.get(permission) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", permission)
    return f"The app you sign in with lacks the permission “{words}”; ask who registered it to add it."
