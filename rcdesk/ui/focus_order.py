"""Focus order: the Tab key goes from top to bottom as the eye does, whatever was built when."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QScrollArea, QWidget


def in_order(window: QWidget, regions: Iterable[QWidget | None]) -> list[QWidget]:
    """Return what Tab can reach in `window`: region by region, each from the top down and left to right.

    Qt's own order is that in which widgets were made; panes are made late, and cards come and go.
    """
    return [
        widget
        for region in regions
        if region is not None
        for widget in sorted(_reachable(region), key=lambda found: _place(found, window))
    ]


def after(order: list[QWidget], current: QWidget | None, *, forwards: bool) -> QWidget | None:
    """Return who gets the keyboard next; from the last one round to the first. None if there is nobody."""
    while current is not None and current not in order:
        current = current.parentWidget()
    if not order:
        return None
    if current is None:
        return order[0 if forwards else -1]
    return order[(order.index(current) + (1 if forwards else -1)) % len(order)]


def is_in(region: QWidget, widget: QWidget | None) -> bool:
    """Whether `widget`, if there is one, is somewhere in `region`."""
    return widget is not None and region.isAncestorOf(widget)


def reveal(widget: QWidget) -> None:
    """Scroll to where `widget` is: Qt does so only where the keyboard was in the same scroll area before."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()


def _reachable(region: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in region.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isEnabled()
        and widget.isVisible()
        and widget.focusProxy() is None
    ]


def _place(widget: QWidget, window: QWidget) -> tuple[int, int]:
    at = widget.mapTo(window, QPoint(0, 0))
    return at.y(), at.x()
