"""Every control of the forms has a name, and the keyboard reaches each of them once, from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from rcdesk.ui.theme import CONTROL_HEIGHT, Theme
from tests.ui import gallery_forms

CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView)
VIEWS = [name for name in gallery_forms.VIEWS if name != "history_wide"]


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """The theme of the program, taken off again."""
    palette, name = qapp.palette(), qapp.style().name()
    theme = Theme(qapp, "light")
    yield
    theme.deleteLater()
    qapp.setStyleSheet("")
    qapp.setStyle(name)
    qapp.setPalette(palette)


def shown(qtbot: QtBot, name: str) -> QWidget:
    view = gallery_forms.VIEWS[name]()
    qtbot.addWidget(view)
    view.resize(420, 900)
    with qtbot.waitActive(view):
        view.show()
    heights: list[int] = []

    def settled() -> bool:
        """What wraps and scrolls finds its height in a few turns of the loop."""
        heights.append(view.height())
        return len(heights) > 3 and len(set(heights[-3:])) == 1

    qtbot.waitUntil(settled)
    return view


def controls(view: QWidget) -> list[QWidget]:
    """Every control that can be seen; not the parts that Qt builds its own ones from."""
    inside = (QComboBox, QLineEdit, QAbstractItemView)
    found = [w for w in view.findChildren(QWidget) if isinstance(w, CONTROLS) and w.isVisible()]
    return [w for w in found if not isinstance(w.parent(), inside) and w.window() is view.window()]


@pytest.mark.parametrize("name", VIEWS)
def test_every_control_has_a_name(qtbot: QtBot, name: str) -> None:
    view = shown(qtbot, name)
    assert controls(view)
    for control in controls(view):
        interface = QAccessible.queryAccessibleInterface(control)
        assert interface.text(QAccessible.Text.Name).strip(), f"{control} has no name"


@pytest.mark.parametrize("name", VIEWS)
def test_every_control_is_at_least_32_px_high(qtbot: QtBot, name: str) -> None:
    view = shown(qtbot, name)
    for control in controls(view):
        assert control.height() >= CONTROL_HEIGHT, f"{control.accessibleName()} is {control.height()} px high"


@pytest.mark.parametrize("name", VIEWS)
def test_tab_reaches_every_control_from_top_to_bottom(qtbot: QtBot, name: str) -> None:
    view = shown(qtbot, name)
    order = tab_order(view)
    wanted = [c for c in controls(view) if c.focusPolicy() & Qt.FocusPolicy.TabFocus and c.isEnabled()]
    for control in wanted:
        assert control in order or is_unchecked_chip(control), f"Tab never reaches {control.accessibleName()}"
    tops = [w.mapTo(view, QPoint(0, 0)).y() // 24 for w in order]
    assert tops == sorted(tops)


def is_unchecked_chip(control: QWidget) -> bool:
    """Arrow keys, not Tab, move among the chips of one choice."""
    return isinstance(control, QAbstractButton) and control.isCheckable() and control.group() is not None


def tab_order(view: QWidget) -> list[QWidget]:
    found: list[QWidget] = []
    step = view.nextInFocusChain()
    while step is not view:
        usable = step.isVisible() and step.isEnabled() and step.focusPolicy() & Qt.FocusPolicy.TabFocus
        if usable and isinstance(step, CONTROLS) and step.focusProxy() is None:
            found.append(step)
        step = step.nextInFocusChain()
    return found
