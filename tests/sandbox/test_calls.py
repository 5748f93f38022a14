"""Calls under control: what they do, what presence says of it, and what can never happen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.sandbox.account import make_account
from rcdesk.sandbox.agenda import Agenda
from rcdesk.sandbox.calls import MOVES, Call, Deed, IncorrectStateError, Party, State
from rcdesk.sandbox.world import World
from tests.sandbox.bench import CONTROL, Bench, E

ACCOUNT = make_account(1)


def statuses(bench: Bench, session_id: str) -> list[tuple[str, str | None]]:
    """What the notifications said of one call, in order: its status, and how it ended."""
    return [
        (entry["telephonyStatus"], entry.get("terminationType"))
        for body in bench.presence_events
        for entry in body["activeCalls"]
        if entry["sessionId"] == session_id
    ]


async def test_a_call_rings_is_answered_held_and_ends(user: Bench) -> None:
    call = await user.ring(queue="Sales queue")
    assert (await user.state())["active_calls"] == [
        {
            "session_id": call,
            "state": "ringing",
            "direction": "inbound",
            "from": "+4722123456",
            "to": "+18005550178",
            "name": "Martin Olsen",
            "started_at": "2027-01-15T08:00:00.000Z",
            "queue": "Sales queue",
        }
    ]
    for deed, state in (
        ("answer", "connected"),
        ("hold", "on_hold"),
        ("unhold", "connected"),
        ("park", "parked"),
    ):
        assert (await user.do(call, deed)).json()["state"] == state
        assert (await user.state())["active_calls"][0]["state"] == state
    await user.do(call, "hang-up")
    assert (await user.state())["active_calls"] == []
    assert statuses(user, call) == [
        ("Ringing", None), ("CallConnected", None), ("OnHold", None), ("CallConnected", None),
        ("ParkedCall", None), ("NoCall", "final"),
    ]  # fmt: skip


async def test_a_plan_unfolds_by_itself_each_step_after_the_one_before(user: Bench) -> None:
    call = await user.ring(
        plan=[{"after": 2, "do": "answer"}, {"after": 5, "do": "hold"}, {"after": 1, "do": "hang-up"}]
    )
    seen = []
    for _ in range(9):
        seen.append([one["state"] for one in (await user.state())["active_calls"]])
        user.pass_time(1)
    assert seen == [["ringing"]] * 2 + [["connected"]] * 5 + [["on_hold"]] + [[]]
    assert len(statuses(user, call)) == 4


async def test_steps_that_became_impossible_are_skipped(user: Bench) -> None:
    call = await user.ring(plan=[{"after": 1, "do": "answer"}, {"after": 1, "do": "hang-up"}])
    await user.do(call, "voicemail")
    user.pass_time(5)
    assert len(statuses(user, call)) == 2


async def test_a_flicker_says_no_call_and_then_goes_on(user: Bench) -> None:
    call = await user.ring()
    await user.do(call, "flicker")
    assert (await user.state())["active_calls"][0]["state"] == "ringing"
    user.pass_time(0.3)
    said = [status for status, _ in statuses(user, call)]
    assert said == ["Ringing", "NoCall", "Ringing"]
    assert all(how != "final" for _, how in statuses(user, call))
    legs = [body["activeCalls"][0]["id"] for body in user.presence_events]
    assert legs[0] == legs[1] != legs[2]


async def test_a_call_answered_within_a_flicker_is_told_once(user: Bench) -> None:
    call = await user.ring()
    await user.do(call, "flicker")
    await user.do(call, "answer")
    user.pass_time(1)
    assert [status for status, _ in statuses(user, call)] == ["Ringing", "NoCall", "CallConnected"]


async def test_sequences_grow_and_numbers_come_with_and_without_plus(user: Bench) -> None:
    for _ in range(12):
        await user.do(await user.ring(), "answer")
    sequences = [body["sequence"] for body in user.presence_events]
    assert sequences == sorted(set(sequences))
    numbers = {entry["from"] for body in user.presence_events for entry in body["activeCalls"]}
    assert numbers == {"+4722123456", "4722123456"}


async def test_only_the_latest_seven_calls_are_listed_but_all_are_counted(user: Bench) -> None:
    calls = [await user.ring() for _ in range(9)]
    body = user.presence_events[-1]
    assert [entry["sessionId"] for entry in body["activeCalls"]] == calls[-7:]
    assert body["totalActiveCalls"] == 9
    rest = (await user.get(f"{E}/presence", detailedTelephonyState="true")).json()
    assert len(rest["activeCalls"]) == 7


@pytest.mark.parametrize(
    ("deeds", "telephony", "presence"),
    [
        ([], "NoCall", "Available"),
        ([[]], "Ringing", "Available"),
        ([["answer"], []], "CallConnected", "Busy"),
        ([["answer", "hold"], []], "OnHold", "Busy"),
        ([["answer", "hold"], ["answer"]], "CallConnected", "Busy"),
    ],
)
async def test_one_status_stands_for_all_calls(
    user: Bench, deeds: list[list[str]], telephony: str, presence: str
) -> None:
    for each in deeds:
        call = await user.ring()
        for deed in each:
            await user.do(call, deed)
    body = (await user.get(f"{E}/presence")).json()
    assert (body["telephonyStatus"], body["presenceStatus"]) == (telephony, presence)
    assert "activeCalls" not in body


async def test_presence_over_rest_lists_live_calls_only(user: Bench) -> None:
    first, second = await user.ring(), await user.ring()
    await user.do(first, "miss")
    body = (await user.get(f"{E}/presence", detailedTelephonyState="true")).json()
    assert [entry["sessionId"] for entry in body["activeCalls"]] == [second]
    assert body["activeCalls"][0]["from"] == "+4722123456"


async def test_active_calls_keep_an_ended_call_for_two_minutes(user: Bench) -> None:
    call = await user.ring()
    await user.do(call, "answer")
    user.pass_time(10)
    await user.do(call, "hang-up")
    user.pass_time(119)
    (record,) = (await user.get(f"{E}/active-calls")).json()["records"]
    assert (record["sessionId"], record["result"], record["duration"]) == (call, "Accepted", 10)
    user.pass_time(1)
    assert (await user.get(f"{E}/active-calls")).json()["records"] == []


async def test_changed_presence_is_answered_and_told(user: Bench) -> None:
    answer = await user.client.put(
        f"{E}/presence", json={"dndStatus": "DoNotAcceptAnyCalls", "message": "Later"}
    )
    assert (answer.json()["dndStatus"], answer.json()["presenceStatus"]) == ("DoNotAcceptAnyCalls", "Busy")
    assert user.presence_events[-1]["dndStatus"] == "DoNotAcceptAnyCalls"
    assert (await user.state())["presence"]["message"] == "Later"


@pytest.mark.parametrize(
    ("body", "name"),
    [({"userStatus": "Asleep"}, "userStatus"), ({"message": "x" * 76}, "message"), ({}, "body")],
)
async def test_a_wrong_change_of_presence_names_the_field(
    user: Bench, body: dict[str, str], name: str
) -> None:
    answer = await user.client.put(f"{E}/presence", json=body)
    assert (answer.status_code, answer.json()["parameterName"]) == (400, name)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ({}, "from"),
        ({"direction": "sideways", "from": "118"}, "direction"),
        ({"direction": "outbound"}, "to"),
        ({"from": "not a number"}, "from"),
        ({"from": {"number": 5}}, "from.number"),
        ({"from": "118", "plan": [{"after": -1, "do": "answer"}]}, "plan[0].after"),
        ({"from": "118", "plan": [{"after": 1, "do": "dance"}]}, "plan.do"),
        ({"from": "118", "plan": [{"after": 1}]}, "plan[0].do"),
        ({"from": "+13025550101", "answer": 5}, "answer"),
        ({"from": {"number": "+13025550101", "nane": "Ann"}}, "from.nane"),
        ({"from": "+13025550101", "plan": [{"after": 1, "do": "answer", "then": 1}]}, "plan[0].then"),
    ],
)
async def test_bad_control_input_is_refused_by_name(bench: Bench, call: dict[str, Any], name: str) -> None:
    answer = await bench.client.post(f"{CONTROL}/calls", json=call)
    assert (answer.status_code, answer.json()["parameterName"]) == (400, name)


async def test_control_of_no_call_and_of_the_wrong_state_is_told(bench: Bench) -> None:
    assert (await bench.do("1", "answer")).status_code == 404
    call = await bench.ring()
    assert (await bench.do(call, "dance")).status_code == 404
    assert (await bench.do(call, "hold")).status_code == 409
    await bench.do(call, "decline")
    answer = await bench.do(call, "answer")
    assert (answer.status_code, answer.json()["errors"][0]["errorCode"]) == (409, "TAS-102")
    outbound = await bench.ring(direction="outbound", to="+14155550162")
    assert (await bench.do(outbound, "voicemail")).status_code == 409


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"1"])
async def test_control_input_that_is_no_object_is_400(bench: Bench, body: bytes) -> None:
    answer = await bench.client.post(f"{CONTROL}/calls", content=body)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "CMN-103")


async def test_short_extensions_and_hidden_numbers_are_taken(user: Bench) -> None:
    await user.ring(**{"from": "118"})
    await user.ring(**{"from": {"number": "anonymous"}})
    rest = (await user.get(f"{E}/presence", detailedTelephonyState="true")).json()
    assert [(entry["from"], entry.get("fromName")) for entry in rest["activeCalls"]] == [
        ("118", "Finn Taylor"),
        ("anonymous", None),
    ]


@given(st.booleans(), st.lists(st.sampled_from(Deed), max_size=12))
def test_a_call_never_makes_a_move_that_is_not_in_the_table(inbound: bool, deeds: list[Deed]) -> None:
    call = Call("1", "s-1", "p-1", "leg", inbound, Party("+1"), Party("+2"), "", 0.0)
    for at, deed in enumerate(deeds):
        was, possible = call.state, call.may(deed)
        try:
            call.apply(deed, float(at))
        except IncorrectStateError:
            assert not possible
            assert call.state is was
        else:
            assert MOVES[was, deed] is call.state
    assert (call.outcome is None) == call.alive == (call.ended_at is None)


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(Deed)), max_size=40))
def test_every_call_is_told_to_its_end_and_no_further(script: list[tuple[int, Deed]]) -> None:
    """Whatever happens in whatever order: after `final` or `intermediate` at the end no word of the call."""
    now = [0.0]
    agenda = Agenda()
    world = World(ACCOUNT, lambda: now[0], agenda)
    told: dict[str, list[tuple[str, str | None]]] = {}

    def hear(kind: str, extension_id: str, body: dict[str, Any]) -> None:
        for entry in body.get("activeCalls", ()):
            told.setdefault(entry["sessionId"], []).append(
                (entry["telephonyStatus"], entry.get("terminationType"))
            )

    world.on_event = hear
    calls = [world.ring(inbound=at % 2 == 0, caller=Party("+1"), callee=Party("+2")) for at in range(5)]
    for which, deed in script:
        now[0] += 0.1
        agenda.run(now[0])
        if calls[which].may(deed):
            world.do(calls[which].session_id, deed)
    for call in calls:
        said = told[call.session_id]
        ends = [at for at, (_, how) in enumerate(said) if how == "final"]
        assert all(at == len(said) - 1 for at in ends)
        if call.alive and not call.hidden:
            assert said[-1][0] != "NoCall"
        if not call.alive:
            assert said[-1][0] == "NoCall"
    assert {one["session_id"] for one in world.truth()} == {
        call.session_id for call in calls if call.state is not State.ENDED
    }
