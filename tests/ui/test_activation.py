from __future__ import annotations

import pytest

from rcdesk.ui.activation import EARLY, LIFE, Tokens


def stamp(seconds: float) -> str:
    return f"launcher-1234-0-desk_TIME{int(seconds * 1000) % 2**32}"


def test_a_token_is_good_once() -> None:
    tokens = Tokens(lambda: 100.0)
    assert tokens.spend("7f3a-0c")
    assert not tokens.spend("7f3a-0c")
    assert tokens.spend("7f3a-0d")


def test_none_is_no_token() -> None:
    assert not Tokens().spend("")


@pytest.mark.parametrize(
    ("age", "good"),
    [
        (0, True),
        (LIFE - 0.1, True),
        (LIFE + 0.1, False),
        (-EARLY / 2, True),
        (-2 * EARLY, False),
        (90_000, False),
    ],
)
@pytest.mark.parametrize("now", [1e5, 2**32 / 1000 + 5])  # the screen's clock has begun anew meanwhile
def test_one_that_tells_when_the_user_clicked_is_good_for_a_while(age: float, now: float, good: bool) -> None:
    assert Tokens(lambda: now).spend(stamp(now - age)) is good
