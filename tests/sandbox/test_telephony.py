"""Telephony sessions: the same calls, read and changed by their user."""

from __future__ import annotations

import pytest

from tests.sandbox.bench import CONTROL, A, Bench

SESSIONS = f"{A}/telephony/sessions"


async def ring(bench: Bench) -> tuple[str, str]:
    """The paths of a new call's session and of the user's party."""
    made = (await bench.client.post(f"{CONTROL}/calls", json={"from": "+4722123456"})).json()
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
