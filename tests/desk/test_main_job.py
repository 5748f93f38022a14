"""The main job, end to end, on a real screen: a call reaches it, the keyboard stays where it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.helpers import desktop
from tests.helpers.desktop import Notepad
from tests.helpers.process import Program, Rcdesk, Sandbox
from tests.helpers.wait import wait_until

CARD = "^rcdesk call$"
WINDOW = "^rcdesk$"


def sign_in(program: Rcdesk, platform: Sandbox) -> None:
    """Sign in by number, extension and password, as the tutorial does; the keyring keeps it."""
    info = platform.info
    code, said = program.say(
        "sign-in", "--server", info["server"], "--client-id", info["client_id"], "--client-secret-stdin",
        "--username", info["username"], "--extension", info["extension"], "--password-stdin",
        stdin=f"{info['client_secret']}\n{info['password']}\n",
    )  # fmt: skip
    assert code == 0, said
    assert info["password"] not in said


@contextmanager
def signed_in(program: Rcdesk, platform: Sandbox, *arguments: str) -> Iterator[Program]:
    """Run rcdesk, signed in and listening."""
    sign_in(program, platform)
    with program.start(*arguments) as running:
        wait_until(
            lambda: running.process.poll() is None and program.say("status")[0] == 0,
            within=20,
            why=running.stderr,
        )
        wait_until(lambda: program.ask("status")["link"]["state"] in ("live", "polling"), within=20)
        yield running
        assert program.say("quit")[0] == 0
        assert running.wait() == 0
        assert running.stderr == ""


def same(program: Rcdesk, platform: Sandbox, count: int) -> list[dict[str, Any]]:
    """Wait until rcdesk lists what the platform says is true, `count` calls; return them."""

    def equal() -> bool:
        told, truth = program.ask("calls")["calls"], platform.state()["active_calls"]
        return len(truth) == count and told == truth

    wait_until(
        equal, within=10, why=f"{program.ask('calls')['calls']} is not {platform.state()['active_calls']}"
    )
    calls: list[dict[str, Any]] = program.ask("calls")["calls"]
    return calls


@pytest.mark.parametrize("transport", ["pubnub", "websocket"])
def test_a_call_rings_is_answered_and_ends_and_the_keyboard_stays_elsewhere(
    transport: str, program: Rcdesk, platform: Sandbox, victim: Notepad
) -> None:
    with signed_in(program, platform, "--push", transport) as running:
        assert program.ask("status")["link"]["transport"] == transport
        desktop.activate(victim.window)
        same(program, platform, 0)
        call = platform.post(
            "calls",
            direction="inbound",
            queue="Sales",
            **{"from": {"number": "+4722123456", "name": "Martin Olsen"}},
        )
        card = wait_until(lambda: desktop.windows(title=CARD, pid=running.pid), why="no card came")[0]
        assert desktop.box_of(card).inside(desktop.screen())
        desktop.type_text("typed while it rings ")
        wait_until(lambda: victim.text == "typed while it rings ")
        assert desktop.active() == victim.window
        ringing = same(program, platform, 1)[0]
        assert (ringing["session_id"], ringing["state"], ringing["name"], ringing["queue"]) == (
            call["sessionId"], "ringing", "Martin Olsen", "Sales")  # fmt: skip
        for act, state in (("answer", "connected"), ("hold", "on_hold"), ("unhold", "connected")):
            platform.post(f"calls/{call['sessionId']}/{act}")
            wait_until(lambda state=state: same(program, platform, 1)[0]["state"] == state)
        desktop.type_text("and while it is answered")
        wait_until(lambda: victim.text.endswith("and while it is answered"))
        platform.post(f"calls/{call['sessionId']}/hang-up")
        same(program, platform, 0)
        wait_until(lambda: not desktop.windows(title=CARD, pid=running.pid), within=10, why="the card stays")
        assert desktop.active() == victim.window
        listed = program.ask("history", "--limit", "1")["calls"][0]
        assert (listed["session_id"], listed["outcome"]) == (call["sessionId"], "answered")


def test_a_click_on_the_card_leaves_the_keyboard_where_it_is(
    program: Rcdesk, platform: Sandbox, victim: Notepad
) -> None:
    with signed_in(program, platform) as running:
        desktop.activate(victim.window)
        platform.post("calls", direction="inbound", **{"from": {"number": "+16505550147", "name": "Ada"}})
        card = wait_until(lambda: desktop.windows(title=CARD, pid=running.pid))[0]
        box = desktop.box_of(card)
        desktop.click(box.x + 30, box.y + 20)
        desktop.type_text("still here")
        wait_until(lambda: victim.text == "still here")
        assert desktop.active() == victim.window


def test_a_flicker_neither_closes_the_card_nor_makes_another(program: Rcdesk, platform: Sandbox) -> None:
    with signed_in(program, platform) as running:
        call = platform.post("calls", direction="inbound", **{"from": {"number": "+16505550147"}})
        card = wait_until(lambda: desktop.windows(title=CARD, pid=running.pid))[0]
        platform.post(f"calls/{call['sessionId']}/flicker")
        wait_until(lambda: program.ask("calls")["calls"])
        platform.post(f"calls/{call['sessionId']}/answer")
        wait_until(lambda: same(program, platform, 1)[0]["state"] == "connected")
        assert desktop.windows(title=CARD, pid=running.pid) == [card]


def test_a_second_start_with_the_desktops_token_raises_the_first(
    program: Rcdesk, platform: Sandbox, victim: Notepad
) -> None:
    with signed_in(program, platform) as running:
        window = desktop.windows(title=WINDOW, pid=running.pid)[0]
        desktop.activate(victim.window)
        assert program.say("tel:+1-650-555-0100", XDG_ACTIVATION_TOKEN="a click of the user") == (0, "")
        wait_until(lambda: desktop.active() == window, why="the first instance did not come to the front")
        assert platform.state()["ring_outs"] == []


@pytest.mark.parametrize("before", ["behind", "minimised", "hidden"])
@pytest.mark.parametrize("asked", [("tel:+1-650-555-0100",), ("dial", "+1-650-555-0100"), ()], ids=str)
def test_what_asks_for_the_window_without_a_token_takes_no_key_from_another_program(
    asked: tuple[str, ...], before: str, program: Rcdesk, platform: Sandbox, victim: Notepad
) -> None:
    with signed_in(program, platform) as running:
        window = desktop.windows(title=WINDOW, pid=running.pid)[0]
        desktop.activate(window)
        if before != "behind":
            desktop.minimise(window) if before == "minimised" else desktop.press("ctrl+w")
            wait_until(lambda: not desktop.windows(title=WINDOW, pid=running.pid), why="it is still there")
        desktop.activate(victim.window)
        assert program.say(*asked)[0] == 0
        if before != "minimised":  # then the taskbar's button flashes
            wait_until(lambda: desktop.windows(title=WINDOW, pid=running.pid) == [window], why="not shown")
        desktop.press("Return")
        desktop.type_text("Dear Ann,")
        desktop.press("Return", "Return")
        wait_until(lambda: victim.text == "\nDear Ann,\n\n", why="a key was lost")
        assert desktop.active() == victim.window
        assert platform.state()["ring_outs"] == []
        assert program.ask("status")["ringout"] is None


def test_a_start_by_a_link_without_a_token_takes_no_key_either(program: Rcdesk, victim: Notepad) -> None:
    with program.start("tel:+1-650-555-0100") as running:
        window = desktop.window(title=WINDOW, pid=running.pid)
        desktop.type_text("Dear Ann,")
        wait_until(lambda: program.say("status")[0] == 0, within=20, why=running.stderr)
        desktop.press("Return")
        wait_until(lambda: victim.text == "Dear Ann,\n", why="a key was lost")
        assert desktop.windows(title=WINDOW, pid=running.pid) == [window]
        assert desktop.active() == victim.window


def test_a_thousand_records_are_listed_and_one_is_found_by_name_and_by_part_of_its_number(
    program: Rcdesk, platform: Sandbox
) -> None:
    platform.post("records", count=1000)
    with signed_in(program, platform):
        wait_until(lambda: len(program.ask("history", "--limit", "2000")["calls"]) >= 1000, within=30)
        calls = program.ask("history", "--limit", "2000")["calls"]
        starts = [call["started_at"] for call in calls]
        assert starts == sorted(starts, reverse=True)
        named = (call for call in calls if call["name"] and len(call["number"]) > 9)
        wanted = next(
            call for call in named if call["number"][-6] != "0"
        )  # a leading 0 may be one of dialling
        by_name = program.ask("history", "--search", wanted["name"].split()[-1], "--limit", "2000")["calls"]
        assert wanted in by_name
        assert len(by_name) < len(calls)
        part = wanted["number"][-6:-1]
        by_part = program.ask("history", "--search", part, "--limit", "2000")["calls"]
        assert wanted in by_part
        assert all(part in call["number"] for call in by_part)
