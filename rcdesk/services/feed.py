"""Feed: hands each change to its listeners, in order, at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Listener = Callable[[T], None]


class Feed(Generic[T]):
    """One kind of news. Listeners are called in the order in which they subscribed.

    A listener must not block, and what it raises is a bug: it reaches the publisher.
    """

    def __init__(self) -> None:
        self._listeners: dict[int, Listener[T]] = {}
        self._next = 0

    def subscribe(self, listener: Listener[T]) -> Callable[[], None]:
        """Hear of everything published from now on. Returns its undoing, which may be called twice."""
        token, self._next = self._next, self._next + 1
        self._listeners[token] = listener

        def unsubscribe() -> None:
            self._listeners.pop(token, None)

        return unsubscribe

    def publish(self, news: T) -> None:
        """Tell every listener that is subscribed now; one that leaves meanwhile is not called any more."""
        for token in list(self._listeners):
            listener = self._listeners.get(token)
            if listener is not None:
                listener(news)


class Latest(Feed[T]):
    """A feed that remembers the last news, for those who come later and want to know how things stand."""

    def __init__(self, value: T) -> None:
        super().__init__()
        self.value = value

    def publish(self, news: T) -> None:
        self.value = news
        super().publish(news)

    def follow(self, listener: Listener[T]) -> Callable[[], None]:
        """Tell `listener` how things stand now, and of every change from now on."""
        undo = self.subscribe(listener)
        listener(self.value)
        return undo
