"""Search terms to SQL: words by the full text of names, digits by that of numbers."""

from __future__ import annotations

from rcdesk.core.history import Terms

TRIGRAM = 3  # digits; fewer the full text cannot find

_NAMES = "SELECT rowid AS place FROM names WHERE names MATCH ? AND rowid < ?"
_NUMBERS = "SELECT rowid AS place FROM numbers WHERE numbers MATCH ? AND rowid < ?"
_FEW_DIGITS = "SELECT place FROM calls WHERE digits LIKE ? AND place < ?"


def places(terms: Terms, before: int) -> tuple[str, list[str | int]]:
    """Return SQL, and its parameters, that gives the places of what is asked for below `before`, newest first.

    There must be a term. Sets are merged in the order of places, so the newest are found without a look at
    all the others.
    """
    sets: list[str] = []
    parameters: list[str | int] = []
    if terms.words:
        sets.append(_NAMES)
        parameters += [" ".join(map(_begins, terms.words)), before]
    if terms.numbers:
        choices = [_NUMBERS if len(number) >= TRIGRAM else _FEW_DIGITS for number in terms.numbers]
        either = " UNION ".join(choices)
        sets.append(f"SELECT place FROM ({either})" if sets and len(choices) > 1 else either)  # noqa: S608
        for number in terms.numbers:
            parameters += [f'"{number}"' if len(number) >= TRIGRAM else f"%{number}%", before]
    return " INTERSECT ".join(sets) + " ORDER BY 1 DESC", parameters


def _begins(word: str) -> str:
    """Quote a word for FTS5; in quotes only a quote means anything, and NUL would end the text."""
    return '"' + word.replace('"', '""').replace("\0", "") + '"*'
