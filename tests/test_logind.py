"""What logind says of sleep is heard, over a real bus; where there is none, nothing happens."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rcdesk import logind as door
from rcdesk import surroundings
from rcdesk.services.awake import Awake
from tests.helpers.system_bus import logind, system_bus
from tests.helpers.wait import until


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with system_bus(tmp_path) as made:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", made)
        yield made


@asynccontextmanager
async def listening(told: list[bool], caplog: pytest.LogCaptureFixture) -> AsyncIterator[asyncio.Task[None]]:
    """Listen until the test is over."""
    caplog.set_level(logging.INFO)
    task = asyncio.get_running_loop().create_task(door.listen(told.append))
    await until(lambda: task.done() or "logind tells of sleep" in caplog.text)
    yield task
    task.cancel()
    await asyncio.wait({task})


async def heard(address: str, caplog: pytest.LogCaptureFixture) -> list[bool]:
    told: list[bool] = []
    async with logind(address) as system, listening(told, caplog):
        await system.say_something_else()
        await system.say(sleeps=True)
        await system.say(sleeps=False)
        await until(lambda: len(told) == 2)
    return told


async def test_sleep_and_waking_are_heard(address: str, caplog: pytest.LogCaptureFixture) -> None:
    assert await heard(address, caplog) == [True, False]


@pytest.mark.qt_loop
async def test_they_are_heard_on_the_loop_of_the_program(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert await heard(address, caplog) == [True, False]


async def test_a_logind_that_is_replaced_is_heard(address: str, caplog: pytest.LogCaptureFixture) -> None:
    told: list[bool] = []
    async with logind(address) as before:
        listens = listening(told, caplog)
        await listens.__aenter__()
        await before.say(sleeps=True)
    async with logind(address) as after:
        await after.say(sleeps=False)
        await until(lambda: told == [True, False])
    await listens.__aexit__(None, None, None)


async def test_without_a_logind_on_the_bus_it_ends(address: str, caplog: pytest.LogCaptureFixture) -> None:
    async with listening([], caplog) as task:
        await task
    assert "no word from logind" in caplog.text


@pytest.mark.parametrize("place", ["unix:path=/nowhere/bus", "unix:path={junk}", "nonsense"])
async def test_without_a_bus_it_ends(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    junk = tmp_path / "junk"
    junk.write_text("no socket")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", place.format(junk=junk))
    async with listening([], caplog) as task:
        await task
    assert "no word from logind" in caplog.text


async def test_a_bus_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(door, "ANSWERS", 0.1)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'silent'}")
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent"))
        silent.listen()
        async with listening([], caplog) as task:
            await task
    assert "no word from logind: TimeoutError" in caplog.text


async def test_a_bus_that_closes_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[bool] = []
    with system_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        async with logind(address):
            listens = listening(told, caplog)
            task = await listens.__aenter__()
            assert not task.done()
    await task
    await listens.__aexit__(None, None, None)
    assert "the system bus is closed" in caplog.text


async def test_what_fails_in_the_listener_comes_through(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def fail(_sleeps: bool) -> None:
        raise ZeroDivisionError

    async with logind(address) as system:
        task = asyncio.get_running_loop().create_task(door.listen(fail))
        await until(lambda: "logind tells of sleep" in caplog.text)
        await system.say(sleeps=False)
        with pytest.raises(ZeroDivisionError):
            await task


async def test_the_program_is_told_of_the_sleep(address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    awake, told = Awake(lambda: 1000.0), list[float]()
    awake.woke.subscribe(told.append)
    awake.look()
    async with logind(address) as system:
        task = asyncio.get_running_loop().create_task(surroundings.hear_of_sleep(awake))
        await until(lambda: "logind tells of sleep" in caplog.text)
        await system.say(sleeps=True)
        await system.say(sleeps=False)
        await until(lambda: told)
        task.cancel()
        await asyncio.wait({task})
    assert told == [1000.0]


async def test_without_a_system_bus_nothing_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.delenv("DBUS_SYSTEM_BUS_ADDRESS", raising=False)
    monkeypatch.setattr(surroundings, "SYSTEM_BUS", tmp_path / "nothing")
    monkeypatch.setattr(surroundings.importlib, "import_module", lambda name: pytest.fail(name))
    await surroundings.hear_of_sleep(Awake(lambda: 1000.0))
    assert "no system bus" in caplog.text
