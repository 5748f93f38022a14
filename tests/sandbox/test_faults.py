"""Faults of requests and tokens, met by a real client of a real server."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.helpers.wait import until
from tests.sandbox.push.served import Served, serve

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


@pytest.mark.parametrize("kind", ["latency", "late-refresh"])
async def test_who_waits_goes_on_when_faults_are_cleared(served: Served, kind: str) -> None:
    token = (await served.sign_in())["refresh_token"]
    await served.fault(kind, seconds=LONG, **({"path": "oauth"} if kind == "latency" else {}))
    async with asyncio.TaskGroup() as group:
        late = group.create_task(served.tokens(grant_type="refresh_token", refresh_token=token))
        await until(lambda: served.sandbox.waits._pausing)
        assert not late.done()
        await served.mend()
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
    assert (await served.client.get("/sandbox/v1/faults")).json() == {"http": [], "push": {}}
