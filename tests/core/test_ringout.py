"""A RingOut is followed to its end, told in words, and only called cancelled when it is."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from rcdesk.core.errors import Kind, Problem
from rcdesk.core.ringout import (
    CallStatus,
    End,
    EndedRingOut,
    LegStatus,
    Order,
    Progress,
    RingOut,
    Status,
    Step,
)
from rcdesk.core.ringout_words import Words

ORDER = Order("+4722123456", own="+16505550101", own_label="Desk phone", name="Martin Olsen")
Told = tuple[CallStatus, LegStatus, LegStatus]


def status(
    call: CallStatus = CallStatus.IN_PROGRESS,
    caller: LegStatus = LegStatus.IN_PROGRESS,
    callee: LegStatus = LegStatus.IN_PROGRESS,
) -> Status:
    return Status("id", call, caller, callee)


def followed(*statuses: Told, order: Order = ORDER) -> tuple[RingOut, Progress]:
    """A RingOut after these answers, one a second."""
    ringout = RingOut(order)
    for second, told in enumerate(statuses):
        ringout.apply(status(*told), float(second))
    return ringout, ringout.progress


RINGING = (CallStatus.IN_PROGRESS, LegStatus.IN_PROGRESS, LegStatus.IN_PROGRESS)
OWN_ANSWERED = (CallStatus.IN_PROGRESS, LegStatus.ANSWERED, LegStatus.IN_PROGRESS)
CONNECTED = (CallStatus.CONNECTED, LegStatus.ANSWERED, LegStatus.ANSWERED)


def test_it_goes_from_the_own_phone_to_the_other_to_connected() -> None:
    ringout = RingOut(ORDER)
    before = ringout.progress
    assert (before.own_words, before.other_words) == (
        "Your desk phone is about to ring",
        "Then Martin Olsen is called",
    )
    assert (before.own, before.can_cancel, ringout.next_look) == (Step.WAITING, True, None)
    assert (before.summary, before.advice) == ("", "")
    first = ringout.apply(status(*RINGING), 0)
    assert (first.own, first.other, first.own_words) == (
        Step.RINGING,
        Step.WAITING,
        "Ringing your desk phone…",
    )
    assert (first.can_cancel, first.advice) == (True, "Pick up your phone.")
    second = ringout.apply(status(*OWN_ANSWERED), 4)
    assert (second.own, second.other) == (Step.ANSWERED, Step.RINGING)
    assert (second.own_words, second.other_words) == ("Your desk phone answered", "Ringing Martin Olsen…")
    assert second.advice == (
        "Your phone is already connected. If cancelling doesn’t stop the call, hang up your phone."
    )
    last = ringout.apply(status(*CONNECTED), 9)
    assert (last.own, last.other, last.end) == (Step.ANSWERED, Step.ANSWERED, End.CONNECTED)
    assert (last.summary, last.advice, last.can_cancel) == ("You are connected to Martin Olsen.", "", False)
    assert ringout.next_look is None


@pytest.mark.parametrize(
    ("ends", "end", "summary"),
    [
        (
            (CallStatus.CONNECTED, LegStatus.ANSWERED, LegStatus.IN_PROGRESS),
            End.CONNECTED,
            "You are connected to Martin Olsen.",
        ),
        (
            (CallStatus.CONNECTED, LegStatus.HUNG_UP, LegStatus.HUNG_UP),
            End.CONNECTED,
            "The call to Martin Olsen is over.",
        ),
        ((CallStatus.FAILED, LegStatus.ANSWERED, LegStatus.BUSY), End.NOT_ANSWERED, "Martin Olsen is busy."),
        ((CallStatus.FAILED, LegStatus.HUNG_UP, LegStatus.BUSY), End.NOT_ANSWERED, "Martin Olsen is busy."),
        (
            (CallStatus.FAILED, LegStatus.ANSWERED, LegStatus.NO_ANSWER),
            End.NOT_ANSWERED,
            "Martin Olsen did not answer.",
        ),
        (
            (CallStatus.FAILED, LegStatus.ANSWERED, LegStatus.REJECTED),
            End.NOT_ANSWERED,
            "Martin Olsen declined the call.",
        ),
        (
            (CallStatus.FAILED, LegStatus.HUNG_UP, LegStatus.REJECTED),
            End.NOT_ANSWERED,
            "Your desk phone hung up before Martin Olsen answered.",
        ),
        (
            (CallStatus.FAILED, LegStatus.HUNG_UP, LegStatus.IN_PROGRESS),
            End.NOT_ANSWERED,
            "Your desk phone hung up before Martin Olsen answered.",
        ),
        (
            (CallStatus.FAILED, LegStatus.NO_ANSWER, LegStatus.IN_PROGRESS),
            End.OWN_NOT_ANSWERED,
            "Your desk phone did not answer, so Martin Olsen was not called.",
        ),
        (
            (CallStatus.FAILED, LegStatus.REJECTED, LegStatus.REJECTED),
            End.OWN_NOT_ANSWERED,
            "Your desk phone declined the call, so Martin Olsen was not called.",
        ),
        (
            (CallStatus.FAILED, LegStatus.NO_SUCH_NUMBER, LegStatus.IN_PROGRESS),
            End.FAILED,
            "The number of your desk phone does not exist, so Martin Olsen was not called.",
        ),
        (
            (CallStatus.FAILED, LegStatus.ANSWERED, LegStatus.NO_SUCH_NUMBER),
            End.FAILED,
            "Nobody has this number.",
        ),
        (
            (CallStatus.FAILED, LegStatus.ANSWERED, LegStatus.ABROAD_OFF),
            End.FAILED,
            "Calls abroad are off for this account.",
        ),
        (
            (CallStatus.FAILED, LegStatus.ANSWERED, LegStatus.FAILED),
            End.FAILED,
            "Martin Olsen could not be reached.",
        ),
        (
            (CallStatus.FAILED, LegStatus.ANSWERED, LegStatus.IN_PROGRESS),
            End.FAILED,
            "The call to Martin Olsen could not be set up.",
        ),
    ],
)
def test_how_it_ends(ends: Told, end: End, summary: str) -> None:
    _, progress = followed(RINGING, ends)
    assert (progress.end, progress.summary) == (end, summary)


def test_where_the_platform_names_no_reason_trying_again_is_the_advice() -> None:
    _, progress = followed(RINGING, (CallStatus.FAILED, LegStatus.ANSWERED, LegStatus.IN_PROGRESS))
    assert progress.advice == "Try again in a moment."


@pytest.mark.parametrize(
    ("own", "other", "words", "advice"),
    [
        (LegStatus.ANSWERED, LegStatus.REJECTED, "Martin Olsen declined the call", ""),
        (LegStatus.ANSWERED, LegStatus.BUSY, "Martin Olsen is busy", ""),
        (LegStatus.HUNG_UP, LegStatus.BUSY, "Martin Olsen is busy", ""),
        (LegStatus.HUNG_UP, LegStatus.REJECTED, "The call to Martin Olsen was stopped", ""),
        (LegStatus.NO_ANSWER, LegStatus.REJECTED, "The call to Martin Olsen was stopped", None),
        (LegStatus.ANSWERED, LegStatus.IN_PROGRESS, "The call to Martin Olsen was stopped", None),
    ],
)
def test_the_other_side_declined_only_if_the_own_phone_was_still_there(
    own: LegStatus, other: LegStatus, words: str, advice: str | None
) -> None:
    _, progress = followed(
        OWN_ANSWERED if own is LegStatus.HUNG_UP else RINGING, (CallStatus.FAILED, own, other)
    )
    assert progress.other_words == words
    assert advice is None or progress.advice == advice


def test_a_phone_that_hung_up_was_not_stopped() -> None:
    _, progress = followed(OWN_ANSWERED, (CallStatus.FAILED, LegStatus.HUNG_UP, LegStatus.IN_PROGRESS))
    assert progress.own_words == "Your desk phone hung up"


def test_once_both_have_answered_there_is_nothing_to_advise() -> None:
    _, progress = followed((CallStatus.IN_PROGRESS, LegStatus.ANSWERED, LegStatus.ANSWERED))
    assert progress.advice == ""


@pytest.mark.parametrize(("caller", "callee"), list(itertools.product(LegStatus, LegStatus)))
def test_every_pair_of_statuses_has_one_sentence_for_each_leg(caller: LegStatus, callee: LegStatus) -> None:
    for call in CallStatus:
        _, progress = followed((call, caller, callee))
        for said in (progress.own_words, progress.other_words):
            assert said
            assert said[0].isupper()
            assert said[-1] != "."
        assert (progress.end is None) == (call is CallStatus.IN_PROGRESS)
        assert bool(progress.summary) == (call is not CallStatus.IN_PROGRESS)


@pytest.mark.parametrize("told", LegStatus)
def test_the_failure_of_the_other_side_always_comes_with_words(told: LegStatus) -> None:
    _, progress = followed(OWN_ANSWERED, (CallStatus.FAILED, LegStatus.ANSWERED, told))
    assert progress.summary.endswith(".")
    assert progress.end in (End.NOT_ANSWERED, End.FAILED)


def test_of_a_leg_of_which_nothing_is_known_nothing_is_told() -> None:
    unread = (CallStatus.IN_PROGRESS, LegStatus.UNKNOWN, LegStatus.UNKNOWN)
    ringout, progress = followed(unread)
    assert (progress.own, progress.other, progress.end) == (Step.WAITING, Step.WAITING, None)
    ringout.apply(status(*OWN_ANSWERED), 2)
    progress = ringout.apply(status(*unread), 3)
    assert (progress.own, progress.other, progress.can_cancel) == (Step.ANSWERED, Step.RINGING, True)


def test_an_end_of_which_nothing_is_known_is_no_failure_unless_a_leg_failed() -> None:
    _, progress = followed(OWN_ANSWERED, (CallStatus.UNKNOWN, LegStatus.ANSWERED, LegStatus.UNKNOWN))
    assert progress.end is End.LOST
    assert progress.summary == "It is not known what became of the call to Martin Olsen."
    assert progress.advice == "See under Calls whether it is still on."
    _, progress = followed(OWN_ANSWERED, (CallStatus.UNKNOWN, LegStatus.ANSWERED, LegStatus.BUSY))
    assert (progress.end, progress.summary) == (End.NOT_ANSWERED, "Martin Olsen is busy.")


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (LegStatus.IN_PROGRESS, "Your desk phone stopped ringing"),
        (LegStatus.UNKNOWN, "It is not known whether your desk phone rang"),
    ],
)
def test_no_phone_rings_once_it_is_over(own: LegStatus, words: str) -> None:
    _, progress = followed((CallStatus.FAILED, own, LegStatus.IN_PROGRESS))
    assert (progress.end, progress.own_words) == (End.FAILED, words)


def test_steps_only_go_forward() -> None:
    _, progress = followed(OWN_ANSWERED, RINGING)
    assert (progress.own, progress.own_words) == (Step.ANSWERED, "Your desk phone answered")
    _, progress = followed((CallStatus.IN_PROGRESS, LegStatus.BUSY, LegStatus.IN_PROGRESS), OWN_ANSWERED)
    assert (progress.own, progress.own_words) == (Step.FAILED, "Your desk phone is busy")
    _, progress = followed(
        (CallStatus.IN_PROGRESS, LegStatus.BUSY, LegStatus.IN_PROGRESS),
        (CallStatus.IN_PROGRESS, LegStatus.HUNG_UP, LegStatus.IN_PROGRESS),
    )
    assert progress.own_words == "Your desk phone is busy"
    _, progress = followed((CallStatus.IN_PROGRESS, LegStatus.ANSWERED, LegStatus.ANSWERED), OWN_ANSWERED)
    assert (progress.other, progress.can_cancel) == (Step.ANSWERED, False)


def test_a_poll_may_skip_steps_and_nothing_follows_the_end() -> None:
    ringout, progress = followed(CONNECTED)
    assert progress.end is End.CONNECTED
    for after in (
        ringout.apply(status(CallStatus.FAILED, LegStatus.BUSY, LegStatus.BUSY), 9),
        ringout.missing(9.0, on=True),
        ringout.cancel_asked(),
    ):
        assert after == progress


def test_looks_grow_from_one_to_five_seconds() -> None:
    ringout = RingOut(ORDER)
    looks = []
    now = 0.0
    for _ in range(10):
        ringout.apply(status(), now)
        assert ringout.next_look is not None
        looks.append(ringout.next_look)
        now += ringout.next_look
    assert looks[:3] == pytest.approx([1, 1.3, 1.69])
    assert looks[-1] == 5
    assert looks == sorted(looks)


def test_it_is_not_followed_for_ever() -> None:
    ringout = RingOut(ORDER)
    ringout.apply(status(), 0)
    assert ringout.look_failed(100).end is None
    assert ringout.apply(status(), 179).end is None
    progress = ringout.look_failed(180)
    assert (progress.end, ringout.next_look) == (End.LOST, None)
    assert progress.summary == "It is not known what became of the call to Martin Olsen."
    assert progress.advice == "See under Calls whether it is still on."
    assert progress.other_words == "Then Martin Olsen is called"


def test_a_look_that_failed_before_the_first_answer_starts_the_clock() -> None:
    ringout = RingOut(ORDER)
    assert ringout.look_failed(1000).end is None
    assert ringout.look_failed(1180).end is End.LOST


def test_an_order_that_was_refused_says_why() -> None:
    problem = Problem("The call was refused.", "Choose another number.", Kind.FORBIDDEN)
    ringout = RingOut(ORDER)
    progress = ringout.refused(problem)
    assert (progress.end, progress.summary, progress.advice) == (End.FAILED, problem.title, problem.remedy)
    assert (progress.own_words, progress.other_words) == (
        "Your desk phone was not rung",
        "Martin Olsen was not called",
    )
    assert ringout.next_look is None


def test_an_order_of_which_nobody_knows_whether_it_was_taken_is_lost() -> None:
    problem = Problem("It is not known.", "See whether it rings.", Kind.OFFLINE, unsure=True)
    progress = RingOut(ORDER).refused(problem)
    assert (progress.end, progress.summary, progress.advice) == (End.LOST, problem.title, problem.remedy)
    assert progress.own_words == "It is not known whether your desk phone rings"


def test_one_that_the_platform_forgot_is_lost() -> None:
    ringout, _ = followed(RINGING)
    assert ringout.missing(9.0, on=True).end is End.LOST


# Cancelling.


@pytest.mark.parametrize(
    ("at", "lasted"),
    [
        (53.0, "50 s"),
        (63.0, "1 min 0 s"),
        (123.0, "2 min 0 s"),
        (255.0, "4 min 12 s"),
        (0.0, "0 s"),
    ],
)
def test_when_the_call_has_ended_it_is_over(at: float, lasted: str) -> None:
    ringout = RingOut(ORDER)
    ringout.apply(status(*CONNECTED), 3)
    over = ringout.call_over(at)
    assert (over.end, over.summary, over.advice) == (
        End.OVER,
        f"The call to Martin Olsen is over after {lasted}.",
        "",
    )


def test_one_that_was_taken_back_before_it_was_sent_has_rung_nobody() -> None:
    progress = RingOut(ORDER).taken_back()
    assert (progress.end, progress.summary, progress.own_words, progress.other_words) == (
        End.CANCELLED,
        "The call was cancelled before any phone rang.",
        "Your desk phone was not rung",
        "Martin Olsen was not called",
    )


def test_a_call_that_could_not_be_cancelled_is_over_in_the_end() -> None:
    ringout = cancelled(OWN_ANSWERED)
    ringout.apply(status(*CONNECTED), 11)
    over = ringout.call_over(20)
    assert (over.end, over.summary, over.advice) == (End.OVER, "The call to Martin Olsen is over.", "")


def test_an_end_without_a_call_stays_as_it_is() -> None:
    ringout = RingOut(ORDER)
    assert ringout.call_over(5).end is None
    ringout.apply(status(CallStatus.FAILED, LegStatus.ANSWERED, LegStatus.BUSY), 3)
    assert ringout.call_over(5).end is End.NOT_ANSWERED


def cancelled(*before: Told, accepted: bool = True) -> RingOut:
    """A RingOut whose cancel the platform answered at second 10."""
    ringout, _ = followed(*before)
    assert ringout.cancel_asked().cancelling
    ringout.cancel_answered(accepted, 10)
    assert ringout.next_look == 1
    return ringout


def test_cancelling_is_believed_when_the_own_phone_stopped() -> None:
    ringout = cancelled(RINGING)
    assert ringout.apply(status(), 11).cancelling
    progress = ringout.apply(status(CallStatus.FAILED, LegStatus.REJECTED, LegStatus.REJECTED), 12)
    assert (progress.end, progress.summary, progress.advice) == (End.CANCELLED, "The call was cancelled.", "")
    assert (progress.own_words, progress.cancelling) == ("Your desk phone stopped ringing", False)


def test_a_phone_that_had_answered_did_not_stop_ringing() -> None:
    ringout = cancelled(OWN_ANSWERED)
    progress = ringout.apply(status(CallStatus.FAILED, LegStatus.REJECTED, LegStatus.REJECTED), 12)
    assert (progress.end, progress.own) == (End.CANCELLED, Step.OVER)
    assert progress.own_words == "Your desk phone answered, then the call was stopped"
    assert progress.other_words == "The call to Martin Olsen was stopped"


@pytest.mark.parametrize(
    "goes_on", [RINGING, OWN_ANSWERED, (CallStatus.FAILED, LegStatus.ANSWERED, LegStatus.REJECTED)]
)
def test_a_cancel_that_was_taken_but_did_not_work_says_what_to_do(goes_on: Told) -> None:
    ringout = cancelled(OWN_ANSWERED if goes_on[1] is LegStatus.ANSWERED else RINGING)
    assert ringout.apply(status(*goes_on), 15.9).end is None
    progress = ringout.apply(status(*goes_on), 16)
    assert (progress.end, progress.summary) == (End.NOT_CANCELLED, "The call could not be cancelled.")
    assert progress.advice == "Hang up your phone to stop the call."
    assert "stopped" not in progress.other_words or goes_on[2] is LegStatus.REJECTED


def test_a_cancel_that_was_refused_did_not_work_if_it_goes_on() -> None:
    assert cancelled(RINGING, accepted=False).apply(status(), 10).end is End.NOT_CANCELLED
    stopped = cancelled(RINGING, accepted=False).apply(
        status(CallStatus.FAILED, LegStatus.NO_ANSWER, LegStatus.IN_PROGRESS), 10
    )
    assert (stopped.end, stopped.own_words) == (End.CANCELLED, "Your desk phone did not answer")


def test_a_call_that_was_answered_meanwhile_was_not_cancelled() -> None:
    assert cancelled(OWN_ANSWERED).apply(status(*CONNECTED), 11).end is End.NOT_CANCELLED


def test_a_cancelled_one_that_the_platform_forgot_is_cancelled() -> None:
    progress = cancelled(RINGING).missing(9.0, on=False)
    assert (progress.end, progress.summary) == (End.CANCELLED, "The call was cancelled.")


def test_a_cancelled_one_that_the_platform_forgot_is_not_said_to_be_over_while_its_call_is_on() -> None:
    ringout = cancelled(OWN_ANSWERED)
    assert ringout.missing(15.9, on=True).end is None
    assert ringout.next_look == 1.3, "and the next look is later"
    progress = ringout.missing(16, on=True)
    assert (progress.end, progress.summary) == (End.NOT_CANCELLED, "The call could not be cancelled.")
    assert progress.advice == "Hang up your phone to stop the call."
    ringout = cancelled(OWN_ANSWERED)
    ringout.missing(11, on=True)
    assert ringout.missing(12, on=False).end is End.CANCELLED
    ringout, _ = followed(OWN_ANSWERED)
    ringout.cancel_asked()
    assert ringout.missing(100, on=True).end is None
    assert ringout.missing(200, on=True).end is End.LOST


def test_a_cancel_that_is_never_answered_is_not_waited_for_for_ever() -> None:
    ringout, _ = followed(RINGING)
    ringout.cancel_asked()
    assert ringout.apply(status(), 100).end is None
    assert ringout.apply(status(), 200).end is End.LOST


@pytest.mark.parametrize(
    "too_late", [(CallStatus.IN_PROGRESS, LegStatus.ANSWERED, LegStatus.ANSWERED), CONNECTED]
)
def test_a_call_that_the_other_side_answered_cannot_be_cancelled(too_late: Told) -> None:
    ringout, progress = followed(too_late)
    assert not progress.can_cancel
    assert not ringout.cancel_asked().cancelling


def test_what_is_kept_of_one_that_is_over_knows_its_order() -> None:
    _, progress = followed(CONNECTED)
    assert EndedRingOut("id", progress, 0.0, 1.0).order == ORDER


def test_an_end_of_which_nothing_is_known_is_no_proof_that_cancelling_worked() -> None:
    ringout = cancelled(RINGING)
    unread = status(CallStatus.UNKNOWN, LegStatus.UNKNOWN, LegStatus.UNKNOWN)
    assert ringout.apply(unread, 11).end is None
    assert ringout.apply(unread, 16).end is End.NOT_CANCELLED


# Names.


@pytest.mark.parametrize(
    ("changed", "own", "other"),
    [
        ({}, "your desk phone", "Martin Olsen"),
        ({"own_label": ""}, "your phone", "Martin Olsen"),
        ({"own_label": "IP phone", "name": ""}, "your IP phone", "+4722123456"),
        ({"own_label": "IP"}, "your IP", "Martin Olsen"),
        ({"own_label": "X", "name": "", "shown": "+47 22 12 34 56"}, "your x", "+47 22 12 34 56"),
    ],
)
def test_phones_and_people_are_named_as_the_user_does(changed: dict[str, str], own: str, other: str) -> None:
    words = Words(replace(ORDER, **changed))
    assert words.own(Step.RINGING, LegStatus.IN_PROGRESS, cancelling=False, over=False) == f"Ringing {own}…"
    assert words.other(Step.RINGING, LegStatus.IN_PROGRESS, Step.ANSWERED, over=False) == f"Ringing {other}…"


def test_with_a_prompt_the_user_is_told_to_press_1() -> None:
    _, progress = followed(RINGING, order=replace(ORDER, prompt=True))
    assert progress.advice == "Pick up your phone and press 1."
