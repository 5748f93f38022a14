"""Use, refresh or sign in."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rcdesk.core.tokens import (
    Ending,
    Refresh,
    Refusal,
    SignIn,
    Tokens,
    Use,
    after_refusal,
    next_step,
    why_over,
)

HOUR = 3600.0
WEEK = 7 * 24 * HOUR
HELD = Tokens(
    access="a",
    issued_at=0.0,
    expires_at=HOUR,
    refresh="r",
    refresh_expires_at=WEEK,
    scope="ReadAccounts RingOut",
    owner_id="101",
    endpoint_id="e",
    session_id="s",
    session_began_at=0.0,
)
ONCE = replace(HELD, refresh="")
DAY = 24 * HOUR
LIMITED = replace(HELD, session_ends_at=DAY)


@pytest.mark.parametrize(
    ("tokens", "now", "step"),
    [
        (HELD, 0.0, Use(HELD)),
        (HELD, 0.8 * HOUR - 1, Use(HELD)),
        (HELD, 0.8 * HOUR, Refresh(HELD, usable=True)),
        (HELD, HOUR, Refresh(HELD, usable=False)),
        (HELD, WEEK, Refresh(HELD, usable=False)),  # our clock may be wrong: the server decides
        (ONCE, HOUR - 1, Use(ONCE)),
        (ONCE, HOUR, SignIn(Ending.APP)),
        (replace(ONCE, session_ends_at=HOUR), HOUR, SignIn(Ending.LIMIT)),
        (replace(HELD, expires_at=2 * WEEK), 1.9 * WEEK, Use(replace(HELD, expires_at=2 * WEEK))),
        (replace(HELD, expires_at=1.1 * WEEK), WEEK, Use(replace(HELD, expires_at=1.1 * WEEK))),
    ],
)
def test_what_a_request_needs_first(tokens: Tokens, now: float, step: object) -> None:
    assert next_step(tokens, now) == step


def test_a_refused_token_is_refreshed_if_it_can_be() -> None:
    assert after_refusal(HELD, 1.0) == Refresh(HELD, usable=False)
    assert after_refusal(ONCE, 1.0) == SignIn(Ending.REFUSED)
    assert after_refusal(ONCE, HOUR - 61) == SignIn(Ending.REFUSED)
    assert after_refusal(ONCE, HOUR - 60) == SignIn(Ending.APP)
    assert after_refusal(replace(ONCE, session_ends_at=DAY), DAY - 60) == SignIn(Ending.LIMIT)


def test_the_life_of_a_token_is_counted_from_when_it_was_issued() -> None:
    assert replace(HELD, issued_at=DAY, expires_at=DAY + HOUR).renewed_from == DAY + 0.8 * HOUR


@pytest.mark.parametrize(
    ("tokens", "refusal", "now", "why"),
    [
        (HELD, Refusal.EXPIRED, WEEK, Ending.UNUSED),
        (HELD, Refusal.EXPIRED, WEEK - 60, Ending.UNUSED),  # clocks differ
        (HELD, Refusal.UNKNOWN, WEEK, Ending.UNUSED),
        (HELD, Refusal.EXPIRED, WEEK - 61, Ending.LIMIT),  # one set since the tokens were given
        (HELD, Refusal.UNKNOWN, HOUR, Ending.REPLACED),
        (HELD, Refusal.REVOKED, HOUR, Ending.REVOKED),
        (HELD, Refusal.REVOKED, WEEK, Ending.REVOKED),
        (HELD, Refusal.APP, HOUR, Ending.APP),
        (HELD, Refusal.OTHER, HOUR, Ending.REFUSED),
        *((LIMITED, refusal, DAY - 60, Ending.LIMIT) for refusal in Refusal),
        (LIMITED, Refusal.REVOKED, DAY - 61, Ending.REVOKED),
    ],
)
def test_why_a_session_is_over(tokens: Tokens, refusal: Refusal, now: float, why: Ending) -> None:
    assert why_over(tokens, refusal, now) is why


@pytest.mark.parametrize(
    ("tokens", "warned_from"),
    [
        (HELD, 0.0),
        (LIMITED, 0.9 * DAY),
        (replace(HELD, session_ends_at=30 * DAY), 29 * DAY),
        (replace(LIMITED, issued_at=12 * HOUR, session_began_at=1.0), DAY - 0.1 * (DAY - 1)),
        (replace(LIMITED, issued_at=12 * HOUR), DAY - 0.1 * 12 * HOUR),  # an older rcdesk did not note it
    ],
)
def test_the_end_of_a_session_is_told_a_day_ahead_or_in_the_last_tenth(
    tokens: Tokens, warned_from: float
) -> None:
    assert tokens.warned_from == pytest.approx(warned_from)


def test_what_an_older_rcdesk_kept_is_still_a_sign_in() -> None:
    older = HELD.to_dict()
    del older["session_ends_at"], older["session_began_at"]
    assert Tokens.from_dict(older) == HELD
    kept = replace(HELD, session_began_at=5.0).to_dict()
    del kept["session_ends_at"]
    assert Tokens.from_dict(kept) == replace(HELD, session_began_at=5.0)


def test_tokens_survive_being_kept() -> None:
    assert Tokens.from_dict(json.loads(json.dumps(HELD.to_dict()))) == HELD
    assert Tokens.from_dict(LIMITED.to_dict()) == LIMITED
    assert Tokens.from_dict(HELD.to_dict() | {"expires_at": 7200}) == replace(HELD, expires_at=7200.0)


@pytest.mark.parametrize(
    "damage", [{"access": 5}, {"expires_at": "soon"}, {"expires_at": True}, {"refresh": None}]
)
def test_damaged_tokens_are_none(damage: dict[str, object]) -> None:
    assert Tokens.from_dict(HELD.to_dict() | damage) is None


def test_tokens_show_no_secret_when_printed() -> None:
    shown = repr(replace(HELD, access="secret-a", refresh="secret-r"))
    assert "secret" not in shown
    assert "101" in shown


def test_scopes_are_the_words_of_the_scope() -> None:
    assert HELD.scopes == {"ReadAccounts", "RingOut"}
