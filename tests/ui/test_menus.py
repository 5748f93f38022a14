"""Menus: plain actions from plain data, and never a loop of their own."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from rcdesk.ui import menus
from rcdesk.ui.menus import SEPARATOR, Entry


def test_entries_become_actions(qtbot: QtBot) -> None:
    done: list[str] = []
    menu = QMenu()
    qtbot.addWidget(menu)
    entries = [
        Entry("Do it", lambda: done.append("it"), "open"),
        SEPARATOR,
        Entry("Only told"),
        Entry("Busy", lambda: done.append("busy"), "busy", checked=True),
        Entry("Invisible", lambda: done.append("invisible"), "invisible", checked=False),
    ]
    menus.fill(menu, entries)
    do_it, line, told, busy, invisible = menu.actions()
    assert line.isSeparator()
    assert (do_it.isEnabled(), told.isEnabled()) == (True, False)
    assert (do_it.isCheckable(), busy.isChecked(), invisible.isChecked()) == (False, True, False)
    do_it.trigger()
    invisible.trigger()
    assert done == ["it", "invisible"]
    menus.fill(menu, entries[:1])
    assert len(menu.actions()) == 1


def test_the_chosen_one_can_be_seen(qtbot: QtBot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    menus.fill(
        menu, [Entry("Busy", print, "busy", checked=True), Entry("Busy", print, "busy", checked=False)]
    )
    chosen, other = (action.icon().pixmap(16).toImage() for action in menu.actions())
    assert chosen != other


def test_an_ampersand_in_a_name_is_one(qtbot: QtBot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    menus.fill(menu, [Entry("Smith & Sons")])
    assert menu.actions()[0].text() == "Smith && Sons"


def test_a_menu_returns_at_once_and_deletes_itself(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    menu = menus.pop_up(parent, [menus.copy_entry("+47 22 12 34 56")], QPoint(5, 5))
    assert menu.isVisible()
    menu.actions()[0].trigger()
    assert QApplication.clipboard().text() == "+47 22 12 34 56"
    with qtbot.waitSignal(menu.destroyed):
        menu.close()
