"""Search terms to SQL: words by the full text of names, digits by that of numbers."""

from __future__ import annotations

from collections.abc import Sequence

from rcdesk.core.history import Terms

TRIGRAM = 3  # digits; fewer the full text cannot find

_BY_NUMBER = (
    "numbers CROSS JOIN calls ON calls.place = numbers.rowid WHERE numbers MATCH ? AND numbers.rowid < ?"
)
_BY_NAME = "names CROSS JOIN calls ON calls.place = names.rowid WHERE names MATCH ? AND names.rowid < ?"
_IN_ORDER = "calls WHERE calls.place < ?"


def matching(terms: Terms, before: int) -> tuple[str, list[object], str]:
    """Return SQL for what is asked for below the place `before`: after FROM, its values, and what to sort by.

    One index leads, in the order of places; what else is asked for is looked up in each row that it finds.
    Digits lead if there are enough of them, as they are rarer than names.
    """
    number = _shortest(terms.numbers)
    words = [f" {word}" for word in terms.words]
    if len(number) >= TRIGRAM:
        found, values, order = _BY_NUMBER, [f'"{number}"', before], "numbers.rowid"
        number = ""
    elif words:
        found, values, order = _BY_NAME, [" ".join(map(_begins, terms.words)), before], "names.rowid"
        words = []
    else:
        found, values, order = _IN_ORDER, [before], "calls.place"
    for column, parts in (("digits", [number] if number else []), ("folded", words)):
        found += f" AND instr(calls.{column}, ?)" * len(parts)
        values += parts
    return found, values, order


def _shortest(numbers: Sequence[str]) -> str:
    """The spelling without its zeros: it is a part of the others, so what has one of them has this one."""
    return min(numbers, key=len, default="")


def _begins(word: str) -> str:
    """Quote a word for FTS5; in quotes only a quote means anything, and NUL would end the text."""
    return '"' + word.replace('"', '""').replace("\0", "") + '"*'
