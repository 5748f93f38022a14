"""RecordDetail: everything known of one call, beside the list where the window is wide enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from rcdesk.core.calls import Direction
from rcdesk.core.history import CallRecord
from rcdesk.core.people import Who
from rcdesk.ui import focus_order, outcomes, words
from rcdesk.ui.controls import Button, Kind
from rcdesk.ui.note import NoteEditor
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import (
    Card,
    ElidedLabel,
    EmptyState,
    IconLabel,
    Label,
    Line,
    NumberLabel,
    Scroll,
    column,
    copy_text,
    row,
)

if TYPE_CHECKING:
    from rcdesk.services.notes import Notes

UNTIMED = "Not known yet"
Fact = tuple[str, str, str]
"""A heading, what is shown, and the number that can be copied from it ("" if none)."""


class RecordDetail(QWidget):
    """One call of the past in full, with a field for a note; an empty state until one is shown.

    Signals:
        call_back_asked: the user wants to call this number; nothing was dialled.
    """

    call_back_asked = Signal(str)

    def __init__(
        self,
        who: Callable[[str, str, str], Who],
        clock: Callable[[], float],
        notes: Notes,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._who = who
        self._clock = clock
        self.record: CallRecord | None = None
        self._name = ElidedLabel("", Size.LARGE, strong=True)
        self._source = Label("", Size.SMALL, Tone.DIM)
        self._icon = IconLabel("call-in")
        self._outcome = Label("", Size.BODY, strong=True, wrap=True)
        self._facts = QGridLayout()
        self._filled: list[Fact] = []
        self.note = NoteEditor(notes)
        self._call = Button("Call back", "phone", Kind.FILLED)
        self._call.clicked.connect(lambda _checked=False: self._on_call_back())
        self._copy = Button("Copy number", "copy")
        self._copy.clicked.connect(lambda _checked=False: self.record and copy_text(self.record.number))
        self._stack = QStackedWidget()
        self._stack.addWidget(
            EmptyState("clock", "No call selected", "Select a call to see all about it here.")
        )
        self._stack.addWidget(self._in_card())
        self.setLayout(column(self._stack))

    def show_record(self, record: CallRecord | None) -> None:
        """Show a call, or the empty state."""
        self.record = record
        if record:
            self._tell(record)
        self.note.show_record(record)
        self._stack.setCurrentIndex(1 if record else 0)

    def write_note(self) -> None:
        """Put the keyboard at the end of the note."""
        self.note.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.note.field.moveCursor(QTextCursor.MoveOperation.End)
        QTimer.singleShot(0, self.note, lambda: focus_order.reveal(self.note))  # once it has its place

    def _in_card(self) -> QWidget:
        card = Card()
        self._facts.setVerticalSpacing(2 * GAP)
        self._facts.setHorizontalSpacing(4 * GAP)
        self._facts.setColumnStretch(1, 1)
        outcome = row(self._icon, self._outcome)
        outcome.setStretch(1, 1)
        content = column(
            column(self._name, self._source, gap=GAP // 2),
            outcome, Line(), self._facts, self.note, row(self._call, self._copy, 1), gap=4 * GAP,
        )  # fmt: skip
        content.setContentsMargins(4 * GAP, 4 * GAP, 4 * GAP, 4 * GAP)
        card.setLayout(content)
        page = QWidget()
        page.setLayout(column(card, 1))
        return Scroll(page)

    def _tell(self, record: CallRecord) -> None:
        who = self._who(record.number, record.name, record.location)
        self._name.setText(who.title)
        self._source.setText(who.source.value.capitalize())
        self._source.setVisible(bool(who.source.value))
        tone = outcomes.tone(record)
        self._icon.show_icon(outcomes.icon(record), tone)
        self._outcome.setText(outcomes.words(record))
        self._outcome.set_tone(Tone.TEXT if tone is Tone.DIM else tone)
        self._call.setText("Call back" if record.direction is Direction.INBOUND else "Call again")
        for button in (self._call, self._copy):
            button.setVisible(bool(record.number))
        self._fill(self._facts_of(record, who))

    def _facts_of(self, record: CallRecord, who: Who) -> list[Fact]:
        own = self._who(record.own_number, "", "").number if record.own_number else ""
        inbound = record.direction is Direction.INBOUND
        facts = [
            ("Number", who.number, record.number),
            ("Place", record.location, ""),
            ("When", words.in_full(record.started_at), ""),
            ("How long", _length(record), ""),
            ("Queue", words.queue_name(record.queue), ""),
            ("They called" if inbound else "Called from", own, record.own_number),
        ]
        return [fact for fact in facts if fact[1]]

    def _fill(self, facts: list[Fact]) -> None:
        if facts == self._filled:
            return  # the keyboard may be in one of them
        self._filled = facts
        while item := self._facts.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for line, (heading, text, number) in enumerate(facts):
            value = NumberLabel(text, number=number) if number else Label(text, wrap=True)
            value.setAccessibleName(f"{heading}: {text}")
            if number:
                value.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._facts.addWidget(Label(heading, tone=Tone.DIM), line, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(value, line, 1)

    def _on_call_back(self) -> None:
        if self.record:
            self.call_back_asked.emit(self.record.number)


def _length(record: CallRecord) -> str:
    if record.untimed:
        return UNTIMED
    return words.clock(record.duration) if record.duration else ""
