"""Logind: hears from the system that this computer goes to sleep and that it is awake again. Linux only.

The door to D-Bus: importing this imports `dbus_fast`, so it is done after the first paint, and where there is a bus.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from dbus_fast import BusType, DBusFastError, Message, MessageType
from dbus_fast.aio import MessageBus

log = logging.getLogger(__name__)

BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
NAME, PATH, MANAGER = "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
SIGNAL = "PrepareForSleep"
ANSWERS = 5.0  # seconds; a bus that takes longer is of no use


async def listen(told: Callable[[bool], None]) -> None:
    """Call `told` with True when the computer is about to sleep, with False when it is awake again.

    Ends if there is no system bus or no logind, or when the bus closes: the clocks tell of sleep as well, so
    nothing is lost but some seconds. Cancelling is safe.
    """
    heard: asyncio.Queue[bool | None] = asyncio.Queue()  # None: the bus is closed
    bus: MessageBus | None = None
    closing: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(ANSWERS):
            bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
            closing = asyncio.get_running_loop().create_task(_closed(bus, heard), name="system bus")
            bus.add_message_handler(lambda message: _take(message, heard))
            rule = f"type='signal',sender='{NAME}',path='{PATH}',interface='{MANAGER}',member='{SIGNAL}'"
            await _ask(bus, "AddMatch", rule)
            await _ask(bus, "GetNameOwner", NAME)
        log.info("= logind tells of sleep")
        while (sleeps := await heard.get()) is not None:
            told(sleeps)
        log.info("= the system bus is closed")
    except (OSError, EOFError, TimeoutError, DBusFastError) as error:
        log.info("= no word from logind: %s", type(error).__name__)
    finally:
        if bus and closing:
            bus.disconnect()
            await asyncio.wait({closing})


async def _closed(bus: MessageBus, heard: asyncio.Queue[bool | None]) -> None:
    """Wait until the bus closes, in whichever way."""
    with suppress(OSError, EOFError):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
    heard.put_nowait(None)


async def _ask(bus: MessageBus, member: str, text: str) -> None:
    answer = await bus.call(Message(*BUS, member, signature="s", body=[text]))
    if answer.message_type is MessageType.ERROR:
        raise DBusFastError(member)


def _take(message: Message, heard: asyncio.Queue[bool | None]) -> None:
    if message.message_type is MessageType.SIGNAL and (message.member, message.signature) == (SIGNAL, "b"):
        heard.put_nowait(message.body[0])
