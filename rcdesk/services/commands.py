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

LONGEST = 64 * 1024  # bytes of one request; a link or a number is far shorter
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

    async def open(self) -> None:
        """Start to listen. The caller holds the profile's lock, so a socket found here is a dead one."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LONGEST)
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening and take the socket away."""
        if self._server:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            if line:
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError) as error:  # ValueError: longer than LONGEST
            log.info("a command was not answered: %s", type(error).__name__)
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Answer:
        try:
            request = json.loads(line)
            if not isinstance(request, dict) or not isinstance(request.get("command"), str):
                raise BadRequest("A request is a JSON object with a command.")
            handler = self._handlers.get(request["command"])
            if handler is None:
                raise BadRequest(f"There is no command {request['command'][:40]!r}.")
            return {"ok": True, "result": await handler(request)}
        except (json.JSONDecodeError, UnicodeDecodeError):
            return _refusal("The command was not understood.", "Send one JSON object on one line.")
        except BadRequest as error:
            return _refusal("The command was not understood.", str(error))
        except Problem as problem:
            return _refusal(problem.title, problem.remedy)


def _refusal(title: str, remedy: str) -> Answer:
    return {"ok": False, "error": {"title": title, "remedy": remedy}}


def text_of(request: Mapping[str, Any], key: str) -> str:
    """Return the text that `request` gives under `key`, "" if none; raise BadRequest if it is no text."""
    value = request.get(key, "")
    if not isinstance(value, str):
        raise BadRequest(f"“{key}” must be text.")
    return value


def number_of(request: Mapping[str, Any], key: str, default: int) -> int:
    """Return the whole number that `request` gives under `key`; raise BadRequest if it is none above 0."""
    value = request.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadRequest(f"“{key}” must be a whole number above 0.")
    return value
