"""A sandbox that is really served, on the test's own loop, and clients of its push."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from rcdesk.sandbox.app import make_app
from rcdesk.sandbox.clock import Clock
from rcdesk.sandbox.push_connection import GatewayLimits
from rcdesk.sandbox.push_pubnub import HOLD
from rcdesk.sandbox.server import _bind
from rcdesk.sandbox.state import Options, Sandbox
from tests.helpers.wait import WITHIN, until

PRESENCE = "/restapi/v1.0/account/~/extension/~/presence?detailedTelephonyState=true"
TELEPHONY = "/restapi/v1.0/account/~/extension/~/telephony/sessions"
SUBSCRIPTION = "/restapi/v1.0/subscription"


class Served:
    """The sandbox with its address, and a client that is signed in."""

    def __init__(self, sandbox: Sandbox, port: int) -> None:
        self.sandbox = sandbox
        self.push = sandbox.push
        self.origin = f"127.0.0.1:{port}"
        self.server = f"http://{self.origin}"
        self.client = httpx.AsyncClient(base_url=self.server, trust_env=False)

    @property
    def extension(self) -> str:
        """The whole path of the user's extension."""
        account = self.sandbox.account
        return f"/restapi/v1.0/account/{account.id}/extension/{account.extension_id}"

    async def sign_in(self) -> dict[str, Any]:
        """Sign in and let every further request of the client carry the token; return both tokens."""
        answer = await self.tokens(
            grant_type="password", username="18885550100*101", password=self.sandbox.account.password
        )
        made: dict[str, Any] = answer.json()
        self.client.headers["Authorization"] = f"Bearer {made['access_token']}"
        return made

    async def tokens(self, **form: str) -> httpx.Response:
        """Ask the token endpoint."""
        auth = (self.sandbox.account.client_id, self.sandbox.account.client_secret)
        return await self.client.post("/restapi/oauth/token", data=form, auth=auth)

    async def ask(self, path: str = "presence") -> httpx.Response:
        """GET something of the user's extension."""
        return await self.client.get(f"{self.extension}/{path}")

    async def subscribe(self, *filters: str, **mode: Any) -> dict[str, Any]:
        """Subscribe over HTTP, over PubNub unless said otherwise."""
        body = {
            "eventFilters": list(filters) or [PRESENCE],
            "deliveryMode": {"transportType": "PubNub"} | mode,
        }
        answer = await self.client.post(SUBSCRIPTION, json=body)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def fault(self, kind: str, **more: Any) -> None:
        answer = await self.client.post("/sandbox/v1/faults", json={"kind": kind} | more)
        assert answer.status_code == 200, answer.text

    async def mend(self) -> None:
        """Clear every fault."""
        answer = await self.client.delete("/sandbox/v1/faults")
        assert answer.status_code == 204, answer.text

    async def state(self) -> dict[str, Any]:
        """The truth."""
        told: dict[str, Any] = (await self.client.get("/sandbox/v1/state")).json()
        return told

    async def raw(self, *numbers: int) -> None:
        """Push raw notifications that are only numbers."""
        for number in numbers:
            await self.client.post("/sandbox/v1/push", json={"number": number})

    async def token(self) -> dict[str, Any]:
        answer = await self.client.post("/restapi/oauth/wstoken")
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    @asynccontextmanager
    async def socket(self, wsc: str = "", token: dict[str, Any] | None = None) -> AsyncIterator[Socket]:
        """A connection of the gateway, its first frame already read."""
        token = token or await self.token()
        address = f"{token['uri']}?access_token={token['ws_access_token']}"
        async with connect(address + (f"&wsc={wsc}" if wsc else ""), proxy=None) as connection:
            made = Socket(connection)
            made.details = await made.read()
            yield made


class Socket:
    """A client's end of a connection, spoken by hand."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.details: list[Any] = []
        self._count = 0

    async def read(self) -> list[Any]:
        """The next frame."""
        async with asyncio.timeout(WITHIN):
            frame: list[Any] = json.loads(await self.connection.recv())
        return frame

    async def notification(self) -> dict[str, Any]:
        """The next frame, which must be a notification."""
        meta, body = await self.read()
        assert meta["type"] == "ServerNotification", meta
        return dict(body)

    async def numbers(self, count: int) -> list[int]:
        """The numbers of so many raw notifications."""
        return [(await self.notification())["number"] for _ in range(count)]

    async def send(self, *frame: Any) -> None:
        await self.connection.send(json.dumps(frame))

    async def ask(self, method: str, path: str, body: Any = None, **meta: Any) -> list[Any]:
        """Send a request and return the frame that answers it."""
        self._count += 1
        asked = {
            "type": "ClientRequest",
            "messageId": f"m/{self._count}+",
            "method": method,
            "path": path,
        } | meta
        await self.send(asked, *([] if body is None else [body]))
        answer = await self.read()
        assert (answer[0]["type"], answer[0]["messageId"]) == ("ClientRequest", asked["messageId"])
        return answer

    async def subscribe(self, *filters: str) -> dict[str, Any]:
        body = {"eventFilters": list(filters) or [PRESENCE], "deliveryMode": {"transportType": "WebSocket"}}
        meta, made = await self.ask("POST", SUBSCRIPTION + "/", body)
        assert meta["status"] == 200, made
        return dict(made)

    async def is_quiet(self) -> bool:
        """Whether no notification is on its way: the answer to a heartbeat comes first."""
        await self.send({"type": "Heartbeat", "messageId": "quiet?"})
        return (await self.read()) == [{"type": "Heartbeat", "messageId": "quiet?"}]


@asynccontextmanager
async def serve(
    *,
    limits: GatewayLimits | None = None,
    hold: float = HOLD,
    rate_limits: float | None = None,
    ping: float = 20,
) -> AsyncIterator[Served]:
    """Serve a sandbox on a free port until the block ends, with somebody signed in.

    `ping` is how many seconds pass between two pings of a WebSocket, and until one counts as unanswered.
    """
    options = Options(records=0, rate_limits=rate_limits)
    sandbox = Sandbox(options, Clock(), gateway_limits=limits or GatewayLimits(), hold=hold)
    config = uvicorn.Config(
        make_app(sandbox),
        ws="websockets-sansio",
        ws_ping_interval=ping,
        ws_ping_timeout=ping,
        log_config=None,
        access_log=False,
        date_header=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    with _bind(0) as bound:
        sandbox.lines.watch(server.server_state.connections)
        served = Served(sandbox, bound.getsockname()[1])
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[bound]), name="served sandbox")
            await until(lambda: server.started)
            try:
                async with served.client:
                    await served.sign_in()
                    yield served
            finally:
                sandbox.release()
                server.should_exit = True
