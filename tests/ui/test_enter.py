"""An Enter that was meant for another window, or for what was there before, never dials."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rcdesk.ui.enter import SETTLES, Enter

ACTS = ("key", "click")
EVENTS = st.tuples(
    st.sampled_from(["fill", "fill from outside", "view", "edit", "enter", *ACTS]),
    st.floats(0, 3 * SETTLES),  # seconds after the one before
)


class Pad:
    """An `Enter` with a clock of its own."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.enter = Enter(lambda: self.now)

    def do(self, what: str) -> bool:
        match what:
            case "enter":
                return self.enter.meant()
            case "fill" | "fill from outside":
                self.enter.on_fill(outside=what != "fill")
            case "view":
                self.enter.on_view()
            case "edit":
                self.enter.on_edit()
            case "key":
                self.enter.on_key()
            case "click":
                self.enter.on_click()
        return False


@given(st.lists(EVENTS, max_size=30))
def test_after_a_number_from_outside_none_dials_before_the_user_has_acted(
    events: list[tuple[str, float]],
) -> None:
    pad = Pad()
    pad.do("fill from outside")
    for what, later in events:
        pad.now += later
        dialled = pad.do(what)
        if what in (*ACTS, "fill"):
            break
        assert not dialled


@given(st.lists(st.floats(0, 0.99 * SETTLES), max_size=10))
def test_keys_in_one_go_with_what_was_typed_elsewhere_are_no_act(gaps: list[float]) -> None:
    pad = Pad()
    pad.do("fill from outside")
    for gap in gaps:
        pad.now += gap
        pad.do("key")
        pad.do("edit")
        assert pad.enter.unseen
        assert not pad.do("enter")
    pad.now += 1.01 * SETTLES
    pad.do("key")
    assert pad.do("enter")


def test_a_click_in_the_window_is_an_act_at_any_moment() -> None:
    pad = Pad()
    pad.do("fill from outside")
    pad.do("click")
    pad.now += 1.01 * SETTLES
    assert pad.do("enter")


def test_one_that_was_not_meant_makes_the_next_one_wait_again() -> None:
    pad = Pad()
    pad.do("fill")
    for _ in range(20):  # somebody presses it again and again
        pad.now += SETTLES * 0.6
        assert not pad.do("enter")
    pad.now += 1.01 * SETTLES
    assert pad.do("enter")


def test_after_the_window_got_the_keyboard_one_is_not_meant_until_something_was_typed() -> None:
    pad = Pad()
    pad.do("view")
    assert not pad.do("enter")
    pad.do("edit")
    assert pad.do("enter")
