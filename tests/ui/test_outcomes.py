"""Every outcome has its own word; none says what the wire says; colour never stands alone."""

from __future__ import annotations

import pytest

from rcdesk.core.history import Outcome
from rcdesk.ui import outcomes, theme
from rcdesk.ui.history_row import right_side, second_line
from rcdesk.ui.theme import Tone
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
        ({"number": "118", "name": "Finn", "duration": 60}, "ext. 118 · answered", ("1:00", Tone.DIM)),
        ({"number": "118", "name": "Finn", "outcome": Outcome.MISSED, "queue": "Sales"},
         "ext. 118 · Sales queue", ("Missed", Tone.DANGER)),
        ({"number": "118", "outcome": Outcome.NO_ANSWER}, "no answer", ("", Tone.DIM)),
        ({"outcome": Outcome.GAVE_UP, "location": "Oslo"}, "they hung up first", ("", Tone.DIM)),
    ],
)  # fmt: skip
def test_the_second_line_and_the_right_side(
    given: dict[str, object], line: str, right: tuple[str, Tone]
) -> None:
    call = record(1, NOW, **given)  # type: ignore[arg-type]
    number = "ext. 118" if call.number else ""
    title = call.name or number or "Unknown caller"
    assert second_line(call, title, number) == line
    assert right_side(call) == right
