"""How long the window holds up everything else, a ringing call's card too, for each thing that is opened.

    desk=".venv/bin/python -m tests.helpers.virtual_desktop"
    $desk -- .venv/bin/python -m benchmarks.gui [--calls 10000] [--goes 12]

The program's own assembly over a store of calls, with nobody to talk to. A timer that is due at once ticks with
every turn of the loop; the longest time between two ticks is what a card would have had to wait. It is the
processor time of the window's thread, so that what else runs on the machine does not count. The first time is told
apart: it builds what is built once. See README.md here for the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import rcdesk.ui  # noqa: F401  # before the others, whose import it makes lighter  # isort: skip
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLineEdit

from benchmarks.store import fill
from rcdesk import app
from rcdesk.config import Config, paths_for
from rcdesk.core.account import Account
from rcdesk.core.calls import Direction
from rcdesk.core.errors import Problem
from rcdesk.core.history import CallRecord, Outcome
from rcdesk.services.feed import Feed
from rcdesk.services.pacers import Pacers
from rcdesk.services.session import Phase, Session, SessionState
from rcdesk.services.tasks import Nursery
from rcdesk.store.database import Database
from rcdesk.store.history import HistoryStore
from rcdesk.store.penalties import PenaltyStore
from rcdesk.store.schema import MIGRATIONS
from rcdesk.store.settings import SettingsStore
from rcdesk.store.vault import Vault
from rcdesk.ui.history_pane import HistoryPane
from rcdesk.ui.navigation import Pane
from rcdesk.ui.settings_pane import SettingsPane
from rcdesk.ui.shell import Shell
from tests.store.make_records import NOW

MOST = 8.0  # ms that a warm opening may hold up the loop
SETTLES = 0.4  # seconds after which whatever an opening brings is built and painted
RECORD = CallRecord(
    1, "s", Direction.INBOUND, Outcome.MISSED, NOW - 900, 22, "+16505550147", "", record_id="r", queue="Sales"
)


class Heartbeat:
    """Ticks with every turn of the loop, and keeps the longest time between two ticks."""

    def __init__(self) -> None:
        self._timer = QTimer(interval=0)
        self._timer.timeout.connect(self._tick)
        self._last = self._longest = 0.0

    async def longest(self, act: Callable[[], object]) -> float:
        """Do `act`, let everything settle, and return the longest time in ms in which nothing else had a turn."""
        self._timer.start()
        await asyncio.sleep(0.02)
        self._last, self._longest = time.thread_time(), 0.0
        act()
        await asyncio.sleep(SETTLES)
        self._timer.stop()
        return self._longest * 1000

    def _tick(self) -> None:
        now = time.thread_time()
        self._longest, self._last = max(self._longest, now - self._last), now


@dataclass(slots=True)
class Figures:
    """What one opening took, the first time and the others."""

    name: str
    first: float = 0.0
    others: list[float] = field(default_factory=list)

    @property
    def usual(self) -> float:
        return statistics.median(self.others)

    def __str__(self) -> str:
        return f"| {self.name} | {self.first:.1f} | {self.usual:.1f} | {max(self.others):.1f} |"


async def assemble(opened: AsyncExitStack, folder: Path, calls: int) -> Shell:
    """Return the program on screen, signed in as far as the window can tell, with `calls` in its history."""
    bugs: list[BaseException] = []
    problems: Feed[Problem] = Feed()
    nursery = Nursery(problems.publish, bugs.append)
    settings, vault, database = SettingsStore(None), Vault(None), Database(folder / "calls.db", MIGRATIONS)
    for part in (settings, vault, database):
        opened.callback(part.close)
    await database.open()
    store = HistoryStore(database)
    await fill(store, calls)
    session = Session(nursery, vault, settings, lambda: NOW, Pacers(PenaltyStore(None)))
    opened.push_async_callback(session.close)
    await opened.enter_async_context(nursery)
    config = Config("gui", paths_for("gui"), demo=True)
    demo = app.Demo(nursery, session, opened, lively=False)
    services = app._build(config, nursery, session, settings, store, problems, lambda: NOW, demo)
    for service in (services.calls, services.link, services.away):
        opened.callback(service.close)
    qapp = QApplication.instance()
    assert isinstance(qapp, QApplication)
    shell = Shell(qapp, services, profile="gui", quit_asked=lambda: None)
    opened.callback(shell.close)
    services.history.open()
    services.session.state.publish(SessionState(Phase.SIGNED_IN, Account("1", "101", "101", "Dana Novak")))
    await asyncio.to_thread(app._prepare)
    shell.furnish()
    shell.show()
    await asyncio.sleep(1)
    return shell


def openings(shell: Shell) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Return what is measured, each with the way back to where it begins."""
    window = shell.window

    def to_calls() -> None:
        window.show_pane(Pane.CALLS)

    def history() -> HistoryPane:
        pane = window.pane(Pane.HISTORY)
        assert isinstance(pane, HistoryPane)
        return pane

    def search(text: str) -> None:
        field = history().findChild(QLineEdit)
        assert field is not None
        field.setText(text)

    def diagnostics() -> None:
        pane = window.pane(Pane.SETTINGS)
        assert isinstance(pane, SettingsPane)
        pane.show_diagnostics()

    def settings() -> None:
        pane = window.pane(Pane.SETTINGS)
        assert isinstance(pane, SettingsPane)
        pane._leave_diagnostics()
        window.show_pane(Pane.SETTINGS)

    def beside() -> None:
        window.resize(1000, 720)
        window.show_pane(Pane.HISTORY)
        window.show_record(replace(RECORD, id=2, number="+14155550182", outcome=Outcome.ANSWERED))

    return {
        "settings": (lambda: window.show_pane(Pane.SETTINGS), to_calls),
        "diagnostics": (diagnostics, settings),
        "dial pad": (lambda: window.show_pane(Pane.DIAL), to_calls),
        "history": (lambda: window.show_pane(Pane.HISTORY), to_calls),
        "history, scrolled to its end": (
            lambda: history().list.scrollToBottom(),
            lambda: (window.show_pane(Pane.HISTORY), history().list.scrollToTop()),
        ),
        "history, searched": (lambda: search("anna"), lambda: search("")),
        "a call of the past": (lambda: window.show_record(RECORD), to_calls),
        "another call of the past beside the history": (lambda: window.show_record(RECORD), beside),
    }


async def measure(calls: int, goes: int) -> list[Figures]:
    """Open everything `goes` times, and return what each took."""
    beat, found = Heartbeat(), []
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as opened:
            shell = await assemble(opened, Path(folder), calls)
            for name, (there, back) in openings(shell).items():
                figures = Figures(name)
                await beat.longest(back)
                figures.first = await beat.longest(there)
                for _ in range(goes):
                    await beat.longest(back)
                    figures.others.append(await beat.longest(there))
                await beat.longest(back)
                found.append(figures)
            found.append(Figures("nothing", await beat.longest(int), [await beat.longest(int)]))
    return found


def main() -> int:
    """Measure and tell; 1 if something that was open before takes longer than it may."""
    parser = argparse.ArgumentParser(description="how long the window holds up everything else")
    parser.add_argument("--calls", type=int, default=10_000, help="in the history (%(default)s)")
    parser.add_argument("--goes", type=int, default=12, help="of each opening (%(default)s)")
    args = parser.parse_args()
    sys.setswitchinterval(app.TURN)
    qapp = QApplication(["rcdesk", *app.STYLE])
    with asyncio.Runner(loop_factory=lambda: app.qt_loop(qapp)) as runner:
        found = runner.run(measure(args.calls, args.goes))
    print(f"| opened, ms until something else has a turn; again at most {MOST:.0f} | first | again | worst |")
    print("|---|---|---|---|")
    print(*found, sep="\n")
    late = [figures.name for figures in found if figures.usual > MOST]
    print(f"above {MOST:.0f} ms: {', '.join(late) or 'none'}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
