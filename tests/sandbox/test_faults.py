"""Faults of requests and tokens, met by a real client of a real server."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from rcdesk.sandbox.answer_faults import JUNK, OVERSIZE
from rcdesk.sandbox.faults import ANSWER_KINDS
from tests.helpers.wait import until
from tests.sandbox.push.served import SUBSCRIPTION, Served, serve

LONG = 3000  # seconds; whoever had to wait so long would fail the test


async def statuses(served: Served, times: int, path: str = "presence") -> list[int]:
    return [(await served.ask(path)).status_code for _ in range(times)]


async def test_a_burst_of_server_errors_hits_the_whole_api_and_nothing_else(served: Served) -> None:
    await served.fault("server-errors", count=3)
    assert await statuses(served, 1) == [503]
    assert (await served.tokens(grant_type="refresh_token", refresh_token="x")).status_code == 503
    assert (await served.state())["requests"]["by_status"]["503"] == 2
    assert await statuses(served, 2) == [503, 200]


async def test_server_errors_can_hit_a_share_of_requests_and_one_path(served: Served) -> None:
    await served.fault("server-errors", status=502, rate=0.5, path="call-log")
    seen = await statuses(served, 40, "call-log")
    assert set(seen) == {200, 502}
    assert 8 <= seen.count(502) <= 32
    assert await statuses(served, 10) == [200] * 10
    await served.mend()
    assert await statuses(served, 10, "call-log") == [200] * 10


@pytest.mark.parametrize("status", [403, 503])
async def test_a_token_for_a_socket_can_be_refused(served: Served, status: int) -> None:
    await served.fault("refuse-wstoken", count=1, **({} if status == 403 else {"status": status}))
    refused = await served.client.post("/restapi/oauth/wstoken")
    assert refused.status_code == status
    assert refused.json()["errorCode"]
    assert await statuses(served, 1) == [200]
    async with served.socket() as socket:
        assert await socket.is_quiet()


async def test_a_late_refresh_is_carried_out_although_its_client_gave_up(served: Served) -> None:
    old = await served.sign_in()
    refresh = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"]}
    await served.fault("late-refresh", seconds=LONG, count=1)
    asking = asyncio.get_running_loop().create_task(served.tokens(**refresh))
    await until(lambda: served.sandbox.sessions.refreshes)
    asking.cancel()
    await asyncio.wait([asking])
    assert await statuses(served, 1) == [401]
    again = await served.tokens(**refresh)
    assert (again.status_code, again.json()["refresh_token"] == old["refresh_token"]) == (200, False)
    assert (await served.state())["tokens"]["sessions"] == 2  # that of the fixture, and this one


async def test_a_late_answer_has_the_tokens_of_its_own_refresh(served: Served) -> None:
    old = (await served.sign_in())["refresh_token"]
    await served.fault("late-refresh", seconds=LONG, count=1)
    async with asyncio.TaskGroup() as group:
        late = group.create_task(served.tokens(grant_type="refresh_token", refresh_token=old))
        await until(lambda: served.sandbox.sessions.refreshes)
        first = (await served.tokens(grant_type="refresh_token", refresh_token=old)).json()
        await served.tokens(grant_type="refresh_token", refresh_token=first["refresh_token"])
        await served.mend()
    assert late.result().json()["refresh_token"] == first["refresh_token"]


@pytest.mark.parametrize("kind", ["latency", "late-refresh", "slow-drip"])
@pytest.mark.parametrize("all_of_them", [True, False])
async def test_who_waits_goes_on_when_the_fault_is_over(served: Served, kind: str, all_of_them: bool) -> None:
    token = (await served.sign_in())["refresh_token"]
    await served.fault(kind, seconds=LONG, **({"path": "oauth"} if kind != "late-refresh" else {}))
    async with asyncio.TaskGroup() as group:
        late = group.create_task(served.tokens(grant_type="refresh_token", refresh_token=token))
        await until(lambda: served.sandbox.waits._pausing)
        assert not late.done()
        if all_of_them:
            await served.mend()
        else:  # as chaos does
            served.sandbox.switchboard.off(kind)
    assert late.result().status_code == 200


async def test_a_fault_that_makes_answers_late_does_not_keep_the_server_from_stopping() -> None:
    """Uvicorn would log an error for a request that it had to cancel, and a stray log fails the test."""
    async with serve() as served, httpx.AsyncClient(trust_env=False) as other:
        await served.fault("latency", path="/restapi/v1.0", seconds=LONG)
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(other.get(f"{served.server}/restapi/v1.0"))
            await until(lambda: served.sandbox.waits._pausing)
            served.sandbox.release()
        assert asking.result().status_code == 200


async def test_a_truncated_body_ends_before_its_end(served: Served) -> None:
    await served.fault("truncate-body", path="/presence", count=1)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        await served.ask()
    assert await statuses(served, 1) == [200]
    await until(lambda: served.sandbox.lines.open == 1)


async def test_an_oversized_body_is_still_what_was_asked_for(served: Served) -> None:
    plain = (await served.ask()).json()
    await served.fault("oversize-body", path="/presence", count=1)
    answer = await served.ask()
    assert len(answer.content) >= OVERSIZE
    body = answer.json()
    assert body.pop("padding")
    assert body == plain
    await served.fault("oversize-body", path="/oauth/token", count=1)
    refused = await served.tokens(grant_type="x")
    assert (refused.status_code, refused.json()["error"]) == (400, "unsupported_grant_type")
    assert len(refused.content) >= OVERSIZE


async def test_junk_is_none_of_what_was_asked_for(served: Served) -> None:
    await served.fault("junk-json", path="/presence", count=len(JUNK))
    answers = [await served.ask() for _ in JUNK]
    assert [answer.content for answer in answers] == list(JUNK)
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/json"}
    assert {answer.status_code for answer in answers} == {200}
    assert (await served.ask()).json()["telephonyStatus"] == "NoCall"
    for junk in JUNK:
        assert not _is_object(junk)


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


async def test_a_page_comes_instead_of_json(served: Served) -> None:
    await served.fault("wrong-content-type", path="*/extension/*", count=1)
    answer = await served.ask()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert answer.headers["RCRequestId"]
    assert await statuses(served, 1) == [200]


async def test_a_slow_answer_comes_byte_by_byte(served: Served) -> None:
    await served.fault("slow-drip", path="/restapi/v1.0", seconds=0.5, count=1)
    async with served.client.stream("GET", "/restapi/v1.0") as answer:
        drops = [drop async for drop in answer.aiter_raw()]
    assert len(drops) > 5
    assert json.loads(b"".join(drops))["versionString"]
    assert int(answer.headers["Content-Length"]) == sum(map(len, drops))


async def test_a_slow_answer_comes_whole_when_faults_are_cleared(served: Served) -> None:
    await served.fault("slow-drip", path="/presence", seconds=LONG)
    async with asyncio.TaskGroup() as group:
        slow = group.create_task(served.ask())
        await until(lambda: served.sandbox.waits._pausing)
        await served.mend()
    assert slow.result().json()["telephonyStatus"] == "NoCall"


@pytest.mark.parametrize("kind", ANSWER_KINDS)
async def test_an_answer_without_a_body_and_one_over_a_socket_stay_whole(served: Served, kind: str) -> None:
    made = (await served.subscribe())["id"]
    await served.fault(kind, path="/restapi/v1.0")
    assert (await served.client.delete(f"{SUBSCRIPTION}/{made}")).status_code == 204
    async with served.socket() as socket:
        assert (await socket.subscribe())["status"] == "Active"


async def test_what_is_on_is_told(served: Served) -> None:
    await served.fault("late-refresh", seconds=5, count=2)
    await served.fault("server-errors")
    await served.fault("duplicate", count=1)
    told = (await served.client.get("/sandbox/v1/faults")).json()
    assert [(one["kind"], one["path"], one["count"]) for one in told["http"]] == [
        ("late-refresh", "/restapi/oauth/token", 2),
        ("server-errors", "/restapi/", None),
    ]
    assert told["push"] == {"duplicate": 1}
    await served.mend()
    assert (await served.client.get("/sandbox/v1/faults")).json() == {"http": [], "push": {}, "clock_skew": 0}
