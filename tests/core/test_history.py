"""What a search finds."""

from __future__ import annotations

import pytest

from rcdesk.core.calls import Direction
from rcdesk.core.history import CallRecord, Outcome, Terms, fold, search_key, terms


@pytest.mark.parametrize(
    ("text", "name", "number", "found"),
    [
        ("", "Anna Weber", "+4930901820", True),
        ("anna", "Anna Weber", "+4930901820", True),
        ("web an", "Anna Weber", "+4930901820", True),
        ("eber", "Anna Weber", "+4930901820", False),
        ("anna x", "Anna Weber", "+4930901820", False),
        ("x anna", "Anna Weber", "+4930901820", False),
        ("o'br", "Pat O'Brien", "", True),
        ("brien", "Pat O'Brien", "", True),
        ("muller", "Jürgen Müller", "", True),
        ("MÜLLER", "Jürgen Muller", "", True),
        ("strasse", "Straße GmbH", "", True),
        ("soren", "Søren Ærø", "", True),
        ("aero", "Søren Ærø", "", True),
        ("9018", "Anna Weber", "+4930901820", True),
        ("30 90 18", "Anna Weber", "+4930901820", True),
        ("030/901820", "Anna Weber", "+4930901820", True),
        ("+49", "Anna Weber", "+4930901820", True),
        ("9999", "Anna Weber", "+4930901820", False),
        ("anna 1820", "Anna Weber", "+4930901820", True),
        ("finn 1820", "Anna Weber", "+4930901820", False),
        ("204", "Support line", "204", True),
        ("5", "5th Avenue", "+16505550101", True),
        ("5", "Anna Weber", "+16505550101", False),
        ("00", "Anna Weber", "+1800", True),
        ("00", "Anna Weber", "+1805", False),
        ("005", "Anna Weber", "+1805", False),
        ("080", "Anna Weber", "+1805", True),
        ("---", "", "", True),
        ("---", "Anna Weber", "", True),
    ],
)
def test_names_by_the_beginning_of_words_and_numbers_by_any_part(
    text: str, name: str, number: str, found: bool
) -> None:
    assert terms(text).match(name, number) is found


def test_words_are_those_of_the_name_and_the_note_together() -> None:
    assert terms("anna invo").match("Anna Weber", "", "Wants the INVOICE")
    assert terms("weber wants").match("Anna Weber", "", "Wants the invoice")
    assert not terms("anna voice").match("Anna Weber", "", "Wants the invoice")
    assert not terms("weberwants").match("Anna Weber", "", "Wants the invoice")


def test_terms_are_what_a_store_can_look_up() -> None:
    assert terms("Ann 030 90") == Terms(("ann",), ("03090", "3090"))
    assert search_key("O'Brien, Pat") == " o brien pat"
    assert fold("İstanbul ŁÓDŹ") == "istanbul lodz"


def test_a_record_is_provisional_until_the_log_has_it() -> None:
    record = CallRecord(1, "s", Direction.INBOUND, Outcome.MISSED, 0.0, 0.0, "", "")
    assert record.provisional
    assert not CallRecord(
        1, "s", Direction.INBOUND, Outcome.MISSED, 0.0, 0.0, "", "", record_id="A1"
    ).provisional
