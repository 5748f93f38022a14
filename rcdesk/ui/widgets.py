"""Widgets: the small parts that every pane is built from. All follow a switch of the theme by themselves.

    Label(text, Size.SMALL, Tone.DIM, strong=…, wrap=…)    .set_tone(tone)
    ElidedLabel(…the same…)        cut with … where it does not fit; the whole text is then its tooltip
    NumberLabel(number, …)         a phone number: its context menu and Ctrl+C copy it
    IconLabel(name, tone, size)    .show_icon(name, tone)
    Card()  Line()  SectionHeader(text)
    Section(title, …parts)         a card with a small heading above
    Notice(icon, text, tone)       a coloured box that tells something
    EmptyState(icon, title, text, button="")       its button emits `asked`
    Scroll(content)                a scroll area without a frame; in_gutter(area) for others that scroll
    column(…), row(…)              layouts on the grid, without margins; a number is a stretch
    copy_text(text)                onto the clipboard
Buttons, fields and combo boxes are in `rcdesk.ui.controls`; pills in `rcdesk.ui.pills`.
"""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtGui import Qt as RichText
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QMenu,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from rcdesk.ui import theme
from rcdesk.ui.controls import Button, Kind
from rcdesk.ui.theme import GAP, Size, Tone

Part = QWidget | QLayout | int
Box = TypeVar("Box", bound=QBoxLayout)


def copy_text(text: str) -> None:
    """Put `text` onto the clipboard."""
    QGuiApplication.clipboard().setText(text)


def row(*parts: Part, gap: int = 2 * GAP) -> QHBoxLayout:
    """Lay `parts` side by side; a number is a stretch of that weight."""
    return _filled(QHBoxLayout(), parts, gap)


def column(*parts: Part, gap: int = 2 * GAP) -> QVBoxLayout:
    """Lay `parts` below one another; a number is a stretch of that weight."""
    return _filled(QVBoxLayout(), parts, gap)


def _filled(box: Box, parts: tuple[Part, ...], gap: int) -> Box:
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(gap)
    for part in parts:
        if isinstance(part, QWidget):
            box.addWidget(part)
        elif isinstance(part, QLayout):
            box.addLayout(part)
        else:
            box.addStretch(part)
    return box


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the stylesheet reads, and have it read again if it changed."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def plain(text: str) -> str:
    """Return `text` so that a tooltip shows it as it is: names come from outside, and what looks like HTML
    Qt takes for HTML, with pictures and all."""
    return RichText.convertFromPlainText(text) if RichText.mightBeRichText(text) else text


class Label(QLabel):
    """A line of plain text, or several if `wrap`. Never markup: names come from outside."""

    def __init__(
        self,
        text: str = "",
        size: Size = Size.BODY,
        tone: Tone = Tone.TEXT,
        *,
        strong: bool = False,
        wrap: bool = False,
    ) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size, strong=strong))
        self.setWordWrap(wrap)
        self.setProperty("tone", tone.value)
        self.setText(text)

    def set_tone(self, tone: Tone) -> None:
        """Say it in another colour."""
        restyle(self, "tone", tone.value)

    def set_strong(self, *, strong: bool) -> None:
        """Say it in weight 600, or no longer."""
        self.setFont(theme.font(self.font().pixelSize(), strong=strong))


class ElidedLabel(Label):
    """A line that gives way: cut with … where it does not fit, and whole in its tooltip then."""

    def __init__(
        self, text: str = "", size: Size = Size.BODY, tone: Tone = Tone.TEXT, *, strong: bool = False
    ) -> None:
        super().__init__(text, size, tone, strong=strong)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance("…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        whole = plain(self.text()) if shown != self.text() else ""
        if self.toolTip() != whole:
            self.setToolTip(whole)
        painter = QPainter(self)
        painter.setPen(Tone(self.property("tone")).ink())
        painter.drawText(self.rect(), self.alignment() | Qt.TextFlag.TextSingleLine, shown)


class NumberLabel(ElidedLabel):
    """A phone number, or a line with one in it, that can be copied by its context menu or Ctrl+C.

    `number` is what gets copied, in full; "" (a withheld number) offers nothing.
    """

    def __init__(
        self,
        text: str = "",
        size: Size = Size.BODY,
        tone: Tone = Tone.TEXT,
        *,
        strong: bool = False,
        number: str | None = None,
    ) -> None:
        super().__init__(text, size, tone, strong=strong)
        self.number = text if number is None else number

    def show_number(self, text: str, number: str) -> None:
        """Show `text`, from which `number` can be copied."""
        self.setText(text)
        self.number = number

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.number:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(theme.icon("copy"), "Copy number").triggered.connect(self.copy)
            menu.popup(event.globalPos())

    def copy(self) -> None:
        """Put the number onto the clipboard."""
        copy_text(self.number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.number and event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)


class IconLabel(QWidget):
    """An icon that says nothing alone: a word stands beside it."""

    def __init__(self, name: str, tone: Tone = Tone.DIM, size: int = theme.ICON_SIZE) -> None:
        super().__init__()
        self._name = name
        self._tone = tone
        self._size = size
        self.setFixedSize(size, size)

    def show_icon(self, name: str, tone: Tone) -> None:
        """Show another icon, or the same in another colour."""
        if (name, tone) != (self._name, self._tone):
            self._name, self._tone = name, tone
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        drawn = theme.pixmap(self._name, self._tone, self._size, self.devicePixelRatioF())
        QPainter(self).drawPixmap(0, 0, drawn)


class Card(QFrame):
    """A surface with a thin border and round corners."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "card")

    def set_tone(self, tone: Tone | None) -> None:
        """Colour the border; None for the quiet one."""
        restyle(self, "tone", tone.value if tone else "")


class Line(QFrame):
    """A thin line between two things."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "line")
        self.setFixedHeight(1)


class SectionHeader(Label):
    """The small heading of a list: "Recent", "Today"."""

    def __init__(self, text: str) -> None:
        super().__init__(text, Size.SMALL, Tone.DIM, strong=True)


class Notice(QFrame):
    """A coloured box that tells something about what is beside it."""

    def __init__(self, icon: str, text: str, tone: Tone = Tone.RINGING) -> None:
        super().__init__()
        self.setProperty("part", "banner")
        self.setProperty("tone", tone.value)
        self._text = Label(text, Size.SMALL, tone, wrap=True)
        layout = row(IconLabel(icon, tone), self._text, gap=3 * GAP)
        layout.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def text(self) -> str:
        """Return what it tells."""
        return self._text.text()

    def setText(self, text: str) -> None:
        """Tell something else."""
        self._text.setText(text)


class Section(QWidget):
    """A card with `parts` below one another, and a small heading above."""

    def __init__(self, title: str, *parts: Part, gap: int = 2 * GAP) -> None:
        super().__init__()
        card = Card()
        inside = column(*parts, gap=gap)
        inside.setContentsMargins(4 * GAP, 3 * GAP, 4 * GAP, 3 * GAP)
        card.setLayout(inside)
        self.setLayout(column(SectionHeader(title), card, gap=GAP))


class EmptyState(QWidget):
    """Says what would be here, and the next step.

    Signals:
        asked: the user wants that next step.
    """

    asked = Signal()

    def __init__(self, icon: str, title: str, text: str, button: str = "", kind: Kind = Kind.QUIET) -> None:
        super().__init__()
        self._title = Label(title, Size.BODY, strong=True)
        self._text = Label(text, Size.BODY, Tone.DIM, wrap=True)
        centre = Qt.AlignmentFlag.AlignHCenter
        layout = column(1, gap=2 * GAP)
        layout.setContentsMargins(6 * GAP, 6 * GAP, 6 * GAP, 6 * GAP)
        layout.addWidget(IconLabel(icon, Tone.DIM, 32), 0, centre)
        for label in (self._title, self._text):
            label.setAlignment(centre)
            layout.addWidget(label)
        if button:
            self._button = Button(button, kind=kind)
            self._button.setAutoDefault(True)  # nothing else is here that Enter could mean
            self._button.clicked.connect(lambda _checked=False: self.asked.emit())
            layout.addSpacing(2 * GAP)
            layout.addWidget(self._button, 0, centre)
        layout.addStretch(2)
        self.setLayout(layout)

    def tell(self, title: str, text: str) -> None:
        """Say something else."""
        self._title.setText(title)
        self._text.setText(text)


GUTTER = 10  # px at the right edge of a pane for a scroll bar, whether there is one or not


class GutterBar(QScrollBar):
    """The bar of what scrolls in a gutter: nothing is seen of it while there is nothing to scroll."""

    def sizeHint(self) -> QSize:
        return QSize(GUTTER, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.maximum() > self.minimum():
            super().paintEvent(event)


def in_gutter(area: QAbstractScrollArea) -> None:
    """Let `area` keep its bar in a gutter, so that what scrolls ends where everything else does."""
    area.setVerticalScrollBar(GutterBar())
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)


class Scroll(QScrollArea):
    """Scrolls `content` up and down; it is always as wide as the room there is."""

    def __init__(self, content: QWidget, *, gutter: bool = False) -> None:
        super().__init__()
        if gutter:
            in_gutter(self)
        content.setProperty("part", "pane")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(content)
