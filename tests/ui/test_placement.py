"""Where cards stand: whole on the screen, never over one another, as near to the corner as can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.ui.placement import DISTANCE, MARGIN, Box, Corner, corner_near, free_spot, screen_of, within

HD = Box(0, 0, 1920, 1080)
LEFT_OF_IT = Box(-1280, 200, 1280, 800)
PORTRAIT = Box(1920, -300, 1080, 1920)
NOWHERE = Box(0, 0, 0, 0)

areas = st.builds(
    Box, st.integers(-4000, 4000), st.integers(-4000, 4000), st.integers(200, 3000), st.integers(100, 2500)
)


@pytest.mark.parametrize(
    ("corner", "spot"),
    [
        (Corner.BOTTOM_RIGHT, (1548, 942)),
        (Corner.TOP_RIGHT, (1548, MARGIN)),
        (Corner.BOTTOM_LEFT, (MARGIN, 942)),
        (Corner.TOP_LEFT, (MARGIN, MARGIN)),
    ],
)
def test_the_first_card_stands_in_the_corner(corner: Corner, spot: tuple[int, int]) -> None:
    found = free_spot(360, 126, HD, corner)
    assert found is not None
    assert (found.x, found.y) == spot


def test_the_second_stands_above_the_first_and_takes_the_gap_that_it_leaves() -> None:
    first = free_spot(360, 126, HD, Corner.BOTTOM_RIGHT)
    assert first is not None
    second = free_spot(360, 126, HD, Corner.BOTTOM_RIGHT, [first])
    assert second == Box(first.x, first.y - DISTANCE - 126, 360, 126)
    assert free_spot(360, 126, HD, Corner.BOTTOM_RIGHT, [second]) == first


@given(area=areas, corner=st.sampled_from(Corner), heights=st.lists(st.integers(40, 140), max_size=30))
def test_cards_are_whole_on_the_screen_and_apart(area: Box, corner: Corner, heights: list[int]) -> None:
    taken: list[Box] = []
    for height in heights:
        spot = free_spot(360, height, area, corner, taken)
        if spot is None:
            continue
        assert area.holds(spot)
        grown = Box(spot.x, spot.y - DISTANCE + 1, spot.width, spot.height + 2 * (DISTANCE - 1))
        assert not any(grown.meets(other) for other in taken)
        taken.append(spot)


def test_too_many_cards_continue_in_the_next_column_and_then_wait() -> None:
    area = Box(0, 0, 760, 300)  # two columns of two
    taken: list[Box] = []
    for _ in range(4):
        spot = free_spot(360, 126, area, Corner.BOTTOM_RIGHT, taken)
        assert spot is not None
        taken.append(spot)
    assert len({spot.x for spot in taken}) == 2
    assert free_spot(360, 126, area, Corner.BOTTOM_RIGHT, taken) is None


def test_a_screen_smaller_than_a_card_has_no_place_for_it() -> None:
    assert free_spot(360, 126, Box(0, 0, 300, 900), Corner.BOTTOM_RIGHT) is None


@pytest.mark.parametrize(
    ("tray", "index"),
    [
        (Box(1800, 1050, 24, 24), 0),
        (Box(-100, 900, 24, 24), 1),
        (Box(2500, -280, 24, 24), 2),
        (NOWHERE, 0),
        (Box(9000, 9000, 24, 24), 0),
    ],
)
def test_the_screen_is_the_trays(tray: Box, index: int) -> None:
    assert screen_of(tray, [HD, LEFT_OF_IT, PORTRAIT], primary=0) == index


@pytest.mark.parametrize(
    ("tray", "screen", "corner"),
    [
        (Box(1800, 1050, 24, 24), HD, Corner.BOTTOM_RIGHT),
        (Box(1800, 4, 24, 24), HD, Corner.TOP_RIGHT),
        (Box(4, 1050, 24, 24), HD, Corner.BOTTOM_LEFT),
        (Box(-1270, 210, 24, 24), LEFT_OF_IT, Corner.TOP_LEFT),
        (Box(2900, -290, 24, 24), PORTRAIT, Corner.TOP_RIGHT),
        (NOWHERE, HD, Corner.BOTTOM_RIGHT),
        (Box(1800, 4, 24, 24), LEFT_OF_IT, Corner.BOTTOM_RIGHT),
    ],
)
def test_the_corner_is_the_trays(tray: Box, screen: Box, corner: Corner) -> None:
    assert corner_near(tray, screen) is corner


@pytest.mark.parametrize(("corner", "y"), [(Corner.BOTTOM_RIGHT, 165), (Corner.TOP_RIGHT, 100)])
def test_a_card_that_shrinks_stays_on_its_edge(corner: Corner, y: int) -> None:
    assert within(Box(10, 100, 360, 126), 61, corner) == Box(10, y, 360, 61)
