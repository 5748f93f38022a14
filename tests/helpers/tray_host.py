"""A panel's side of the tray, as data: which icon is shown, what its tooltip says, what its menu offers.

It speaks the StatusNotifierItem protocol (freedesktop.org) and com.canonical.dbusmenu, as the panels of today's
desktops do. Programs started while it is there show their icon here instead of in the X tray. A program must
be another process than the test: Qt asks for the host and waits for the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
PROPERTIES = "org.freedesktop.DBus.Properties"
WITHIN = 10.0  # seconds

_WATCHER_PROPERTIES = {
    "RegisteredStatusNotifierItems": Variant("as", []),
    "IsStatusNotifierHostRegistered": Variant("b", True),  # D-Bus wants it bare
    "ProtocolVersion": Variant("i", 0),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a tray menu.

    Attributes:
        depth: 0 in the menu itself, 1 in a submenu, and so on.
        checked: None for a line that cannot be.
    """

    id: int
    label: str
    enabled: bool
    checked: bool | None
    depth: int


class TrayIcon:
    """One program's icon."""

    def __init__(self, bus: MessageBus, owner: str) -> None:
        self._bus = bus
        self._owner = owner

    async def tooltip(self) -> str:
        """Return what is shown when the pointer rests on it."""
        title, text = (await self._property("ToolTip"))[2:4]
        return f"{title}\n{text}".strip()

    async def status(self) -> str:
        """Return Active, Passive or NeedsAttention."""
        return str(await self._property("Status"))

    async def pictures(self) -> list[bytes]:
        """Return the icon's pixels (ARGB32), a picture for each size."""
        return [bytes(pixels) for _, _, pixels in await self._property("IconPixmap")]

    async def click(self) -> None:
        """Click on it with the left button."""
        await _call(self._bus, self._owner, "/StatusNotifierItem", ITEM, "Activate", "ii", [0, 0])

    async def menu(self) -> list[Entry]:
        """Return the menu's visible lines, separators left out, those of submenus after their own."""
        path = await self._property("Menu")
        await _call(self._bus, self._owner, path, MENU, "AboutToShow", "i", [0])
        _, layout = await _call(self._bus, self._owner, path, MENU, "GetLayout", "iias", [0, -1, []])
        return list(_entries(layout, -1))

    async def choose(self, label: str) -> None:
        """Choose the one enabled line with this label."""
        (entry,) = [entry for entry in await self.menu() if entry.label == label and entry.enabled]
        path = await self._property("Menu")
        event = [entry.id, "clicked", Variant("s", ""), 0]
        await _call(self._bus, self._owner, path, MENU, "Event", "isvu", event)

    async def _property(self, name: str) -> Any:
        where = (self._owner, "/StatusNotifierItem", PROPERTIES, "Get")
        return (await _call(self._bus, *where, "ss", [ITEM, name]))[0].value


class TrayHost:
    """Takes in the icons of programs."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self._icons: asyncio.Queue[TrayIcon] = asyncio.Queue()

    async def icon(self) -> TrayIcon:
        """Return the next icon that a program shows."""
        async with asyncio.timeout(WITHIN):
            return await self._icons.get()

    def answer(self, message: Message) -> Message | None:
        """Answer what a program asks the host; leave everything else alone."""
        if message.message_type is not MessageType.METHOD_CALL or message.path != "/StatusNotifierWatcher":
            return None
        match message.member:
            case "RegisterStatusNotifierItem":
                told = message.body[0]  # a bus name, or a path of the sender's
                owner = message.sender if told.startswith("/") else told
                self._icons.put_nowait(TrayIcon(self._bus, owner))
                return Message.new_method_return(message)
            case "Get":
                return Message.new_method_return(message, "v", [_WATCHER_PROPERTIES[message.body[1]]])
            case "GetAll":
                return Message.new_method_return(message, "a{sv}", [_WATCHER_PROPERTIES])
            case _:
                return None


@asynccontextmanager
async def tray_host() -> AsyncIterator[TrayHost]:
    """Be the desktop's tray for a while."""
    bus = await MessageBus().connect()
    host = TrayHost(bus)
    bus.add_message_handler(host.answer)
    try:
        await bus.request_name(WATCHER)
        yield host
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def _call(
    bus: MessageBus, owner: str, path: str, interface: str, member: str, signature: str, body: list[Any]
) -> list[Any]:
    message = Message(owner, path, interface, member, signature=signature, body=body)
    async with asyncio.timeout(WITHIN):
        reply = await bus.call(message)
    assert reply is not None
    assert reply.message_type is MessageType.METHOD_RETURN, f"{member}: {reply.error_name} {reply.body}"
    answered: list[Any] = reply.body
    return answered


def _entries(layout: Any, depth: int) -> Iterator[Entry]:
    number, properties, children = layout
    about = {name: variant.value for name, variant in properties.items()}
    if depth >= 0 and about.get("visible", True) and about.get("type") != "separator":
        checked = about.get("toggle-state") == 1 if about.get("toggle-type") else None
        label = str(about.get("label", "")).replace("__", "\0").replace("_", "").replace("\0", "_")
        yield Entry(number, label, bool(about.get("enabled", True)), checked, depth)
    for child in children:
        yield from _entries(child.value, depth + 1)
