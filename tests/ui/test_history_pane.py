"""Search, filters, empty states, seen calls and the place that is kept while the store changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from rcdesk.core.history import CallRecord, Filter, Query
from rcdesk.services.feed import Feed, Latest
from rcdesk.ui.history_pane import HistoryPane
from rcdesk.ui.history_source import HistorySource
from rcdesk.ui.record_detail import RecordDetail
from tests.ui.form_samples import NOW, FakeStore, at, record, the_mocks_calls, who


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
    call_back, copy, as_shown = (entry.do for entry in pane.list.menu_of(world.store.by_id[29]))
    assert call_back
    assert copy
    assert as_shown
    as_shown()
    assert QGuiApplication.clipboard().text() == "+47 22 12 34 56"
    copy()
    assert QGuiApplication.clipboard().text() == "+4722123456"
    with qtbot.waitSignal(pane.call_back_asked):
        call_back()
    assert [entry.do for entry in pane.list.menu_of(world.store.by_id[17])] == [None]


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
    detail = RecordDetail(who, lambda: NOW)
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
    detail = RecordDetail(who, lambda: NOW)
    qtbot.addWidget(detail)
    detail.show_record(replace(record(1, NOW, "+4722123456"), **facts))  # type: ignore[arg-type]
    (value,) = (
        label for label in detail.findChildren(QLabel) if label.accessibleName().startswith("How long")
    )
    assert value.text() == told
