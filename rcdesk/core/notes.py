"""Notes on calls: what becomes of their texts where two of them meet."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 4000  # characters that one may write; notes that were joined can be longer


def joined(one: str, other: str) -> str:
    """Return both notes, one below the other; what stands in both already is not said twice."""
    if _has(one, other):
        return one
    if _has(other, one):
        return other
    return f"{one}\n{other}"


def edited(now: str, before: Sequence[str], after: str) -> str:
    """Return a note that is `now`, after the writer has made `after` of it.

    The writer had one of `before` in sight. Whatever else has come into the note since then stays.
    """
    if now in before:
        return after
    for text in before:
        if text and _has(now, text):
            rest = f"\n{now}\n".replace(f"\n{text}\n", f"\n{after}\n" if after else "\n", 1)
            return rest[1:-1]
    return joined(now, after)


def _has(note: str, part: str) -> bool:
    """Whether `part` is whole lines of `note`."""
    return not part or f"\n{part}\n" in f"\n{note}\n"
