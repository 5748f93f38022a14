"""Every outcome has its own word; none says what the wire says; colour never stands alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from rcdesk.core.history import Outcome
from rcdesk.core.people import Source, Who
from rcdesk.ui import outcomes, theme
from rcdesk.ui.history_row import right_side, second_line
from rcdesk.ui.painted import cut_before
from rcdesk.ui.recent import _second_line
from rcdesk.ui.theme import Size, Tone
from tests.ui.form_samples import IN, NOW, OUT, record


def test_each_outcome_has_its_own_word() -> None:
    assert set(outcomes.LOOKS) == set(Outcome)
    assert len({look.word for look in outcomes.LOOKS.values()}) == len(Outcome)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("direction", [IN, OUT])
def test_every_icon_is_drawn_and_every_colour_has_one_of_its_own(outcome: Outcome, direction: object) -> None:
    call = record(1, NOW, outcome=outcome, direction=direction)  # type: ignore[arg-type]
    assert outcomes.icon(call) in theme.ICONS
    if outcomes.tone(call) is not Tone.DIM:
        assert outcomes.LOOKS[outcome].icon


def test_a_failure_says_why() -> None:
    call = record(1, NOW, outcome=Outcome.FAILED, reason="Calls abroad are off.")
    assert outcomes.words(call) == "Failed: calls abroad are off"
    assert outcomes.words(record(1, NOW, outcome=Outcome.FAILED)) == "Failed"


def test_a_reason_keeps_its_capitals() -> None:
    call = record(1, NOW, outcome=Outcome.FAILED, reason="IP phone offline")
    assert outcomes.words(call) == "Failed: IP phone offline"


@pytest.mark.parametrize(
    ("given", "line", "right"),
    [
        ({"number": "118", "name": "Finn", "duration": 60}, ("ext. 118", "answered"), ("1:00", Tone.DIM)),
        ({"number": "118", "name": "Finn", "outcome": Outcome.MISSED, "queue": "Sales"},
         ("ext. 118 · Sales queue", ""), ("Missed", Tone.DANGER)),
        ({"number": "118", "outcome": Outcome.NO_ANSWER}, ("", "no answer"), ("", Tone.DIM)),
        ({"outcome": Outcome.GAVE_UP, "location": "Oslo"}, ("", "they hung up first"), ("", Tone.DIM)),
    ],
)  # fmt: skip
def test_the_second_line_and_the_right_side(
    given: dict[str, object], line: tuple[str, str], right: tuple[str, Tone]
) -> None:
    call = record(1, NOW, **given)  # type: ignore[arg-type]
    number = "ext. 118" if call.number else ""
    title = call.name or number or "Number withheld"
    assert second_line(call, title, number) == line
    assert right_side(call) == right


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (400, "+47 22 12 34 56 · Sales queue · voicemail"),
        (200, "+47 22 12 34 56 · S… · voicemail"),
        (120, "+47… · voicemail"),
        (80, "voicemail"),
    ],
)
def test_how_it_ended_is_never_cut_for_the_number_or_the_queue(
    qapp: QApplication, room: int, shown: str
) -> None:
    font = theme.font(Size.SMALL)
    cut = cut_before("+47 22 12 34 56 · Sales queue", "voicemail", room, font)
    assert cut.endswith("voicemail")
    assert QFontMetrics(font).horizontalAdvance(cut) <= room
    assert cut[:3] == shown[:3]
    assert ("…" in cut) is ("…" in shown)


def test_an_answered_call_of_unknown_length_says_in_words_that_it_was_answered() -> None:
    call = record(1, NOW, number="118", duration=0)
    assert _second_line(call, Who("Finn", "ext. 118", "", Source.DIRECTORY)) == ("ext. 118", "answered")
    assert _second_line(replace(call, duration=9), Who("Finn", "ext. 118", "", Source.DIRECTORY)) == (
        "ext. 118",
        "",
    )
