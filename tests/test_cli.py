"""What the command line tells of an instance that does not behave, and of what is too much for one."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rcdesk import cli
from rcdesk.__main__ import main
from rcdesk.config import paths_for
from rcdesk.core.errors import Kind, Problem
from rcdesk.services import commands
from tests.helpers.process import RCDESK


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


@pytest.mark.usefixtures("hung")
def test_an_instance_that_hears_nobody_any_more_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    path, waiting = str(paths_for("default").socket), []
    while True:
        waiting.append(socket.socket(socket.AF_UNIX))
        waiting[-1].setblocking(False)
        try:
            waiting[-1].connect(path)
        except BlockingIOError:
            break
    assert main(["calls"]) == cli.FAILED
    assert "did not answer" in capsys.readouterr().err
    for each in waiting:
        each.close()


@pytest.mark.parametrize(
    "told",
    [
        b"hello\n",
        b"[]\n",
        b"{}\n",
        b'{"ok": true}\n',
        b'{"ok": false, "error": 5}\n',
        b"[" * 100_000,
        b"\xff\n",
    ],
)
def test_an_answer_that_is_none_of_ours_is_told(told: bytes) -> None:
    answer = cli._answer_in(told)
    assert answer["ok"] is False
    assert "not understood" in answer["error"]["title"]


def test_a_socket_that_one_may_not_use_is_told(tmp_path: Path) -> None:
    answer = cli.ask(tmp_path / ("x" * 200), {"command": "status"})
    assert answer is not None
    assert answer["error"]["remedy"].endswith("x: AF_UNIX path too long.")


def test_what_is_too_long_to_say_is_told_and_not_taken_for_a_program_that_is_not_running(
    tmp_path: Path,
) -> None:
    answer = cli.ask(tmp_path / "s.sock", {"command": "dial", "number": "1" * cli.LONGEST})
    assert answer
    assert not answer["ok"]
    assert cli.LONGEST < commands.LONGEST


class Spoken:
    """An instance that answers as it is told to, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    async def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append(dict(request))
        if request.get("number") == "nonsense":
            raise Problem("The number was not dialled.", "It has no digits.", Kind.BAD_REQUEST)
        return (
            {"said": "Done.", "calls": []}
            if request["command"] in ("calls", "history")
            else {"said": "Done."}
        )


@pytest.fixture
async def running(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Spoken]:
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        path = paths_for("work").socket
        await asyncio.to_thread(path.parent.mkdir, parents=True)
        spoken = Spoken()
        server = commands.CommandServer(
            path,
            dict.fromkeys(("dial", "cancel", "quit", "raise", "calls", "history", "note"), spoken.answer),
        )
        await server.open()
        yield spoken
        await server.close()


async def say(*argv: str) -> int:
    return await asyncio.to_thread(main, [*argv, "--profile", "work"])


async def test_a_command_is_said_and_its_answer_printed(
    running: Spoken, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await say("dial", "+16505550180", "--yes") == cli.OK
    asked = {"command": "dial", "number": "+16505550180", "yes": True, "activation": ""}
    assert running.asked == [asked]
    assert capsys.readouterr().out == "Done.\n"
    assert await say("cancel", "--json") == cli.OK
    assert json.loads(capsys.readouterr().out) == {"said": "Done."}


async def test_only_for_a_person_calls_are_told_as_the_window_writes_them(running: Spoken) -> None:
    assert await say("calls", "--json") == cli.OK
    assert await say("history", "--limit", "5") == cli.OK
    assert [request.get("shown") for request in running.asked] == [None, True]


async def test_a_note_is_told_with_the_id_of_its_call(running: Spoken) -> None:
    assert await say("note", "12", "Call back – “Tuesday”") == cli.OK
    assert await say("note", "12", "") == cli.OK
    asked = [{"command": "note", "id": 12, "text": text} for text in ("Call back – “Tuesday”", "")]
    assert running.asked == asked


@pytest.mark.parametrize("wrong", ["x", "-1", "1.5", "²"])
def test_what_is_no_id_is_told_in_words(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["note", "--", wrong, "text"])
    assert "the id that `rcdesk history --json` tells is wanted" in capsys.readouterr().err


async def test_a_refusal_is_told_on_stderr_or_as_json(
    running: Spoken, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await say("dial", "nonsense") == cli.FAILED
    assert capsys.readouterr().err == "The number was not dialled. It has no digits.\n"
    assert await say("dial", "nonsense", "--json") == cli.FAILED
    assert json.loads(capsys.readouterr().out)["error"]["title"] == "The number was not dialled."


async def test_a_second_start_raises_the_first_with_the_link_and_the_desktops_token(
    running: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "token")
    assert await say("tel:+16505550180") == cli.OK
    assert running.asked == [{"command": "raise", "fill": "tel:+16505550180", "activation": "token"}]


async def test_a_number_for_the_dial_pad_comes_with_the_desktops_token(
    running: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKTOP_STARTUP_ID", "token_TIME5")
    assert await say("dial", "118") == cli.OK
    assert running.asked[0]["activation"] == "token_TIME5"


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what the desktop gave to whoever runs the tests."""
    for name in ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("running")
def test_without_an_instance_of_that_profile_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quit", "--profile", "other"]) == cli.NOT_RUNNING
    told = "rcdesk is not running with the profile “other”. Start it with: rcdesk --profile other\n"
    assert capsys.readouterr().err == told
    assert main(["quit", "--profile", "other", "--json"]) == cli.NOT_RUNNING
    assert json.loads(capsys.readouterr().out)["running"] is False


@pytest.mark.parametrize("argv", [["history", "--limit", "0"], ["dial"]])
def test_what_is_not_understood_ends_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == cli.USAGE
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("limit", ["0", "x", "100001"])
def test_a_wrong_limit_is_told_in_words(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["history", "--limit", limit])
    assert "--limit: a number from 1 to 100000 is wanted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "told", "help_of"),
    [
        (["--foo"], "--foo", "rcdesk"),
        (["tel:+16505550100", "--foo"], "--foo", "rcdesk"),
        (["status", "--foo"], "--foo", "rcdesk status"),
        (["calls", "more"], "more", "rcdesk calls"),
    ],
)
def test_one_word_that_is_not_understood_is_named_with_where_to_look(
    argv: list[str], told: str, help_of: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == cli.USAGE
    said = f"rcdesk: “{told}” is not understood. `{help_of} --help` tells what is.\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("option", ["--profile=other", "--json", "--limit=5"])
@pytest.mark.parametrize("command", [*cli.COMMANDS, "sign-in", "sandbox"])
def test_a_command_after_its_options_is_told_where_it_belongs(
    command: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([option, command]) == cli.USAGE
    assert f"A command comes first, its options after it: rcdesk {command}" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--help"])
    assert f"\n  {command} " in capsys.readouterr().out


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in for an instance that answers one command, with letters that not every terminal knows."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as ear:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        path = paths_for("default").socket
        path.parent.mkdir(parents=True, exist_ok=True)
        ear.bind(str(path))
        ear.listen()

        def answer() -> None:
            client, _ = ear.accept()
            with client:
                client.recv(1000)
                client.sendall('{"ok": true, "result": {"said": "Zoë ☎"}}\n'.encode())

        thread = threading.Thread(target=answer)
        thread.start()
        yield
        thread.join()


@pytest.mark.usefixtures("answering")
def test_a_terminal_that_lacks_letters_is_told_the_rest() -> None:
    environ = os.environ | {"PYTHONIOENCODING": "ascii"}
    told = subprocess.run((*RCDESK, "cancel"), env=environ, capture_output=True, timeout=20, check=True)
    assert (told.stdout, told.stderr) == (b"Zo? ?\n", b"")


@pytest.mark.usefixtures("answering")
def test_a_reader_that_has_enough_gets_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    told = subprocess.run(
        (*RCDESK, "cancel"), stdout=writing, stderr=subprocess.PIPE, timeout=20, check=False
    )
    os.close(writing)
    assert (told.returncode, told.stderr) == (cli.FAILED, b"")


def test_a_fault_that_nobody_catches_is_told_without_the_number() -> None:
    fault = (
        "from rcdesk import __main__, cli\n"
        "def fail(argv): raise ValueError('no call from +16505550100')\n"
        "cli.run_command = fail\n"
        "__main__.main()"
    )
    told = subprocess.run(
        (sys.executable, "-c", fault, "status"), capture_output=True, text=True, timeout=20, check=False
    )
    assert told.returncode == 1
    assert "ValueError: no call from …00" in told.stderr
    assert "650555" not in told.stderr


@pytest.mark.parametrize(
    "argv",
    [
        ["sandbox", "--foo"],
        ["sandbox", "--help"],
        ["sign-in", "--foo"],
        ["sign-in", "--server", "https://x", "--client-id", "x", "--username", "1"],
        ["status", "--foo"],
        ["--foo"],
    ],
)
def test_a_slip_in_the_options_is_told_before_anything_heavy_is_loaded(argv: list[str]) -> None:
    look = (
        "import sys\nfrom rcdesk.__main__ import main\n"
        "try: code = main(sys.argv[1:])\nexcept SystemExit as ended: code = ended.code\n"
        "heavy = {'starlette', 'uvicorn', 'httpx', 'websockets', 'PySide6', 'Cryptodome'}\n"
        "sys.exit(f'{code} {heavy & set(sys.modules)}')"
    )
    told = subprocess.run(
        (sys.executable, "-c", look, *argv), capture_output=True, text=True, timeout=20, check=False
    )
    assert told.stderr.splitlines()[-1] == f"{0 if '--help' in argv else cli.USAGE} set()"
