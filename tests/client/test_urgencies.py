"""Which request goes before which, and what each counts to by the platform's documents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx
import pytest

from rcdesk.client.api import Api
from rcdesk.client.auth import App, Grant, OAuth
from rcdesk.client.rest import Rest
from rcdesk.core.account import Availability, change_to
from rcdesk.core.errors import Problem
from rcdesk.core.pacing import Pacer, Turn, Urgency
from rcdesk.core.ringout import Order
from rcdesk.core.tokens import Tokens

TOKENS = Tokens("access", 0.0, 3600.0, "refresh", 7200.0)
ORDER = Order("+13025550101", "+16505550101")
SOON, LATER = 1_700_000_000.0, 1_700_000_060.0

Ask = Callable[[Api], Awaitable[object]]
SignIn = Callable[[OAuth], Awaitable[object]]


class Noting(Pacer):
    """Notes who stood in which line."""

    def __init__(self) -> None:
        super().__init__()
        self.joined: set[tuple[str, Urgency]] = set()

    def join(self, what: str, group: str, urgency: Urgency) -> Turn:
        self.joined.add((group, urgency))
        return super().join(what, group, urgency)


async def call_log(api: Api) -> None:
    async for _ in api.call_log(SOON, LATER):
        pass


def empty(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"records": []})


@pytest.mark.parametrize(
    ("group", "urgency", "asks"),
    [
        ("Heavy", Urgency.DIAL, [lambda api: api.start_ringout(ORDER)]),
        ("Heavy", Urgency.USER, [lambda api: api.cancel_ringout("1")]),
        ("Medium", Urgency.USER, [lambda api: api.set_presence(change_to(Availability.BUSY, None))]),
        ("Light", Urgency.USER, [lambda api: api.ringout_status("1")]),
        ("Auth", Urgency.CONNECT, [Api.socket_token]),
        (
            "Medium",
            Urgency.CONNECT,
            [
                lambda api: api.subscribe([], {}),
                lambda api: api.renew("1", []),
                lambda api: api.unsubscribe("1"),
            ],
        ),
        ("Light", Urgency.CONNECT, [Api.account]),
        ("Light", Urgency.RECONCILE, [Api.presence, Api.dial_choices]),
        ("Light", Urgency.POLL, [lambda api: api.presence(Urgency.POLL)]),
        (
            "Heavy",
            Urgency.HISTORY,
            [lambda api: api.sync_full(SOON), lambda api: api.sync_since("x"), call_log, Api.active_calls],
        ),
        ("Heavy", Urgency.CONTACTS, [Api.contacts]),
        ("Medium", Urgency.CONTACTS, [Api.directory]),
    ],
)
async def test_each_request_stands_in_its_line(group: str, urgency: Urgency, asks: list[Ask]) -> None:
    for ask in asks:
        pacer = Noting()
        transport = httpx.MockTransport(empty)
        async with Rest("http://127.0.0.1:1", clock=lambda: 0.0, pacer=pacer, transport=transport) as rest:
            with suppress(Problem):  # what was answered is of no interest
                await ask(Api(rest))
        assert pacer.joined == {(group, urgency)}


@pytest.mark.parametrize(
    ("urgency", "ask"),
    [
        (Urgency.USER, lambda oauth: oauth.sign_in(Grant.jwt("x"))),
        (Urgency.USER, lambda oauth: oauth.revoke(TOKENS)),
        (Urgency.REFRESH, lambda oauth: oauth.refresh(TOKENS, patience=None)),
    ],
)
async def test_signing_in_and_out_is_the_users_act_and_a_refresh_comes_next(
    urgency: Urgency, ask: SignIn
) -> None:
    pacer = Noting()
    transport = httpx.MockTransport(lambda _request: httpx.Response(403, json={}))
    async with Rest("http://127.0.0.1:1", clock=lambda: 0.0, pacer=pacer, transport=transport) as rest:
        with suppress(Problem):
            await ask(OAuth(rest, App("id"), "endpoint", lambda: 0.0))
    assert pacer.joined == {("Auth", urgency)}
