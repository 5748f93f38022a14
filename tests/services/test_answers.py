from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from rcdesk import __version__
from rcdesk.core.calls import Call, Direction, Stage
from rcdesk.core.errors import Problem
from rcdesk.core.notes import LONGEST
from rcdesk.core.pacing import Urgency
from rcdesk.core.people import Person, Source
from rcdesk.core.ringout import Step
from rcdesk.core.subscription import LinkState, LinkStatus, Transport
from rcdesk.services import answers
from rcdesk.services.commands import BadRequest
from rcdesk.services.session import ENTRY, Phase
from tests.client.served import eventually
from tests.helpers.wait import until
from tests.services.world import World

ANN = "+13025550101"
CALL = Call("k", "s", Stage.ENDED, Direction.INBOUND, ANN, "", "101", "", 1.0, 2.0, 900.0, unseen=True)
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def say(me: World, command: str, **request: Any) -> dict[str, Any]:
    return await me.answers.handlers()[command]({"command": command, **request})


async def refused(me: World, command: str, **request: Any) -> tuple[str, str]:
    with pytest.raises(Problem) as problem:
        await say(me, command, **request)
    return problem.value.title, problem.value.remedy


async def test_status_while_nobody_is_signed_in(me: World) -> None:
    me.session.resume()
    await me.phase(Phase.SIGNED_OUT)
    assert await say(me, "status") == {
        "account": None,
        "session": "signed_out",
        "session_ends_at": None,
        "session_problem": None,
        "link": {"state": "off", "since": None, "transport": "none"},
        "live_calls": 0,
        "missed": 0,
        "ringout": None,
        "last_event_at": None,
        "budgets": [],
        "version": __version__,
    }


async def test_status_while_all_is_well(me: World) -> None:
    await me.signed_in()
    await me.live(over=Transport.WEBSOCKET)
    answer = await say(me, "status")
    assert answer["account"] == {"name": "Dana Novak", "extension": "101", "server": me.server.url}
    assert answer["session"] == "signed_in"
    assert ISO.fullmatch(answer["link"].pop("since"))
    assert answer["link"] == {"state": "live", "transport": "websocket"}


async def test_the_link_is_down_since_the_calls_are_not_followed(me: World) -> None:
    told = ((LinkState.LIVE, 60.0), (LinkState.RECOVERING, 120.0), (LinkState.SIGNED_OUT, 180.0))
    for state, since in told:
        me.link.status.publish(LinkStatus(state, since))
    answer = (await say(me, "status"))["link"]
    assert answer == {"state": "signed_out", "since": "1970-01-01T00:02:00.000Z", "transport": "none"}
    assert (await say(me, "calls"))["link"] == answer


async def test_status_says_when_the_session_ends(me: World) -> None:
    await me.sandbox.fault("session-limit", seconds=7200)
    await me.signed_in()
    assert ISO.fullmatch((await say(me, "status"))["session_ends_at"])


async def test_status_says_why_the_session_is_over(me: World) -> None:
    await me.signed_in()
    await me.live()
    await me.sandbox.fault("revoke-tokens", reason="replaced")
    me.link.retry()
    await me.phase(Phase.EXPIRED)
    problem = (await say(me, "status"))["session_problem"]
    assert problem.pop("title").startswith("You are signed out: most likely you have")
    assert problem == {"why": "replaced", "remedy": "Sign in again."}
    await me.sandbox.fault("http-status", path="*/oauth/token", status=503)
    me.session.sign_out()
    me.session.sign_in(me.server, me.jwt, remember=True)
    await until(lambda: me.state.problem)
    assert (await say(me, "status"))["session_problem"]["why"] is None


async def test_status_tells_each_groups_budget_and_when_the_platform_spoke_last(me: World) -> None:
    await me.signed_in()
    await me.live(over=Transport.WEBSOCKET)
    assert (await say(me, "status"))["last_event_at"] is None, "nothing has happened yet"
    await me.sandbox.ring(ANN)
    await me.sees(Stage.RINGING)
    assert me.session._connection
    pacer, now = me.session._connection._rest.pacer, time.time()
    turn = pacer.join("GET /x", "Heavy", Urgency.USER)
    assert pacer.wait(turn, now) == 0
    pacer.answered(turn, {}, now)
    answer = await say(me, "status")
    assert ISO.fullmatch(answer["last_event_at"])
    budgets = {budget["group"]: budget for budget in answer["budgets"]}
    assert "Light" in budgets, "it has looked at the presence"
    assert list(budgets["Heavy"]) == ["group", "limit", "left", "full_at", "throttled_until"]
    assert budgets["Heavy"]["left"] < budgets["Heavy"]["limit"] == 10
    assert ISO.fullmatch(budgets["Heavy"]["full_at"])
    assert budgets["Heavy"]["throttled_until"] is None


async def test_status_tells_until_when_the_server_wants_no_requests_also_after_signing_out(
    me: World,
) -> None:
    await me.signed_in()
    await me.sandbox.fault("rate-limit", group="Heavy", retry_after=60)
    me.nursery.start(me.history.caught_up(), name="read the log")

    async def barred() -> str | None:
        told = (await say(me, "status"))["budgets"]
        return next((budget["throttled_until"] for budget in told if budget["group"] == "Heavy"), None)

    until_then = await eventually(barred)
    assert ISO.fullmatch(until_then)
    moment = datetime.fromisoformat(until_then).timestamp()
    assert 50 < moment - time.time() <= 60.5
    me.session.sign_out()
    assert await barred()


async def test_calls_say_what_the_sandbox_says(me: World) -> None:
    await me.signed_in()
    await me.live()
    session = await me.sandbox.ring(ANN, queue="Support line")
    await me.sees(Stage.RINGING)
    answer = await say(me, "calls")
    (call,) = answer["calls"]
    assert ISO.fullmatch(call.pop("started_at"))
    assert call == {
        "session_id": session,
        "state": "ringing",
        "direction": "inbound",
        "from": ANN,
        "to": "+18005550144",
        "name": "Ann Lee",
        "queue": call["queue"],
    }
    assert set(answer["link"]) == {"state", "since", "transport"}
    for deed, state in (("answer", "connected"), ("hold", "on_hold")):
        await me.sandbox.post(f"calls/{session}/{deed}")
        await until(lambda state=state: me.calls.calls and me.calls.calls[0].stage.value == state)
        assert (await say(me, "calls"))["calls"][0]["state"] == state


async def test_history_has_every_field_and_obeys_limit_and_search(me: World) -> None:
    await me.sandbox.post("records", count=30)
    await me.signed_in()
    await me.listed(30)
    answer = await say(me, "history")
    assert len(answer["calls"]) == 20
    assert answer["missed"] == me.history.missed.value
    call = answer["calls"][0]
    assert list(call) == [
        "id", "session_id", "direction", "outcome", "name", "number", "location", "started_at", "duration",
        "queue", "reason", "provisional", "seen", "note",
    ]  # fmt: skip
    assert ISO.fullmatch(call["started_at"])
    assert call["provisional"] is False
    assert len((await say(me, "history", limit=3))["calls"]) == 3
    named = next(it for it in answer["calls"] if it["number"].startswith("+"))
    found = await say(me, "history", search=named["number"][-6:])
    assert named["id"] in [it["id"] for it in found["calls"]]
    assert (await say(me, "history", search="no such name"))["calls"] == []


async def test_for_how_long_a_call_was_on_is_null_while_nobody_knows(me: World) -> None:
    await me.store.add_live(CALL, 900.0)
    (told,) = (await say(me, "history"))["calls"]
    assert (told["outcome"], told["duration"]) == ("answered", None)


async def test_a_contacts_name_stands_where_the_platform_gives_none(me: World) -> None:
    await me.signed_in()
    await me.live()
    await until(lambda: me.people._by_number and not me.people._loading._tasks)
    number, name = next(
        ("+" + digits, person.name) for digits, person in me.people._by_number.items() if len(digits) > 9
    )
    await me.sandbox.ring(number, **{"from": {"number": number}})
    await me.sees(Stage.RINGING)
    assert (await say(me, "calls"))["calls"][0]["name"] == name


async def test_for_a_person_calls_are_written_as_in_the_window(me: World) -> None:
    await me.signed_in()
    await me.live()
    await me.sandbox.ring("+13025550177")
    await me.sees(Stage.RINGING)
    me.people.learn([Person("Ann of the stairs", ("(302) 555-0177",), Source.CONTACT)])
    written = {"title": "Ann of the stairs", "number": "+1 302 555 0177"}
    (call,) = (await say(me, "calls", shown=True))["calls"]
    assert (call["from"], call["shown"]) == ("+13025550177", written)
    await me.sandbox.post(f"calls/{call['session_id']}/miss")
    await me.listed(1)
    assert [call["shown"] for call in (await say(me, "history", shown=True))["calls"]] == [written]
    assert "shown" not in (await say(me, "history"))["calls"][0]


async def test_a_note_is_on_the_disk_once_it_is_said_to_be(me: World, tmp_path: Path) -> None:
    await me.store.add_live(CALL, 900.0)
    (call,) = (await say(me, "history"))["calls"]
    assert call["note"] == ""
    changed: list[None] = []
    me.history.changed.subscribe(changed.append)
    assert await say(me, "note", id=call["id"], text="Call back") == {"said": "The note is saved."}
    assert changed == [None]
    with closing(sqlite3.connect(tmp_path / "calls.db")) as file:
        assert file.execute("SELECT note FROM calls").fetchall() == [("Call back",)]
    assert [it["note"] for it in (await say(me, "history", search="call back"))["calls"]] == ["Call back"]
    assert await say(me, "note", id=call["id"], text=" ") == {"said": "The call has no note."}
    assert (await say(me, "history"))["calls"][0]["note"] == ""


async def test_a_note_that_cannot_be_kept_is_refused(me: World) -> None:
    await me.store.add_live(CALL, 900.0)
    (call,) = (await say(me, "history"))["calls"]
    await say(me, "note", id=call["id"], text="x" * LONGEST)
    title, remedy = await refused(me, "note", id=call["id"], text="y" * (LONGEST + 1))
    assert (title, remedy) == ("The note was not saved.", "It may have at most 4,000 characters.")
    assert (await say(me, "history"))["calls"][0]["note"] == "x" * LONGEST
    title, _ = await refused(me, "note", id=2**63 - 1, text="whose?")
    assert title == "The note was not saved."


async def test_dial_fills_the_dial_pad_and_dials_nothing(me: World) -> None:
    answer = await say(me, "dial", number="(650) 555-0180")
    waits = "It waits there until you have signed in."
    assert answer == {"said": f"+1 650 555 0180 is in the dial pad; nothing was dialled. {waits}"}
    await me.signed_in()
    answer = await say(me, "dial", number="(650) 555-0180", activation="token")
    assert answer == {"said": "+1 650 555 0180 is in the dial pad; nothing was dialled."}
    assert me.asked.filled == ["(650) 555-0180"] * 2
    assert me.asked.raised == ["", "token"]
    assert me.dialer.progress.value is None


async def test_dial_with_yes_places_the_call_and_cancel_cancels_it(me: World) -> None:
    await me.signed_in()
    await until(lambda: me.dialer.choices.value.phones)
    answer = await say(me, "dial", number="+16505550198", yes=True)
    assert answer == {"said": "Calling +1 650 555 0198. Your phone rings first: Desk phone."}
    await until(lambda: me.dialer.progress.value and me.dialer.progress.value.own is Step.RINGING)
    ringout = (await say(me, "status"))["ringout"]
    assert (ringout["to"], ringout["state"]) == ("+16505550198", "under_way")
    assert ringout["caller"]
    assert ringout["callee"] is not None
    assert (await say(me, "cancel"))["said"].startswith("Asked to cancel")
    await until(lambda: not me.dialer.busy)
    ringout = (await say(me, "status", shown=True))["ringout"]
    assert ringout["shown"]["number"] == "+1 650 555 0198"
    assert ringout["state"] == "cancelled"
    assert ringout["summary"]


@pytest.mark.parametrize("trouble", ["no network", "refused", "signed out meanwhile"])
async def test_a_call_that_was_not_placed_is_not_said_to_be(me: World, trouble: str) -> None:
    platform = await me.signed_in()
    await until(lambda: me.dialer.choices.value.phones)
    post = {"path": "*/ring-out", "method": "POST"}
    if trouble == "no network":
        platform.api._rest._http.base_url = "http://127.0.0.1:1"  # type: ignore[assignment]
    elif trouble == "refused":
        await me.sandbox.fault("http-status", **post, status=403)
    else:
        await me.sandbox.fault("latency", **post, seconds=30)
        me.dialer.progress.subscribe(lambda progress: None if progress is None or progress.end else leave(me))
    title, remedy = await refused(me, "dial", number="+16505550198", yes=True)
    lost = "It is not known what became of the call to +1 650 555 0198."
    assert title == (
        lost if trouble == "signed out meanwhile" else "The call to +1 650 555 0198 was not placed."
    )
    assert remedy


async def test_a_call_of_which_the_platform_says_nothing_is_not_said_to_be_on_its_way(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await me.signed_in()
    await until(lambda: me.dialer.choices.value.phones)
    await me.sandbox.fault("latency", path="*/ring-out", method="POST", seconds=30)
    monkeypatch.setattr(answers, "TAKEN_WITHIN", 0.5)
    title, remedy = await refused(me, "dial", number="+16505550198", yes=True)
    assert title == "It is not known yet whether the call was placed."
    assert "before you dial again" in remedy
    assert me.dialer.busy, "it is followed all the same"


def leave(me: World) -> None:
    async def once_sent() -> None:
        await until(lambda: me.dialer._departure and not me.dialer._departure.held)
        me.session.sign_out()

    me.nursery.start(once_sent(), name="sign out")


async def test_what_cannot_be_done_says_what_to_do(me: World) -> None:
    assert await refused(me, "dial", number="nonsense") == (
        "The number was not dialled.",
        me.dialer.read("nonsense").why,
    )  # type: ignore[union-attr]
    assert await refused(me, "cancel") == ("Nothing was cancelled.", "No call is being placed.")
    title, remedy = await refused(me, "dial", number="+16505550180", yes=True)
    assert (title, remedy) == ("The call was not placed.", "Sign in first.")
    assert me.asked.filled == []


@pytest.mark.parametrize(
    ("command", "request_"),
    [
        ("history", {"limit": 0}),
        ("history", {"search": 5}),
        ("dial", {"number": 5}),
        ("raise", {"fill": []}),
        ("note", {"text": "whose?"}),
        ("note", {"id": 2**63, "text": "whose?"}),
        ("note", {"id": 1, "text": 5}),
    ],
)
async def test_what_is_no_request_is_refused(me: World, command: str, request_: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        await say(me, command, **request_)


async def test_raise_brings_the_window_up_with_what_a_link_gave(me: World) -> None:
    assert await say(me, "raise", activation="token") == {"said": "rcdesk is in front."}
    await say(me, "raise", fill="tel:+16505550180")
    assert me.asked.raised == ["token", ""]
    assert me.asked.filled == ["tel:+16505550180"]


async def test_a_link_without_a_number_is_refused_in_words_and_shown_all_the_same(me: World) -> None:
    title, remedy = await refused(me, "raise", fill="tel:abc", activation="token")
    assert title == "The link holds no number to call."
    assert remedy == me.dialer.read("tel:abc").why  # type: ignore[union-attr]
    assert (me.asked.filled, me.asked.raised) == (["tel:abc"], ["token"])


async def test_a_call_that_was_placed_is_told_to_a_person_as_it_is_shown(me: World) -> None:
    await me.signed_in()
    await me.live()
    await until(lambda: me.dialer.choices.value.phones)
    await say(me, "dial", number="+16505550198", yes=True)
    await until(lambda: me.calls.calls and me.calls.calls[0].stage is Stage.CONNECTED)
    assert (await say(me, "calls", shown=True))["calls"][0]["state"] == "ringing"
    assert (await say(me, "calls"))["calls"][0]["state"] == "connected", "as the platform says"


async def test_quit_ends_the_program(me: World) -> None:
    assert await say(me, "quit") == {"said": "rcdesk ends."}
    assert me.asked.quits == 1


async def test_resume_goes_on_with_what_was_stored_meanwhile(me: World) -> None:
    await me.signed_in()
    kept = await me.vault.get(ENTRY)
    await me.session.close()
    await me.vault.set(ENTRY, kept or "")
    assert await say(me, "resume") == {"said": "rcdesk signs in."}
    await me.live(LinkState.LIVE)
