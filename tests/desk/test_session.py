"""The real program, started and ended again and again, with its sign-in in a real keyring: one session at the server."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.process import Program, Rcdesk, Sandbox, sandbox
from tests.helpers.wait import wait_until

STARTS = 20
PROFILE = ("--profile", "again-and-again")  # of its own: the tests of this desktop share a keyring


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Sandbox]:
    """Give a sandbox that lets one start more often in a minute than people do."""
    with sandbox(tmp_path / "sandbox", "--rate-limits", "off", "--records", "0") as serving:
        yield serving


def sign_in(program: Rcdesk, platform: Sandbox) -> None:
    info = platform.info
    code, said = program.say(
        "sign-in", *PROFILE, "--server", info["server"], "--client-id", info["client_id"],
        "--client-secret-stdin", "--jwt-stdin", stdin=f"{info['client_secret']}\n{info['jwt']}\n",
    )  # fmt: skip
    assert code == 0, said


def signed_in(program: Rcdesk) -> bool:
    return bool(program.ask("status", *PROFILE).get("session") == "signed_in")


def asked(program: Rcdesk, running: Program) -> None:
    assert program.say("quit", *PROFILE)[0] == 0
    assert running.wait() == 0


def ended(_program: Rcdesk, running: Program) -> None:
    os.kill(running.pid, signal.SIGTERM)
    assert running.wait() == 0


def killed(_program: Rcdesk, running: Program) -> None:
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL


WAYS: tuple[Callable[[Rcdesk, Program], None], ...] = (asked, ended, killed)


def sessions(platform: Sandbox) -> int:
    return int(platform.state()["tokens"]["sessions"])


def listens(platform: Sandbox) -> bool:
    """Whether somebody is signed in and hears calls; asked of the server, since a command takes its time."""
    return bool(platform.state()["sockets"]["gateway"] == 1)


@pytest.mark.timeout(300)
def test_twenty_starts_and_stops_leave_one_live_session(program: Rcdesk, platform: Sandbox) -> None:
    sign_in(program, platform)
    for number in range(STARTS):
        with program.start(*PROFILE) as running:
            wait_until(lambda: listens(platform), within=20, why=running.stderr)
            assert sessions(platform) == 1
            WAYS[number % len(WAYS)](program, running)
        wait_until(lambda: not listens(platform))
        assert sessions(platform) == 1
        if number % 5 == 4:
            platform.post("faults", kind="expire-tokens")  # the next start begins with a refresh
    state = platform.state()
    assert state["tokens"]["sessions"] == 1
    assert state["requests"]["refresh"] == STARTS // 5 - 1


def test_killed_while_a_refresh_is_answered_the_next_start_has_the_session(
    program: Rcdesk, platform: Sandbox
) -> None:
    sign_in(program, platform)
    platform.post("faults", kind="expire-tokens")
    platform.post("faults", kind="late-refresh", seconds=60)
    with program.start(*PROFILE) as running:
        wait_until(lambda: platform.state()["requests"]["refresh"] == 1, within=20, why=running.stderr)
        killed(program, running)
    platform.delete("faults")
    with program.start(*PROFILE) as running:
        wait_until(lambda: signed_in(program), within=20, why=running.stderr)
        assert sessions(platform) == 1
        asked(program, running)


def test_a_session_that_was_ended_overnight_says_why(program: Rcdesk, platform: Sandbox) -> None:
    sign_in(program, platform)
    platform.post("faults", kind="revoke-tokens", reason="revoked")
    with program.start(*PROFILE) as running:
        problem = wait_until(lambda: program.ask("status", *PROFILE).get("session_problem"), within=20)
        assert problem["why"] == "revoked"
        assert program.ask("status", *PROFILE)["session"] == "signed_out"
        sign_in(program, platform)  # which tells the running one
        wait_until(lambda: signed_in(program), within=20)
        assert program.ask("status", *PROFILE)["session_problem"] is None
        asked(program, running)
