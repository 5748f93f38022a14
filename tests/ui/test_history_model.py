"""The rows always come to show what the store answers to the query in force."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from rcdesk.core.history import Filter, Outcome, Query
from rcdesk.services.feed import Feed
from rcdesk.ui.history_model import PLACEHOLDERS, HistoryModel, Role, WaitingRow
from tests.ui.form_samples import NOW, FakeStore, at, record, the_mocks_calls, who


def made(store: FakeStore) -> tuple[HistoryModel, Feed[None]]:
    changed: Feed[None] = Feed()
    return HistoryModel(store.find, changed, who, lambda: NOW), changed


def titles(model: HistoryModel) -> list[str]:
    return [model.index(position).data() for position in range(model.rowCount())]


def ids(model: HistoryModel) -> list[int]:
    records = (model.record_at(model.index(position)) for position in range(model.rowCount()))
    return [found.id for found in records if found]


def read_to_the_end(model: HistoryModel, store: FakeStore) -> None:
    store.deliver_all()
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
        store.deliver_all()


def test_each_day_has_its_header(qapp: object) -> None:
    model, _ = made(FakeStore(the_mocks_calls(), at_once=True))
    model.show(Query())
    assert titles(model)[:6] == [
        "Today",
        "Anna Weber",
        "Martin Olsen",
        "Karla Rossi",
        "+1 650 555 0147",
        "Yesterday",
    ]
    assert "Wednesday 18 November" in titles(model)


def test_the_next_page_is_asked_for_once_and_its_place_is_shown(qapp: object) -> None:
    store = FakeStore(the_mocks_calls(), size=4)
    model, _ = made(store)
    model.show(Query())
    store.deliver()
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert len(store.asked) == 2
    assert sum(isinstance(row, WaitingRow) for row in model.rows) == PLACEHOLDERS
    store.deliver()
    assert ids(model) == [30, 29, 28, 27, 26, 25, 24, 23]
    read_to_the_end(model, store)
    assert not any(isinstance(row, WaitingRow) for row in model.rows)


def test_the_old_rows_stay_until_the_answer_to_a_new_query_is_there(qapp: object) -> None:
    store = FakeStore(the_mocks_calls())
    model, _ = made(store)
    model.show(Query())
    store.deliver()
    model.show(Query(text="anna"))
    assert len(ids(model)) == 14
    store.deliver()
    assert ids(model) == [30, 21]


def test_a_search_that_takes_long_shows_that_it_is_under_way(qtbot: QtBot) -> None:
    store = FakeStore(the_mocks_calls())
    model, _ = made(store)
    model.show(Query())
    store.deliver()
    model.show(Query(text="anna"))
    with qtbot.waitSignal(model.answered, timeout=2000):
        pass
    assert all(isinstance(row, WaitingRow) for row in model.rows)
    store.deliver()
    assert ids(model) == [30, 21]


def test_the_answer_to_an_older_query_is_dropped(qapp: object) -> None:
    store = FakeStore(the_mocks_calls())
    model, _ = made(store)
    model.show(Query(text="martin"))
    model.show(Query(text="anna"))
    store.deliver(1)
    store.deliver(0)
    assert ids(model) == [30, 21]


def test_a_change_before_anything_was_shown_asks_for_nothing(qapp: object) -> None:
    store = FakeStore([])
    _, changed = made(store)
    changed.publish(None)
    assert store.asked == []


def test_a_model_that_is_gone_hears_nothing(qapp: object) -> None:
    import shiboken6

    store = FakeStore([])
    model, changed = made(store)
    model.show(Query())
    shiboken6.delete(model)
    changed.publish(None)
    store.deliver_all()
    assert len(store.asked) == 1


def test_headers_and_placeholders_cannot_be_chosen(qapp: object) -> None:
    model, _ = made(FakeStore(the_mocks_calls(), at_once=True))
    model.show(Query())
    assert not model.index(0).flags() & Qt.ItemFlag.ItemIsEnabled
    assert model.index(1).flags() & Qt.ItemFlag.ItemIsSelectable


def test_a_row_is_told_in_full_to_who_cannot_see_it(qapp: object) -> None:
    model, _ = made(FakeStore(the_mocks_calls(), at_once=True))
    model.show(Query())
    index = model.index_of_record(29)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == (
        "Martin Olsen, Missed, Friday 20 November 2026, 09:58:07"
    )
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "Friday 20 November 2026, 09:58:07"
    assert index.data(Role.RECORD).id == 29


def test_it_is_a_sound_model(qtmodeltester: ModelTester) -> None:
    store = FakeStore(the_mocks_calls(), size=3)
    model, changed = made(store)
    qtmodeltester.check(model)
    model.show(Query())
    store.deliver()
    model.fetchMore(QModelIndex())
    store.by_id[40] = record(40, at(10, 40), "118", "Finn Taylor")
    changed.publish(None)
    store.deliver_all()
    model.show(Query(Filter.MISSED))
    store.deliver_all()
    assert ids(model) == [29, 23]


QUERIES = (Query(), Query(Filter.MISSED), Query(Filter.OUTGOING), Query(text="anna"))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("show"), st.integers(0, 3)),
        st.tuples(st.just("put"), st.integers(0, 30)),
        st.tuples(st.just("drop"), st.integers(0, 30)),
        st.tuples(st.just("deliver"), st.integers(0, 3)),
        st.tuples(st.just("more"), st.just(0)),
    ),
    max_size=40,
)


@given(steps)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_interleaving_ends_in_the_stores_own_answer(qapp: object, steps: list[tuple[str, int]]) -> None:
    store = FakeStore(the_mocks_calls(), size=3)
    model, changed = made(store)
    model.show(QUERIES[0])
    for what, number in steps:
        if what == "show":
            model.show(QUERIES[number])
        elif what == "put":
            outcome = Outcome.MISSED if number % 2 else Outcome.ANSWERED
            store.by_id[number] = record(number, at(number % 24, 0), "118", "Anna", outcome)
            changed.publish(None)
        elif what == "drop":
            store.by_id.pop(number, None)
            changed.publish(None)
        elif what == "deliver" and store.pending:
            store.deliver(number % len(store.pending))
        elif what == "more":
            model.fetchMore(QModelIndex())
    read_to_the_end(model, store)
    assert model.query is not None
    assert ids(model) == [found.id for found in store.answer(model.query)]
    assert [r for r in map(model.record_at, map(model.index, range(model.rowCount()))) if r] == store.answer(
        model.query
    )
