from __future__ import annotations

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from rcdesk import cli
from rcdesk.core.errors import Kind, Problem
from rcdesk.services import commands
from rcdesk.services.commands import LONGEST, BadRequest, CommandServer, number_of, text_of
from tests.helpers.wait import until


async def _echo(request: Mapping[str, Any]) -> dict[str, Any]:
    return {"said": text_of(request, "text"), "limit": number_of(request, "limit", 7)}


async def _refuse(_request: Mapping[str, Any]) -> dict[str, Any]:
    raise Problem("The call was not placed.", "Sign in first.", Kind.SIGN_IN)


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    server = CommandServer(tmp_path / "s.sock", {"echo": _echo, "refuse": _refuse})
    await server.open()
    yield tmp_path / "s.sock"
    await server.close()


async def ask(path: Path, request: Mapping[str, Any]) -> dict[str, Any] | None:
    return await asyncio.to_thread(cli.ask, path, request)


async def send(path: Path, line: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(line)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_command_is_answered_on_one_line(path: Path) -> None:
    assert await ask(path, {"command": "echo", "text": "hé"}) == {
        "ok": True,
        "result": {"said": "hé", "limit": 7},
    }


async def test_an_answer_too_long_for_one_go_is_taken_whole(tmp_path: Path) -> None:
    async def tell(_request: Mapping[str, Any]) -> dict[str, Any]:
        return {"said": "x" * 4_000_000}

    server = CommandServer(tmp_path / "s.sock", {"tell": tell})
    await server.open()
    answer = await ask(tmp_path / "s.sock", {"command": "tell"})
    await until(lambda: not server._talks)
    await server.close()
    assert answer
    assert len(answer["result"]["said"]) == 4_000_000


async def test_only_the_user_may_connect(path: Path) -> None:
    mode = (await asyncio.to_thread(path.stat)).st_mode
    assert stat.S_IMODE(mode) == 0o600


async def test_a_problem_is_told_in_its_words(path: Path) -> None:
    answer = await ask(path, {"command": "refuse"})
    assert answer == {"ok": False, "error": {"title": "The call was not placed.", "remedy": "Sign in first."}}


@pytest.mark.parametrize(
    "line",
    [b"nonsense\n", b"[]\n", b'{"command": 1}\n', b'{"command": "format"}\n', b"\xff\xfe\n", b'{"command":"echo","limit":0}\n',
     b'{"command":"echo","limit":true}\n', b'{"command":"echo","text":5}\n', b"[" * 60_000 + b"\n",
     b'{"command":"echo","limit":9223372036854775808}\n', b'{"limit":' + b"9" * 5000 + b"}\n"],
)  # fmt: skip
async def test_junk_is_refused_and_the_next_command_still_works(path: Path, line: bytes) -> None:
    assert json.loads(await send(path, line))["ok"] is False
    assert (await ask(path, {"command": "echo"}) or {})["ok"] is True


async def test_a_line_without_end_is_cut_off(path: Path) -> None:
    assert await send(path, b"x" * (LONGEST + 2)) == b""
    assert (await ask(path, {"command": "echo"}) or {})["ok"] is True


async def test_one_who_hangs_up_at_once_does_no_harm(path: Path) -> None:
    assert await send(path, b"") == b""
    assert (await ask(path, {"command": "echo"}) or {})["ok"] is True


async def test_nobody_there_is_none(tmp_path: Path) -> None:
    assert await ask(tmp_path / "s.sock", {"command": "echo"}) is None


async def test_a_dead_socket_is_taken_over_and_the_end_takes_it_away(tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    first = CommandServer(path, {"echo": _echo})
    await first.open()
    second = CommandServer(path, {"echo": _echo})
    await second.open()
    assert (await ask(path, {"command": "echo"}) or {})["ok"] is True
    await second.close()
    await first.close()
    assert not path.exists()
    assert await ask(path, {"command": "echo"}) is None


def test_missing_text_is_empty() -> None:
    assert text_of({}, "text") == ""
    with pytest.raises(BadRequest):
        number_of({"limit": "7"}, "limit", 1)


async def test_one_who_says_nothing_is_sent_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "PATIENCE", 0.05)
    reader, writer = await asyncio.open_unix_connection(path)
    assert await reader.read() == b""
    writer.close()


async def test_at_the_end_the_answers_under_way_go_out_and_who_says_nothing_is_let_go(tmp_path: Path) -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(_request: Mapping[str, Any]) -> dict[str, Any]:
        asked.set()
        await may_answer.wait()
        return {"said": "late"}

    server = CommandServer(tmp_path / "s.sock", {"slow": slow})
    await server.open()
    silent, silent_writer = await asyncio.open_unix_connection(tmp_path / "s.sock")
    reader, writer = await asyncio.open_unix_connection(tmp_path / "s.sock")
    writer.write(b'{"command": "slow"}\n')
    await asked.wait()
    asyncio.get_running_loop().call_soon(may_answer.set)
    await server.close()
    assert json.loads(await reader.read())["result"] == {"said": "late"}
    with suppress(ConnectionError):
        async with asyncio.timeout(2):
            assert await silent.read() == b""
    for each in (writer, silent_writer):
        each.close()


async def test_what_is_not_answered_when_the_program_ends_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "LAST_ANSWERS", 0.05)
    asked, given_up = asyncio.Event(), asyncio.Event()

    async def never(_request: Mapping[str, Any]) -> dict[str, Any]:
        asked.set()
        try:
            return await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            given_up.set()
            raise

    server = CommandServer(tmp_path / "s.sock", {"never": never})
    await server.open()
    asking = asyncio.get_running_loop().create_task(ask(tmp_path / "s.sock", {"command": "never"}))
    await asked.wait()
    await server.close()
    assert given_up.is_set()
    assert await asking is None


async def test_a_server_that_was_never_opened_closes(tmp_path: Path) -> None:
    await CommandServer(tmp_path / "s.sock", {}).close()


async def test_of_too_many_that_say_nothing_the_first_are_sent_away_and_commands_are_heard(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "AT_ONCE", 3)
    silent = [await asyncio.open_unix_connection(path) for _ in range(5)]
    assert (await ask(path, {"command": "echo"}) or {})["ok"] is True
    gone = [reader for reader, _ in silent[:3]]
    assert [await reader.read() for reader in gone] == [b""] * 3
    silent[-1][1].write(b'{"command": "echo"}\n')
    assert json.loads(await silent[-1][0].readline())["ok"] is True
    for _, writer in silent:
        writer.close()


async def test_while_all_are_being_answered_another_one_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "AT_ONCE", 1)
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(_request: Mapping[str, Any]) -> dict[str, Any]:
        asked.set()
        await may_answer.wait()
        return {}

    server = CommandServer(tmp_path / "s.sock", {"slow": slow})
    await server.open()
    first = asyncio.get_running_loop().create_task(ask(tmp_path / "s.sock", {"command": "slow"}))
    await asked.wait()
    assert await ask(tmp_path / "s.sock", {"command": "slow"}) == commands.BUSY
    may_answer.set()
    assert await first == {"ok": True, "result": {}}
    await server.close()


@pytest.fixture
async def endless(tmp_path: Path) -> AsyncIterator[CommandServer]:
    """A server of which an answer is longer than any buffer between it and one who does not read."""

    async def long(_request: Mapping[str, Any]) -> dict[str, Any]:
        return {"said": "x" * 20_000_000}

    server = CommandServer(tmp_path / "s.sock", {"long": long})
    await server.open()
    yield server
    await server.close()


async def test_one_who_does_not_take_the_answer_is_let_go(
    endless: CommandServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "PATIENCE", 0.05)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "s.sock"))
        client.sendall(b'{"command": "long"}\n')
        await until(lambda: endless._talks)
        await until(lambda: not endless._talks)


async def test_at_the_end_one_who_does_not_take_the_answer_is_not_waited_for(
    endless: CommandServer, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "s.sock"))
        client.sendall(b'{"command": "long"}\n')
        await until(lambda: endless._talks)
        await endless.close()
        assert not endless._talks
