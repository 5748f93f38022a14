"""Looks through what a program left behind for what no log may hold: a secret, or a full phone number."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import phonenumbers

from tests.helpers.process import Sandbox

NUMBERS_ARE_KEPT_IN = ("calls.db*", "*settings.json*", "stdout.txt")
"""The user's calls and phones, and the answer to a command that asks for them: what these are there for."""
SHORTEST = 7  # digits of a number; shorter ones are extensions
PIECE = 16  # characters of a secret that betray it; a log may cut what it writes
SEPARATORS = re.compile(r"(?<=\d)(?:[\s().\-/\u00a0\u2010-\u2015]|%[0-9A-Fa-f]{2}){1,4}(?=\d)")


def leaks(platform: Sandbox, folder: Path) -> list[str]:
    """Return where something of `platform` leaked into the files of `folder`: file, line and kind, not what."""
    return find(platform.private() | _of_app(platform.info), folder)


def find(private: Mapping[str, Sequence[str]], folder: Path) -> list[str]:
    """Do the same for what `private` names by kind; those of the kind `number` are phone numbers."""
    secrets = {kind: list(_spellings(values)) for kind, values in private.items() if kind != "number"}
    numbers = {national for number in private.get("number", ()) if (national := _national(number))}
    return [
        f"{path.relative_to(folder)}:{place}: a {kind}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for place, kind in _found(path, secrets, numbers)
    ]


def _found(path: Path, secrets: Mapping[str, list[str]], numbers: set[str]) -> Iterator[tuple[int, str]]:
    numbers_are_kept = any(path.match(name) for name in NUMBERS_ARE_KEPT_IN)
    for place, line in enumerate(path.read_bytes().decode(errors="replace").split("\n"), start=1):
        for kind, spellings in secrets.items():
            if any(spelling in line for spelling in spellings):
                yield place, kind
        if not numbers_are_kept:
            digits = SEPARATORS.sub("", line)
            if any(number in digits for number in numbers):
                yield place, "number"


def _spellings(secrets: Sequence[str]) -> Iterator[str]:
    """Each secret's beginning, end, and middle of a JWT, as they are and as in an address."""
    for secret in secrets:
        for part in secret.split("."):
            for piece in {part[:PIECE], part[-PIECE:]}:
                yield from {piece, quote(piece, safe="")}


def _of_app(info: Mapping[str, str]) -> dict[str, list[str]]:
    pair = f"{info['client_id']}:{info['client_secret']}".encode()
    return {"Basic credential": [base64.b64encode(pair).decode()]}


def _national(number: str) -> str:
    """The digits that every spelling of `number` has, "" for an extension."""
    digits = re.sub(r"\D", "", number)
    if len(digits) < SHORTEST:
        return ""
    try:
        return str(phonenumbers.parse(f"+{digits}").national_number)
    except phonenumbers.NumberParseException:
        return digits
