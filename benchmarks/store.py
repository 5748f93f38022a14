"""How long the history takes, over generated calls: `python -m benchmarks.store [ROWS …]`.

Prints a table in milliseconds: the median and the 99th of 100 goes, as the loop sees them, so with the way to
the database's thread and back. Aims at 1,000,000 rows: newest page below 1 ms, any search below 10 ms.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path

from rcdesk.core.history import Filter, Query, SyncBatch
from rcdesk.store.database import Database
from rcdesk.store.history import MIGRATIONS, HistoryStore
from tests.store.make_records import NOW, make_records

ROWS = (10_000, 100_000, 1_000_000)
BATCH = 1_000
GOES = 100

Measured = dict[str, str]


async def measure(rows: int, folder: Path) -> Measured:
    """Fill a store with `rows` calls and return what each kind of question costs."""
    path = folder / "calls.db"
    database = Database(path, MIGRATIONS)
    store = HistoryStore(database)
    began = time.perf_counter()
    await fill(store, rows)
    filled = time.perf_counter() - began
    middle = (await store.page(Query(), (NOW - rows * 150, 0), 1)).after
    some = (await store.page(Query(), middle, 1)).records[0]
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "newest page of 100": lambda: store.page(Query()),
        "newest page of 20": lambda: store.page(Query(), None, 20),
        "page in the middle": lambda: store.page(Query(), middle),
        "missed only": lambda: store.page(Query(Filter.MISSED)),
        "common name, “anna”": lambda: store.page(Query(text="anna")),
        "one letter, “j”": lambda: store.page(Query(text="j")),
        "full name, “jurgen garcia”": lambda: store.page(Query(text="jurgen garcia")),
        "nobody, “annabel x”": lambda: store.page(Query(text="annabel x")),
        "7 digits of a number": lambda: store.page(Query(text=some.number[-7:])),
        "3 digits, “555”": lambda: store.page(Query(text="555")),
        "2 digits, “55”": lambda: store.page(Query(text="55")),
        "name and digits, “anna 55”": lambda: store.page(Query(text="anna 55")),
        "name and rare digits": lambda: store.page(Query(text=f"j {some.number[-7:]}")),
        "missed and a name": lambda: store.page(Query(Filter.MISSED, "lena")),
        "missed, not seen": store.missed_unseen,
        "merge of one new record": one_more(store),
    }
    measured = {name: await cost(question) for name, question in asked.items()}
    database.close()
    size = path.stat().st_size / 2**20
    return {
        "filling, s (rows a second)": f"{filled:.1f} ({rows / filled:,.0f})",
        "file, MiB": f"{size:.0f}",
    } | measured


async def fill(store: HistoryStore, rows: int) -> None:
    records = make_records(rows)
    while batch := tuple(itertools.islice(records, BATCH)):
        await store.merge(SyncBatch(batch, "token", full=False), NOW)


def one_more(store: HistoryStore) -> Callable[[], Awaitable[None]]:
    """Return a question that merges a record nobody has seen yet."""
    seeds = itertools.count(1)

    def ask() -> Awaitable[None]:
        seed = next(seeds)
        (record,) = make_records(1, seed, NOW + seed * 700)
        return store.merge(SyncBatch((replace(record, record_id=f"new-{seed}"),), "token", full=False), NOW)

    return ask


async def cost(question: Callable[[], Awaitable[object]]) -> str:
    """Return the median and the 99th of a hundred goes, the first of them left out."""
    await question()
    goes = []
    for _ in range(GOES):
        began = time.perf_counter()
        await question()
        goes.append((time.perf_counter() - began) * 1000)
    return f"{statistics.median(goes):.2f} / {sorted(goes)[GOES - 2]:.2f}"


def show(columns: dict[int, Measured]) -> str:
    """Return a table, one column for each number of rows."""
    lines = [["ms: median / 99th of 100", *(f"{rows:,} rows" for rows in columns)]]
    names = next(iter(columns.values()))
    lines += [[name, *(measured[name] for measured in columns.values())] for name in names]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


async def main(sizes: Iterable[int]) -> None:
    columns: dict[int, Measured] = {}
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            columns[rows] = await measure(rows, Path(folder))
    print(show(columns))


if __name__ == "__main__":
    asyncio.run(main(map(int, sys.argv[1:]) if len(sys.argv) > 1 else ROWS))
