"""The terminal says what the window says."""

from __future__ import annotations

import typing
from datetime import UTC, datetime
from typing import Any

import pytest

from rcdesk import say
from rcdesk.config import PUSH_CHOICES
from rcdesk.core.calls import Stage
from rcdesk.core.history import Outcome
from rcdesk.core.subscription import LinkState, Push
from rcdesk.store.settings import Settings
from rcdesk.ui import link_words, outcomes, words

LINK = {"state": "live", "since": "2026-11-23T09:24:00.000Z", "transport": "websocket"}


def call(**facts: Any) -> dict[str, Any]:
    return {
        "session_id": "4001",
        "state": "ringing",
        "direction": "inbound",
        "from": "+13025550101",
        "to": "+16505550101",
        "name": "Ann Lee",
        "started_at": "2026-11-23T09:24:00.000Z",
        "queue": None,
        "shown": {"title": "Ann Lee", "number": "+1 302 555 0101"},
    } | facts


def status(**facts: Any) -> str:
    account = {"name": "Dana Novak", "extension": "101", "server": "https://platform.example"}
    told = {"account": account, "link": LINK, "live_calls": 1, "missed": 2, "ringout": None}
    told |= {"session": "signed_in", "last_event_at": None, "budgets": []} | facts
    return say.in_words("status", told)


def test_the_words_are_the_windows() -> None:
    assert {stage.value: words.STAGES[stage] for stage in Stage} == say.STATES
    assert {outcome.value: outcomes.LOOKS[outcome].word for outcome in Outcome} == say.OUTCOMES
    shown = {state.value: link_words.LOOKS[state].word.rstrip("…") for state in LinkState}
    assert shown == say.LINKS


def test_the_ways_of_push_are_those_that_the_link_knows() -> None:
    assert tuple(push.value for push in Push) == PUSH_CHOICES
    assert typing.get_args(typing.get_type_hints(Settings)["push"]) == PUSH_CHOICES


def test_the_status_says_how_long_the_sign_in_lasts() -> None:
    told = status(session_ends_at="2026-11-23T09:24:00.000Z").splitlines()[0]
    assert told.startswith("Signed in:  Dana Novak, ext. 101, until 2026-11-23 ")


def test_the_status_says_why_nobody_is_signed_in() -> None:
    problem = {"why": "revoked", "title": "You are signed out: it was ended.", "remedy": "Sign in again."}
    told = status(account=None, session_problem=problem).splitlines()
    assert told[:2] == [
        "Signed in:  nobody",
        "            You are signed out: it was ended. Sign in again.",
    ]


def test_a_session_that_is_over_is_not_said_to_be_on() -> None:
    assert status(session="expired").startswith("Signed out: Dana Novak, ext. 101")


def test_the_status_says_who_how_and_how_many() -> None:
    who, link, live, missed = status().splitlines()
    assert who == "Signed in:  Dana Novak, ext. 101"
    assert link.startswith("Link:       Live since 2026-11-23 ")
    assert link.endswith(" (websocket)")
    assert (live, missed) == ("Live calls: 1", "Missed:     2")
    nobody, off = status(
        account=None, link={"state": "off", "since": None, "transport": "none"}
    ).splitlines()[:2]
    assert (nobody, off) == ("Signed in:  nobody", "Link:       Not connected")
    gone = status(link=LINK | {"state": "signed_out", "transport": "none"}).splitlines()[1]
    assert gone.startswith("Link:       Signed out, not live since 2026-11-23 ")


def test_the_status_says_when_the_platform_spoke_last_and_until_when_it_wants_no_requests() -> None:
    free = {"group": "Light", "limit": 50, "left": 50, "full_at": None, "throttled_until": None}
    barred = free | {"group": "Heavy", "left": 0, "throttled_until": "2026-11-23T09:24:30.000Z"}
    told = status(last_event_at="2026-11-23T09:23:00.000Z", budgets=[free, barred]).splitlines()
    at = datetime(2026, 11, 23, 9, 23, tzinfo=UTC).astimezone()
    assert told[2] == f"Last event: {at:%Y-%m-%d %H:%M}"
    assert told[3] == f"Throttled:  Heavy until {at:%H}:24:30"
    assert not any("Light" in line for line in told)


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        ("", "Ann Lee  +1 302 555 0101. Ringing your desk phone. Then Ann Lee is called."),
        ("The call was cancelled.", "Ann Lee  +1 302 555 0101. The call was cancelled."),
    ],
)
def test_the_status_tells_how_the_call_that_was_placed_fares(summary: str, said: str) -> None:
    ringout = {
        "to": "+13025550101",
        "state": "under_way",
        "caller": "Ringing your desk phone…",
        "callee": "Then Ann Lee is called",
        "summary": summary,
        "shown": {"title": "Ann Lee", "number": "+1 302 555 0101"},
    }
    assert status(ringout=ringout).splitlines()[-1] == f"Dialled:    {said}"


def test_a_call_is_told_from_the_users_side() -> None:
    ringing = call(queue="Sales")
    unnamed = {"title": "+1 302 555 0199", "number": "+1 302 555 0199"}
    calling = call(direction="outbound", state="connected", name=None, shown=unnamed)
    first, second, link = say.in_words("calls", {"link": LINK, "calls": [ringing, calling]}).splitlines()
    at = datetime(2026, 11, 23, 9, 24, tzinfo=UTC).astimezone()
    assert first.startswith(f"Ringing    from Ann Lee  +1 302 555 0101  since {at:%Y-%m-%d %H:%M}:00")
    assert first.endswith("(Sales)")
    assert second.startswith("On a call  to   +1 302 555 0199  since ")
    assert link == "(Live)"
    assert say.in_words("calls", {"link": LINK, "calls": []}) == "No calls. (Live)"


def test_a_call_that_rings_at_the_other_side_is_told_as_in_the_window() -> None:
    told = say.in_words("calls", {"link": LINK, "calls": [call(direction="outbound")]})
    assert told.startswith("Calling    to   Ann Lee")


@pytest.mark.parametrize("state", ["signed_out", "recovering", "connecting", "off"])
def test_calls_that_are_not_followed_are_told_with_their_age(state: str) -> None:
    at = datetime(2026, 11, 23, 9, 24, tzinfo=UTC).astimezone()
    link = {"state": state, "since": LINK["since"], "transport": "none"}
    told = say.in_words("calls", {"link": link, "calls": [call()]}).splitlines()[-1]
    assert told == f"({say.LINKS[state]}, as of {at:%Y-%m-%d %H:%M})"
    none = say.in_words("calls", {"link": link, "calls": []})
    assert none == f"No calls are known of. ({say.LINKS[state]}, as of {at:%Y-%m-%d %H:%M})"
    never = say.in_words("calls", {"link": link | {"since": None}, "calls": []})
    assert never == f"No calls are known of. ({say.LINKS[state]})"


def test_the_history_is_a_line_for_each_call() -> None:
    answered = call(number="+13025550101", outcome="answered", duration=65.2)
    withheld = {"title": "Number withheld", "number": ""}
    missed = call(number="", outcome="missed", duration=0.0, direction="outbound", name=None, shown=withheld)
    first, second = say.in_words("history", {"calls": [answered, missed]}).splitlines()
    assert first.endswith("< Ann Lee  +1 302 555 0101  Answered, 1:05")
    assert second.endswith("> Number withheld  Missed")
    assert say.in_words("history", {"calls": [answered | {"duration": 3725.0}]}).endswith("Answered, 1:02:05")
    assert say.in_words("history", {"calls": []}) == "No calls found."


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("Call back on Tuesday", "Call back on Tuesday"),
        ("\nCall back\non Tuesday", "Call back…"),
        ("x" * 60, "x" * 60),
        ("x" * 59 + " and more", "x" * 59 + "…"),
    ],
)
def test_a_note_ends_the_line_of_its_call(note: str, told: str) -> None:
    line = say.in_words("history", {"calls": [call(outcome="answered", duration=65.2, note=note)]})
    assert line.endswith(f"Answered, 1:05  – {told}")


def test_any_other_answer_speaks_for_itself() -> None:
    assert say.in_words("quit", {"said": "rcdesk ends."}) == "rcdesk ends."
