"""Penalties hold whatever is done to the clock, and across restarts."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rcdesk.core.pacing import Pacer, Urgency
from rcdesk.services.connection import Connection
from rcdesk.services.pacers import LONGEST, Pacers, steady
from rcdesk.services.session import Server
from rcdesk.store.penalties import MANY, PenaltyStore
from tests.helpers.wait import until
from tests.services.test_dialer import order
from tests.services.world import Served, world

SERVER, APP = "https://platform.example.com", "app"


@dataclass
class Time:
    """A clock on the wall, and one that nobody sets."""

    wall: float = 1_800_000_000.0
    steady: float = 1_000.0

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@contextmanager
def run(path: Path | None, now: Time) -> Iterator[Pacers]:
    """One run of the program."""
    store = PenaltyStore(path)
    try:
        yield Pacers(store, lambda: now.steady, lambda: now.wall)
    finally:
        store.close()


def refuse(pacer: Pacer, now: Time, group: str, retry_after: float) -> None:
    turn = pacer.join("GET /x", group, Urgency.USER)
    assert pacer.wait(turn, now.steady) == 0
    pacer.refused(turn, {}, retry_after, now.steady)


def left(pacer: Pacer, now: Time) -> dict[str, float]:
    """For how many seconds each group is barred."""
    barred = {one.group: one.throttled_until for one in pacer.budgets(now.steady)}
    return {group: until - now.steady for group, until in barred.items() if until is not None}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "penalties.json"


def test_a_penalty_goes_on_after_a_restart_for_what_is_left_of_it(path: Path) -> None:
    now = Time()
    with run(path, now) as pacers:
        refuse(pacers.of(SERVER, APP), now, "Heavy", 60)
        refuse(pacers.of(SERVER, "other"), now, "Auth", 100)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    now.passes(20)
    now.steady = 5.0  # this computer was started anew as well
    with run(path, now) as pacers:
        assert left(pacers.of(SERVER, APP), now) == {"Heavy": 40}
        refuse(pacers.of(SERVER, APP), now, "Light", 30)
    now.passes(35)
    with run(path, now) as pacers:
        assert left(pacers.of(SERVER, APP), now) == {"Heavy": 5}
        assert left(pacers.of(SERVER, "other"), now) == {"Auth": 45}
        assert left(pacers.of("https://elsewhere.example.com", APP), now) == {}
        refuse(pacers.of(SERVER, "third"), now, "Heavy", 10)


def test_two_programs_keep_their_penalties_beside_each_other_and_heed_both(path: Path) -> None:
    now = Time()
    with run(path, now) as instance:
        refuse(instance.of(SERVER, APP), now, "Heavy", 60)
        with run(path, now) as signing_in:
            refuse(signing_in.of(SERVER, APP), now, "Auth", 100)
        assert left(instance.of(SERVER, APP), now) == {"Auth": 100, "Heavy": 60}
        refuse(instance.of(SERVER, APP), now, "Light", 30)
    with run(path, now) as next_start:
        assert left(next_start.of(SERVER, APP), now) == {"Auth": 100, "Heavy": 60, "Light": 30}


def test_the_file_does_not_grow_for_ever_and_only_what_is_over_is_forgotten(path: Path) -> None:
    now = Time()
    with run(path, now) as pacers:
        refuse(pacers.of(SERVER, "for long"), now, "Auth", 3000)
    for _ in range(400):
        with run(path, now) as pacers:
            refuse(pacers.of(SERVER, APP), now, "Heavy", 1)
        now.passes(1)
    assert path.stat().st_size < 2 * MANY
    with run(path, now) as pacers:
        assert left(pacers.of(SERVER, "for long"), now) == {"Auth": 2600}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_line_that_was_broken_off_spoils_only_itself(path: Path) -> None:
    now = Time()
    with run(path, now) as pacers:
        refuse(pacers.of(SERVER, APP), now, "Heavy", 60)
    with path.open("ab") as file:
        file.write(b'\n{"of": "https://')
    with run(path, now) as pacers:
        refuse(pacers.of(SERVER, APP), now, "Light", 30)
    with run(path, now) as pacers:
        assert left(pacers.of(SERVER, APP), now) == {"Heavy": 60, "Light": 30}


def test_a_clock_that_was_wrong_bars_nobody_for_longer_than_an_hour(path: Path) -> None:
    now = Time()
    with run(path, now) as pacers:
        refuse(pacers.of(SERVER, APP), now, "Heavy", 60)
    now.wall -= 6 * 3600
    with run(path, now) as pacers:
        assert left(pacers.of(SERVER, APP), now) == {"Heavy": LONGEST}
    now.wall -= 86_400
    with run(path, now) as pacers:
        assert left(pacers.of(SERVER, APP), now) == {}, "nothing that lasts for days is one"


def test_of_two_penalties_of_one_group_the_longest_counts(path: Path) -> None:
    now = Time()
    store = PenaltyStore(path)
    store.add("one", {"Heavy": now.wall + 60}, now.wall)
    store.add("one", {"Heavy": now.wall + 10}, now.wall)
    store.close()
    assert store.read(now.wall)["one"] == {"Heavy": now.wall + 60}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b"\xff",
        b'{"%s": {"Heavy": 1800000600.0}}',
        b'{"of": "%s", "group": "Heavy", "until": "soon"}',
        b'{"of": "%s", "group": "Heavy", "until": NaN}',
        b'{"of": "%s", "group": 5, "until": 1800000600.0}',
    ],
)
def test_a_file_that_makes_no_sense_bars_nobody_and_takes_what_comes(path: Path, content: bytes) -> None:
    now = Time()
    path.parent.mkdir()
    path.write_bytes(content.replace(b"%s", f"{SERVER} {APP}".encode()))
    with run(path, now) as pacers:
        assert left(pacers.of(SERVER, APP), now) == {}
        refuse(pacers.of(SERVER, APP), now, "Heavy", 60)
    with run(path, now) as pacers:
        assert left(pacers.of(SERVER, APP), now) == {"Heavy": 60}


def test_a_folder_that_cannot_be_written_and_a_run_that_leaves_nothing_do_without(path: Path) -> None:
    now = Time()
    path.parent.write_text("in the way")
    for place in (path, None):
        with run(place, now) as pacers:
            refuse(pacers.of(SERVER, APP), now, "Heavy", 60)
            assert left(pacers.of(SERVER, APP), now) == {"Heavy": 60}


def test_nobody_sets_the_steady_clock_and_sleep_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, since_boot = 1_800_000_000.0, 50.0
    monkeypatch.setattr(time, "time", lambda: wall)
    monkeypatch.setattr(time, "clock_gettime", lambda _which: since_boot)
    clock = steady()
    assert clock() == 1_800_000_000.0
    wall += 7200
    assert clock() == 1_800_000_000.0
    since_boot += 600
    assert clock() == 1_800_000_600.0


async def test_requests_are_paced_by_the_clock_that_nobody_sets() -> None:
    async def save(_packed: str) -> None: ...

    pacers = Pacers(PenaltyStore(None), lambda: 5.0)
    connection = Connection(
        Server("http://127.0.0.1:1", APP), endpoint_id="", save=save, on_end=lambda _: None,
        clock=time.time, pacers=pacers,
    )  # fmt: skip
    assert connection._rest._clock() == 5.0
    assert connection._rest.pacer is pacers.of("http://127.0.0.1:1", APP)
    await connection.close()


async def test_a_restart_sends_nothing_into_a_penalty(sandbox: Served, tmp_path: Path) -> None:
    broken = []
    for nth in range(2):
        async with world(sandbox, tmp_path) as me:
            await me.signed_in()
            if nth == 0:  # the requests under way meet it
                await sandbox.fault("rate-limit", group="heavy", retry_after=60)
            me.dialer.dial(order())
            await until(lambda: not me.dialer.busy)
        broken.append((await sandbox.state())["requests"]["in_penalty"])
    assert broken[0] == broken[1] >= 1
