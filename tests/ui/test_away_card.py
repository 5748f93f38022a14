"""One quiet card says what came while no live calls were shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from rcdesk.core.away import Summary
from rcdesk.services.feed import Feed
from rcdesk.ui import away_card, theme
from rcdesk.ui.away_card import AwayCard, face
from rcdesk.ui.popup import LINE_ROOM, MIDDLE, TALL, PopupCard
from rcdesk.ui.popups import Popups
from rcdesk.ui.theme import Size
from rcdesk.ui.ticker import Ticker
from tests.ui.world import NOW, RINGING, World, began, face_of

SLEPT = Summary(NOW - 5700, NOW - 60, slept=True, counts=(("missed", 3), ("answered elsewhere", 2)))
MANY = tuple((sort, 12) for sort in ("missed", "voicemail", "answered elsewhere", "answered"))


pytestmark = pytest.mark.usefixtures("qtbot")


@dataclass
class Desk:
    """A screen that is told of summaries."""

    wanted: bool = True
    summaries: Feed[Summary] = field(default_factory=Feed)
    asked: list[None] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = World()
        self.popups = Popups(world.clock, Ticker())
        self.away = AwayCard(self.popups, self.summaries, world.clock, lambda: self.wanted)
        self.away.history_asked.connect(lambda: self.asked.append(None))

    def card(self) -> PopupCard:
        card = self.popups.card(AwayCard.KEY)
        assert card is not None
        return card


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk()
    yield made
    made.away.close()
    made.popups.clear()


def test_a_sleep_is_told_with_its_calls() -> None:
    told = face(SLEPT, NOW)
    assert told.title == "While this computer slept"
    (line,) = told.lines
    assert line.endswith(" · 3 missed, 2 answered elsewhere")
    assert told.opens == "Show them"


def test_a_lost_link_is_told_as_such() -> None:
    assert face(replace(SLEPT, slept=False), NOW).title == "No live calls were shown"


def test_calls_that_are_not_known_are_no_reason_to_be_silent(desk: Desk) -> None:
    unknown = replace(SLEPT, counts=(), known=False)
    assert face(unknown, NOW).lines[-1].endswith("which calls came is not known")
    assert face(unknown, NOW).opens == "Open history"
    desk.summaries.publish(unknown)
    assert desk.popups.keys == (AwayCard.KEY,)


def test_what_does_not_fit_on_one_line_has_two() -> None:
    long = face(replace(SLEPT, began=NOW - 80 * 3600, counts=MANY), NOW)
    assert len(long.lines) == 2
    assert long.lines[1] == "12 missed, 12 voicemails, 12 answered elsewhere, 12 more"
    assert MIDDLE == face(SLEPT, NOW).height < long.height <= TALL, "a place on screen is TALL"
    metrics = QFontMetrics(theme.font(Size.SMALL))
    assert all(
        metrics.horizontalAdvance(line) <= LINE_ROOM for line in (*long.lines, *face(SLEPT, NOW).lines)
    )


def test_the_card_takes_no_keyboard_and_says_aloud_what_it_says(qtbot: QtBot, desk: Desk) -> None:
    typing = QLineEdit()
    qtbot.addWidget(typing)
    typing.show()
    typing.activateWindow()
    typing.setFocus()
    qtbot.waitUntil(typing.hasFocus)
    desk.summaries.publish(SLEPT)
    card = desk.card()
    assert card.isVisible()
    assert typing.hasFocus()
    assert card.accessibleName().startswith("While this computer slept. ")
    assert "3 missed, 2 answered elsewhere" in card.accessibleName()
    shown = [button.isVisible() for button in (card.open_button, card.close_button)]
    hidden = [button.isVisible() for button in (card.silence_button, card.copy_button, card.call_back_button)]
    assert (shown, hidden) == ([True] * 2, [False] * 3)
    assert (card.open_button.text(), card.open_button.accessibleName()) == ("Show them", "Show them")


def test_show_them_opens_the_history_and_the_card_leaves(desk: Desk) -> None:
    desk.summaries.publish(SLEPT)
    QTest.mouseClick(desk.card().open_button, Qt.MouseButton.LeftButton)
    assert (desk.asked, desk.popups.keys) == ([None], ())


def test_the_open_button_of_a_call_asks_for_no_history(desk: Desk) -> None:
    desk.popups.show("call", face_of(began(RINGING)))
    desk.summaries.publish(SLEPT)
    ringing = desk.popups.card("call")
    assert ringing is not None
    QTest.mouseClick(ringing.open_button, Qt.MouseButton.LeftButton)
    assert (desk.asked, desk.popups.keys) == ([], ("call", AwayCard.KEY))


def test_dismissed_it_leaves_and_nothing_opens(desk: Desk) -> None:
    desk.summaries.publish(SLEPT)
    QTest.mouseClick(desk.card().close_button, Qt.MouseButton.LeftButton)
    assert (desk.asked, desk.popups.keys) == ([], ())


def test_it_leaves_after_a_while(qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(away_card, "STAYS", 0.05)
    desk.summaries.publish(SLEPT)
    qtbot.waitUntil(lambda: desk.popups.keys == ())


def test_a_card_that_told_of_a_sleep_serves_for_a_call_again(desk: Desk) -> None:
    desk.summaries.publish(SLEPT)
    card = desk.card()
    desk.popups._spares.clear()
    desk.popups.take_away(AwayCard.KEY)
    desk.popups.show("call", face_of(began(RINGING)))
    assert desk.popups.card("call") is card
    assert (card.open_button.text(), card.open_button.accessibleName()) == ("Open", "Open in rcdesk")


def test_a_newer_summary_takes_the_place_of_the_one_on_screen(desk: Desk) -> None:
    desk.summaries.publish(SLEPT)
    desk.summaries.publish(replace(SLEPT, counts=(("missed", 1),)))
    assert len(desk.popups.keys) == 1
    told = desk.card().face
    assert told is not None
    assert told.lines[0].endswith("· 1 missed")


def test_no_calls_no_card(desk: Desk) -> None:
    desk.summaries.publish(replace(SLEPT, counts=()))
    assert desk.popups.keys == ()


def test_who_wants_no_cards_has_none(desk: Desk) -> None:
    desk.wanted = False
    desk.summaries.publish(SLEPT)
    assert desk.popups.keys == ()


def test_closed_it_shows_no_more(desk: Desk) -> None:
    desk.away.close()
    desk.summaries.publish(SLEPT)
    assert desk.popups.keys == ()
