"""The ringer: one sound over and over until it is hushed, by the first player that can."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from rcdesk.ui import ringer, theme
from rcdesk.ui.ringer import Ringer
from tests.helpers.wait import wait_until

SOUND = theme.resources() / "ring.wav"


class Players:
    """A folder of programs, each noting when it is told to play and playing until it is let go."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notes = folder / "notes"
        self._notes.touch()

    def add(self, name: str, *, exits: int | None = None) -> None:
        """`exits`: the code with which it ends at once."""
        gate = self._folder / f"{name}.gate"
        os.mkfifo(gate)
        end = f"exit {exits}" if exits is not None else f'read -r line < "{gate}"; exit "$line"'
        script = self._folder / name
        script.write_text(f'#!/bin/sh\necho "{name} $*" >> "{self._notes}"\n{end}\n')
        script.chmod(0o700)

    def let_go(self, name: str, code: int = 0) -> None:
        (self._folder / f"{name}.gate").write_text(f"{code}\n")

    @property
    def notes(self) -> list[str]:
        return self._notes.read_text().splitlines()


@pytest.fixture
def players(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Players:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(ringer, "LEAST", 0)
    return Players(tmp_path)


@pytest.fixture
def make(qapp: QApplication) -> Iterator[Callable[[], Ringer]]:
    made: list[Ringer] = []

    def of_two() -> Ringer:
        made.append(Ringer(SOUND, (("first", "-q"), ("second",))))
        return made[-1]

    yield of_two
    for one in made:
        one.close()


def test_it_plays_over_and_over_until_it_is_hushed(
    make: Callable[[], Ringer], players: Players, qtbot: QtBot
) -> None:
    players.add("first")
    ringing = make()
    ringing.ring()
    ringing.ring()
    wait_until(lambda: players.notes == [f"first -q {SOUND}"])
    with qtbot.waitSignal(ringing.played) as played:
        players.let_go("first")
    assert played.args == ["first"]
    qtbot.waitUntil(lambda: len(players.notes) == 2)
    with qtbot.waitSignal(ringing._process.finished), qtbot.assertNotEmitted(ringing.failed):
        ringing.hush()
    assert len(players.notes) == 2
    ringing.hush()


def test_a_ring_that_follows_at_once_is_played_by_the_same(
    make: Callable[[], Ringer], players: Players, qtbot: QtBot
) -> None:
    players.add("first")
    players.add("second")
    ringing = make()
    ringing.ring()
    wait_until(lambda: players.notes)
    ringing.hush()
    ringing.ring()
    qtbot.waitUntil(lambda: len(players.notes) == 2)
    assert players.notes[1].startswith("first"), "that it was killed is no failure of its own"
    with qtbot.waitSignal(ringing.played):
        players.let_go("first")


def test_one_that_cannot_play_gives_way_to_the_next(
    make: Callable[[], Ringer], players: Players, qtbot: QtBot
) -> None:
    players.add("first", exits=1)
    players.add("second")
    ringing = make()
    with qtbot.assertNotEmitted(ringing.failed):
        ringing.ring()
        qtbot.waitUntil(lambda: players.notes[-1:] == [f"second {SOUND}"])
    with qtbot.waitSignal(ringing.failed) as failed:
        players.let_go("second", code=3)
    assert failed.args == [ringer.REFUSED.format("second")]
    ringing.hush()
    ringing.ring()
    qtbot.waitUntil(lambda: len(players.notes) == 4)
    assert players.notes[2].startswith("first"), "it is tried anew with the next call"


def test_one_that_hangs_gives_way(
    make: Callable[[], Ringer], players: Players, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(ringer, "MOST", 100)
    players.add("first")
    players.add("second")
    make().ring()
    qtbot.waitUntil(lambda: players.notes[-1:] == [f"second {SOUND}"])


def test_one_that_does_not_start_gives_way(
    make: Callable[[], Ringer], players: Players, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "first").write_text("#!/nowhere/at/all\n")
    (tmp_path / "first").chmod(0o700)
    players.add("second")
    make().ring()
    qtbot.waitUntil(lambda: players.notes == [f"second {SOUND}"])


def test_one_that_is_done_too_soon_has_played_nothing(
    make: Callable[[], Ringer], players: Players, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(ringer, "LEAST", 10_000)
    players.add("first", exits=0)
    ringing = make()
    with qtbot.waitSignal(ringing.failed), qtbot.assertNotEmitted(ringing.played):
        ringing.ring()
    assert len(players.notes) == 1


def test_without_a_player_it_says_what_to_do(
    make: Callable[[], Ringer], players: Players, qtbot: QtBot
) -> None:
    ringing = make()
    with qtbot.waitSignal(ringing.failed) as failed:
        ringing.ring()
    assert failed.args == [ringer.NO_PLAYER]


def test_what_no_player_could_is_tried_anew_when_asked_once_more(
    make: Callable[[], Ringer], players: Players, qtbot: QtBot
) -> None:
    ringing = make()
    ringing.ring()
    with qtbot.waitSignal(ringing.failed):
        ringing.ring()
    players.add("second")
    ringing.ring()
    wait_until(lambda: players.notes == [f"second {SOUND}"])


def test_the_end_of_the_program_is_silent(make: Callable[[], Ringer], players: Players) -> None:
    players.add("first")
    ringing = make()
    ringing.ring()
    wait_until(lambda: players.notes)
    ringing.close()
    assert ringing._process.state() is ringing._process.ProcessState.NotRunning
