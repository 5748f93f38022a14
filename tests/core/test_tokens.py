from __future__ import annotations

import pytest

from rcdesk.core.tokens import Step, Tokens, next_step

GRANTED = Tokens("a", "r", 1000.0, 4600.0, 10_000.0, "RingOut", "1", "e", "s")


@pytest.mark.parametrize(
    ("tokens", "now", "step"),
    [
        (None, 0.0, Step.SIGN_IN),
        (GRANTED, 1000.0, Step.USE),
        (GRANTED, 3879.0, Step.USE),
        (GRANTED, 3880.0, Step.REFRESH),  # 80 % of its hour
        (GRANTED, 9999.0, Step.REFRESH),
        (GRANTED, 10_000.0, Step.SIGN_IN),
        (Tokens("a", "", 1000.0, 4600.0, 10_000.0), 4599.0, Step.USE),
        (Tokens("a", "", 1000.0, 4600.0, 10_000.0), 4600.0, Step.SIGN_IN),
        (Tokens("a", "r", 1000.0, 4600.0, 2000.0), 4000.0, Step.USE),
    ],
)
def test_what_to_do_before_the_next_request(tokens: Tokens | None, now: float, step: Step) -> None:
    assert next_step(tokens, now) is step


def test_tokens_come_back_from_plain_values_as_they_were() -> None:
    assert Tokens.from_dict(GRANTED.to_dict() | {"later": 1}) == GRANTED


@pytest.mark.parametrize("junk", [{}, {"access": 5}, GRANTED.to_dict() | {"expires_at": "soon"}])
def test_junk_is_told_apart(junk: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Tokens.from_dict(junk)


def test_no_token_shows_when_printed() -> None:
    shown = repr(Tokens("secret-a", "secret-r", 0.0, 1.0, 2.0))
    assert "secret" not in shown
