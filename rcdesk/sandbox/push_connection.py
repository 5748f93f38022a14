"""One WebSocket connection of the gateway: frames in, frames out, and the limits on both.

Rules: developer guide, "WebSockets: quick start, requests, heart beats, errors".
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from rcdesk.sandbox.errors import ApiError, unreadable
from rcdesk.sandbox.lines import Line, line_of
from rcdesk.sandbox.push_inside import Answer, ClientRequest
from rcdesk.sandbox.push_places import Place, frame, numbered


@dataclass(frozen=True)
class GatewayLimits:
    """Seconds and numbers that the platform tells in ConnectionDetails, and how long a token for a socket lives."""

    recovery: float = 180
    idle: float = 1800
    absolute: float = 86_400
    buffer: int = 100
    active_requests: int = 10
    connections: int = 50
    token: float = 30


IDLE = ApiError(408, "WSG-902", "Idle timeout exceeded")
TOO_LONG = ApiError(408, "WSG-903", "Absolute timeout exceeded")
TAKEN_OVER = ApiError(409, "CMN-101", "The session was recovered by another connection")
BAD_TOKEN = ApiError(401, "TokenInvalid", "OAuth token is invalid", inner="OAU-149")
CROWDED = ApiError(429, "CMN-301", "Too many connections")
SIGNED_OUT = ApiError(401, "TokenInvalid", "Token not found", inner="OAU-213")
_BUSY = ApiError(429, "CMN-301", "Too many active requests")


@dataclass(frozen=True)
class _Close:
    """The last thing that the writer does."""

    code: int = 1000
    reason: str = ""


Asker = Callable[[ClientRequest, bytes], Awaitable[Answer]]


class Connection:
    """Speaks with one client until either side ends it. What it sends leaves in the order it was given."""

    def __init__(self, socket: WebSocket, place: Place, limits: GatewayLimits, ask: Asker) -> None:
        """`ask` gets the REST requests that come over the socket."""
        self.place = place
        self._socket = socket
        self._limits = limits
        self._ask = ask
        self._outgoing: asyncio.Queue[str | _Close] = asyncio.Queue()
        self._active: set[asyncio.Task[None]] = set()
        self._ended = False

    @property
    def line(self) -> Line:
        """The TCP connection that it is."""
        return line_of(self._socket.scope)

    async def run(self) -> None:
        """Speak until the connection is closed."""
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write(), name="gateway writer")
            await self._read(group)
            for task in (*self._active, writer):
                task.cancel()

    def send(self, text: str) -> None:
        """Send a frame; nothing is sent any more once the end has been decided."""
        if not self._ended:
            self._outgoing.put_nowait(text)

    def end(self, why: ApiError) -> None:
        """Say why in an Error frame and close the connection."""
        self.send(_error(str(uuid.uuid4()), why))
        if not self._ended:
            self._ended = True
            self._outgoing.put_nowait(_Close(reason=why.message))

    async def _write(self) -> None:
        try:
            while True:
                item = await self._outgoing.get()
                if isinstance(item, _Close):
                    await self._socket.close(item.code, item.reason)
                    return
                await self._socket.send_text(item)
        except (WebSocketDisconnect, RuntimeError):
            # The client has gone, or uvicorn has just closed the socket, of which it tells in two ways;
            # the reader is told too, and ends the connection.
            return

    async def _read(self, group: asyncio.TaskGroup) -> None:
        """Take in frames until the socket is closed; a limit of time asks the writer to close it."""
        loop = asyncio.get_running_loop()
        too_old = loop.time() + self._limits.absolute
        idle = loop.time() + self._limits.idle
        while True:
            try:
                async with asyncio.timeout_at(None if self._ended else min(idle, too_old)):
                    message = await self._socket.receive()
            except TimeoutError:
                self.end(IDLE if idle < too_old else TOO_LONG)
                continue
            if message["type"] == "websocket.disconnect":
                return
            idle = loop.time() + self._limits.idle
            if not self._ended:
                self._take(message.get("text") or "", group)

    def _take(self, text: str, group: asyncio.TaskGroup) -> None:
        """Act on one frame; if it cannot be understood the client is told, and nothing else happens."""
        meta: dict[str, Any] = {}
        try:
            meta, body = _parts(text)
            if meta.get("type") == "Heartbeat":
                self.send(frame({"type": "Heartbeat", "messageId": _message_id(meta)}, empty=True))
            else:
                self._begin(_request(meta), body, group)
        except ApiError as error:
            self.send(_error(_message_id(meta), error))

    def _begin(self, request: ClientRequest, body: bytes, group: asyncio.TaskGroup) -> None:
        """Have a request answered while the next frames are read; answers come in any order."""
        if len(self._active) >= self._limits.active_requests:
            self._reply(request, Answer(_BUSY.status, {}, msgspec.json.encode(_BUSY.body)))
            return
        task = group.create_task(self._serve(request, body), name=f"{request.method} {request.path}")
        self._active.add(task)
        task.add_done_callback(self._active.discard)

    async def _serve(self, request: ClientRequest, body: bytes) -> None:
        self._reply(request, await self._ask(request, body))

    def _reply(self, request: ClientRequest, answer: Answer) -> None:
        meta = {
            "type": "ClientRequest",
            "messageId": request.message_id,
            "status": answer.status,
            "headers": numbered() | answer.headers,
            "wsc": self.place.cursor(),
        }
        self.send(frame(meta, msgspec.Raw(answer.body), empty=not answer.body))


async def refuse(socket: WebSocket, why: ApiError) -> None:
    """Let a client in only to say why it cannot stay.

    The extensible JavaScript SDK knows such an Error frame; a refused upgrade would end its whole process.
    """
    with suppress(WebSocketDisconnect, RuntimeError):  # the two ways of being told that the client has gone
        await socket.accept()
        await socket.send_text(_error(str(uuid.uuid4()), why))
        await socket.close(reason=why.message)


def _parts(text: str) -> tuple[dict[str, Any], bytes]:
    """The meta of a frame, and its body as JSON text (empty if there is none); ApiError for anything else."""
    try:
        parts = msgspec.json.decode(text.encode("utf-8", "surrogatepass"), type=list[msgspec.Raw])
        meta = msgspec.json.decode(parts[0], type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, IndexError, RecursionError):
        raise unreadable("Cannot parse message: a JSON array [meta, body] is expected") from None
    body = bytes(parts[1]) if len(parts) > 1 else b""
    return meta, b"" if body == b"null" else body


def _request(meta: dict[str, Any]) -> ClientRequest:
    """The request that a frame asks for; ApiError if it asks for none, or not properly."""
    if meta.get("type") != "ClientRequest":
        raise ApiError(400, "CMN-104", "Message type is not supported")
    try:
        return msgspec.convert(meta, ClientRequest)
    except msgspec.ValidationError as error:
        raise ApiError(400, "CMN-104", f"Cannot parse request: {error}") from None


def _message_id(meta: dict[str, Any]) -> str:
    given = meta.get("messageId")
    return given if isinstance(given, str) else str(uuid.uuid4())


def _error(message_id: str, error: ApiError) -> str:
    meta = {"type": "Error", "messageId": message_id, "status": error.status, "headers": numbered()}
    return frame(meta, error.body)
