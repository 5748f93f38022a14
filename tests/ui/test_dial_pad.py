"""A number is dialled only after it was seen in full, and never by what merely fills the pad."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from rcdesk.core.account import DialChoices, Phone
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.ringout import Order, Progress
from rcdesk.services.feed import Latest
from rcdesk.ui.dial_pad import FROM_OUTSIDE, DialPad
from rcdesk.ui.dial_source import DialSource
from rcdesk.ui.enter import SETTLES
from rcdesk.ui.ringout_view import RingOutView
from rcdesk.ui.widgets import GUTTER
from tests.ui import form_samples as samples
from tests.ui.form_samples import CHOICES, FakePreferences


@dataclass
class World:
    choices: Latest[DialChoices] = field(default_factory=lambda: Latest(CHOICES))
    progress: Latest[Progress | None] = field(default_factory=lambda: Latest(None))
    preferences: FakePreferences = field(default_factory=FakePreferences)
    dialled: list[Order] = field(default_factory=list)
    cancelled: int = 0
    refusal: Problem | None = None
    now: float = samples.NOW

    def dial(self, order: Order) -> None:
        if self.refusal:
            raise self.refusal
        self.dialled.append(order)

    def cancel(self) -> None:
        self.cancelled += 1

    def pad(self) -> DialPad:
        source = DialSource(
            self.choices, self.progress, samples.read, self.dial, self.cancel,
            lambda: self.progress.publish(None), samples.who, lambda: self.now,
        )  # fmt: skip
        return DialPad(source, self.preferences)


Shown = Callable[..., tuple[DialPad, World]]


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Shown]:
    def show(**given: object) -> tuple[DialPad, World]:
        world = World(**given)  # type: ignore[arg-type]
        pad = world.pad()
        qtbot.addWidget(pad)
        pad.resize(420, 640)
        with qtbot.waitActive(pad):
            pad.show()
        world.now += SETTLES
        return pad, world

    return show


def press_enter(pad: DialPad) -> None:
    QTest.keyClick(pad.field, Qt.Key.Key_Return)


def test_a_call_by_keyboard_alone(shown: Shown) -> None:
    pad, world = shown()
    QTest.keyClicks(pad.field, "650 555 0147")
    assert pad.call.text() == "Call +1 650 555 0147"
    press_enter(pad)
    assert world.dialled == [Order("+16505550147", "+16505550101", "Desk phone", shown="+1 650 555 0147")]


@pytest.mark.parametrize(
    ("typed", "hint"), [("+4722123456", "Norway · Martin Olsen"), ("650 555 0147 ext. 12", "California")]
)
def test_the_hint_tells_where_the_number_belongs_and_whose_it_is(shown: Shown, typed: str, hint: str) -> None:
    pad, _ = shown()
    pad.field.setText(typed)
    assert pad.hint.text() == hint


def test_the_view_of_a_call_is_built_with_the_first_call(shown: Shown) -> None:
    pad, world = shown()
    assert pad.findChild(RingOutView) is None
    world.progress.publish(samples.UNDER_WAY)
    assert pad.findChild(RingOutView) is pad.ringout


@pytest.mark.parametrize("height", [300, 900], ids=["scrolls", "does not scroll"])
def test_what_scrolls_ends_where_the_button_does(shown: Shown, qtbot: QtBot, height: int) -> None:
    pad, _ = shown()
    pad.resize(380, height)

    def ends() -> set[int]:
        parts = (pad.field, pad.own, pad.keypad, pad.call)
        return {part.mapTo(pad, part.rect().topRight()).x() for part in parts}

    qtbot.waitUntil(lambda: ends() == {380 - GUTTER - 1})


def test_an_extension_can_be_called(shown: Shown) -> None:
    pad, world = shown()
    QTest.keyClicks(pad.field, "118")
    assert (pad.call.text(), pad.hint.text()) == ("Call ext. 118", "Extension of your company")
    press_enter(pad)
    assert world.dialled[0].number == "118"


def test_an_extension_behind_a_number_is_shown_before_it_is_dialled(shown: Shown) -> None:
    pad, world = shown()
    pad.fill("tel:+1-650-555-0147;ext=12")
    assert pad.call.text() == "Call +1 650 555 0147 ext. 12"
    pad.call.click()
    assert world.dialled[0].number == "+16505550147*12"


def test_whom_the_user_calls_goes_along(shown: Shown) -> None:
    pad, world = shown()
    QTest.keyClicks(pad.field, "+4722123456")
    press_enter(pad)
    assert (world.dialled[0].name, world.dialled[0].shown) == ("Martin Olsen", "+47 22 12 34 56")


def test_what_is_no_number_is_not_dialled_and_says_why(shown: Shown) -> None:
    pad, world = shown()
    QTest.keyClicks(pad.field, "650 555 0")
    assert not pad.call.isEnabled()
    assert pad.hint.property("tone") == "dim"  # not while it is being typed
    press_enter(pad)
    assert world.dialled == []
    assert pad.hint.text() == "The area code is missing."
    assert pad.hint.property("tone") == "danger"
    QTest.keyClicks(pad.field, "1")
    assert pad.hint.property("tone") == "dim"


def test_an_emergency_number_is_refused_with_the_reason(shown: Shown) -> None:
    pad, world = shown()
    QTest.keyClicks(pad.field, "911")
    press_enter(pad)
    assert world.dialled == []
    assert "Emergency" in pad.hint.text()


def test_enter_in_an_empty_field_does_nothing(shown: Shown) -> None:
    pad, world = shown()
    press_enter(pad)
    assert world.dialled == []
    assert pad.hint.property("tone") == "dim"


def test_filling_never_dials_and_an_enter_on_its_way_is_not_meant(shown: Shown) -> None:
    pad, world = shown()
    pad.fill("+1 650 555 0147")
    assert pad.field.hasFocus()
    press_enter(pad)
    assert world.dialled == []
    world.now += SETTLES
    press_enter(pad)
    assert len(world.dialled) == 1


def test_a_number_from_outside_is_not_dialled_by_an_enter_however_late_and_says_so(shown: Shown) -> None:
    pad, world = shown()
    pad.fill("+1 650 555 0147", outside=True)
    for _ in range(3):
        world.now += 60
        press_enter(pad)
    assert world.dialled == []
    assert pad.hint.text() == FROM_OUTSIDE


def test_a_number_from_outside_is_dialled_by_its_button(shown: Shown) -> None:
    pad, world = shown()
    pad.fill("+1 650 555 0147", outside=True)
    QTest.mouseClick(pad.call, Qt.MouseButton.LeftButton)
    assert len(world.dialled) == 1


@pytest.mark.parametrize("act", [Qt.Key.Key_Tab, Qt.Key.Key_Left, Qt.Key.Key_Space])
def test_a_number_from_outside_is_dialled_by_enter_once_the_user_has_typed_here(
    shown: Shown, act: Qt.Key
) -> None:
    pad, world = shown()
    pad.fill("+1 650 555 0147", outside=True)
    world.now += SETTLES
    QTest.keyClick(pad.field, act)
    pad.field.setFocus()
    press_enter(pad)
    assert len(world.dialled) == 1


def test_a_number_from_outside_is_dialled_by_enter_once_the_user_has_clicked_here(shown: Shown) -> None:
    pad, world = shown()
    pad.fill("+1 650 555 0147", outside=True)
    QTest.mouseClick(pad.field, Qt.MouseButton.LeftButton)
    world.now += SETTLES
    press_enter(pad)
    assert len(world.dialled) == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Enter])
def test_a_key_that_leaves_a_window_is_no_act_in_it(shown: Shown, key: Qt.Key) -> None:
    pad, world = shown()
    pad.fill("+1 650 555 0147", outside=True)
    world.now += SETTLES
    QTest.keyClick(pad.field, key)
    world.now += SETTLES
    press_enter(pad)
    assert world.dialled == []


def test_an_act_in_another_window_is_none_in_this_one(shown: Shown, qtbot: QtBot) -> None:
    pad, world = shown()
    other = QLineEdit()
    qtbot.addWidget(other)
    pad.fill("+1 650 555 0147", outside=True)
    world.now += SETTLES
    QTest.keyClick(other, Qt.Key.Key_A)
    QTest.mouseClick(other, Qt.MouseButton.LeftButton)
    press_enter(pad)
    assert world.dialled == []


def test_a_key_that_came_with_the_window_to_the_front_dials_nothing(shown: Shown, qtbot: QtBot) -> None:
    """What was in front has closed, and what was typed for it comes here."""
    pad, world = shown()
    QTest.keyClicks(pad.field, "650 555 0147")
    other = QLineEdit()
    qtbot.addWidget(other)
    with qtbot.waitActive(other):
        other.show()
    other.hide()
    pad.activateWindow()
    qtbot.waitUntil(pad.isActiveWindow)
    press_enter(pad)
    pad.call.setFocus()
    QTest.keyClick(pad.call, Qt.Key.Key_Space)
    assert world.dialled == []
    world.now += SETTLES
    QTest.keyClick(pad.call, Qt.Key.Key_Space)
    assert len(world.dialled) == 1


def test_a_space_that_came_with_the_window_to_the_front_does_not_dial_once_more(shown: Shown) -> None:
    pad, world = shown()
    world.progress.publish(samples.RINGOUTS["not_answered"])
    pad.ringout.again.setFocus()
    pad._enter.on_view()
    QTest.keyClick(pad.ringout.again, Qt.Key.Key_Space)
    assert world.dialled == []
    world.now += SETTLES
    QTest.keyClick(pad.ringout.again, Qt.Key.Key_Space)
    assert world.dialled == [samples.ORDER]


def test_when_the_pad_comes_back_after_a_call_an_enter_on_its_way_is_not_meant(shown: Shown) -> None:
    pad, world = shown()
    QTest.keyClicks(pad.field, "650 555 0147")
    world.progress.publish(samples.RINGOUTS["not_answered"])
    QTest.keyClick(pad.ringout.done, Qt.Key.Key_Space)
    press_enter(pad)
    assert world.dialled == []


def test_the_keyboard_is_in_the_field_as_soon_as_the_pad_is_chosen(qtbot: QtBot) -> None:
    world = World()
    pad, other, panes = world.pad(), QLineEdit(), QStackedWidget()
    for pane in (other, pad):
        panes.addWidget(pane)
    qtbot.addWidget(panes)
    with qtbot.waitActive(panes):
        panes.show()
    pad.field.setText("650 555 0147")
    panes.setCurrentWidget(pad)
    assert pad.field.hasFocus()
    press_enter(pad)  # still meant for what chose the pad
    assert world.dialled == []


def test_a_held_enter_key_dials_nothing(shown: Shown) -> None:
    from PySide6.QtGui import QKeyEvent

    pad, world = shown()
    QTest.keyClicks(pad.field, "650 555 0147")
    held = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
    pad.keyPressEvent(held)
    assert world.dialled == []


def test_enter_elsewhere_on_the_pad_does_not_dial(shown: Shown) -> None:
    pad, world = shown()
    QTest.keyClicks(pad.field, "650 555 0147")
    pad.own.choice.setFocus()
    QTest.keyClick(pad.own.choice, Qt.Key.Key_Return)
    assert world.dialled == []


def test_keys_type_at_the_cursor_and_leave_the_keyboard_there(shown: Shown) -> None:
    pad, _ = shown()
    QTest.keyClicks(pad.field, "65")
    pad.field.setCursorPosition(1)
    QTest.mouseClick(pad.keypad.keys["7"], Qt.MouseButton.LeftButton)
    assert pad.field.text() == "675"
    assert pad.field.hasFocus()


def test_a_long_press_of_zero_is_a_plus(shown: Shown, qtbot: QtBot) -> None:
    pad, _ = shown()
    zero = pad.keypad.keys["0"]
    zero._held.setInterval(0)
    QTest.mousePress(zero, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pad.field.text() == "+")
    QTest.mouseRelease(zero, Qt.MouseButton.LeftButton)
    assert pad.field.text() == "+"


def test_a_short_press_of_zero_is_a_zero(shown: Shown) -> None:
    pad, _ = shown()
    QTest.mouseClick(pad.keypad.keys["0"], Qt.MouseButton.LeftButton)
    assert pad.field.text() == "0"


def test_the_last_choices_come_back(shown: Shown) -> None:
    pad, world = shown()
    pad.own.choice.setCurrentIndex(1)
    pad.seen.choice.setCurrentIndex(1)
    pad.prompt.setChecked(True)
    pad.fill("6505550147")
    pad.call.click()
    order = world.dialled[0]
    assert (order.own, order.caller_id, order.prompt) == ("+16505550199", "+18885434778", True)
    again, _ = shown(preferences=world.preferences)
    assert (again.own.number, again.seen.number, again.prompt.isChecked()) == (
        "+16505550199",
        "+18885434778",
        True,
    )


def test_choices_that_come_late_are_offered_and_the_last_one_is_chosen(shown: Shown) -> None:
    pad, world = shown(choices=Latest(DialChoices()), preferences=FakePreferences(last_phone="+16505550199"))
    world.choices.publish(CHOICES)
    assert (pad.own.number, pad.own.label) == ("+16505550199", "Mobile")


def test_a_choice_by_hand_outlives_another_offer(shown: Shown) -> None:
    pad, world = shown(preferences=FakePreferences(last_phone="+16505550101"))
    pad.own.choice.setFocus()
    QTest.keyClick(pad.own.choice, Qt.Key.Key_Down)
    world.choices.publish(CHOICES)
    assert pad.own.label == "Mobile"


def test_without_phones_another_number_can_be_typed(shown: Shown) -> None:
    pad, world = shown(choices=Latest(DialChoices()))
    pad.fill("+4722123456")
    pad.call.click()
    assert world.dialled == []
    assert pad.own.typed.wrong == "Type the number of the phone that shall ring first."
    QTest.keyClicks(pad.own.typed.field, "650 555 0")
    pad.call.click()
    assert pad.own.typed.wrong == "The area code is missing."
    pad.own.typed.field.setText("650 555 0147")
    pad.call.click()
    assert world.dialled[0].own == "+16505550147"


def test_another_number_is_kept_when_the_phones_are_read_again(shown: Shown) -> None:
    pad, world = shown(choices=Latest(DialChoices()))
    QTest.keyClicks(pad.own.typed.field, "650 555 0147")
    world.choices.publish(DialChoices((Phone("+16505550101", "Desk phone"),)))
    assert pad.own.number == "650 555 0147"


def test_a_phone_that_somebody_else_chose_is_not_kept(shown: Shown) -> None:
    pad, world = shown(preferences=FakePreferences(last_phone="+16505550101"))
    QTest.keyClick(pad.own.choice, Qt.Key.Key_Down)
    assert pad.own.number == "+16505550199"
    world.preferences.update(last_phone="")
    world.choices.publish(DialChoices())
    assert pad.own.number == ""
    world.choices.publish(CHOICES)
    assert pad.own.number == CHOICES.phones[0].number


def test_a_refusal_is_told_where_the_button_is(shown: Shown) -> None:
    refusal = Problem("The call was not placed.", "Sign in first.", Kind.SIGN_IN)
    pad, _ = shown(refusal=refusal)
    QTest.keyClicks(pad.field, "650 555 0147")
    press_enter(pad)
    assert pad.problem.isVisible()
    QTest.keyClicks(pad.field, "1")
    assert not pad.problem.isVisible()


def test_the_call_takes_the_place_of_the_pad_until_it_was_looked_at(shown: Shown) -> None:
    pad, world = shown()
    pad.field.setText("+4722123456")
    world.progress.publish(samples.BEGUN)
    assert pad.ringout.isVisible()
    pad.ringout.cancel.click()
    assert world.cancelled == 1
    world.progress.publish(samples.RINGOUTS["cancelled"])
    pad.ringout.done.click()
    assert not pad.ringout.isVisible()
    assert pad.field.text() == "+4722123456"  # it was not reached: likely to be tried again


@pytest.mark.parametrize("end", ["connected", "over"])
def test_after_a_call_that_connected_the_pad_is_empty(shown: Shown, end: str) -> None:
    pad, world = shown()
    pad.field.setText("+4722123456")
    world.progress.publish(samples.RINGOUTS[end])
    pad.ringout.done.click()
    assert pad.field.text() == ""


def test_the_keyboard_stays_in_the_pads_place_whatever_stands_there(qtbot: QtBot) -> None:
    world = World()
    window, header, pad = QWidget(), QPushButton("the first control"), world.pad()
    layout = QVBoxLayout(window)
    for part in (header, pad):
        layout.addWidget(part)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    pad.field.setFocus()
    begun = replace(samples.BEGUN, can_cancel=False)
    cancelling = replace(begun, cancelling=True)
    for progress in (begun, samples.BEGUN, cancelling, samples.RINGOUTS["cancelled"], None):
        world.progress.publish(progress)
        focused = window.focusWidget()
        assert focused
        assert pad.isAncestorOf(focused), progress
    assert pad.field.hasFocus()


def test_once_more_dials_the_same_order(shown: Shown) -> None:
    pad, world = shown()
    world.progress.publish(samples.RINGOUTS["not_answered"])
    pad.ringout.again.click()
    assert world.dialled == [samples.ORDER]


def test_a_link_during_a_call_waits_for_its_end(shown: Shown) -> None:
    pad, world = shown()
    world.progress.publish(samples.UNDER_WAY)
    pad.fill("6505550147")
    assert pad.ringout.isVisible()
    world.progress.publish(samples.RINGOUTS["not_answered"])
    pad.ringout.done.click()
    assert pad.field.text() == "+1 650 555 0147"


def test_a_link_after_a_call_puts_its_end_away(shown: Shown) -> None:
    pad, world = shown()
    world.progress.publish(samples.RINGOUTS["not_answered"])
    pad.fill("6505550147")
    assert not pad.ringout.isVisible()
    assert pad.field.hasFocus()


def test_a_key_pressed_in_haste_at_the_end_dials_nothing(shown: Shown) -> None:
    pad, world = shown()
    world.progress.publish(samples.UNDER_WAY)
    pad.ringout.cancel.setFocus()
    world.progress.publish(samples.RINGOUTS["not_answered"])
    assert pad.ringout.done.hasFocus()
    QTest.keyClick(pad.ringout.done, Qt.Key.Key_Space)
    assert world.dialled == []


def test_a_links_number_is_shown_as_people_write_it(shown: Shown) -> None:
    pad, _ = shown()
    pad.fill("tel:+1-650-555-0147")
    assert pad.field.text() == "+1 650 555 0147"
    pad.fill("tel:nonsense")
    assert pad.field.text() == "nonsense", "what cannot be read stays, to be mended"


def test_a_number_that_is_not_to_be_seen_is_not_dialled(shown: Shown) -> None:
    """The end of a call stands in the field's place; a shortcut may bring the keyboard to the field all the same."""
    pad, world = shown()
    world.progress.publish(samples.RINGOUTS["not_answered"])
    pad.field.setText("650 555 0182")
    pad.field.setFocus()
    press_enter(pad)
    assert world.dialled == []
