"""Answers on their way out, with the faults of bodies: cut short, far too long, no JSON, drop by drop, out of time.

A middleware before the routes. What came over a WebSocket is answered in a frame, which only a wrong clock changes.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rcdesk.sandbox.faults import Faults
from rcdesk.sandbox.lines import Lines, gone, line_of
from rcdesk.sandbox.push_routes import PLACE
from rcdesk.sandbox.skew import shifted
from rcdesk.sandbox.waits import Waits

OVERSIZE = 10 * 1024 * 1024
"""Bytes of a body that is far too long."""
JUNK = (
    b'{"records": [{"id": "1", "sessionId": ',
    b"null",
    b"[" * 5000,
    b'{"message": "\xff\xfe"}',
    b'["errorCode", "message"]',
    b"Service is starting, please wait",
)
"""Bodies that are not the JSON they should be; they take turns."""
PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome to this network.</body></html>"
"""What a network's own sign-in page answers in the platform's name."""
DRIP = 0.05
"""Seconds between two drops."""


@dataclass
class _Answer:
    """An answer that is not sent yet."""

    start: Message = field(default_factory=dict)
    body: bytes = b""

    async def catch(self, message: Message) -> None:
        """Take what the app sends."""
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    def put(self, body: bytes, content_type: str = "") -> None:
        """Say something else."""
        self.body = body
        headers = MutableHeaders(scope=self.start)
        headers["Content-Length"] = str(len(body))
        if content_type:
            headers["Content-Type"] = content_type


class AnswerFaults:
    """Passes requests on, and breaks the answers that a fault hits; those without a body cannot be broken."""

    def __init__(self, app: ASGIApp, faults: Faults, lines: Lines, waits: Waits) -> None:
        self._app = app
        self._faults = faults
        self._lines = lines
        self._waits = waits
        self._junk = itertools.cycle(JUNK)
        self._changes: dict[str, Callable[[_Answer], None]] = {
            "oversize-body": _oversize,
            "junk-json": lambda answer: answer.put(next(self._junk)),
            "wrong-content-type": lambda answer: answer.put(PAGE, "text/html; charset=utf-8"),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        fault = None if PLACE in scope else self._faults.of_answer(scope["method"], scope["path"])
        skew = self._faults.skew
        if fault is None and not skew:
            await self._app(scope, receive, send)
            return
        scope = {**scope, "query_string": shifted(scope["query_string"], -skew)}
        answer = _Answer()
        await self._app(scope, receive, answer.catch)
        answer.body = shifted(answer.body, skew)
        kind = fault.kind if fault is not None and answer.body else ""
        if kind in self._changes:
            self._changes[kind](answer)
        await send(answer.start)
        if kind == "truncate-body":
            await self._truncated(answer.body, scope, receive, send)
        elif fault is not None and kind == "slow-drip":
            await self._dripped(answer.body, fault.seconds, send)
        else:
            await send({"type": "http.response.body", "body": answer.body})

    async def _truncated(self, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the first half and hang up; the length that was told is that of the whole."""
        middle = len(body) // 2
        await send({"type": "http.response.body", "body": body[:middle], "more_body": True})
        if self._lines.hang_up(line_of(scope)):
            await gone(receive)
        else:  # somebody stands between, so that the connection is not known
            await send({"type": "http.response.body", "body": body[middle:]})

    async def _dripped(self, body: bytes, seconds: float, send: Send) -> None:
        """Send a byte after the other, or some at a time if there are many, over the whole time."""
        drops = max(1, min(len(body), round(seconds / DRIP)))
        size = math.ceil(len(body) / drops)
        while await self._waits.pause(seconds / drops) and len(body) > size:
            await send({"type": "http.response.body", "body": body[:size], "more_body": True})
            body = body[size:]
        await send({"type": "http.response.body", "body": body})


def _oversize(answer: _Answer) -> None:
    """Make an object as long as that by a field that nobody knows, and anything else by white space."""
    padding = b"x" * (OVERSIZE - len(answer.body))
    if answer.body.startswith(b'{"'):
        answer.put(b'{"padding":"' + padding + b'",' + answer.body[1:])
    else:
        answer.put(answer.body + b" " * len(padding))
