"""Session: sign-in, sign-out, who is signed in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rcdesk.core.errors import Kind, Problem
from rcdesk.core.pacing import Budget
from rcdesk.services.feed import Latest
from rcdesk.services.pacers import Pacers
from rcdesk.services.session_types import (
    Browser,
    Jwt,
    Password,
    Phase,
    Platform,
    Server,
    SessionState,
    Way,
)
from rcdesk.services.tasks import Group, Nursery
from rcdesk.store.settings import SettingsStore
from rcdesk.store.vault import SILENT, UNREAD, Vault

if TYPE_CHECKING:  # the client is heavy: imported when somebody signs in, after the window is painted
    from rcdesk.core.tokens import Tokens
    from rcdesk.services.connection import Connection

__all__ = ["Browser", "Jwt", "Password", "Phase", "Platform", "Server", "Session", "SessionState", "Way"]

log = logging.getLogger(__name__)

PRODUCTION = "https://platform.ringcentral.com"
ENTRY = "sign-in"  # its name in the vault
STILL_AWAY = 15.0  # s between tries to go on with a stored sign-in while the server cannot be reached
LOOK = 60.0  # s between looks whether the end of a session is near: the clock may be set, or have slept
SAME_END = 60.0  # s by which two answers may tell of the same end: they count in whole seconds
UNREADABLE = Problem("Your stored sign-in cannot be read.", "Sign in again; that replaces it.", Kind.SIGN_IN)


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
        pacers: Pacers,
    ) -> None:
        self.state: Latest[SessionState] = Latest(
            SessionState(Phase.SIGNING_IN)
        )  # until `resume` knows better
        self.platform: Latest[Platform | None] = Latest(None)
        self._nursery = nursery
        self._vault = vault
        self._settings = settings
        self._clock = clock
        self._settled = SessionState()  # what holds while no attempt is under way
        self._connection: Connection | None = None
        self._tried: Connection | None = None  # the latest one; it may be closed
        self._remember = False  # whether the next start shall go on with the session
        self._leaving: set[Connection] = set()
        self._given_up: set[Connection] = set()
        self._stored: Connection | None = None  # whose pair the keyring holds, or is about to
        self._pacers = pacers
        self._attempt: asyncio.Task[None] | None = None
        self._again = asyncio.Event()  # somebody has a reason to believe that the server can be reached now
        self._watching = Group(nursery)
        vault.on_change = self._on_vault

    @property
    def production_url(self) -> str:
        return PRODUCTION

    def defaults(self) -> Server:
        """Return where one signed in last, to begin the dialog with; the secret is not among it."""
        kept = self._settings.value
        return Server(kept.server or PRODUCTION, kept.client_id)

    def budgets(self) -> tuple[Budget, ...]:
        """Tell what may still be asked of the server, of each rate-limit group that was used. Without a session:
        of the server that was tried last, since a penalty outlasts the attempt."""
        connection = self._connection or self._tried
        return connection.budgets() if connection else ()

    def ahead(self) -> float:
        """Return by how many seconds the server's clock is ahead of ours, as far as its answers have told."""
        connection = self._connection or self._tried
        return connection.ahead() if connection else 0.0

    def sign_in(self, server: Server, way: Way, *, remember: bool) -> None:
        """Begin to sign in and return at once; `state` tells how it goes. An attempt under way is given up."""
        self._begin(self._sign_in(server, way, remember=remember))

    def resume(self) -> None:
        """Go on with the sign-in that the keyring holds, if it holds one."""
        self._begin(self._resume())

    def retry(self) -> None:
        """Try at once what waits for a server that is away: the computer woke, its network is back, or the user
        wants it. If that fails too, it waits as before."""
        self._again.set()

    def cancel(self) -> None:
        """Give up the attempt under way; what held before it holds again."""
        if self._attempt:
            self._attempt.cancel()
            self._attempt = None
        if self.state.value.phase is Phase.SIGNING_IN:
            self.state.publish(self._settled)

    def sign_out(self) -> None:
        """End the session, here at once and at the server soon."""
        self.cancel()
        self._say_platform(None)
        connection, self._connection = self._connection, None
        self._settle(self._with_end(SessionState(server=self.state.value.server), None))
        log.info("= signed out")
        self._nursery.start(self._forget(), name="forget the sign-in")
        self._part_with(connection)

    async def close(self) -> None:
        """Let go of the connection. A session that is kept goes on, to be resumed at the next start; one for
        this run only is ended at the server too, which allows a user no more than a few."""
        self._vault.on_change = lambda: None
        self._say_platform(None)
        connection, self._connection = self._connection, None
        if connection and self._kept():
            await connection.close()
        elif connection:
            await self._farewell(connection)
        for connection in list(self._leaving):  # signed out a moment ago
            await self._farewell(connection)
        for connection in list(self._given_up):
            await self._give_up(connection)

    def _kept(self) -> bool:
        return self._remember and not self._vault.notice

    def _unread(self) -> Problem | None:
        """Say why nothing was found in the keyring, if somebody had signed in before."""
        title = UNREAD.get(self._vault.notice)
        if title is None or not self._settings.value.server or self._settled.phase is not Phase.SIGNED_OUT:
            return None
        anew = "rcdesk goes on by itself" if self._vault.notice == SILENT else "start rcdesk again"
        return Problem(title, f"Unlock it, and {anew}; or sign in for this run.", Kind.SIGN_IN)

    def _on_vault(self) -> None:
        """The keyring answers at last, or does so no longer."""
        if self._attempt and not self._attempt.done():
            return  # which looks at it when it is through
        if self._settled.phase is Phase.SIGNED_OUT and not self._vault.notice:
            self.resume()
        elif self._settled.phase is Phase.SIGNED_IN and self._remember:
            self._settle(replace(self._settled, notice=self._vault.notice, kept=self._kept()))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if self._attempt:
            self._attempt.cancel()
        self._attempt = self._nursery.start(work, name="sign-in")

    async def _sign_in(self, server: Server, way: Way, *, remember: bool) -> None:
        self._say_trying(server)
        try:
            connection, platform = await self._connected(server, way, remember=remember)
        except Problem as problem:
            self._fail(problem, server)
            return
        self._settings.update(server=server.url, client_id=server.client_id)
        self._remember = remember
        self._take(connection, platform)
        if not remember:
            await self._vault.delete(ENTRY)  # of an earlier sign-in: the next start must not go on with that

    async def _connected(self, server: Server, way: Way, *, remember: bool) -> tuple[Connection, Platform]:
        """Sign in over a connection of its own, which is closed if that fails."""
        before = await self._vault.get(ENTRY) if remember else None
        connection = self._connect(server, self._keep if remember else _keep_nothing)
        try:
            return connection, await connection.sign_in(way, self._show_address)
        except BaseException:
            if self._stored is connection:
                await self._restore(before)
            await self._give_up(connection)
            raise

    async def _resume(self) -> None:
        from rcdesk.services.connection import unpack

        kept = await self._vault.get(ENTRY, anew=True)  # `rcdesk sign-in` may have put it there just now
        if not kept:
            self._settle(replace(self._settled, notice=self._vault.notice, problem=self._unread()))
            return
        found = unpack(kept)
        if found is None:
            self._settle(replace(self._settled, problem=UNREADABLE))
            return
        server, tokens = found
        if self._connection and self._connection.is_of(tokens):
            self._settle(self._settled)
            return
        self._say_trying(server)
        try:
            connection, platform = await self._resumed(server, tokens)
        except Problem as problem:
            self._fail(problem, server)
            return
        self._remember = True
        self._take(connection, platform)

    async def _resumed(self, server: Server, tokens: Tokens) -> tuple[Connection, Platform]:
        connection = self._connect(server, self._keep)
        self._stored = connection
        try:
            return connection, await self._until_reached(connection, tokens)
        except BaseException:
            self._stored = self._connection
            await self._give_up(connection)
            raise

    async def _keep(self, connection: Connection, packed: str) -> None:
        """Store the pair of `connection`, unless another sign-in is about to take its place, or has."""
        if connection is self._connection and self._stored is not connection:
            return
        self._stored = connection
        await self._vault.set(ENTRY, packed)

    async def _restore(self, before: str | None) -> None:
        """Let the keyring hold again what it held, or what has become of that, since the new sign-in came to nothing."""
        self._stored = self._connection
        packed = self._connection.packed if self._connection and self._remember else before
        await (self._vault.set(ENTRY, packed) if packed else self._vault.delete(ENTRY))

    async def _give_up(self, connection: Connection) -> None:
        """Close a connection by which nobody is signed in; cut short, `close` does it."""
        self._given_up.add(connection)
        await connection.close()
        self._given_up.discard(connection)

    async def _until_reached(self, connection: Connection, tokens: Tokens) -> Platform:
        """Go on with `tokens` as soon as the server can be reached; it being away is no sign-out."""
        while True:
            self._again.clear()
            try:
                return await connection.resume(tokens)
            except Problem as problem:
                if not problem.retry:
                    raise
                state = self.state.value
                self.state.publish(replace(state, problem=problem))
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(problem.retry_after or 0.0, STILL_AWAY)):
                        await self._again.wait()

    def _connect(self, server: Server, keep: Callable[[Connection, str], Awaitable[None]]) -> Connection:
        from rcdesk.services.connection import Connection

        async def save(packed: str) -> None:
            if connection not in self._leaving:  # a refresh may have been under way
                await keep(connection, packed)

        connection = Connection(
            server,
            endpoint_id=self._endpoint_id(),
            save=save,
            on_end=lambda problem: self._on_end(connection, problem),
            clock=self._clock,
            pacers=self._pacers,
            on_renewed=lambda tokens: self._on_renewed(connection, tokens),
        )
        self._tried = connection
        return connection

    def _endpoint_id(self) -> str:
        """Return the name of this installation, made once: the platform ties its sessions to it."""
        if not self._settings.value.endpoint_id:
            import uuid

            self._settings.update(endpoint_id=str(uuid.uuid4()))
        return self._settings.value.endpoint_id

    def _take(self, connection: Connection, platform: Platform) -> None:
        """Go on with a new session in the place of the one there was."""
        self._say_platform(None)
        before, self._connection = self._connection, connection
        self._stored = connection
        self._part_with(before)
        url, notice = connection.server.url, self._vault.notice
        kept = self._kept()
        state = SessionState(Phase.SIGNED_IN, platform.account, kept=kept, notice=notice, server=url)
        self._settle(self._with_end(state, connection.tokens))
        log.info("= signed in")
        self._say_platform(platform)

    def _say_trying(self, server: Server) -> None:
        self.state.publish(SessionState(Phase.SIGNING_IN, account=self._settled.account, server=server.url))

    def _settle(self, state: SessionState) -> None:
        """Say how things stand now that no attempt is under way."""
        self._settled = state
        self.state.publish(state)

    def _fail(self, problem: Problem, server: Server) -> None:
        """The attempt has failed: what held before it holds again, and the user is told why."""
        signed_out = self._settled.phase is Phase.SIGNED_OUT
        url = server.url if signed_out else self._settled.server
        if problem.ending:
            self._settle(replace(self._settled, problem=None, over=problem, server=url))
        else:
            self._settle(replace(self._settled, problem=problem, server=url))

    def _show_address(self, address: str) -> None:
        self.state.publish(replace(self.state.value, browser_url=address))

    def _on_end(self, connection: Connection, problem: Problem) -> None:
        """The server has ended the session: what is on screen stays, and the user is asked to sign in again."""
        if connection is not self._connection:
            return  # an attempt, which tells of it by itself, or one that we left
        self._settled = replace(self._settled, phase=Phase.EXPIRED, problem=None, over=problem, notice="")
        self._settled = self._with_end(self._settled, None)
        if self.state.value.phase is not Phase.SIGNING_IN:
            self.state.publish(self._settled)
        self._say_platform(None)

    def _on_renewed(self, connection: Connection, tokens: Tokens) -> None:
        """An administrator may have set, or lifted, a limit meanwhile."""
        moved = abs(tokens.session_ends_at - self._settled.ends_at) > SAME_END
        if connection is self._connection and moved:
            self._settled = self._with_end(self._settled, tokens)
            if self.state.value.phase is not Phase.SIGNING_IN:
                self.state.publish(self._settled)

    def _with_end(self, state: SessionState, tokens: Tokens | None) -> SessionState:
        """Say in `state` when the session ends, and see to it that the user is told in time."""
        self._watching.cancel()
        if tokens is None or not tokens.session_ends_at:
            return replace(state, ends_at=0.0, ends_soon=False)
        soon = self._clock() >= tokens.warned_from
        if not soon:
            self._watching.start(self._watch_end(tokens.warned_from), name="end of the session")
        return replace(state, ends_at=tokens.session_ends_at, ends_soon=soon)

    async def _watch_end(self, warned_from: float) -> None:
        left = warned_from - self._clock()
        while left > 0:
            await asyncio.sleep(min(left, LOOK))
            left = warned_from - self._clock()
        self._settled = replace(self._settled, ends_soon=True)
        if self.state.value.phase is not Phase.SIGNING_IN:
            self.state.publish(self._settled)

    async def _forget(self) -> None:
        await self._vault.delete(ENTRY)

    def _part_with(self, connection: Connection | None) -> None:
        if connection:
            self._leaving.add(connection)
            self._nursery.start(self._farewell(connection), name="farewell")

    async def _farewell(self, connection: Connection) -> None:
        """End the session at the server, and the connection; cut short, `close` does it."""
        await connection.revoke()
        await connection.close()
        self._leaving.discard(connection)

    def _say_platform(self, platform: Platform | None) -> None:
        if platform is not self.platform.value:
            self.platform.publish(platform)


async def _keep_nothing(_connection: Connection, _packed: str) -> None:
    """The user does not want to stay signed in."""
