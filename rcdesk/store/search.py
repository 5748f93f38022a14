"""Search text to SQL: words are found at the beginning of words in names, digits anywhere in numbers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

TRIGRAM = 3  # digits; shorter ones the full text cannot find
LONGEST = 200  # characters of text that are looked at
MOST = 8  # words and numbers that are looked for
_NUMBER_LIKE = re.compile(r"[+\d()./*#-]*\d[+\d()./*#-]*")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text asks for; a call must match them all.

    Attributes:
        words: a name or queue has words that begin so.
        numbers: digits that the number contains, or with which a word of a name begins.
        empty: nothing was asked for, so everything is found.
    """

    words: tuple[str, ...]
    numbers: tuple[str, ...]
    empty: bool


def terms(text: str) -> Terms:
    """Read what was typed. Parts of one number, `650 555 01`, are taken together."""
    words: list[str] = []
    numbers: list[str] = []
    parts = unicodedata.normalize("NFKC", text[:LONGEST]).replace("\0", " ").split()
    after_number = False
    for part in parts:
        is_number = _NUMBER_LIKE.fullmatch(part) is not None
        if is_number:
            digits = "".join(str(unicodedata.digit(each)) for each in part if each.isdecimal())
            if after_number:
                numbers[-1] += digits
            else:
                numbers.append(digits)
        elif any(map(str.isalnum, part)):
            words.append(part)
        after_number = is_number
    return Terms(tuple(words[:MOST]), tuple(numbers[:MOST]), empty=not parts)


def places(asked: Terms, before: int) -> tuple[str, list[str | int]]:
    """Return SQL, and its parameters, that gives the places found below `before`, newest first.

    The sets are merged in order of place, so that the newest are found without looking at all.
    """
    sets: list[str] = []
    parameters: list[str | int] = []
    several = len(asked.numbers) + bool(asked.words) > 1
    if asked.words:
        sets.append("SELECT rowid AS place FROM names WHERE names MATCH ? AND rowid < ?")
        parameters += [" ".join(map(_begins, asked.words)), before]
    for digits in asked.numbers:
        sql, its_parameters = _number(digits, before)
        sets.append(f"SELECT place FROM ({sql})" if several else sql)  # noqa: S608  # only texts of this file
        parameters += its_parameters
    if not sets:
        return "SELECT place FROM calls WHERE 0", []
    return " INTERSECT ".join(sets) + " ORDER BY 1 DESC", parameters


def _number(digits: str, before: int) -> tuple[str, list[str | int]]:
    spellings = [digits]
    if digits.startswith("0") and len(digits.lstrip("0")) >= TRIGRAM:
        spellings.append(digits.lstrip("0"))  # a trunk prefix is not in E.164, nor is 00
    sets = ["SELECT rowid AS place FROM names WHERE names MATCH ? AND rowid < ?"]
    parameters: list[str | int] = [_begins(digits), before]
    for spelling in spellings:
        if len(spelling) >= TRIGRAM:
            sets.append("SELECT rowid AS place FROM numbers WHERE numbers MATCH ? AND rowid < ?")
            parameters += [f'"{spelling}"', before]
        else:
            sets.append("SELECT place FROM calls WHERE place < ? AND digits LIKE ?")
            parameters += [before, f"%{spelling}%"]
    return " UNION ".join(sets), parameters


def _begins(word: str) -> str:
    """Quote a word for FTS5, where nothing in quotes has a meaning but the quote."""
    return '"' + word.replace('"', '""') + '"*'
