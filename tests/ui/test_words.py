"""What the screen says about times, clocks and states."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from rcdesk.core.calls import Direction, Stage
from rcdesk.ui import words
from tests.ui.world import NOW, call

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.fixture(autouse=True)
def _in_oslo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local times: NOW is Monday 23 November 2026, 11:42 in Oslo."""
    monkeypatch.setenv("TZ", "Europe/Oslo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (9.9, "0:09"), (252, "4:12"), (760, "12:40"), (3723, "1:02:03"), (-5, "0:00")],
)
def test_a_clock_reads_like_one(seconds: float, text: str) -> None:
    assert words.clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(12, "12 s"), (119, "119 s"), (120, "2 min"), (2 * HOUR, "2 h"), (2 * DAY, "2 days"), (-1, "0 s")],
)
def test_a_span_has_one_unit(seconds: float, text: str) -> None:
    assert words.span(seconds) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (-3, "now"),
        (59, "now"),
        (12 * MINUTE + 30, "12 min"),
        (2 * HOUR, "09:42"),
        (11 * HOUR + 41 * MINUTE, "00:01"),
        (11 * HOUR + 43 * MINUTE, "Yesterday"),
        (3 * DAY, "20 Nov"),
        (330 * DAY, "28 Dec 2025"),
    ],
)
def test_how_long_ago_gets_coarser_with_age(age: float, text: str) -> None:
    assert words.ago(NOW - age, NOW) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (0, "Today"),
        (DAY, "Yesterday"),
        (3 * DAY, "Friday 20 November"),
        (330 * DAY, "Sunday 28 December 2025"),
    ],
)
def test_days_have_names(age: float, text: str) -> None:
    assert words.day(NOW - age, NOW) == text


def test_a_moment_in_full_is_local_and_to_the_second() -> None:
    assert words.in_full(NOW) == "Monday 23 November 2026, 11:42:00"


@pytest.mark.parametrize(
    ("began", "ended", "text"),
    [
        (90 * 60, 0, "10:12–11:42"),
        (16 * 3600, 2 * 3600, "Yesterday 19:42 – today 09:42"),
        (16 * 3600, 12 * 3600, "Yesterday 19:42–23:42"),
        (72 * 3600, 0, "Friday 20 November 11:42 – today 11:42"),
        (96 * 3600, 72 * 3600, "Thursday 19 November 11:42 – Friday 20 November 11:42"),
        (72 * 3600, 24 * 3600, "Friday 20 November 11:42 – yesterday 11:42"),
    ],
)
def test_a_period_names_the_days_that_are_not_today(began: float, ended: float, text: str) -> None:
    assert words.period(NOW - began, NOW - ended, NOW) == text


def test_since_names_the_day_only_if_it_was_another() -> None:
    assert words.since(NOW - HOUR, NOW) == "since 10:42"
    assert words.since(NOW - DAY, NOW) == "since Yesterday, 11:42"


def test_since_when_is_told_briefly_where_there_is_little_room() -> None:
    assert words.since_briefly(NOW - HOUR, NOW) == "since 10:42"
    assert words.since_briefly(NOW - DAY, NOW) == "since yesterday"
    assert words.since_briefly(NOW - 3 * DAY, NOW) == "since 20 Nov"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Dana Novak", "DN"), ("dana", "D"), ("Ana Maria de Souza", "AS"), ("", "?"), ("+1 650", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert words.initials(name) == letters


def test_a_ringing_call_counts_from_its_first_ring_and_an_answered_one_from_the_answer() -> None:
    ringing = call(age=9)
    talking = replace(ringing, stage=Stage.CONNECTED, answered_at=NOW - 4)
    assert words.call_clock(ringing, NOW) == "0:09"
    assert words.call_clock(talking, NOW) == "00:04"
    assert words.call_clock(replace(talking, stage=Stage.ENDED, ended_at=NOW - 1), NOW) == "00:03"


def test_a_call_that_rings_at_the_other_side_is_not_ringing_here() -> None:
    assert words.stage_word(call(direction=Direction.OUTBOUND)) == "Calling"
    assert words.stage_word(call()) == "Ringing"


@pytest.mark.parametrize(
    ("name", "shown"), [("Sales", "Sales queue"), ("Support Queue", "Support Queue"), ("", "")]
)
def test_a_queue_is_called_one_once(name: str, shown: str) -> None:
    assert words.queue_name(name) == shown


def test_counting() -> None:
    assert words.counted(1, "missed call") == "1 missed call"
    assert words.counted(1200, "missed call") == "1,200 missed calls"
