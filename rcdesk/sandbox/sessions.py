"""Who is signed in: sessions, their two tokens, and how each of them dies.

Rules: developer guide, "Refresh tokens", "Tokens" and "Error codes"; figures in seconds of real time.
"""

import enum
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from rcdesk.sandbox.errors import ApiError, OAuthError

ACCESS_TTL = 3600
ACCESS_TTL_RANGE = (600, 3600)
REFRESH_TTL = 604_800
REFRESH_TTL_MAX = 2_592_000
REFRESH_GRACE = 10.0
"""How long a refresh token that was used gives the same new pair again, once the new access token is in use."""
REFRESH_LOST = 3600.0
"""The same while the new access token is not in use: the answer may have got lost."""
SESSIONS_PER_USER = 5
"""Parallel sessions of one user and app; one more ends the oldest."""


class End(enum.StrEnum):
    """What ended a session; with its refresh token one is refused accordingly."""

    REVOKED = "revoked"
    """Signed out, or the password or JWT was changed, or an administrator ended it."""
    UNUSED = "unused"
    """The refresh token ran out."""
    LIMIT = "limit"
    """It lasted for as long as the administrator allows ("Absolute Session Timeout")."""
    REPLACED = "replaced"
    """A sixth one was opened."""
    APP = "app"
    """The app may no longer use refresh tokens."""


_REFUSALS = {
    End.REVOKED: ("invalid_grant", "Token revoked", "OAU-211"),
    End.UNUSED: ("invalid_grant", "Token expired", "OAU-210"),
    End.LIMIT: ("invalid_grant", "Token expired", "OAU-210"),
    End.REPLACED: ("invalid_grant", "Token not found", "OAU-213"),
    End.APP: ("unauthorized_client", "Grant type is not allowed for this application", "OAU-251"),
}


@dataclass
class Session:
    """One sign-in of one user with one app. Times are real Unix seconds."""

    id: str
    client_id: str
    extension_id: str
    endpoint_id: str
    access_token: str
    access_expires: float
    access_ttl: int
    refresh_token: str | None
    refresh_expires: float
    refresh_ttl: int
    used_refresh_token: str | None = None
    used_at: float = 0.0
    in_use_since: float | None = None
    """When the access token was first used."""
    ends: float | None = None
    """When it ends whatever happens, if the administrator limits sessions."""

    @property
    def key(self) -> str:
        """What rate limits are counted by: the user and the app."""
        return f"{self.extension_id}/{self.client_id}"

    def gives_again(self, refresh_token: str, now: float) -> bool:
        """Whether this refresh token was used for the pair of today, and still gives it."""
        if self.used_refresh_token != refresh_token:
            return False
        if self.in_use_since is None:
            return now < self.used_at + REFRESH_LOST
        return now < self.in_use_since + REFRESH_GRACE


class Sessions:
    """Every session there is; at most five of a user and app at once."""

    def __init__(self, real: Callable[[], float]) -> None:
        self._real = real
        self._live: dict[str, Session] = {}
        self._dead_access: set[str] = set()
        self._dead_refresh: dict[str, End] = {}
        self._limit: float | None = None
        self.refreshes = 0
        """Refreshes that were asked for, granted or not."""
        self.given: list[str] = []
        """Every token that was ever handed out."""
        self.on_end: list[Callable[[Session], None]] = []
        """Told of each session that ends, whatever ended it."""

    def open(
        self,
        client_id: str,
        extension_id: str,
        *,
        endpoint_id: str | None = None,
        access_ttl: int = ACCESS_TTL,
        refresh_ttl: int = REFRESH_TTL,
    ) -> Session:
        """Sign a user in; the oldest session ends if there are too many."""
        self._end_those_over()
        peers = [
            one
            for one in self._live.values()
            if (one.client_id, one.extension_id) == (client_id, extension_id)
        ]
        for oldest in peers[: max(0, len(peers) - SESSIONS_PER_USER + 1)]:
            self.end(oldest, End.REPLACED)
        session = Session(
            id=secrets.token_urlsafe(12),
            client_id=client_id,
            extension_id=extension_id,
            endpoint_id=endpoint_id or secrets.token_urlsafe(16),
            access_token="",
            access_expires=0.0,
            access_ttl=access_ttl,
            refresh_token=None,
            refresh_expires=0.0,
            refresh_ttl=refresh_ttl,
            ends=None if self._limit is None else self._real() + self._limit,
        )
        self._issue(session)
        self._live[session.id] = session
        return session

    def refresh(
        self,
        refresh_token: str,
        client_id: str,
        *,
        access_ttl: int = ACCESS_TTL,
        refresh_ttl: int = REFRESH_TTL,
    ) -> Session:
        """Rotate the pair and return the session; the old access token is dead at once.

        The refresh token that was just used gives the same new pair once more, see `Session.gives_again`. Raises
        OAuthError for any other token, by what ended its session.
        """
        self.refreshes += 1
        self._end_those_over()
        now = self._real()
        for session in self._live.values():
            if session.client_id != client_id:
                continue
            if session.gives_again(refresh_token, now):
                return session
            if session.refresh_token == refresh_token and now < session.refresh_expires:
                self._bury_access(session)
                session.used_refresh_token, session.used_at = refresh_token, now
                session.access_ttl, session.refresh_ttl = access_ttl, refresh_ttl
                self._issue(session)
                return session
        raise self._refusal(refresh_token)

    def check(self, authorization: str | None) -> Session:
        """Return the session of an `Authorization` header, or of a bare access token.

        Raises ApiError 401: `AGW-401` for no header, `AGW-402` for an unreadable one, `TokenInvalid` or
        `TokenExpired` for a token that is not, or no longer, good.
        """
        if not authorization:
            raise ApiError(401, "AGW-401", "Authorization header is not specified")
        scheme, _, token = authorization.strip().partition(" ")
        if not token and scheme.lower() != "bearer":
            scheme, token = "bearer", scheme
        if scheme.lower() != "bearer" or not token.strip():
            raise ApiError(401, "AGW-402", "Invalid Authorization header")
        return self._by_access_token(token.strip())

    def now(self) -> float:
        """The time that tokens are measured by."""
        return self._real()

    def owner_id(self, token: str) -> str:
        """The extension id that any live token belongs to, `-` for none."""
        for session in self._live.values():
            if token in (session.access_token, session.refresh_token):
                return session.extension_id
        return "-"

    def owner(self, refresh_token: str) -> Session | None:
        """The session that a refresh token belongs to, also one used a moment ago."""
        for session in self._live.values():
            if refresh_token in (session.refresh_token, session.used_refresh_token):
                return session
        return None

    def get(self, session_id: str) -> Session | None:
        """The session with this id, if it lives."""
        return self._live.get(session_id)

    def revoke(self, token: str, client_id: str) -> None:
        """End the session that an access or refresh token belongs to; an unknown token is no error (RFC 7009)."""
        for session in list(self._live.values()):
            if session.client_id == client_id and token in (session.access_token, session.refresh_token):
                self.end(session)

    def limit(self, seconds: float | None) -> None:
        """Let a session last no longer than that, as an administrator can; None for as long as it is used.

        One that is open already ends so many seconds from now.
        """
        self._limit = seconds
        for session in self._live.values():
            session.ends = None if seconds is None else self._real() + seconds

    def end(self, session: Session, why: End = End.REVOKED) -> None:
        """End one session: both tokens are dead."""
        self._bury_access(session)
        if session.refresh_token is not None:
            self._dead_refresh[session.refresh_token] = why
        self._live.pop(session.id, None)
        for told in self.on_end:
            told(session)

    def end_all(self, why: End = End.REVOKED) -> None:
        """End every session."""
        for session in list(self._live.values()):
            self.end(session, why)

    def expire_access_tokens(self) -> None:
        """Let every access token run out now; refresh tokens live on."""
        for session in self._live.values():
            session.access_expires = self._real()

    def per_user(self) -> dict[str, int]:
        """How many sessions each user and app has, by the key that rate limits are counted by."""
        return dict(Counter(session.key for session in self._live.values()))

    def live_tokens(self) -> dict[str, int]:
        """How many sessions there are, and how many tokens would be accepted now."""
        now = self._real()
        live = list(self._live.values())
        return {
            "sessions": len(live),
            "access": sum(now < session.access_expires for session in live),
            "refresh": sum(
                session.refresh_token is not None and now < session.refresh_expires for session in live
            ),
        }

    def _end_those_over(self) -> None:
        now = self._real()
        for session in list(self._live.values()):
            if session.ends is not None and now >= session.ends:
                self.end(session, End.LIMIT)

    def _refusal(self, refresh_token: str) -> OAuthError:
        if any(refresh_token == session.refresh_token for session in self._live.values()):
            return OAuthError(*_REFUSALS[End.UNUSED])
        return OAuthError(*_REFUSALS[self._dead_refresh.get(refresh_token, End.REPLACED)])

    def _by_access_token(self, token: str) -> Session:
        self._end_those_over()
        for session in self._live.values():
            if secrets.compare_digest(session.access_token.encode(), token.encode()):
                now = self._real()
                if now < session.access_expires:
                    session.in_use_since = session.in_use_since or now
                    return session
                raise ApiError(401, "TokenExpired", "Access token expired", inner="OAU-210")
        if token in self._dead_access:
            raise ApiError(401, "TokenInvalid", "Token not found", inner="OAU-213")
        raise ApiError(401, "TokenInvalid", "OAuth token is invalid", inner="OAU-149")

    def _issue(self, session: Session) -> None:
        now, ends = self._real(), float("inf") if session.ends is None else session.ends
        session.access_token = secrets.token_urlsafe(48)
        session.access_expires = min(now + session.access_ttl, ends)
        session.in_use_since = None
        session.refresh_token = secrets.token_urlsafe(48) if session.refresh_ttl > 0 else None
        session.refresh_expires = min(now + session.refresh_ttl, ends)
        self.given += filter(None, (session.access_token, session.refresh_token))

    def _bury_access(self, session: Session) -> None:
        self._dead_access.add(session.access_token)
