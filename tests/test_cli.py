"""What the command line tells of an instance that does not behave, and of what is too much for one."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rcdesk import cli
from rcdesk.__main__ import main
from rcdesk.config import paths_for
from rcdesk.services import commands


@pytest.fixture
def hung(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in for an instance that hangs: it is connected to, but says nothing."""
    monkeypatch.setattr(cli, "ANSWER_WITHIN", 0.05)
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as ear:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        path = paths_for("default").socket
        path.parent.mkdir(parents=True, exist_ok=True)
        ear.bind(str(path))
        ear.listen()
        yield


@pytest.mark.usefixtures("hung")
@pytest.mark.parametrize("argv", [[], ["tel:+16505550100"], ["status"]])
def test_an_instance_that_hangs_is_told_and_is_no_success(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == cli.FAILED
    assert "did not answer" in capsys.readouterr().err


def test_what_is_too_long_to_say_is_told_and_not_taken_for_a_program_that_is_not_running(
    tmp_path: Path,
) -> None:
    answer = cli.ask(tmp_path / "s.sock", {"command": "dial", "number": "1" * cli.LONGEST})
    assert answer
    assert not answer["ok"]
    assert cli.LONGEST < commands.LONGEST
