"""What a program costs while it runs: its processes, their memory and their time on a core. Linux only."""

from __future__ import annotations

from pathlib import Path

PROC = Path("/proc")


def tree(pid: int) -> list[int]:
    """List a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        children.setdefault(int(after_name[1]), []).append(int(stat.parent.name))
    found, at = [pid], 0
    while at < len(found):
        found += children.get(found[at], [])
        at += 1
    return found


def pss(pid: int) -> float:
    """Return the memory of the process tree in MB, where what is shared counts for each only its part."""
    return sum(_rollup(member, "Pss") for member in tree(pid)) / 1024


def own_memory(pid: int) -> float:
    """Return in MB what one process has written to and shares with nobody."""
    return _rollup(pid, "Private_Dirty") / 1024


def _rollup(pid: int, name: str) -> int:
    rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith(f"{name}:"))


def core_seconds(pid: int) -> float:
    """Return how long the process tree has had a core so far, in seconds, to the nanosecond."""
    threads = (thread for member in tree(pid) for thread in (PROC / str(member) / "task").glob("*/schedstat"))
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9
