"""A day of heavy use, in simulated time: the program's services against the sandbox with the platform's own limits.

The server counts and punishes by itself; it must never have a reason to. Both sides live in one process: requests
go through the real client into the sandbox's app, after some time on the way. In the place of the sockets of push,
which know no simulated time, are two that ask for the same tokens and subscriptions and hear the same notifications.
"""

from __future__ import annotations

import asyncio
import faulthandler
import itertools
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rcdesk.client import api, push_pubnub
from rcdesk.client.api import Api
from rcdesk.client.push import FILTER, Connected, Inbox, PushEvent, lost
from rcdesk.client.rest import Rest
from rcdesk.core.ringout import Order
from rcdesk.core.subscription import Transport
from rcdesk.sandbox.app import make_app, running
from rcdesk.sandbox.calls import Deed, Party
from rcdesk.sandbox.clock import Clock, iso
from rcdesk.sandbox.state import Options, Sandbox
from rcdesk.sandbox.world import Step
from rcdesk.services import connection, tasks
from rcdesk.services.awake import Awake
from rcdesk.services.away import Away
from rcdesk.services.dialer import Dialer
from rcdesk.services.history import History
from rcdesk.services.link import Link
from rcdesk.services.live_calls import LiveCalls
from rcdesk.services.pacers import Pacers
from rcdesk.services.people import People
from rcdesk.services.presence import PresenceKeeper
from rcdesk.services.session import Jwt, Phase, Server, Session
from rcdesk.store import database
from rcdesk.store.history import HistoryStore
from rcdesk.store.penalties import PenaltyStore
from rcdesk.store.schema import MIGRATIONS
from rcdesk.store.settings import SettingsStore
from rcdesk.store.vault import Vault
from tests.helpers.simulated_time import START, InlineWorker, SimulatedLoop
from tests.helpers.wait import until

DAY = 8 * 3600.0
STARTS_WITHIN = 2.0  # seconds from the user's word to the platform's having the order
RECORDS, PAGE = (
    240,
    30,
)  # calls of the past: to fill the history takes nine requests of a group that allows ten
PLACES = ("+16505550123", "+13125550142", "+442079460142")


@dataclass(frozen=True)
class Hour:
    """Some time passes, this and that goes on, and in the middle of it the user calls somebody.

    Attributes:
        happens: each so many seconds after the one before.
        expires: the access token has just run out.
        cancelled_after: seconds, None if the user lets it ring.
    """

    pause: float
    happens: list[tuple[float, str]]
    expires: bool
    whom: str
    cancelled_after: float | None


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """The network: each request takes its time there and back. Notes when orders for RingOuts arrive."""

    app: Any
    clock: Callable[[], float]
    dice: random.Random
    ordered: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._platform = httpx.ASGITransport(self.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self.dice.uniform(0.01, 0.2))
        answer = await self._platform.handle_async_request(request)
        if answer.status_code == 429:
            self.refused.append(f"{request.method} {request.url.path}")
        elif request.url.path.endswith("/ring-out") and answer.is_success:
            self.ordered.append(self.clock())
        await asyncio.sleep(self.dice.uniform(0.01, 0.2))
        return answer


class Air:
    """Where notifications go: to whoever listens when something happens."""

    def __init__(self, sandbox: Sandbox, clock: Callable[[], float]) -> None:
        self._account, self._clock = sandbox.account, clock
        self._numbers = itertools.count()
        self._ears: set[asyncio.Queue[bytes | None]] = set()
        sandbox.world.on_event = self._on_event

    def listen(self) -> asyncio.Queue[bytes | None]:
        ear: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._ears.add(ear)
        return ear

    def drop(self) -> None:
        """Break every line."""
        for ear in self._ears:
            ear.put_nowait(None)
        self._ears.clear()

    def _on_event(self, kind: str, extension_id: str, body: dict[str, Any]) -> None:
        if kind != "presence":
            return
        event = f"/restapi/v1.0/account/{self._account.id}/extension/{extension_id}/presence"
        told = {
            "uuid": str(next(self._numbers)),
            "event": event,
            "timestamp": iso(self._clock()),
            "body": body,
        }
        for ear in self._ears:
            ear.put_nowait(json.dumps(told).encode())


class Line:
    """Push over either way: with the token of one, or the subscription of the other."""

    def __init__(self, air: Air, transport: Transport, api: Api, **_: Any) -> None:
        self.transport = transport
        self._air, self._api = air, api

    async def listen(self) -> AsyncGenerator[Connected | PushEvent, None]:
        subscription = ""
        if self.transport is Transport.WEBSOCKET:
            await self._api.socket_token()
        else:
            mode = {"transportType": "PubNub", "encryption": True}
            subscription = (await self._api.subscribe([FILTER], mode)).id
        ear, inbox = self._air.listen(), Inbox()
        try:
            yield Connected(recovered=False)
            while (data := await ear.get()) is not None:
                if event := inbox.read(data, subscription_id=""):
                    yield event
        finally:
            if subscription:
                await self._api.unsubscribe(subscription)
        raise lost()


@dataclass
class Desk:
    """A signed-in program and the platform it is signed in to."""

    sandbox: Sandbox
    wire: Wire
    air: Air
    link: Link
    dialer: Dialer
    session: Session
    history: History
    nursery: tasks.Nursery

    async def live(self, hours: list[Hour]) -> list[float]:
        """Let the day go by; return how long each order took to arrive."""
        clock, waits = self.sandbox.clock.real, []
        for hour in hours:
            await asyncio.sleep(hour.pause)
            await until(lambda: not self.dialer.busy, within=60)  # one call at a time
            for after, what in hour.happens:
                await asyncio.sleep(after)
                self._let(what)
            if hour.expires:
                self.sandbox.sessions.expire_access_tokens()
            asked_at, before = clock(), len(self.wire.ordered)
            self.dialer.dial(Order(hour.whom, self.sandbox.account.phones[0].number))
            await asyncio.sleep(STARTS_WITHIN + 1.0)
            arrived = self.wire.ordered[before:]
            waits.append(arrived[0] - asked_at if arrived else float("inf"))
            if hour.cancelled_after is not None:
                await asyncio.sleep(hour.cancelled_after)
                self.dialer.cancel()
        await asyncio.sleep(max(0.0, START + DAY - clock()))
        return waits

    def _let(self, what: str) -> None:
        match what:
            case "lines break":
                self.air.drop()
            case "it wakes":
                self.link.retry()
            case "history is filled":
                self.sandbox.sync_tokens.expire_all()
                self.nursery.start(self.history.caught_up(), name="while you were away")
            case "a call comes":
                plan = [Step(2, Deed.ANSWER), Step(5, Deed.HANG_UP)]
                caller, me = Party("+4722123456"), Party(self.sandbox.account.me.number)
                self.sandbox.world.ring(inbound=True, caller=caller, callee=me, plan=plan)


@asynccontextmanager
async def desk(dice: random.Random) -> AsyncIterator[Desk]:
    """Build platform and program, sign in, and take both down."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    platform = Sandbox(Options(records=RECORDS), Clock(start=START, ticks=loop.time))
    wire = Wire(make_app(platform), platform.clock.real, dice)
    bugs: list[BaseException] = []
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(running(platform))
        air = Air(platform, platform.clock.real)
        patch = opened.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(database, "Worker", InlineWorker)
        patch.setattr(api, "LOG_PAGE", PAGE)
        patch.setattr(api, "SYNC_SIZE", PAGE)
        patch.setattr(connection, "Rest", partial(Rest, transport=wire))
        patch.setattr(connection, "WebSocketPush", partial(Line, air, Transport.WEBSOCKET))
        patch.setattr(push_pubnub, "PubNubPush", partial(Line, air, Transport.PUBNUB))
        kept, nursery = SettingsStore(None), tasks.Nursery(lambda problem: None, bugs.append)
        data = database.Database(None, MIGRATIONS)
        opened.callback(data.close)
        store = HistoryStore(data)
        pacers = Pacers(PenaltyStore(None), loop.clock, loop.clock)
        session = Session(nursery, Vault(None), kept, loop.clock, pacers)
        opened.push_async_callback(session.close)
        await opened.enter_async_context(nursery)
        calls, presence = LiveCalls(loop.clock, session.ahead), PresenceKeeper(nursery, session.platform)
        awake = Awake(loop.clock, ticks=loop.clock)
        link = Link(nursery, session.platform, calls, presence, loop.clock, "auto", awake)
        People(nursery, session.platform)
        dialer = Dialer(nursery, session.platform, kept, calls.platform_now)
        history = History(nursery, session.platform, store, loop.clock)
        away = Away(nursery, awake, link, calls, history, loop.clock)
        calls.changes.subscribe(history.on_change)
        dialer.began.subscribe(calls.expect_own_leg)
        dialer.ended.subscribe(history.on_ringout_ended)
        for closing in (calls, link, away):
            opened.callback(closing.close)
        account = platform.account
        server = Server("http://127.0.0.1:1", account.client_id, account.client_secret)
        session.sign_in(server, Jwt(account.jwt), remember=True)
        await until(lambda: session.state.value.phase is Phase.SIGNED_IN, within=60)
        yield Desk(platform, wire, air, link, dialer, session, history, nursery)
    assert bugs == []


async def a_day(hours: list[Hour], seed: int) -> None:
    async with desk(random.Random(seed)) as made:
        waits = await made.live(hours)
        assert made.wire.refused == []
        assert made.sandbox.limits.in_penalty == 0
        assert made.session.state.value.phase is Phase.SIGNED_IN
        assert [wait for wait in waits if wait > STARTS_WITHIN] == []


soon = st.one_of(st.floats(0, 1), st.floats(0, 20))
happenings = st.sampled_from(("lines break", "it wakes", "history is filled", "a call comes"))
hours = st.builds(
    Hour,
    pause=st.one_of(st.floats(30, 60), st.floats(30, 1200)),
    happens=st.lists(st.tuples(soon, happenings), max_size=8),
    expires=st.booleans(),
    whom=st.sampled_from(PLACES),
    cancelled_after=st.one_of(st.none(), st.floats(0, 4)),
)


@pytest.mark.timeout(240)
@settings(max_examples=3, phases=[hypothesis.Phase.generate])  # to make one smaller takes many days
@given(st.lists(hours, min_size=10, max_size=20), st.integers(0, 99))
def test_a_day_of_heavy_use_meets_no_limit_and_every_call_starts_at_once(
    hours: list[Hour], seed: int
) -> None:
    faulthandler.cancel_dump_traceback_later()  # it is no sign of a hang that this takes long
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        runner.run(a_day(hours, seed))
