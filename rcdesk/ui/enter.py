"""Enter: whether a key that dials is meant for the dial pad, or was on its way to what was in front before. Pure."""

from __future__ import annotations

from collections.abc import Callable

SETTLES = 1.0
"""Seconds after the pad was filled, came into view or got the keyboard, in which no key dials."""


class Enter:
    """Watches what happens to the pad, and judges each Enter (or Space on the button) by it.

    A number that came from outside, by a link or a command, may have come with nobody looking: it is not dialled
    by a key until the user has acted in this window.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since = float("-inf")  # when it last became another pad than the one that was looked at
        self.unseen = False

    def on_view(self) -> None:
        """The pad came into view, or its window got the keyboard."""
        self._since = self._clock()

    def on_fill(self, *, outside: bool) -> None:
        """A number was put into the pad; `outside` unless the user asked for that within the program."""
        self._since = self._clock()
        self.unseen = outside

    def on_edit(self) -> None:
        """The user typed in the pad: what stands there now, they have seen."""
        if not self.unseen:
            self._since = float("-inf")

    def on_click(self) -> None:
        """The user clicked somewhere in the window."""
        self.unseen = False

    def on_key(self) -> None:
        """A key other than Enter came; in haste it may have been meant for another window."""
        if self._settled():
            self.unseen = False
        elif self.unseen:
            self._since = self._clock()

    def meant(self) -> bool:
        """Whether a key that dials may do so now. One that may not makes the next one wait again."""
        if self._settled() and not self.unseen:
            return True
        self._since = self._clock()
        return False

    def _settled(self) -> bool:
        return self._clock() - self._since >= SETTLES
