"""A child process of the crash test: writes calls and settings, and says aloud what is kept."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from rcdesk.core.history import SyncBatch
from rcdesk.store.database import Database
from rcdesk.store.history import MIGRATIONS, HistoryStore
from rcdesk.store.settings import SettingsStore
from tests.store.builders import live
from tests.store.make_records import NOW, make_records


async def main(folder: Path, first: int) -> None:
    store = HistoryStore(Database(folder / "calls.db", MIGRATIONS))
    settings = SettingsStore(folder / "settings.json")
    for nth in range(first, first + 1_000_000):
        records = tuple(make_records(3, seed=nth, now=NOW - nth * 10_000))
        named = tuple(replace(it, record_id=f"{nth}-{it.record_id}", session_id=f"{nth}") for it in records)
        await store.merge(SyncBatch(named, f"t{nth}", full=False), NOW)
        await store.add_live(live(f"live-{nth}", ago=nth * 10_000 - 5000), NOW)
        settings.update(geometry=str(nth) * 50)
        await settings.saved()
        print(nth, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
