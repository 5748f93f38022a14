"""One card a call, only for what rings, and never against the user's wish."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rcdesk.core.account import DndStatus, Presence
from rcdesk.core.calls import Call, CallBook, Change, Direction, Stage
from rcdesk.core.notices import Card, Close, Kind, Notices, Show

from .builders import CALLER, LATER, START, leg, report, said

FREE = Presence(dnd_status=DndStatus.TAKE_ALL)
BUSY = Presence(dnd_status=DndStatus.TAKE_NONE)
NO_QUEUES = Presence(dnd_status=DndStatus.NO_QUEUE_CALLS)
CALL = Call("k", "s", Stage.RINGING, Direction.INBOUND, CALLER, "Martin", "+18885434778", "", START)


def ended(after: float, **facts: object) -> Call:
    return replace(CALL, stage=Stage.ENDED, ended_at=START + after, **facts)


def told(*calls: Call, presence: Presence = FREE, wanted: bool = True) -> list[Show | Close | None]:
    """What is told of a call that becomes these, one after the other."""
    notices = Notices()
    before = [None, *calls]
    return [
        notices.apply(Change(was, now), presence, wanted=wanted)
        for was, now in zip(before, calls, strict=False)
    ]


def kinds(decisions: list[Show | Close | None]) -> list[Kind | None]:
    return [decision.card.kind if isinstance(decision, Show) else None for decision in decisions]


def test_a_ringing_call_has_a_card_that_stays_and_says_which_queue() -> None:
    assert told(replace(CALL, queue="Sales")) == [
        Show(Card("k", Kind.RINGING, CALLER, "Martin", "for Sales queue", since=START))
    ]


def test_of_a_ringing_call_that_nobody_saw_end_it_is_not_said_that_it_was_missed() -> None:
    assert told(CALL, ended(60, unseen=True))[1] == Close("k")


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({}, ""),
        ({"queue": "Sales"}, "for Sales queue"),
        ({"queue": "Support queue"}, "for Support queue"),
        ({"queue": "204"}, "for 204 queue"),
        ({"to_name": "Front desk"}, "for Front desk"),
    ],
)
def test_the_line_called_is_told_in_words(facts: dict[str, str], line: str) -> None:
    (decision,) = told(replace(CALL, **facts))
    assert isinstance(decision, Show)
    assert decision.card.line == line


@pytest.mark.parametrize(
    ("end", "kind", "rang", "call_back"),
    [
        (replace(CALL, stage=Stage.CONNECTED, answered_at=START + 5), Kind.ANSWERED, "", False),
        (ended(30, answered_at=START + 5), Kind.ANSWERED, "", False),
        (ended(22), Kind.MISSED, "rang 22 s", True),
        (ended(60), Kind.MISSED, "rang 1 min 0 s", True),
        (ended(65), Kind.MISSED, "rang 1 min 5 s", True),
        (ended(120), Kind.MISSED, "rang 2 min 0 s", True),
        (ended(22, from_number=""), Kind.MISSED, "rang 22 s", False),
        (ended(3), Kind.GAVE_UP, "rang 3 s", False),
        (ended(0), Kind.GAVE_UP, "rang 0 s", False),
        (ended(22, elsewhere=True), Kind.ELSEWHERE, "", False),
        (ended(3, elsewhere=True), Kind.ELSEWHERE, "", False),
        (ended(22, elsewhere=True, answered_at=START + 5), Kind.ANSWERED, "", False),
    ],
)
def test_the_ringing_card_becomes_a_short_last_word(
    end: Call, kind: Kind, rang: str, call_back: bool
) -> None:
    _, last = told(CALL, end)
    assert isinstance(last, Show)
    card = last.card
    assert (card.key, card.kind, card.rang, card.call_back, card.since) == ("k", kind, rang, call_back, None)
    assert card.stays is not None


def test_what_follows_the_last_word_is_not_told() -> None:
    answered = replace(CALL, stage=Stage.CONNECTED, answered_at=START + 5)
    assert kinds(told(CALL, answered, ended(60, answered_at=START + 5))) == [
        Kind.RINGING,
        Kind.ANSWERED,
        None,
    ]


def test_what_becomes_known_while_it_rings_is_shown_on_the_card() -> None:
    assert kinds(told(CALL, replace(CALL, to_name="Sales"))) == [Kind.RINGING, Kind.RINGING]


@pytest.mark.parametrize(
    ("presence", "queue", "hushed"),
    [(BUSY, "", True), (BUSY, "Sales", True), (NO_QUEUES, "Sales", True), (NO_QUEUES, "", False)],
)
def test_do_not_disturb_hushes_the_ringing_but_not_the_word_that_it_was_missed(
    presence: Presence, queue: str, hushed: bool
) -> None:
    ringing, missed = told(replace(CALL, queue=queue), ended(22, queue=queue), presence=presence)
    assert (ringing is None) is hushed
    assert kinds([missed]) == [Kind.MISSED]


@pytest.mark.parametrize("end", [ended(3), ended(30, answered_at=START + 5), ended(22, elsewhere=True)])
def test_of_a_hushed_call_that_was_not_missed_nothing_is_told(end: Call) -> None:
    assert told(CALL, end, presence=BUSY) == [None, None]


def test_a_call_whose_card_the_user_sent_away_is_not_told_of_again() -> None:
    notices = Notices()
    notices.apply(Change(None, CALL), FREE)
    notices.silence("k")
    notices.silence("another")
    assert notices.apply(Change(CALL, replace(CALL, to_name="Sales")), FREE) is None
    assert notices.apply(Change(CALL, ended(22)), FREE) is None


def test_without_a_wish_for_cards_there_are_none() -> None:
    assert told(CALL, ended(22), wanted=False) == [None, None]


@pytest.mark.parametrize("stage", [Stage.CONNECTED, Stage.ENDED])
def test_a_call_that_did_not_ring_here_has_no_card(stage: Stage) -> None:
    assert told(replace(CALL, stage=stage, answered_at=START, ended_at=START)) == [None]


def test_a_call_that_is_out_of_sight_has_a_card_that_leaves_until_it_is_found_again() -> None:
    notices = Notices()
    notices.apply(Change(None, CALL), FREE)
    assert notices.lose_sight(CALL) == Show(Card("k", Kind.LOST, CALLER, "Martin", stays=12.0))
    assert kinds([notices.found_again(CALL)]) == [Kind.RINGING]
    assert kinds([notices.apply(Change(CALL, ended(22)), FREE)]) == [Kind.MISSED]


def test_the_users_own_calls_have_no_card() -> None:
    assert told(replace(CALL, direction=Direction.OUTBOUND)) == [None]
    assert told(replace(CALL, own_leg=True)) == [None]
    assert told(CALL, replace(CALL, own_leg=True)) == [
        Show(Card("k", Kind.RINGING, CALLER, "Martin", since=START)),
        Close("k"),
    ]


def test_a_flicker_shows_one_card_and_hides_none() -> None:
    book, notices = CallBook(), Notices()
    changes = []
    for each in (
        said(1, Stage.RINGING),
        said(2, Stage.ENDED, at=START + 1.3),
        said(3, Stage.RINGING, at=START + 1.6),
    ):
        changes += book.apply(each, START)
    changes += book.apply(report(30, leg(Stage.ENDED, final=True)), START)
    assert kinds([notices.apply(change, FREE) for change in changes]) == [Kind.RINGING, Kind.MISSED]
    assert book.tick(LATER) == []


def test_of_a_call_in_doubt_no_last_word_is_told() -> None:
    lost = replace(CALL, stage=Stage.ENDED)
    assert told(CALL, lost, ended(22))[1:] == [Close("k"), None]
    assert kinds(told(CALL, lost, CALL, ended(22))) == [Kind.RINGING, None, Kind.RINGING, Kind.MISSED]


def test_do_not_disturb_hushes_a_call_that_comes_back_from_doubt() -> None:
    lost = replace(CALL, stage=Stage.ENDED)
    assert told(CALL, lost, ended(22), presence=BUSY) == [None, None, None]


def test_a_call_whose_card_the_user_sent_away_has_none_after_doubt_either() -> None:
    notices = Notices()
    lost = replace(CALL, stage=Stage.ENDED)
    notices.apply(Change(None, CALL), FREE)
    notices.silence("k")
    assert [notices.apply(Change(None, now), FREE) for now in (lost, CALL, ended(22))] == [None] * 3


@pytest.mark.parametrize(("presence", "told"), [(FREE, False), (BUSY, True)])
def test_of_a_call_whose_card_has_left_nothing_more_is_told(presence: Presence, told: bool) -> None:
    notices = Notices()
    notices.apply(Change(None, CALL), presence)
    notices.forget("k")
    missed = notices.apply(Change(CALL, ended(22)), presence)
    assert isinstance(missed, Show) is told, "one that had no card is told of when it was missed"
