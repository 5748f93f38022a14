"""Use, refresh or sign in."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rcdesk.core.tokens import Refresh, SignIn, Tokens, Use, after_refusal, next_step

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
)


@pytest.mark.parametrize(
    ("tokens", "now", "step"),
    [
        (HELD, 0.0, Use(HELD)),
        (HELD, 0.8 * HOUR - 1, Use(HELD)),
        (HELD, 0.8 * HOUR, Refresh(HELD, usable=True)),
        (HELD, HOUR, Refresh(HELD, usable=False)),
        (HELD, WEEK, SignIn("Your sign-in has expired.")),
        (replace(HELD, refresh=""), HOUR - 1, Use(replace(HELD, refresh=""))),
        (replace(HELD, refresh=""), HOUR, SignIn("Your sign-in has expired.")),
        (replace(HELD, expires_at=2 * WEEK), 1.9 * WEEK, Use(replace(HELD, expires_at=2 * WEEK))),
        (None, 0.0, SignIn("You are not signed in.")),
    ],
)
def test_what_a_request_needs_first(tokens: Tokens | None, now: float, step: object) -> None:
    assert next_step(tokens, now) == step


def test_a_refused_token_is_refreshed_if_it_can_be() -> None:
    assert after_refusal(HELD, 1.0) == Refresh(HELD, usable=False)
    assert isinstance(after_refusal(replace(HELD, refresh=""), 1.0), SignIn)


def test_tokens_survive_being_kept() -> None:
    assert Tokens.from_dict(json.loads(json.dumps(HELD.to_dict()))) == HELD
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
