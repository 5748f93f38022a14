"""Tokens: what is held of a session, and whether to use it, renew it or ask to sign in."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

SOON_OVER = 60.0  # seconds by which the server's clock and ours may see the end of a session apart
RENEWED_AT = 0.8  # of an access token's life: long enough before the end for a slow or throttled refresh
WARNED_WITHIN = 86400.0  # seconds before the end of a session: time to sign in again when it suits …
WARNED_LAST = 0.1  # … but of a short session no more than this last part


@dataclass(frozen=True, slots=True)
class Tokens:
    """One session with the platform. All times are unix seconds; secrets stay out of its repr.

    Attributes:
        refresh: "" if the platform granted none: the session then ends with the access token.
        session_ends_at: when the session ends although it is used, 0 if the platform has not told.
        session_began_at: when the user signed in.
        scope: the app's permissions, separated by spaces.
        owner_id: id of the extension that signed in.
        endpoint_id: names this installation to the platform.
    """

    access: str
    issued_at: float
    expires_at: float
    refresh: str = ""
    refresh_expires_at: float = 0.0
    scope: str = ""
    owner_id: str = ""
    endpoint_id: str = ""
    session_id: str = ""
    session_ends_at: float = 0.0
    session_began_at: float = 0.0

    def __repr__(self) -> str:
        return f"Tokens(owner_id={self.owner_id!r}, expires_at={self.expires_at!r})"

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split())

    @property
    def renewed_from(self) -> float:
        """When to refresh although the access token still works."""
        return self.issued_at + RENEWED_AT * (self.expires_at - self.issued_at)

    @property
    def warned_from(self) -> float:
        """From when the user is told that the session is about to end; 0 if it does not end by itself."""
        if not self.session_ends_at:
            return 0.0
        lasts = self.session_ends_at - (self.session_began_at or self.issued_at)
        return self.session_ends_at - min(WARNED_WITHIN, WARNED_LAST * lasts)

    def to_dict(self) -> dict[str, str | float]:
        """What `from_dict` makes the same tokens of; plain enough for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, object]) -> Tokens | None:
        """Return the tokens that `to_dict` gave, None if something is missing or of another kind.

        What an older rcdesk did not keep yet may be missing: an update signs nobody out.
        """
        values: dict[str, str | float] = {}
        for field in fields(cls):
            if field.name not in kept and field.name in _LATER:
                continue
            value = kept.get(field.name)
            if field.type == "float" and isinstance(value, (int, float)) and not isinstance(value, bool):
                values[field.name] = float(value)
            elif field.type == "str" and isinstance(value, str):
                values[field.name] = value
            else:
                return None
        return cls(**values)  # type: ignore[arg-type]


_LATER = frozenset({"session_ends_at", "session_began_at"})
"""Fields that tokens kept by an older rcdesk do not have."""


class Refusal(enum.Enum):
    """What the server says of a refresh token that it does not take."""

    EXPIRED = enum.auto()
    REVOKED = enum.auto()
    UNKNOWN = enum.auto()  # it knows no such token, any more or at all
    APP = enum.auto()  # it is not about the token: the app may not ask for this
    OTHER = enum.auto()


class Ending(enum.Enum):
    """Why a session is over. The values are the stable names of `rcdesk status --json`."""

    UNUSED = "unused"  # for longer than a refresh token lives
    LIMIT = "session_limit"  # the administrator's, on how long a session lasts
    REVOKED = "revoked"  # password or JWT changed or withdrawn, or the session ended by somebody
    REPLACED = "replaced"  # by newer ones: the platform allows five of a user and app
    APP = "app_permission"  # the app lacks a permission, or may not stay signed in
    REFUSED = "refused"  # in some other way


@dataclass(frozen=True, slots=True)
class Use:
    """Send this access token."""

    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Refresh:
    """Renew these tokens, one renewal at a time: a refresh token works once.

    Attributes:
        usable: the access token still works meanwhile, and if the renewal fails for want of a network.
    """

    tokens: Tokens
    usable: bool


@dataclass(frozen=True, slots=True)
class SignIn:
    """Ask the user to sign in."""

    why: Ending


NextStep = Use | Refresh | SignIn


def next_step(tokens: Tokens, now: float) -> NextStep:
    """Decide what a request needs first.

    A refresh token that should have run out is tried all the same: the server decides, not our clock, which may
    be wrong. One whose access token still works is left alone, so that nothing is lost by trying.
    """
    usable = now < tokens.expires_at
    if usable and (now < tokens.renewed_from or now >= tokens.refresh_expires_at or not tokens.refresh):
        return Use(tokens)
    return _renewed(tokens, usable=usable, now=now)


def after_refusal(tokens: Tokens, now: float) -> Refresh | SignIn:
    """Decide what follows when the platform refuses an access token that should have worked (401)."""
    return _renewed(tokens, usable=False, now=now)


def why_over(tokens: Tokens, refusal: Refusal, now: float) -> Ending:
    """Tell why the server renews `tokens` no more, from what it said and what it had promised.

    Its codes know nothing of an administrator's limit or of a week without use: the moments do.
    """
    if tokens.session_ends_at and now >= tokens.session_ends_at - SOON_OVER:
        return Ending.LIMIT
    unused = now >= tokens.refresh_expires_at - SOON_OVER
    match refusal:
        case Refusal.EXPIRED:  # before its time: a limit that was not there when the tokens were given
            return Ending.UNUSED if unused else Ending.LIMIT
        case Refusal.REVOKED:
            return Ending.REVOKED
        case Refusal.UNKNOWN:
            return Ending.UNUSED if unused else Ending.REPLACED
        case Refusal.APP:
            return Ending.APP
        case Refusal.OTHER:
            return Ending.REFUSED


def _renewed(tokens: Tokens, *, usable: bool, now: float) -> Refresh | SignIn:
    if tokens.refresh:
        return Refresh(tokens, usable)
    if tokens.session_ends_at and now >= tokens.session_ends_at - SOON_OVER:
        return SignIn(Ending.LIMIT)
    return SignIn(Ending.APP if now >= tokens.expires_at - SOON_OVER else Ending.REFUSED)
