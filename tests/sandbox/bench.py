"""A sandbox on the bench: its app in process, its time in the test's hand, and a client that signs in."""

from __future__ import annotations

from typing import Any

import httpx

from rcdesk.sandbox.app import make_app
from rcdesk.sandbox.clock import Clock
from rcdesk.sandbox.state import Options, Sandbox

START = 1_800_000_000.0  # Unix time at which every bench starts: 15 January 2027, 08:00 UTC
E = "/restapi/v1.0/account/~/extension/~"
A = "/restapi/v1.0/account/~"
CONTROL = "/sandbox/v1"


class Bench:
    """A sandbox, a client of it, and both its clocks; real and world time go as `pass_time` says."""

    def __init__(self, options: Options | None = None) -> None:
        self._ticks = 0.0
        chosen = options or Options(rate_limits=None, records=0)
        self.sandbox = Sandbox(chosen, Clock(chosen.speed, start=START, ticks=lambda: self._ticks))
        self.account = self.sandbox.account
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.app = make_app(self.sandbox)
        publish = self.sandbox.world.on_event
        self.sandbox.world.on_event = lambda kind, extension_id, body: (
            self.events.append((kind, body)),
            publish(kind, extension_id, body),
        )[1]
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://sandbox.test:8080"
        )

    def pass_time(self, seconds: float) -> None:
        """Let real seconds go by; what is due happens at the next request, or here."""
        self._ticks += seconds
        self.sandbox.catch_up()

    @property
    def presence_events(self) -> list[dict[str, Any]]:
        """Bodies of the presence notifications so far."""
        return [body for kind, body in self.events if kind == "presence"]

    async def token(self, **form: str) -> httpx.Response:
        """Ask the token endpoint as the confidential client."""
        auth = (self.account.client_id, self.account.client_secret)
        return await self.client.post("/restapi/oauth/token", data=form, auth=auth)

    async def by_password(self, **more: str) -> httpx.Response:
        """Sign in by number, extension and password."""
        return await self.token(
            grant_type="password",
            username="+18885550100",
            extension="101",
            password=self.account.password,
            **more,
        )

    async def sign_in(self) -> dict[str, Any]:
        """Sign in and let every further request of the client carry the token."""
        answer = await self.by_password()
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        self.client.headers["Authorization"] = f"Bearer {body['access_token']}"
        return body

    async def get(self, path: str, **params: Any) -> httpx.Response:
        """GET with query parameters; a list repeats its name."""
        return await self.client.get(path, params=params)

    async def ring(self, **call: Any) -> str:
        """Start a call over the control API and return its session id."""
        call.setdefault("direction", "inbound")
        if call["direction"] == "inbound":
            call.setdefault("from", {"number": "+4722123456", "name": "Martin Olsen"})
        answer = await self.client.post(f"{CONTROL}/calls", json=call)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["sessionId"])

    async def do(self, session_id: str, deed: str) -> httpx.Response:
        """Let something happen to a call."""
        return await self.client.post(f"{CONTROL}/calls/{session_id}/{deed}")

    async def state(self) -> dict[str, Any]:
        """The truth."""
        state: dict[str, Any] = (await self.client.get(f"{CONTROL}/state")).json()
        return state
