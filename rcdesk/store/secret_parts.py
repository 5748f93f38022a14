"""Secrets cut into parts that every keyring takes.

Windows keeps at most 2,560 bytes of UTF-16 an entry, 1,280 characters; tokens can be longer. Each part begins
with a header, `2/3 4f1a09c2:`, its number, how many there are, and a mark of the whole secret. The parts of a new
secret lie beside those of the old one until its first part takes the place of the old first: whenever a crash comes,
one of the two is whole.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

Get = Callable[[str], str | None]
"""Gives the content of an entry by its name, None if there is none."""

PART = 1200  # characters, and some 20 more of header

_HEADER = re.compile(r"([1-9]\d{0,2})/([1-9]\d{0,2}) ([0-9a-f]{8}):")


def entry_names(name: str, number: int) -> tuple[str, ...]:
    """Name the entries in which a part may lie; the first part has the secret's own name."""
    return (name,) if number == 1 else (f"{name}.{number}", f"{name}.{number}b")


def split(value: str) -> list[str]:
    """Cut a secret into parts with headers; the empty one is one part as well."""
    chunks = [value[start : start + PART] for start in range(0, len(value), PART)] or [""]
    import hashlib  # when there is something to keep: no start needs it

    mark = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return [f"{number}/{len(chunks)} {mark}:{chunk}" for number, chunk in enumerate(chunks, start=1)]


def part_count(first: str | None) -> int:
    """Tell from the first part how many there are; 0 if it is none."""
    header = _HEADER.match(first or "")
    return int(header[2]) if header else 0


def read(name: str, get: Get) -> str | None:
    """Put a secret together; None if there is none, or a part is missing or of another secret."""
    first = get(name)
    parts = [first]
    for number in range(2, part_count(first) + 1):
        beside = map(get, entry_names(name, number))
        parts.append(next((part for part in beside if _mark(part) == _mark(first)), None))
    value = "".join((part or "").partition(":")[2] for part in parts)
    return value if part_count(first) and split(value) == parts else None


def write(
    name: str, value: str, get: Get, put: Callable[[str, str], None], drop: Callable[[str], None]
) -> None:
    """Put a secret in the place of the one there is. Stopped anywhere, the one or the other is there."""
    first, *rest = split(value)
    kept = _mark(get(name))
    for number, part in enumerate(rest, start=2):
        beside = {entry: get(entry) for entry in entry_names(name, number)}
        if part not in beside.values():
            free = (entry for entry, old in beside.items() if not kept or _mark(old) != kept)
            put(next(free, f"{name}.{number}"), part)
    put(name, first)
    _tidy(name, _mark(first), get, drop)


def delete(name: str, get: Get, drop: Callable[[str], None]) -> None:
    """Take a secret away, if there is one."""
    _tidy(name, None, get, drop)
    if get(name) is not None:  # to drop what is not there is an error
        drop(name)


def _tidy(name: str, mark: str | None, get: Get, drop: Callable[[str], None]) -> None:
    """Take away the parts, but for the first, of every secret but that of `mark`, also what a crash has left: the
    highest first, so that a crash leaves none beyond a gap."""
    found: list[str] = []
    for number in itertools.count(2):
        there = [entry for entry in entry_names(name, number) if get(entry) is not None]
        if not there:
            break
        found += there
    for entry in reversed(found):
        if mark is None or _mark(get(entry)) != mark:
            drop(entry)


def _mark(part: str | None) -> str:
    header = _HEADER.match(part or "")
    return header[3] if header else ""
