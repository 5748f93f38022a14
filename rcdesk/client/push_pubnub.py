"""Push over PubNub: a subscription made over REST, delivered by the vendor's own client, encrypted."""

from __future__ import annotations

import asyncio
import base64
import importlib
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from rcdesk import wire
from rcdesk.client import errors
from rcdesk.client.api import Api
from rcdesk.client.push import FAREWELL, FILTER, NOT_STARTED, Connected, Inbox, PushEvent, lost
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.subscription import Transport

if TYPE_CHECKING:
    from rcdesk.client.pubnub_line import Line

log = logging.getLogger(__name__)

RENEWED_BEFORE = 120.0  # seconds before the end of a subscription, which is silent ("Subscriptions")
LIFE = 900.0  # seconds that a subscription lives where the server does not say
LOOK = 30.0  # seconds between looks at the clock: timers stand still while the computer sleeps
AGAIN = 10.0  # seconds between attempts to renew while there is time left
DELIVERY = {"transportType": "PubNub", "encryption": True}


class PubNubPush:
    """One subscription and the channel that it delivers to.

    It is renewed in time; a renewal may move it to another channel and key, which loses nothing. PubNub's
    client is imported when first used, in a thread: it takes longer than a frame of the screen.
    """

    transport = Transport.PUBNUB

    def __init__(
        self,
        api: Api,
        *,
        clock: Callable[[], float],
        origin: str | None = None,
        renewed_before: float = RENEWED_BEFORE,
    ) -> None:
        """`clock` gives unix seconds; `origin` is the address of a PubNub on this computer, None for the
        real one; `renewed_before`: seconds."""
        self._api = api
        self._clock = clock
        self._origin = origin
        self._renewed_before = renewed_before
        self._inbox = Inbox()
        self._forgotten: set[str] = (
            set()
        )  # subscriptions that could not be taken back, which count until they end

    async def listen(self) -> AsyncGenerator[Connected | PushEvent, None]:
        """Connect and yield what happens, as `Push.listen` says."""
        await asyncio.to_thread(importlib.import_module, "rcdesk.client.pubnub_line")
        subscription = await self._subscribe()
        news: News = asyncio.Queue()
        line: Line | None = None
        renewal: asyncio.Task[None] | None = None
        try:
            line = await self._open(subscription.delivery_mode, news)
            keeping = self._keep(subscription, news)
            renewal = asyncio.get_running_loop().create_task(keeping, name="pubnub renewal")
            log.info("= connected")
            yield Connected(recovered=False)
            while True:
                match await news.get():
                    case Problem() as problem:
                        raise problem
                    case _Moved(to):  # the new line is open before the old one is closed: nothing is lost
                        before, line = line, await self._open(to, news)
                        await before.close()
                    case _Locked() as message:
                        event = self._read(message, subscription.id)
                        if event:
                            yield event
        finally:
            await self._leave(subscription.id, line, renewal)

    async def _subscribe(self) -> wire.Subscription:
        """Make the subscription. Cancelled meanwhile, its answer is still awaited: only that says what to take
        back."""
        asking = self._api.subscribe([FILTER], DELIVERY)
        making = asyncio.get_running_loop().create_task(asking, name="pubnub subscription")
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            with suppress(TimeoutError, Problem):
                async with asyncio.timeout(FAREWELL):
                    await self._take_back((await making).id)
            raise

    async def _open(self, mode: wire.DeliveryMode | None, news: News) -> Line:
        """Listen where the server says; what comes goes to `news`."""
        from rcdesk.client.pubnub_line import Line

        if mode is None or not mode.address or not mode.subscriber_key:
            raise errors.unreadable(NOT_STARTED)
        try:
            key = base64.b64decode(mode.encryption_key) if mode.encryption_key else None
        except ValueError:
            raise errors.unreadable(NOT_STARTED) from None
        line = Line(
            mode.subscriber_key,
            mode.address,
            self._origin,
            on_message=lambda content: news.put_nowait(_Locked(content, key)),
            on_lost=lambda: news.put_nowait(lost()),
        )
        opened = False
        try:
            opened = await line.open()
        finally:
            if not opened:
                await line.close()
        if not opened:
            raise errors.no_answer(NOT_STARTED, errors.OFFLINE)
        return line

    async def _keep(self, subscription: wire.Subscription, news: News) -> None:
        """Renew the subscription for as long as this runs; tell where it moves to, and when it is over."""
        with suppress(Problem):
            await self._take_back()
        mode = subscription.delivery_mode
        ends = self._clock() + (subscription.expires_in or LIFE)
        due = ends - self._renewed_before
        while True:
            left = due - self._clock()
            if left > 0:
                await asyncio.sleep(min(left, LOOK) + 0.01)
                continue
            try:
                renewed = await self._api.renew(subscription.id, [FILTER])
            except Problem as problem:
                log.info("! not renewed: %s", problem.kind.value)
                if not problem.retry or self._clock() >= ends:
                    news.put_nowait(problem if problem.kind is Kind.SIGN_IN else lost())
                    return
                due = self._clock() + AGAIN
                continue
            ends = self._clock() + (renewed.expires_in or LIFE)
            due = ends - self._renewed_before
            if renewed.delivery_mode != mode:
                log.info("= the subscription moves to another channel")
                mode = renewed.delivery_mode
                news.put_nowait(_Moved(mode))

    def _read(self, message: _Locked, subscription_id: str) -> PushEvent | None:
        try:
            data = message.opened()
        except ValueError:
            log.warning("a notification was left out: it could not be decrypted")
            return self._inbox.UNREADABLE
        return self._inbox.read(data, subscription_id=subscription_id)

    async def _leave(
        self, subscription_id: str, line: Line | None, renewal: asyncio.Task[None] | None
    ) -> None:
        """Close all that was opened and take the subscription back: a forgotten one counts until it expires."""
        if renewal:
            renewal.cancel()
        self._forgotten.add(subscription_id)
        with suppress(TimeoutError, Problem):
            async with asyncio.timeout(FAREWELL):
                if line:
                    await line.close()
                await self._take_back()
        if renewal:
            await asyncio.wait([renewal])

    async def _take_back(self, *subscription_ids: str) -> None:
        """Take these subscriptions back, and those that were to be before; what fails is tried at the next chance."""
        self._forgotten.update(subscription_ids)
        for each in tuple(self._forgotten):
            await self._api.unsubscribe(each)
            self._forgotten.discard(each)


@dataclass(frozen=True, slots=True)
class _Moved:
    """The subscription delivers to another channel from now on."""

    to: wire.DeliveryMode | None


@dataclass(frozen=True, slots=True)
class _Locked:
    """What came over a channel, and the key that it is locked with; None if it came open."""

    content: object = field(repr=False)
    key: bytes | None = field(repr=False)

    def opened(self) -> bytes:
        """Return the notification's JSON: AES-128-ECB, PKCS#7, in base64 ("PubNub").

        Raises:
            ValueError: it is not what the key opens, or nested too deeply to be read.
        """
        from Cryptodome.Cipher import AES  # comes with PubNub's client, and like it only when needed
        from Cryptodome.Util.Padding import unpad

        if not isinstance(self.content, str) or self.key is None:
            try:
                return msgspec.json.encode(self.content)
            except RecursionError:
                raise ValueError("nested too deeply") from None
        locked = base64.b64decode(self.content, validate=True)
        return unpad(AES.new(self.key, AES.MODE_ECB).decrypt(locked), AES.block_size)


News = asyncio.Queue[_Locked | _Moved | Problem]
