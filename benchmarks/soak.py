"""A day on which everything goes wrong, and what rcdesk knew meanwhile: one program for each way of push, each with
a sandbox of its own that lets one fault follow the other in a lively world.

After each fault what `rcdesk calls --json` says must equal the platform's truth within seconds. At the end no
request came inside a penalty, nothing was complained of, memory has not grown, no socket is left over, and no file
of the program's holds a secret or a full number.
See README.md here for how to run it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.processes import own_memory, tree
from rcdesk import cli
from tests.helpers.leaks import leaks
from tests.helpers.process import Home, Program, Rcdesk, Sandbox, sandbox
from tests.helpers.wait import wait_until

TRANSPORTS = ("websocket", "pubnub", "polling")
WITHIN = 5.0  # seconds after a fault's end in which the two must be equal
WITHIN_HALF_OPEN = 45.0  # a dead socket is noticed by pings, each 30 s
STEP = 0.1  # seconds between two looks
MOST_GROWTH = 5.0  # MB
SPARE_SOCKETS = (
    8  # of one program at rest: its own listener, the screen's, a pool of connections that are kept
)
LISTED = ("session_id", "state", "direction", "from", "to", "name", "queue")
"""What is compared of a call. Not its start: under a wrong clock the platform itself tells another one."""


@dataclass(slots=True)
class Bout:
    """One fault: its kind, when it ended (unix seconds), and after how long rcdesk was right again; None: never.

    `wrong`: what it was not right about when it was looked at last.
    """

    kind: str
    ended: float
    right_after: float | None = None
    wrong: str = ""

    @property
    def limit(self) -> float:
        return WITHIN_HALF_OPEN if self.kind == "half-open" else WITHIN

    @property
    def survived(self) -> bool:
        return self.right_after is not None and self.right_after <= self.limit


@dataclass(slots=True)
class Watch:
    """What was seen of one program. `complaints`: what must not be, in words."""

    transport: str
    bouts: list[Bout] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    growth: float = 0.0
    requests: int = 0

    @property
    def fine(self) -> bool:
        return not self.complaints and all(bout.survived for bout in self.bouts)


class Memory:
    """What a program has for itself alone, looked at every few seconds.

    Long answers come and go, and the heap gives back what they took when it pleases. What is never given back shows
    in the least that was seen of each third of the time; in the first one much is loaded.
    """

    EVERY = 2.0  # seconds

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._seen: list[tuple[float, float]] = []

    def look(self, at: float) -> None:
        """Look, unless that was a moment ago; `at`: seconds since the beginning."""
        if not self._seen or at - self._seen[-1][0] >= self.EVERY:
            self._seen.append((at, own_memory(self._pid)))

    @property
    def growth(self) -> float:
        """MB between the least of the second third and the least of the last one."""
        third = len(self._seen) // 3
        sizes = [size for _, size in self._seen]
        return min(sizes[-third:], default=0.0) - min(sizes[third:-third], default=0.0)


class Pair:
    """A sandbox and the rcdesk that listens to it."""

    def __init__(self, platform: Sandbox, program: Program, socket: Path) -> None:
        self.platform = platform
        self.program = program
        self._socket = socket

    def ask(self, command: str) -> dict[str, Any]:
        """Return what the running rcdesk answers to `command`, as `--json` prints it."""
        answer = cli.ask(self._socket, {"command": command})
        assert answer, f"rcdesk ended: {self.program.stderr[-2000:]}"
        result: dict[str, Any] = answer["result"]
        return result

    def wrong(self, state: dict[str, Any]) -> str:
        """Return what rcdesk says that is not so, "" for nothing. `state` is the truth of a moment ago, which is
        as good as that of a moment later: rcdesk was asked in between."""
        answer = self.ask("calls")
        told = _listed(answer["calls"])
        now, before = _listed(self.platform.state()["active_calls"]), _listed(state["active_calls"])
        return "" if told in (now, before) else f"{told} is neither {before} nor {now}: {answer['link']}"

    def sockets(self) -> int:
        """Count the sockets that the program has open."""
        links = Path(f"/proc/{self.program.pid}/fd").iterdir()
        return sum(_leads_to(link).startswith("socket:") for link in links)


def _complaints(stderr: str) -> list[str]:
    """What a program wrote, less what Qt says of its screen that is none."""
    return [line for line in stderr.splitlines() if line and not line.startswith("This plugin does not")]


def _listed(calls: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(tuple(call[name] for name in LISTED) for call in calls)


def _leads_to(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed meanwhile
        return ""


@contextmanager
def pair(transport: str, folder: Path, speed: float) -> Iterator[Pair]:
    """Start both; give them once the link is up; end rcdesk as its user would."""
    world = ("--lively", "--speed", str(speed), "--records", "200", "--seed", "5")
    with sandbox(folder / "sandbox", *world) as platform:
        info, person = platform.info, Rcdesk(Home(folder / "home"))
        account = ("--server", info["server"], "--client-id", info["client_id"], "--push", transport)
        secrets = ("--client-secret-env", "SECRET", "--jwt-env", "JWT")
        environ = {"SECRET": info["client_secret"], "JWT": info["jwt"], "QT_QPA_PLATFORM": "offscreen"}
        with person.start(*account, *secrets, **environ) as program:
            made = Pair(platform, program, folder / "home" / "run" / "rcdesk" / "default.sock")

            def up() -> bool:
                assert program.process.poll() is None, program.stderr
                answer = cli.ask(made._socket, {"command": "status"})
                return bool(answer) and answer["result"]["link"]["state"] in ("live", "polling")

            wait_until(up, within=30, why=f"rcdesk did not come up over {transport}")
            yield made


def soak(transport: str, seconds: float, speed: float, day: Mapping[str, Any], folder: Path) -> Watch:
    """Let one pair live through its day: what the sandbox's `chaos` is asked for."""
    watch = Watch(transport)
    with pair(transport, folder, speed) as made:
        made.platform.post("chaos", **day)
        _live_through(made, watch, seconds)
        made.platform.delete("chaos")
        made.platform.delete("faults")
        _look_for_what_is_left(made, watch)
        assert made.ask("quit")
        code = made.program.wait()
        if code != 0:
            watch.complaints.append(f"it ended with exit code {code}")
        if complaint := "\n".join(_complaints(made.program.stderr)):
            watch.complaints.append(f"it complained: {complaint[:3000]}")
        watch.complaints += leaks(made.platform, folder / "home")
        left = made.platform.state()["sockets"]
        if left["gateway"] or left["pubnub_polls"]:
            watch.complaints.append("a connection is left at the platform")
    return watch


def _live_through(made: Pair, watch: Watch, seconds: float) -> None:
    idle, known, memory = threading.Event(), 0, Memory(made.program.pid)
    began = time.time()
    waiting: list[Bout] = []
    while time.time() < began + seconds or waiting:
        state = made.platform.state()
        past = state["chaos"]["past"]
        ended = [Bout(each["kind"], _unix(each["until"])) for each in past[known:]]
        known = len(past)
        watch.bouts += ended
        waiting += ended
        wrong = made.wrong(state) if waiting else ""
        for bout in waiting:
            bout.wrong = wrong
            bout.right_after = None if wrong else max(0.0, time.time() - bout.ended)
        waiting = [bout for bout in waiting if bout.wrong]
        waiting = [bout for bout in waiting if time.time() <= bout.ended + bout.limit]
        memory.look(time.time() - began)
        idle.wait(STEP)
    watch.growth = memory.growth
    watch.requests = sum(state["requests"]["by_status"].values())
    if inside := state["requests"]["in_penalty"]:
        watch.complaints.append(f"{inside} requests came inside a penalty")
    if watch.growth > MOST_GROWTH:
        watch.complaints.append(f"memory grew by {watch.growth:.1f} MB")


def _look_for_what_is_left(made: Pair, watch: Watch) -> None:
    """Once all is calm no more sockets are open than one program needs, and it has no children."""
    try:
        wait_until(lambda: made.sockets() <= SPARE_SOCKETS, within=90, why="sockets are left")
        wait_until(lambda: len(tree(made.program.pid)) == 1, within=10, why="a child process is left")
        wait_until(lambda: not made.wrong(made.platform.state()), within=10, why="it is not right at the end")
    except AssertionError as error:
        watch.complaints.append(str(error))


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def report(watches: Sequence[Watch]) -> None:
    """Print what was survived, by kind, and what was not."""
    kinds = sorted({bout.kind for watch in watches for bout in watch.bouts})
    print(f"{'survived of each kind, slowest':<22}", *(f"{watch.transport:>20}" for watch in watches))
    for kind in kinds:
        print(f"  {kind:<20}", *(f"{_told(watch, kind):>20}" for watch in watches))
    print(f"  {'requests':<20}", *(f"{watch.requests:>20}" for watch in watches))
    print(f"  {'memory grew by':<20}", *(f"{watch.growth:>17.1f} MB" for watch in watches))
    for watch in watches:
        lost = [f"{bout.kind}: {bout.wrong}" for bout in watch.bouts if not bout.survived]
        for complaint in (*watch.complaints, *lost):
            print(f"  {watch.transport}: {complaint}")


def _told(watch: Watch, kind: str) -> str:
    bouts = [bout for bout in watch.bouts if bout.kind == kind]
    slowest = max((bout.right_after for bout in bouts if bout.right_after is not None), default=None)
    told = f"{sum(bout.survived for bout in bouts)} of {len(bouts)}"
    return told if slowest is None else f"{told}, {slowest:4.1f} s"


def run(
    transports: Sequence[str], seconds: float, speed: float, day: Mapping[str, Any], folder: Path
) -> list[Watch]:
    """Let all live through days of their own, side by side; return what was seen."""
    with ThreadPoolExecutor(len(transports)) as threads:
        days = [{**day, "seed": day["seed"] + place} for place in range(len(transports))]
        under_way = [
            threads.submit(soak, transport, seconds, speed, own, folder / transport)
            for transport, own in zip(transports, days, strict=True)
        ]
        return [each.result() for each in under_way]


def main() -> int:
    """Soak, print what happened, and return 1 if something was not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10, help="of faults (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the first day (%(default)s)")
    parser.add_argument("--speed", type=float, default=10, help="of the world (%(default)s)")
    parser.add_argument("--pause", type=float, help="seconds of calm before each fault (6 to 10, by chance)")
    parser.add_argument("--faults", nargs="+", metavar="KIND", help="these alone")
    parser.add_argument("--only", choices=TRANSPORTS, help="one transport alone")
    args = parser.parse_args()
    wished = {"seed": args.seed, "pause": args.pause, "faults": args.faults}
    day = {name: value for name, value in wished.items() if value is not None}
    with tempfile.TemporaryDirectory(prefix="rcdesk-soak-") as name:
        transports = (args.only,) if args.only else TRANSPORTS
        watches = run(transports, args.minutes * 60, args.speed, day, Path(name))
    report(watches)
    return 0 if all(watch.fine for watch in watches) else 1


if __name__ == "__main__":
    sys.exit(main())
