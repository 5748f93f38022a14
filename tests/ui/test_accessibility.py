"""Everything can be reached by keyboard and is read out; no state is told by colour alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from rcdesk.core.account import Availability
from rcdesk.core.calls import Stage
from rcdesk.core.subscription import LinkState
from rcdesk.ui import link_words, words
from rcdesk.ui.controls import Button
from rcdesk.ui.navigation import ICONS, Pane
from rcdesk.ui.pills import PRESENCE_LOOKS, STAGE_LOOKS
from rcdesk.ui.popup import Face, PopupCard
from rcdesk.ui.theme import Theme
from rcdesk.ui.widgets import Scroll, column
from tests.ui.assembled import Assembled
from tests.ui.test_popups import MISSED, RINGS
from tests.ui.world import HOLDING, NOW, RINGING, TALKING, World, answered, began, call, face_of, over

CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView)
LEAST = 32  # px of a target


@pytest.fixture
def made(qtbot: QtBot) -> Iterator[Assembled]:
    assembled = Assembled(World((HOLDING, TALKING, RINGING)))
    assembled.window.resize(900, 720)
    assembled.window.show()
    yield assembled
    assembled.window.hide()
    assembled.window.deleteLater()


def controls(root: QWidget) -> list[QWidget]:
    """What can be used of `root`, less the innards of Qt's own widgets."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and widget.isVisible()
        and not widget.objectName().startswith("qt_")
        and type(widget).__name__ not in ("QLineEditIconButton", "QToolButton", "QComboBoxListView")
    ]


def name_of(widget: QWidget) -> str:
    """What a screen reader says of `widget`; the innards of the accessible tree are as on a real one."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


@pytest.mark.parametrize("pane", Pane)
def test_every_control_has_a_name(made: Assembled, pane: Pane) -> None:
    made.window.show_pane(pane)
    made.window.show_call(RINGING)
    found = controls(made.window)
    assert len(found) > 5
    nameless = [widget for widget in found if not name_of(widget).strip()]
    assert nameless == []


@pytest.mark.parametrize("face", [RINGS, MISSED], ids=["ringing", "missed"])
def test_every_control_of_a_card_has_a_name(qtbot: QtBot, face: Face) -> None:
    card = PopupCard(lambda: NOW)
    qtbot.addWidget(card)
    card.show_face(face)
    card.show()
    found = controls(card)
    assert len(found) >= 2
    assert all(name_of(widget) for widget in found)


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[None]:
    """The theme of the program, taken off again: without it, buttons are smaller."""
    palette, name = qapp.palette(), qapp.style().name()
    theme = Theme(qapp, "light")
    yield
    theme.deleteLater()
    qapp.setStyleSheet("")
    qapp.setStyle(name)
    qapp.setPalette(palette)


@pytest.mark.usefixtures("dressed")
@pytest.mark.parametrize("pane", Pane)
def test_every_target_is_large_enough(made: Assembled, pane: Pane) -> None:
    made.window.show_pane(pane)
    small = [w for w in controls(made.window) if w.height() < LEAST - 4 or w.width() < LEAST]
    assert [w for w in small if w.property("kind") != "chip"] == []


@pytest.mark.parametrize("pane", [Pane.CALLS, Pane.HISTORY])
def test_the_tab_key_reaches_every_control(made: Assembled, pane: Pane) -> None:
    window = made.window
    window.show_pane(pane)
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    wanted = {w for w in controls(window) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isEnabled()}
    groups = {w.parent() for w in wanted if isinstance(w, QAbstractButton) and w.group()}
    reached: set[QWidget] = set()
    for _ in range(3 * len(wanted)):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        if focused := window.focusWidget():
            reached.add(focused)
    missing = {w for w in wanted - reached if w.parent() not in groups}  # arrow keys go on inside a group
    assert missing == set()


def test_focus_goes_from_the_top_down(made: Assembled) -> None:
    window = made.window
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    window.header.person.setFocus()
    tops = []
    for _ in range(3):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        tops.append(window.focusWidget().mapTo(window, window.focusWidget().rect().topLeft()).y())
    assert tops == sorted(tops)


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab])
def test_the_keyboard_never_goes_to_what_is_scrolled_away(made: Assembled, key: Qt.Key, qtbot: QtBot) -> None:
    window = made.window
    buttons = [Button(f"Button {number}") for number in range(40)]
    scroll = Scroll(QWidget())
    scroll.widget().setLayout(column(*buttons))
    window._builders[Pane.SETTINGS] = lambda: scroll
    window.show_pane(Pane.SETTINGS)
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    forwards, bar = key == Qt.Key.Key_Tab, scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum() if forwards else 0)
    hidden = buttons[0 if forwards else -1]
    before = window.header.person if forwards else window.navigation.button(Pane.CALLS)
    before.setFocus()
    for _ in range(10):  # past what stands between them
        if window.focusWidget() is not hidden:
            QTest.keyClick(window.focusWidget(), key)
    assert window.focusWidget() is hidden
    assert scroll.viewport().rect().contains(hidden.geometry().translated(0, -bar.value()))


def test_a_ring_shows_where_the_keyboard_is_but_not_after_a_click(made: Assembled) -> None:
    card = made.calls_pane.cards.cards[0]
    made.window.activateWindow()
    assert QTest.qWaitForWindowActive(made.window)
    card.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not card.ringed
    card.clearFocus()
    card.setFocus(Qt.FocusReason.TabFocusReason)
    assert card.ringed


def test_every_state_has_an_icon_and_a_word_of_its_own() -> None:
    assert set(STAGE_LOOKS) == set(Stage)
    assert len({icon for icon, _tone in STAGE_LOOKS.values()}) == len(Stage)
    assert len({words.stage_word(call(stage=stage)) for stage in Stage}) == len(Stage)
    assert set(PRESENCE_LOOKS) == set(Availability)
    assert len({icon for icon, _tone in PRESENCE_LOOKS.values()}) == len(Availability)
    assert set(link_words.LOOKS) == set(LinkState)
    assert len({look.word for look in link_words.LOOKS.values()}) == len(LinkState)
    assert set(ICONS) == set(Pane)


def test_the_words_of_the_link_are_no_wire_values() -> None:
    for state, look in link_words.LOOKS.items():
        assert look.meaning.endswith(".")
        assert "_" not in look.word
        assert look.word != state.value


def test_cards_of_other_kinds_have_words_of_their_own() -> None:
    brief = call("brief", age=3)
    ends = (answered(RINGING), over(RINGING))
    faces = [RINGS, *(face_of(began(RINGING), end) for end in ends), face_of(began(brief), over(brief))]
    said = [face.state for face in faces]
    assert said == ["Ringing", "Answered", "Missed", "They hung up first"]
