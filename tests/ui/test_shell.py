"""The shell over real services: the program's own assembly, with nobody signed in and nothing on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from rcdesk import app, surroundings
from rcdesk.config import Config, paths_for
from rcdesk.core.account import Account
from rcdesk.core.away import Summary
from rcdesk.core.calls import Call, Direction, Leg, Report, Stage
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.history import Filter
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.feed import Feed
from rcdesk.services.pacers import Pacers
from rcdesk.services.ring_test import Step
from rcdesk.services.session import Phase, Session, SessionState
from rcdesk.services.tasks import Nursery
from rcdesk.store.database import Database
from rcdesk.store.history import HistoryStore
from rcdesk.store.penalties import PenaltyStore
from rcdesk.store.schema import MIGRATIONS
from rcdesk.store.settings import SettingsStore
from rcdesk.store.vault import Vault
from rcdesk.ui import ringer, words
from rcdesk.ui.away_card import AwayCard
from rcdesk.ui.diagnostic_parts import LinkPart
from rcdesk.ui.diagnostic_words import as_text
from rcdesk.ui.history_pane import HistoryPane
from rcdesk.ui.navigation import Pane
from rcdesk.ui.ring_card import SWITCHED_OFF
from rcdesk.ui.ring_test_view import lines
from rcdesk.ui.session_words import SIGN_IN_TO_CALL
from rcdesk.ui.settings_pane import SettingsPane
from rcdesk.ui.shell import Shell
from rcdesk.ui.shell_services import Services
from tests.helpers.wait import until
from tests.ui.form_samples import BEGUN, UNDER_WAY
from tests.ui.world import NOW


@asynccontextmanager
async def shell(path: Path | None = None) -> AsyncIterator[tuple[Shell, Services]]:
    """Give the furnished shell and its services, over a database at `path` or in memory; the window is not shown."""
    bugs: list[BaseException] = []
    problems: Feed[Problem] = Feed()
    async with AsyncExitStack() as opened:
        nursery = Nursery(problems.publish, bugs.append)
        settings, vault = SettingsStore(None), Vault(None)
        database = Database(path, MIGRATIONS)
        for part in (settings, vault, database):
            opened.callback(part.close)
        await database.open()
        session = Session(nursery, vault, settings, lambda: NOW, Pacers(PenaltyStore(None)))
        opened.push_async_callback(session.close)
        await opened.enter_async_context(nursery)
        demo = app.Demo(nursery, session, opened, lively=False)
        services = app._build(
            Config("test", paths_for("test"), demo=True),
            nursery, session, settings, HistoryStore(database), problems, lambda: NOW, demo,
        )  # fmt: skip
        opened.callback(services.calls.close)
        opened.callback(services.link.close)
        opened.callback(services.away.close)
        qapp = QApplication.instance()
        assert isinstance(qapp, QApplication)
        made = Shell(qapp, services, profile="test", quit_asked=lambda: None)
        opened.callback(made.close)
        made.furnish()
        yield made, services
    assert bugs == []


def ringing(sequence: int, session: str) -> Report:
    """Return the report of one call that rings."""
    leg = Leg(session, Direction.INBOUND, Stage.RINGING, from_number="+16505550133", started_at=NOW)
    return Report("101", sequence, NOW, (leg,), 1)


async def test_tray_and_cards_tell_which_profile_they_are_of() -> None:
    async with shell() as (made, services):
        services.calls.take(ringing(1, "7"))
        assert made.cards
        assert made.tray
        (key,) = made.cards._popups.keys
        card = made.cards._popups.card(key)
        assert card
        assert card.face
        assert card.face.lines[-1] == "profile test"
        assert made.tray.tooltip().splitlines()[0] == "rcdesk – test"


async def test_a_card_is_on_its_way_before_the_window_moves_its_rows() -> None:
    async with shell() as (made, services):
        services.calls.take(ringing(1, "7"))
        assert made.cards
        shown = made.cards._popups.keys
        assert len(shown) == 1
        assert made._model.calls == ()
        await until(lambda: made._model.calls)
        assert [call.key for call in made._model.calls] == list(shown)


async def test_the_clocks_of_a_call_show_the_time_of_the_platform_that_dates_it() -> None:
    async with shell() as (made, services):
        services.calls.ahead = lambda: -600.0
        leg = Leg("7", Direction.INBOUND, Stage.RINGING, from_number="+16505550133", started_at=NOW - 605)
        services.calls.take(Report("101", 1, NOW - 600, (leg,), 1))
        assert made.cards
        (key,) = made.cards._popups.keys
        made.cards._popups.card(key).tick()
        assert made.cards._popups.card(key)._pill_text == "0:05"
        await until(lambda: made._model.calls)
        assert words.call_clock(made._model.calls[0], made._model.clock()) == "0:05"


async def test_all_about_a_call_of_the_history_and_its_note_are_shown_where_they_are_asked_for() -> None:
    call = Call("k", "s", Stage.ENDED, Direction.INBOUND, "+13025550101", "", "101", "", NOW, None, NOW + 9)
    async with shell() as (made, services):
        await services.history._store.add_live(call, NOW + 9)
        (record,) = await services.history.since(NOW)
        made.window.show()
        made.window.show_pane(Pane.HISTORY)
        pane = made.window.pane(Pane.HISTORY)
        assert isinstance(pane, HistoryPane)
        pane.detail_asked.emit(record)
        shown = made.window.columns.the_detail().past
        assert shown.isVisible()
        assert shown.record == record
        made.window.show_pane(Pane.HISTORY)
        pane.note_asked.emit(record)
        assert shown.isVisible()
        assert made.window.focusWidget() is shown.note.field


async def test_the_rows_follow_every_change_in_its_order() -> None:
    async with shell() as (made, services):
        services.calls.take(ringing(1, "7"))
        answered = Leg("7", Direction.INBOUND, Stage.CONNECTED, from_number="+16505550133", started_at=NOW)
        services.calls.take(Report("101", 2, NOW + 1, (answered,), 1))
        await until(lambda: [call.stage for call in made._model.calls] == [Stage.CONNECTED])
        over = Leg("7", Direction.INBOUND, Stage.ENDED, started_at=NOW, final=True)
        services.calls.take(Report("101", 3, NOW + 2, (over,), 0))
        await until(lambda: not made._model.calls)


async def test_what_comes_from_outside_gets_the_keyboard_only_with_the_token_of_the_users_own_act() -> None:
    async with shell() as (made, _):
        done: list[str] = []
        made.window.bring_up = lambda: done.append("in front")  # type: ignore[method-assign]
        made.window.ask_to_be_seen = lambda: done.append("seen")  # type: ignore[method-assign]
        for token in ("", "a click", "a click", "another"):
            made.bring_up(token)
        assert done == ["seen", "in front", "seen", "in front"]


async def test_a_link_fills_the_pad_and_gives_no_key_the_right_to_dial() -> None:
    async with shell() as (made, _):
        made.fill_from_outside("tel:+16505550147")
        assert made.window.current_pane is Pane.DIAL
        assert made._dial_pad().field.text() == "+1 650 555 0147"
        assert made._dial_pad()._enter.unseen
        assert not made.window.isVisible(), "to show it is another wish"
        made.fill("+16505550147")
        assert not made._dial_pad()._enter.unseen


@pytest.mark.parametrize(
    ("link", "said", "typed"),
    [
        (
            "tel:abc",
            "“abc” cannot be called. This has letters in it; type the digits instead.",
            "abc",
        ),
        ("tel:", "There is no number in the link.", ""),
        ("tel:+16505550147", "+1 650 555 0147 is in the dial pad. Sign in to call it.", "+1 650 555 0147"),
        (
            "tel:" + 60 * "x",
            f"“{30 * 'x'}…” cannot be called. This has letters in it; type the digits instead.",
            60 * "x",
        ),
    ],
)
async def test_what_a_link_brings_is_told_at_once_although_nobody_is_signed_in(
    link: str, said: str, typed: str
) -> None:
    async with shell() as (made, services):
        failed = Problem("You are not signed in.", "Try again.", Kind.OFFLINE)
        services.session.state.publish(SessionState(problem=failed))
        made.fill_from_outside(link)
        page = made.window.signed_out.findChildren(QLabel)
        assert [label.text() for label in page][-1] == f"{said}\n\n{failed}"
        assert made._dial_pad().field.text() == typed
        made.window.show_pane(Pane.CALLS)
        assert page[-1].text() == str(failed)
        services.session.state.publish(SessionState(Phase.SIGNED_IN, Account("1", "101", "101", "Dana")))
        services.session.state.publish(SessionState())
        made.window.show_pane(Pane.DIAL)
        assert page[-1].text() == SIGN_IN_TO_CALL, "it was to be seen in the pad meanwhile"


async def test_a_call_that_is_placed_is_shown_anew_with_each_step_of_it() -> None:
    async with shell() as (made, services):
        shown: list[None] = []
        made._model.refresh = lambda: shown.append(None)  # type: ignore[method-assign]
        services.dialer.progress.publish(BEGUN)
        assert len(shown) == 1
        assert made._model._as_shown == services.dialer.as_shown
        made.close()
        services.dialer.progress.publish(UNDER_WAY)
        assert len(shown) == 1


async def test_the_card_of_a_sleep_leads_to_the_history_whatever_was_shown_there() -> None:
    async with shell() as (made, services):
        made._show_missed()
        services.away.summaries.publish(Summary(NOW - 5700, NOW, slept=True, counts=(("missed", 3),)))
        assert made.cards
        card = made.cards._popups.card(AwayCard.KEY)
        assert card
        shown, show = list[Pane](), made.window.show_pane
        made.window.show_pane = lambda pane: (shown.append(pane), show(pane))  # type: ignore[method-assign,assignment]
        card.open_asked.emit()
        assert shown == [Pane.HISTORY]
        pane = made.window.pane(Pane.HISTORY)
        assert isinstance(pane, HistoryPane)
        assert pane.filters.value is Filter.ALL
        assert made.cards._popups.keys == ()


async def test_the_network_is_asked_of_qt_only_after_trouble() -> None:
    async with shell() as (made, services):
        told: list[None] = []
        services.link.on_network = lambda: told.append(None)  # type: ignore[method-assign]
        listeners = services.link.status._listeners
        before = len(listeners)
        hearing = asyncio.get_running_loop().create_task(surroundings.hear_of_network(services, made))
        for state in (LinkState.CONNECTING, LinkState.LIVE, LinkState.POLLING):
            await asyncio.sleep(0)
            services.link.status.publish(LinkStatus(state, NOW))
        await asyncio.sleep(0)
        assert len(listeners) == before + 1, "it still waits for trouble"
        assert not made.findChildren(QObject, "network")
        services.link.status.publish(LinkStatus(LinkState.RECOVERING, NOW))
        await hearing
        (network,) = made.findChildren(QObject, "network")
        network.changed.emit()
        assert told == [None]
        assert services.session._again.is_set()


async def test_a_server_that_is_away_at_the_start_is_trouble_as_well() -> None:
    async with shell() as (made, services):
        hearing = asyncio.get_running_loop().create_task(surroundings.hear_of_network(services, made))
        await asyncio.sleep(0)
        services.session.state.publish(SessionState(Phase.SIGNING_IN))
        await asyncio.sleep(0)
        assert not made.findChildren(QObject, "network")
        away = Problem("You are not signed in.", "Wait.", Kind.OFFLINE)
        services.session.state.publish(SessionState(Phase.SIGNING_IN, problem=away))
        await hearing
        assert made.findChildren(QObject, "network")


async def test_whoever_tells_of_the_time_away_knows_whose_it_was() -> None:
    async with shell() as (_made, services):
        account = Account("1", "2", "101", "Dana Novak")
        services.session.state.publish(SessionState(Phase.SIGNED_IN, account))
        assert services.away._whose._key == account.key


async def test_a_sign_in_that_waits_for_the_server_hears_of_every_reason_to_try_again() -> None:
    async with shell() as (made, services):
        woken: list[str] = []
        services.session.retry = lambda: woken.append("session")  # type: ignore[method-assign]
        services.link.retry = lambda: woken.append("link")  # type: ignore[method-assign]
        services.awake.woke.publish(NOW)
        assert woken == ["session"]
        made.window.banner.retry_asked.emit()
        assert woken == ["session", "session", "link"]


async def test_a_closed_shell_listens_no_more() -> None:
    async with shell() as (made, services):
        made.close()
        services.calls.take(ringing(1, "7"))
        await until(lambda: services.calls.calls)
        assert made._model.calls == ()


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep away from the real folders of whoever runs the tests."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))


async def test_a_ring_test_reaches_the_screen_and_its_card_leads_back_to_the_settings() -> None:
    async with shell() as (made, services):
        services.ring_test._rings = 0.3
        services.ring_test.start()
        assert made.cards
        popups = made.cards._popups
        await until(lambda: (now := services.ring_test.progress.value) and now.reached is Step.SHOWN)
        (key,) = popups.keys
        assert made._model.calls == ()
        shown, show = list[Pane](), made.window.show_pane
        made.window.show_pane = lambda pane: (shown.append(pane), show(pane))  # type: ignore[method-assign,assignment]
        popups.open_asked.emit(key)
        assert shown == [Pane.SETTINGS]
        await until(lambda: (now := services.ring_test.progress.value) and now.over)
        assert services.history.missed.value == 0


async def test_a_ring_test_stops_at_the_card_where_cards_are_switched_off() -> None:
    async with shell() as (_made, services):
        services.preferences.update(popups=False)
        services.ring_test.start()
        now = await until(lambda: (now := services.ring_test.progress.value) and now.over and now)
        assert (now.reached, now.why) == (Step.FOLLOWED, SWITCHED_OFF)


async def test_everything_on_screen_says_since_when_calls_are_not_followed(qtbot: QtBot) -> None:
    """Whatever the link has gone through meanwhile."""
    async with shell() as (made, services):
        gone = (
            (LinkState.LIVE, NOW - 900),
            (LinkState.RECOVERING, NOW - 600),
            (LinkState.SIGNED_OUT, NOW - 60),
        )
        for state, since in gone:
            services.link.status.publish(LinkStatus(state, since))
        page = made._panes.diagnostics()
        qtbot.addWidget(page)
        await until(lambda: page.parts)
        assert isinstance(page.parts[0], LinkPart)
        assert page.parts[0].facts.values["State"].text() == "Signed out, not live since 10:32"
        assert made._model.age.startswith("As of 10:32.")
        settings = made.window.pane(Pane.SETTINGS)
        assert isinstance(settings, SettingsPane)
        settings.slices.finish()
        assert settings._now is not None
        assert settings._now.text() == "Now: Signed out, not live since 10:32"
        services.ring_test.start()
        await until(lambda: settings.ring_test.steps)
        assert next(lines(services.ring_test.progress.value, NOW))[2] == "Signed out, not live since 10:32"


async def test_the_diagnostics_tell_of_the_services_and_redact_what_is_copied() -> None:
    async with shell() as (made, services):
        services.link.last_heard = NOW - 12
        services.session.state.publish(SessionState(Phase.SIGNED_IN, kept=True))
        services.secrets_kept.publish("that of +1 650 555 0147")
        page = made._panes.diagnostics()
        try:
            await until(lambda: page.parts)
            assert isinstance(page.parts[0], LinkPart)
            told = page.parts[0].facts.values
            assert (told["State"].text(), told["Last event"].text()) == ("Not connected", "12 s ago")
            assert as_text(page._source).count("…47") == 1
            assert page._source.places == services.places
        finally:
            page.deleteLater()


async def test_a_sound_goes_with_a_card_if_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # the test's machine is not to ring
    async with shell() as (made, services):
        assert made.ringer
        assert made.cards
        services.calls.take(ringing(1, "7"))
        assert not made.ringer.ringing, "it is not wanted unless it was chosen"
        made.cards.clear()
        services.preferences.update(sound=True)
        services.calls.take(ringing(2, "8"))
        assert made.ringer.ringing
        made.cards.clear()
        assert not made.ringer.ringing
        services.calls.take(ringing(3, "9"))
        services.preferences.update(sound=False)
        made._on_preference("sound")
        assert not made.ringer.ringing


@pytest.mark.parametrize("played", [True, False])
async def test_a_ring_test_hears_what_became_of_the_sound(
    played: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    async with shell() as (made, services):
        services.preferences.update(sound=True)
        services.ring_test._rings = 0.0
        assert made.ringer
        if played:
            monkeypatch.setattr(made.ringer, "ring", lambda: made.ringer and made.ringer.played.emit("one"))
        services.ring_test.start()
        progress = await until(lambda: (now := services.ring_test.progress.value) and now.over and now)
        assert (progress.reached, progress.why) == (
            (Step.PLAYED, "") if played else (Step.SHOWN, ringer.NO_PLAYER)
        )
