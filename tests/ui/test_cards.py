"""Which change of a call shows which card: one for each ringing call, told to its end, and only if wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from rcdesk.core.account import DndStatus, Presence, UserStatus
from rcdesk.core.calls import Change, Direction, Stage
from rcdesk.core.notices import Notices, Show
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.ui.cards import Cards
from rcdesk.ui.faces import IT_MAY_RING, face
from rcdesk.ui.popups import Popups
from rcdesk.ui.theme import Tone
from rcdesk.ui.ticker import Ticker
from tests.ui.world import NOW, RINGING, World, became, began, call, over, who


@dataclass
class Screen:
    """Cards over a made-up world."""

    world: World = field(default_factory=World)
    wanted: bool = True

    def __post_init__(self) -> None:
        self.popups = Popups(self.world.clock, Ticker())
        world = self.world
        self.cards = Cards(self.popups, world.changes, world.presence, world.link, who, lambda: self.wanted)

    def titles(self) -> list[str]:
        shown = [self.popups.card(key) for key in self.popups.keys]
        return [card.face.title for card in shown if card and card.face]


@pytest.fixture
def screen(qtbot: QtBot) -> Iterator[Screen]:
    made = Screen()
    yield made
    made.cards.close()


def test_a_missed_call_rings_and_says_that_it_was_missed(screen: Screen) -> None:
    screen.world.changes.publish(began(RINGING))
    assert screen.titles() == ["Martin Olsen"]
    card = screen.popups.card("ringing")
    screen.world.changes.publish(over(RINGING))
    assert screen.titles() == ["Missed: Martin Olsen"]
    assert screen.popups.card("ringing") is card


def test_an_answered_call_says_so_once(screen: Screen) -> None:
    screen.world.changes.publish(began(RINGING))
    answered = became(RINGING, stage=Stage.CONNECTED, answered_at=NOW)
    screen.world.changes.publish(answered)
    assert screen.titles() == ["Answered: Martin Olsen"]
    screen.world.changes.publish(over(answered.now))
    assert screen.titles() == ["Answered: Martin Olsen"], "it was not missed"


def test_who_gives_up_within_five_seconds_was_not_missed(screen: Screen) -> None:
    brief = call("brief", age=3)
    screen.world.changes.publish(began(brief))
    screen.world.changes.publish(over(brief))
    assert screen.titles() == ["They hung up first: Martin Olsen"]


def test_a_call_answered_elsewhere_says_so_and_leaves(screen: Screen) -> None:
    called = replace(RINGING, queue="Sales")
    screen.world.changes.publish(began(called))
    screen.world.changes.publish(over(replace(called, elsewhere=True)))
    card = screen.popups.card("ringing")
    assert card is not None
    assert card.face is not None
    assert (card.face.title, card.face.lines) == (
        "Answered elsewhere: Martin Olsen",
        ("Oslo · for Sales queue",),
    )
    assert (card.face.stays, card.face.call_back) == (4.0, "")


@pytest.mark.parametrize(
    ("profile", "lines"),
    [
        ("default", ["for Sales queue", "Oslo · rang 9 s"]),
        ("demo", ["for Sales queue", "Oslo · rang 9 s"]),
        ("work", ["for Sales queue · profile work", "Oslo · rang 9 s · profile work"]),
    ],
)
def test_of_several_profiles_a_card_says_whose_it_is(profile: str, lines: list[str]) -> None:
    notices, told = Notices(), []
    for change in (began(RINGING), over(RINGING)):
        shown = notices.apply(change, Presence())
        assert isinstance(shown, Show)
        told.append(face(shown.card, who(RINGING.peer_number), profile).lines[-1])
    assert told == lines


def test_one_card_for_each_ringing_call(screen: Screen) -> None:
    for key in "abc":
        screen.world.changes.publish(began(call(key)))
        screen.world.changes.publish(became(call(key), queue="Sales"))
    assert screen.popups.keys == ("a", "b", "c")


@pytest.mark.parametrize(
    "unsaid",
    [
        call(direction=Direction.OUTBOUND),
        replace(RINGING, own_leg=True),
        call(stage=Stage.CONNECTED),
        call(stage=Stage.ON_HOLD),
    ],
    ids=["outbound", "own leg", "talking", "holding"],
)
def test_what_does_not_ring_here_has_no_card(screen: Screen, unsaid: object) -> None:
    screen.world.changes.publish(began(unsaid))  # type: ignore[arg-type]
    assert screen.titles() == []


def test_a_card_goes_when_it_turns_out_that_the_users_own_phone_rings(screen: Screen) -> None:
    screen.world.changes.publish(began(RINGING))
    screen.world.changes.publish(became(RINGING, own_leg=True))
    assert screen.titles() == []


def test_nothing_is_shown_if_cards_are_off(screen: Screen) -> None:
    screen.wanted = False
    screen.world.changes.publish(began(RINGING))
    assert screen.titles() == []


@pytest.mark.parametrize(
    ("dnd", "queue", "shown"),
    [
        (DndStatus.TAKE_ALL, "Sales", True),
        (DndStatus.NO_QUEUE_CALLS, "Sales", False),
        (DndStatus.NO_QUEUE_CALLS, "", True),
        (DndStatus.TAKE_NONE, "", False),
    ],
)
def test_do_not_disturb_is_obeyed(screen: Screen, dnd: DndStatus, queue: str, shown: bool) -> None:
    screen.world.presence.publish(Presence(UserStatus.AVAILABLE, dnd))
    screen.world.changes.publish(began(call(queue=queue)))
    assert bool(screen.titles()) is shown


def test_silence_lasts_while_the_phone_rings(screen: Screen) -> None:
    screen.world.changes.publish(began(RINGING))
    card = screen.popups.card("ringing")
    assert card is not None
    QTest.mouseClick(card.silence_button, Qt.MouseButton.LeftButton)
    screen.world.changes.publish(became(RINGING, from_name="Martin"))
    assert screen.titles() == []
    screen.world.changes.publish(began(call("other")))
    assert screen.titles() == ["Martin Olsen"]


def test_a_call_that_ended_while_it_waited_for_room_never_comes(screen: Screen) -> None:
    for number in range(200):
        screen.world.changes.publish(began(call(str(number))))
    waiting = [str(n) for n in range(200) if str(n) not in screen.popups.keys]
    for key in waiting[1:]:
        screen.world.changes.publish(over(call(key)))
    screen.popups.take_away("0")
    assert screen.popups.keys[-1] == waiting[0]
    screen.popups.take_away("1")
    assert waiting[1] not in screen.popups.keys


def test_a_hushed_call_that_was_missed_says_so_afterwards(screen: Screen) -> None:
    screen.world.presence.publish(Presence(UserStatus.AVAILABLE, DndStatus.TAKE_NONE))
    screen.world.changes.publish(began(RINGING))
    assert screen.titles() == []
    screen.world.changes.publish(over(RINGING))
    assert screen.titles() == ["Missed: Martin Olsen"]


def test_who_sends_a_missed_card_away_is_told_of(screen: Screen) -> None:
    sent_away: list[str] = []
    screen.cards.dismissed.connect(lambda call: sent_away.append(call.key))
    screen.world.changes.publish(began(RINGING))
    screen.world.changes.publish(over(RINGING))
    card = screen.popups.card("ringing")
    assert card is not None
    card.silence_asked.emit()
    assert sent_away == ["ringing"]


def test_no_card_goes_on_ringing_once_nobody_is_signed_in(qtbot: QtBot, screen: Screen) -> None:
    missed = call("missed")
    for one in (RINGING, missed):
        screen.world.changes.publish(began(one))
    screen.world.changes.publish(over(missed))
    screen.world.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW))
    assert screen.titles() == ["No longer followed: Martin Olsen", "Missed: Martin Olsen"], (
        "what is known stays"
    )
    card = screen.popups.card("ringing")
    assert card is not None
    assert card.face is not None
    assert card.face.lines == (IT_MAY_RING,)
    assert card.face.stays == 12.0
    screen.world.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW + 1))
    assert card.face.stays == 12.0, "it is told once"
    card.left.emit()
    assert screen.titles() == ["Missed: Martin Olsen"]
    screen.world.link.publish(LinkStatus(LinkState.LIVE, NOW))
    assert screen.titles() == ["Missed: Martin Olsen"]


def test_a_call_that_is_followed_again_while_its_card_is_there_rings_on(screen: Screen) -> None:
    other = call("other")
    for one in (RINGING, other):
        screen.world.changes.publish(began(one))
    screen.world.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW))
    screen.world.changes.publish(over(other))
    screen.world.link.publish(LinkStatus(LinkState.RECOVERING, NOW))
    assert screen.titles() == ["No longer followed: Martin Olsen", "Missed: Martin Olsen"]
    screen.world.link.publish(LinkStatus(LinkState.LIVE, NOW))
    assert screen.titles() == ["Martin Olsen", "Missed: Martin Olsen"]


def test_a_call_of_a_session_that_is_gone_does_not_ring_again(screen: Screen) -> None:
    screen.world.changes.publish(began(RINGING))
    screen.world.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW))
    assert screen.titles() == ["No longer followed: Martin Olsen"]
    screen.world.changes.publish(Change(RINGING, replace(RINGING, stage=Stage.ENDED)))
    assert screen.titles() == [], "nor is it anything to who signs in next"
    screen.world.link.publish(LinkStatus(LinkState.LIVE, NOW))
    assert screen.titles() == []


def test_cards_that_were_switched_off_meanwhile_tell_nothing_more(screen: Screen) -> None:
    for number in range(200):
        screen.world.changes.publish(began(call(str(number))))
    screen.cards.clear()
    for number in (0, 199):
        screen.world.changes.publish(over(call(str(number))))
    assert screen.popups.keys == ()


def test_a_call_that_waits_for_room_when_it_is_lost_never_comes(screen: Screen) -> None:
    for number in range(200):
        screen.world.changes.publish(began(call(str(number))))
    shown = screen.popups.keys
    screen.world.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW))
    for key in shown:
        screen.popups.take_away(key)
    assert screen.popups.keys == ()
    screen.world.link.publish(LinkStatus(LinkState.LIVE, NOW))
    screen.world.changes.publish(over(call("199")))
    assert screen.popups.keys == ()


def test_a_card_does_not_go_on_counting_as_if_sure_while_nothing_is_heard(screen: Screen) -> None:
    screen.world.changes.publish(began(RINGING))
    screen.world.changes.publish(began(call("missed")))
    screen.world.changes.publish(over(call("missed")))
    card, missed = (screen.popups.card(key) for key in screen.popups.keys)
    assert card
    assert missed
    sure, told = card.face, missed.face
    assert sure
    rings: list[bool] = []
    screen.popups.ringing.connect(rings.append)
    screen.world.link.publish(LinkStatus(LinkState.RECOVERING, NOW))
    doubted = card.face
    assert doubted
    at = datetime.fromtimestamp(NOW, UTC).astimezone()
    assert doubted.lines == (sure.lines[0], f"Not live since {at:%H:%M}: it may be over by now.")
    assert doubted.tone is Tone.DIM
    counted = card._pill_text
    screen.world.now += 5
    card.tick()
    assert card._pill_text == counted
    screen.world.changes.publish(became(RINGING, to_name="Sales"))
    assert card.face == doubted, "what is heard late makes it no surer"
    screen.world.link.publish(LinkStatus(LinkState.LIVE, NOW))
    assert card.face.tone is sure.tone
    assert card._pill_text != counted
    assert missed.face == told
    assert rings == [], "the phone may ring all the while"


def test_a_card_says_no_longer_than_its_row_that_a_phone_rings(screen: Screen) -> None:
    screen.world.changes.publish(began(RINGING))
    screen.world.link.publish(LinkStatus(LinkState.RECOVERING, NOW))
    assert screen.titles() == ["Martin Olsen"]
    doubted = replace(RINGING, stage=Stage.ENDED)  # ended at no known time
    screen.world.changes.publish(Change(RINGING, doubted))
    assert screen.titles() == ["No longer followed: Martin Olsen"]
    card = screen.popups.card("ringing")
    assert card is not None
    assert card.face is not None
    assert card.face.lines == (IT_MAY_RING,)
    screen.world.link.publish(LinkStatus(LinkState.LIVE, NOW))
    assert screen.titles() == ["No longer followed: Martin Olsen"], "nothing was heard of it yet"
    screen.world.changes.publish(Change(doubted, over(RINGING).now))
    assert screen.titles() == ["Missed: Martin Olsen"], "heard of later, but while its card is there"


def test_what_is_heard_of_a_call_once_its_card_has_left_does_not_come_up_as_if_it_were_new(
    screen: Screen,
) -> None:
    screen.world.changes.publish(began(RINGING))
    screen.world.link.publish(LinkStatus(LinkState.RECOVERING, NOW))
    doubted = replace(RINGING, stage=Stage.ENDED)
    screen.world.changes.publish(Change(RINGING, doubted))
    card = screen.popups.card("ringing")
    assert card is not None
    card.left.emit()
    screen.world.changes.publish(Change(doubted, over(RINGING).now))
    assert screen.titles() == []


def test_a_call_that_ended_at_no_known_time_while_all_is_heard_leaves(screen: Screen) -> None:
    screen.world.changes.publish(began(RINGING))
    screen.world.changes.publish(Change(RINGING, replace(RINGING, stage=Stage.ENDED)))
    assert screen.titles() == []


def test_a_link_that_comes_back_soon_changes_no_card(screen: Screen) -> None:
    screen.world.changes.publish(began(RINGING))
    screen.world.link.publish(LinkStatus(LinkState.RECOVERING, NOW))
    screen.world.link.publish(LinkStatus(LinkState.LIVE, NOW))
    assert screen.titles() == ["Martin Olsen"]
