"""Search, filters, empty states, seen calls and the place that is kept while the store changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from rcdesk.core.history import CallRecord, Filter, Outcome, Query
from rcdesk.services.feed import Feed, Latest
from rcdesk.ui.history_model import HistoryModel
from rcdesk.ui.history_pane import HistoryPane
from rcdesk.ui.history_row import HistoryDelegate
from rcdesk.ui.history_source import HistorySource
from rcdesk.ui.painted import LEAST_CUT
from rcdesk.ui.record_detail import RecordDetail
from rcdesk.ui.theme import GAP, ROW_HEIGHT, Size, font
from rcdesk.ui.widgets import column
from tests.ui.form_samples import NOW, FakeStore, Notebook, at, record, the_mocks_calls, who


@dataclass
class World:
    store: FakeStore
    changed: Feed[None] = field(default_factory=Feed)
    missed: Latest[int] = field(default_factory=lambda: Latest(0))
    syncing: Latest[str] = field(default_factory=lambda: Latest(""))
    seen: int = 0

    def mark_seen(self) -> None:
        self.seen += 1

    def pane(self) -> HistoryPane:
        return HistoryPane(
            HistorySource(
                self.store.find,
                self.changed,
                self.missed,
                self.syncing,
                self.mark_seen,
                who,
                Feed(),
                lambda: NOW,
            )
        )


Shown = Callable[..., tuple[HistoryPane, World]]


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    def show(records: list[CallRecord] | None = None, *, missed: int = 0) -> tuple[HistoryPane, World]:
        world = World(FakeStore(the_mocks_calls() if records is None else records, at_once=True))
        world.missed.value = missed
        pane = world.pane()
        qtbot.addWidget(pane)
        pane.resize(420, 640)
        with qtbot.waitActive(pane):
            pane.show()
        return pane, world

    return show


def texts(pane: HistoryPane) -> list[str]:
    return [label.text() for label in pane.findChildren(QLabel) if label.isVisible()]


def ids(pane: HistoryPane) -> list[int]:
    model = pane.model
    return [r.id for r in map(model.record_at, map(model.index, range(model.rowCount()))) if r]


def test_typing_searches(shown: Shown, qtbot: QtBot) -> None:
    pane, _ = shown()
    pane.focus_search()
    QTest.keyClicks(pane.search, "anna")
    qtbot.waitUntil(lambda: ids(pane) == [30, 21])


def test_the_arrow_keys_move_between_filters(shown: Shown) -> None:
    pane, world = shown()
    pane.filters.chip(Filter.ALL).setFocus()
    QTest.keyClick(pane.filters.chip(Filter.ALL), Qt.Key.Key_Right)
    assert world.store.asked[-1][0] == Query(Filter.MISSED)
    assert ids(pane) == [29, 23]


def test_nothing_found_offers_to_clear_the_search(shown: Shown) -> None:
    pane, _ = shown()
    QTest.keyClicks(pane.search, "zebra")
    QTest.keyClick(pane.search, Qt.Key.Key_Return)
    assert "Nothing found for “zebra”" in texts(pane)
    button = next(b for b in pane.not_found.findChildren(QPushButton) if b.text() == "Clear search")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pane.search.text() == ""
    assert len(ids(pane)) == 14
    assert pane.list.isVisible()


def test_an_empty_history_says_what_will_be_here(shown: Shown) -> None:
    pane, _ = shown([])
    assert "No calls yet" in texts(pane)


def test_escape_empties_the_search(shown: Shown) -> None:
    pane, _ = shown()
    QTest.keyClicks(pane.search, "zebra")
    QTest.keyClick(pane.search, Qt.Key.Key_Escape)
    assert pane.search.text() == ""
    assert len(ids(pane)) == 14


def test_what_is_being_fetched_is_told_while_it_lasts(shown: Shown) -> None:
    pane, world = shown()
    world.syncing.publish("Fetching calls … 400 so far")
    assert "Fetching calls … 400 so far" in texts(pane)
    world.syncing.publish("")
    assert "Fetching calls … 400 so far" not in texts(pane)


def test_the_badge_asks_for_the_missed_calls(shown: Shown) -> None:
    pane, _ = shown()
    pane.search.setText("anna")
    pane.show_only(Filter.MISSED)
    assert ids(pane) == [29, 23]
    assert pane.filters.value is Filter.MISSED


def test_missed_calls_are_seen_after_a_second_of_looking(shown: Shown, qtbot: QtBot) -> None:
    pane, world = shown(missed=2)
    assert pane._seen.isActive()
    assert world.seen == 0
    pane._seen.setInterval(0)
    qtbot.waitUntil(lambda: world.seen == 1)
    assert not pane._seen.isActive()


def test_nobody_looks_at_a_pane_that_is_hidden(shown: Shown) -> None:
    pane, world = shown(missed=2)
    pane.hide()
    assert not pane._seen.isActive()
    world.missed.publish(3)
    assert not pane._seen.isActive()


def test_without_missed_calls_no_timer_lives(shown: Shown) -> None:
    pane, world = shown()
    assert not pane._seen.isActive()
    world.missed.publish(1)
    assert pane._seen.isActive()
    world.missed.publish(0)
    assert not pane._seen.isActive()


def many(count: int) -> list[CallRecord]:
    return [
        record(n, at(10, 0) - 600 * (count - n), "118", f"Caller {n}", duration=60)
        for n in range(1, count + 1)
    ]


def test_what_is_read_stays_in_place_when_calls_come_above(shown: Shown) -> None:
    pane, world = shown(many(200))
    bar = pane.list.verticalScrollBar()
    bar.setValue(900)
    index = pane.list.indexAt(QPoint(100, 200))
    looked_at, top = pane.model.record_at(index), pane.list.visualRect(index).top()
    assert looked_at
    pane.list.setCurrentIndex(index)
    world.store.by_id[500] = record(500, at(10, 30), "118", "Finn Taylor")
    world.store.by_id[501] = record(501, at(10, 31), "118", "Finn Taylor")
    world.changed.publish(None)
    again = pane.model.index_of_record(looked_at.id)
    assert pane.list.visualRect(again).top() == top
    assert pane.list.current_record() == looked_at
    assert bar.value() == 900 + 2 * 52


def test_at_the_top_new_calls_come_into_view(shown: Shown) -> None:
    pane, world = shown(many(200))
    world.store.by_id[500] = record(500, at(10, 30), "118", "Finn Taylor")
    world.changed.publish(None)
    assert pane.list.verticalScrollBar().value() == 0
    assert ids(pane)[0] == 500


def test_ten_thousand_calls_come_as_they_are_scrolled_to(shown: Shown) -> None:
    pane, world = shown(many(10_000))
    assert len(world.store.asked) < 4
    for _ in range(30):
        QTest.keyClick(pane.list, Qt.Key.Key_PageDown)
    assert 4 < len(world.store.asked) < 20
    assert ids(pane) == [r.id for r in world.store.answer(Query())][: len(ids(pane))]


def test_the_keyboard_passes_over_headers(shown: Shown) -> None:
    pane, _ = shown()
    pane.list.setFocus()
    visited = []
    QTest.keyClick(pane.list, Qt.Key.Key_Home)
    for _ in range(5):
        found = pane.list.current_record()
        assert found
        visited.append(found.id)
        QTest.keyClick(pane.list, Qt.Key.Key_Down)
    assert visited == [30, 29, 28, 27, 26]
    QTest.keyClick(pane.list, Qt.Key.Key_End)
    last = pane.list.current_record()
    assert last
    assert last.id == 17


def test_enter_asks_to_call_back_and_control_c_copies(shown: Shown, qtbot: QtBot) -> None:
    pane, _ = shown()
    pane.list.setFocus()
    pane.list.setCurrentIndex(pane.model.index_of_record(29))
    with qtbot.waitSignal(pane.call_back_asked) as asked:
        QTest.keyClick(pane.list, Qt.Key.Key_Return)
    assert asked.args == ["+4722123456"]
    QTest.keyClick(pane.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "+4722123456"


def test_the_menu_of_a_call(shown: Shown, qtbot: QtBot) -> None:
    pane, world = shown()
    call_back, copy, as_shown, *_ = (entry.do for entry in pane.list.menu_of(world.store.by_id[29]))
    assert call_back
    assert copy
    assert as_shown
    as_shown()
    assert QGuiApplication.clipboard().text() == "+47 22 12 34 56"
    copy()
    assert QGuiApplication.clipboard().text() == "+4722123456"
    with qtbot.waitSignal(pane.call_back_asked):
        call_back()
    assert pane.list.menu_of(world.store.by_id[17])[0].do is None


@pytest.mark.parametrize(
    ("record_id", "texts"),
    [
        (29, ["Show details", "Add a note"]),
        (25, ["Show details", "Edit the note"]),
        (17, ["Show details", "Add a note"]),
    ],
)
def test_all_about_a_call_and_its_note_are_reached_from_its_menu(
    shown: Shown, qtbot: QtBot, record_id: int, texts: list[str]
) -> None:
    pane, world = shown()
    entries = pane.list.menu_of(world.store.by_id[record_id])[-2:]
    assert [entry.text for entry in entries] == texts
    for entry, signal in zip(entries, (pane.detail_asked, pane.note_asked), strict=True):
        assert entry.do
        with qtbot.waitSignal(signal) as asked:
            entry.do()
        assert asked.args == [world.store.by_id[record_id]]


def test_f2_edits_the_note(shown: Shown, qtbot: QtBot) -> None:
    pane, world = shown()
    pane.list.setCurrentIndex(pane.model.index_of_record(29))
    with qtbot.waitSignal(pane.note_asked) as asked:
        QTest.keyClick(pane.list, Qt.Key.Key_F2)
    assert asked.args == [world.store.by_id[29]]


def current(pane: HistoryPane) -> int:
    found = pane.list.current_record()
    assert found
    assert pane.list.selectedIndexes() == [pane.list.currentIndex()], "and it is seen"
    return found.id


def test_the_list_has_the_keyboard_at_the_first_call_or_the_one_selected(shown: Shown) -> None:
    pane, _ = shown()
    assert pane.list.hasFocus()
    assert current(pane) == 30
    pane.list.setCurrentIndex(pane.model.index_of_record(28))
    pane.search.setFocus()
    pane.setFocus()
    assert current(pane) == 28


def test_calls_that_come_late_have_the_keyboard_then(qtbot: QtBot) -> None:
    world = World(FakeStore(the_mocks_calls()))
    pane = world.pane()
    qtbot.addWidget(pane)
    with qtbot.waitActive(pane):
        pane.show()
    assert pane.list.current_record() is None
    world.store.deliver()
    assert current(pane) == 30


def test_a_window_that_comes_back_leaves_the_keyboard_where_something_is_typed(
    shown: Shown, qtbot: QtBot
) -> None:
    pane, _ = shown()
    window = QWidget()
    window.setLayout(column(pane))
    qtbot.addWidget(window)
    for first in (True, False):
        with qtbot.waitActive(window):
            window.show()
        if first:
            pane.search.setFocus()
            window.hide()
    assert window.focusWidget() is pane.search


def test_down_leads_from_the_search_to_what_it_finds(shown: Shown, qtbot: QtBot) -> None:
    pane, world = shown()
    pane.focus_search()
    QTest.keyClicks(pane.search, "anna")
    QTest.keyClick(pane.search, Qt.Key.Key_Down)
    assert pane.list.hasFocus()
    assert (ids(pane), current(pane)) == ([30, 21], 30)
    QTest.keyClick(pane.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(pane.note_asked) as asked:
        QTest.keyClick(pane.list, Qt.Key.Key_F2)
    assert asked.args == [world.store.by_id[21]]


def test_f2_in_the_search_edits_the_note_of_the_first_that_it_finds(qtbot: QtBot) -> None:
    world = World(FakeStore(the_mocks_calls()))
    pane = world.pane()
    qtbot.addWidget(pane)
    with qtbot.waitActive(pane):
        pane.show()
    world.store.deliver()
    pane.focus_search()
    asked: list[CallRecord] = []
    pane.note_asked.connect(asked.append)
    QTest.keyClicks(pane.search, "martin")
    QTest.keyClick(pane.search, Qt.Key.Key_F2)
    assert asked == [], "none that it did not find"
    world.store.deliver()
    assert asked == [world.store.by_id[ids(pane)[0]]]
    assert current(pane) == asked[0].id
    QTest.keyClick(pane.search, Qt.Key.Key_F2)
    assert asked[1:] == asked[:1], "what is found already is not looked for again"
    for leave in (lambda: QTest.keyClick(pane.search, Qt.Key.Key_Backspace), pane.hide):
        pane.search.setText(f"{pane.search.text()[:3]}")
        QTest.keyClick(pane.search, Qt.Key.Key_F2)
        leave()
        world.store.deliver_all()
        assert ids(pane)
    assert len(asked) == 2, "who types on, or looks elsewhere, wants no note"


def test_calls_with_a_note_can_be_shown_alone(shown: Shown, qtbot: QtBot) -> None:
    pane, world = shown()
    pane.filters.chip(Filter.NOTED).click()
    assert ids(pane) == [25]
    world.store.by_id.clear()
    world.changed.publish(None)
    assert "No notes yet" in texts(pane)


def test_all_filters_stand_in_one_row_while_there_is_room_and_none_is_ever_cut(
    shown: Shown, qtbot: QtBot
) -> None:
    pane, _ = shown()
    chips = [pane.filters.chip(which) for which in Filter]
    for width, rows in ((700, 1), (340, 2), (250, 3)):
        pane.resize(width, 640)
        qtbot.waitUntil(lambda rows=rows: len({chip.y() for chip in chips}) == rows)
        assert all(chip.geometry().right() <= pane.filters.width() for chip in chips)
        assert all(chip.width() >= chip.sizeHint().width() for chip in chips)
        assert pane.filters.height() >= max(chip.geometry().bottom() for chip in chips)


def picture(row: CallRecord, width: int) -> QImage:
    model = HistoryModel(FakeStore([row], at_once=True).find, Feed(), who, lambda: NOW)
    model.show(Query())
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, width, ROW_HEIGHT)
    image = QImage(width, ROW_HEIGHT, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    HistoryDelegate(model, model).paint(painter, option, model.index_of_record(row.id))
    painter.end()
    return image


@pytest.mark.usefixtures("qapp")
def test_a_row_shows_that_there_is_a_note_and_its_first_words_where_there_is_room() -> None:
    plain = record(1, at(9, 0), "+4722123456", "Martin", Outcome.ANSWERED_ELSEWHERE, queue="Sales")
    noted, other = replace(plain, note="Call back\nsoon"), replace(plain, note="Wants the invoice")
    assert picture(noted, 600) not in (picture(plain, 600), picture(other, 600))
    assert picture(noted, 600) == picture(replace(plain, note="Call back"), 600), "only the first line"
    assert picture(noted, 230) == picture(other, 230) != picture(plain, 230), "the icon is never cut"


def differing(one: QImage, other: QImage) -> list[int]:
    """The columns in which two pictures differ."""
    columns = range(one.width())
    return [x for x in columns if one.copy(x, 0, 1, one.height()) != other.copy(x, 0, 1, one.height())]


@pytest.mark.usefixtures("qapp")
def test_a_note_takes_no_more_than_its_room_and_no_word_where_it_would_be_none() -> None:
    plain = record(1, at(9, 0), "+4722123456", "Martin", queue="Sales", duration=9)
    started = QFontMetrics(font(Size.SMALL)).horizontalAdvance("09:00")
    icon, noted = replace(plain, note=" "), replace(plain, note="Call back")
    for width in range(180, 400, 5):
        ends = width - 4 * GAP - started  # some px before it is said when it was, and how long
        assert max(differing(picture(plain, width), picture(icon, width))) < ends
        words = differing(picture(icon, width), picture(noted, width))
        assert not words or max(words) - min(words) >= LEAST_CUT // 2


def test_a_note_is_told_with_its_call(shown: Shown) -> None:
    pane, _ = shown()
    told = pane.model.index_of_record(25).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told.endswith("16:12:07, note: call back Tuesday")


def test_the_context_key_opens_the_menu_without_a_nested_loop(shown: Shown, qtbot: QtBot) -> None:
    pane, _ = shown()
    pane.list.setCurrentIndex(pane.model.index_of_record(29))
    at = QPoint(5, 5)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, pane.list.mapToGlobal(at))
    QApplication.sendEvent(pane.list.viewport(), asked)
    menus = pane.list.findChildren(QMenu)
    assert menus[0].isVisible()
    menus[0].close()


def test_the_detail_tells_all_and_offers_to_call_back(shown: Shown, qtbot: QtBot) -> None:
    pane, _ = shown()
    detail = RecordDetail(who, lambda: NOW, Notebook())
    qtbot.addWidget(detail)
    detail.show()
    pane.record_selected.connect(detail.show_record)
    pane.list.setCurrentIndex(pane.model.index_of_record(29))
    told = [label.text() for label in detail.findChildren(QLabel) if label.isVisible()]
    assert {
        "Martin Olsen",
        "Missed",
        "+47 22 12 34 56",
        "Sales queue",
        "Friday 20 November 2026, 09:58:07",
    } <= set(told)
    with qtbot.waitSignal(detail.call_back_asked) as asked:
        next(b for b in detail.findChildren(QPushButton) if b.text() == "Call back").click()
    assert asked.args == ["+4722123456"]
    detail.show_record(None)
    assert "No call selected" in [label.text() for label in detail.findChildren(QLabel) if label.isVisible()]


@pytest.mark.parametrize(
    ("facts", "told"),
    [({"record_id": ""}, "Not known yet"), ({"duration": 9.0}, "0:09")],
    ids=["live", "log"],
)
def test_how_long_a_call_was_is_told_or_that_nobody_knows_it_yet(
    qtbot: QtBot, facts: dict[str, object], told: str
) -> None:
    detail = RecordDetail(who, lambda: NOW, Notebook())
    qtbot.addWidget(detail)
    detail.show_record(replace(record(1, NOW, "+4722123456"), **facts))  # type: ignore[arg-type]
    (value,) = (
        label for label in detail.findChildren(QLabel) if label.accessibleName().startswith("How long")
    )
    assert value.text() == told
