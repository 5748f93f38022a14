"""Both legs, their clocks, and every end told in words, with the buttons that make sense there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from rcdesk.core import numbers
from rcdesk.core.ringout import CallStatus, End, LegStatus, RingOut, Status, Step
from rcdesk.ui.ringout_view import ENDS, MARKS, RingOutView
from rcdesk.ui.timeline import Mark
from tests.ui.form_samples import BEGUN, NOW, ORDER, RINGOUTS, UNDER_WAY, a_ringout


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def view(qtbot: QtBot) -> RingOutView:
    made = RingOutView(lambda number: numbers.show(number, "US"), Clock())
    qtbot.addWidget(made)
    made.resize(420, 600)
    with qtbot.waitActive(made):
        made.show()
    return made


def clock_of(view: RingOutView) -> Clock:
    assert isinstance(view._clock, Clock)
    return view._clock


def told(view: RingOutView) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel) if label.isVisible() and label.text()]


def buttons(view: RingOutView) -> set[str]:
    shown = (view.cancel, view.open_call, view.done, view.again)
    return {button.text() for button in shown if button.isVisible() and button.isEnabled()}


def test_it_tells_whom_from_where_and_what_they_see(view: RingOutView) -> None:
    view.show_progress(UNDER_WAY)
    assert {"Martin Olsen", "+47 22 12 34 56", "Your desk phone answered", "Ringing Martin Olsen …"} <= set(
        told(view)
    )
    assert view.steps[0].detail.text() == "+1 650 555 0101"
    assert view.steps[1].detail.text() == "they see +1 888 543 4778 · 0:00"


def test_each_leg_has_its_own_clock(view: RingOutView) -> None:
    view.show_progress(BEGUN)
    clock_of(view).now += 4
    view._second.timeout.emit()
    assert view.steps[0].detail.text().endswith("· 0:04")
    view.show_progress(UNDER_WAY)
    clock_of(view).now += 11
    view._second.timeout.emit()
    assert view.steps[0].detail.text().endswith("· after 4 s")
    assert view.steps[1].detail.text().endswith("· 0:11")


def test_no_timer_lives_where_nothing_rings_or_nobody_sees_it(view: RingOutView) -> None:
    view.show_progress(BEGUN)
    assert view._second.isActive()
    view.hide()
    assert not view._second.isActive()
    view.show()
    assert view._second.isActive()
    view.show_progress(RINGOUTS["cancelled"])
    assert not view._second.isActive()


def test_another_call_begins_with_new_clocks(view: RingOutView) -> None:
    view.show_progress(BEGUN)
    clock_of(view).now += 30
    view.show_progress(replace(BEGUN, order=replace(ORDER)))
    assert view.steps[0].detail.text().endswith("· 0:00")


@pytest.mark.parametrize("end", RINGOUTS)
def test_how_it_stands_is_told_by_mark_and_words(view: RingOutView, end: str) -> None:
    for progress in a_ringout(end):
        view.show_progress(progress)
    final = RINGOUTS[end]
    assert final.own_words in told(view)
    assert final.other_words in told(view)
    assert (view.steps[0].mark, view.steps[1].mark) == (MARKS[final.own], MARKS[final.other])
    assert (final.summary in told(view)) == (final.end is not None)
    assert (final.advice in told(view)) == bool(final.advice)
    assert view.steps[2].mark is (Mark.DONE if end in ("connected", "over") else Mark.TO_COME)


@pytest.mark.parametrize(
    ("end", "offered"),
    [
        ("begun", {"Cancel the call"}),
        ("under_way", {"Cancel the call", "Open live call"}),
        ("cancelling", {"Open live call"}),
        ("connected", {"Open live call", "Done"}),
        ("over", {"Done"}),
        ("cancelled", {"Done", "Try again"}),
        ("not_cancelled", {"Open live call", "Done"}),
        ("own_not_answered", {"Done", "Try again"}),
        ("not_answered", {"Done", "Try again"}),
        ("failed", {"Done", "Try again"}),
        ("lost", {"Done"}),  # it may be on still: not offered to ring a second time
    ],
)
def test_only_what_makes_sense_is_offered(view: RingOutView, end: str, offered: set[str]) -> None:
    view.show_progress(RINGOUTS[end])
    assert buttons(view) == offered


def test_cancelling_is_shown_until_it_is_known_whether_it_worked(view: RingOutView) -> None:
    view.show_progress(RINGOUTS["cancelling"])
    assert view.cancel.text() == "Cancelling…"


@pytest.mark.parametrize("wish", ["cancel", "open_call", "done", "again"])
def test_each_button_tells_its_wish(view: RingOutView, qtbot: QtBot, wish: str) -> None:
    view.show_progress(UNDER_WAY if wish in ("cancel", "open_call") else RINGOUTS["not_answered"])
    with qtbot.waitSignal(getattr(view, f"{wish}_asked"), timeout=500):
        getattr(view, wish).click()


def test_the_keyboard_never_comes_to_rest_on_what_dials(view: RingOutView) -> None:
    view.show_progress(UNDER_WAY)
    view.focus_first()
    assert view.cancel.hasFocus()
    view.show_progress(RINGOUTS["not_answered"])
    assert view.done.hasFocus()


@pytest.mark.parametrize("pressed", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_is_for_what_is_done_and_for_nothing_else(
    view: RingOutView, qtbot: QtBot, pressed: Qt.Key
) -> None:
    view.show_progress(RINGOUTS["not_answered"])
    view.done.setFocus()
    held = QKeyEvent(QEvent.Type.KeyPress, pressed, Qt.KeyboardModifier.NoModifier, "\r", autorep=True)
    with qtbot.assertNotEmitted(view.done_asked):
        QApplication.sendEvent(view.done, held)
    with qtbot.waitSignal(view.done_asked, timeout=500):
        QTest.keyClick(view.done, pressed)
    view.again.setFocus()
    with qtbot.assertNotEmitted(view.again_asked), qtbot.assertNotEmitted(view.done_asked):
        QTest.keyClick(view.again, pressed)
    view.show_progress(UNDER_WAY)
    view.cancel.setFocus()
    with qtbot.assertNotEmitted(view.cancel_asked):
        QTest.keyClick(view.cancel, pressed)


def test_every_end_and_step_of_the_core_has_its_look() -> None:
    assert set(ENDS) == set(End)
    assert set(MARKS) == set(Step)


def test_a_number_without_a_name_is_the_title(view: RingOutView) -> None:
    view.show_progress(replace(BEGUN, order=replace(ORDER, name="")))
    assert told(view).count("+47 22 12 34 56") == 1


FAILURES = (
    LegStatus.BUSY,
    LegStatus.NO_ANSWER,
    LegStatus.REJECTED,
    LegStatus.ABROAD_OFF,
    LegStatus.BLOCKED,
    LegStatus.FAILED,
    LegStatus.NO_SUCH_NUMBER,
)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("leg", ["caller", "callee"])
def test_every_failure_of_a_leg_is_told_in_its_summary(
    view: RingOutView, leg: str, failure: LegStatus
) -> None:
    ringout = RingOut(ORDER)
    view.show_progress(ringout.progress)
    own = (failure, LegStatus.IN_PROGRESS)
    caller, callee = own if leg == "caller" else (LegStatus.ANSWERED, failure)
    view.show_progress(ringout.apply(Status("1", CallStatus.FAILED, caller, callee), NOW + 5))
    assert view.done.isVisible()
    assert ringout.progress.summary in told(view)
