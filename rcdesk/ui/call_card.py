"""CallCard: one live call in the calls pane."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent

from rcdesk.core.calls import Call, Direction, Stage
from rcdesk.core.people import Source, Who
from rcdesk.ui import menus, theme, words
from rcdesk.ui.controls import IconButton, Kind
from rcdesk.ui.painted import PaintedButton, draw_text
from rcdesk.ui.pills import Pill, paint_pill, pill_width, stage_look
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import copy_text, plain

trace = logging.getLogger("rcdesk.trace")  # for benchmarks: when a row was painted

HEIGHT = 68
_PAD = 3 * GAP
_NAME_FEET, _DETAIL_FEET = 29, 48  # px from the top to the feet of the two lines


def call_detail(call: Call, who: Who) -> str:
    """Return the second line of a call: number, what else is known, and the queue or line that was called."""
    number = who.number if who.number != who.title else ""
    line = words.queue_name(call.queue)
    if not line and call.direction is Direction.INBOUND and call.to_name:
        line = f"to {call.to_name}"
    source = who.source.value if who.source in (Source.CONTACT, Source.DIRECTORY) and not who.detail else ""
    way = "Incoming call" if call.direction is Direction.INBOUND else "Outgoing call"
    return words.joined(number, who.detail, source, line) or way


class CallCard(PaintedButton):
    """A live call: who, from where, what it is doing and since when. Ringing ones have an amber border.

    It paints itself: a card that comes and goes within a moment costs one widget and its button.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(HEIGHT)
        self._clock = clock
        self._call: Call | None = None
        self._who = Who("", "", "", Source.NONE)
        self._detail = ""
        self._stale = False
        self._pill_text = ""
        self.copy_button = IconButton("copy", "Copy number", Kind.BARE)
        self.copy_button.setParent(self)
        self.copy_button.clicked.connect(lambda _checked=False: self.copy_number())

    @property
    def call(self) -> Call | None:
        """The call that is shown."""
        return self._call

    def show_call(self, call: Call, who: Who, *, stale: bool = False) -> None:
        """Show `call`, whose other side is `who`. `stale`: as it was when it was followed last."""
        self._call, self._who, self._stale = call, who, stale
        self._detail = call_detail(call, who)
        self.copy_button.setVisible(bool(who.number))
        self.copy_button.setAccessibleName(f"Copy the number of {who.title}")
        self.setToolTip(plain(f"{who.title}\nSince {words.in_full(call.started_at)}"))
        self._pill_text = ""
        self.tick()
        self.update()

    def tick(self) -> None:
        """Bring the clock up to date, painting no more than the pill."""
        if self._call is None:
            return
        clock = words.call_clock(self._call, self._clock())
        text = f"{words.stage_word(self._call)} {clock}"
        if text != self._pill_text:
            before, self._pill_text = self._pill_box(), text
            self.setAccessibleName(words.joined(self._who.title, self._detail, text))
            self.update(before.united(self._pill_box()).toAlignedRect())

    def copy_number(self) -> None:
        """Put the number onto the clipboard, as it is shown."""
        copy_text(self._who.number)

    def _pill_box(self) -> QRectF:
        width = pill_width(self._pill_text)
        return QRectF(self.width() - _PAD - width, _PAD, width, Pill.HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._call is None:
            return
        painter = QPainter(self)
        icon, tone = stage_look(self._call.stage, stale=self._stale)
        ringing = self._call.stage is Stage.RINGING
        self.paint_surface(painter, tone.ink() if ringing and not self._stale else None)
        box = self._pill_box()
        name_font = theme.font(Size.NAME, strong=True)
        room = box.left() - _PAD - 2 * GAP
        draw_text(painter, _PAD, _NAME_FEET, room, self._who.title, name_font, Tone.TEXT)
        room = self.width() - 2 * _PAD - theme.CONTROL_HEIGHT
        draw_text(painter, _PAD, _DETAIL_FEET, room, self._detail, theme.font(Size.SMALL), Tone.DIM)
        paint_pill(painter, box, icon, tone, self._pill_text, self.devicePixelRatioF())
        trace.debug("painted-row %s %s", self._call.session_id, self._call.stage.value)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = theme.CONTROL_HEIGHT
        self.copy_button.setGeometry(self.width() - side - GAP, HEIGHT - side - GAP + 2, side, side)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._who.number:
            menus.pop_up(self, [menus.copy_entry(self._who.number)], event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self._who.number:
            self.copy_number()
        else:
            super().keyPressEvent(event)
