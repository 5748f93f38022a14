"""Rate limits, and the faults of HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from rcdesk.sandbox.limits import RateLimits
from rcdesk.sandbox.state import Options
from tests.sandbox.bench import CONTROL, Bench, E


async def ask(bench: Bench, path: str, times: int = 1) -> list[int]:
    return [(await bench.client.get(f"{E}/{path}")).status_code for _ in range(times)]


async def fault(bench: Bench, **fields: Any) -> None:
    answer = await bench.client.post(f"{CONTROL}/faults", json=fields)
    assert answer.status_code == 200, answer.text


async def test_the_eleventh_heavy_request_in_a_minute_is_refused(limited: Bench) -> None:
    assert await ask(limited, "call-log", 10) == [200] * 10
    answer = await limited.client.get(f"{E}/call-log")
    assert (answer.status_code, answer.json()["errorCode"]) == (429, "CMN-301")
    headers = answer.headers
    assert (headers["Retry-After"], headers["X-Rate-Limit-Remaining"]) == ("60", "0")
    assert (headers["X-Rate-Limit-Group"], headers["X-Rate-Limit-Limit"]) == ("Heavy", "10")
    assert await ask(limited, "presence") == [200]


async def test_a_request_inside_the_penalty_restarts_it(limited: Bench) -> None:
    await ask(limited, "call-log", 11)
    limited.pass_time(59)
    assert await ask(limited, "call-log") == [429]
    limited.pass_time(59)
    assert await ask(limited, "active-calls") == [429]
    limited.pass_time(60)
    assert await ask(limited, "call-log") == [200]
    assert (await limited.state())["requests"]["in_penalty"] == 2


async def test_the_window_slides(limited: Bench) -> None:
    await ask(limited, "call-log", 5)
    limited.pass_time(30)
    await ask(limited, "call-log", 5)
    limited.pass_time(30)
    assert await ask(limited, "call-log", 5) == [200] * 5


async def test_remaining_counts_down(limited: Bench) -> None:
    answers = [await limited.client.get(f"{E}/call-log") for _ in range(3)]
    assert [answer.headers["X-Rate-Limit-Remaining"] for answer in answers] == ["9", "8", "7"]
    assert {answer.headers["X-Rate-Limit-Window"] for answer in answers} == {"60"}


async def test_sign_ins_are_limited_too(limited: Bench) -> None:
    statuses = [(await limited.by_password()).status_code for _ in range(5)]
    assert statuses == [200] * 4 + [429]


async def test_a_factor_multiplies_and_off_only_counts() -> None:
    doubled = RateLimits(lambda: 0.0, 2.0)
    assert doubled.limit("Heavy") == 20
    off = RateLimits(lambda: 0.0, None)
    told = [off.take("user", "Heavy") for _ in range(500)]
    assert {(one["X-Rate-Limit-Limit"], one["X-Rate-Limit-Remaining"]) for one in told} == {("10", "10")}
    assert off.by_group["Heavy"] == 500


def test_each_user_and_app_has_a_limit_of_its_own() -> None:
    limits = RateLimits(lambda: 0.0)
    for _ in range(10):
        limits.take("one", "Heavy")
    assert limits.take("two", "Heavy")["X-Rate-Limit-Remaining"] == "9"


async def test_requests_are_counted_by_group_and_status(user: Bench) -> None:
    await ask(user, "presence", 2)
    await ask(user, "call-log")
    await ask(user, "nothing")
    requests = (await user.state())["requests"]
    assert requests == {
        "by_group": {"Auth": 1, "Light": 2, "Heavy": 1},
        "by_status": {"200": 4, "404": 1},
        "in_penalty": 0,
        "refresh": 0,
        "wstoken": 0,
    }


async def test_a_forced_penalty_holds_its_time(user: Bench) -> None:
    await fault(user, kind="rate-limit", group="light", retry_after=7)
    answer = await user.client.get(f"{E}/presence")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert await ask(user, "call-log") == [200]
    user.pass_time(7)
    assert await ask(user, "presence") == [200]
    assert (await user.state())["requests"]["in_penalty"] == 1


async def test_clearing_faults_lifts_a_penalty(user: Bench) -> None:
    await fault(user, kind="rate-limit", group="light")
    assert await ask(user, "presence") == [429]
    await user.client.delete(f"{CONTROL}/faults")
    assert await ask(user, "presence") == [200]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 429, 500, 503, 504])
async def test_any_status_can_be_made_to_come(user: Bench, status: int) -> None:
    await fault(user, kind="http-status", path="*/call-log", status=status, count=2, retry_after=3)
    assert await ask(user, "call-log", 3) == [status, status, 200]
    await fault(user, kind="http-status", path="/presence", status=status, method="put")
    assert await ask(user, "presence") == [200]
    refused = await user.client.put(f"{E}/presence", json={"userStatus": "Busy"})
    assert refused.status_code == status
    assert refused.json()["errors"][0]["errorCode"]
    assert (await user.client.delete(f"{CONTROL}/faults")).status_code == 204
    assert (await user.client.put(f"{E}/presence", json={"userStatus": "Busy"})).status_code == 200


async def test_latency_holds_a_request_back(user: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(user.sandbox.waits, "pause", pause)
    await fault(user, kind="latency", path="presence", seconds=1.5, count=1)
    assert await ask(user, "presence", 2) == [200, 200]
    assert waited == [1.5]


async def test_push_faults_are_used_up(user: Bench) -> None:
    await fault(user, kind="drop-push", count=2)
    await fault(user, kind="mute-push")
    push = user.sandbox.faults.push
    assert [push.take("drop-push") for _ in range(3)] == [True, True, False]
    assert [push.take("mute-push") for _ in range(3)] == [True] * 3
    assert (await user.client.get(f"{CONTROL}/faults")).json()["push"] == {"mute-push": None}
    await user.client.delete(f"{CONTROL}/faults")
    assert not push.active("mute-push")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "kind"),
        ({"kind": "gremlins"}, "kind"),
        ({"kind": "http-status", "path": "x"}, "status"),
        ({"kind": "http-status", "path": "x", "status": 200}, "status"),
        ({"kind": "http-status", "path": "", "status": 500}, "path"),
        ({"kind": "latency", "path": "x", "seconds": "long"}, "seconds"),
        ({"kind": "rate-limit", "group": "Feather"}, "group"),
        ({"kind": "drop-push", "count": 0}, "count"),
        ({"kind": "server-errors", "status": 404}, "status"),
        ({"kind": "server-errors", "rate": 0}, "rate"),
        ({"kind": "late-refresh"}, "seconds"),
        ({"kind": "clock-skew", "seconds": 601}, "seconds"),
        ({"kind": "close-push", "code": "WSG-901"}, "code"),
        ({"kind": "half-open", "block": "yes"}, "block"),
        ({"kind": "slow-drip", "path": "x", "seconds": 0}, "seconds"),
        ({"kind": "junk-json"}, "path"),
        ({"kind": "revoke-tokens", "reason": "boredom"}, "reason"),
        ({"kind": "session-limit", "seconds": 0}, "seconds"),
        ({"kind": "lack-permission", "permission": "Telepathy"}, "permission"),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(bench: Bench, body: dict[str, Any], name: str) -> None:
    answer = await bench.client.post(f"{CONTROL}/faults", json=body)
    assert (answer.status_code, answer.json()["parameterName"]) == (400, name)


async def test_a_reset_brings_everything_back_but_the_sign_in(user: Bench) -> None:
    await user.ring()
    await fault(user, kind="http-status", path="presence", status=500)
    await user.client.put(f"{E}/presence", json={"userStatus": "Busy"})
    assert (await user.client.post(f"{CONTROL}/reset")).status_code == 204
    state = await user.state()
    assert state["active_calls"] == []
    assert state["presence"]["user_status"] == "Available"
    assert state["requests"]["by_group"] == {}
    assert state["tokens"] == {"sessions": 1, "access": 1, "refresh": 1}
    assert user.presence_events[-1]["activeCalls"] == []
    assert await ask(user, "presence") == [200]


async def test_a_reset_brings_the_first_records_back() -> None:
    made = Bench(Options(rate_limits=None, records=5))
    async with made.client:
        await made.sign_in()
        await made.client.post(f"{CONTROL}/records", json={"count": 20})
        assert len(made.sandbox.call_log) == 25
        await made.client.post(f"{CONTROL}/reset")
        assert len(made.sandbox.call_log) == 5
