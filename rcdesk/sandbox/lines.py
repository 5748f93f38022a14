"""The TCP connections of the server, for what no answer can tell: lines that are cut, and lines that are dead.

It knows uvicorn by a few names alone: a server's set of `connections`, the `transport` of each, and of one that
speaks HTTP the `cycle` that answers its latest request, with `transport` and `scope`.
"""

import asyncio
import socket
import struct
from collections.abc import Callable, Collection
from typing import Any

from starlette.types import Receive, Scope

Line = tuple[Any, Any]
"""Both ends of a connection, each an address."""
_CONTROL = "/sandbox/"
_RESET = struct.pack("ii", 1, 0)
"""For SO_LINGER: throw away what is not sent yet, and reset."""


def line_of(scope: Scope) -> Line:
    """The connection that a request or a WebSocket came over."""
    return scope.get("client"), scope.get("server")


async def gone(receive: Receive) -> None:
    """Wait until the client of a request or a WebSocket is not there any more."""
    while not (await receive())["type"].endswith(".disconnect"):
        pass


class Lines:
    """Every connection there is. The owner of a server has its connections watched."""

    def __init__(self) -> None:
        self._served: list[Collection[Any]] = []
        self._dead: set[_DeadEnd] = set()

    def watch(self, connections: Collection[Any]) -> None:
        """Take a server's connections, a set that it keeps, into account."""
        self._served.append(connections)

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._live()) + len(self._dead)

    @property
    def dead(self) -> int:
        """How many of them are dead, though open."""
        return len(self._dead)

    def cut(self, lines: Collection[Line]) -> bool:
        """Reset these connections; return whether there was any."""
        found = [each for each in self._live() if _ends(each) in lines]
        for each in found:
            _reset(each.transport)
        return bool(found)

    def cut_all(self) -> None:
        """Reset every connection of a client; whoever speaks to the control API is spared."""
        self.cut([_ends(each) for each in self._live() if _of_client(each)])
        self.cut_dead()

    def hang_up(self, line: Line) -> bool:
        """Close a connection behind what was sent on it; return whether it is there."""
        found = [each for each in self._live() if _ends(each) == line]
        for each in found:
            each.transport.close()
        return bool(found)

    def kill(self, lines: Collection[Line]) -> bool:
        """Let these connections lead nowhere, though they stay open: nothing goes out, nothing comes in."""
        found = [each for each in self._live() if _ends(each) in lines]
        for each in found:
            self._dead.add(_DeadEnd(each, self._dead.discard))
        return bool(found)

    def cut_dead(self) -> None:
        """Reset the dead connections."""
        for end in list(self._dead):
            end.cut()

    def _live(self) -> list[Any]:
        """The connections that are neither dead nor being closed."""
        return [
            each
            for connections in self._served
            for each in list(connections)
            if not isinstance(each.transport, _DeadEnd) and not each.transport.is_closing()
        ]


class _DeadEnd(asyncio.Transport):
    """What the server has in its hand of a dead connection, which itself feeds a `_Drain`.

    The server may close its end, as it does when its pings are not answered; the client hears nothing of that.
    """

    def __init__(self, connection: Any, on_lost: "Callable[[_DeadEnd], None]") -> None:
        super().__init__()
        self._connection = connection
        self._on_lost = on_lost
        self._real: asyncio.Transport = connection.transport
        self._closed = False
        self._real.set_protocol(_Drain(self.lost))
        self._real.resume_reading()
        connection.transport = self
        cycle = getattr(connection, "cycle", None)  # of a request that is being answered
        if cycle is not None:
            cycle.transport = self

    def cut(self) -> None:
        """Reset the connection."""
        _reset(self._real)

    def lost(self) -> None:
        """The connection is no more."""
        self._on_lost(self)
        self._tell()

    def write(self, data: Any) -> None:
        """Send nothing."""

    def close(self) -> None:
        """Close the server's end alone."""
        asyncio.get_running_loop().call_soon(self._tell)

    def abort(self) -> None:
        """Close the server's end alone."""
        self.close()

    def is_closing(self) -> bool:
        """Whether the server's end is closed."""
        return self._closed

    def pause_reading(self) -> None:
        """Nothing is read anyway."""

    def resume_reading(self) -> None:
        """Nothing is read anyway."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What is known of the connection."""
        return self._real.get_extra_info(name, default)

    def _tell(self) -> None:
        """Tell the server, once, that its end is closed."""
        if not self._closed:
            self._closed = True
            self._connection.connection_lost(None)


class _Drain(asyncio.Protocol):
    """Takes what the client sends, and forgets it."""

    def __init__(self, on_lost: Callable[[], None]) -> None:
        self._on_lost = on_lost

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone, or was cut."""
        self._on_lost()


def _of_client(connection: Any) -> bool:
    """Whether it is a WebSocket, or something was asked over it, and last not of the control API."""
    if not hasattr(connection, "cycle"):
        return True
    return connection.cycle is not None and not connection.cycle.scope["path"].startswith(_CONTROL)


def _ends(connection: Any) -> Line:
    info = connection.transport.get_extra_info
    return info("peername"), info("sockname")


def _reset(transport: asyncio.Transport) -> None:
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()
