"""Menus: built as plain actions, shown without a loop of their own, gone when closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QWidget

from rcdesk.ui import theme
from rcdesk.ui.theme import Tone
from rcdesk.ui.widgets import copy_text


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu. Without `do` it only tells something; `checked` None means that it is no choice."""

    text: str
    do: Callable[[], None] | None = None
    icon: str = ""
    tone: Tone = Tone.TEXT
    checked: bool | None = None


SEPARATOR = Entry("")


def fill(menu: QMenu, entries: Iterable[Entry]) -> None:
    """Replace what `menu` shows by `entries`; a tray host gets them as data."""
    menu.clear()
    for entry in entries:
        if entry is SEPARATOR:
            menu.addSeparator()
        else:
            menu.addAction(_action(menu, entry))


def _action(menu: QMenu, entry: Entry) -> QAction:
    # An icon hides Qt's own check mark, so the chosen one shows a check mark for its icon.
    name, tone = ("check", Tone.ACCENT) if entry.checked else (entry.icon, entry.tone)
    icon = theme.icon(name, tone) if name else QIcon()
    # "&" would underline the next letter, and names come from outside.
    action = QAction(icon, entry.text.replace("&", "&&"), menu)
    action.setEnabled(entry.do is not None)
    if entry.checked is not None:
        action.setCheckable(True)
        action.setChecked(entry.checked)
    if entry.do is not None:
        action.triggered.connect(lambda _checked=False, do=entry.do: do())
    return action


def pop_up(parent: QWidget, entries: Iterable[Entry], at: QPoint) -> QMenu:
    """Show a menu at the global point `at` and return at once; it deletes itself when closed."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fill(menu, entries)
    menu.popup(at)
    return menu


def copy_entry(number: str) -> Entry:
    """Return the entry that copies `number` as it is shown."""
    return Entry(f"Copy {number}", lambda: copy_text(number), "copy")
