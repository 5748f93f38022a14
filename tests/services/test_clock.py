from __future__ import annotations

import time

import pytest

from rcdesk.services.clock import STEP, Clock


class Times:
    def __init__(self) -> None:
        self.wall, self.monotonic = 1_000_000.0, 50.0

    def go(self, wall: float, monotonic: float) -> None:
        self.wall += wall
        self.monotonic += monotonic


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    made = Times()
    monkeypatch.setattr(time, "time", lambda: made.wall)
    monkeypatch.setattr(time, "monotonic", lambda: made.monotonic)
    return made


def test_it_begins_with_the_wall_clock_and_grows_evenly(times: Times) -> None:
    clock = Clock()
    assert clock.now() == times.wall
    times.go(10, 10)
    assert clock.now() == times.wall


def test_a_small_correction_of_the_wall_clock_is_ignored(times: Times) -> None:
    clock = Clock()
    before = clock.now()
    times.go(-STEP + 1, 1)
    assert clock.now() == before + 1


def test_after_sleep_it_is_the_time_of_the_wall_again(times: Times) -> None:
    clock = Clock()
    times.go(3600, 1)
    assert clock.now() == times.wall
