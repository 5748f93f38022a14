"""A note saves itself, tells how that went, and only the user's typing changes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from rcdesk.core.calls import Call, Direction, Stage
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.history import CallRecord, Query
from rcdesk.core.notes import LONGEST
from rcdesk.store.database import Database
from rcdesk.store.history import MIGRATIONS, HistoryStore
from rcdesk.ui import note
from rcdesk.ui.navigation import Pane
from rcdesk.ui.note import MOST_LINES, TOO_LONG, NoteEditor, NoteField
from rcdesk.ui.record_detail import RecordDetail
from rcdesk.ui.widgets import Label, NumberLabel
from tests.helpers.wait import until
from tests.ui.form_samples import NOW, Notebook, record, who
from tests.ui.test_shell import shell

ANNA, MARTIN = record(30, NOW - 60, "+4930901820"), record(29, NOW - 600, "+4722123456", note="Call back")
FULL = Problem("The call history was not saved.", "The disk is full: free some space.", Kind.LOCAL)
Shown = tuple[NoteEditor, Notebook, RecordDetail]


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[CallRecord], Shown]:
    def show(first: CallRecord) -> Shown:
        notes = Notebook()
        detail = RecordDetail(who, lambda: NOW, notes)  # type: ignore[arg-type]
        detail.layout().addWidget(QLineEdit())  # type: ignore[union-attr]
        qtbot.addWidget(detail)
        detail.resize(400, 600)
        detail.show_record(first)
        with qtbot.waitActive(detail):
            detail.show()
        return detail.note, notes, detail

    return show


def type_into(editor: NoteEditor, text: str) -> None:
    editor.field.setFocus()
    QTest.keyClicks(editor.field, text)


def test_what_was_typed_is_saved_once_the_typing_rests(shown: Callable[..., Shown], qtbot: QtBot) -> None:
    editor, notes, _ = shown(ANNA)
    assert (editor.field.placeholderText(), editor.field.accessibleName()) == ("Add a note", "Note")
    type_into(editor, "Wants the invoice")
    assert notes.written == []
    qtbot.waitUntil(lambda: notes.written == [(30, "Wants the invoice", "")])
    assert editor.status.text() == ""
    notes.save(30)
    assert editor.status.text() == "Note saved"
    type_into(editor, "!")
    assert editor.status.text() == ""
    editor.save()
    assert notes.written[1:] == [(30, "Wants the invoice!", "Wants the invoice")]
    editor.save()
    assert len(notes.written) == 2, "nothing new"


def test_what_is_typed_without_a_rest_is_saved_all_the_same(
    shown: Callable[..., Shown], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(note, "SAVE_AFTER_MS", 60_000)
    monkeypatch.setattr(note, "SAVE_WITHIN_MS", 50)
    editor, notes, _ = shown(ANNA)
    type_into(editor, "Wants")
    qtbot.waitUntil(lambda: notes.written == [(30, "Wants", "")])
    type_into(editor, " it")
    qtbot.waitUntil(lambda: notes.written[1:] == [(30, "Wants it", "Wants")])


def test_an_emptied_note_is_removed(shown: Callable[..., Shown]) -> None:
    editor, notes, _ = shown(MARTIN)
    editor.field.selectAll()
    type_into(editor, "")
    QTest.keyClick(editor.field, Qt.Key.Key_Delete)
    editor.save()
    assert notes.written == [(29, "", "Call back")]
    notes.save(29)
    assert editor.status.text() == "Note removed"


def test_another_call_the_loss_of_the_keyboard_and_going_out_of_sight_save_at_once(
    shown: Callable[..., Shown], qtbot: QtBot
) -> None:
    editor, notes, detail = shown(ANNA)
    type_into(editor, "a")
    detail.show_record(MARTIN)
    assert notes.written == [(30, "a", "")]
    assert editor.field.toPlainText() == "Call back"
    type_into(editor, "b")
    QTest.keyClick(editor.field, Qt.Key.Key_Tab)
    assert not editor.field.hasFocus()
    assert notes.written[1:] == [(29, "bCall back", "Call back")]
    QTest.keyClicks(editor.field, "c")  # there is no keyboard to go
    detail.hide()
    assert notes.written[2:] == [(29, "bcCall back", "bCall back")]


def test_what_comes_from_elsewhere_leaves_alone_what_is_being_typed(shown: Callable[..., Shown]) -> None:
    editor, notes, detail = shown(MARTIN)
    type_into(editor, "")
    editor.field.moveCursor(QTextCursor.MoveOperation.End)
    detail.show_record(replace(MARTIN, name="Martin", note="Call back\nof the other half"))
    assert (editor.field.toPlainText(), editor.field.textCursor().position()) == ("Call back", 9)
    type_into(editor, " soon")
    detail.show_record(replace(MARTIN, note="Call back\nof the other half"))
    assert editor.field.toPlainText() == "Call back soon"
    editor.save()
    assert notes.written == [(29, "Call back soon", "Call back")]
    detail.show_record(replace(MARTIN, note="Call back\nof the other half"))  # read before that was saved
    notes.save(29)
    QTest.keyClick(editor.field, Qt.Key.Key_Tab)
    assert editor.field.toPlainText() == "Call back soon", "older news is no news"
    assert editor.status.text() == "Note saved"
    detail.show_record(replace(MARTIN, note="Call back soon\nof the other half"))
    assert editor.field.toPlainText() == "Call back soon\nof the other half"
    type_into(editor, "")
    detail.show_record(replace(MARTIN, note="by a script"))
    assert editor.field.toPlainText() == "Call back soon\nof the other half"
    QTest.keyClick(editor.field, Qt.Key.Key_Tab)
    assert editor.field.toPlainText() == "by a script", "once the keyboard is elsewhere"
    assert len(notes.written) == 1


def test_a_note_that_is_not_saved_is_told_and_stays(shown: Callable[..., Shown]) -> None:
    editor, notes, detail = shown(ANNA)
    type_into(editor, "Lost?")
    editor.save()
    notes.refuse(30, FULL)
    told = "Not saved yet. The disk is full: free some space. It is tried again by itself."
    assert editor.status.text() == editor.field.accessibleDescription() == told
    assert editor.status.property("tone") == "danger"
    detail.show_record(MARTIN)
    assert editor.status.text() == ""
    detail.show_record(ANNA)
    assert (editor.field.toPlainText(), editor.status.text()) == ("Lost?", told)
    detail.show_record(replace(ANNA, name="Anna"))
    assert editor.field.toPlainText() == "Lost?"
    type_into(editor, "")
    notes.save(30)
    assert editor.status.text() == "Note saved"
    assert editor.status.property("tone") == "dim"
    QTest.keyClick(editor.field, Qt.Key.Key_Tab)
    assert editor.field.toPlainText() == "Lost?", "also before the list knows it"


def test_what_was_put_in_without_the_keyboard_is_the_users_too(shown: Callable[..., Shown]) -> None:
    editor, _, detail = shown(ANNA)
    detail.findChild(QLineEdit).setFocus()  # type: ignore[union-attr]
    QTest.keyClicks(editor.field, "dropped")
    detail.show_record(replace(ANNA, note="by a script"))
    assert editor.field.toPlainText() == "dropped"


def test_a_note_that_is_saved_takes_the_keyboard_from_no_number(shown: Callable[..., Shown]) -> None:
    _, _, detail = shown(MARTIN)
    number = next(label for label in detail.findChildren(NumberLabel) if label.number == MARTIN.number)
    number.setFocus()
    detail.show_record(replace(MARTIN, note="Call back soon"))
    QApplication.sendPostedEvents(number, QEvent.Type.DeferredDelete)
    assert isValid(number)
    assert number.hasFocus()
    detail.show_record(replace(MARTIN, duration=9.0, note="Call back soon"))
    assert [label.text() for label in detail.findChildren(Label) if label.text() == "0:09"]


def test_an_editor_that_is_gone_hears_no_news(qtbot: QtBot) -> None:
    notes = Notebook()
    editor = NoteEditor(notes)  # type: ignore[arg-type]
    editor.show_record(ANNA)
    delete(editor)
    notes.write(ANNA, "later", "")


def test_while_more_is_typed_it_is_not_said_to_be_saved(shown: Callable[..., Shown]) -> None:
    editor, notes, _ = shown(ANNA)
    type_into(editor, "a")
    editor.save()
    type_into(editor, "b")
    notes.save(30)
    assert editor.status.text() == ""


def test_the_news_of_another_call_is_not_told_here(shown: Callable[..., Shown]) -> None:
    editor, notes, _ = shown(ANNA)
    notes.write(MARTIN, "elsewhere", "")
    notes.refuse(29, FULL)
    notes.save(29)
    assert editor.status.text() == ""


def test_what_would_be_too_long_is_refused_whole_and_told(shown: Callable[..., Shown]) -> None:
    editor, _, _ = shown(replace(ANNA, note="x" * (LONGEST - 3)))
    field = editor.field
    field.moveCursor(QTextCursor.MoveOperation.End)
    QGuiApplication.clipboard().setText("four")
    field.setFocus()
    field.paste()
    assert len(field.toPlainText()) == LONGEST - 3
    assert editor.status.text() == TOO_LONG
    type_into(editor, "abcd")
    QTest.keyClick(field, Qt.Key.Key_Return)
    composed = QInputMethodEvent()
    composed.setCommitString("é")
    QApplication.sendEvent(field, composed)
    assert field.toPlainText().endswith("xabc")
    assert editor.status.text() == TOO_LONG
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert editor.status.text() == ""
    QApplication.sendEvent(field, composed)
    assert field.toPlainText().endswith("xabé")
    field.selectAll()
    field.paste()
    assert field.toPlainText() == "four", "what is selected makes room"


def test_a_note_that_is_too_long_already_can_be_shortened(shown: Callable[..., Shown]) -> None:
    editor, _, _ = shown(replace(ANNA, note="x" * (LONGEST + 10)))
    field = editor.field
    assert len(field.toPlainText()) == LONGEST + 10
    type_into(editor, "a")
    assert len(field.toPlainText()) == LONGEST + 10
    cursor = field.textCursor()
    cursor.setPosition(5, QTextCursor.MoveMode.KeepAnchor)
    field.setTextCursor(cursor)
    added = QMimeData()
    added.setText("ab")
    field.insertFromMimeData(added)
    assert len(field.toPlainText()) == LONGEST + 7


def test_the_field_grows_with_the_note_and_scrolls_only_then(shown: Callable[..., Shown]) -> None:
    editor, _, _ = shown(ANNA)
    field = editor.field
    heights = [NoteField().height()]
    for lines in (1, 2, 3, MOST_LINES, MOST_LINES + 5):
        field.setPlainText("\n".join("a" * lines))
        QApplication.processEvents()
        heights.append(field.height())
        assert field.verticalScrollBar().isVisible() == (lines > MOST_LINES)
        assert (field.verticalScrollBar().maximum() > 0) == (lines > MOST_LINES)
    assert heights[0] == heights[1] == heights[2] < heights[3] < heights[4] == heights[5]


def test_a_long_note_has_its_height_at_once_and_in_every_width(
    shown: Callable[..., Shown], qtbot: QtBot
) -> None:
    long = " ".join(
        ["The invoice of last Tuesday is still open, and they want it by the end of the week."] * 21
    )
    editor, _, detail = shown(replace(ANNA, note=long))
    field = editor.field
    few, tallest = NoteField(), NoteField()
    for made in (few, tallest):
        qtbot.addWidget(made)
    tallest.setPlainText("\n" * MOST_LINES)
    assert field.height() == tallest.height() > few.height()
    assert field.horizontalScrollBar().maximum() == 0, "its words are laid out beside the scroll bar"
    for width in range(300, 400, 7):
        detail.resize(width, 600)
        QApplication.processEvents()
        assert field.horizontalScrollBar().maximum() == 0
    assert field.verticalScrollBar().isVisible()
    detail.show_record(MARTIN)
    assert field.height() == few.height()
    detail.show_record(replace(ANNA, note=" ".join(["invoice"] * 30)))
    narrow = field.height()
    detail.resize(900, 600)
    qtbot.waitUntil(lambda: field.height() < narrow)
    detail.resize(400, 600)
    qtbot.waitUntil(lambda: field.height() == narrow)


def test_no_call_has_no_note(qtbot: QtBot) -> None:
    notes = Notebook()
    editor = NoteEditor(notes)  # type: ignore[arg-type]
    qtbot.addWidget(editor)
    type_into(editor, "whose?")
    editor.save()
    editor.show_record(None)
    notes.write(ANNA, "", "")
    assert [written for written in notes.written if written[1]] == []


async def test_what_was_typed_as_the_program_ends_is_on_the_disk(tmp_path: Path) -> None:
    call = Call("k", "s", Stage.ENDED, Direction.INBOUND, "+13025550101", "", "101", "", NOW, None, NOW + 9)
    path = tmp_path / "calls.db"
    async with shell(path) as (made, services):
        await services.history._store.add_live(call, NOW + 9)
        (before,) = await services.history.since(NOW)
        made.window.show()
        made.window.show_pane(Pane.HISTORY)
        made.window.write_note(before)
        editor = made.window.columns.the_detail().past.note
        QTest.keyClicks(editor.field, "Saved")
        editor.save()
        await until(lambda: editor.status.text() == "Note saved")
        QTest.keyClicks(editor.field, ", and more")
    database = Database(path, MIGRATIONS)
    (after,) = (await HistoryStore(database).page(Query())).records
    database.close()
    assert after.note == "Saved, and more"
