"""A small town that loses the platform and comes back: `make fleet` is the large one."""

from __future__ import annotations

import pytest

from benchmarks.fleet import Outcome, simulate
from rcdesk.core.pacing import DOCUMENTED

DESKS = 60


@pytest.fixture(scope="module")
def outcomes() -> tuple[Outcome, Outcome]:
    return simulate(DESKS, jitter=True), simulate(DESKS, jitter=False)


def test_no_desk_exceeds_its_budget_and_all_come_back(outcomes: tuple[Outcome, Outcome]) -> None:
    for outcome in outcomes:
        assert outcome.refused == 0
        assert all(
            outcome.worst[group] <= limit for group, limit in DOCUMENTED.items() if group in outcome.worst
        )
        assert (outcome.live, outcome.live_after < 75) == (1.0, True)


def test_chance_spreads_the_return(outcomes: tuple[Outcome, Outcome]) -> None:
    spread, at_once = outcomes
    assert spread.peak * 3 < at_once.peak
    assert spread.calm == pytest.approx(at_once.calm, rel=0.3), "they differ in the pauses alone"
