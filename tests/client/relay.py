"""A line that can be cut: passes bytes to a server until told otherwise."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self


class Relay:
    """Stands between client and server. `address` is host and port to connect to."""

    def __init__(self, origin: str) -> None:
        """`origin` is host and port of the server."""
        self._host, _, port = origin.partition(":")
        self._port = int(port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._talks: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self.address = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()
        self._flows.set()
        await self.cut()

    async def cut(self) -> None:
        """Break every connection; new ones are welcome."""
        for writer in list(self._writers):
            writer.transport.abort()
        if self._talks:
            await asyncio.wait(list(self._talks))

    def mute(self) -> None:
        """Let nothing through any more; connections stay open."""
        self._flows.clear()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)
        with suppress(OSError):
            there_reader, there = await asyncio.open_connection(self._host, self._port)
            await asyncio.gather(self._flow(reader, there), self._flow(there_reader, writer))

    async def _flow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            writer.transport.abort()
        finally:
            self._writers.discard(writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
