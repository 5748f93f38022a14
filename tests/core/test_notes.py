"""What is written about a call is never lost, whoever else writes about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.core.notes import edited, joined

TEXTS = st.text("ab\n ", max_size=6)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("", "", ""),
        ("call back", "", "call back"),
        ("", "call back", "call back"),
        ("call back", "wants an invoice", "call back\nwants an invoice"),
        ("call back", "call back", "call back"),
        ("call back\nsoon", "soon", "call back\nsoon"),
        ("soon", "call back\nsoon", "call back\nsoon"),
        ("call back", "call", "call back\ncall"),
    ],
)
def test_two_notes_stand_one_below_the_other(one: str, other: str, both: str) -> None:
    assert joined(one, other) == both


@given(TEXTS, TEXTS)
def test_nothing_is_lost_where_two_notes_meet(one: str, other: str) -> None:
    both = joined(one, other)
    assert one in both
    assert other in both
    assert joined(both, one) == joined(both, other) == both


@pytest.mark.parametrize(
    ("now", "before", "after", "then"),
    [
        ("", ("",), "new", "new"),
        ("old", ("old",), "new", "new"),
        ("old", ("old",), "", ""),
        ("old\nof the other half", ("old",), "new", "new\nof the other half"),
        ("of the other half\nold", ("old",), "new", "of the other half\nnew"),
        ("of the other half\nold", ("old",), "", "of the other half"),
        ("of the other half", ("",), "new", "of the other half\nnew"),
        ("somebody else's", ("old",), "new", "somebody else's\nnew"),
        ("somebody else's", ("old",), "", "somebody else's"),
        ("a call, and a", ("a",), "b", "a call, and a\nb"),
        ("old", ("newer", "old", ""), "newest", "newest"),
        ("old\nshortened", ("old", "old\nshortened"), "newest", "newest"),
        ("twice\nand\ntwice", ("twice",), "once", "once\nand\ntwice"),
        ("newer\nof the other half", ("newer", "old", ""), "newest", "newest\nof the other half"),
    ],
)
def test_what_the_writer_did_not_see_stays(now: str, before: tuple[str, ...], after: str, then: str) -> None:
    assert edited(now, before, after) == then


@given(TEXTS, TEXTS, TEXTS)
def test_nothing_is_lost_where_a_note_is_edited_as_it_grows(before: str, other: str, after: str) -> None:
    then = edited(joined(before, other), [before], after)
    assert after in then
    if before not in other and other not in before:
        assert other in then
