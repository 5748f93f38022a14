"""`kill -9` at any moment: nothing that was acknowledged is lost, and nothing is half written."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from rcdesk.core.history import Query
from rcdesk.store.settings import SettingsStore
from tests.store.builders import opened

ROUNDS = 20


def killed_while_writing(folder: Path, first: int, acknowledged: int, looks: int) -> int:
    """Run the writer from `first` on; kill it in the middle of what comes next; return its last word."""
    command = [sys.executable, "-m", "tests.store.write_until_killed", str(folder), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout
        for _ in range(acknowledged):
            assert child.stdout.readline()
        wal = folder / "calls.db-wal"
        since = wal.stat().st_mtime_ns, wal.stat().st_size
        for _ in range(looks):  # let it get a random way into the next writes
            if (wal.stat().st_mtime_ns, wal.stat().st_size) != since:
                break
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read().split()
    return int(rest[-1]) if rest else first + acknowledged - 1


async def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path) -> None:
    dice = random.Random(9)
    folder = tmp_path / "profile"
    last = -1
    for _ in range(ROUNDS):
        last = killed_while_writing(folder, last + 1, dice.randrange(1, 4), dice.randrange(0, 400))
        with opened(folder / "calls.db") as store:
            assert await store._database.open() is None
            cursor = await store.cursor()
            (sound,) = await store._database.run(lambda it: it.execute("PRAGMA integrity_check").fetchone())
        assert sound == "ok"
        assert cursor in (f"t{last}", f"t{last + 1}")  # committed, and killed before it could say so
        geometry = json.loads((folder / "settings.json").read_bytes())["geometry"]
        assert geometry in (str(last) * 50, str(last + 1) * 50)
        assert SettingsStore(folder / "settings.json").notices == ()
    await _everything_is_there(folder, last)


async def _everything_is_there(folder: Path, last: int) -> None:
    with opened(folder / "calls.db") as store:
        sessions: dict[str, int] = {}
        after = None
        while True:
            page = await store.page(Query(), after)
            for record in page.records:
                sessions[record.session_id] = sessions.get(record.session_id, 0) + 1
            if (after := page.after) is None:
                break
    for nth in range(last + 1):
        assert sessions[str(nth)] == 3
        assert sessions[f"live-{nth}"] == 1
    with closing(sqlite3.connect(folder / "calls.db")) as connection:
        for table in ("names", "numbers"):
            connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
