"""What is chosen holds at once; what is shown follows the session and the link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from rcdesk.core.account import Account
from rcdesk.core.subscription import LinkState, LinkStatus, Transport
from rcdesk.services.feed import Latest
from rcdesk.services.ring_test import Progress
from rcdesk.services.session import Phase, SessionState
from rcdesk.store.vault import LOCKED
from rcdesk.ui import settings_pane
from rcdesk.ui.diagnostics import Diagnostics
from rcdesk.ui.settings_pane import SettingsPane, SettingsSource
from rcdesk.ui.widgets import Section, SectionHeader
from tests.ui import gallery_forms
from tests.ui.form_samples import NOW, FakePreferences, at

DANA = Account("1", "101", "101", "Dana Novak")
INSIDE = SessionState(Phase.SIGNED_IN, DANA, kept=True, server="https://platform.ringcentral.com")


@dataclass
class World:
    session: Latest[SessionState] = field(default_factory=lambda: Latest(INSIDE))
    link: Latest[LinkStatus] = field(default_factory=lambda: Latest(LinkStatus()))
    kept: Latest[str] = field(default_factory=lambda: Latest(""))
    ring_test: Latest[Progress | None] = field(default_factory=lambda: Latest(None))
    preferences: FakePreferences = field(default_factory=FakePreferences)
    built: list[Diagnostics] = field(default_factory=list)

    def diagnostics(self) -> Diagnostics:
        self.built.append(made := gallery_forms.diagnostics())
        return made


Shown = Callable[..., tuple[SettingsPane, World]]


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    def show(**chosen: object) -> tuple[SettingsPane, World]:
        world = World(preferences=FakePreferences(**chosen))
        source = SettingsSource(
            world.session, world.link, world.kept, "0.1.0", lambda: NOW, world.ring_test, world.diagnostics
        )
        pane = SettingsPane(source, world.preferences)
        qtbot.addWidget(pane)
        pane.resize(420, 700)
        with qtbot.waitActive(pane):
            pane.show()
        pane.slices.finish()
        return pane, world

    return show


def told(pane: SettingsPane) -> list[str]:
    return [label.text() for label in pane.findChildren(QLabel) if label.isVisible()]


def test_its_sections_are_built_with_time_between_them_for_what_is_urgent(qtbot: QtBot) -> None:
    world = World()
    source = SettingsSource(
        world.session, world.link, world.kept, "0.1.0", lambda: NOW, world.ring_test, world.diagnostics
    )
    pane = SettingsPane(source, world.preferences)
    qtbot.addWidget(pane)
    urgent: list[int] = []

    def sections() -> int:
        return len(pane.findChildren(Section))

    beat = QTimer(pane, interval=0)
    beat.timeout.connect(lambda: urgent.append(sections()))
    beat.start()
    assert sections() == 1
    world.link.publish(LinkStatus(LinkState.LIVE, NOW, Transport.WEBSOCKET))
    qtbot.waitUntil(lambda: sections() == 5)
    assert set(urgent) >= {1, 2, 3, 4}
    assert pane._now is not None
    assert pane._now.text().startswith("Now: Live over WebSocket")
    assert [section.findChild(SectionHeader).text() for section in pane.findChildren(Section)] == [
        "Account", "Appearance", "Calls", "Push", "About"
    ]  # fmt: skip


def test_who_is_signed_in_where_and_how_it_is_kept(shown: Shown) -> None:
    pane, world = shown()
    world.kept.publish("GNOME keyring")
    assert {
        "Dana Novak",
        "ext. 101 · platform.ringcentral.com",
        "Your sign-in is kept in the system’s keyring (GNOME keyring).",
    } <= set(told(pane))
    assert not pane.sign_in.isVisible()


def test_when_a_sign_in_ends_is_a_quiet_word_with_a_button_when_it_is_near(shown: Shown) -> None:
    pane, world = shown()
    world.kept.publish("GNOME keyring")
    world.session.publish(replace(INSIDE, ends_at=at(17, 30)))
    told_of = "Your sign-in is kept in the system’s keyring (GNOME keyring). Your sign-in ends today at 17:30, as your administrator has set."
    assert told_of in told(pane)
    assert not pane.sign_in.isVisible()
    world.session.publish(replace(INSIDE, ends_at=at(17, 30), ends_soon=True))
    assert pane.sign_in.isVisible()


def test_a_sign_in_that_is_not_kept_says_so_and_why(shown: Shown) -> None:
    pane, world = shown()
    world.session.publish(replace(INSIDE, kept=False))
    assert "Your sign-in is for this run only, and kept nowhere." in told(pane)
    world.session.publish(replace(INSIDE, kept=False, notice=LOCKED))
    assert LOCKED in told(pane)


def test_signing_out_and_in_are_wishes(shown: Shown, qtbot: QtBot) -> None:
    pane, world = shown()
    with qtbot.waitSignal(pane.sign_out_asked, timeout=500):
        pane.sign_out.click()
    world.session.publish(SessionState())
    assert "Not signed in" in told(pane)
    assert not pane.sign_out.isVisible()
    with qtbot.waitSignal(pane.sign_in_asked, timeout=500):
        pane.sign_in.click()


def test_a_sign_in_that_ended_is_told_and_both_ways_are_open(shown: Shown) -> None:
    pane, world = shown()
    world.session.publish(SessionState(Phase.EXPIRED, DANA, server=INSIDE.server))
    assert any("has ended" in text for text in told(pane))
    assert pane.sign_in.isVisible()
    assert pane.sign_out.isVisible()


def test_what_was_chosen_last_is_shown(shown: Shown) -> None:
    pane, _ = shown(theme="dark", popups=False, push="pubnub")
    assert (pane.theme.value, pane.popups.isChecked(), pane.push.currentData()) == ("dark", False, "pubnub")


def test_a_theme_is_chosen_by_arrow_keys_and_kept(shown: Shown, qtbot: QtBot) -> None:
    pane, world = shown()
    pane.theme.chip("system").setFocus()
    with qtbot.waitSignal(pane.preference_changed, timeout=500) as changed:
        QTest.keyClick(pane.theme.chip("system"), Qt.Key.Key_Right)
    assert (world.preferences.value.theme, changed.args) == ("light", ["theme"])


def test_a_sound_goes_with_the_cards(shown: Shown) -> None:
    pane, world = shown(sound=False)
    assert (pane.sound.isEnabled(), pane.sound.isChecked()) == (True, False)
    pane.sound.click()
    assert world.preferences.value.sound is True
    pane.popups.click()
    assert not pane.sound.isEnabled()
    assert pane.sound.isChecked(), "it is back with the cards"
    pane, _ = shown(popups=False, sound=True)
    assert (pane.sound.isEnabled(), pane.sound.isChecked()) == (False, True)


def test_popups_are_switched_by_their_words_too(shown: Shown) -> None:
    pane, world = shown()
    QTest.mouseClick(pane.popups, Qt.MouseButton.LeftButton, pos=pane.popups.rect().center())
    assert world.preferences.value.popups is False


def test_a_ring_test_is_a_wish_and_its_steps_are_told(shown: Shown, qtbot: QtBot) -> None:
    pane, world = shown()
    with qtbot.waitSignal(pane.ring_test_asked, timeout=500):
        pane.ring_test.button.click()
    world.ring_test.publish(Progress(LinkStatus(LinkState.RECOVERING, at(9, 0))))
    qtbot.waitUntil(lambda: "The way from the server was not tested" in told(pane))


def test_each_way_of_push_is_explained_and_kept(shown: Shown) -> None:
    pane, world = shown()
    for position in range(pane.push.count()):
        pane.push.setCurrentIndex(position)
        chosen = pane.push.currentData()
        assert world.preferences.value.push == chosen
        assert settings_pane.EXPLAINED[chosen] in told(pane)


def test_the_transport_of_now_is_told(shown: Shown) -> None:
    pane, world = shown()
    world.link.publish(LinkStatus(LinkState.LIVE, at(8, 12), Transport.WEBSOCKET))
    assert "Now: Live over WebSocket since 08:12" in told(pane)
    world.link.publish(LinkStatus(LinkState.POLLING, at(9, 0), Transport.POLLING))
    assert "Now: Polling since 09:00" in told(pane)
    world.link.publish(LinkStatus(LinkState.SIGNED_OUT, at(9, 0)))
    assert "Now: Signed out, not live since 09:00" in told(pane)


def test_the_diagnostics_are_built_when_they_are_first_wanted(shown: Shown) -> None:
    pane, world = shown()
    assert world.built == []
    for _ in range(2):
        pane.diagnostics.click()
        (page,) = world.built
        assert page.isVisible()
        assert not pane.diagnostics.isVisible()
        page.back.click()
        assert pane.diagnostics.isVisible()
        assert not page.isVisible()


def test_the_keyboard_goes_with_it_into_the_diagnostics_and_out_again(shown: Shown) -> None:
    pane, world = shown()
    pane.diagnostics.setFocus()
    QTest.keyClick(pane.diagnostics, Qt.Key.Key_Return)
    (page,) = world.built
    assert page.back.hasFocus()
    QTest.keyClick(page.back, Qt.Key.Key_Escape)
    assert pane.diagnostics.hasFocus()
    assert pane.diagnostics.ringed


def test_escape_among_the_settings_is_left_to_the_window(shown: Shown) -> None:
    pane, _ = shown()
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    pane.keyPressEvent(event)
    assert not event.isAccepted()
