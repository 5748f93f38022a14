"""The calls pane: cards that follow the calls, the newest of the past, and what is said where there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import perf_counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from rcdesk.core.calls import Call, Direction, Stage
from rcdesk.core.people import Source, Who
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.ui.call_card import CallCard, call_detail
from rcdesk.ui.calls_pane import CallsPane
from rcdesk.ui.navigation import Pane
from tests.ui.assembled import Assembled
from tests.ui.world import HOLDING, NOW, RECORDS, RINGING, TALKING, World, became, began, call, over, who

Show = Callable[..., Assembled]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    made: list[Assembled] = []

    def _show(world: World | None = None) -> Assembled:
        assembled = Assembled(world or World())
        assembled.window.show()
        made.append(assembled)
        return assembled

    yield _show
    for assembled in made:
        assembled.window.hide()
        assembled.window.deleteLater()


def said(pane: CallsPane) -> list[str]:
    return [card.accessibleName() for card in pane.cards.cards]


def test_a_call_from_ring_to_end(show: Show) -> None:
    made = show()
    pane, world = made.calls_pane, made.world
    world.changes.publish(began(RINGING))
    assert said(pane) == ["Martin Olsen · +47 22 12 34 56 · Oslo · Sales queue · Ringing 0:09"]
    card = pane.cards.cards[0]
    assert card.isVisible()
    talking = became(RINGING, stage=Stage.CONNECTED, answered_at=NOW)
    world.changes.publish(talking)
    assert said(pane)[0].endswith("On a call 00:00")
    assert pane.cards.cards[0] is card
    world.changes.publish(became(talking.now, stage=Stage.ON_HOLD))
    assert "On hold" in said(pane)[0]
    world.changes.publish(over(talking.now))
    assert pane.cards.cards == ()
    assert not card.isVisible()


def test_the_newest_call_is_on_top(show: Show) -> None:
    made = show(World((TALKING,)))
    made.world.changes.publish(began(RINGING))
    assert [card.call.key for card in made.calls_pane.cards.cards if card.call] == ["ringing", "talking"]


def test_clocks_follow_the_time(show: Show) -> None:
    made = show(World((TALKING,)))
    made.world.now += 60
    made.ticker.ticked.emit()
    assert said(made.calls_pane)[0].endswith("On a call 05:12")


@pytest.mark.parametrize(
    ("shown", "detail"),
    [
        (call(queue="Sales"), "+47 22 12 34 56 · Oslo · Sales queue"),
        (call(number="", to_name="Front desk"), "to Front desk"),
        (call(number=""), "Incoming call"),
        (call(number="204"), "ext. 204 · from the company directory"),
        (call(direction=Direction.OUTBOUND, to_name="Martin"), "+47 22 12 34 56 · Oslo"),
    ],
)
def test_the_second_line_says_what_else_is_known(shown: object, detail: str) -> None:
    assert call_detail(shown, who(shown.peer_number)) == detail  # type: ignore[arg-type,attr-defined]


def test_the_number_can_be_copied_by_button_key_and_menu(qtbot: QtBot, show: Show) -> None:
    made = show(World((TALKING,)))
    card = made.calls_pane.cards.cards[0]
    clipboard = QApplication.clipboard()
    for copy in (
        lambda: card.copy_button.click(),
        lambda: QTest.keyClick(card, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier),
        lambda: _menu_of(card).actions()[0].trigger(),
    ):
        clipboard.clear()
        copy()
        assert clipboard.text() == "+49 30 901820"


def _menu_of(card: CallCard) -> QMenu:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QContextMenuEvent

    QApplication.sendEvent(
        card, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), QPoint(5, 5))
    )
    menu = card.findChild(QMenu)
    assert isinstance(menu, QMenu)
    menu.close()
    return menu


def test_there_is_nothing_to_copy_of_a_withheld_number(show: Show) -> None:
    made = show(World((call(number=""),)))
    assert made.calls_pane.cards.cards[0].copy_button.isHidden()


def test_markup_in_a_name_is_only_text(show: Show) -> None:
    world = World((call(number="+4711111111", from_name="<b>Bold</b> & co"),))
    made = show(world)
    assert said(made.calls_pane)[0].startswith("<b>Bold</b> & co")


def test_recent_calls_stand_below(show: Show) -> None:
    made = show()
    rows = made.calls_pane.recent.rows
    assert len(rows) == len(RECORDS)
    assert rows[0].accessibleName() == "Karla Rossi · +39 06 4521 118 · Answered · 12 min"
    assert rows[1].accessibleName() == "+1 650 555 0147 · +1 650 555 0147 · Missed · 31 min"
    noted = replace(RECORDS[0], note="Call back\nsoon")
    plain = rows[0].grab().toImage()
    made.calls_pane.recent.show_records((noted,))
    assert made.calls_pane.recent.rows[0].grab().toImage() != plain
    assert made.calls_pane.recent.rows[0].accessibleName().endswith("12 min · note: Call back")
    made.world.records = RECORDS[1:3]
    made.world.stale.publish(None)
    assert [row.record for row in made.calls_pane.recent.rows] == list(RECORDS[1:3])


def test_recent_calls_are_ten_at_most(show: Show) -> None:
    many = tuple(replace(RECORDS[0], id=n) for n in range(30))
    assert len(show(World(records=many)).calls_pane.recent.rows) == 10


def test_names_that_get_known_reach_cards_and_rows(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    made = show(World((TALKING,)))
    known = Who("Anna Weber-Braun", "+49 30 901820", "Berlin", Source.CONTACT)
    monkeypatch.setitem(__import__("tests.ui.world", fromlist=["PEOPLE"]).PEOPLE, "+4930901820", known)
    made.world.names.publish(None)
    assert said(made.calls_pane)[0].startswith("Anna Weber-Braun")
    assert made.calls_pane.recent.rows[3].accessibleName().startswith("Anna Weber-Braun")


def test_an_empty_pane_says_what_would_be_here_and_the_next_step(qtbot: QtBot, show: Show) -> None:
    made = show(World(records=()))
    pane = made.calls_pane
    assert pane._empty.isVisible()
    with qtbot.waitSignal(pane.dial_asked):
        pane._empty.asked.emit()
    made.world.changes.publish(began(RINGING))
    assert pane._empty.isHidden()
    assert not pane.cards.isHidden()


def test_without_a_call_but_with_a_past_one_line_is_enough(show: Show) -> None:
    made = show()
    pane = made.calls_pane
    assert pane._quiet.isVisible()
    assert not pane._empty.isVisible()
    made.world.link.publish(LinkStatus(LinkState.RECOVERING, NOW))
    assert not pane._quiet.isVisible(), "the next call may not appear as soon as it rings"
    made.world.link.publish(LinkStatus(LinkState.LIVE, NOW))
    assert pane._quiet.isVisible()


def test_what_is_old_is_kept_and_says_how_old_it_is(show: Show) -> None:
    made = show(World((TALKING,)))
    (card,) = made.calls_pane.cards.cards
    age = made.window.strip.age
    assert not age.isVisible()
    made.world.link.publish(LinkStatus(LinkState.RECOVERING, NOW - 600))
    assert age.isVisible()
    assert age.text() == "Not live since 10:32. Calls may be missing, or over by now."
    made.world.link.publish(LinkStatus(LinkState.RECOVERING, NOW - 600, barred_until=NOW + 3 * 3600))
    assert age.text() == "Not live since 10:32 and not before 13:42. Calls may be missing, or over by now."
    assert made.calls_pane.cards.cards == (card,)
    assert card._stale, "it is painted without the colour of a call that is followed"
    made.world.link.publish(LinkStatus(LinkState.LIVE, NOW))
    assert not age.isVisible()
    assert not card._stale


def test_when_the_session_is_over_clocks_stand_still_and_every_pane_with_calls_says_since_when(
    show: Show,
) -> None:
    made = show(World((TALKING,)))
    made.window.show_call(TALKING)
    detail = made.window.columns.detail
    assert detail
    made.world.stopped_at = NOW - 120
    made.world.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW - 120))
    made.ticker.ticked.emit()
    said_there = "As of 10:40. Sign in to see what came after that."
    for pane in (Pane.HISTORY, Pane.DIAL, Pane.SETTINGS, Pane.CALLS):
        made.window.show_pane(pane)
        assert made.window.strip.age.isVisible()
        assert made.window.strip.age.text() == said_there
        assert [line._clock for line in made.window.strip.lines] == ([] if pane is Pane.CALLS else ["02:12"])
    assert made.calls_pane.cards.cards[0].accessibleName().endswith("On a call 02:12")
    assert detail.live.pill.accessibleName() == "On a call 02:12"
    made.world.changes.publish(over(TALKING))
    for pane, told in ((Pane.HISTORY, True), (Pane.DIAL, False), (Pane.SETTINGS, False), (Pane.CALLS, True)):
        made.window.show_pane(pane)
        assert made.window.strip.age.isVisible() is told


def test_twenty_events_a_second_leave_time_to_spare(show: Show) -> None:
    """The budget is 16 ms from event to paint, most of it for others; a shared machine gets slack."""
    made = show(World((TALKING,)))
    pane = made.calls_pane
    spent = []
    for number in range(40):
        ringing = call(f"n{number}", age=1)
        for change in (
            began(ringing),
            became(ringing, stage=Stage.CONNECTED, answered_at=NOW),
            over(ringing),
        ):
            start = perf_counter()
            made.world.changes.publish(change)
            pane.repaint()
            spent.append(perf_counter() - start)
    assert sorted(spent)[len(spent) // 2] < 0.016


def test_the_one_that_is_shown_in_full_is_marked(show: Show) -> None:
    made = show(World((TALKING, RINGING)))
    made.window.resize(900, 720)
    pane = made.calls_pane
    pane.cards.cards[1].click()
    assert [card.current for card in pane.cards.cards] == [False, True]
    pane.recent.rows[2].click()
    assert not any(card.current for card in pane.cards.cards)
    assert [row.current for row in pane.recent.rows].index(True) == 2


@pytest.mark.parametrize("pressed", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_keys_choose_too(qtbot: QtBot, show: Show, pressed: Qt.Key) -> None:
    made = show(World((TALKING,)))
    pane = made.calls_pane
    with qtbot.waitSignal(pane.call_chosen, check_params_cb=lambda chosen: chosen == TALKING):
        QTest.keyClick(pane.cards.cards[0], pressed)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (call(number=""), "Incoming call"),
        (call(number="+16505550180"), "Incoming call"),
        (call(number="+16505550180", direction=Direction.OUTBOUND), "Outgoing call"),
    ],
)
def test_a_call_of_which_little_is_known_says_what_is(told: Call, says: str) -> None:
    number = "+1 650 555 0180" if told.peer_number else ""
    assert call_detail(told, Who(number or "Number withheld", number, "", Source.NONE)) == says


def test_a_card_moves_with_its_call_and_keeps_the_keyboard(show: Show) -> None:
    made = show(World((TALKING, HOLDING)))
    talked, held = made.calls_pane.cards.cards
    talked.setFocus(Qt.FocusReason.TabFocusReason)
    made.world.changes.publish(became(TALKING, stage=Stage.PARKED))
    made.world.changes.publish(became(HOLDING, stage=Stage.CONNECTED))
    QApplication.processEvents()
    assert made.calls_pane.cards.cards == (held, talked)
    assert held.y() < talked.y()
    assert [card.call.key for card in (held, talked) if card.call] == ["holding", "talking"]
    assert held.accessibleName().endswith("On a call 12:40")
    made.world.changes.publish(became(TALKING, stage=Stage.RINGING))
    QApplication.processEvents()
    assert made.calls_pane.cards.cards == (talked, held)
    assert talked.y() < held.y()
    assert talked.hasFocus()


def test_one_more_call_is_no_work_for_the_other_cards(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    made = show()
    for nth in range(20):
        made.world.changes.publish(began(call(f"k{nth}")))
    ticked: list[CallCard] = []
    monkeypatch.setattr(CallCard, "tick", lambda card: ticked.append(card))
    made.world.changes.publish(began(call("one more")))
    assert ticked == [made.calls_pane.cards.cards[-1]]
