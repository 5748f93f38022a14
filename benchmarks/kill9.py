"""rcdesk, killed at random moments (kill -9), and what its next start still has: session, settings, history, notes.

One program, signed in for good, against one sandbox. The moments are drawn from a seed and lie in the start, a
sign-in, a refresh of the tokens, the filling of the history, a call, a change of the settings, and the writing of a
note. See README.md here for how to run it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rcdesk import cli
from tests.helpers import file_keyring
from tests.helpers.leaks import leaks
from tests.helpers.process import RCDESK, Home, Program, Rcdesk, Sandbox, running, sandbox
from tests.helpers.wait import wait_until

PROFILE = "default"
RECORDS = 1500  # calls of the past: a filling takes three requests, and some time to be written
MORE = 300  # calls, spread over all the days, that come to be known only by a filling that is not cut short
LISTENING = (
    "live",
    "polling",
)  # each killed one leaves a subscription behind, and of those too many are refused
UP_WITHIN = 20.0  # seconds
NOTED = 20  # calls that notes are written on, in turn
KEPT_SETTINGS = ("server", "client_id", "endpoint_id")
CHANGING = """
import asyncio, sys
from rcdesk import app
build = app._build
def built(config, nursery, session, settings, *rest):
    async def change():
        while True:
            nth = int(settings.value.region or 0) + 1
            settings.update(region=str(nth))
            await settings.saved()
            print(nth, flush=True)
            await asyncio.sleep(0.01)
    nursery.start(change(), name="settings that change")
    return build(config, nursery, session, settings, *rest)
app._build = built
from rcdesk.__main__ import main
sys.exit(main())
"""
"""rcdesk whose settings change all the time; it says which change is on the disk."""


class Lost(AssertionError):
    """Something is not there any more, or not whole."""


@dataclass(slots=True)
class Toll:
    """What came of it. `kills`: how many at each kind of moment; `complaints`: what must not be, in words."""

    kills: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    calls: int = 0
    notes: int = 0
    slowest: float = 0.0  # seconds from a start to a link that brings news


class Victim:
    """A person's rcdesk, what it must not lose, and the ways in which it comes to its ends."""

    def __init__(self, platform: Sandbox, folder: Path, dice: random.Random) -> None:
        self.toll = Toll()
        self._platform = platform
        self._dice = dice
        self._home = folder / "home"
        self._person = Rcdesk(Home(self._home))
        self._environ = file_keyring.environ(folder / "keyring.json") | {"QT_QPA_PLATFORM": "offscreen"}
        self._config = self._home / "config" / "rcdesk" / PROFILE
        self._data = self._home / "data" / "rcdesk" / PROFILE
        self._socket = self._home / "run" / "rcdesk" / f"{PROFILE}.sock"
        self._idle = threading.Event()
        self._sessions: set[str] = set()  # of calls that a list has shown
        self._settings: dict[str, str] = {}
        self._changes = 0  # of the settings, that were said to be on the disk
        self._notes: dict[int, str] = {}  # by the call's id; those that were said to be on the disk
        self._unsaid: dict[int, str] = {}  # the one that was under way as it was killed
        self._nth_note = itertools.count(1)
        self.moments: dict[str, Callable[[Program], None]] = {
            "start": self._in_start,
            "sign-in": self._in_sign_in,
            "refresh": self._in_refresh,
            "history": self._in_filling,
            "call": self._in_call,
            "settings": self._in_settings,
            "note": self._in_note,
        }

    def sign_in(self) -> None:
        """Sign in for good, and come to the end of it."""
        with self._signing_in() as command:
            if command.wait(UP_WITHIN):
                raise Lost(f"signing in failed: {command.stderr}")

    def kill_once(self, kind: str) -> None:
        """Start it, see that nothing is lost, and kill it at some moment of that kind."""
        with self._started(changing=kind == "settings") as program:
            self._look(program)
            self.moments[kind](program)
        self.toll.kills[kind] += 1
        self._look_at_files()

    def look_once_more(self, records: int) -> None:
        """After the last kill: nothing is lost, and the history has all that the platform has."""
        with self._started() as program:
            self._look(program)
            wait_until(lambda: not self._lacking(records), within=120, why="calls are missing in the end")
            self.toll.calls = len(self._history())
            self._ask("quit")
            if code := program.wait():
                raise Lost(f"it ended with exit code {code}: {program.stderr}")
        self._look_at_files()
        if not (self._home / "state" / "rcdesk" / PROFILE / "rcdesk.log").stat().st_size:
            raise Lost("there is no log to look through")
        self.toll.complaints += leaks(self._platform, self._home)

    def _in_start(self, program: Program) -> None:
        program.process.kill()
        program.process.wait()
        with self._started() as another:
            self._kill(another, within=1.2)

    def _in_sign_in(self, program: Program) -> None:
        with self._signing_in() as command:
            self._kill(command, within=0.8)
            program.process.kill()
        self.sign_in()  # to the end: of those cut short each leaves a session, and the platform allows five

    def _in_refresh(self, program: Program) -> None:
        self._platform.post("faults", kind="late-refresh", seconds=self._dice.uniform(0, 0.3), count=1)
        self._platform.post("faults", kind="expire-tokens")
        dial = {"number": "+16505550123", "yes": True}
        wait_until(lambda: self._ask("dial", **dial) is not None, why="it does not know its phones")
        self._kill(program, within=0.5)
        self._platform.delete("faults")

    def _in_filling(self, program: Program) -> None:
        program.process.kill()
        program.process.wait()
        self._platform.post("records", count=MORE)
        self._platform.post("faults", kind="expire-sync-tokens")
        with self._started() as another:
            self._idle.wait(0.5)  # before that it is the start
            self._kill(another, within=1.0)

    def _in_call(self, program: Program) -> None:
        plan = [{"after": self._dice.uniform(0, 3), "do": "answer"}, {"after": 2, "do": "hang-up"}]
        self._platform.post("calls", **{"direction": "Inbound", "from": "+16505550177", "plan": plan})
        self._kill(program, within=0.8)

    def _in_settings(self, program: Program) -> None:
        self._kill(program, within=0.3)
        said = program.stdout.rpartition("\n")[0].split()
        self._changes = max([self._changes, *map(int, said)])

    def _in_note(self, program: Program) -> None:
        ids = sorted(call["id"] for call in self._calls())[-NOTED:]
        killer = threading.Timer(self._dice.uniform(0, 0.5), program.process.kill)
        killer.start()
        for row_id in itertools.cycle(ids):
            text = f"Note {next(self._nth_note)}"
            self._unsaid = {row_id: text}
            if self._ask("note", id=row_id, text=text) is None:
                break
            self._notes[row_id] = text
        killer.join()
        program.process.wait()
        self.toll.notes = len(self._notes)

    def _kill(self, program: Program, *, within: float) -> None:
        """Kill it at a moment that chance draws."""
        self._idle.wait(self._dice.uniform(0, within))
        program.process.kill()
        program.process.wait()

    def _look(self, program: Program) -> None:
        began, status = time.monotonic(), {}

        def up() -> bool:
            if program.process.poll() is not None:
                raise Lost(f"it ended by itself: {program.stderr}")
            status.update(self._ask("status") or {})
            return status.get("session") == "signed_in" and status["link"]["state"] in LISTENING

        try:
            wait_until(up, within=UP_WITHIN)
        except AssertionError:
            raise Lost(f"the session is lost: {status}; {program.stderr}") from None
        self.toll.slowest = max(self.toll.slowest, time.monotonic() - began)
        (self._home / "status.json").write_text(json.dumps(self._ask("status")))
        wait_until(lambda: not self._missing(), within=1, why="calls are lost")
        self._sessions |= self._history()
        self._look_at_notes({call["id"]: call["note"] for call in self._calls()})

    def _look_at_notes(self, found: dict[int, str]) -> None:
        for row_id, note in self._unsaid.items():
            if found.get(row_id) == note:  # committed, and killed before it could say so
                self._notes[row_id] = note
        self._unsaid = {}
        lost = {row_id: note for row_id, note in self._notes.items() if found.get(row_id) != note}
        if lost:
            raise Lost(f"notes are lost: {lost}, there are {[found.get(row_id) for row_id in lost]}")

    def _look_at_files(self) -> None:
        """Look at what lies on the disk, in a copy: SQLite mends as it opens."""
        files = {path.name for folder in (self._config, self._data) for path in folder.iterdir()}
        strange = files - {"settings.json", ".settings.json.new", "calls.db", "calls.db-wal", "calls.db-shm"}
        if strange:
            raise Lost(f"something was set aside or left over: {strange}")
        try:
            settings = json.loads((self._config / "settings.json").read_text())
        except ValueError:
            raise Lost("the settings are not whole") from None
        kept = {name: settings[name] for name in KEPT_SETTINGS}
        if self._settings and kept != self._settings:
            raise Lost(f"the settings were {self._settings}, and are {kept}")
        self._settings = kept
        if int(settings["region"] or 0) not in (self._changes, self._changes + 1):
            raise Lost(
                f"change {self._changes} of the settings was kept, and is not there: {settings['region']}"
            )
        self._changes = int(settings["region"] or 0)
        if not (self._data / "calls.db").exists():
            return  # killed before the first one was made
        with tempfile.TemporaryDirectory() as name:
            copy = Path(name) / "copy"
            shutil.copytree(self._data, copy)
            with closing(sqlite3.connect(copy / "calls.db")) as database:
                (sound,) = database.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            raise Lost(f"the history is damaged: {sound}")

    def _missing(self) -> set[str]:
        return self._sessions - self._history()

    def _lacking(self, records: int) -> int:
        return max(0, records - len(self._history()))

    def _history(self) -> set[str]:
        return {call["session_id"] for call in self._calls()}

    def _calls(self) -> list[dict[str, Any]]:
        answer = self._ask("history", limit=100_000)
        return answer["calls"] if answer else []

    def _ask(self, command: str, **more: Any) -> Any:
        answer = cli.ask(self._socket, {"command": command, **more})
        return answer["result"] if answer and answer["ok"] else None

    @contextmanager
    def _started(self, *, changing: bool = False) -> Iterator[Program]:
        command = (sys.executable, "-c", CHANGING) if changing else RCDESK
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=self._home))
        with running(Program(command, folder, self._person.home.environ(self._environ))) as program:
            yield program

    @contextmanager
    def _signing_in(self) -> Iterator[Program]:
        info = self._platform.info
        app = ("--server", info["server"], "--client-id", info["client_id"], "--client-secret-stdin")
        secrets = f"{info['client_secret']}\n{info['jwt']}\n"
        with self._person.start("sign-in", *app, "--jwt-stdin", stdin=secrets, **self._environ) as command:
            yield command


def kill(times: int, seed: int, folder: Path) -> Toll:
    """Kill it so often, at moments of every kind in turn; return what came of it."""
    dice = random.Random(seed)
    options = ("--speed", "10", "--records", str(RECORDS), "--seed", "5", "--rate-limits", "off")
    with sandbox(folder / "sandbox", *options) as platform:
        victim = Victim(platform, folder, dice)
        try:
            victim.sign_in()
            for kind in _order(tuple(victim.moments), times, dice):
                victim.kill_once(kind)
            total = platform.post("records", count=0)["total"]
            victim.look_once_more(total)
        except AssertionError as error:
            done = sum(victim.toll.kills.values())
            victim.toll.complaints.append(f"after {done} kills: {error}")
        return victim.toll


def _order(kinds: Sequence[str], times: int, dice: random.Random) -> Iterator[str]:
    for nth in range(times):
        if nth % len(kinds) == 0:
            turn = dice.sample(kinds, len(kinds))
        yield turn[nth % len(kinds)]


def report(toll: Toll) -> None:
    """Print what came of it."""
    for kind, count in sorted(toll.kills.items()):
        print(f"  killed in {kind:<10} {count:>4}")
    print(f"  calls at the end     {toll.calls:>4}")
    print(f"  of them with a note  {toll.notes:>4}")
    print(f"  slowest to be up     {toll.slowest:>4.1f} s")
    for complaint in toll.complaints:
        print(f"  {complaint}")


def main() -> int:
    """Kill, print what came of it, and return 1 if something was lost or has leaked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=100, help="how often (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (%(default)s)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rcdesk-kill9-") as name:
        toll = kill(args.times, args.seed, Path(name))
    report(toll)
    return 1 if toll.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
