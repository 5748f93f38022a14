"""rcdesk where the keyring is absent, locked, or hangs: it starts all the same, and says what is the matter."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from rcdesk.store.vault import LOCKED, SILENT, UNREAD
from tests.helpers.process import Home, Rcdesk
from tests.helpers.wait import wait_until

HERE = __name__  # the keyring library is told its backends by their names
UNLOCKED = "TEST_KEYRING_UNLOCKED"


class Locked(KeyringBackend):
    """A keyring whose prompt the user has sent away."""

    priority = 5  # type: ignore[assignment]

    def get_password(self, _service: str, _username: str) -> str | None:
        raise KeyringLocked("Prompt dismissed")

    def set_password(self, service: str, username: str, _password: str) -> None:
        self.get_password(service, username)


class Hanging(KeyringBackend):
    """An empty keyring that answers only once a certain file is there."""

    priority = 5  # type: ignore[assignment]

    def get_password(self, _service: str, _username: str) -> str | None:
        look = threading.Event()
        while not Path(os.environ[UNLOCKED]).exists():
            look.wait(0.05)
        return None

    def set_password(self, service: str, username: str, _password: str) -> None:
        self.get_password(service, username)


@contextmanager
def started(home: Path, backend: str) -> Iterator[Rcdesk]:
    """Start it for somebody who had signed in before; give it once its window is painted and it answers."""
    program = Rcdesk(Home(home))
    settings = Path(program.home.environ()["XDG_CONFIG_HOME"]) / "rcdesk" / "default" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"server": "https://platform.example.com", "client_id": "app"}))
    trace = home / "trace"
    with program.start(
        QT_QPA_PLATFORM="offscreen", PYTHON_KEYRING_BACKEND=backend, RCDESK_TRACE=str(trace),
        **{UNLOCKED: str(home / "unlocked")},
    ) as running:  # fmt: skip
        wait_until(lambda: program.say("status")[0] == 0, within=20, why=running.stderr)
        assert "painted" in trace.read_text()
        yield program
        assert program.say("quit")[0] == 0
        assert running.wait() == 0


def problem(program: Rcdesk) -> str:
    told = program.ask("status")["session_problem"]
    return str(told["title"]) if told else ""


def signed_out(program: Rcdesk) -> bool:
    return bool(program.ask("status")["session"] == "signed_out")


def test_absent_nobody_is_bothered(tmp_path: Path) -> None:
    with started(tmp_path / "home", "keyring.backends.fail.Keyring") as program:
        wait_until(lambda: signed_out(program), within=20)
        assert problem(program) == ""


@pytest.mark.parametrize(("backend", "notice"), [(Locked, LOCKED), (Hanging, SILENT)])
def test_locked_or_hanging_it_says_so(tmp_path: Path, backend: type[KeyringBackend], notice: str) -> None:
    with started(tmp_path / "home", f"{HERE}.{backend.__name__}") as program:
        wait_until(lambda: problem(program) == UNREAD[notice], within=20)
        (tmp_path / "home" / "unlocked").touch()
        if notice is SILENT:
            wait_until(lambda: problem(program) == "", within=20, why="it does not notice the answer")
        assert signed_out(program)
