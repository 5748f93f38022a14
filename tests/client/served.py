"""A served sandbox as the tests of the client see it: what happens in it, and who is signed in to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from rcdesk.client.api import Api
from rcdesk.client.auth import App, Auth, Grant, Keeper, OAuth
from rcdesk.client.rest import Rest
from rcdesk.core.errors import Problem
from rcdesk.core.tokens import Tokens

T = TypeVar("T")


class Sandbox:
    """The control API of a sandbox, and what it said when it was ready."""

    def __init__(self, info: dict[str, str], http: httpx.AsyncClient) -> None:
        self.info = info
        self._http = http

    @property
    def pubnub(self) -> str:
        """The address of its PubNub."""
        return f"http://{self.info['pubnub_origin']}"

    @property
    def app(self) -> App:
        return App(self.info["client_id"], self.info["client_secret"])

    @property
    def public_app(self) -> App:
        return App(self.info["public_client_id"])

    @property
    def password(self) -> Grant:
        return Grant.password(self.info["username"], self.info["extension"], self.info["password"])

    async def post(self, path: str, /, **body: Any) -> Any:
        """Let something happen."""
        answer = await self._http.post(f"{self.info['control']}/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def delete(self, path: str) -> None:
        """Undo, e.g. `faults`."""
        answer = await self._http.delete(f"{self.info['control']}/{path}")
        assert answer.is_success, answer.text

    async def fault(self, kind: str, **details: Any) -> None:
        """Let something go wrong."""
        await self.post("faults", kind=kind, **details)

    async def push(self, notification: dict[str, Any]) -> None:
        """Let a raw notification out to every subscriber."""
        await self.post("push", **notification)

    async def ring(self, number: str = "+13025550101", **more: Any) -> str:
        """Let somebody call; return the session's id."""
        call = {"direction": "Inbound", "from": {"number": number, "name": "Ann Lee"}, **more}
        return str((await self.post("calls", **call))["sessionId"])

    async def state(self) -> dict[str, Any]:
        """The truth."""
        answer = await self._http.get(f"{self.info['control']}/state")
        state: dict[str, Any] = answer.json()
        return state


async def eventually(look: Callable[[], Awaitable[T]], *, within: float = 10.0) -> T:
    """Return what `look` gives as soon as that is true."""
    deadline = time.monotonic() + within
    while True:
        seen = await look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"not within {within:g} s; last seen: {seen!r}"
        await asyncio.sleep(0.02)


@dataclass
class SignedIn:
    """A user of the sandbox, and all that has happened to their tokens."""

    rest: Rest
    oauth: OAuth
    keeper: Keeper
    api: Api
    saved: list[Tokens] = field(default_factory=list)
    ends: list[Problem] = field(default_factory=list)


@asynccontextmanager
async def signed_in(sandbox: Sandbox, *, rest: Rest | None = None) -> AsyncIterator[SignedIn]:
    """Sign in by password."""
    async with rest or Rest(sandbox.info["server"], clock=time.time, chance=lambda: 0.0) as used:
        oauth = OAuth(used, sandbox.app, "test-endpoint", time.time)
        saved: list[Tokens] = []
        ends: list[Problem] = []

        async def save(tokens: Tokens) -> None:
            saved.append(tokens)

        tokens = await oauth.sign_in(sandbox.password)
        keeper = Keeper(oauth, tokens, save=save, on_end=ends.append, clock=time.time)
        used.authorize(Auth(keeper))
        yield SignedIn(used, oauth, keeper, Api(used), saved, ends)
        await keeper.close()
