"""Connection: one sign-in to one server, with all that belongs to it. Heavy; imported when somebody signs in."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from rcdesk.client import errors
from rcdesk.client.address import host_of, is_loopback
from rcdesk.client.api import Api
from rcdesk.client.auth import App, Auth, Grant, Keeper, OAuth, authorize_url, new_verifier
from rcdesk.client.loopback import Loopback
from rcdesk.client.push import Push
from rcdesk.client.push_websocket import WebSocketPush
from rcdesk.client.rest import Rest
from rcdesk.core.account import Account
from rcdesk.core.errors import Problem
from rcdesk.core.pacing import Budget
from rcdesk.core.subscription import Transport
from rcdesk.core.tokens import Tokens
from rcdesk.services.pacers import Pacers
from rcdesk.services.session import Browser, Jwt, Password, Platform, Server, Way

log = logging.getLogger(__name__)

LAST_WORDS = 1.5  # s that ending a session at the server may take: quitting must not wait for a dead network

Save = Callable[[str], Awaitable[None]]


def pack(server: Server, tokens: Tokens) -> str:
    """Put a sign-in into one secret text for the vault."""
    app = {"url": server.url, "id": server.client_id, "secret": server.client_secret}
    return json.dumps(app | {"tokens": tokens.to_dict()})


def unpack(kept: str) -> tuple[Server, Tokens] | None:
    """Read what `pack` gave; None if it is anything else."""
    try:
        values: dict[str, Any] = json.loads(kept)
        tokens = Tokens.from_dict(values["tokens"])
        texts = [values[name] for name in ("url", "id", "secret")]
    except (ValueError, KeyError, TypeError, RecursionError):  # RecursionError: brackets without end
        return None
    if tokens is None or not all(isinstance(text, str) for text in texts):
        return None
    return Server(*texts), tokens


class Connection:
    """Requests in the name of one user, and what closes with them.

    `save` is given the packed sign-in before each new pair of tokens is used, and then `on_renewed` is told;
    `on_end` hears once that the session is over for the server. `pacers` outlive the connection: a penalty does, too.
    """

    def __init__(
        self, server: Server, *, endpoint_id: str, save: Save, on_end: Callable[[Problem], None],
        clock: Callable[[], float], pacers: Pacers, on_renewed: Callable[[Tokens], None] = lambda _tokens: None,
    ) -> None:  # fmt: skip
        self.server = server
        self._save = save
        self._on_end = on_end
        self._on_renewed = on_renewed
        self._clock = clock
        self._app = App(server.client_id, server.client_secret)
        self._rest = Rest(server.url, clock=pacers.clock, pacer=pacers.of(server.url, server.client_id))
        self._oauth = OAuth(self._rest, self._app, endpoint_id, clock)
        self._keeper: Keeper | None = None
        self._over: Problem | None = None  # why the session is over, once it is

    async def sign_in(self, way: Way, show_address: Callable[[str], None]) -> Platform:
        """Sign in anew; `show_address` is given the address for the browser, if that is the way.

        Raises:
            Problem: not signed in, and no session is left at the server. So it is when cancelled; but what was given to
                `save` may be stored then.
        """
        tokens = await self._oauth.sign_in(await self._grant(way, show_address))
        try:
            platform = await self.resume(tokens)
            await self._save_tokens(self.tokens or tokens)  # which may have been renewed meanwhile
        except BaseException:  # cancelled, or signed in but of no use: no session is left behind
            await self.revoke()
            raise
        return platform

    async def resume(self, tokens: Tokens) -> Platform:
        """Go on with a stored sign-in. Called again after a failure it goes on with the pair it has by then.

        Raises:
            Problem: the session is over, or the server cannot be reached.
        """
        if self._keeper is None:
            self._keeper = Keeper(
                self._oauth, tokens, save=self._save_tokens, on_end=self._end, clock=self._clock
            )
        self._rest.authorize(Auth(self._keeper))
        api = Api(self._rest)
        try:
            account = await api.account(tokens.scopes)
        except Problem as problem:
            if self._over:
                raise self._over from None
            raise errors.app_lacks(problem) or problem from None
        return self._platform(api, account)

    def _end(self, problem: Problem) -> None:
        self._over = problem
        self._on_end(problem)

    @property
    def tokens(self) -> Tokens | None:
        """The tokens in use, None when nobody is signed in by it."""
        return self._keeper.tokens if self._keeper else None

    @property
    def packed(self) -> str:
        """The sign-in as it is to be stored, "" when nobody is signed in by it."""
        return pack(self.server, self.tokens) if self.tokens else ""

    def is_of(self, tokens: Tokens) -> bool:
        """Whether this is the session of `tokens`, and it is not over."""
        mine = self.tokens
        return mine is not None and mine.refresh == tokens.refresh and mine.access == tokens.access

    def budgets(self) -> tuple[Budget, ...]:
        """Tell what may still be asked of each rate-limit group of the server; also once it is closed."""
        return self._rest.budgets(self._clock())

    def ahead(self) -> float:
        """Return by how many seconds the server's clock is ahead of ours; 0 until an answer has told."""
        return self._rest.ahead(self._clock())

    async def revoke(self) -> None:
        """End the session at the server; whatever it answers, and if it does not, it is over for us."""
        if tokens := self.tokens:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS):
                    await self._oauth.revoke(tokens)

    async def close(self) -> None:
        """Close every connection; a refresh under way is let come to its end, unless the server hangs.

        Cancelled, nothing is waited for any more; called again it waits until all is closed.
        """
        try:
            if self._keeper:
                with suppress(Problem, TimeoutError):
                    async with asyncio.timeout(LAST_WORDS):
                        await self._keeper.close()
        finally:
            await self._rest.close()

    def _platform(self, api: Api, account: Account) -> Platform:
        from rcdesk.client.push_pubnub import PubNubPush

        pushes: dict[Transport, Push] = {
            Transport.WEBSOCKET: WebSocketPush(api, clock=self._clock),
            Transport.PUBNUB: PubNubPush(api, clock=self._clock, origin=_pubnub_of(self.server.url)),
        }
        return Platform(api, account, pushes)

    async def _save_tokens(self, tokens: Tokens) -> None:
        await self._save(pack(self.server, tokens))
        self._on_renewed(tokens)

    async def _grant(self, way: Way, show_address: Callable[[str], None]) -> Grant:
        match way:
            case Jwt(assertion):
                return Grant.jwt(assertion)
            case Password(username, extension, password):
                return Grant.password(username, extension, password)
            case Browser():
                return await self._browser(show_address)

    async def _browser(self, show_address: Callable[[str], None]) -> Grant:
        verifier = new_verifier()
        async with Loopback() as loopback:
            show_address(
                authorize_url(
                    self._rest.server,
                    self._app,
                    redirect_uri=loopback.redirect_uri,
                    state=loopback.state,
                    verifier=verifier,
                )
            )
            code, redirect_uri = await loopback.code()
            return Grant.code(code, redirect_uri, verifier)


def _pubnub_of(server: str) -> str | None:
    """Return the address of the PubNub that goes with `server`: a sandbox brings its own, at its own address."""
    return server if is_loopback(host_of(server)) else None
