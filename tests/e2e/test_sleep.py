"""The whole program on a computer that sleeps for five hours: its clocks jump, and logind says so on a real bus."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.leaks import leaks
from tests.helpers.process import Home, Program, Rcdesk, Sandbox, running
from tests.helpers.system_bus import logind, system_bus
from tests.helpers.wait import wait_until

HOURS = 5 * 3600
ON_WAKING = 10.0  # seconds within which what is shown is true again
PROGRAM = """
import logging, pathlib, sys, time
jump = pathlib.Path(sys.argv.pop(1))
wall, counted = time.time, time.clock_gettime
ahead = lambda: float(jump.read_text())
time.time = lambda: wall() + ahead()
time.clock_gettime = lambda which: counted(which) + (ahead() if which == time.CLOCK_BOOTTIME else 0.0)
import rcdesk.services.away
rcdesk.services.away.SETTLED = 5.0  # the log of these quick people lags by 3 s
logging.getLogger("rcdesk.logind").addHandler(logging.StreamHandler())
from rcdesk.__main__ import main
sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class Sleeper:
    """A running rcdesk whose computer can be put to sleep."""

    program: Rcdesk
    running: Program
    jump: Path
    trace: Path

    def sleep(self, seconds: float) -> None:
        """Let the clocks be so much further, but not those that stand still in sleep."""
        later = self.jump.with_suffix(".new")
        later.write_text(str(seconds))
        later.replace(self.jump)

    def told(self, what: str) -> list[str]:
        """What the program has shown of that sort so far: sessions with a card, or summaries."""
        lines = (
            line.rpartition(" ")[0] for line in self.trace.read_text().splitlines()
        )  # without the moment
        return [line.removeprefix(f"{what} ") for line in lines if line.startswith(f"{what} ")]

    def calls(self) -> dict[str, str]:
        """What each call on screen is doing."""
        answer: dict[str, Any] = self.program.ask("calls")
        return {call["session_id"]: call["state"] for call in answer["calls"]}

    def link(self) -> Any:
        return self.program.ask("status")["link"]["state"]


@contextmanager
def sleeper(platform: Sandbox, home: Path, bus: str) -> Iterator[Sleeper]:
    """Start it, signed in for one run, and end it in order."""
    program = Rcdesk(Home(home))
    home.mkdir(parents=True, exist_ok=True)
    jump, trace = home / "jump", home / "trace"
    jump.write_text("0")
    trace.touch()
    info = platform.info
    environ = program.home.environ({
        "SECRET": info["client_secret"], "JWT": info["jwt"], "QT_QPA_PLATFORM": "offscreen",
        "RCDESK_TRACE": str(trace), "DBUS_SYSTEM_BUS_ADDRESS": bus,
    })  # fmt: skip
    command = (
        sys.executable, "-c", PROGRAM, str(jump), "--server", info["server"], "--client-id", info["client_id"],
        "--client-secret-env", "SECRET", "--jwt-env", "JWT", "--push", "websocket",
    )  # fmt: skip
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=home))
    with running(Program(command, folder, environ)) as started:
        made = Sleeper(program, started, jump, trace)

        def up() -> bool:
            assert started.process.poll() is None, started.stderr
            return bool(program.ask("status").get("link", {}).get("state") == "live")

        wait_until(up, within=20, why="it did not come up")
        wait_until(lambda: "logind tells of sleep" in started.stderr, why="it does not hear logind")
        yield made
        assert program.say("quit")[0] == 0
        assert started.wait() == 0, started.stderr


def truth(platform: Sandbox) -> dict[str, str]:
    return {call["session_id"]: call["state"] for call in platform.state()["active_calls"]}


def ring(platform: Sandbox, number: str, *plan: dict[str, Any]) -> str:
    made: str = platform.post("calls", **{"direction": "Inbound", "from": number, "plan": list(plan)})[
        "sessionId"
    ]
    return made


@pytest.mark.parametrize("with_logind", [True, False], ids=["logind and clocks", "clocks alone"])
async def test_after_five_hours_the_truth_one_token_one_summary_and_nothing_old(
    platform: Sandbox, tmp_path: Path, with_logind: bool
) -> None:
    with system_bus(tmp_path / "bus") as address:
        async with logind(address) as system:
            with sleeper(platform, tmp_path / "home", address) as me:
                rang = ring(platform, "+16505550177")
                wait_until(lambda: me.told("popup") == [rang], why="no card")
                platform.post("faults", kind="drop-push", count=10_000)
                if with_logind:
                    await system.say(sleeps=True)
                platform.post(f"calls/{rang}/answer-elsewhere")
                for nth, end in enumerate(("miss", "miss", "miss", "answer-elsewhere")):
                    ring(platform, f"+1650555010{nth}", {"after": 10, "do": end})
                wait_until(lambda: not truth(platform), why="the calls go on and on")
                rings = ring(platform, "+16505550133")
                before = platform.state()["requests"]
                platform.delete("faults")

                me.sleep(HOURS)
                if with_logind:
                    await system.say(sleeps=False)
                wait_until(
                    lambda: me.calls() == truth(platform) == {rings: "ringing"} and me.link() == "live",
                    within=ON_WAKING,
                    why="what is shown is not true",
                )
                wait_until(lambda: me.told("summary"), within=20, why="nothing is said of the sleep")
                after = platform.state()["requests"]
                assert after["wstoken"] == before["wstoken"] + 1
                assert after["in_penalty"] == 0

                later = ring(platform, "+16505550155")
                wait_until(lambda: later in me.told("popup"), why="no card of a call after the sleep")
            assert me.told("summary") == ["3 missed, 2 answered elsewhere"]
            assert set(me.told("popup")) == {rang, rings, later}
            assert me.told("popup").count(rang) == 1, "no late word of a call that is long over"
            assert platform.state()["requests"]["wstoken"] == before["wstoken"] + 1
            assert "Traceback" not in me.running.stderr
            assert leaks(platform, tmp_path / "home") == []
