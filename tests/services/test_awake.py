"""A computer that slept is noticed once, whoever tells of it, and from the moment at which it fell asleep."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from rcdesk.services import awake, clock
from rcdesk.services.awake import LOOK, ONE_SLEEP, SLEPT, Awake
from tests.helpers.wait import until

HOUR = 3600.0


@dataclass
class Computer:
    """A computer whose clocks are moved by hand. `counted`: how long it has slept, None if it does not count."""

    now: float = 1000.0
    counted: float | None = None
    told: list[float | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ticks = 0.0
        self.awake = Awake(lambda: self.now, lambda: self.counted, lambda: self.ticks)
        self.awake.woke.subscribe(self.told.append)

    def pass_by(self, seconds: float) -> None:
        """Be awake for a while."""
        self.now += seconds
        self.ticks += seconds

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.counted is not None:
            self.counted += seconds


@pytest.fixture(params=[None, 12.0], ids=["does not count its sleep", "counts its sleep"])
def computer(request: pytest.FixtureRequest) -> Computer:
    made = Computer(counted=request.param)
    made.awake.look()
    return made


def test_awake_there_is_nothing_to_tell(computer: Computer) -> None:
    for _ in range(5):
        computer.pass_by(HOUR)
        assert not computer.awake.look()
    assert computer.told == []


def test_a_sleep_began_at_the_last_look(computer: Computer) -> None:
    computer.pass_by(LOOK)
    computer.awake.look()
    computer.sleep(5 * HOUR)
    computer.pass_by(1.0)
    assert computer.awake.look()
    assert computer.told == [1000.0 + LOOK]
    computer.pass_by(LOOK)
    assert not computer.awake.look()
    assert len(computer.told) == 1


def test_a_clock_that_is_set_back_is_told_as_no_sleep(computer: Computer) -> None:
    computer.now -= 400
    assert computer.awake.look()
    assert computer.told == [None]
    computer.pass_by(LOOK)
    assert not computer.awake.look()


@pytest.mark.parametrize(("seconds", "slept"), [(SLEPT - 1, False), (SLEPT + 1, True)])
def test_clocks_that_differ_a_little_are_no_sleep(computer: Computer, seconds: float, slept: bool) -> None:
    computer.sleep(seconds)
    assert computer.awake.look() is slept


def test_the_first_look_knows_of_no_sleep(computer: Computer) -> None:
    assert not Awake(lambda: computer.now + HOUR).look()


def test_a_clock_that_is_set_forward_is_told_as_no_sleep_where_sleep_is_counted(
    computer: Computer,
) -> None:
    computer.now += HOUR
    assert computer.awake.look()
    assert computer.told == [1000.0 if computer.counted is None else None]


def test_a_clock_that_is_set_back_hides_no_sleep(computer: Computer) -> None:
    computer.now -= HOUR
    computer.awake.look()
    computer.sleep(60.0)
    assert computer.awake.look()


def test_the_systems_word_tells_of_a_sleep_too_short_for_the_clocks(computer: Computer) -> None:
    computer.pass_by(LOOK / 2)
    computer.awake.on_system(sleeps=True)
    assert computer.told == []
    computer.sleep(10.0)
    computer.awake.on_system(sleeps=False)
    assert computer.told == [1000.0 + LOOK / 2]


@pytest.mark.parametrize("clocks_first", [True, False])
def test_the_clocks_and_the_system_tell_of_one_sleep_once(computer: Computer, clocks_first: bool) -> None:
    computer.awake.on_system(sleeps=True)
    computer.sleep(5 * HOUR)
    if clocks_first:
        computer.awake.look()
    computer.awake.on_system(sleeps=False)
    computer.pass_by(1.0)
    computer.awake.look()
    assert computer.told == [1000.0]


def test_a_word_that_comes_only_after_the_sleep_counts_for_no_other(computer: Computer) -> None:
    computer.sleep(5 * HOUR)
    computer.awake.on_system(sleeps=True)
    computer.awake.on_system(sleeps=False)
    assert computer.told == [1000.0]


def test_every_sleep_is_told(computer: Computer) -> None:
    for _ in range(3):
        computer.pass_by(ONE_SLEEP + 1)
        computer.awake.on_system(sleeps=True)
        computer.sleep(10.0)
        computer.awake.on_system(sleeps=False)
    assert len(computer.told) == 3


def test_a_long_sleep_right_after_another_is_told_too(computer: Computer) -> None:
    computer.sleep(HOUR)
    computer.awake.on_system(sleeps=False)
    computer.pass_by(1.0)
    computer.awake.on_system(sleeps=True)
    computer.sleep(HOUR)
    computer.awake.on_system(sleeps=False)
    assert computer.told == [1000.0, 1001.0 + HOUR]


async def test_it_looks_by_itself_until_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awake, "LOOK", 0.01)
    computer = Computer()
    for _ in range(2):
        computer.awake.open()
    computer.sleep(HOUR)
    await until(lambda: computer.told)
    for _ in range(2):
        computer.awake.close()
    assert computer.awake._alarm is None


def test_linux_counts_how_long_it_slept(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = clock.asleep()
    assert counted is not None
    assert counted > -1.0

    def refuse(_which: int) -> float:
        raise OSError

    monkeypatch.setattr(clock.time, "clock_gettime", refuse)
    assert clock.asleep() is None
    monkeypatch.delattr(clock.time, "CLOCK_BOOTTIME")
    assert clock.asleep() is None
