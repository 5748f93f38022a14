"""The tray: how things stand in words and pictures, a menu of plain data, and a tray that comes late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidgetAction
from pytestqt.qtbot import QtBot

from rcdesk.core.account import Availability, DndStatus, Presence, UserStatus
from rcdesk.core.calls import Stage
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.session import Phase, SessionState
from rcdesk.ui import tray, tray_icon
from rcdesk.ui.calls_model import CallsModel
from rcdesk.ui.tray import Tray, TraySource
from rcdesk.ui.tray_icon import TrayLook
from tests.ui.world import NOW, RINGING, TALKING, World, became, began, over, who


class Desktop:
    """A desktop whose tray comes and goes."""

    has_tray = True

    def __call__(self) -> bool:
        return self.has_tray


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desktop() -> Desktop:
    return Desktop()


@pytest.fixture
def made(world: World, desktop: Desktop, qapp: QApplication) -> Iterator[Tray]:
    source = TraySource(world.session, world.presence, world.link, world.history(), lambda: world.heard)
    shown = Tray(source, CallsModel(world.changes, who, world.names, world.clock, world.link), desktop)
    yield shown
    shown.close()


def texts(made: Tray) -> list[str]:
    return [entry.text for entry in made.entries() if entry.text]


def test_the_menu_offers_what_the_product_promises(made: Tray) -> None:
    assert texts(made) == [
        "Open rcdesk",
        "Dial…",
        "Missed (2)",
        "Karla Rossi · 12 min",
        "+1 650 555 0147 · 31 min",
        *(text for text in texts(made) if text.startswith(("Finn", "Anna", "Martin"))),
        "Available",
        "Busy",
        "Do not disturb",
        "Invisible",
        "Sign out",
        "Quit",
    ]
    assert len(made._recent) == 5


def test_the_menu_is_plain_data(made: Tray) -> None:
    made._fill_menu()
    assert [action.text() for action in made.menu.actions() if action.text()] == texts(made)
    assert not any(isinstance(action, QWidgetAction) for action in made.menu.actions())


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Open rcdesk", "open_asked"),
        ("Dial…", "dial_asked"),
        ("Missed (2)", "missed_asked"),
        ("Sign out", "sign_out_asked"),
        ("Quit", "quit_asked"),
    ],
)
def test_each_entry_is_a_wish(qtbot: QtBot, made: Tray, text: str, signal: str) -> None:
    made._fill_menu()
    action = next(action for action in made.menu.actions() if action.text() == text)
    with qtbot.waitSignal(getattr(made, signal)):
        action.trigger()


def test_a_recent_call_can_be_called_back_and_a_withheld_one_cannot(
    qtbot: QtBot, world: World, made: Tray
) -> None:
    world.records = world.records[1:2] + world.records[-1:]
    world.stale.publish(None)
    entries = {entry.text.split(" · ")[0]: entry for entry in made.entries()}
    assert entries["Number withheld"].do is None
    call_back = entries["+1 650 555 0147"].do
    assert call_back is not None
    with qtbot.waitSignal(made.call_back_asked, check_params_cb=lambda number: number == "+16505550147"):
        call_back()


def test_presence_shows_what_is_and_asks_for_what_is_wished(qtbot: QtBot, world: World, made: Tray) -> None:
    world.presence.publish(Presence(UserStatus.BUSY, DndStatus.TAKE_ALL))
    entries = {entry.text: entry for entry in made.entries()}
    checked = [text for text, entry in entries.items() if entry.checked]
    assert checked == ["Busy"]
    wish = entries["Do not disturb"].do
    assert wish is not None
    with qtbot.waitSignal(made.presence_asked, check_params_cb=lambda w: w is Availability.DO_NOT_DISTURB):
        wish()


def test_nothing_is_checked_while_presence_is_not_known(world: World, made: Tray) -> None:
    world.presence.publish(Presence())
    assert not any(entry.checked for entry in made.entries())


def test_signed_out_it_offers_to_sign_in_and_no_presence(world: World, made: Tray) -> None:
    world.session.publish(SessionState())
    assert "Sign in…" in texts(made)
    assert "Sign out" not in texts(made)
    assert "Available" not in texts(made)


def test_with_an_expired_session_the_person_may_still_sign_out(world: World, made: Tray) -> None:
    world.session.publish(replace(world.session.value, phase=Phase.EXPIRED))
    assert "Sign out" in texts(made)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (LinkState.LIVE, "Live since"),
        (LinkState.RECOVERING, "Recovering since"),
        (LinkState.POLLING, "Polling since"),
        (LinkState.SIGNED_OUT, "Signed out, not live since"),
    ],
)
def test_the_tooltip_says_how_the_link_stands(world: World, made: Tray, state: LinkState, word: str) -> None:
    world.link.publish(LinkStatus(state, NOW - 60))
    assert word in made.tooltip()


def test_the_tooltip_names_calls_missed_calls_and_do_not_disturb(world: World, made: Tray) -> None:
    world.changes.publish(began(RINGING))
    world.presence.publish(Presence(UserStatus.AVAILABLE, DndStatus.TAKE_NONE))
    lines = made.tooltip().splitlines()
    assert lines[:4] == ["rcdesk", "Ringing: Martin Olsen", "2 missed calls", "Do not disturb"]


@pytest.mark.parametrize(
    ("profile", "told"), [("default", "rcdesk"), ("demo", "rcdesk"), ("work", "rcdesk – work")]
)
def test_the_tooltip_names_a_profile_that_is_one_of_several(
    world: World, made: Tray, profile: str, told: str
) -> None:
    made._source = replace(made._source, profile=profile)
    assert made.tooltip().splitlines()[0] == told


def test_no_call_rings_on_once_nobody_is_signed_in(world: World, made: Tray) -> None:
    world.changes.publish(began(RINGING))
    world.link.publish(LinkStatus(LinkState.RECOVERING, NOW))
    assert "Ringing: Martin Olsen" in made.tooltip()
    world.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW))
    assert "Martin Olsen" not in made.tooltip()
    assert "Ringing: Martin Olsen" not in texts(made)
    assert not made.look().ringing


def test_the_tooltip_says_when_the_last_event_came(world: World, made: Tray) -> None:
    assert not any(line.startswith("Last event") for line in made.tooltip().splitlines())
    world.heard = NOW - 60
    at = datetime.fromtimestamp(NOW - 60, UTC).astimezone()
    assert made.tooltip().splitlines()[-1] == f"Last event: {at:%H:%M}"
    world.heard = NOW - 86400
    assert made.tooltip().splitlines()[-1] == f"Last event: Yesterday, {at:%H}:42"


def test_what_the_host_was_told_is_brought_up_to_date_now_and_then(
    qtbot: QtBot, world: World, made: Tray
) -> None:
    assert made.icon
    qtbot.waitUntil(lambda: made.icon is not None and "Live" in made.icon.toolTip())
    qtbot.waitUntil(lambda: not made._later.isActive())
    world.heard = NOW - 60
    made.refresh()
    qtbot.waitUntil(lambda: made.icon is not None and "Last event" in made.icon.toolTip())


def test_live_calls_stand_in_the_menu_until_they_end(world: World, made: Tray) -> None:
    world.changes.publish(began(RINGING))
    assert "Ringing: Martin Olsen" in texts(made)
    world.changes.publish(became(RINGING, stage=Stage.CONNECTED))
    assert "On a call: Martin Olsen" in texts(made)
    world.changes.publish(over(RINGING))
    assert not any("Martin Olsen" in text and ": " in text for text in texts(made))


def test_the_picture_follows(qtbot: QtBot, world: World, made: Tray) -> None:
    assert made.look() == TrayLook(LinkState.LIVE, do_not_disturb=False, missed=2, ringing=False)
    world.changes.publish(began(RINGING))
    world.link.publish(LinkStatus(LinkState.POLLING, NOW))
    world.missed.publish(0)
    assert made.look() == TrayLook(LinkState.POLLING, do_not_disturb=False, missed=0, ringing=True)
    qtbot.waitUntil(lambda: made._look == made.look())
    world.changes.publish(became(RINGING, stage=Stage.CONNECTED))
    qtbot.waitUntil(lambda: made._look is not None and not made._look.ringing)


LOOKS = [
    *(TrayLook(state) for state in LinkState),
    TrayLook(LinkState.LIVE, do_not_disturb=True),
    TrayLook(LinkState.RECOVERING, do_not_disturb=True),
    TrayLook(LinkState.LIVE, missed=2),
    TrayLook(LinkState.LIVE, missed=12),
    TrayLook(LinkState.LIVE, ringing=True),
]


def test_no_two_states_look_alike(qapp: QApplication) -> None:
    by_word = {}
    for look in LOOKS:
        picture = tray_icon.draw(look).pixmap(22).toImage()
        for other, seen in by_word.items():
            assert picture != seen, (look, other)
        by_word[look] = picture


def test_the_picture_has_every_size_that_trays_ask_for(qapp: QApplication) -> None:
    icon = tray_icon.draw(TrayLook(LinkState.LIVE))
    assert {size.width() for size in icon.availableSizes()} == set(tray_icon.SIZES)


def test_without_a_tray_nothing_may_hide_in_it(world: World, desktop: Desktop, made: Tray) -> None:
    assert made.available
    desktop.has_tray = False
    made.refresh()
    assert not made.available
    assert made.geometry == QRect()
    assert made._seeker.interval() == tray.LOOK_AGAIN


def test_a_tray_that_comes_late_gets_a_new_icon(qtbot: QtBot, desktop: Desktop, made: Tray) -> None:
    first = made.icon
    desktop.has_tray = False
    made.refresh()
    desktop.has_tray = True
    with qtbot.waitSignal(made.available_changed, check_params_cb=lambda there: there):
        made._seeker.timeout.emit()
    assert made.icon is not None
    assert made.icon is not first
    assert made.icon.contextMenu() is made.menu
    assert made._seeker.interval() == tray.LOOK_AFTER


def test_an_icon_that_a_tray_has_lost_is_shown_again(made: Tray) -> None:
    assert made.icon is not None
    made.icon.hide()
    made.refresh()
    assert made.icon.isVisible()


def test_a_tray_that_is_gone_hears_nothing(world: World, desktop: Desktop, qapp: QApplication) -> None:
    import shiboken6

    source = TraySource(world.session, world.presence, world.link, world.history(), lambda: world.heard)
    gone = Tray(source, CallsModel(world.changes, who, world.names, world.clock, world.link), desktop)
    gone.close()
    shiboken6.delete(gone)
    world.missed.publish(7)
    world.stale.publish(None)  # either would raise: the C++ object is deleted


def test_a_click_opens_the_window(qtbot: QtBot, made: Tray) -> None:
    assert made.icon is not None
    with qtbot.waitSignal(made.open_asked):
        made.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    with qtbot.assertNotEmitted(made.open_asked):
        made.icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)


def test_the_menu_is_built_anew_only_when_something_changed(world: World, made: Tray) -> None:
    made._fill_menu()
    first = made.menu.actions()[0]
    made._fill_menu()
    assert made.menu.actions()[0] is first
    world.changes.publish(began(TALKING))
    made._fill_menu()
    assert "On a call: Anna Weber" in [action.text() for action in made.menu.actions()]
