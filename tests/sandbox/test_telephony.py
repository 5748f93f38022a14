"""Telephony sessions: the same calls, read and changed by their user."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.bench import CONTROL, A, Bench

SESSIONS = f"{A}/telephony/sessions"
CALL_OUT = f"{A}/telephony/call-out"
NUMBER = "+442079460142"


async def ring(bench: Bench, **more: str) -> tuple[str, str]:
    """The paths of a new call's session and of the user's party."""
    made = (await bench.client.post(f"{CONTROL}/calls", json={"from": "+4722123456"} | more)).json()
    session = f"{SESSIONS}/{made['telephonySessionId']}"
    return session, f"{session}/parties/{made['partyId']}"


async def code(bench: Bench, session: str) -> str:
    return str((await bench.get(session)).json()["parties"][0]["status"]["code"])


async def test_a_session_follows_its_call(user: Bench) -> None:
    session, party = await ring(user)
    assert await code(user, session) == "Proceeding"
    call = (await user.state())["active_calls"][0]["session_id"]
    await user.do(call, "answer")
    assert await code(user, session) == "Answered"
    assert (await user.client.post(f"{party}/hold")).json()["status"]["code"] == "Hold"
    assert (await user.state())["active_calls"][0]["state"] == "on_hold"
    assert (await user.client.post(f"{party}/unhold", json={})).status_code == 200
    assert (await user.client.delete(session)).status_code == 204
    assert (await user.get(session)).status_code == 404
    assert (await user.state())["active_calls"] == []


async def test_rejecting_sends_the_caller_to_voicemail(user: Bench) -> None:
    _, party = await ring(user)
    assert (await user.client.post(f"{party}/reject")).status_code == 204
    user.pass_time(31)
    records = (await user.get(f"{A}/call-log")).json()["records"]
    assert [record["result"] for record in records] == ["Voicemail"]


def device(bench: Bench) -> dict[str, str]:
    return {"deviceId": next(phone.device_id for phone in bench.account.phones if phone.device_id)}


async def test_a_call_is_answered_muted_parked_and_taken_back(user: Bench) -> None:
    session, party = await ring(user)
    assert (await user.client.post(f"{party}/answer", json=device(user))).json()["status"][
        "code"
    ] == "Answered"
    for body in ({"muted": True}, {"party": {"muted": False}}, {"party": {"muted": True}}):
        wanted = body.get("muted", body.get("party", {}).get("muted"))
        assert (await user.client.patch(party, json=body)).json()["muted"] is wanted
    assert (await user.client.patch(party, json={"standAlone": False})).json()["muted"] is True
    told = [body for kind, body in user.events if kind == "telephony"]
    assert [body["parties"][0]["muted"] for body in told] == [False, False, True, False, True]
    assert [body["sequence"] for body in told] == [1, 2, 3, 4, 5]
    parked = await user.client.post(f"{party}/park", json={})
    assert (parked.status_code, parked.json()["status"]["code"]) == (201, "Parked")
    assert parked.json()["park"] == {"id": "*801"}
    _, other = await ring(user)
    await user.client.post(f"{other}/answer", json=device(user))
    assert (await user.client.post(f"{other}/park")).json()["park"] == {"id": "*802"}
    assert (await user.client.post(f"{party}/pickup", json=device(user))).status_code == 201
    assert "park" not in (await user.get(party)).json()
    assert await code(user, session) == "Answered"


@pytest.mark.parametrize(
    ("deed", "body", "result"),
    [
        ("forward", {"phoneNumber": "+442079460142"}, "Answered Elsewhere"),
        ("forward", {"extensionNumber": "102"}, "Answered Elsewhere"),
        ("forward", {"voicemail": "1"}, "Voicemail"),
        ("reply", {"replyWithText": "I call you back"}, "Rejected"),
        ("reply", {"replyWithPattern": {"pattern": "OnMyWay"}}, "Rejected"),
        ("transfer", {"phoneNumber": "+442079460142"}, "Accepted"),
    ],
)
async def test_a_call_goes_elsewhere(user: Bench, deed: str, body: dict[str, Any], result: str) -> None:
    session, party = await ring(user)
    if deed == "transfer":
        assert (await user.client.post(f"{party}/{deed}", json=body)).status_code == 409
        await user.client.post(f"{party}/answer", json=device(user))
    assert (await user.client.post(f"{party}/{deed}", json=body)).status_code == 200
    assert (await user.get(session)).status_code == 404
    user.pass_time(31)
    records = (await user.get(f"{A}/call-log")).json()["records"]
    assert [record["result"] for record in records] == [result]


async def test_a_call_is_recorded_on_demand_and_the_log_has_it(user: Bench) -> None:
    session, party = await ring(user)
    assert (await user.client.post(f"{party}/recordings")).status_code == 409
    await user.client.post(f"{party}/answer", json=device(user))
    made = (await user.client.post(f"{party}/recordings")).json()
    assert made["active"] is True
    one = f"{party}/recordings/{made['id']}"
    assert (await user.client.patch(one, json={"active": False})).json() == made | {"active": False}
    assert (await user.client.patch(one, json={})).status_code == 400
    assert (await user.client.patch(f"{party}/recordings/1", json={"active": True})).status_code == 404
    assert (await user.client.post(f"{party}/recordings")).json() == made
    await user.client.delete(session)
    user.pass_time(31)
    (record,) = (await user.get(f"{A}/call-log")).json()["records"]
    assert (record["recording"]["id"], record["recording"]["type"]) == (made["id"], "OnDemand")


@pytest.mark.parametrize(("queue", "reason"), [({}, "CallRedirected"), ({"queue": "Sales"}, "AgentAnswered")])
async def test_a_call_that_somebody_else_took_is_over_for_good(
    user: Bench, queue: dict[str, str], reason: str
) -> None:
    await ring(user, **queue)
    call = (await user.state())["active_calls"][0]["session_id"]
    await user.do(call, "answer-elsewhere")
    last = [body for kind, body in user.events if kind == "telephony"][-1]
    assert (last["parties"][0]["status"]["code"], last["parties"][0]["status"]["reason"]) == (
        "Disconnected",
        reason,
    )


async def test_only_a_call_to_a_queue_can_be_ignored(user: Bench) -> None:
    _, party = await ring(user)
    assert (await user.client.post(f"{party}/ignore", json=device(user))).status_code == 409
    _, party = await ring(user, queue="Sales")
    assert (await user.client.post(f"{party}/ignore", json=device(user))).status_code == 204


@pytest.mark.parametrize(
    ("deed", "body", "status"),
    [
        ("answer", {}, 400),
        ("answer", {"deviceId": "1"}, 404),
        ("ignore", {"deviceId": "1"}, 404),
        ("pickup", {"deviceId": "1"}, 404),
        ("forward", {}, 400),
        ("forward", {"phoneNumber": "x"}, 400),
        ("forward", {"phoneNumber": ""}, 400),
        ("forward", {"phoneNumber": "+442079460142", "voicemail": "1"}, 400),
        ("forward", {"parkOrbit": "1"}, 400),
        ("transfer", {}, 400),
        ("reply", {}, 400),
        ("reply", {"replyWithText": "a", "replyWithPattern": {"pattern": "OnMyWay"}}, 400),
        ("flip", {}, 400),
        ("flip", {"callFlipId": "99"}, 400),
        ("park", {}, 409),
    ],
)
async def test_what_cannot_be_done_is_told(user: Bench, deed: str, body: dict[str, Any], status: int) -> None:
    _, party = await ring(user)
    answer = await user.client.post(f"{party}/{deed}", json=body)
    assert (answer.status_code, bool(answer.json()["errors"])) == (status, True)


async def test_a_ringing_call_cannot_be_muted_or_flipped(user: Bench) -> None:
    _, party = await ring(user)
    assert (await user.client.patch(party, json={"muted": True})).status_code == 409
    assert (await user.client.patch(party, json={})).status_code == 400
    flip = {"callFlipId": "*" + next(phone.flip for phone in user.account.phones if phone.flip)}
    assert (await user.client.post(f"{party}/flip", json=flip)).status_code == 409
    await user.client.post(f"{party}/answer", json=device(user))
    flipped = await user.client.post(f"{party}/flip", json=flip)
    assert flipped.json() == (await user.get(party)).json()


async def test_what_the_user_called_is_not_answered_or_replied_to_by_the_user(user: Bench) -> None:
    made = await user.client.post(CALL_OUT, json={"from": device(user), "to": {"phoneNumber": NUMBER}})
    session = made.json()["session"]
    party = f"{SESSIONS}/{session['id']}/parties/{session['parties'][0]['id']}"
    for deed, body in (("answer", device(user)), ("reply", {"replyWithText": "a"}), ("park", {})):
        assert (await user.client.post(f"{party}/{deed}", json=body)).status_code == 409
    user.pass_time(5)
    assert await code(user, f"{SESSIONS}/{session['id']}") == "Answered"
    assert (await user.client.post(f"{party}/park")).status_code == 409


async def test_a_call_is_made_from_a_device_or_by_the_users_extension(user: Bench) -> None:
    for body in (device(user), {"extensionId": user.account.extension_id}):
        made = await user.client.post(CALL_OUT, json={"from": body, "to": {"extensionNumber": "102"}})
        assert made.status_code == 201
        assert made.json()["session"]["parties"][0]["direction"] == "Outbound"
    assert len((await user.state())["active_calls"]) == 2


@pytest.mark.parametrize(
    ("caller", "callee", "status"),
    [
        ({}, {"phoneNumber": "+442079460142"}, 400),
        ({"deviceId": "1"}, {"phoneNumber": "+442079460142"}, 404),
        ({"extensionId": "1"}, {"phoneNumber": "+442079460142"}, 404),
        ({"extensionId": "1", "deviceId": "1"}, {"phoneNumber": "+442079460142"}, 400),
        ({"extensionId": "own"}, {}, 400),
        ({"extensionId": "own"}, {"phoneNumber": "x"}, 400),
    ],
)
async def test_a_call_out_that_leads_nowhere_is_refused(
    user: Bench, caller: dict[str, str], callee: dict[str, str], status: int
) -> None:
    caller = {name: user.account.extension_id if value == "own" else value for name, value in caller.items()}
    answer = await user.client.post(CALL_OUT, json={"from": caller, "to": callee})
    assert answer.status_code == status


async def test_a_wrong_state_is_a_conflict(user: Bench) -> None:
    _, party = await ring(user)
    answer = await user.client.post(f"{party}/unhold")
    assert (answer.status_code, answer.json()["errors"][0]["errorCode"]) == (409, "TAS-102")


@pytest.mark.parametrize("path", ["s-1", "s-1/parties/p-1"])
async def test_an_unknown_session_is_not_found(user: Bench, path: str) -> None:
    assert (await user.get(f"{SESSIONS}/{path}")).status_code == 404


async def test_the_party_must_be_the_users_own(user: Bench) -> None:
    session, _ = await ring(user)
    assert (await user.get(f"{session}/parties/p-1")).status_code == 404


async def test_notifications_tell_each_step_with_a_sequence_of_their_own(user: Bench) -> None:
    call = await user.ring()
    for deed in ("answer", "hold", "hang-up"):
        await user.do(call, deed)
    bodies = [body for kind, body in user.events if kind == "telephony"]
    assert [body["sequence"] for body in bodies] == [1, 2, 3, 4]
    said = [body["parties"][0]["status"]["code"] for body in bodies]
    assert said == ["Proceeding", "Answered", "Hold", "Disconnected"]
    assert {body["sessionId"] for body in bodies} == {call}
    await user.do(await user.ring(), "miss")
    assert user.events[-1][1]["parties"][0]["missedCall"] is True
