"""RingOuts: both legs, every fate, cancelling, and what the log says of them afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from rcdesk.sandbox.ringouts import ANSWERS, FATES, STATUSES
from tests.sandbox.bench import CONTROL, Bench, E

FROM = "+16505550101"


async def start(bench: Bench, to: str = ANSWERS, *, path: str = "ring-out", **more: Any) -> dict[str, Any]:
    body = {"from": {"phoneNumber": FROM}, "to": {"phoneNumber": to}, **more}
    answer = await bench.client.post(f"{E}/{path}", json=body)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def status(bench: Bench, made: dict[str, Any]) -> tuple[str, str, str]:
    body = (await bench.client.get(made["uri"])).json()["status"]
    return body["callStatus"], body["callerStatus"], body["calleeStatus"]


async def record(bench: Bench, session_id: str) -> dict[str, Any]:
    """The log's record of a call, once the log has caught up."""
    bench.pass_time(31)
    answer = await bench.get(f"{E}/call-log", sessionId=session_id, view="Detailed")
    (found,) = answer.json()["records"]
    return dict(found)


@pytest.mark.parametrize("path", ["ring-out", "ringout"])
async def test_both_legs_answer_on_both_spellings_of_the_path(user: Bench, path: str) -> None:
    made = await start(user, path=path)
    assert f"/{path}/" in made["uri"]
    assert made["status"] == dict.fromkeys(("callStatus", "callerStatus", "calleeStatus"), "InProgress")
    user.pass_time(4)
    assert await status(user, made) == ("InProgress", "Success", "InProgress")
    user.pass_time(6)
    assert await status(user, made) == ("Success", "Success", "Success")
    user.pass_time(30)
    assert await status(user, made) == ("Success", "Finished", "Finished")
    user.pass_time(120)
    assert (await user.client.get(made["uri"])).status_code == 404


async def test_presence_shows_one_outbound_call_connected_after_the_first_leg(user: Bench) -> None:
    await start(user)
    (ringing,) = user.presence_events[-1]["activeCalls"]
    assert "id" not in ringing
    assert ringing["direction"] == "Outbound"
    assert (ringing["from"].lstrip("+"), ringing["to"].lstrip("+")) == (FROM[1:], ANSWERS[1:])
    user.pass_time(4)
    (connected,) = user.presence_events[-1]["activeCalls"]
    assert connected["telephonyStatus"] == "CallConnected"
    assert connected["sessionId"] == ringing["sessionId"]


@pytest.mark.parametrize("number", [number for number in FATES if number not in (ANSWERS, "+16505550198")])
async def test_each_number_has_its_fate(user: Bench, number: str) -> None:
    fate = FATES[number]
    made = await start(user, number)
    session_id = (await user.state())["ring_outs"][0]["session_id"]
    user.pass_time(fate.caller_after)
    user.pass_time(fate.callee_after)
    call, caller, callee = await status(user, made)
    assert call == fate.call
    assert caller in (fate.caller, "Finished" if fate.caller == "Success" else fate.caller)
    assert callee == fate.callee
    assert (await user.state())["active_calls"] == []
    logged = await record(user, session_id)
    assert logged["action"] == "RingOut Web"
    assert logged["result"] not in ("Call connected", "In Progress")
    legs = [leg["legType"] for leg in logged["legs"]]
    assert legs == ["RingOutWebToSubscriber", "RingOutWebToCaller"][: 2 if fate.caller == "Success" else 1]


def test_every_failure_of_the_platform_has_a_number() -> None:
    fates = [fate for number, fate in FATES.items() if number != ANSWERS]
    shown = {status for fate in fates for status in (fate.caller, fate.callee, fate.call)}
    assert shown | {"Finished"} == set(STATUSES)


async def test_the_log_tells_which_leg_was_not_answered(user: Bench) -> None:
    reasons = []
    for number in ("+16505550184", "+16505550182"):
        await start(user, number)
        session_id = (await user.state())["ring_outs"][-1]["session_id"]
        for _ in range(3):
            user.pass_time(20)
        reasons.append((await record(user, session_id))["reason"])
    assert reasons == ["No Answer", "Not Answered"]


async def test_an_answered_ring_out_is_logged_with_both_legs(user: Bench) -> None:
    await start(user, "+14155550162")
    session_id = (await user.state())["ring_outs"][0]["session_id"]
    for seconds in (4, 6, 30):
        user.pass_time(seconds)
    logged = await record(user, session_id)
    assert (logged["result"], logged["duration"], logged["to"]["name"]) == ("Call connected", 36, "Grace Kim")
    assert [leg["master"] for leg in logged["legs"]] == [True, False]


@pytest.mark.parametrize("wait", [1, 5])
async def test_cancelling_ends_both_legs(user: Bench, wait: float) -> None:
    made = await start(user)
    user.pass_time(wait)
    assert (await user.client.delete(made["uri"])).status_code == 204
    assert await status(user, made) == ("CannotReach", "Rejected", "Rejected")
    assert (await user.state())["active_calls"] == []
    assert (await user.client.delete(made["uri"])).status_code == 204
    assert (await user.client.delete(made["uri"])).status_code == 404


async def test_cancelling_may_do_nothing_once_the_first_leg_is_up(user: Bench) -> None:
    made = await start(user, "+16505550198")
    user.pass_time(5)
    assert (await user.client.delete(made["uri"])).status_code == 204
    assert await status(user, made) == ("InProgress", "Success", "InProgress")
    user.pass_time(60)
    assert (await status(user, made))[0] == "Success"


async def test_the_control_api_decides_the_next_one(user: Bench) -> None:
    fate = {"callee": "Busy", "caller_after": 1, "callee_after": 1}
    assert (await user.client.post(f"{CONTROL}/ring-outs", json={"next": fate})).status_code == 204
    first, second = await start(user), await start(user)
    user.pass_time(1)
    user.pass_time(1)
    assert await status(user, first) == ("CannotReach", "Success", "Busy")
    assert (await status(user, second))[0] == "InProgress"


@pytest.mark.parametrize("fate", [{"callee": "Asleep"}, {"talk": -1}, {"caller_after": "x"}])
async def test_an_impossible_fate_is_refused(bench: Bench, fate: dict[str, Any]) -> None:
    answer = await bench.client.post(f"{CONTROL}/ring-outs", json={"next": fate})
    assert answer.status_code == 400
    assert answer.json()["parameterName"] == f"next.{next(iter(fate))}"


async def test_hanging_up_the_users_phone_ends_the_ring_out(user: Bench) -> None:
    made = await start(user)
    user.pass_time(5)
    await user.do((await user.state())["active_calls"][0]["session_id"], "hang-up")
    assert await status(user, made) == ("CannotReach", "Finished", "Rejected")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"from": {"phoneNumber": FROM}}, 400, "CMN-101"),
        ({"from": {"phoneNumber": FROM}, "to": {}}, 400, "TEL-109"),
        ({"from": {"phoneNumber": FROM}, "to": {"phoneNumber": "dial"}}, 400, "TEL-109"),
        ({"from": {"phoneNumber": "0"}, "to": {"phoneNumber": ANSWERS}}, 400, "TEL-108"),
        ({"from": {"forwardingNumberId": "9"}, "to": {"phoneNumber": ANSWERS}}, 404, "CMN-102"),
        (
            {
                "from": {"phoneNumber": FROM},
                "to": {"phoneNumber": ANSWERS},
                "callerId": {"phoneNumber": "+14155550162"},
            },
            400,
            "TEL-107",
        ),
    ],
)
async def test_what_cannot_be_dialled_is_refused(
    user: Bench, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await user.client.post(f"{E}/ring-out", json=body)
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)


async def test_a_forwarding_number_and_a_caller_id_can_be_chosen(user: Bench) -> None:
    body = {"from": {"forwardingNumberId": "202"}, "to": {"phoneNumber": ANSWERS}}
    await user.client.post(f"{E}/ring-out", json={**body, "callerId": {"phoneNumber": "+18005550178"}})
    (made,) = (await user.state())["ring_outs"]
    assert (made["from"], made["caller_id"]) == ("+16505550117", "+18005550178")


async def test_an_unknown_ring_out_is_not_found(user: Bench) -> None:
    assert (await user.client.get(f"{E}/ring-out/12345")).status_code == 404
