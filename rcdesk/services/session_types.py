"""How sign-in stands, the ways to sign in, and what being signed in gives."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rcdesk.core.account import Account
from rcdesk.core.errors import Problem
from rcdesk.core.subscription import Transport

if TYPE_CHECKING:  # the client is heavy: imported when somebody signs in, after the window is painted
    from rcdesk.client.api import Api
    from rcdesk.client.push import Push


class Phase(enum.Enum):
    """How sign-in stands. The values are the stable names of `rcdesk status --json`."""

    SIGNED_OUT = "signed_out"
    SIGNING_IN = "signing_in"
    SIGNED_IN = "signed_in"
    EXPIRED = "expired"  # was signed in: what is on screen stays, and the user is asked to sign in again


@dataclass(frozen=True, slots=True)
class SessionState:
    """What the screen shows of it.

    Attributes:
        problem: why the last attempt to sign in failed.
        over: why the session is over, if the server has ended it.
        kept: the next start goes on with the session.
        notice: something the user should know ("signed in for this run only"), "".
        browser_url: the address to open, while the browser is awaited; "" else.
        server: where one is, or tries to be, signed in.
        ends_at: when the session ends although it is used, in unix seconds; 0 if that is not known.
        ends_soon: it is time to tell the user so.
    """

    phase: Phase = Phase.SIGNED_OUT
    account: Account | None = None
    problem: Problem | None = None
    over: Problem | None = None
    kept: bool = False
    notice: str = ""
    browser_url: str = ""
    server: str = ""
    ends_at: float = 0.0
    ends_soon: bool = False


class Whose:
    """Whose that is which somebody keeps: of who is signed in, or was last."""

    def __init__(self) -> None:
        self._key = ""

    def is_over(self, state: SessionState) -> bool:
        """Take in how sign-in stands; return whether what is kept is nobody's any more, or somebody else's.

        A session that has ended is not over in this sense: the same person may sign in again in place.
        """
        if state.phase is not Phase.SIGNED_IN or state.account is None:
            return state.phase is Phase.SIGNED_OUT
        before, self._key = self._key, state.account.key
        return before not in ("", self._key)


@dataclass(frozen=True, slots=True)
class Server:
    """Where to sign in, and as which app. `client_secret` is "" for an app without one (PKCE)."""

    url: str
    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Browser:
    """Sign in in the browser: authorization code with PKCE."""


@dataclass(frozen=True, slots=True)
class Jwt:
    """Sign in by the JWT of one's own private app."""

    assertion: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Password:
    """The legacy sign-in. `username`: E.164 with or without +; `extension`: "" for a direct number."""

    username: str
    extension: str
    password: str = field(repr=False)


Way = Browser | Jwt | Password


@dataclass(frozen=True, slots=True)
class Platform:
    """The platform, signed in: what the other services work with while it lasts."""

    api: Api
    account: Account
    pushes: Mapping[Transport, Push]
