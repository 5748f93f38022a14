"""The window: panes on demand, troubles in words, a place that is remembered, and nothing that ticks at rest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QHelpEvent, QImage, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from rcdesk.core.account import Account, Availability, DndStatus, Presence, UserStatus
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.session import Phase, SessionState
from rcdesk.ui import controls, theme
from rcdesk.ui.detail import Detail
from rcdesk.ui.history_pane import HistoryPane
from rcdesk.ui.main_window import MainWindow
from rcdesk.ui.navigation import Pane
from rcdesk.ui.session_words import SIGN_IN_TO_CALL, SIGN_IN_TO_SEE
from rcdesk.ui.widgets import GUTTER, GutterBar
from tests.ui.assembled import Assembled
from tests.ui.world import NOW, RECORDS, RINGING, TALKING, World, became, began, over

Show = Callable[..., Assembled]
REFUSED = Problem("The presence was not changed.", "Try again in a moment.", Kind.THROTTLED)
OFFLINE = Problem("The call log was not read.", "Check the network.", Kind.OFFLINE)


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    made: list[Assembled] = []

    def _show(
        world: World | None = None, width: int = 420, place: str = "", *, tray: bool = False
    ) -> Assembled:
        assembled = Assembled(world or World(), place, tray=tray)
        if not place:
            assembled.window.resize(width, 720)
        assembled.window.show()
        made.append(assembled)
        return assembled

    yield _show
    for assembled in made:
        assembled.window.hide()
        assembled.window.deleteLater()


def key(
    window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.ControlModifier
) -> None:
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    QTest.keyClick(window, key, modifier)


def test_only_the_first_pane_is_built_at_start(show: Show) -> None:
    made = show()
    assert made.built == [Pane.CALLS]
    made.window.show_pane(Pane.HISTORY)
    made.window.show_pane(Pane.CALLS)
    made.window.show_pane(Pane.HISTORY)
    assert made.built == [Pane.CALLS, Pane.HISTORY]


@pytest.mark.parametrize(
    ("pressed", "pane"),
    [
        (Qt.Key.Key_1, Pane.CALLS),
        (Qt.Key.Key_2, Pane.DIAL),
        (Qt.Key.Key_3, Pane.HISTORY),
        (Qt.Key.Key_4, Pane.SETTINGS),
        (Qt.Key.Key_K, Pane.DIAL),
        (Qt.Key.Key_F, Pane.HISTORY),
    ],
)
def test_shortcuts_lead_to_panes(show: Show, pressed: Qt.Key, pane: Pane) -> None:
    made = show()
    made.window.show_pane(Pane.SETTINGS if pane is Pane.CALLS else Pane.CALLS)
    key(made.window, pressed)
    assert made.window.current_pane is pane
    assert made.window.navigation.button(pane).isChecked()


@pytest.mark.parametrize(("pressed", "pane"), [(Qt.Key.Key_K, Pane.DIAL), (Qt.Key.Key_F, Pane.HISTORY)])
def test_fields_get_the_keyboard(show: Show, pressed: Qt.Key, pane: Pane) -> None:
    made = show()
    key(made.window, pressed)
    field = made.window.pane(pane).findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    assert made.window.focusWidget() is field


def test_the_shortcut_of_the_history_leads_into_its_list(show: Show) -> None:
    made = show()
    key(made.window, Qt.Key.Key_3)
    pane = made.window.pane(Pane.HISTORY)
    assert isinstance(pane, HistoryPane)
    assert made.window.focusWidget() is pane.list
    assert pane.list.current_record() == RECORDS[0]
    made.window.resize(1000, 720)
    made.window.write_note(RECORDS[0])
    key(made.window, Qt.Key.Key_3)
    assert made.window.focusWidget() is pane.list
    key(made.window, Qt.Key.Key_F)
    key(made.window, Qt.Key.Key_3)
    assert made.window.focusWidget() is pane.search, "it is there already"


def test_a_field_that_is_not_to_be_seen_gets_no_key(show: Show) -> None:
    """While a RingOut is followed, the dial pad has no field: what is typed must not be dialled unseen."""
    made = show()
    pad = made.window.pane(Pane.DIAL)
    field = pad.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    page = QWidget()
    QVBoxLayout(page).addWidget(field)
    pad.layout().addWidget(page)
    page.hide()
    key(made.window, Qt.Key.Key_K)
    assert made.window.current_pane is Pane.DIAL
    assert made.window.focusWidget() is not field


@pytest.mark.parametrize("pane", Pane)
def test_the_bar_leads_to_panes(show: Show, pane: Pane) -> None:
    made = show()
    made.window.navigation.button(pane).click()
    assert made.window.current_pane is pane
    assert made.window.pane(pane).isVisible()


def test_escape_leads_back_to_the_calls(show: Show) -> None:
    made = show()
    made.window.show_pane(Pane.SETTINGS)
    made.world.problems.publish(REFUSED)
    key(made.window, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert made.window.banner.isHidden()
    assert made.window.current_pane is Pane.SETTINGS
    key(made.window, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert made.window.current_pane is Pane.CALLS


def test_the_badge_counts_missed_calls(show: Show) -> None:
    made = show()
    history = made.window.navigation.button(Pane.HISTORY)
    assert (history.count, history.accessibleName()) == (2, "History, 2 missed calls")
    made.world.missed.publish(0)
    assert (history.count, history.accessibleName()) == (0, "History")


def test_the_strip_shows_live_calls_wherever_the_calls_pane_is_not(show: Show) -> None:
    made = show()
    made.world.changes.publish(began(RINGING))
    strip = made.window.strip
    assert strip.isHidden()
    made.window.show_pane(Pane.DIAL)
    assert [line.call.key for line in strip.lines] == ["ringing"]
    assert strip.lines[0].accessibleName() == "Martin Olsen, Ringing 0:09. Show it"
    made.world.changes.publish(began(TALKING))
    assert len(strip.lines) == 2
    made.world.changes.publish(became(RINGING, stage=TALKING.stage, answered_at=NOW))
    assert [line.accessibleName().split(",")[1] for line in strip.lines] == [
        " On a call 04:12. Show it",
        " On a call 00:00. Show it",
    ]
    strip.lines[0].click()
    assert made.window.current_pane is Pane.CALLS
    assert strip.isHidden()


def test_a_window_that_is_gone_hears_nothing_of_the_calls_that_are_left(show: Show) -> None:
    made = show(World((TALKING,)))
    made.window.show_pane(Pane.DIAL)
    window = MainWindow(
        made.world.window(), made.model, dict.fromkeys(Pane, QWidget), made._detail, made.ticker
    )
    shiboken6.delete(window)
    made.world.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW))  # would raise: the C++ object is deleted
    made.world.changes.publish(over(TALKING))


def test_the_strip_goes_with_the_last_call(show: Show) -> None:
    made = show()
    made.window.show_pane(Pane.DIAL)
    made.world.changes.publish(began(RINGING))
    assert not made.window.strip.isHidden()
    made.world.changes.publish(over(RINGING))
    assert made.window.strip.isHidden()


def test_a_problem_is_told_with_its_remedy_and_goes_when_dismissed(show: Show) -> None:
    made = show()
    made.world.problems.publish(REFUSED)
    banner = made.window.banner
    assert banner.isVisible()
    assert banner.accessibleName() == "The presence was not changed. Try again in a moment."
    assert banner.action.isHidden(), "nothing can be tried again inside a penalty"
    banner.close_button.click()
    assert banner.isHidden()


def test_what_passes_can_be_tried_again(show: Show) -> None:
    made = show()
    made.world.problems.publish(OFFLINE)
    assert made.window.banner.action.text() == "Try again"
    made.window.banner.action.click()
    assert made.world.retried == 1
    assert made.window.banner.isHidden()


def test_an_expired_session_keeps_everything_and_asks_to_sign_in(qtbot: QtBot, show: Show) -> None:
    made = show(World((TALKING,)))
    made.world.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW))
    made.world.session.publish(replace(made.world.session.value, phase=Phase.EXPIRED))
    window = made.window
    assert window.banner.problem is not None
    assert window.banner.problem.title == "Your sign-in has ended."
    assert window.banner.close_button.isHidden(), "it stays until somebody signs in"
    assert made.calls_pane.isVisible()
    assert len(made.calls_pane.cards.cards) == 1
    assert window.banner.problem.remedy == "Sign in again. What is shown is as of 10:42."
    assert not window.strip.age.isVisible(), "it is said once"
    with qtbot.waitSignal(window.sign_in_asked):
        window.banner.action.click()
    made.world.session.publish(replace(made.world.session.value, phase=Phase.SIGNING_IN))
    assert made.calls_pane.isVisible(), "whoever signs in again in place loses nothing meanwhile"
    assert window.header.person.accessibleName().startswith("Dana Novak")
    made.world.session.publish(replace(made.world.session.value, phase=Phase.SIGNED_IN))
    assert window.banner.isHidden()


def test_a_passing_problem_does_not_hide_that_the_session_is_over(show: Show) -> None:
    made = show()
    made.world.session.publish(replace(made.world.session.value, phase=Phase.EXPIRED, over=REFUSED))
    made.world.problems.publish(OFFLINE)
    made.window.show_pane(Pane.HISTORY)
    assert made.window.banner.problem is OFFLINE, "to look at another pane dismisses nothing"
    made.window.banner.dismiss()
    assert made.window.banner.problem is REFUSED


def test_signed_out_each_pane_says_what_signing_in_is_good_for(show: Show) -> None:
    world = World()
    world.session.publish(SessionState(Phase.SIGNED_OUT))
    made = show(world)

    def said() -> set[str]:
        return {label.text() for label in made.window.signed_out.findChildren(QLabel)}

    assert SIGN_IN_TO_SEE in said()
    made.window.show_pane(Pane.DIAL)
    assert SIGN_IN_TO_CALL in said()
    world.session.publish(SessionState(Phase.SIGNING_IN))
    assert "Signing in…" in said()


def test_signed_out_it_offers_to_sign_in_where_calls_would_be(qtbot: QtBot, show: Show) -> None:
    world = World()
    world.session.publish(SessionState())
    made = show(world)
    assert made.window.signed_out.isVisible()
    made.window.show_pane(Pane.HISTORY)
    assert not made.window.signed_out.isVisible(), "the history is on this computer"
    made.window.show_pane(Pane.DIAL)
    assert made.window.signed_out.isVisible()
    with qtbot.waitSignal(made.window.sign_in_asked):
        made.window.signed_out.asked.emit()
    button = made.window.signed_out.findChild(controls.Button)
    assert button
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        with qtbot.waitSignal(made.window.sign_in_asked):
            QTest.keyClick(button, key)
    world.session.publish(World().session.value)
    assert not made.window.signed_out.isVisible()


def test_a_session_that_was_over_at_the_start_says_why_until_somebody_signs_in(show: Show) -> None:
    world = World()
    world.session.publish(SessionState(over=REFUSED))
    world.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW))
    made = show(world)
    assert str(REFUSED) in page_of(made)
    assert made.window.banner.isHidden(), "it is said once"
    made.window.show_pane(Pane.HISTORY)
    assert made.window.banner.problem
    assert made.window.banner.problem.title == REFUSED.title
    assert not made.window.strip.age.isVisible(), "it is said once"
    made.window.show_pane(Pane.CALLS)
    assert made.window.banner.isHidden()
    made.window.show_pane(Pane.HISTORY)
    world.session.publish(World().session.value)
    assert made.window.banner.isHidden()


def page_of(made: Assembled) -> list[str]:
    return [label.text() for label in made.window.signed_out.findChildren(QLabel)]


def test_why_signing_in_failed_is_told_where_calls_would_be(show: Show) -> None:
    world = World()
    world.session.publish(SessionState(problem=REFUSED))
    made = show(world)
    assert str(REFUSED) in page_of(made)
    assert made.window.banner.isHidden()
    world.session.publish(SessionState(Phase.SIGNING_IN, problem=OFFLINE))
    assert str(OFFLINE) in page_of(made)


def test_while_somebody_signs_in_again_what_was_on_screen_stays(show: Show) -> None:
    made = show(World((TALKING,)))
    account = made.world.session.value.account
    made.world.session.publish(SessionState(Phase.EXPIRED, account, over=REFUSED))
    made.world.session.publish(SessionState(Phase.SIGNING_IN, account))
    assert made.calls_pane.isVisible()
    assert not made.window.signed_out.isVisible()


def test_the_end_of_a_session_is_told_once_ahead_of_time(qtbot: QtBot, show: Show) -> None:
    made = show()
    banner, inside = made.window.banner, made.world.session.value
    near = replace(inside, ends_at=NOW + 3600, ends_soon=True)
    made.world.session.publish(replace(near, ends_soon=False))
    assert banner.isHidden()
    made.world.session.publish(near)
    assert banner.problem is not None
    assert banner.problem.title == "Your sign-in ends today at 11:42, as your administrator has set."
    with qtbot.waitSignal(made.window.sign_in_asked):
        banner.action.click()
    made.world.session.publish(SessionState(Phase.SIGNING_IN, inside.account))
    assert banner.isVisible()
    made.world.session.publish(near)
    assert banner.isVisible()
    banner.close_button.click()
    made.world.session.publish(near)
    assert banner.isHidden(), "it was dismissed"
    made.world.session.publish(replace(near, ends_at=NOW + 90_000))
    assert banner.isVisible()
    made.world.session.publish(inside)
    assert banner.isHidden(), "somebody has signed in again"


@pytest.mark.parametrize("width", [420, 900])
def test_the_call_of_somebody_else_is_not_shown_any_longer(show: Show, width: int) -> None:
    world = World()
    inside = world.session.value
    world.session.publish(SessionState())
    made = show(world, width=width)
    made.window.show_record(RECORDS[0])
    detail = made.window.findChild(Detail)
    assert isinstance(detail, Detail)
    made.world.session.publish(inside)
    made.world.session.publish(replace(inside, phase=Phase.EXPIRED))
    made.world.session.publish(inside)
    assert detail.past.record == RECORDS[0]
    made.world.session.publish(replace(inside, account=Account("1", "999", "109", "Ben Ode")))
    assert detail.past.record is None
    assert detail.isVisible() == made.window.wide


def test_a_notice_is_told(show: Show) -> None:
    made = show()
    told = "Signed in for this run only: there is no keyring on this computer."
    made.world.session.publish(replace(made.world.session.value, notice=told))
    banner = made.window.banner
    assert banner.problem is not None
    assert banner.problem.title == told
    assert banner.action.isHidden()
    banner.dismiss()
    made.world.session.publish(replace(made.world.session.value, notice=told))
    assert banner.isHidden(), "it was dismissed"
    made.world.session.publish(replace(made.world.session.value, notice="another"))
    assert banner.isVisible()
    made.world.session.publish(replace(made.world.session.value, notice=""))
    assert banner.isHidden(), "the keyring is unlocked"


def test_the_header_says_who_what_and_how(show: Show) -> None:
    made = show()
    header = made.window.header
    assert header.person.accessibleName() == "Dana Novak, extension 101, Available. Change presence"
    assert header.link.accessibleName() == "Connection: Live"
    assert header.link.explained().startswith("Live since 09:42, last event 12 s ago.")
    made.world.link.publish(LinkStatus(LinkState.RECOVERING, NOW, barred_until=NOW + 3 * 3600))
    assert header.link.explained().splitlines() == [
        "Recovering since 10:42, last event 12 s ago.",
        "Calls may be missing: the server answers no check before 13:42.",
    ]
    made.world.link.publish(LinkStatus(LinkState.POLLING, NOW))
    made.world.presence.publish(Presence(UserStatus.AVAILABLE, DndStatus.TAKE_NONE))
    assert header.link.accessibleName() == "Connection: Polling"
    assert "Do not disturb" in header.person.accessibleName()


def test_the_status_line_says_since_when_the_link_is_not_live(show: Show) -> None:
    made = show()
    link = made.window.header.link
    assert link.since() == ""
    live = link.sizeHint()
    for state in (LinkState.RECOVERING, LinkState.POLLING, LinkState.SIGNED_OUT):
        made.world.link.publish(LinkStatus(state, NOW - 3600))
        assert link.since() == "since 09:42"
        assert "since 09:42" in link.accessibleDescription()
        assert link.sizeHint().width() > live.width()
        assert link.height() == live.height()
    made.world.link.publish(LinkStatus(LinkState.CONNECTING, NOW))
    assert link.since() == ""


def test_the_tooltip_is_true_when_it_is_read(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    made = show()
    told: list[str] = []
    monkeypatch.setattr("rcdesk.ui.header.QToolTip.showText", lambda _at, text, _widget: told.append(text))
    link = made.window.header.link
    made.world.now += 3600
    point = link.rect().center()
    QApplication.sendEvent(link, QHelpEvent(QEvent.Type.ToolTip, point, link.mapToGlobal(point)))
    assert told == [link.explained()]


def test_the_presence_menu_asks_and_never_blocks(qtbot: QtBot, show: Show) -> None:
    made = show()
    made.window.header.person.click()
    menu = made.window.header.findChild(QMenu)
    assert isinstance(menu, QMenu)
    busy = next(action for action in menu.actions() if action.text() == "Busy")
    with qtbot.waitSignal(made.window.presence_asked, check_params_cb=lambda w: w is Availability.BUSY):
        busy.trigger()
    menu.close()


def test_two_columns_from_840_px(show: Show) -> None:
    made = show(width=839)
    assert made.window.findChild(Detail) is None
    made.window.resize(840, 720)
    detail = made.window.findChild(Detail)
    assert isinstance(detail, Detail)
    assert detail.isVisible()
    assert made.window.columns.list.width() == 420
    made.window.resize(700, 720)
    assert not detail.isVisible()
    assert made.calls_pane.isVisible()


@pytest.mark.parametrize("height", [420, 1400], ids=["scrolls", "does not scroll"])
def test_what_scrolls_ends_where_everything_else_does(show: Show, height: int) -> None:
    made = show(World((TALKING,)))
    made.window.resize(420, height)

    def right(part: QWidget) -> int:
        QApplication.processEvents()
        return part.mapTo(made.window, QPoint(part.width(), 0)).x()

    scrolls = made.calls_pane.findChild(QScrollArea)
    assert isinstance(scrolls, QScrollArea)
    assert right(made.calls_pane.cards.cards[0]) == 404
    assert bool(scrolls.verticalScrollBar().maximum()) is (height == 420)
    made.window.show_pane(Pane.HISTORY)
    history = made.window.pane(Pane.HISTORY)
    assert isinstance(history, HistoryPane)
    parts = (made.window.strip.lines[0], history.search, history.list.viewport())
    assert [right(part) for part in parts] == [404] * 3
    made.window.show_pane(Pane.DIAL)
    field = made.window.pane(Pane.DIAL).findChild(QLineEdit)
    assert field
    assert right(field) == 404
    made.window.show_call(TALKING)
    assert made.window.columns.detail
    assert right(made.window.columns.detail.live) == 404


def test_nothing_is_seen_of_a_bar_while_there_is_nothing_to_scroll(qtbot: QtBot) -> None:
    bar = GutterBar()
    qtbot.addWidget(bar)
    bar.resize(GUTTER, 200)

    def colours() -> int:
        picture = QImage(bar.size(), QImage.Format.Format_RGB32)
        picture.fill(0)
        bar.render(picture, QPoint(), QRegion(), QWidget.RenderFlag(0))
        return len({picture.pixel(x, y) for x in range(GUTTER) for y in range(200)})

    bar.setRange(0, 0)
    assert colours() == 1
    bar.setRange(0, 100)
    assert colours() > 1


def test_signed_out_only_the_history_says_how_old_it_is(show: Show) -> None:
    world = World()
    world.session.publish(SessionState())
    world.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW))
    made = show(world)
    for pane in Pane:
        made.window.show_pane(pane)
        assert made.window.strip.age.isVisible() is (pane is Pane.HISTORY)


def test_the_detail_stands_beside_lists_of_calls_only(show: Show) -> None:
    made = show(World((TALKING,)), width=1000)
    made.window.show_pane(Pane.SETTINGS)
    made.window.show_call(TALKING)
    detail = made.window.columns.detail
    assert detail
    for pane in (Pane.DIAL, Pane.CALLS, Pane.SETTINGS, Pane.HISTORY):
        made.window.show_pane(pane)
        assert detail.isVisible() is (pane in (Pane.CALLS, Pane.HISTORY))
        assert made.window.columns.list.width() == 420
    made.window.show_pane(Pane.DIAL)
    made.window.resize(420, 720)
    made.window.show_call(TALKING)
    assert detail.isVisible()


def test_a_chosen_call_is_shown_beside_the_list_or_in_its_place(show: Show) -> None:
    made = show(World((TALKING,)), width=420)
    made.calls_pane.cards.cards[0].click()
    detail = made.window.findChild(Detail)
    assert isinstance(detail, Detail)
    assert detail.isVisible()
    assert not made.calls_pane.isVisible()
    assert not made.window.strip.isHidden(), "the live calls stay in sight"
    detail.back.click()
    assert made.calls_pane.isVisible()
    made.window.resize(900, 720)
    made.calls_pane.recent.rows[1].click()
    assert made.calls_pane.isVisible()
    assert detail.past.record == RECORDS[1]


@pytest.mark.parametrize(("width", "height"), [(360, 360), (420, 720), (1000, 720)])
def test_a_note_is_written_wherever_there_is_room(show: Show, qtbot: QtBot, width: int, height: int) -> None:
    made = show(width=width)
    window = made.window
    window.resize(width, height)
    window.show_pane(Pane.HISTORY)
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    pane = window.pane(Pane.HISTORY)
    assert isinstance(pane, HistoryPane)
    noted = replace(RECORDS[1], note="Call back")
    pane.note_asked.emit(noted)
    field = window.columns.the_detail().past.note.field
    inside = field.viewport()
    qtbot.waitUntil(field.hasFocus)
    qtbot.waitUntil(lambda: inside.visibleRegion().boundingRect() == inside.rect())
    assert field.textCursor().atEnd()
    QTest.keyClicks(field, " soon")
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert made.notes.written == [(noted.id, "Call back soon", "Call back")]


@pytest.mark.parametrize("width", [420, 1000])
def test_escape_leads_from_the_note_back_to_the_row_of_its_call(show: Show, width: int) -> None:
    made = show(width=width)
    window = made.window
    key(window, Qt.Key.Key_3)
    pane = window.pane(Pane.HISTORY)
    assert isinstance(pane, HistoryPane)
    QTest.keyClick(pane.list, Qt.Key.Key_Down)
    QTest.keyClick(pane.list, Qt.Key.Key_F2)
    field = window.columns.the_detail().past.note.field
    assert field.hasFocus()
    assert pane.isVisible() == (width == 1000)
    QTest.keyClicks(field, "Soon")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert pane.isVisible()
    assert pane.list.hasFocus()
    assert pane.list.current_record() == RECORDS[1]
    assert made.notes.written == [(RECORDS[1].id, "Soon", "")]
    key(window, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert window.current_pane is Pane.CALLS


def test_a_window_that_comes_back_has_the_keyboard_in_the_note_still(show: Show) -> None:
    window = show(width=1000).window
    key(window, Qt.Key.Key_3)
    window.write_note(RECORDS[0])
    window.hide()
    window.show()
    assert window.focusWidget() is window.columns.the_detail().past.note.field


@pytest.mark.parametrize("width", [420, 1000])
def test_escape_leads_from_the_note_of_a_recent_call_back_to_the_calls(show: Show, width: int) -> None:
    made = show(width=width)
    made.window.activateWindow()
    assert QTest.qWaitForWindowActive(made.window)
    made.window.write_note(RECORDS[1])
    field = made.window.columns.the_detail().past.note.field
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert made.calls_pane.isVisible()
    assert made.window.focusWidget() in (None, made.window)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_is_being_written_does_not_become_the_note_of_another_call(
    show: Show, qtbot: QtBot, *, elsewhere: bool
) -> None:
    noted = replace(RECORDS[1], note="Call back")
    made = show(World(records=(RECORDS[0], noted)), width=1000)
    window = made.window
    window.show_pane(Pane.HISTORY)
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    pane = window.pane(Pane.HISTORY)
    assert isinstance(pane, HistoryPane)
    pane.list.setCurrentIndex(pane.model.index_of_record(noted.id))
    pane.note_asked.emit(noted)
    field = window.columns.the_detail().past.note.field
    if elsewhere:
        other = QWidget()
        qtbot.addWidget(other)
        other.show()
        other.activateWindow()
        assert QTest.qWaitForWindowActive(other)
        assert not field.hasFocus()
    made.world.records = RECORDS[:1]  # what is looked for is no longer found in the note
    made.world.stale.publish(None)
    assert field.toPlainText() == "Call back"
    window.preview_record(replace(noted, name="Anna Berg", number=""))
    assert "Anna Berg" in [label.text() for label in window.columns.the_detail().findChildren(QLabel)]
    pane.list.setFocus()
    pane.list.setCurrentIndex(pane.model.index_of_record(RECORDS[0].id))
    pane.list.record_selected.emit(RECORDS[0])
    assert field.toPlainText() == ""


def test_all_about_a_call_of_the_history_is_shown_in_a_narrow_window(show: Show) -> None:
    made = show()
    made.window.show_pane(Pane.HISTORY)
    pane = made.window.pane(Pane.HISTORY)
    assert isinstance(pane, HistoryPane)
    pane.detail_asked.emit(RECORDS[1])
    detail = made.window.columns.the_detail()
    assert detail.past.isVisible()
    detail.back.click()
    assert pane.isVisible()


def test_the_detail_of_a_call_follows_it_to_its_end(show: Show) -> None:
    made = show(World((RINGING,)), width=900)
    made.window.show_call(RINGING)
    detail = made.window.findChild(Detail)
    assert isinstance(detail, Detail)
    assert detail.live.pill.text() == "Ringing 0:09"
    answered = replace(RINGING, answered_at=NOW - 2)
    made.world.changes.publish(became(answered, stage=TALKING.stage))
    assert detail.live.pill.text() == "On a call 00:02"
    made.world.changes.publish(over(RINGING))
    assert detail.live._over.isVisible()


def test_it_is_usable_at_360_px(show: Show) -> None:
    made = show(World((RINGING, TALKING)), width=360)
    assert made.window.width() == 360
    for pane in Pane:
        made.window.show_pane(pane)
        assert made.window.width() == 360
        assert made.window.pane(pane).width() <= 360 - 32 + GUTTER


def test_a_call_in_a_low_window_is_scrolled_not_squeezed(show: Show) -> None:
    made = show(World((TALKING, RINGING)), width=360)
    made.window.resize(360, 360)
    made.window.show_call(TALKING)
    detail = made.window.columns.detail
    assert detail is not None
    QApplication.processEvents()
    for label in detail.live.findChildren(QLabel):
        assert label.isHidden() or label.height() >= label.fontMetrics().height(), label.text()


def test_its_place_is_remembered(qtbot: QtBot, show: Show) -> None:
    first = show()
    first.window.resize(500, 600)
    with qtbot.waitSignal(first.window.place_changed) as told:
        pass
    again = show(place=told.args[0])
    assert (again.window.width(), again.window.height()) == (500, 600)


def test_the_first_time_it_stands_whole_on_a_low_screen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A laptop of 1366 × 768 with a panel, at 125 %."""
    room = QRect(0, 0, 1093, 582)
    screen = SimpleNamespace(availableGeometry=lambda: room)
    monkeypatch.setattr(MainWindow, "screen", lambda _self: screen)
    window = Assembled(World()).window
    qtbot.addWidget(window)
    assert window.height() == room.height() - theme.TITLE_BAR


def test_a_damaged_place_is_the_first_one(show: Show) -> None:
    made = show(place="not a place")
    assert (made.window.width(), made.window.height()) == (420, 720)


def test_closing_hides_it_only_where_a_tray_leads_back(show: Show) -> None:
    made = show(tray=True)
    made.window.close()
    assert made.window.isHidden()
    made.window.bring_up()
    assert made.window.isVisible()
    made.tray = False
    made.window.close()
    assert not made.window.isHidden()
    assert made.window.isMinimized()


def test_asked_for_from_outside_it_comes_into_view_without_the_keyboard(show: Show, qtbot: QtBot) -> None:
    made = show(tray=True)
    other = QLineEdit()
    qtbot.addWidget(other)
    for hidden in (False, True):
        if hidden:
            made.window.close()
        with qtbot.waitActive(other):
            other.show()
            other.activateWindow()
        made.window.ask_to_be_seen()
        assert made.window.isVisible()
        assert other.isActiveWindow()


def test_asked_for_from_outside_a_minimised_one_stays_so_and_the_desktop_tells_the_user(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[QWidget] = []
    monkeypatch.setattr(QApplication, "alert", told.append)
    made = show(tray=False)
    made.window.close()
    made.window.ask_to_be_seen()
    assert made.window.isMinimized()
    assert told == [made.window]
    made.window.bring_up()
    assert not made.window.isMinimized()


def test_the_title_names_the_profile_only_if_it_has_a_name(qtbot: QtBot, show: Show) -> None:
    assert show().window.windowTitle() == "rcdesk"
    world = World()
    source = replace(world.window(), profile="work")
    world.window = lambda: source  # type: ignore[method-assign]
    assert show(world).window.windowTitle() == "rcdesk – work"


def test_the_first_paint_is_told_once(qtbot: QtBot, show: Show, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "rcdesk.trace"):
        made = show()
        qtbot.waitUntil(lambda: bool(caplog.records))
        made.window.repaint()
    assert [record.getMessage() for record in caplog.records] == ["painted"]


def running_timers(window: MainWindow) -> list[QTimer]:
    return [timer for timer in window.findChildren(QTimer) if timer.isActive() and not timer.isSingleShot()]


def test_at_rest_nothing_ticks_faster_than_a_minute(show: Show) -> None:
    made = show()
    assert not made.ticker.running
    assert all(timer.interval() >= 60_000 for timer in running_timers(made.window))
    made.window.hide()
    assert running_timers(made.window) == []


def test_clocks_tick_while_a_call_is_in_sight_and_only_then(show: Show) -> None:
    made = show()
    made.world.changes.publish(began(RINGING))
    assert made.ticker.running
    made.window.show_pane(Pane.SETTINGS)
    assert made.ticker.running, "the strip has a clock too"
    made.window.hide()
    assert not made.ticker.running
    made.window.show()
    assert made.ticker.running
    made.world.changes.publish(over(RINGING))
    assert not made.ticker.running


def test_no_control_is_marked_before_the_first_tab(qtbot: QtBot, show: Show) -> None:
    window = show().window
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert window.focusWidget() in (None, window)
    QTest.keyClick(window, Qt.Key.Key_Tab)
    assert window.focusWidget() not in (None, window)


def test_no_control_of_another_pane_gets_the_keys_that_were_meant_for_this_one(
    qtbot: QtBot, show: Show
) -> None:
    """Qt gives them to the first: a Space in haste would press a button that nobody chose."""
    made = show()
    window = made.window
    with qtbot.waitActive(window):
        window.activateWindow()
    window.focus_field(Pane.HISTORY)
    field = window.focusWidget()
    assert field not in (None, window)
    window.show_pane(Pane.HISTORY)
    assert window.focusWidget() is field
    window.show_pane(Pane.SETTINGS)
    assert window.focusWidget() in (None, window)


@pytest.mark.parametrize("pressed", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_button_that_has_the_keyboard_is_pressed_by_enter_too_but_for_those_of_the_dial_pad(
    qtbot: QtBot, show: Show, pressed: Qt.Key
) -> None:
    made = show()
    window = made.window
    with qtbot.waitActive(window):
        window.activateWindow()
    clicked: list[Pane] = []
    for pane in (Pane.SETTINGS, Pane.DIAL):
        button = controls.Button("Press")
        button.clicked.connect(lambda _checked=False, pane=pane: clicked.append(pane))
        window.show_pane(pane)
        layout = window.pane(pane).layout()
        assert layout is not None
        layout.addWidget(button)
        button.show()
        button.setFocus()
        QTest.keyClick(button, pressed)
    spaced = pressed is Qt.Key.Key_Space
    assert clicked == ([Pane.SETTINGS, Pane.DIAL] if spaced else [Pane.SETTINGS])
    made.world.problems.publish(OFFLINE)
    window.banner.close_button.setFocus()
    QTest.keyClick(window.banner.close_button, pressed)
    assert window.banner.isHidden(), "it is no button of the dial pad"
