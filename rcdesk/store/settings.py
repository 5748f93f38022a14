"""Typed settings, one small JSON file for each profile. No secrets: those are the vault's."""

from __future__ import annotations

import json
import logging
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from rcdesk.core.errors import Kind, Problem
from rcdesk.store import files
from rcdesk.store.worker import Worker

log = logging.getLogger(__name__)

NOT_SAVED = Problem(
    "Your settings were not saved.",
    "Make sure that the disk is not full and that you may write the settings folder.",
    Kind.LOCAL,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose, and where things were left. "" means: not chosen yet.

    Attributes:
        server, client_id: where one signed in last, and as which app.
        push: how events come; `auto` tries WebSocket, then PubNub, then polls.
        theme: `system` follows the desktop's light or dark.
        popups: a card for each ringing call. sound: and a sound while it rings.
        last_phone: the number that rang first in the last RingOut. last_caller_id: what they saw.
        dials_as: whose these two are (`Account.key`).
        prompt: the user presses 1 before the other side is rung.
        region: ISO country by which numbers are read, "" for the account's own.
        geometry: place and size of the window, as the window wrote it.
        endpoint_id: names this installation to the platform, made at the first sign-in.
    """

    server: str = ""
    client_id: str = ""
    push: Literal["auto", "websocket", "pubnub", "polling"] = "auto"
    theme: Literal["system", "light", "dark"] = "system"
    popups: bool = True
    sound: bool = False
    last_phone: str = ""
    last_caller_id: str = ""
    dials_as: str = ""
    prompt: bool = False
    region: str = ""
    geometry: str = ""
    endpoint_id: str = ""


class SettingsStore:
    """The settings of one profile, kept in a file that is always whole.

    Keys of other versions of rcdesk are kept. A value of the wrong kind counts as not set, and a damaged file
    is set aside under a new name; both are told in `notices`.

    Attributes:
        value: the settings as they are now.
        notices: what the user should be told of what was read.
    """

    def __init__(self, path: Path | None, clock: Callable[[], datetime] = files.local_now) -> None:
        """Read the settings at once: the first window needs them. `path`: None keeps nothing."""
        self.value = Settings()
        self.notices: tuple[Problem, ...] = ()
        self._path = path
        self._clock = clock
        self._foreign: dict[str, Any] = {}  # what another version wrote
        self._worker = Worker("settings")
        self._failure: Problem | None = None
        if path:
            self._read(path)

    def update(self, **changes: object) -> Settings:
        """Change some settings, at once for everyone who reads `value`; the file follows shortly.

        Raises:
            TypeError: a name or value that Settings does not have: a bug.
        """
        wrong = [name for name, value in changes.items() if not _fits(name, value)]
        if wrong:
            raise TypeError(f"no such settings: {', '.join(wrong)}")
        changed = replace(self.value, **changes)  # type: ignore[arg-type]  # _fits has looked at each
        if changed != self.value:
            self.value = changed
            if self._path:
                path, content = self._path, self._content()
                self._worker.start(lambda: self._write(path, content))
        return self.value

    async def saved(self) -> None:
        """Return when every change so far is on the disk.

        Raises:
            Problem: the last one is not; it is tried again with the next change. Cancelling is safe.
        """
        if failure := await self._worker.run(lambda: self._failure):
            raise failure

    def close(self) -> None:
        """Let the file follow the last change; give up waiting after two seconds."""
        if not self._worker.close():
            log.warning("the settings are still being written; left to itself")

    def _read(self, path: Path) -> None:
        try:
            content = files.read_whole(path)
            files.make_private_file(path)
        except FileNotFoundError:
            return
        except OSError as error:
            log.warning("the settings were not read: %s", type(error).__name__)
            self._path = None  # what could not be read must not be overwritten
            self.notices = (_not_read(path),)
            return
        try:
            stored = json.loads(content)
        except (ValueError, RecursionError):
            stored = None
        if isinstance(stored, dict):
            self._take(stored)
        else:
            self._set_aside(path)

    def _take(self, stored: Mapping[str, Any]) -> None:
        known = {field.name for field in fields(Settings)}
        self._foreign = {name: value for name, value in stored.items() if name not in known}
        ours = {name: value for name, value in stored.items() if name in known}
        good = {name: value for name, value in ours.items() if _readable(name, value)}
        self.value = Settings(**good)
        self.notices = tuple(_replaced(name) for name in ours if name not in good)

    def _set_aside(self, path: Path) -> None:
        try:
            aside = files.set_aside(path, self._clock())
        except OSError:
            self._path = None  # it stays where it is, and is not overwritten
            self.notices = (_not_read(path),)
            return
        self.notices = (
            Problem(
                "Your settings are damaged and could not be read.",
                f"The usual ones are used; the damaged file is kept as {aside}.",
                Kind.LOCAL,
            ),
        )

    def _content(self) -> bytes:
        text = json.dumps({**self._foreign, **asdict(self.value)}, ensure_ascii=False, indent=2)
        return (text + "\n").encode("utf-8", "surrogatepass")

    def _write(self, path: Path, content: bytes) -> None:
        try:
            files.write_whole(path, content)
        except OSError as error:
            log.warning("the settings were not saved: %s", error.strerror)
            self._failure = NOT_SAVED
        else:
            self._failure = None


def _fits(name: str, value: object) -> bool:
    """Whether `value` can be the setting `name`."""
    kind = _KINDS.get(name)
    if typing.get_origin(kind) is Literal:
        return value in typing.get_args(kind)
    return type(value) is kind


def _readable(name: str, value: object) -> bool:
    """Whether `value`, read from a file, can be the setting `name` and be used."""
    return _fits(name, value) and not (isinstance(value, str) and _LONE_HALF.search(value))


_LONE_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character: JSON can hold it, but no request, file or window can."""

_KINDS: dict[str, Any] = typing.get_type_hints(Settings)


def _replaced(name: str) -> Problem:
    return Problem(
        f"The setting “{name.replace('_', ' ')}” could not be read.",
        "The usual value is used; choose yours again in Settings.",
        Kind.LOCAL,
    )


def _not_read(path: Path) -> Problem:
    return Problem(
        "Your settings could not be read.",
        f"Make sure that you may read and write {path}; until then changes last for this run only.",
        Kind.LOCAL,
    )
