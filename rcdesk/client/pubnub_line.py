"""The vendor's PubNub client, held in: it says little, starts nothing that outlives it, and is told when lost.

Importing this imports `pubnub`: only `push_pubnub` does, when it is first listened to.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from pubnub.callbacks import SubscribeCallback
from pubnub.enums import PNReconnectionPolicy, PNStatusCategory
from pubnub.pnconfiguration import PNConfiguration
from pubnub.pubnub_asyncio import EventEngineSubscriptionManager, PubNubAsyncio

log = logging.getLogger(__name__)
logging.getLogger("pubnub").setLevel(logging.CRITICAL)  # it tells of every lost line, with keys and addresses

OPENING = 20.0  # seconds for the first answer of PubNub
CLOSING = 1.0  # seconds; nothing that is waited for then talks to anybody
_STRAYS = ("AsyncClient.request", "AsyncHTTPTransport.aclose")
_LOST = (
    PNStatusCategory.PNUnexpectedDisconnectCategory,
    PNStatusCategory.PNConnectionErrorCategory,
    PNStatusCategory.PNAccessDeniedCategory,
    PNStatusCategory.PNBadRequestCategory,
    PNStatusCategory.PNTimeoutCategory,
    PNStatusCategory.PNNetworkIssuesCategory,
    PNStatusCategory.PNUnknownCategory,
)


class Line:
    """One channel, listened to from `open` on until it is lost or closed."""

    def __init__(
        self,
        subscribe_key: str,
        channel: str,
        origin: str | None,
        *,
        on_message: Callable[[object], None],
        on_lost: Callable[[], None],
    ) -> None:
        """`origin` is the address of a PubNub on this computer, None for the real one. `on_lost` is told once,
        after a successful `open`; then the line is dead."""
        self._channel = channel
        self._on_lost = on_lost
        self._opened: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._over = False
        self._tasks = _Tasks(self._on_task_failed)
        self._client = PubNubAsyncio(
            _configuration(subscribe_key, origin),
            custom_event_loop=self._tasks,
            subscription_manager=_Manager,
        )
        self._client.add_listener(_Listener(on_message, self._on_status))

    async def open(self) -> bool:
        """Listen; return False if PubNub cannot be reached or refuses."""
        self._client.subscribe().channels(self._channel).execute()
        try:
            async with asyncio.timeout(OPENING):
                return await asyncio.shield(self._opened)
        except TimeoutError:
            return False

    async def close(self) -> None:
        """Stop listening and end all that the client has started, within `CLOSING` seconds."""
        self._over = True
        self._client.unsubscribe_all()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING):
                await self._tasks.end()
                await self._client.stop()
                await _strays_gone()

    def _on_status(self, category: PNStatusCategory) -> None:
        if category is PNStatusCategory.PNConnectedCategory:
            if not self._opened.done():
                self._opened.set_result(True)
        elif category in _LOST:
            log.info("! PubNub: %s", category.name)
            self._lose()

    def _on_task_failed(self, error: BaseException) -> None:
        """An exception inside the client ends its listening without a word."""
        log.info("! PubNub's client failed: %s", type(error).__name__)
        self._lose()

    def _lose(self) -> None:
        if self._over:
            return
        if self._opened.done():
            self._over = True
            self._on_lost()
        else:
            self._opened.set_result(False)


def _configuration(subscribe_key: str, origin: str | None) -> PNConfiguration:
    config = PNConfiguration()
    config.subscribe_key = subscribe_key
    config.uuid = f"rcdesk-{uuid.uuid4()}"
    config.disable_config_locking = False
    # Its own attempts to reconnect are silent for minutes; the link makes its own, and says so.
    config.reconnect_policy = PNReconnectionPolicy.NONE
    if origin:
        address = urlsplit(origin)
        config.origin, config.ssl = address.netloc, address.scheme == "https"
    return config


class _Manager(EventEngineSubscriptionManager):  # type: ignore[misc]
    """The client's default, without the event loop that it opens, never uses and never closes."""

    def __init__(self, client: PubNubAsyncio) -> None:
        super().__init__(client)
        self.loop.close()


class _Listener(SubscribeCallback):  # type: ignore[misc]
    """Passes on what the client tells; what it is given to call never raises, which would kill the client."""

    def __init__(
        self, on_message: Callable[[object], None], on_status: Callable[[PNStatusCategory], None]
    ) -> None:
        self._on_message = on_message
        self._on_status = on_status

    def status(self, pubnub: Any, status: Any) -> None:
        """The client's state has changed."""
        self._on_status(status.category)

    def message(self, pubnub: Any, message: Any) -> None:
        """A message has come."""
        self._on_message(message.message)

    def presence(self, pubnub: Any, presence: Any) -> None:
        """Who else listens is none of our business."""


class _Tasks:
    """Takes the event loop's place for the client, so that its tasks have an owner."""

    def __init__(self, on_failed: Callable[[BaseException], None]) -> None:
        self._on_failed = on_failed
        self._tasks: set[asyncio.Task[Any]] = set()

    def is_running(self) -> bool:
        """Whether tasks can be started; there is always a loop here."""
        return True

    def create_task(self, work: Coroutine[Any, Any, Any], name: str = "") -> asyncio.Task[Any]:
        """Run `work` until it ends or `end` is called."""
        task = asyncio.get_running_loop().create_task(work, name=f"pubnub {name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def end(self) -> None:
        """Cancel every task and wait until it is gone."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(list(self._tasks))

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_failed(error)


async def _strays_gone() -> None:
    """Wait for what the client's HTTP part has cancelled or begun to close, and does not wait for itself."""
    strays = [task for task in asyncio.all_tasks() if _name(task) in _STRAYS]
    if strays:
        await asyncio.wait(strays)


def _name(task: asyncio.Task[Any]) -> str:
    return getattr(task.get_coro(), "__qualname__", "")
