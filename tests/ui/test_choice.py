"""A combo box changes by what the user does with it, never by the wheel that scrolls its page."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from rcdesk.ui.choice import Choice


def test_the_wheel_over_a_closed_one_is_for_the_page_and_chooses_nothing(qtbot: QtBot) -> None:
    choice = Choice("They see")
    for text in ("Default", "Main line", "Anonymous"):
        choice.add(text)
    qtbot.addWidget(choice)
    with qtbot.waitActive(choice):
        choice.show()
    choice.setFocus()
    at, none, still = QPointF(choice.rect().center()), Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    place, down, keys = QPointF(choice.mapToGlobal(at)), QPoint(0, -120), Qt.KeyboardModifier.NoModifier
    turned = QWheelEvent(at, place, QPoint(), down, none, keys, still, False)
    QApplication.sendEvent(choice, turned)
    assert choice.currentText() == "Default"
    assert not turned.isAccepted(), "Qt hands on to the page what is not"
    assert choice.focusPolicy() is Qt.FocusPolicy.StrongFocus, "the wheel brings no keyboard either"
