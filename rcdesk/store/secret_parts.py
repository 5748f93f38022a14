"""Secrets cut into parts that every keyring takes.

Windows keeps at most 2,560 bytes of UTF-16 an entry, 1,280 characters; tokens can be longer. Each part begins
with a header, `2/3 4f1a09c2:`, its number, how many there are, and a mark of the whole secret: parts that a
crash left behind from an older secret are told by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

PART = 1200  # characters, and some 20 more of header

_HEADER = re.compile(r"([1-9]\d{0,2})/([1-9]\d{0,2}) ([0-9a-f]{8}):")


def entry_name(name: str, number: int) -> str:
    """Name the entry of a part; the first has the secret's own name."""
    return name if number == 1 else f"{name}.{number}"


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


def join(name: str, read: Callable[[str], str | None]) -> str | None:
    """Put a secret together; None if there is none, or a part is missing or of another secret.

    `read` gives the content of an entry by its name, None if there is none.
    """
    first = read(name)
    count = part_count(first)
    rest = [read(entry_name(name, number)) for number in range(2, count + 1)]
    parts = [first, *rest]
    value = "".join((part or "").partition(":")[2] for part in parts)
    return value if count and split(value) == parts else None
