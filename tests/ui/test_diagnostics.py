"""The diagnostics: what they tell, that they are only kept up to date while they are seen, and what is copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from rcdesk.core.account import Account
from rcdesk.core.pacing import Budget
from rcdesk.core.subscription import LinkState, LinkStatus, Transport
from rcdesk.logs import redact
from rcdesk.services.feed import Latest
from rcdesk.services.session import Phase, SessionState
from rcdesk.ui import diagnostic_parts, diagnostics
from rcdesk.ui.budget_row import BudgetRow, left
from rcdesk.ui.diagnostic_parts import BudgetsPart, LinkPart
from rcdesk.ui.diagnostic_words import DiagnosticsSource, as_text, computer_facts, link_facts
from rcdesk.ui.diagnostics import Diagnostics
from rcdesk.ui.preferences import Place
from rcdesk.ui.ticker import Ticker
from tests.ui.form_samples import NOW, at

HEAVY = Budget("Heavy", 10, 7, NOW + 40, None)
BARRED = Budget("Light", 50, 0, NOW + 60, at(10, 42))
DANA = Account("1", "101", "101", "Dana Novak")
INSIDE = SessionState(Phase.SIGNED_IN, DANA, kept=True, server="https://platform.ringcentral.com")


@dataclass
class World:
    """What there is to be told, and how often it was asked for."""

    session: Latest[SessionState] = field(default_factory=lambda: Latest(INSIDE))
    link: Latest[LinkStatus] = field(
        default_factory=lambda: Latest(LinkStatus(LinkState.LIVE, at(8, 12), Transport.WEBSOCKET))
    )
    heard: float | None = NOW - 12
    checked: float | None = NOW - 100
    budgets: tuple[Budget, ...] = (HEAVY,)
    kept: Latest[str] = field(default_factory=lambda: Latest("GNOME keyring"))
    places: tuple[Place, ...] = (Place("Calls", "/data/kept/calls.db"), Place("Log", ""))
    asked: int = 0

    def source(self) -> DiagnosticsSource:
        def budgets() -> tuple[Budget, ...]:
            self.asked += 1
            return self.budgets

        return DiagnosticsSource(
            session=self.session,
            link=self.link,
            last_heard=lambda: self.heard,
            last_checked=lambda: self.checked,
            budgets=budgets,
            secrets_kept=self.kept,
            version="0.1.0",
            places=self.places,
            redact=redact,
            clock=lambda: NOW,
        )


@pytest.fixture
def world() -> World:
    return World()


Shown = Callable[[], tuple[Diagnostics, Ticker]]


@pytest.fixture
def shown(qtbot: QtBot, world: World) -> Shown:
    def show() -> tuple[Diagnostics, Ticker]:
        ticker = Ticker()
        page = Diagnostics(world.source(), ticker)
        qtbot.addWidget(page)
        page.resize(420, 600)
        page.show()
        qtbot.waitUntil(lambda: len(page.parts) == 4 and page.parts[3].isVisible())
        return page, ticker

    return show


def told(page: Diagnostics) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def test_how_the_link_and_the_sign_in_stand(world: World) -> None:
    assert link_facts(world.source()) == {
        "State": "Live since 08:12",
        "Push": "WebSocket",
        "Last event": "12 s ago",
        "Last check": "100 s ago",
        "Account": "ext. 101 · platform.ringcentral.com",
        "Sign-in kept": "In the system’s keyring (GNOME keyring)",
    }


def test_what_is_not_known_yet_is_said_to_be_so(world: World) -> None:
    world.heard = world.checked = None
    world.session.publish(SessionState())
    world.link.publish(LinkStatus())
    world.kept.publish("")
    assert link_facts(world.source()) == {
        "State": "Not connected",
        "Push": "None just now",
        "Last event": "None since rcdesk was started",
        "Last check": "Not yet compared with the server",
        "Account": "Nobody is signed in",
        "Sign-in kept": "None",
    }


def test_a_sign_in_for_one_run_is_not_kept(world: World) -> None:
    world.session.publish(replace(world.session.value, kept=False))
    assert link_facts(world.source())["Sign-in kept"] == "For this run only"
    world.session.publish(replace(world.session.value, kept=True))
    world.kept.publish("")
    assert link_facts(world.source())["Sign-in kept"] == "In the system’s keyring"


def test_what_it_runs_on(world: World, qtbot: QtBot) -> None:
    facts = computer_facts(world.source())
    assert list(facts) == ["rcdesk", "Python", "Qt", "System", "Screens"]
    assert all(facts.values())
    assert facts["rcdesk"] == "0.1.0"
    assert facts["Screens"].endswith("at 100%")


def test_a_budget_is_told_in_words_and_a_throttled_one_until_when() -> None:
    assert left(HEAVY) == "7 of 10"
    assert left(BARRED) == "Throttled until 10:42:07"


def test_a_budget_is_read_out(qtbot: QtBot) -> None:
    row = BudgetRow(HEAVY)
    qtbot.addWidget(row)
    assert row.accessibleName() == "Heavy: 7 of 10 left"
    row.show_budget(BARRED)
    assert row.accessibleName() == "Light: Throttled until 10:42:07"


def test_the_bar_is_as_long_as_what_is_left(qtbot: QtBot) -> None:
    row = BudgetRow(HEAVY)
    qtbot.addWidget(row)
    row.resize(200, row.height())

    def coloured() -> int:
        picture = row.grab().toImage()
        middle = picture.height() - 6
        ground = picture.pixelColor(195, middle)
        return sum(picture.pixelColor(x, middle) != ground for x in range(195))

    assert coloured() in range(138, 143)
    row.show_budget(BARRED)
    assert coloured() <= 2  # the end of the groove is round


def test_it_is_brought_up_to_date_while_it_is_seen_and_never_else(shown: Shown, world: World) -> None:
    page, ticker = shown()
    assert ticker.running
    world.link.publish(LinkStatus(LinkState.RECOVERING, at(9, 0)))
    world.budgets = (HEAVY, BARRED)
    ticker.ticked.emit()
    assert "Recovering since 09:00" in told(page)
    budgets = next(part for part in page.parts if isinstance(part, BudgetsPart))
    assert list(budgets.rows) == ["Heavy", "Light"]
    page.hide()
    asked = world.asked
    assert not ticker.running
    ticker.ticked.emit()  # others want it still
    assert world.asked == asked
    world.heard = NOW - 5
    page.show()
    assert "5 s ago" in told(page)
    assert ticker.running


def test_a_group_that_goes_on_keeps_its_row(shown: Shown, world: World) -> None:
    page, ticker = shown()
    budgets = next(part for part in page.parts if isinstance(part, BudgetsPart))
    row = budgets.rows["Heavy"]
    world.budgets = (Budget("Heavy", 10, 6, NOW, None),)
    ticker.ticked.emit()
    assert budgets.rows["Heavy"] is row
    assert row.accessibleName() == "Heavy: 6 of 10 left"
    assert diagnostic_parts.COUNTED in told(page)
    world.budgets = ()
    ticker.ticked.emit()
    assert budgets.rows == {}
    assert diagnostic_parts.NONE_SENT in told(page)


def test_the_state_has_an_icon_and_a_colour_beside_its_word(shown: Shown, world: World) -> None:
    page, ticker = shown()
    link = next(part for part in page.parts if isinstance(part, LinkPart))
    looks = set()
    for state in LinkState:
        world.link.publish(LinkStatus(state, at(9, 0)))
        ticker.ticked.emit()
        assert link.facts.values["State"].property("tone") == link._state._tone.value
        looks.add(link._state._name)
    assert len(looks) == len(LinkState) - 1  # connecting and recovering share theirs


def test_where_things_lie_can_be_copied_and_their_folder_opened(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        diagnostic_parts.QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile())
    )
    page, _ = shown()
    by_name = {button.accessibleName(): button for button in page.findChildren(QPushButton)}
    by_name["Copy path: Calls"].click()
    assert QGuiApplication.clipboard().text() == "/data/kept/calls.db"
    by_name["Open folder: Calls"].click()
    assert opened == ["/data/kept"]
    assert "Copy path: Log" not in by_name
    assert "not kept in this run" in told(page)


def test_all_of_it_can_be_copied_as_text(shown: Shown, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics, "COPIED_FOR", 1)
    page, _ = shown()
    page.copy.click()
    assert page.copy.text() == "Copied"
    text = QGuiApplication.clipboard().text()
    assert text.splitlines()[0] == "rcdesk diagnostics, Friday 20 November 2026, 10:42:00"
    for line in (
        "State: Live since 08:12",
        "Heavy: 7 of 10",
        "rcdesk: 0.1.0",
        "Calls: /data/kept/calls.db",
        "Log: not kept in this run",
    ):
        assert line in text.splitlines()
    assert "Dana" not in text
    qtbot.waitUntil(lambda: page.copy.text() == "Copy as text")


def test_secrets_and_numbers_are_taken_out_of_what_is_copied(world: World) -> None:
    world.session.publish(SessionState(Phase.SIGNED_IN, DANA, server="https://dana:s3cret@host.example"))
    world.places = (Place("Log", "/home/+16505550147/token=abcdef/rcdesk.log"),)
    text = as_text(world.source())
    assert "s3cret" not in text
    assert "6505550147" not in text
    assert "abcdef" not in text
    assert "ext. 101" in text
