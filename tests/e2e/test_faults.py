"""When the platform, the network or the user's session fails in the middle of things."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.one_run import Desk, desk, started
from tests.helpers.process import Sandbox
from tests.helpers.wait import wait_until

NUMBER = "+16505550123"
TALKED = ("connected", "over")  # these people have little to say to each other


def ringout(running: Desk) -> Any:
    return running.ask("status")["ringout"]


def ended(running: Desk) -> bool:
    return ringout(running) is not None and ringout(running)["state"] != "under_way"


def live(running: Desk) -> int:
    return len(running.ask("calls")["calls"])


def test_tokens_that_run_out_are_renewed_unseen(platform: Sandbox, running: Desk) -> None:
    platform.post("faults", kind="expire-tokens")
    assert running.program.say("dial", NUMBER, "--yes")[0] == 0
    wait_until(lambda: ended(running), within=10)
    assert ringout(running)["state"] in TALKED
    assert running.ask("status")["session"] == "signed_in"


def test_a_ringout_outlasts_looks_that_fail(platform: Sandbox, running: Desk) -> None:
    platform.post("faults", kind="http-status", path="*/ring-out/*", status=500, count=2, method="GET")
    assert running.program.say("dial", NUMBER, "--yes")[0] == 0
    code, said = running.program.say("dial", "+16505550124", "--yes")
    assert (code, "Another call is being placed" in said) == (1, True)
    wait_until(lambda: ended(running), within=10)
    assert ringout(running)["state"] in TALKED
    assert len(platform.state()["ring_outs"]) == 1


@pytest.mark.parametrize("seconds", [-600, 600])
def test_the_end_of_a_ringout_is_told_on_a_computer_whose_clock_is_wrong(
    platform: Sandbox, tmp_path: Path, seconds: int
) -> None:
    platform.post("faults", kind="clock-skew", seconds=seconds)
    with desk(platform, tmp_path / "home") as running:
        assert running.program.say("dial", NUMBER, "--yes")[0] == 0
        wait_until(lambda: ringout(running)["state"] == "over", within=15)
        wait_until(lambda: len(running.history()) == 1)


def test_a_ringout_that_is_refused_is_told_and_not_sent_again(platform: Sandbox, running: Desk) -> None:
    for status in (400, 403, 503, 429):  # the last one brings a penalty
        platform.post("faults", kind="http-status", path="*/ring-out", status=status, count=1, method="POST")
        code, said = running.program.say("dial", NUMBER, "--yes")
        assert (code, "was not placed" in said) == (1, True), status
        assert ringout(running)["state"] == "failed", status
    assert running.program.say("dial", NUMBER, "--yes")[0] == 1
    state = platform.state()
    assert (state["ring_outs"], state["requests"]["in_penalty"]) == ([], 0)
    assert state["requests"]["by_status"]["429"] == 1, "nothing was sent inside the penalty"


def test_a_session_that_was_ended_leaves_what_is_known_and_says_so(platform: Sandbox, running: Desk) -> None:
    platform.post("calls", **{"direction": "Inbound", "from": "+16505550177"})
    wait_until(lambda: live(running) == 1)
    platform.post("faults", kind="revoke-tokens")
    wait_until(lambda: running.ask("status")["session"] == "expired", within=10)
    told = running.ask("calls")
    assert (told["link"]["state"], len(told["calls"])) == ("signed_out", 1)
    code, said = running.program.say("dial", NUMBER, "--yes")
    assert (code, "Sign in" in said) == (1, True)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(platform: Sandbox, tmp_path: Path, ending: signal.Signals) -> None:
    with started(platform, tmp_path / "home") as running:
        running.running.process.send_signal(ending)
        assert running.running.wait() == 0
    assert platform.state()["subscriptions"] == []


def test_after_a_kill_the_next_start_takes_over(platform: Sandbox, tmp_path: Path) -> None:
    with started(platform, tmp_path / "home") as killed:
        killed.running.process.kill()
        killed.running.wait()
        assert killed.program.say("status")[0] == 3
    with started(platform, tmp_path / "home") as running:
        assert running.ask("status")["link"]["state"] == "live"
