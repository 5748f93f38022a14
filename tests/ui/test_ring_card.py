"""The card of a ring test: shown as that of a call, marked as none, and its absence explained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from pytestqt.qtbot import QtBot

from rcdesk.core.account import DndStatus, Presence, UserStatus
from rcdesk.core.calls import Change
from rcdesk.services.feed import Feed
from rcdesk.ui import ring_card
from rcdesk.ui.popups import Popups
from rcdesk.ui.ring_card import RingCard
from rcdesk.ui.ticker import Ticker
from tests.ui.world import World, began, call, over

PRETEND = call("ring-test-1", number="", age=4, from_name="Ring test")


class Told:
    """A ring test that only listens."""

    def __init__(self) -> None:
        self.changes: Feed[Change] = Feed()
        self.answers: list[str] = []

    def shown(self) -> None:
        self.answers.append("shown")

    def not_shown(self, why: str) -> None:
        self.answers.append(why)

    def not_played(self, why: str) -> None:
        self.answers.append(why)


@dataclass
class Screen:
    world: World = field(default_factory=World)
    test: Told = field(default_factory=Told)
    wanted: bool = True

    def __post_init__(self) -> None:
        self.popups = Popups(self.world.clock, Ticker())
        self.card = RingCard(
            self.test,  # type: ignore[arg-type]
            self.popups,
            self.world.presence,
            self.world.link,
            lambda: self.wanted,
        )

    def faces(self) -> list[tuple[str, tuple[str, ...]]]:
        shown = [self.popups.card(key) for key in self.popups.keys]
        return [(card.face.title, card.face.lines) for card in shown if card and card.face]


@pytest.fixture
def screen(qtbot: QtBot) -> Iterator[Screen]:
    made = Screen()
    yield made
    made.card.close()


def test_the_card_says_that_it_is_a_test_and_answers_once_it_is_painted(screen: Screen, qtbot: QtBot) -> None:
    screen.test.changes.publish(began(PRETEND))
    assert screen.faces() == [("Ring test", (ring_card.NOBODY.detail, ""))]
    assert screen.test.answers == []
    qtbot.waitUntil(lambda: screen.test.answers == ["shown"])
    screen.test.changes.publish(over(PRETEND))
    assert screen.faces() == [(ring_card.OVER[0], ring_card.OVER[1:])], "nobody hung up first"
    assert screen.test.answers == ["shown"]


def test_cards_that_are_switched_off_are_the_reason(screen: Screen) -> None:
    screen.wanted = False
    screen.test.changes.publish(began(PRETEND))
    assert (screen.faces(), screen.test.answers) == ([], [ring_card.SWITCHED_OFF])


def test_do_not_disturb_is_the_reason(screen: Screen) -> None:
    screen.world.presence.publish(Presence(UserStatus.AVAILABLE, DndStatus.TAKE_NONE))
    screen.test.changes.publish(began(PRETEND))
    screen.test.changes.publish(over(PRETEND))
    assert (screen.faces(), screen.test.answers) == ([], [ring_card.HUSHED])


def test_a_screen_that_is_full_is_the_reason(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rcdesk.ui.placement.free_spot", lambda *_: None)
    screen.test.changes.publish(began(PRETEND))
    screen.test.changes.publish(over(PRETEND))
    assert (screen.faces(), screen.test.answers) == ([], [ring_card.NO_ROOM])


def test_the_card_of_a_call_is_not_taken_for_it(screen: Screen, qtbot: QtBot) -> None:
    screen.test.changes.publish(began(PRETEND))
    qtbot.waitUntil(lambda: screen.test.answers == ["shown"])
    assert screen.card.is_its("ring-test-1")
    screen.popups.painted.emit("another")
    assert screen.test.answers == ["shown"]
    assert not screen.card.is_its("another")


def test_that_it_was_silenced_is_why_no_sound_comes(screen: Screen) -> None:
    screen.test.changes.publish(began(PRETEND))
    screen.popups.dismissed.emit("another")
    assert screen.test.answers == []
    card = screen.popups.card("ring-test-1")
    assert card is not None
    card.silence_asked.emit()
    assert screen.test.answers == [ring_card.SILENCED]
