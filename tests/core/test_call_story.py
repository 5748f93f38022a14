"""The words about one session: what is kept of them, and what late ones still tell."""

from __future__ import annotations

from dataclasses import replace

from rcdesk.core.call_story import KEPT, Track, Word, together
from rcdesk.core.calls import Call, Direction, Leg, Stage

from .builders import START, leg

BARE = Leg("s", Direction.INBOUND, Stage.CONNECTED)
FULL = Leg(
    "s",
    Direction.INBOUND,
    Stage.RINGING,
    from_number="+1",
    from_name="Martin",
    to_number="+2",
    to_name="Sales",
    started_at=START,
    final=True,
    elsewhere=True,
    queue=True,
    telephony_session_id="s-1",
    party_id="p-1",
)
OTHER = replace(
    FULL,
    from_number="+3",
    from_name="Anna",
    to_number="+4",
    to_name="Desk",
    started_at=START + 9,
    telephony_session_id="s-2",
    party_id="p-2",
)


def told(track: Track) -> Call:
    return track.stories[-1].call


def hear(track: Track, sequence: int, stage: Stage = Stage.CONNECTED, **facts: str) -> None:
    track.hear(sequence, Word(START + sequence, leg(stage, **facts)), START)


# Legs together.


def test_legs_together_know_what_any_of_them_knows() -> None:
    assert together([FULL, BARE]) == replace(FULL, stage=Stage.CONNECTED)
    assert together([BARE, replace(BARE, stage=Stage.RINGING)]) == BARE


def test_of_what_two_legs_know_differently_the_liveliest_counts_and_the_earlier_start() -> None:
    assert together([OTHER, replace(FULL, stage=Stage.CONNECTED)]) == replace(FULL, stage=Stage.CONNECTED)
    answered = replace(OTHER, stage=Stage.CONNECTED)
    assert together([FULL, answered]) == replace(answered, started_at=START)


# Calls.


def test_of_what_nobody_has_told_nothing_is_made_up() -> None:
    track = Track()
    assert (track.stories, track.open, track.wake) == ((), False, None)
    track.hear(1, Word(START, BARE), START)
    call = told(track)
    known = (call.from_number, call.from_name, call.to_number, call.to_name, call.queue)
    assert known == ("", "", "", "", "")


def test_a_session_can_hold_many_calls_one_after_the_other() -> None:
    track = Track()
    for nth in range(4):
        hear(track, 20 * nth, Stage.RINGING)
        hear(track, 20 * nth + 10, Stage.ENDED)
    assert [story.call.started_at for story in track.stories] == [START, START + 20, START + 40, START + 60]
    assert [story.over for story in track.stories] == [True, True, True, False]
    assert len({story.call.key for story in track.stories}) == 4


def test_what_is_named_at_the_end_is_learned_as_well() -> None:
    track = Track()
    hear(track, 1, from_name="")
    hear(track, 2, Stage.ENDED, from_name="Martin")
    assert told(track).from_name == "Martin"


def test_a_call_found_answered_by_a_report_was_answered_then_and_by_a_snapshot_at_its_start() -> None:
    for checked, answered_at in ((False, START + 5), (True, START - 60)):
        track = Track()
        track.hear(1, Word(START + 5, replace(BARE, started_at=START - 60), checked=checked), START)
        assert told(track).answered_at == answered_at


def test_who_was_called_is_a_queue_only_if_the_platform_says_so() -> None:
    track = Track()
    hear(track, 1, to_name="Front desk")
    assert told(track).queue == ""


# What is kept.


def test_a_snapshot_is_older_than_the_first_report_whatever_its_sequence() -> None:
    track = Track()
    track.note(Word(START, leg(Stage.ON_HOLD), checked=True), START)
    hear(track, 0)
    assert told(track).stage is Stage.CONNECTED


def test_as_many_words_are_kept_as_is_said() -> None:
    track = Track()
    for sequence in range(1, KEPT + 1):
        hear(track, sequence)
    hear(track, 0, to_name="Early")
    assert told(track).to_name == "Early"


def test_what_is_told_for_good_is_not_heard_again() -> None:
    track = Track()
    for sequence in range(KEPT + 1):
        hear(track, sequence)
    hear(track, 0, to_name="Repeated")
    assert told(track).to_name == ""


def test_a_late_word_takes_its_place_behind_those_that_are_told_for_good() -> None:
    track = Track()
    hear(track, 10, Stage.RINGING)
    hear(track, 20, party_id="p-20")
    for nth in range(3, KEPT + 2):
        hear(track, 10 * nth)
    assert (told(track).answered_at, told(track).party_id) == (START + 20, "p-20")
    hear(track, 15, Stage.ON_HOLD, to_name="Late")
    assert (told(track).answered_at, told(track).party_id, told(track).to_name) == (
        START + 15,
        "p-20",
        "Late",
    )
