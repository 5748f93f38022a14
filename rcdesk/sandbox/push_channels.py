"""PubNub's memory: channels that keep what was said, and timetokens that tell what a client has heard.

It has no clock, loop or socket of its own. Figures: PubNub keeps about 100 messages of a channel for about
20 minutes; a client that asks with an older timetoken loses the rest without a word.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

KEPT = 100
"""Messages of a channel that are kept."""
KEPT_FOR = 20 * 60
"""Seconds that they are kept."""
TICKS = 10_000_000
"""A second in timetokens, which count since 1970; they have 17 digits until the year 2286."""


@dataclass(frozen=True)
class Message:
    """Something said on a channel, at a moment that no other message has."""

    timetoken: int
    channel: str
    payload: Any


class Channels:
    """Every channel by name. Whoever asks for what came after a timetoken gets each such message once, in order."""

    def __init__(self, real: Callable[[], float]) -> None:
        """`real` gives Unix seconds."""
        self._real = real
        self._last = 0
        self._said: dict[str, deque[Message]] = {}
        self._waiting: dict[Callable[[], None], frozenset[str]] = {}

    @property
    def waiting(self) -> int:
        """How many are waiting for a message."""
        return len(self._waiting)

    def now(self) -> int:
        """A timetoken that is later than all that has been said, and earlier than all that will be."""
        self._last = max(self._last + 1, int(self._real() * TICKS))
        return self._last

    def open(self, channel: str) -> None:
        """Begin to keep what is said on a channel."""
        self._said[channel] = deque(maxlen=KEPT)

    def close(self, channel: str) -> None:
        """Forget a channel; whoever still listens to it hears nothing more."""
        self._said.pop(channel, None)

    def publish(self, channel: str, payload: Any) -> None:
        """Say something on an open channel, and wake whoever waits for it."""
        if channel not in self._said:
            return
        self._said[channel].append(Message(self.now(), channel, payload))
        for wake, channels in list(self._waiting.items()):
            if channel in channels:
                wake()

    def after(self, channels: Iterable[str], timetoken: int) -> list[Message]:
        """What was said on these channels later than `timetoken` and is still kept, oldest first."""
        newer_than = max(timetoken, int((self._real() - KEPT_FOR) * TICKS))
        said = (message for name in set(channels) for message in self._said.get(name, ()))
        return sorted((one for one in said if one.timetoken > newer_than), key=lambda one: one.timetoken)

    @contextmanager
    def listening(self, channels: Iterable[str], wake: Callable[[], None]) -> Iterator[None]:
        """Have `wake` called at each message on these channels while the block runs."""
        self._waiting[wake] = frozenset(channels)
        try:
            yield
        finally:
            del self._waiting[wake]

    def wake_all(self) -> None:
        """Wake everybody, although nothing was said."""
        for wake in list(self._waiting):
            wake()
