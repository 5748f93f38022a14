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
from rcdesk.sandbox.lines import Lines
from rcdesk.sandbox.push_channels import Channels, Message
from rcdesk.sandbox.push_filters import EventFilter, Kind

LIFETIME = 900
"""Seconds that a PubNub subscription lives."""
HOLD = 280.0
"""Seconds that a request is held while nothing is said."""
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
        self._faults = faults
        self._lines = lines
        self._hold = hold
        self._released = False

    def new_channel(self, *, encryption: bool = False) -> "PubNubChannel":
        """A channel for one subscription; `encryption` is what the client asked for."""
        return PubNubChannel(self, encryption=encryption)

    def release(self) -> None:
        """Answer every held request now, and hold none from now on: the server is about to stop."""
        self._released = True
        self.channels.wake_all()

    def routes(self) -> list[BaseRoute]:
        """The routes of the PubNub origin."""
        presence = "/v2/presence/{spelling}/{key}/channel/{channels}/{action}"
        return [
            Route("/v2/subscribe/{key}/{channels}/{callback}", _Endpoint(self._subscribe)),
            Route("/subscribe/{key}/{channels}/{callback}/{timetoken}", _Endpoint(self._subscribe_as_of_old)),
            Route("/time/{callback}", _Endpoint(self._time)),
            Route(presence, _Endpoint(self._presence)),
        ]

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
        return messages, messages[-1].timetoken if messages else self.channels.now()

    async def _messages(self, request: Request, since: int) -> list[Message]:
        """What came after `since`; held until there is something, but not for ever and not for a client that left."""
        names = _channels(request)
        found = self.channels.after(names, since)
        if found or self._released:
            return found
        awake = asyncio.Event()
        with self.channels.listening(names, awake.set):
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(_call_when_gone(request.receive, awake.set))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._hold):
                        await awake.wait()
                watch.cancel()
        return self.channels.after(names, since)


class PubNubChannel:
    """The way to one subscriber over PubNub: a channel of its own, and a key that only the two sides know."""

    name = "PubNub"
    lifetime = LIFETIME
    renews_itself = False

    def __init__(self, pubnub: PubNub, *, encryption: bool) -> None:
        self._pubnub = pubnub
        self._encryption = encryption
        self._key = secrets.token_bytes(16)
        self.address = f"{secrets.randbelow(9 * 10**13) + 10**13}_{secrets.token_hex(4)}"
        pubnub.channels.open(self.address)

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
            said = encrypt(self._key, msgspec.json.encode(notification))
        self._pubnub.channels.publish(self.address, said)

    def close(self) -> None:
        """Forget the channel."""
        self._pubnub.channels.close(self.address)

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

    def __init__(self, answer: Callable[[Request], Awaitable[JSONResponse]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            response = await self._answer(Request(scope, receive))
        except _RefusedError as refused:
            response = refused.response()
        await response(scope, receive, send)


async def _call_when_gone(receive: Receive, told: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    told()


def _is_timetoken(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20


def _channels(request: Request) -> list[str]:
    """The channels asked for; `,` alone stands for none."""
    return [name for name in request.path_params["channels"].split(",") if name]
