"""Cards of calls: one each, never moved for another, never with the keyboard, gone in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from rcdesk.core.people import Source, Who
from rcdesk.instance import Spots
from rcdesk.ui import compositor, popup
from rcdesk.ui.placement import DISTANCE, MARGIN, Box
from rcdesk.ui.popup import SHORT, TALL, WIDTH, Face, PopupCard
from rcdesk.ui.popups import SPARES, Popups
from rcdesk.ui.ticker import Ticker
from tests.ui.world import RINGING, World, answered, began, call, face_of, over, who

RINGS = face_of(began(RINGING))
UNKNOWN = call("unknown", number="+16505550147", age=22)
MISSED = face_of(began(UNKNOWN), over(UNKNOWN), told=who(UNKNOWN.peer_number, location="Menlo Park, CA"))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ticker(qapp: QApplication) -> Ticker:
    return Ticker()


@pytest.fixture
def popups(world: World, ticker: Ticker) -> Iterator[Popups]:
    made = Popups(world.clock, ticker)
    yield made
    made.clear()


def place(popups: Popups, key: str) -> QRect:
    card = popups.card(key)
    assert card is not None
    return card.geometry()


def card_of(popups: Popups, key: str) -> PopupCard:
    card = popups.card(key)
    assert card is not None
    return card


@pytest.mark.parametrize("blends", [True, False])
def test_a_cards_corners_are_round_only_where_windows_are_blended(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, blends: bool
) -> None:
    monkeypatch.setattr(compositor, "blends", lambda: blends)
    card = PopupCard(lambda: 0.0)
    card.resize(WIDTH, TALL)
    card.show_face(RINGS)
    picture = card.grab().toImage()
    corners = [(x, y) for x in (0, WIDTH - 1) for y in (0, TALL - 1)]
    seen_through = [picture.pixelColor(*corner).alpha() < 128 for corner in corners]
    assert seen_through == [blends] * 4
    assert card.testAttribute(Qt.WidgetAttribute.WA_TranslucentBackground) is blends
    card.deleteLater()


def test_a_ringing_card_says_who_where_from_and_for_whom() -> None:
    assert RINGS.title == "Martin Olsen"
    assert RINGS.lines == ("+47 22 12 34 56 · Oslo · from your contacts", "for Sales queue")
    assert RINGS.number == "+47 22 12 34 56"
    assert RINGS.stays is None


def test_a_withheld_number_is_said_to_be_withheld() -> None:
    face = face_of(began(call(number="")))
    assert (face.title, face.lines[0], face.number) == ("Number withheld", "Incoming call", "")


def test_a_number_that_nobody_knows_is_not_called_withheld() -> None:
    stranger = Who("+1 650 555 0180", "+1 650 555 0180", "", Source.NONE)
    assert face_of(began(call(number="+16505550180")), told=stranger).lines[0] == "Not in your contacts"


def test_a_missed_card_says_how_long_it_rang_and_offers_to_call_back() -> None:
    assert MISSED.title == "Missed: +1 650 555 0147"
    assert MISSED.lines == ("Menlo Park, CA · rang 22 s",)
    assert MISSED.call_back == "+16505550147"
    assert MISSED.stays == 12


def test_an_answered_card_leaves_soon_and_offers_nothing() -> None:
    face = face_of(began(RINGING), answered(RINGING))
    assert (face.title, face.call_back, face.stays) == ("Answered: Martin Olsen", "", 4)


def test_the_first_card_stands_bottom_right_and_the_next_above_it(popups: Popups) -> None:
    area = QGuiApplication.primaryScreen().availableGeometry()
    popups.show("a", RINGS)
    popups.show("b", RINGS)
    a, b = place(popups, "a"), place(popups, "b")
    assert (a.width(), a.height()) == (WIDTH, TALL)
    assert area.contains(a)
    assert a.right() == area.right() - 12
    assert b.bottom() == a.top() - 9  # 8 px lie between them


def test_a_card_stays_where_it_is_whatever_the_others_do(popups: Popups) -> None:
    for key in "abc":
        popups.show(key, RINGS)
    middle = place(popups, "b")
    popups.take_away("a")
    popups.show("c", MISSED)
    popups.show("d", RINGS)
    assert place(popups, "b") == middle
    assert place(popups, "d").bottom() > middle.bottom(), "the gap below is used again"


def test_cards_of_two_profiles_stand_beside_one_another(
    world: World, ticker: Ticker, qtbot: QtBot, tmp_path: Path
) -> None:
    both = [Popups(world.clock, ticker, places=Spots(tmp_path / "cards")) for _ in range(2)]
    for popups in both:
        popups.show("a", face_of(began(call("a"))))
    one, other = (place(popups, "a") for popups in both)
    assert not one.intersects(other)
    both[0].take_away("a")
    both[1].show("b", face_of(began(call("b"))))
    assert place(both[1], "b") == one, "it is free again"
    both[1]._on_screens_changed(both[1]._screen_and_corner()[0])
    both[0].show("c", face_of(began(call("c"))))
    assert not any(place(both[0], "c").intersects(place(both[1], key)) for key in "ab")
    for popups in both:
        popups.clear()


def test_another_call_resets_nothing_of_the_first_card(popups: Popups) -> None:
    popups.show("a", RINGS)
    card = card_of(popups, "a")
    popups.show("b", face_of(began(UNKNOWN)))
    popups.show("a", RINGS)
    assert popups.card("a") is card
    assert card.isVisible()
    assert card.face == RINGS


def test_a_card_that_shrinks_keeps_its_window_and_its_foot(popups: Popups) -> None:
    popups.show("a", RINGS)
    card, before = card_of(popups, "a"), place(popups, "a")
    popups.show("a", MISSED)
    assert popups.card("a") is card
    assert place(popups, "a").height() == SHORT
    assert place(popups, "a").bottom() == before.bottom()


def test_it_does_not_flicker(popups: Popups) -> None:
    popups.show("a", RINGS)
    hidden: list[QEvent.Type] = []

    class Watch(QLineEdit):
        def eventFilter(self, _watched: object, event: QEvent) -> bool:
            if event.type() in (QEvent.Type.Hide, QEvent.Type.WindowStateChange):
                hidden.append(event.type())
            return False

    watch = Watch()
    card_of(popups, "a").installEventFilter(watch)
    for face in (RINGS, replace(RINGS, title="Martin O."), RINGS, MISSED):
        popups.show("a", face)
    assert hidden == []


def test_no_card_takes_the_keyboard(qtbot: QtBot, popups: Popups) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    field.setFocus()
    popups.show("a", RINGS)
    card = card_of(popups, "a")
    flags = card.windowFlags()
    for flag in (
        Qt.WindowType.Tool,
        Qt.WindowType.FramelessWindowHint,
        Qt.WindowType.WindowStaysOnTopHint,
        Qt.WindowType.WindowDoesNotAcceptFocus,
    ):
        assert flags & flag == flag
    assert card.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    buttons = card.findChildren(QPushButton)
    assert len(buttons) == 5
    assert all(button.focusPolicy() is Qt.FocusPolicy.NoFocus for button in buttons)
    assert not any(button.isDefault() or button.autoDefault() for button in buttons)
    QTest.mouseClick(card.copy_button, Qt.MouseButton.LeftButton)
    QTest.keyClicks(field, "still mine")
    assert field.text() == "still mine"
    assert QApplication.clipboard().text() == "+47 22 12 34 56"


def test_on_linux_the_window_manager_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    bypass = Qt.WindowType.BypassWindowManagerHint
    monkeypatch.setattr(popup.sys, "platform", "linux")
    assert popup.window_flags() & bypass
    monkeypatch.setattr(popup.sys, "platform", "win32")
    assert not popup.window_flags() & bypass


def test_while_it_rings_it_stays_and_counts(popups: Popups, ticker: Ticker, world: World) -> None:
    popups.show("a", RINGS)
    assert ticker.running
    popups.take_away("a")
    assert not ticker.running
    popups.show("a", RINGS)
    card = card_of(popups, "a")
    assert card._pill_text == "0:09"
    world.now += 60
    ticker.ticked.emit()
    assert card._pill_text == "1:09"
    assert not card._leaving.isActive()
    popups.show("a", MISSED)
    assert not ticker.running
    assert card._leaving.isActive()


def test_a_card_whose_time_is_over_leaves(qtbot: QtBot, popups: Popups) -> None:
    popups.show("a", replace(MISSED, stays=0.02))
    with qtbot.waitSignal(popups.left, check_params_cb=lambda key: key == "a"):
        pass
    assert popups.keys == ()


def test_a_card_that_is_read_does_not_leave(popups: Popups) -> None:
    popups.show("a", MISSED)
    card = card_of(popups, "a")
    enter = QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5))
    QApplication.sendEvent(card, enter)
    assert not card._leaving.isActive()
    QApplication.sendEvent(card, QEvent(QEvent.Type.Leave))
    assert card._leaving.isActive()
    assert card._leaving.interval() == 12_000


def test_silence_sends_the_card_away(qtbot: QtBot, popups: Popups) -> None:
    popups.show("a", RINGS)
    with qtbot.waitSignal(popups.dismissed, check_params_cb=lambda key: key == "a"):
        QTest.mouseClick(card_of(popups, "a").silence_button, Qt.MouseButton.LeftButton)
    assert popups.keys == ()


def test_it_tells_whether_any_phone_rings(popups: Popups) -> None:
    told: list[bool] = []
    popups.ringing.connect(told.append)
    popups.show("a", MISSED)
    assert told == []
    popups.show("a", RINGS)
    popups.show("b", RINGS)
    popups.show("b", MISSED)
    assert told == [True]
    QTest.mouseClick(card_of(popups, "a").silence_button, Qt.MouseButton.LeftButton)
    assert told == [True, False]


def test_what_waits_in_vain_leaves_too(qtbot: QtBot, popups: Popups) -> None:
    left: list[str] = []
    popups.left.connect(left.append)
    for number in range(200):
        popups.show(str(number), RINGS)
    assert popups.card("199") is None
    popups.take_away("199")
    popups.take_away("199")
    assert left == ["199"]
    popups.clear()
    assert sorted(left, key=int) == [str(number) for number in range(200)]


def test_call_back_asks_with_the_number_and_dials_nothing(qtbot: QtBot, popups: Popups) -> None:
    popups.show("a", MISSED)
    with qtbot.waitSignal(popups.call_back_asked) as told:
        QTest.mouseClick(card_of(popups, "a").call_back_button, Qt.MouseButton.LeftButton)
    assert told.args == ["+16505550147"]
    assert popups.keys == ()


def test_open_tells_which_call(qtbot: QtBot, popups: Popups) -> None:
    popups.show("a", RINGS)
    with qtbot.waitSignal(popups.open_asked, check_params_cb=lambda key: key == "a"):
        QTest.mouseClick(card_of(popups, "a").open_button, Qt.MouseButton.LeftButton)


def test_what_has_no_room_waits_and_comes_when_there_is_some(popups: Popups) -> None:
    for number in range(200):
        popups.show(str(number), RINGS)
    places = [place(popups, key) for key in popups.keys]
    area, (card, *_) = QGuiApplication.primaryScreen().availableGeometry(), places
    rows = (area.height() - 2 * MARGIN + DISTANCE) // (card.height() + DISTANCE)
    columns = (area.width() - 2 * MARGIN + DISTANCE) // (card.width() + DISTANCE)
    shown = rows * columns
    assert len(places) == shown, "as many as there is room for"
    assert not any(a.intersects(b) for i, a in enumerate(places) for b in places[i + 1 :])
    popups.take_away("0")
    assert len(popups.keys) == shown
    assert "0" not in popups.keys
    popups.take_away("199")  # it waits; taking it away means that it does not come


def test_by_a_tray_at_the_top_cards_hang_from_the_top(world: World, ticker: Ticker) -> None:
    area = QGuiApplication.primaryScreen().availableGeometry()
    popups = Popups(world.clock, ticker, lambda: QRect(area.right() - 40, area.top() + 2, 24, 24))
    popups.show("a", RINGS)
    popups.show("b", MISSED)
    assert place(popups, "a").top() == area.top() + 12
    assert place(popups, "b").top() == place(popups, "a").bottom() + 9
    popups.clear()


def test_after_a_change_of_screens_every_card_is_whole_on_one(popups: Popups) -> None:
    popups.show("a", RINGS)
    popups.show("b", MISSED)
    card_of(popups, "a").move(QPoint(-5000, -5000))
    popups._spots["a"] = Box(-5000, -5000, WIDTH, TALL)
    screen = QGuiApplication.primaryScreen()
    popups._on_screens_changed(screen)
    places = [place(popups, key) for key in "ab"]
    assert all(screen.availableGeometry().contains(spot) for spot in places)
    assert not places[0].intersects(places[1])
    assert place(popups, "b").height() == SHORT


def test_one_card_is_always_ready(qtbot: QtBot, popups: Popups) -> None:
    qtbot.waitUntil(lambda: len(popups._spares) == 1)
    (ready,) = popups._spares
    assert ready.windowHandle() is not None, "its native window is there already"
    assert not ready.isVisible()
    popups.show("a", RINGS)
    assert popups.card("a") is ready
    qtbot.waitUntil(lambda: len(popups._spares) == 1 and ready not in popups._spares)


def test_cards_that_left_are_kept_for_the_next_calls_but_not_all(popups: Popups) -> None:
    keys = "abcdefg"
    for key in keys:
        popups.show(key, RINGS)
    popups.clear()
    assert len(popups._spares) == SPARES < len(keys)


def test_a_card_that_serves_again_begins_anew(popups: Popups) -> None:
    popups.show("a", MISSED)
    card = card_of(popups, "a")
    popups._spares.clear()
    popups.take_away("a")
    assert not card._leaving.isActive()
    popups.show("b", MISSED)
    assert popups.card("b") is card
    assert card._leaving.isActive()
    card.left.emit()
    assert popups.keys == ()


def test_what_a_card_says_is_read_out(popups: Popups) -> None:
    popups.show("a", RINGS)
    card = card_of(popups, "a")
    assert card.accessibleName().startswith("Martin Olsen. +47 22 12 34 56")
    assert card.accessibleName().endswith("Ringing")
    assert Face("x", (), "bell", RINGS.tone, "Ringing").height == TALL
