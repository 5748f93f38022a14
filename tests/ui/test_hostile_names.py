"""Names come from outside: whatever stands in one is shown as it is written, nowhere taken for markup."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.ui.assembled import Assembled
from tests.ui.world import RECORDS, RINGING, World, began

NAMES = ["<b>Mallory</b><img src='file:///etc/passwd'>", "&Quit &lt;b&gt;", "<h1>\nMissed", "%s{0}%n"]


@pytest.mark.parametrize("name", NAMES)
def test_no_label_and_no_tooltip_takes_a_name_for_markup(qtbot: QtBot, name: str) -> None:
    caller = replace(RINGING, from_number="+15005550006", from_name=name)
    record = replace(RECORDS[0], number="+15005550006", name=name)
    made = Assembled(World(records=(record,)))
    made.window.show()
    made.world.changes.publish(began(caller))
    qtbot.waitUntil(lambda: bool(made.calls_pane.cards.cards))
    for widget in QApplication.allWidgets():
        assert not Qt.mightBeRichText(widget.toolTip()) or "<b>" not in widget.toolTip()
        assert "<img" not in widget.toolTip()
        if isinstance(widget, QLabel):
            assert widget.textFormat() is Qt.TextFormat.PlainText
    assert name.splitlines()[0] in made.calls_pane.cards.cards[0].accessibleName()
    made.window.hide()
    made.window.deleteLater()
