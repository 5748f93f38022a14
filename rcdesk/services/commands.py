"""Commands: what scripts and links may ask of the running instance, over the local socket."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from rcdesk.core.errors import Problem

log = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds in which whoever connects must have said what they want, and have taken the answer
AT_ONCE = (
    32  # connections; more are a program gone wrong, and would use up what files and sockets there may be
)
LAST_ANSWERS = 0.5  # seconds that answers under way may take when the program ends

LONGEST = 64 * 1024  # bytes of one request; a link or a number is far shorter
MOST = 100_000  # what is counted in a request is never more
Answer = dict[str, Any]
Handler = Callable[[Mapping[str, Any]], Awaitable[Answer]]


class BadRequest(Exception):
    """The request is not one this program makes; the text says what is wrong with it."""


class CommandServer:
    """Answers one JSON line with one JSON line: {"ok": true, "result"} or {"ok": false, "error"}.

    Only the user may connect: the socket lies in a folder of theirs and is 0600 itself.
    """

    def __init__(self, path: Path, handlers: Mapping[str, Handler]) -> None:
        self._path = path
        self._handlers = handlers
        self._server: asyncio.Server | None = None
        self._listening: dict[asyncio.StreamWriter, None] = {}  # connected, and said nothing yet
        self._talks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Start to listen. The caller holds the profile's lock, so a socket found here is a dead one."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LONGEST)
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening, let the answers under way out, and take the socket away."""
        if self._server:
            self._server.close()
            self._path.unlink(missing_ok=True)
        for writer in self._listening:
            writer.transport.abort()
        if self._talks:
            _, late = await asyncio.wait(self._talks, timeout=LAST_ANSWERS)
            for talk in late:
                talk.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task  # streams run this in a task of its own
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)
        try:
            busy = len(self._talks) > AT_ONCE and not self._make_room()
            if line := await self._hear(reader, writer):
                answer = BUSY if busy else await self._answer(line)
                await _send(writer, await asyncio.to_thread(_line, answer))  # a long history takes its time
        except (ConnectionError, TimeoutError, ValueError) as error:  # ValueError: longer than LONGEST
            log.info("a command was not answered: %s", type(error).__name__)
        except asyncio.CancelledError:  # by `close`; Python's streams complain of a talk that ends so
            log.info("a command was not answered before the end")
        finally:
            writer.close()

    def _make_room(self) -> bool:
        """Send away who has said nothing for longest; return False if all are being answered."""
        silent = next(iter(self._listening), None)
        if silent:
            del self._listening[silent]
            silent.transport.abort()
        return silent is not None

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        self._listening[writer] = None
        try:
            async with asyncio.timeout(PATIENCE):
                return await reader.readline()
        finally:
            self._listening.pop(writer, None)

    async def _answer(self, line: bytes) -> Answer:
        try:
            request = _request(line)
            handler = self._handlers.get(request["command"])
            if handler is None:
                raise BadRequest(f"There is no command “{request['command'][:40]}”.")
            return {"ok": True, "result": await handler(request)}
        except BadRequest as error:
            return _refusal("The command was not understood.", str(error))
        except Problem as problem:
            return _refusal(problem.title, problem.remedy)


def _request(line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):  # no text, no JSON, figures or brackets without end
        raise BadRequest("Send one JSON object on one line.") from None
    if not isinstance(request, dict) or not isinstance(request.get("command"), str):
        raise BadRequest("A request is a JSON object with a command.")
    return request


async def _send(writer: asyncio.StreamWriter, line: bytes) -> None:
    """Send the answer, and return once it is taken."""
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(line)
            writer.close()
            await writer.wait_closed()
    except BaseException:  # what is not taken yet would keep the connection open
        writer.transport.abort()
        raise


def _line(answer: Answer) -> bytes:
    return json.dumps(answer).encode() + b"\n"


def _refusal(title: str, remedy: str) -> Answer:
    return {"ok": False, "error": {"title": title, "remedy": remedy}}


BUSY = _refusal("The command was not heard.", "rcdesk is busy with others; try again in a moment.")


def text_of(request: Mapping[str, Any], key: str) -> str:
    """Return the text that `request` gives under `key`, "" if none; raise BadRequest if it is no text."""
    value = request.get(key, "")
    if not isinstance(value, str):
        raise BadRequest(f"“{key}” must be text.")
    return value


def number_of(request: Mapping[str, Any], key: str, default: int, most: int = MOST) -> int:
    """Return the whole number that `request` gives under `key`; raise BadRequest if it is none of 1 to `most`."""
    value = request.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise BadRequest(f"“{key}” must be a whole number from 1 to {most}.")
    return value
