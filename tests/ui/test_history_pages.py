"""Whatever happens to the store while it is read, the known pages end as the store's own answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rcdesk.core.calls import Direction
from rcdesk.core.history import CallRecord, Outcome, Page, Query
from rcdesk.ui.history_pages import Ask, Key, Pages, key_of


def record(record_id: int, started_at: float | None = None, name: str = "") -> CallRecord:
    start = float(record_id) if started_at is None else started_at
    return CallRecord(record_id, str(record_id), Direction.INBOUND, Outcome.ANSWERED, start, 60, "", name)


class Store:
    """Records in memory, answered in keyset pages of three."""

    def __init__(self, *records: CallRecord) -> None:
        self.by_id = {r.id: r for r in records}

    def answer(self) -> tuple[CallRecord, ...]:
        return tuple(sorted(self.by_id.values(), key=key_of, reverse=True))

    def page(self, after: Key | None) -> Page:
        found = [r for r in self.answer() if after is None or key_of(r) < after]
        return Page(tuple(found[:3]), key_of(found[2]) if len(found) > 3 else None)


def read_all(pages: Pages, store: Store) -> None:
    while not pages.complete or pages.next_ask():
        pages.want_more()
        settle(pages, store)


def settle(pages: Pages, store: Store) -> None:
    while ask := pages.next_ask():
        pages.take(ask, store.page(ask.after))


def test_the_first_page_is_wanted_at_once_and_the_next_only_when_asked_for() -> None:
    pages, store = Pages(Query()), Store(*map(record, range(7)))
    settle(pages, store)
    assert [r.id for r in pages.records] == [6, 5, 4]
    pages.want_more()
    settle(pages, store)
    assert [r.id for r in pages.records] == [6, 5, 4, 3, 2, 1]
    assert not pages.complete


def test_only_one_page_is_asked_for_at_a_time() -> None:
    pages = Pages(Query())
    assert pages.next_ask() is not None
    assert pages.next_ask() is None


def test_after_a_change_exactly_what_is_known_is_read_again() -> None:
    pages, store = Pages(Query()), Store(*map(record, range(10)))
    settle(pages, store)
    pages.want_more()
    settle(pages, store)
    store.by_id[20] = record(20)
    store.by_id[5] = record(5, name="Anna")
    del store.by_id[4]
    pages.spoil()
    asked: list[Ask] = []
    while ask := pages.next_ask():
        asked.append(ask)
        pages.take(ask, store.page(ask.after))
    assert pages.records == store.answer()[: len(pages.records)]
    assert {20, 9, 8, 7, 6, 5} <= {r.id for r in pages.records}
    assert len(asked) <= 3


def test_a_call_that_moves_is_never_listed_twice() -> None:
    pages, store = Pages(Query()), Store(*map(record, range(6)))
    settle(pages, store)
    pages.want_more()
    settle(pages, store)
    store.by_id[1] = record(1, started_at=99.0)
    pages.spoil()
    ask = pages.next_ask()
    assert ask
    pages.take(ask, store.page(ask.after))
    assert [r.id for r in pages.records].count(1) == 1


def test_reading_known_records_again_is_nothing_to_wait_for() -> None:
    pages, store = Pages(Query()), Store(record(1))
    pages.next_ask()
    assert pages.waiting
    pages = Pages(Query())
    settle(pages, store)
    pages.spoil()
    pages.next_ask()
    assert not pages.waiting


steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 12), st.integers(0, 12)),
        st.tuples(st.just("drop"), st.integers(0, 12), st.just(0)),
        st.tuples(st.sampled_from(["ask", "answer", "more"]), st.just(0), st.just(0)),
    ),
    max_size=60,
)


@given(steps)
def test_any_interleaving_ends_in_the_stores_own_answer(steps: list[tuple[str, int, int]]) -> None:
    pages, store = Pages(Query()), Store(*map(record, range(8)))
    ask, answered = None, None
    for what, record_id, start in steps:
        if what == "put":
            store.by_id[record_id] = record(record_id, float(start), name=f"at {start}")
            pages.spoil()
        elif what == "drop":
            store.by_id.pop(record_id, None)
            pages.spoil()
        elif what == "more":
            pages.want_more()
        elif what == "ask" and ask is None:
            ask = pages.next_ask()
            answered = store.page(ask.after) if ask else None  # as the store was when it was asked
        elif what == "answer" and ask and answered:
            pages.take(ask, answered)
            ask = None
        ids = [r.id for r in pages.records]
        assert len(ids) == len(set(ids))
    if ask and answered:
        pages.take(ask, answered)
    settle(pages, store)
    assert pages.records == store.answer()[: len(pages.records)]
    read_all(pages, store)
    assert pages.records == store.answer()
