"""One request: repeated only where that is harmless, paced, limited, and quiet about secrets."""

from __future__ import annotations

import asyncio
import logging
import time
import zlib
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

import httpx
import pytest

from rcdesk import wire
from rcdesk.client import errors
from rcdesk.client.api import Api
from rcdesk.client.auth import Auth, Keeper
from rcdesk.client.request import Request
from rcdesk.client.rest import Rest
from rcdesk.core.account import UserStatus
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.pacing import Pacer, Urgency
from rcdesk.core.ringout import Order
from rcdesk.sandbox.server import SandboxServer
from rcdesk.sandbox.state import Options
from tests.client.served import Sandbox, SignedIn, signed_in

SERVER = "http://127.0.0.1:1"
GET = Request("GET", "/restapi/v1.0/x", "It was not read.", "Light", repeat=True)
POST = Request("POST", "/restapi/v1.0/x", "It was not done.", "Heavy", json={})


class FakeTime:
    """A clock that only goes on while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


Answer = Callable[[httpx.Request], httpx.Response]


@asynccontextmanager
async def answered(answer: Answer, fake: FakeTime | None = None) -> AsyncIterator[Rest]:
    """A Rest whose server is a function."""
    fake = fake or FakeTime()
    transport = httpx.MockTransport(answer)
    async with Rest(
        SERVER, clock=fake.clock, sleep=fake.sleep, chance=lambda: 0.5, transport=transport
    ) as rest:
        yield rest


def rate_limit(group: str, left: int, limit: int = 10) -> dict[str, str]:
    told = {"Group": group, "Limit": str(limit), "Remaining": str(left), "Window": "60"}
    return {f"X-Rate-Limit-{name}": value for name, value in told.items()}


def always(*args: object, **kwargs: object) -> Answer:
    return lambda request: httpx.Response(*args, **kwargs)  # type: ignore[arg-type]


async def test_a_get_is_repeated_until_the_server_is_well_again(sandbox: Sandbox, me: SignedIn) -> None:
    await sandbox.fault("http-status", path="*/presence", status=503, count=2)
    snapshot, presence = await me.api.presence()
    assert (snapshot.legs, presence.user_status) == ((), UserStatus.AVAILABLE)
    assert (await sandbox.state())["requests"]["by_status"]["503"] == 2


async def test_after_three_tries_the_problem_is_told(sandbox: Sandbox, me: SignedIn) -> None:
    await sandbox.fault("http-status", path="*/presence", status=500)
    with pytest.raises(Problem) as told:
        await me.api.presence()
    assert told.value.title == "Your live calls could not be checked."
    assert (told.value.kind, told.value.retry) == (Kind.SERVER, True)
    assert (await sandbox.state())["requests"]["by_status"]["500"] == 3


def lose(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("-", request=request)


@pytest.mark.parametrize("answer", [always(500), lose], ids=["500", "lost"])
async def test_the_pauses_grow(answer: Answer) -> None:
    fake = FakeTime()
    async with answered(answer, fake) as rest:
        with pytest.raises(Problem):
            await rest.send(GET)
    assert fake.sleeps == [1.0, 2.0]


async def test_a_server_that_says_how_long_is_obeyed() -> None:
    fake = FakeTime()
    async with answered(always(503, headers={"Retry-After": "40"}), fake) as rest:
        with pytest.raises(Problem):
            await rest.send(GET)
    assert fake.sleeps == [40.0, 40.0]


async def test_a_ringout_is_never_sent_twice(sandbox: Sandbox, me: SignedIn) -> None:
    order = Order(number=sandbox.info["ringout_to"], own=sandbox.info["ringout_from"])
    await sandbox.fault("http-status", path="*/ring-out", status=503)
    with pytest.raises(Problem) as told:
        await me.api.start_ringout(order)
    assert not told.value.retry
    assert (await sandbox.state())["requests"]["by_status"]["503"] == 1


async def test_a_refusal_that_will_not_pass_is_not_repeated() -> None:
    fake = FakeTime()
    async with answered(always(403), fake) as rest:
        with pytest.raises(Problem):
            await rest.send(GET)
    assert fake.sleeps == []


async def test_after_a_429_nothing_of_that_group_goes_out_until_the_penalty_is_over() -> None:
    fake = FakeTime()
    arrived: list[tuple[float, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        arrived.append((fake.now, request.url.path))
        if request.url.path.endswith("/heavy") and fake.now < 1060:
            return httpx.Response(429, headers={"Retry-After": "60", "X-Rate-Limit-Group": "Heavy"})
        return httpx.Response(200, json={})

    heavy = Request("GET", "/heavy", "It was not read.", "Heavy", repeat=True)
    async with answered(answer, fake) as rest:
        await rest.send(heavy)
        await rest.send(GET)
    assert arrived == [(1000.0, "/heavy"), (1060.0, "/heavy"), (1060.0, "/restapi/v1.0/x")]


async def test_what_cannot_wait_is_refused_at_once_and_not_sent() -> None:
    fake = FakeTime()
    arrived: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        arrived.append(request.method)
        return httpx.Response(429, headers={"Retry-After": "60"})

    async with answered(answer, fake) as rest:
        for _ in range(2):
            with pytest.raises(Problem) as told:
                await Api(rest).start_ringout(Order("+13025550101", "+16505550101"))
            assert (told.value.kind, told.value.retry, told.value.retry_after) == (
                Kind.THROTTLED,
                False,
                60.0,
            )
            assert told.value.title == "The call to +1 302 555 0101 was not placed."
    assert arrived == ["POST"]
    assert fake.sleeps == []


async def test_the_last_requests_of_a_window_are_kept_for_the_users_wishes() -> None:
    fake = FakeTime()
    told = rate_limit("Heavy", left=4)
    background = Request("GET", "/log", "It was not read.", "Heavy", urgency=Urgency.HISTORY)
    wish = Request("POST", "/ring-out", "It was not placed.", "Heavy", urgency=Urgency.USER)
    async with answered(always(200, json={}, headers=told), fake) as rest:
        await rest.send(background)
        await rest.send(wish)
        assert fake.sleeps == []
        await rest.send(background)
        assert sum(fake.sleeps) == 60.0


async def test_whoever_waits_sees_soon_that_there_is_more_room_than_was_thought() -> None:
    fake = FakeTime()
    told = rate_limit("Heavy", left=0)
    first, second = (Request("GET", path, "It was not read.", "Heavy") for path in ("/first", "/second"))

    async with answered(lambda _request: httpx.Response(200, json={}, headers=told), fake) as rest:
        await rest.send(first)
        told.update(rate_limit("Heavy", left=9))
        await rest.send(replace(second, urgency=Urgency.USER, group="Light"))
        await rest.send(second)
    assert fake.sleeps == []


async def test_each_message_counts_that_a_request_leads_to() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/there":
            return httpx.Response(200, json={})
        return httpx.Response(302, headers={"Location": "/there"})

    async with answered(answer) as rest:
        await rest.send(GET)
        (budget,) = rest.pacer.budgets(1000.0)
    assert (budget.group, budget.limit - budget.left) == ("Light", 2)


async def test_a_request_that_a_dead_token_has_it_send_twice_waits_for_both_turns() -> None:
    fake = FakeTime()

    class Again(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            yield request
            yield request

    async with answered(always(200, json={}, headers=rate_limit("Heavy", left=0)), fake) as rest:
        rest.authorize(Again())
        await rest.send(POST)
    assert sum(fake.sleeps) == 60.0


@pytest.mark.parametrize(
    ("error", "counted"),
    [(httpx.ConnectError("-"), 0), (httpx.ReadTimeout("-"), 1), (httpx.RemoteProtocolError("-"), 1)],
)
async def test_what_never_left_does_not_count_and_what_got_no_answer_does(
    error: httpx.HTTPError, counted: int
) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise error

    async with answered(answer) as rest:
        with pytest.raises(Problem):
            await rest.send(POST)
        (budget,) = rest.pacer.budgets(1000.0)
    assert budget.limit - budget.left == counted


async def test_the_budgets_are_told_by_the_clock_of_who_asks() -> None:
    async with answered(always(429, json={}, headers={"Retry-After": "30"})) as rest:
        with pytest.raises(Problem):
            await rest.send(POST)
        (barred,) = rest.budgets(5000.0)
    assert barred.throttled_until == 5030.0
    async with answered(always(200, json={})) as rest:
        await rest.send(POST)
        (budget,) = rest.budgets(5000.0)
    assert (budget.full_at, budget.throttled_until) == (5060.0, None)


@pytest.mark.parametrize("zone", ["GMT", "-0000"])
async def test_the_dates_of_answers_tell_the_servers_clock_to_whoever_has_another(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    fake, date = FakeTime(), f"Thu, 01 Jan 1970 00:26:41 {zone}"  # 1601
    async with answered(always(200, json={}, headers={"Date": date}), fake) as rest:
        assert rest.ahead(5000.0) == 0.0, "nothing is known yet"
        await rest.send(POST)
        assert rest.ahead(fake.now) == 601.0
        assert rest.ahead(5000.0) == 601.0 + fake.now - 5000.0
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "date", ["", "soon", "Thu, 41 Jan 1970 00:26:41 GMT", "Thu, 01 Jan 99999999 00:00:00 GMT"]
)
async def test_an_answer_without_a_date_that_makes_sense_tells_no_clock(date: str) -> None:
    async with answered(always(200, json={}, headers={"Date": date})) as rest:
        await rest.send(POST)
        assert rest.ahead(5000.0) == 0.0


async def test_the_time_that_a_message_took_bounds_what_its_date_tells() -> None:
    fake = FakeTime()

    def answer(_request: httpx.Request) -> httpx.Response:
        fake.now += 20
        return httpx.Response(200, json={}, headers={"Date": "Thu, 01 Jan 1970 00:16:50 GMT"})  # 1010

    async with answered(answer, fake) as rest:
        await rest.send(POST)
        assert rest.ahead(fake.now) == 0.0


async def test_one_that_is_cancelled_while_it_waits_leaves_the_line() -> None:
    waits, go_on = asyncio.Event(), asyncio.Event()

    async def sleep(_seconds: float) -> None:
        waits.set()
        await go_on.wait()

    transport = httpx.MockTransport(always(200, json={}, headers=rate_limit("Heavy", left=0)))
    async with Rest(SERVER, clock=lambda: 1000.0, sleep=sleep, transport=transport) as rest:
        await rest.send(POST)
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(rest.send(POST))
            await waits.wait()
            waiting.cancel()
        turn = rest.pacer.join("POST /y", "Heavy", Urgency.CONTACTS)
        assert rest.pacer.wait(turn, 1060.0) == 0


async def test_the_user_is_not_kept_waiting_behind_those_who_wait() -> None:
    """A call placed while the history waits goes out at once."""
    waits = asyncio.Event()
    asked: list[str] = []

    async def sleep(_seconds: float) -> None:
        waits.set()
        await asyncio.Event().wait()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={}, headers=rate_limit("Heavy", left=4))

    log, call = (Request("GET", path, "It was not done.", "Heavy") for path in ("/log", "/call"))
    transport = httpx.MockTransport(answer)
    async with Rest(SERVER, clock=lambda: 1000.0, sleep=sleep, transport=transport) as rest:
        await rest.send(replace(log, urgency=Urgency.HISTORY))
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(rest.send(replace(log, urgency=Urgency.HISTORY)))
            await waits.wait()
            await rest.send(replace(call, urgency=Urgency.USER))
            waiting.cancel()
    assert asked == ["/log", "/call"]


async def test_patience_is_for_the_whole_wait() -> None:
    """Each look may show a short wait, as while answers to others are outstanding; they add up."""
    fake = FakeTime()
    pacer = Pacer()
    flying = [pacer.join("GET /x", "Auth", Urgency.USER) for _ in range(5)]
    assert not any(pacer.wait(turn, fake.now) for turn in flying)
    transport = httpx.MockTransport(always(200, json={}))
    patient = Request("POST", "/x", "It was not done.", "Auth", urgency=Urgency.USER, patience=3.0)
    async with Rest(SERVER, clock=fake.clock, sleep=fake.sleep, pacer=pacer, transport=transport) as rest:
        with pytest.raises(Problem) as told:
            await rest.send(patient)
    assert told.value.kind is Kind.THROTTLED
    assert 2.0 <= sum(fake.sleeps) <= 3.0


async def test_a_real_penalty_is_never_broken_into() -> None:
    with SandboxServer(Options()) as limited:
        async with httpx.AsyncClient(trust_env=False) as http:
            sandbox = Sandbox(limited.info, http)
            async with signed_in(sandbox) as me:
                await me.api.presence()
                await sandbox.fault("rate-limit", group="Light", retry_after=1)
                begun = time.monotonic()
                await asyncio.gather(*(me.api.presence() for _ in range(3)))
                assert time.monotonic() - begun > 0.9
            requests = (await sandbox.state())["requests"]
    assert requests["by_status"]["429"] == requests["in_penalty"] <= 3  # those already on their way


@pytest.mark.parametrize(
    "response",
    [
        {"html": "<html>Sign in to the hotel's network</html>"},
        {"content": b"{}", "headers": {"Content-Type": "application/octet-stream"}},
        {"content": b'{"cut', "headers": {"Content-Type": "application/json"}},
        {"content": b"\xff\xfe", "headers": {"Content-Type": "application/json"}},
        {"content": b"", "headers": {"Content-Type": "application/json"}},
        {"content": b'{"a":' + b"[" * 100_000, "headers": {"Content-Type": "application/json"}},
        {"json": {"records": 5}},
    ],
)
async def test_an_answer_that_is_not_the_platforms_is_unreadable(response: dict[str, object]) -> None:
    async with answered(always(200, **response)) as rest:
        with pytest.raises(Problem) as told:
            await rest.read(GET, wire.Page)
    assert (told.value.kind, told.value.title) == (Kind.UNREADABLE, "It was not read.")


class Nobody:
    """A session whose token no server takes, and that has no other."""

    async def usable(self) -> str:
        return "token"

    async def instead_of(self, refused: str) -> str:
        raise AssertionError(refused)


KINDS = pytest.mark.parametrize("status", [200, 302, 401, 429, 503])
"""httpx reads some answers by itself: those of a redirect, and those that it must show to who signs in."""


@KINDS
async def test_of_an_answer_that_says_it_is_too_long_nothing_is_read(status: int) -> None:
    read = 0

    async def too_long() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield b" "

    headers = {"Content-Length": str(errors.BODY_LIMIT + 1), "Location": "/there"}
    answer = always(status, headers=headers, content=too_long())
    async with answered(answer) as rest:
        rest.authorize(Auth(cast(Keeper, Nobody())))
        with pytest.raises(Problem) as told:
            await rest.send(replace(GET, repeat=False))
        (budget,) = rest.pacer.budgets(1000.0)
    assert (told.value.kind, told.value.title, read) == (Kind.UNREADABLE, "It was not read.", 0)
    assert budget.left == (0 if status == 429 else 49), "it counts all the same"


@KINDS
async def test_an_endless_answer_of_any_kind_is_not_read_to_its_end(status: int) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1 << 20
            yield b" " * (1 << 20)

    headers = {"Content-Type": "application/json", "Location": "/there"}
    async with answered(lambda request: httpx.Response(status, headers=headers, content=endless())) as rest:
        rest.authorize(Auth(cast(Keeper, Nobody())))
        with pytest.raises(Problem) as told:
            await rest.send(replace(GET, repeat=False))
    assert told.value.kind is Kind.UNREADABLE
    assert sent <= errors.BODY_LIMIT + (2 << 20)


async def test_an_answer_that_is_short_only_while_it_is_packed_is_not_unpacked_to_its_end() -> None:
    async def packed() -> AsyncIterator[bytes]:
        packer = zlib.compressobj(wbits=31)  # gzip's own frame
        for _ in range(64):
            yield packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_SYNC_FLUSH)

    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with answered(lambda request: httpx.Response(200, headers=headers, content=packed())) as rest:
        with pytest.raises(Problem) as told:
            await rest.send(POST)
    assert told.value.kind is Kind.UNREADABLE


async def test_an_answer_that_breaks_off_is_unreadable_and_a_line_that_does_is_offline() -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"/broken" in head:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(break_off, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, Rest(address, clock=time.time) as rest:
        kinds = {}
        for path in ("/broken", "/silent"):
            with pytest.raises(Problem) as told:
                await rest.send(Request("GET", path, "It was not read.", "Light"))
            kinds[path] = told.value.kind
    assert kinds == {"/broken": Kind.UNREADABLE, "/silent": Kind.OFFLINE}


@pytest.mark.parametrize(
    "broken",
    [
        Request("POST", "/oauth", "It was not done.", "Auth", form={"assertion": "\udcff"}),
        Request("POST", "/oauth", "It was not done.", "Auth", form={}, basic=("id\ud800", "secret")),
        Request("GET", "/x", "It was not done.", "Light", query={"text": "\ud800"}),
    ],
)
async def test_half_a_character_is_refused_before_anything_is_sent(broken: Request) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    async with answered(answer) as rest:
        with pytest.raises(Problem, match="not done") as told:
            await rest.send(broken)
    assert (told.value.kind, told.value.retry, asked) == (Kind.BAD_REQUEST, False, [])


async def test_an_address_on_another_host_is_asked_at_the_own_server() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={})

    async with answered(answer) as rest:
        await rest.send(
            Request("GET", "https://elsewhere.example/restapi/v1.0/x?page=2&a=b%26c", "-", "Light")
        )
    assert [str(url) for url in asked] == [f"{SERVER}/restapi/v1.0/x?page=2&a=b%26c"]


async def test_a_get_follows_a_redirect_and_nothing_else_does() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path}")
        if request.url.path == "/there":
            return httpx.Response(200, json={})
        return httpx.Response(302, headers={"Location": "/there"})

    async with answered(answer) as rest:
        await rest.send(GET)
        with pytest.raises(Problem):
            await rest.send(POST)
    assert asked == ["GET /restapi/v1.0/x", "GET /there", "POST /restapi/v1.0/x"]


async def test_the_server_learns_who_asks_and_nobody_elses_proxy_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    seen: list[str] = []
    async with answered(
        lambda request: seen.append(request.headers["user-agent"]) or httpx.Response(204)
    ) as rest:  # type: ignore[func-returns-value]
        assert await rest.send(GET) == b""
    assert seen == ["rcdesk/0.1 (Linux)"]


async def test_the_log_tells_neither_tokens_nor_numbers(
    sandbox: Sandbox, me: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="rcdesk")
    order = Order(number=sandbox.info["ringout_to"], own=sandbox.info["ringout_from"])
    status = await me.api.start_ringout(order)
    await me.api.ringout_status(status.ringout_id)
    await me.api.cancel_ringout(status.ringout_id)
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("rcdesk"))
    assert "> POST /restapi/v1.0/account/~/extension/~/ring-out" in said
    assert "> DELETE /restapi/v1.0/account/~/extension/~/ring-out/…" in said
    tokens = me.keeper.tokens
    assert tokens is not None
    secrets = (tokens.access, tokens.refresh, status.ringout_id, order.number[1:], order.own[1:])
    assert not any(secret in said for secret in secrets)


@pytest.mark.qt_loop
async def test_the_same_on_qts_loop(sandbox: Sandbox, me: SignedIn) -> None:
    await sandbox.fault("http-status", path="*/presence", status=503, count=1)
    answers = await asyncio.gather(*(me.api.presence() for _ in range(5)))
    assert len(answers) == 5


@pytest.mark.parametrize("path", ["http://[bad", "/restapi/v1.0/\x00", "/restapi/v1.0/?page=" + "x" * 70_000])
async def test_an_address_that_is_none_is_told_and_nothing_is_sent(path: str) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    transport = httpx.MockTransport(answer)
    async with Rest("http://127.0.0.1:1", clock=time.time, transport=transport) as rest:
        with pytest.raises(Problem) as told:
            await rest.send(Request("GET", path, "The list was not read.", "Light"))
    assert (told.value.title, told.value.kind, sent) == ("The list was not read.", Kind.UNREADABLE, [])


@pytest.mark.parametrize("turns", range(1, 6))
async def test_closing_that_is_broken_off_leaves_no_connection_open(sandbox: Sandbox, turns: int) -> None:
    rest = Rest(sandbox.info["server"], clock=time.time)
    asked = (rest.send(Request("GET", "/restapi/v1.0", "Nothing.", "Light", user=False)) for _ in range(3))
    await asyncio.gather(*asked)
    pool = rest._http._transport._pool  # type: ignore[attr-defined]
    connections = pool.connections
    assert connections
    closing = asyncio.get_running_loop().create_task(rest.close())
    for _ in range(turns):
        await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait([closing])
    await rest.close()
    assert all(connection.is_closed() for connection in connections)
