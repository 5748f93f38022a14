"""Each way to sign in reaches the session as it was typed; what is wrong is said beside its field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from rcdesk.core.errors import Kind, Problem
from rcdesk.services.feed import Latest
from rcdesk.services.session import PRODUCTION, Browser, Jwt, Password, Phase, Server, SessionState, Way
from rcdesk.ui.login_dialog import CUSTOM, DEMO, LoginDialog

APP = Server("", "app")
ADDRESS = "https://platform.ringcentral.com/restapi/oauth/authorize?client_id=app"


@dataclass
class World:
    state: Latest[SessionState] = field(default_factory=lambda: Latest(SessionState()))
    asked: list[tuple[Server, Way, bool]] = field(default_factory=list)
    cancelled: int = 0
    demos: int = 0

    def sign_in(self, server: Server, way: Way, remember: bool) -> None:
        self.asked.append((server, way, remember))

    def cancel(self) -> None:
        self.cancelled += 1

    def start_demo(self) -> None:
        self.demos += 1


Opened = Callable[..., tuple[LoginDialog, World]]


@pytest.fixture
def opened(qtbot: QtBot) -> Opened:
    def make(defaults: Server = APP, *, demo: bool = True) -> tuple[LoginDialog, World]:
        world = World()
        start_demo = world.start_demo if demo else None
        dialog = LoginDialog(world.state, world.sign_in, world.cancel, defaults, start_demo)
        qtbot.addWidget(dialog)
        with qtbot.waitActive(dialog):
            dialog.open()
        return dialog, world

    return make


def go(dialog: LoginDialog) -> None:
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)


def told(dialog: LoginDialog) -> str:
    return " | ".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def test_the_browser_is_the_way_unless_another_is_chosen(opened: Opened) -> None:
    dialog, world = opened()
    go(dialog)
    assert world.asked == [(Server(PRODUCTION, "app"), Browser(), True)]


def test_a_jwt_by_keyboard_alone(opened: Opened) -> None:
    dialog, world = opened()
    QTest.keyClick(dialog.ways.chip(dialog.browser), Qt.Key.Key_Right)
    QTest.keyClicks(dialog.jwt.jwt.field, "head.payload.sig")
    QTest.keyClick(dialog.jwt.jwt.field, Qt.Key.Key_Return)
    assert world.asked == [(Server(PRODUCTION, "app"), Jwt("head.payload.sig"), True)]


def test_number_extension_and_password(opened: Opened) -> None:
    dialog, world = opened(Server("http://127.0.0.1:8080", "app", "secret"))
    QTest.mouseClick(dialog.ways.chip(dialog.password), Qt.MouseButton.LeftButton)
    assert "Legacy" in told(dialog)
    QTest.keyClicks(dialog.password.number.field, "+1 650 555 0101")
    QTest.keyClicks(dialog.password.extension.field, "101")
    QTest.keyClicks(dialog.password.password.field, " with blanks ")
    dialog.stay.setChecked(False)
    go(dialog)
    server, way, remember = world.asked[0]
    assert server == Server("http://127.0.0.1:8080", "app", "secret")
    assert way == Password("+16505550101", "101", " with blanks ")
    assert not remember


def test_everything_wrong_is_said_at_once_beside_its_field(opened: Opened) -> None:
    dialog, world = opened(Server("", ""))
    dialog.server.choice.setCurrentIndex(dialog.server.choice.findData(CUSTOM))
    QTest.keyClicks(dialog.address.field, "http://platform.example.com")
    QTest.mouseClick(dialog.ways.chip(dialog.password), Qt.MouseButton.LeftButton)
    go(dialog)
    assert world.asked == []
    for part in (dialog.address, dialog.client_id, dialog.password.number, dialog.password.password):
        assert part.wrong
        assert part.wrong in told(dialog)
    assert dialog.password.number.field.hasFocus(), "the first of them"
    QTest.keyClicks(dialog.address.field, "x")
    assert dialog.address.wrong == ""


def test_secrets_are_not_shown(opened: Opened) -> None:
    dialog, _ = opened()
    for secret in (dialog.jwt.jwt, dialog.password.password, dialog.client_secret):
        assert secret.field.echoMode() is QLineEdit.EchoMode.Password


def test_while_the_browser_is_awaited_its_address_can_be_copied(opened: Opened) -> None:
    dialog, world = opened()
    world.state.publish(SessionState(Phase.SIGNING_IN, browser_url=ADDRESS))
    assert dialog.browser.address.isVisible()
    dialog.browser.copy.click()
    assert QGuiApplication.clipboard().text() == ADDRESS
    assert not dialog.go.isEnabled()
    assert not dialog.client_id.isEnabled()


def test_escape_stops_signing_in_before_it_closes_anything(opened: Opened) -> None:
    dialog, world = opened()
    world.state.publish(SessionState(Phase.SIGNING_IN))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert world.cancelled == 1
    assert dialog.isVisible()
    world.state.publish(SessionState(Phase.SIGNED_OUT))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_enter_asks_once_while_signing_in(opened: Opened) -> None:
    dialog, world = opened()
    world.state.publish(SessionState(Phase.SIGNING_IN))
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert world.asked == []
    assert dialog.isVisible()


def test_a_refusal_is_told_with_its_remedy_and_the_server(opened: Opened) -> None:
    dialog, world = opened()
    problem = Problem(
        "You are not signed in.", "Check number and password.", Kind.SIGN_IN, status=400, code="OAU-140"
    )
    world.state.publish(SessionState(Phase.SIGNING_IN))
    world.state.publish(SessionState(problem=problem, server="https://platform.example.com"))
    assert "You are not signed in. Check number and password. (Server: platform.example.com)" in told(dialog)
    assert "OAU" not in told(dialog)
    world.state.publish(SessionState(Phase.SIGNING_IN))
    assert "You are not signed in." not in told(dialog)


@pytest.mark.parametrize(
    ("kind", "way", "place"),
    [
        (Kind.SIGN_IN, "password", lambda dialog: dialog.password.password.field),
        (Kind.SIGN_IN, "jwt", lambda dialog: dialog.jwt.jwt.field),
        (Kind.SIGN_IN, "browser", lambda dialog: dialog.go),
        (Kind.OFFLINE, "password", lambda dialog: dialog.go),
    ],
)
def test_after_a_refusal_the_keyboard_is_where_there_is_something_to_do(
    opened: Opened, kind: Kind, way: str, place: Callable[[LoginDialog], QWidget]
) -> None:
    dialog, world = opened()
    QTest.mouseClick(dialog.ways.chip(getattr(dialog, way)), Qt.MouseButton.LeftButton)
    dialog.client_id.setFocus()
    world.state.publish(SessionState(Phase.SIGNING_IN))
    world.state.publish(SessionState(problem=Problem("You are not signed in.", "Look.", kind)))
    assert place(dialog).hasFocus()


@pytest.mark.parametrize(
    "mend",
    [
        lambda dialog: QTest.keyClicks(dialog.password.password.field, "x"),
        lambda dialog: QTest.keyClicks(dialog.client_id.field, "x"),
        lambda dialog: QTest.mouseClick(dialog.ways.chip(dialog.jwt), Qt.MouseButton.LeftButton),
        lambda dialog: QTest.keyClick(dialog.server.choice, Qt.Key.Key_Down),
    ],
    ids=["secret", "app", "way", "server"],
)
def test_a_refusal_goes_as_soon_as_what_was_refused_is_mended(
    opened: Opened, mend: Callable[[LoginDialog], None]
) -> None:
    dialog, world = opened()
    QTest.mouseClick(dialog.ways.chip(dialog.password), Qt.MouseButton.LeftButton)
    refused = SessionState(problem=Problem("You are not signed in.", "Look.", Kind.SIGN_IN))
    world.state.publish(SessionState(Phase.SIGNING_IN))
    world.state.publish(refused)
    assert dialog.problem.isVisible()
    mend(dialog)
    assert not dialog.problem.isVisible()
    world.state.publish(replace(refused, notice="another word"))
    assert not dialog.problem.isVisible()
    world.state.publish(SessionState(Phase.SIGNING_IN))
    world.state.publish(refused)
    assert dialog.problem.isVisible(), "it was refused once more"


def test_why_the_session_is_over_stays_whatever_is_typed(opened: Opened) -> None:
    dialog, world = opened()
    over = Problem("You are signed out: it was too long.", "Sign in again.", Kind.SIGN_IN)
    world.state.publish(SessionState(Phase.EXPIRED, over=over))
    QTest.keyClicks(dialog.client_id.field, "x")
    assert dialog.problem.isVisible()


def test_what_is_said_of_the_session_meanwhile_moves_no_keyboard(opened: Opened) -> None:
    dialog, world = opened()
    dialog.client_id.setFocus()
    world.state.publish(SessionState(problem=Problem("You are signed out.", "Sign in.", Kind.SIGN_IN)))
    assert dialog.client_id.field.hasFocus()


def test_where_the_way_is_right_the_first_wrong_field_below_it_gets_the_keyboard(opened: Opened) -> None:
    dialog, world = opened(Server("", ""))
    dialog.server.choice.setCurrentIndex(dialog.server.choice.findData(CUSTOM))
    go(dialog)
    assert dialog.address.field.hasFocus()
    assert world.asked == []


def test_once_signed_in_it_closes_and_forgets_the_secrets(opened: Opened) -> None:
    dialog, world = opened(Server("", "app", "secret"))
    dialog.password.password.set_text("tr0ub4dor")
    dialog.jwt.jwt.set_text("head.payload.sig")
    world.state.publish(SessionState(Phase.SIGNING_IN))
    world.state.publish(SessionState(Phase.SIGNED_IN))
    assert not dialog.isVisible()
    for secret in (dialog.jwt.jwt, dialog.password.password, dialog.client_secret):
        assert secret.field.text() == ""


def test_signing_in_again_before_the_end_is_told_apart_from_the_session_of_before(opened: Opened) -> None:
    dialog, world = opened()
    inside = SessionState(Phase.SIGNED_IN)
    refused = replace(inside, problem=Problem("You were not signed in.", "Check it.", Kind.SIGN_IN))
    world.state.publish(inside)
    assert dialog.isVisible()
    world.state.publish(SessionState(Phase.SIGNING_IN))
    world.state.publish(refused)
    assert dialog.isVisible()
    assert "You were not signed in. Check it." in told(dialog)
    world.state.publish(SessionState(Phase.SIGNING_IN))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    world.state.publish(inside)
    assert dialog.isVisible()
    world.state.publish(SessionState(Phase.SIGNING_IN))
    world.state.publish(inside)
    assert not dialog.isVisible()


def test_it_says_why_the_session_is_over(opened: Opened) -> None:
    dialog, world = opened()
    over = Problem("You are signed out: it was too long.", "Sign in again.", Kind.SIGN_IN)
    world.state.publish(SessionState(Phase.EXPIRED, over=over))
    assert "You are signed out: it was too long. Sign in again." in told(dialog)
    wrong = Problem("You were not signed in.", "Check it.", Kind.SIGN_IN)
    world.state.publish(SessionState(Phase.EXPIRED, over=over, problem=wrong))
    assert "You were not signed in. Check it." in told(dialog)


def test_the_demo_needs_no_account(opened: Opened) -> None:
    dialog, world = opened(Server("", ""))
    dialog.server.choice.setCurrentIndex(dialog.server.choice.findData(DEMO))
    assert not dialog.client_id.isVisible()
    go(dialog)
    assert (world.demos, world.asked) == (1, [])


def test_no_demo_is_offered_where_none_can_start(opened: Opened) -> None:
    dialog, _ = opened(demo=False)
    assert dialog.server.choice.findData(DEMO) == -1


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5])
def test_it_stands_whole_on_a_low_screen(
    opened: Opened, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, scale: float
) -> None:
    """A laptop of 1366 × 768 with a panel of 40 px, at 100 to 150 %; the fields scroll where they must."""
    room = QRect(0, 0, round(1366 / scale), round((768 - 40) / scale))
    screen = SimpleNamespace(availableGeometry=lambda: room)
    monkeypatch.setattr(LoginDialog, "screen", lambda _self: screen)
    dialog, world = opened(Server("http://platform.example.com", ""))
    dialog.move(200, 200)
    QTest.mouseClick(dialog.ways.chip(dialog.password), Qt.MouseButton.LeftButton)
    world.state.publish(SessionState(problem=Problem("You are not signed in.", "Look.", Kind.SIGN_IN)))
    dialog.password.number.set_text("+16505550101")
    dialog.password.password.set_text("x")
    go(dialog)
    qtbot.waitUntil(lambda: room.contains(dialog.geometry()))
    field = dialog.address
    assert field.field.hasFocus()
    for part in (dialog.go, dialog.problem, field.field):
        seen = part.visibleRegion().boundingRect()
        assert seen == part.rect(), part
    ends = {
        part.mapTo(dialog, part.rect().topRight()).x() for part in (dialog.go, dialog.problem, field.field)
    }
    assert len(ends) == 1, "what scrolls ends where everything else does"
    dialog.go.setFocus()
    QTest.keyClick(dialog.go, Qt.Key.Key_Tab)
    focused = dialog.focusWidget()
    assert focused is not None
    assert focused.visibleRegion().boundingRect() == focused.rect()


def test_it_is_as_high_as_its_words_need(opened: Opened, qtbot: QtBot) -> None:
    dialog, _ = opened()
    before = dialog.height()
    QTest.mouseClick(dialog.ways.chip(dialog.password), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.height() > before)
    QTest.mouseClick(dialog.ways.chip(dialog.browser), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.height() == before)
