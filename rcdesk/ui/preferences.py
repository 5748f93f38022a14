"""What the forms ask of the place where choices are kept. The ui may not know the store, so this is all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Place:
    """A folder or file in which something is kept. `path` "" says that nothing is."""

    what: str
    path: str


class Chosen(Protocol):
    """What was chosen so far; `store.settings` tells what each means."""

    @property
    def theme(self) -> str: ...
    @property
    def popups(self) -> bool: ...
    @property
    def sound(self) -> bool: ...
    @property
    def push(self) -> str: ...
    @property
    def geometry(self) -> str: ...
    @property
    def last_phone(self) -> str: ...
    @property
    def last_caller_id(self) -> str: ...
    @property
    def prompt(self) -> bool: ...


class Preferences(Protocol):
    """Where choices are kept: a change holds at once for everyone who reads `value`."""

    @property
    def value(self) -> Chosen: ...
    def update(self, **changes: object) -> object: ...
