"""RingOuts from the dial pad, by keyboard, to every kind of end; each is told in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk.test_main_job import WINDOW, signed_in
from tests.helpers import desktop
from tests.helpers.process import Rcdesk, Sandbox, sandbox
from tests.helpers.wait import wait_until

WIRE_WORDS = re.compile(
    r"NoAnswer\b|CannotReach|InProgress|GenericError|NosuchUser|NoSuchUser|NotEnoughFunds|InternationalDisabled"
    r"|DestinationBlocked|NoSessionFound|RingOutFromThis|NoAnsweringMachine"
)
FAILURES = [
    ("Success", "Busy"), ("Success", "NoAnswer"), ("Success", "Rejected"), ("Success", "InternationalDisabled"),
    ("Success", "DestinationBlocked"), ("Success", "NotEnoughFunds"), ("Success", "NosuchUser"),
    ("Success", "GenericError"), ("Success", "NoSessionFound"), ("Success", "Invalid"), ("Success", "Error"),
    ("Success", "Unknown"), ("NoAnswer", "InProgress"), ("Busy", "InProgress"), ("Rejected", "InProgress"),
    ("RingOutFromThisNumberIsNotSupported", "InProgress"),
]  # fmt: skip


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Sandbox]:
    """Give a sandbox whose people act ten times as fast, and that does not mind many RingOuts a minute."""
    with sandbox(tmp_path / "sandbox", "--speed", "10", "--rate-limits", "off", "--records", "0") as serving:
        yield serving


def ringout(program: Rcdesk) -> dict[str, Any]:
    """Return how the RingOut stands, as scripts are told; {} if there is none."""
    return program.ask("status")["ringout"] or {}


def dial_by_keyboard(number: str) -> None:
    """Type a number into the dial pad and press Enter, as a person would."""
    desktop.press("ctrl+k")
    desktop.type_text(number)
    desktop.press("Return")


def test_one_runs_to_success_and_the_calls_both_sides_are_told(program: Rcdesk, platform: Sandbox) -> None:
    with signed_in(program, platform) as running:
        desktop.activate(desktop.windows(title=WINDOW, pid=running.pid)[0])
        wait_until(lambda: platform.state()["requests"]["by_group"].get("Light", 0) >= 3)
        platform.post("ring-outs", next={"talk": 3000})
        dial_by_keyboard(platform.info["ringout_to"])
        wait_until(lambda: ringout(program).get("state") == "connected", within=20)
        told = ringout(program)
        assert told["to"] == platform.info["ringout_to"]
        assert "answered" in told["caller"]
        assert "answered" in told["callee"]
        assert "connected" in told["summary"].lower()
        (order,) = platform.state()["ring_outs"]
        assert order["to"] == platform.info["ringout_to"]
        assert not desktop.windows(title="^rcdesk call$", pid=running.pid), "one's own call made a card"


def test_one_is_cancelled_and_only_told_so_once_it_is_true(program: Rcdesk, platform: Sandbox) -> None:
    platform.post("ring-outs", next={"caller_after": 200, "callee_after": 200})
    with signed_in(program, platform) as running:
        desktop.activate(desktop.windows(title=WINDOW, pid=running.pid)[0])
        wait_until(lambda: platform.state()["requests"]["by_group"].get("Light", 0) >= 3)
        dial_by_keyboard(platform.info["ringout_to"])
        wait_until(lambda: ringout(program).get("state") == "under_way" and platform.state()["ring_outs"])
        wait_until(lambda: "Ringing" in ringout(program)["caller"])
        desktop.press("space")  # the keyboard is on “Cancel the call”
        wait_until(lambda: ringout(program).get("state") == "cancelled", within=20)
        assert "cancelled" in ringout(program)["summary"].lower()


def test_one_that_cannot_be_cancelled_says_what_to_do(program: Rcdesk, platform: Sandbox) -> None:
    platform.post("ring-outs", next={"caller_after": 1, "callee_after": 500, "cancel_works": False})
    with signed_in(program, platform) as running:
        desktop.activate(desktop.windows(title=WINDOW, pid=running.pid)[0])
        wait_until(lambda: platform.state()["requests"]["by_group"].get("Light", 0) >= 3)
        dial_by_keyboard(platform.info["ringout_to"])
        wait_until(lambda: "answered" in ringout(program).get("caller", ""), within=20)
        assert program.say("cancel")[0] == 0
        wait_until(lambda: ringout(program).get("state") == "not_cancelled", within=20)


def test_every_failure_is_told_in_words(program: Rcdesk, platform: Sandbox) -> None:
    summaries: dict[tuple[str, str], str] = {}
    with signed_in(program, platform) as running:
        desktop.activate(desktop.windows(title=WINDOW, pid=running.pid)[0])
        wait_until(lambda: platform.state()["requests"]["by_group"].get("Light", 0) >= 3)
        for caller, callee in FAILURES:
            platform.post(
                "ring-outs", next={"caller": caller, "callee": callee, "caller_after": 1, "callee_after": 1}
            )
            dial_by_keyboard(platform.info["ringout_to"])
            wait_until(
                lambda: ringout(program).get("state") not in ("under_way", None),
                within=20,
                why=f"{caller}/{callee} did not end",
            )
            told = ringout(program)
            assert told["state"] not in ("connected", "cancelled"), f"{caller}/{callee} is no success: {told}"
            words = " ".join(str(told[part]) for part in ("caller", "callee", "summary"))
            assert not WIRE_WORDS.search(words), words
            summaries[caller, callee] = told["summary"]
            desktop.press("space")  # the keyboard is on “Done”
            wait_until(lambda: ringout(program) == {}, why="the result did not leave")
    assert all(summaries.values())
    assert len(set(summaries.values())) >= 10, summaries
