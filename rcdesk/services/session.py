"""Session: sign-in, sign-out, who is signed in."""

from __future__ import annotations

import asyncio
import enum
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rcdesk.core.account import Account
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.pacing import Pacer
from rcdesk.core.subscription import Transport
from rcdesk.core.tokens import Tokens
from rcdesk.services.feed import Latest
from rcdesk.services.tasks import Nursery
from rcdesk.store.settings import SettingsStore
from rcdesk.store.vault import Vault

if TYPE_CHECKING:  # the client is heavy: imported when somebody signs in, after the window is painted
    from rcdesk.client.api import Api
    from rcdesk.client.push import Push
    from rcdesk.services.connection import Connection

log = logging.getLogger(__name__)

PRODUCTION = "https://platform.ringcentral.com"
ENTRY = "sign-in"  # its name in the vault
LAST_WORDS = 3.0  # s that ending the session at the server may take when the user signs out
STILL_AWAY = 15.0  # s between tries to go on with a stored sign-in while the server cannot be reached
UNREADABLE = Problem("Your stored sign-in cannot be read.", "Sign in again; that replaces it.", Kind.SIGN_IN)


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
        notice: something the user should know ("signed in for this run only"), "".
        browser_url: the address to open, while the browser is awaited; "" else.
        server: where one is, or tries to be, signed in.
    """

    phase: Phase = Phase.SIGNED_OUT
    account: Account | None = None
    problem: Problem | None = None
    notice: str = ""
    browser_url: str = ""
    server: str = ""


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


class Session:
    """Who is signed in. `platform` is what the other services work with, None while there is nothing to do.

    What it keeps true: at most one sign-in under way and one connection open; a session that the server has
    ended leaves what is on screen as it is and asks the user; a server out of reach is no sign-out.
    """

    def __init__(
        self,
        nursery: Nursery,
        vault: Vault,
        settings: SettingsStore,
        clock: Callable[[], float],
    ) -> None:
        self.state: Latest[SessionState] = Latest(
            SessionState(Phase.SIGNING_IN)
        )  # until `resume` knows better
        self.platform: Latest[Platform | None] = Latest(None)
        self._nursery = nursery
        self._vault = vault
        self._settings = settings
        self._clock = clock
        self._connection: Connection | None = None
        self._pacers: dict[tuple[str, str], Pacer] = {}  # of each server and app: limits are counted so
        self._attempt: asyncio.Task[None] | None = None

    @property
    def production_url(self) -> str:
        return PRODUCTION

    def defaults(self) -> Server:
        """Return where one signed in last, to begin the dialog with; the secret is not among it."""
        kept = self._settings.value
        return Server(kept.server or PRODUCTION, kept.client_id)

    def sign_in(self, server: Server, way: Way, *, remember: bool) -> None:
        """Begin to sign in and return at once; `state` tells how it goes. An attempt under way is given up."""
        self._begin(self._sign_in(server, way, remember=remember))

    def resume(self) -> None:
        """Go on with the sign-in that the vault holds, if it holds one."""
        self._begin(self._resume())

    def cancel(self) -> None:
        """Give up the attempt under way."""
        if self._attempt:
            self._attempt.cancel()
            self._attempt = None
        if self.state.value.phase is Phase.SIGNING_IN:
            self.state.publish(SessionState(server=self.state.value.server))

    def sign_out(self) -> None:
        """End the session here and at the server."""
        self.cancel()
        self._nursery.start(self._sign_out(), name="sign-out")

    async def close(self) -> None:
        """Let go of the connection; the session itself goes on, to be resumed at the next start."""
        self._say_platform(None)
        await self._drop_connection()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if self._attempt:
            self._attempt.cancel()
        self._attempt = self._nursery.start(work, name="sign-in")

    async def _sign_in(self, server: Server, way: Way, *, remember: bool) -> None:
        account = self.state.value.account
        self.state.publish(SessionState(Phase.SIGNING_IN, account=account, server=server.url))
        connection = None
        try:
            connection = self._connect(server, self._vault.set if remember else _forget)
            platform = await connection.sign_in(way, self._show_address)
        except BaseException as error:
            if connection:
                await connection.close()
            if not isinstance(error, Problem):
                raise
            phase = Phase.EXPIRED if account else Phase.SIGNED_OUT
            self.state.publish(SessionState(phase, account=account, problem=error, server=server.url))
            return
        self._settings.update(server=server.url, client_id=server.client_id)
        await self._take(connection, platform)

    async def _resume(self) -> None:
        from rcdesk.services.connection import unpack

        kept = await self._vault.get(ENTRY)
        if not kept:
            self.state.publish(SessionState(notice=self._vault.notice))
            return
        found = unpack(kept)
        if found is None:
            self.state.publish(SessionState(problem=UNREADABLE))
            return
        server, tokens = found
        self.state.publish(SessionState(Phase.SIGNING_IN, server=server.url))
        connection = self._connect(server, self._vault.set)
        try:
            platform = await self._until_reached(connection, tokens)
        except BaseException as error:
            await connection.close()
            if not isinstance(error, Problem):
                raise
            self.state.publish(SessionState(problem=error, server=server.url))
            return
        await self._take(connection, platform)

    async def _until_reached(self, connection: Connection, tokens: Tokens) -> Platform:
        """Go on with `tokens` as soon as the server can be reached; it being away is no sign-out."""
        while True:
            try:
                return await connection.resume(tokens)
            except Problem as problem:
                if not problem.retry:
                    raise
                state = self.state.value
                self.state.publish(replace(state, problem=problem))
                await asyncio.sleep(max(problem.retry_after or 0.0, STILL_AWAY))

    def _connect(self, server: Server, keep: Callable[[str, str], Awaitable[None]]) -> Connection:
        from rcdesk.services.connection import Connection

        async def save(packed: str) -> None:
            await keep(ENTRY, packed)

        return Connection(
            server,
            endpoint_id=self._endpoint_id(),
            save=save,
            on_end=self._on_end,
            clock=self._clock,
            pacer=self._pacers.setdefault((server.url, server.client_id), Pacer()),
        )

    def _endpoint_id(self) -> str:
        """Return the name of this installation, made once: the platform ties its sessions to it."""
        if not self._settings.value.endpoint_id:
            self._settings.update(endpoint_id=str(uuid.uuid4()))
        return self._settings.value.endpoint_id

    async def _take(self, connection: Connection, platform: Platform) -> None:
        self._say_platform(None)
        await self._drop_connection()
        self._connection = connection
        self.state.publish(
            SessionState(
                Phase.SIGNED_IN, platform.account, notice=self._vault.notice, server=connection.server.url
            )
        )
        log.info("= signed in")
        self._say_platform(platform)

    def _show_address(self, address: str) -> None:
        self.state.publish(replace(self.state.value, browser_url=address))

    def _on_end(self, problem: Problem) -> None:
        """The server has ended the session: what is on screen stays, and the user is asked to sign in again."""
        state = self.state.value
        if state.phase is Phase.SIGNED_IN:
            self.state.publish(replace(state, phase=Phase.EXPIRED, problem=problem, notice=""))
            self._say_platform(None)

    async def _sign_out(self) -> None:
        self._say_platform(None)
        if self._connection:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS):
                    await self._connection.revoke()
        await self._drop_connection()
        await self._vault.delete(ENTRY)
        log.info("= signed out")
        self.state.publish(SessionState(server=self.state.value.server))

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()

    def _say_platform(self, platform: Platform | None) -> None:
        if platform is not self.platform.value:
            self.platform.publish(platform)


async def _forget(_name: str, _secret: str) -> None:
    """Keep nothing: the user does not want to stay signed in."""
