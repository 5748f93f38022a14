"""Placement: where the cards stand on the screen. Pure geometry, in px of the desktop."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

MARGIN, DISTANCE = 12, 8  # px to the edge of the screen, and between two cards


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; screens left of or above the first have negative origins."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def holds(self, other: Box) -> bool:
        """Whether `other` lies wholly inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def meets(self, other: Box) -> bool:
        """Whether the two have any px in common."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )


class Spots(Protocol):
    """The places that the cards of several rcdesk share."""

    def take(self, spot: Box) -> bool:
        """Take `spot` for a card; False if another rcdesk has it."""

    def release(self, spot: Box) -> None:
        """The card that stood there is gone."""


class Alone:
    """All places are this program's own."""

    def take(self, _spot: Box) -> bool:
        return True

    def release(self, _spot: Box) -> None:
        """Nobody else waits for it."""


class Corner(enum.Enum):
    """Where the first card stands; the others follow upwards or downwards."""

    TOP_LEFT = (False, False)
    TOP_RIGHT = (True, False)
    BOTTOM_LEFT = (False, True)
    BOTTOM_RIGHT = (True, True)

    @property
    def is_right(self) -> bool:
        return self.value[0]

    @property
    def is_bottom(self) -> bool:
        return self.value[1]


def screen_of(tray: Box, screens: Sequence[Box], primary: int = 0) -> int:
    """Return which of `screens` has the tray icon; `primary` if its place is not told (an empty box)."""
    if not tray.empty:
        for index, screen in enumerate(screens):
            if screen.meets(tray):
                return index
    return primary


def corner_near(tray: Box, screen: Box) -> Corner:
    """Return the corner of `screen` nearest the tray icon; bottom right if its place is not told."""
    if tray.empty or not screen.meets(tray):
        return Corner.BOTTOM_RIGHT
    is_right = 2 * tray.x + tray.width >= 2 * screen.x + screen.width
    is_bottom = 2 * tray.y + tray.height >= 2 * screen.y + screen.height
    return Corner((is_right, is_bottom))


def free_spot(
    width: int, height: int, area: Box, corner: Corner, taken: Iterable[Box] = (), *, room: int = 0
) -> Box | None:
    """Return where a card goes: as near to `corner` as the cards that stand there already allow.

    No card ever moves for another one. A column that is full continues in the next one, away from the edge.

    Args:
        area: what of the screen windows may cover; a card lies wholly inside it.
        taken: where the other cards stand, each with the room it may grow into.
        room: px to keep free beyond the card's height, because it may grow.

    Returns:
        None if there is no place: the card waits until another one leaves.
    """
    taken = list(taken)
    height = max(height, room)
    column = _first(area.x, area.right, width, far=corner.is_right)
    while area.x <= column and column + width <= area.right:
        spot = _in_column(Box(column, 0, width, height), area, corner, taken)
        if spot is not None:
            return spot
        column += -(width + DISTANCE) if corner.is_right else width + DISTANCE
    return None


def _in_column(size: Box, area: Box, corner: Corner, taken: list[Box]) -> Box | None:
    y = _first(area.y, area.bottom, size.height, far=corner.is_bottom)
    while True:
        spot = Box(size.x, y, size.width, size.height)
        if not area.holds(spot):
            return None
        in_the_way = [box for box in taken if _spaced(box).meets(spot)]
        if not in_the_way:
            return spot
        if corner.is_bottom:
            y = min(box.y for box in in_the_way) - DISTANCE - size.height
        else:
            y = max(box.bottom for box in in_the_way) + DISTANCE


def _first(low: int, high: int, length: int, *, far: bool) -> int:
    """Where a card starts along one edge; on a screen too small for the margin, at the very edge."""
    margin = MARGIN if length + 2 * MARGIN <= high - low else 0
    return high - margin - length if far else low + margin


def _spaced(box: Box) -> Box:
    return Box(box.x, box.y - DISTANCE + 1, box.width, box.height + 2 * DISTANCE - 2)


def within(box: Box, height: int, corner: Corner) -> Box:
    """Return `box` with another height, still standing on the edge that its corner is at."""
    y = box.bottom - height if corner.is_bottom else box.y
    return Box(box.x, y, box.width, height)
