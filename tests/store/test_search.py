"""Search finds names by the beginnings of their words and numbers by any part, and nothing upsets it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rcdesk.core.history import Filter, Outcome, Query, terms
from tests.store.builders import batch, found, logged, opened
from tests.store.make_records import NOW, make_records

PEOPLE = {
    "Jürgen García": "+4922123456",
    "Bjørn O'Brien-Smith": "+4721904711",
    "Anna Berg": "+16505550142",
    "": "204",
}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("jurgen", ["Jürgen García"]),
        ("GARC jür", ["Jürgen García"]),
        ("bjorn", ["Bjørn O'Brien-Smith"]),
        ("o'brien", ["Bjørn O'Brien-Smith"]),
        ("smith b", ["Bjørn O'Brien-Smith"]),
        ("b", ["Anna Berg", "Bjørn O'Brien-Smith"]),
        ("rgen", []),
        ("5550142", ["Anna Berg"]),
        ("(650) 555-01", ["Anna Berg"]),
        ("47 219", ["Bjørn O'Brien-Smith"]),
        ("04711", ["Bjørn O'Brien-Smith"]),
        ("42", ["Anna Berg"]),
        ("204", ["204"]),
        ("anna 0142", ["Anna Berg"]),
        ("anna 42", ["Anna Berg"]),
        ("anna 4711", []),
        ("berg 999", []),
    ],
)
async def test_what_is_found(text: str, names: list[str]) -> None:
    calls = (
        logged(str(nth), ago=60 * (9 - nth), name=name, number=number)
        for nth, (name, number) in enumerate(sorted(PEOPLE.items(), reverse=True))
    )
    with opened() as store:
        await store.merge(batch(*calls), NOW)
        assert sorted(await found(store, text)) == sorted(names)


async def test_the_newest_come_first_and_pages_go_on_where_the_last_one_ended() -> None:
    records = list(make_records(2000))
    with opened() as store:
        await store.merge(batch(*records), NOW)
        for query in (Query(text="anna"), Query(Filter.MISSED, "a 5"), Query(text="55"), Query(text="j 650")):
            pages = [await store.page(query, None, 7)]
            while pages[-1].after:
                pages.append(await store.page(query, pages[-1].after, 7))
            expected = [
                record.record_id
                for record in records
                if terms(query.text).match(record.name, record.number)
                and (query.filter is Filter.ALL or record.outcome is Outcome.MISSED)
            ]
            assert [record.record_id for page in pages for record in page.records] == expected


async def test_a_row_that_changes_its_name_is_found_by_the_new_one_only() -> None:
    with opened() as store:
        await store.merge(batch(logged("1", name="Anna Berg", number="+16505550111")), NOW)
        await store.merge(batch(logged("1", name="Carla Costa", number="+16505550222")), NOW)
        assert await found(store, "anna") == await found(store, "0111") == []
        assert await found(store, "carla") == await found(store, "0222") == ["Carla Costa"]


HOSTILE = ['"', '""', "*", 'a" OR "b', "NEAR(a b)", "a NOT b", "name:anna", "^a", "a*", "-", "%", "_", "\0", "a\0b",
           "{name}: a", "AND", "'; DROP TABLE calls; --", "\ud800", "٣٤٥", "٣٤", "1" * 500, "a " * 300]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_only_text(text: str) -> None:
    with opened() as store:
        await store.merge(batch(logged("1", name="Anna Berg"), logged("2", name=text, ago=60)), NOW)
        await store.page(Query(text=text))
        await store.page(Query(Filter.MISSED, text))
        assert await found(store, "anna ber") == ["Anna Berg"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=12), st.text("+0123456789", max_size=9)), max_size=4),
    st.text(max_size=10),
)
@example([("İ", "")], "i")
async def test_any_text_finds_what_the_core_says_it_matches(people: list[tuple[str, str]], text: str) -> None:
    calls = [
        logged(str(nth), ago=60 * nth, name=name, number=number) for nth, (name, number) in enumerate(people)
    ]
    with opened() as store:
        await store.merge(batch(*calls), NOW)
        page = await store.page(Query(text=text))
    asked = terms(text)
    matching = [f"L{nth}" for nth, (name, number) in enumerate(people) if asked.match(name, number)]
    assert [record.record_id for record in page.records] == matching
