"""A system bus of a test's own, and a logind on it that says that the computer sleeps when the test says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from dbus_fast import Message, MessageType, RequestNameReply
from dbus_fast.aio import MessageBus

from tests.helpers.process import Home, Program, running

NAME, PATH, MANAGER = "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
"""


@contextmanager
def system_bus(folder: Path) -> Iterator[str]:
    """Run a bus and give its address, for DBUS_SYSTEM_BUS_ADDRESS."""
    config = folder / "bus.conf"
    folder.mkdir(parents=True, exist_ok=True)
    config.write_text(CONFIG.format(socket=folder / "bus"))
    command = ("dbus-daemon", "--nofork", "--nopidfile", "--print-address=1", f"--config-file={config}")
    with running(Program(command, folder / "daemon", Home(folder / "home").environ())) as daemon:
        yield daemon.first_line()


class Logind:
    """What of systemd's logind matters here."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus

    async def say(self, *, sleeps: bool) -> None:
        """Say that the computer is about to sleep, or that it is awake again; the bus has taken it on return."""
        await self._bus.send(Message.new_signal(PATH, MANAGER, "PrepareForSleep", "b", [sleeps]))
        await self._ping()

    async def say_something_else(self) -> None:
        """Say what no listener asked for."""
        for member, signature, body in (
            ("PrepareForShutdown", "b", [True]),
            ("PrepareForSleep", "s", ["no"]),
        ):
            await self._bus.send(Message.new_signal(PATH, MANAGER, member, signature, body))
        await self._ping()

    async def _ping(self) -> None:
        bus = ("org.freedesktop.DBus", "/org/freedesktop/DBus")
        answer = await self._bus.call(Message(*bus, "org.freedesktop.DBus.Peer", "Ping"))
        assert answer.message_type is MessageType.METHOD_RETURN


@asynccontextmanager
async def logind(address: str) -> AsyncIterator[Logind]:
    """Be logind on the bus at `address` for a while."""
    bus = await MessageBus(bus_address=address).connect()
    try:
        assert await bus.request_name(NAME) is RequestNameReply.PRIMARY_OWNER
        yield Logind(bus)
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
