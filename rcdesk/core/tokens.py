"""Tokens: what is held of a session, and whether to use it, renew it or ask to sign in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

RENEWED_AT = 0.8  # of an access token's life: long enough before the end for a slow or throttled refresh


@dataclass(frozen=True, slots=True)
class Tokens:
    """One session with the platform. All times are unix seconds; secrets stay out of its repr.

    Attributes:
        refresh: "" if the platform granted none: the session then ends with the access token.
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

    def __repr__(self) -> str:
        return f"Tokens(owner_id={self.owner_id!r}, expires_at={self.expires_at!r})"

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split())

    @property
    def renewed_from(self) -> float:
        """When to refresh although the access token still works."""
        return self.issued_at + RENEWED_AT * (self.expires_at - self.issued_at)

    def can_refresh(self, now: float) -> bool:
        return bool(self.refresh) and now < self.refresh_expires_at

    def to_dict(self) -> dict[str, str | float]:
        """What `from_dict` makes the same tokens of; plain enough for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, object]) -> Tokens | None:
        """Return the tokens that `to_dict` gave, None if something is missing or of another kind."""
        values: dict[str, str | float] = {}
        for field in fields(cls):
            value = kept.get(field.name)
            if field.type == "float" and isinstance(value, (int, float)) and not isinstance(value, bool):
                values[field.name] = float(value)
            elif field.type == "str" and isinstance(value, str):
                values[field.name] = value
            else:
                return None
        return cls(**values)  # type: ignore[arg-type]


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
    """Ask the user to sign in. `reason` is a sentence for them."""

    reason: str


NextStep = Use | Refresh | SignIn


def next_step(tokens: Tokens | None, now: float) -> NextStep:
    """Decide what a request needs first."""
    if tokens is None:
        return SignIn("You are not signed in.")
    usable = now < tokens.expires_at
    if usable and (now < tokens.renewed_from or not tokens.can_refresh(now)):
        return Use(tokens)
    if tokens.can_refresh(now):
        return Refresh(tokens, usable)
    return SignIn("Your sign-in has expired.")


def after_refusal(tokens: Tokens, now: float) -> Refresh | SignIn:
    """Decide what follows when the platform refuses an access token that should have worked (401)."""
    if tokens.can_refresh(now):
        return Refresh(tokens, usable=False)
    return SignIn("The server has ended your session.")
