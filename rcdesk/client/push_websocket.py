"""Push over the platform's WebSocket gateway."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from rcdesk import wire
from rcdesk.client import errors
from rcdesk.client.address import host_of, is_loopback, is_safe_socket
from rcdesk.client.api import Api
from rcdesk.client.push import (
    FAREWELL,
    FILTER,
    NOT_STARTED,
    Connected,
    Inbox,
    PushEvent,
    lost,
)
from rcdesk.client.rest import USER_AGENT
from rcdesk.core.errors import Problem
from rcdesk.core.subscription import Transport

log = logging.getLogger(__name__)
_frames_log = logging.getLogger(f"{__name__}.frames")
_frames_log.setLevel(logging.WARNING)  # below, the library writes whole frames and addresses with tokens

SUBSCRIPTIONS = "/restapi/v1.0/subscription/"
MOST_HASTY = 1.0  # seconds between Heartbeats, whatever a gateway says


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. `opening`: to connect and subscribe in. `ping`: between pings, which also show a dead line;
    `pong`: within which they are answered. `beat`: between Heartbeats, without which the gateway closes a
    connection after half an hour, as notifications do not seem to count as activity ("Heart beats"). A gateway
    that is less patient says so, and gets three of them in that time."""

    opening: float = 20.0
    ping: float = 30.0
    pong: float = 10.0
    beat: float = 240.0


class WebSocketPush:
    """One subscription on one socket. A connection that was lost is recovered while the gateway still holds
    its place: then nothing is missed, and `Connected.recovered` says so."""

    transport = Transport.WEBSOCKET

    def __init__(self, api: Api, *, clock: Callable[[], float], pace: Pace | None = None) -> None:
        """`clock` gives unix seconds."""
        self._api = api
        self._clock = clock
        self._pace = pace or Pace()
        self._inbox = Inbox()
        self._place: _Place | None = None

    async def listen(self) -> AsyncGenerator[Connected | PushEvent, None]:
        """Connect and yield what happens, as `Push.listen` says."""
        socket = await self._open()
        async with socket:
            line = _Line(socket, self._pace)
            try:
                recovered = await self._settle(line)
                yield Connected(recovered)
                while True:
                    notification = await line.notification()
                    event = self._inbox.read(notification, subscription_id=line.subscription_id)
                    if event:
                        yield event
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 0
                log.info("x the gateway's connection is closed (%d)", code)
                raise lost() from None
            except (asyncio.CancelledError, GeneratorExit):
                await self._leave(line)
                raise
            finally:
                if self._place:
                    self._place.left(line.cursor, self._clock())

    async def _open(self) -> ClientConnection:
        """Connect with a fresh token: they live for seconds, and some servers take each only once."""
        token = await self._api.socket_token()
        if not is_safe_socket(token.uri):
            log.warning("the server offered a WebSocket without encryption; it was not used")
            raise errors.unreadable(NOT_STARTED)
        address = f"{token.uri}?access_token={quote(token.ws_access_token, safe='')}"
        if self._place and self._place.held(self._clock()):
            address += f"&wsc={quote(self._place.cursor.token, safe='')}"
        else:
            self._place = None
        try:
            return await connect(
                address,
                open_timeout=self._pace.opening,
                ping_interval=self._pace.ping,
                ping_timeout=self._pace.pong,
                close_timeout=FAREWELL / 2,
                max_size=errors.BODY_LIMIT,
                proxy=None if is_loopback(host_of(token.uri)) else True,
                user_agent_header=USER_AGENT,
                logger=_frames_log,
            )
        except InvalidStatus as refusal:
            log.info("! the gateway refused the connection (%d)", refusal.response.status_code)
            raise errors.no_answer(NOT_STARTED, errors.OFFLINE, refusal.response.status_code) from None
        except (OSError, InvalidHandshake, InvalidURI, TimeoutError) as error:
            log.info("! the gateway cannot be reached: %s", type(error).__name__)
            raise errors.no_answer(NOT_STARTED, errors.OFFLINE) from None

    async def _settle(self, line: _Line) -> bool:
        """Take up the old subscription, or make a new one; return whether nothing was missed."""
        try:
            async with asyncio.timeout(self._pace.opening):
                details = await line.details()
                recovered = details.recovery_state == "Successful" and self._place is not None
                if recovered and self._place:
                    line.subscription_id = self._place.subscription_id
                else:
                    await line.subscribe()
        except TimeoutError:
            raise errors.no_answer(NOT_STARTED, errors.OFFLINE) from None
        self._place = _Place(line.subscription_id, details.recovery_timeout or 0.0)
        log.info("= connected, %s", "recovered" if recovered else "subscribed anew")
        return recovered

    async def _leave(self, line: _Line) -> None:
        """Take the subscription back, so that it does not count towards the user's limit."""
        self._place = None
        with suppress(TimeoutError, ConnectionClosed, Problem):
            async with asyncio.timeout(FAREWELL / 2):
                await line.unsubscribe()


class _Place:
    """A connection's place in the platform's stream, which the gateway keeps for some seconds after a loss."""

    def __init__(self, subscription_id: str, seconds: float) -> None:
        self.subscription_id = subscription_id
        self.cursor = wire.Cursor("")
        self._seconds = seconds
        self._left_at = 0.0

    def left(self, cursor: wire.Cursor, now: float) -> None:
        """The connection was lost after `cursor`."""
        self.cursor = cursor
        self._left_at = now

    def held(self, now: float) -> bool:
        """Whether the gateway can still know it."""
        return bool(self.cursor.token) and now - self._left_at < self._seconds


class _Line:
    """The gateway's frames over one socket: requests and their answers, and what comes unasked.

    ConnectionClosed comes through.

    Attributes:
        cursor: the newest word of the gateway on where this connection stands.
        subscription_id: of the one subscription that there is, "" before.
    """

    def __init__(self, socket: ClientConnection, pace: Pace) -> None:
        self.cursor = wire.Cursor("")
        self.subscription_id = ""
        self._subscribing = ""  # id of the request that is not answered yet
        self._socket = socket
        self._pace = pace
        self._waiting: deque[msgspec.Raw] = deque()  # notifications that came before they were asked for
        self._beat = pace.beat
        self._beat_at = asyncio.get_running_loop().time() + self._beat

    async def details(self) -> wire.ConnectionDetails:
        """Wait for the first frame, before which nothing may be sent.

        Raises:
            Problem: the gateway refuses the token, or is none.
        """
        meta, body = await self._frame()
        if meta.type != "ConnectionDetails":
            raise self._refusal(meta, body)
        try:
            details = wire.decode(body, wire.ConnectionDetails)
        except msgspec.DecodeError:
            raise errors.unreadable(NOT_STARTED) from None
        if details.idle_timeout:
            self._beat = max(min(self._pace.beat, details.idle_timeout / 3), MOST_HASTY)
            self._beat_at = asyncio.get_running_loop().time() + self._beat
        return details

    async def subscribe(self) -> None:
        """Subscribe; `subscription_id` is known then.

        Raises:
            Problem: the user or the app may not, or the server does not offer it.
        """
        wish = {"eventFilters": [FILTER], "deliveryMode": {"transportType": "WebSocket"}}
        self._subscribing = str(uuid.uuid4())
        await self._request(self._subscribing, "POST", SUBSCRIPTIONS, wish)
        await self._subscribed()

    async def unsubscribe(self) -> None:
        """Take the subscription back, also one whose answer is still to come."""
        if self._subscribing:
            await self._subscribed()
        if self.subscription_id:
            message_id = str(uuid.uuid4())
            await self._request(message_id, "DELETE", SUBSCRIPTIONS + self.subscription_id)
            await self._answer(message_id)

    async def _subscribed(self) -> None:
        meta, body = await self._answer(self._subscribing)
        self._subscribing = ""
        if meta.status is None or not 200 <= meta.status < 300:
            raise self._refusal(meta, body)
        try:
            self.subscription_id = wire.decode(body, wire.Subscription).id
        except msgspec.DecodeError:
            raise errors.unreadable(NOT_STARTED) from None

    async def _answer(self, message_id: str) -> tuple[wire.FrameMeta, msgspec.Raw]:
        """Return the answer to a request; notifications that come meanwhile are kept."""
        while True:
            meta, body = await self._frame()
            if meta.type == "ClientRequest" and meta.message_id == message_id:
                return meta, body
            if meta.type == "ServerNotification":
                self._waiting.append(body)

    async def notification(self) -> msgspec.Raw:
        """Return the next notification, as it was sent; safe to cancel, nothing is lost by it."""
        while not self._waiting:
            meta, body = await self._frame()
            if meta.type == "ServerNotification":
                self._waiting.append(body)
            elif meta.type == "Error":
                log.info("! the gateway ends the connection")
                raise lost()
        return self._waiting.popleft()

    async def _frame(self) -> tuple[wire.FrameMeta, msgspec.Raw]:
        """Return the next frame that can be read; send a Heartbeat when one is due."""
        while True:
            try:
                async with asyncio.timeout_at(self._beat_at):
                    data = await self._socket.recv(decode=False)
            except TimeoutError:
                await self._send({"type": "Heartbeat", "messageId": str(uuid.uuid4())})
                continue
            try:
                meta, body = _split(data)
            except msgspec.DecodeError as error:
                log.warning("a frame was left out: its field %s is unreadable", wire.field_of(error))
                continue
            if meta.wsc and (meta.type == "ConnectionDetails" or meta.wsc.sequence >= self.cursor.sequence):
                self.cursor = meta.wsc
            return meta, body

    async def _request(
        self, message_id: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> None:
        meta = {"type": "ClientRequest", "messageId": message_id, "method": method, "path": path}
        await self._send(meta, body)

    async def _send(self, meta: dict[str, str], body: dict[str, Any] | None = None) -> None:
        self._beat_at = asyncio.get_running_loop().time() + self._beat
        frame = [meta] if body is None else [meta, body]
        await self._socket.send(msgspec.json.encode(frame).decode())

    def _refusal(self, meta: wire.FrameMeta, body: msgspec.Raw) -> Problem:
        status = meta.status or 0
        problem = errors.from_answer(NOT_STARTED, status, {}, bytes(body))
        log.info("! the gateway refused: %d %s", status, problem.code or "-")
        return problem if status >= 400 else errors.unreadable(NOT_STARTED, status)


def _split(data: bytes) -> tuple[wire.FrameMeta, msgspec.Raw]:
    """Take a frame apart; its second element may be missing."""
    parts = wire.decode(data, list[msgspec.Raw])
    if not parts:
        raise msgspec.ValidationError("Expected a frame")
    return wire.decode(parts[0], wire.FrameMeta), parts[1] if len(parts) > 1 else msgspec.Raw(b"null")
