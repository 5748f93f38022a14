"""FittedScroll: as high as its content while there is room, and scrolling once there is not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from rcdesk.ui.widgets import Scroll


class FittedScroll(Scroll):
    """A scroll area with a gutter that leaves the room it does not need to what stands below it. What has the keyboard stays in
    sight when the room gets less."""

    def __init__(self, content: QWidget) -> None:
        super().__init__(content, gutter=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        content = self.widget()
        layout = content.layout() if content else None
        if layout is None:
            return super().sizeHint()
        width = self.viewport().width()
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else -1
        return QSize(layout.totalSizeHint().width(), max(height, layout.totalMinimumSize().height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 80)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self.ensureWidgetVisible(focused)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.updateGeometry()
        return super().eventFilter(watched, event)
