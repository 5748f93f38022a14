"""PubNub delivery: the subscribe protocol that PubNub's own clients speak, and RingCentral's encryption on it.

Rules: PubNub's REST reference for subscribe, presence and time (the shapes of version 2, which today's clients
use, and of the first version, which clients of the tutorial's time use); developer guide, "PubNub" (removed 2025).
"""

import asyncio
import base64
import secrets
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from Cryptodome.Cipher import AES
from Cryptodome.Util.Padding import pad
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from rcdesk.sandbox.faults import PushFaults
from rcdesk.sandbox.lines import Line, Lines, gone, line_of
from rcdesk.sandbox.push_channels import TICKS, Channels, Message
from rcdesk.sandbox.push_filters import EventFilter, Kind

LIFETIME = 900
"""Seconds that a PubNub subscription lives."""
HOLD = 280.0
"""Seconds that a request is held while nothing is said."""
ROLLBACK = 60 * TICKS
"""How much older than the messages beside it a timetoken is that was rolled back."""
_REGION = 1
_SPELLINGS = ("sub-key", "sub_key")
_ENCRYPTED = (Kind.PRESENCE, Kind.DND)
"""Kinds of events that are encrypted whatever the client asked for."""


class PubNub:
    """One subscribe key with its channels, and the routes of the server that clients get them from."""

    def __init__(
        self,
        real: Callable[[], float],
        faults: PushFaults,
        lines: Lines,
        *,
        hold: float = HOLD,
        enabled: bool = True,
    ) -> None:
        """`real` gives Unix seconds; `enabled` is whether the account may subscribe this way."""
        self.enabled = enabled
        self.channels = Channels(real)
        self.subscriber_key = f"sub-c-{uuid.uuid4()}"
        self.secret_key = f"sec-c-{secrets.token_urlsafe(36)}"
        self.given = [self.secret_key]
        """Every key that was ever handed out."""
        self._faults = faults
        self._lines = lines
        self._hold = hold
        self._released = False
        self._open: dict[str, PubNubChannel] = {}
        self.held: set[Line] = set()
        """The connections of the requests that are held."""

    def new_channel(self, *, encryption: bool = False) -> "PubNubChannel":
        """A channel for one subscription; `encryption` is what the client asked for."""
        channel = PubNubChannel(self, encryption=encryption)
        self._open[channel.address] = channel
        self.channels.open(channel.address)
        return channel

    def close(self, address: str) -> None:
        """Forget a channel."""
        self._open.pop(address, None)
        self.channels.close(address)

    def takes_wrong_key(self) -> bool:
        """Whether the renewal of today is one after which another key is used than was told."""
        return self._faults.take("wrong-key")

    def right_keys(self) -> None:
        """Let every channel use the key that was told."""
        for channel in self._open.values():
            channel.use_right_key()

    def release(self) -> None:
        """Answer every held request now, and hold none from now on: the server is about to stop."""
        self._released = True
        self.channels.wake_all()

    def routes(self) -> list[BaseRoute]:
        """The routes of the PubNub origin."""
        answers = {
            "/v2/subscribe/{key}/{channels}/{callback}": self._subscribe,
            "/subscribe/{key}/{channels}/{callback}/{timetoken}": self._subscribe_as_of_old,
            "/time/{callback}": self._time,
            "/v2/presence/{spelling}/{key}/channel/{channels}/{action}": self._presence,
        }
        return [Route(path, _Endpoint(answer, self._out_of_reach)) for path, answer in answers.items()]

    def _out_of_reach(self, line: Line) -> bool:
        """Whether a fault lets a connection end, or go dead, as if nobody was here."""
        if self._faults.active("refuse-pubnub"):
            return self._lines.cut([line])
        return self._faults.blocks_new and self._lines.kill([line])

    async def _subscribe(self, request: Request) -> JSONResponse:
        """Version 2: answers are objects, timetokens are in the query."""
        messages, timetoken = await self._poll(request, request.query_params.get("tt") or "0")
        said = [
            {
                "a": "1",
                "f": 0,
                "p": {"t": str(one.timetoken), "r": _REGION},
                "k": self.subscriber_key,
                "c": one.channel,
                "d": one.payload,
            }
            for one in messages
        ]
        return JSONResponse({"t": {"t": str(timetoken), "r": _REGION}, "m": said})

    async def _subscribe_as_of_old(self, request: Request) -> JSONResponse:
        """Version 1: [messages, timetoken], and the channel of each message when several were asked for."""
        messages, timetoken = await self._poll(request, request.path_params["timetoken"])
        answer: list[Any] = [[one.payload for one in messages], str(timetoken)]
        if len(_channels(request)) > 1:
            answer.append(",".join(one.channel for one in messages))
        return JSONResponse(answer)

    async def _time(self, request: Request) -> JSONResponse:
        return JSONResponse([self.channels.now()])

    async def _presence(self, request: Request) -> JSONResponse:
        """Heartbeat and leave: nobody asks who is present, so that there is nothing to do."""
        self._check_key(request)
        action = request.path_params["action"]
        if request.path_params["spelling"] not in _SPELLINGS or action not in ("leave", "heartbeat"):
            raise _RefusedError(404, "Not Found")
        done = {"status": 200, "message": "OK", "service": "Presence"}
        return JSONResponse(done | ({"action": "leave"} if action == "leave" else {}))

    def _check_key(self, request: Request) -> None:
        if request.path_params["key"] != self.subscriber_key:
            raise _RefusedError(400, "Invalid Subscribe Key")

    async def _poll(self, request: Request, timetoken: str) -> tuple[list[Message], int]:
        """The messages after `timetoken`, and the timetoken to ask with next."""
        self._check_key(request)
        if not _is_timetoken(timetoken):
            raise _RefusedError(400, "Invalid Timetoken")
        messages = await self._messages(request, int(timetoken)) if int(timetoken) else []
        if messages and self._faults.take("rollback-timetoken"):
            return messages, messages[0].timetoken - ROLLBACK
        return messages, messages[-1].timetoken if messages else self.channels.now()

    async def _messages(self, request: Request, since: int) -> list[Message]:
        """What came after `since`; held until there is something, but not for ever and not for a client that left."""
        names = _channels(request)
        found = self.channels.after(names, since)
        if found or self._released:
            return found
        awake = asyncio.Event()
        line = line_of(request.scope)
        self.held.add(line)
        try:
            with self.channels.listening(names, awake.set):
                async with asyncio.TaskGroup() as group:
                    watch = group.create_task(_call_when_gone(request.receive, awake.set))
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._hold):
                            await awake.wait()
                    watch.cancel()
        finally:
            self.held.discard(line)
        return self.channels.after(names, since)


class PubNubChannel:
    """The way to one subscriber over PubNub: a channel of its own, and a key that only the two sides know."""

    name = "PubNub"
    lifetime = LIFETIME
    renews_itself = False

    def __init__(self, pubnub: PubNub, *, encryption: bool) -> None:
        self._pubnub = pubnub
        self._encryption = encryption
        self._key = self._used_key = secrets.token_bytes(16)
        pubnub.given.append(base64.b64encode(self._key).decode())
        self.address = f"{secrets.randbelow(9 * 10**13) + 10**13}_{secrets.token_hex(4)}"

    def renewed(self) -> None:
        """The subscription has its whole life again."""
        self._used_key = secrets.token_bytes(16) if self._pubnub.takes_wrong_key() else self._key

    def use_right_key(self) -> None:
        """Encrypt with the key that was told."""
        self._used_key = self._key

    def mode(self, filters: Sequence[EventFilter]) -> dict[str, Any]:
        """`deliveryMode`; renewing changes neither address nor key."""
        encrypted = self._encrypts(filters)
        told = {
            "transportType": self.name,
            "encryption": encrypted,
            "address": self.address,
            "subscriberKey": self._pubnub.subscriber_key,
            "secretKey": self._pubnub.secret_key,
        }
        if encrypted:
            told |= {"encryptionAlgorithm": "AES", "encryptionKey": base64.b64encode(self._key).decode()}
        return told

    def deliver(self, notification: dict[str, Any], filters: Sequence[EventFilter]) -> None:
        """Say it on the channel: encrypted as a string, otherwise as the JSON object that it is."""
        said: Any = notification
        if self._encrypts(filters):
            said = encrypt(self._used_key, msgspec.json.encode(notification))
        self._pubnub.channels.publish(self.address, said)

    def close(self) -> None:
        """Forget the channel."""
        self._pubnub.close(self.address)

    def _encrypts(self, filters: Sequence[EventFilter]) -> bool:
        return self._encryption or any(one.kind in _ENCRYPTED for one in filters)


def encrypt(key: bytes, text: bytes) -> str:
    """RingCentral's encryption of notifications: AES-128 in ECB mode with PKCS#7 padding, as base64."""
    cipher = AES.new(key, AES.MODE_ECB)
    return base64.b64encode(cipher.encrypt(pad(text, AES.block_size))).decode()


class _RefusedError(Exception):
    """A request that PubNub does not take: an unknown subscribe key, or something it cannot read."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def response(self) -> JSONResponse:
        """The answer, as PubNub writes it."""
        told = {"status": self.status, "error": True, "service": "Access Manager", "message": self.message}
        return JSONResponse(told, self.status)


class _Endpoint:
    """A route as an ASGI app, so that it sees when its client hangs up."""

    def __init__(
        self, answer: Callable[[Request], Awaitable[JSONResponse]], out_of_reach: Callable[[Line], bool]
    ) -> None:
        self._answer = answer
        self._out_of_reach = out_of_reach

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._out_of_reach(line_of(scope)):
            await gone(receive)
            return
        try:
            response = await self._answer(Request(scope, receive))
        except _RefusedError as refused:
            response = refused.response()
        await response(scope, receive, send)


async def _call_when_gone(receive: Receive, told: Callable[[], None]) -> None:
    await gone(receive)
    told()


def _is_timetoken(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20


def _channels(request: Request) -> list[str]:
    """The channels asked for; `,` alone stands for none."""
    return [name for name in request.path_params["channels"].split(",") if name]
