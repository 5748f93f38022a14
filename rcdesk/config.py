"""Arguments and environment to one frozen Config: what this run is, and where its things live."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP = "rcdesk"
PUSH_CHOICES = ("auto", "websocket", "pubnub", "polling")
_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_SOCKET_PATH_LIMIT = 100  # bytes; the kernel takes 108 with the final NUL


class UsageError(Exception):
    """The command line cannot be carried out; the text says why, for the person who typed it."""


class RefusedError(Exception):
    """What was asked for cannot be done here and now; the text says why, and what helps."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where one profile keeps its things.

    Attributes:
        config, data, state: folders (settings; the database; logs), private to the user.
        socket, lock: the local socket and the lock that keeps it to one instance.
    """

    config: Path
    data: Path
    state: Path
    socket: Path
    lock: Path

    @property
    def settings(self) -> Path:
        return self.config / "settings.json"

    @property
    def database(self) -> Path:
        return self.data / "calls.db"

    @property
    def penalties(self) -> Path:
        return self.state / "penalties.json"

    @property
    def log(self) -> Path:
        return self.state / "rcdesk.log"


@dataclass(frozen=True, slots=True)
class OneRun:
    """A sign-in for this run only, given on the command line; nothing of it is stored."""

    server: str
    client_id: str
    client_secret: str
    jwt: str


@dataclass(frozen=True, slots=True)
class Config:
    """What this run of the program is.

    Attributes:
        profile: each has its own account, database, socket and keyring entries.
        ephemeral: nothing is written to disk or keyring (the demo, and sign-ins for one run).
        push: overrides the setting for this run, None leaves it to the setting.
        fill: what a link or `rcdesk tel:` puts into the dial pad, "" for nothing.
        tour: folder for the demo's screenshots, None for an ordinary run.
    """

    profile: str
    paths: Paths
    demo: bool = False
    one_run: OneRun | None = None
    push: str | None = None
    fill: str = ""
    tour: Path | None = None

    @property
    def ephemeral(self) -> bool:
        return self.demo or self.one_run is not None


def paths_for(profile: str) -> Paths:
    """Tell where `profile` keeps its things; raise UsageError for a name that is no file name."""
    if not _PROFILE.fullmatch(profile):
        raise UsageError(
            f"“{profile}” cannot be a profile’s name: use up to 40 letters, digits, dots, dashes or underscores."
        )
    with warnings.catch_warnings():  # no XDG_RUNTIME_DIR: the fallback is as private, and nobody's concern
        warnings.simplefilter("ignore")
        runtime = platformdirs.user_runtime_path(APP)
    socket = runtime / f"{profile}.sock"
    if len(str(socket).encode()) > _SOCKET_PATH_LIMIT:
        raise UsageError(f"The folder {runtime} is too long a name for a local socket; set XDG_RUNTIME_DIR.")
    return Paths(
        config=platformdirs.user_config_path(APP) / profile,
        data=platformdirs.user_data_path(APP) / profile,
        state=platformdirs.user_state_path(APP) / profile,
        socket=socket,
        lock=runtime / f"{profile}.lock",
    )


def secret_from_environment(environ: Mapping[str, str], name: str, option: str) -> str:
    """Read a secret from the environment, where no other user's `ps` shows it."""
    value = environ.get(name, "").strip()
    if not value:
        raise UsageError(f"{option} names the environment variable {name}, which is not set.")
    return value
