"""NoteEditor: what the user writes about a call of the past; it saves itself."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QHideEvent, QInputMethodEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from rcdesk.core.notes import LONGEST
from rcdesk.ui import theme
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import Label, column

if TYPE_CHECKING:
    from rcdesk.core.history import CallRecord
    from rcdesk.services.notes import Notes

SAVE_AFTER_MS = 600  # without a key
SAVE_WITHIN_MS = 2000  # whatever is typed meanwhile
FEWEST_LINES, MOST_LINES = 2, 8  # before it scrolls
_AROUND = 2 * (1 + 8)  # px, border and padding of the stylesheet, above and below
TOO_LONG = f"A note can have {LONGEST:,} characters. What you added does not fit."


class NoteField(QPlainTextEdit):
    """A field for plain text that grows with it. What would make it too long is refused whole, never cut.

    Signals:
        refused: something was not taken in.
        left: the keyboard has gone elsewhere.
    """

    refused = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Note")
        self.setPlaceholderText("Add a note")
        self.setFont(theme.font(Size.BODY))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self._fit()

    def show_text(self, text: str) -> str:
        """Show what nobody has just typed; return it as the field has it."""
        self.setPlainText(text)
        return self.toPlainText()

    def _fit(self) -> None:
        lines = int(self.document().size().height())
        metrics, margins = QFontMetricsF(self.font()), 2 * self.document().documentMargin()
        line = math.ceil(metrics.ascent()) + math.ceil(metrics.descent())  # as Qt lays out text
        self.setFixedHeight(min(max(lines, FEWEST_LINES), MOST_LINES) * line + round(margins) + _AROUND)
        bar = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            bar.ScrollBarAsNeeded if lines > MOST_LINES else bar.ScrollBarAlwaysOff
        )

    def _takes(self, added: str) -> bool:
        """Whether there is room for what is typed or pasted; one that was too long already may become shorter."""
        before = len(self.toPlainText())
        after = before - len(self.textCursor().selectedText()) + len(added)
        if after <= max(LONGEST, before):
            return True
        self.refused.emit()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        adds = event.text().isprintable() or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not adds or self._takes(event.text()):
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if self._takes(event.commitString()):
            super().inputMethodEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self._takes(source.text()):
            super().insertFromMimeData(source)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()  # where it is wider or narrower, the same words take other lines
        room = self.viewport().size()
        if (
            room.width() != event.size().width()
        ):  # a bar has come or gone, which Qt may not tell while this lasts
            super().resizeEvent(QResizeEvent(room, event.size()))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class NoteEditor(QWidget):
    """The note of one call. Only the user's typing changes what is in the field while the keyboard is there.

    It is saved when the typing rests, every two seconds while it does not, and when the keyboard leaves, another call is shown, or it goes out of sight, as it
    does when the program ends. Below it stands whether that worked.
    """

    def __init__(self, notes: Notes) -> None:
        super().__init__()
        self._notes = notes
        self._record: CallRecord | None = None
        self._seen = ""  # the note that the text in the field was made of
        self._clean = ""  # the text of the field while it has nothing new
        self.field = NoteField()
        self.status = Label("", Size.SMALL, Tone.DIM, wrap=True)
        self.status.setMinimumHeight(self.status.fontMetrics().height())
        self.setLayout(column(self.field, self.status, gap=GAP))
        self._rest = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)
        self._rest.timeout.connect(self.save)
        self._at_last = QTimer(self, singleShot=True, interval=SAVE_WITHIN_MS)
        self._at_last.timeout.connect(self.save)
        self.field.textChanged.connect(self._on_typed)
        self.field.refused.connect(lambda: self._tell(TOO_LONG, Tone.DANGER))
        self.field.left.connect(self._on_left)
        undo = notes.news.subscribe(self._on_news)
        self.destroyed.connect(lambda _object=None: undo())

    def show_record(self, record: CallRecord | None) -> None:
        """Show the note of a call, or what is newly known of the call that is shown."""
        before = self._record
        if before is None or record is None or not self.is_of(record):
            self.save()
            self._record = record
            self._take()
            return
        # While something is being saved, what the list knows of it is older than what was written.
        newer = self._notes.draft(record.id) is None
        self._record = record if newer else replace(record, note=before.note)
        self._follow()

    def is_of(self, record: CallRecord | None) -> bool:
        """Whether it shows the note of this call."""
        return record is not None and self._record is not None and record.id == self._record.id

    def save(self) -> None:
        """Save what was typed, if anything was."""
        self._rest.stop()
        self._at_last.stop()
        text = self.field.toPlainText()
        if self._record is None or text == self._clean:
            return
        record, seen = self._record, self._seen
        self._record = replace(record, note=text)
        self._seen = self._clean = text
        self._notes.write(record, text, seen)

    def _take(self) -> None:
        """Put the note of the call into the field."""
        if self._record and (draft := self._notes.draft(self._record.id)):
            self._record = replace(self._record, note=draft.text)
        self._seen = self._record.note if self._record else ""
        self._clean = self.field.show_text(self._seen)
        self._tell_standing(saved=False)

    def _follow(self) -> None:
        """Take what has come from elsewhere, unless the user is writing."""
        record = self._record
        writing = self.field.hasFocus() or self.field.toPlainText() != self._clean
        if record and not writing and record.note != self._seen:
            self._take()

    def _tell_standing(self, *, saved: bool) -> None:
        draft = self._notes.draft(self._record.id) if self._record else None
        if draft and draft.problem:
            self._tell(f"Not saved yet. {draft.problem.remedy} It is tried again by itself.", Tone.DANGER)
        elif saved:
            self._tell("Note saved" if self._seen.strip() else "Note removed", Tone.DIM)
        else:
            self._tell("", Tone.DIM)

    def _tell(self, text: str, tone: Tone) -> None:
        self.status.set_tone(tone)
        self.status.setText(text)
        self.field.setAccessibleDescription(text)

    def _on_typed(self) -> None:
        self._rest.start()
        if not self._at_last.isActive():
            self._at_last.start()
        self._tell_standing(saved=False)

    def _on_left(self) -> None:
        self.save()
        self._follow()

    def _on_news(self, record_id: int) -> None:
        if self._record is None or record_id != self._record.id:
            return
        draft = self._notes.draft(record_id)
        if self.field.toPlainText() == self._clean:  # else more was typed, and is not saved
            self._tell_standing(saved=draft is None)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.save()
