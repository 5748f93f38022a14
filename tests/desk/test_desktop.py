"""The throw-away desktop is what it says it is; everything else in this folder stands on it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import keyring
import keyring.errors
import pytest
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from tests.helpers import desktop
from tests.helpers.desktop import Notepad
from tests.helpers.process import sandbox
from tests.helpers.wait import until, wait_until

SERVICES = ("org.freedesktop.Notifications", "org.freedesktop.secrets")


@pytest.mark.parametrize("name", SERVICES)
def test_the_bus_has(name: str) -> None:
    command = ("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/")
    asked = subprocess.run(
        (*command, "org.freedesktop.DBus.NameHasOwner", f"string:{name}"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "boolean true" in asked.stdout


def test_a_window_is_managed_and_gets_the_keyboard(qtbot: QtBot) -> None:
    label = QLabel("Hello")
    label.setWindowTitle("desk-hello")
    qtbot.addWidget(label)
    label.show()
    qtbot.waitUntil(lambda: len(desktop.windows(title="^desk-hello$", pid=os.getpid())) == 1)
    shown = desktop.window(title="^desk-hello$")
    qtbot.waitUntil(lambda: desktop.active() == shown)
    assert shown == label.winId()
    assert "_NET_FRAME_EXTENTS" in desktop.properties(shown, "_NET_FRAME_EXTENTS")
    assert desktop.box_of(shown).inside(desktop.screen())


def test_a_tray_icon_is_hosted_and_can_be_clicked(qtbot: QtBot) -> None:
    picture = QPixmap(32, 32)
    picture.fill(QColor("red"))
    icon = QSystemTrayIcon(picture)
    before = desktop.tray_icons()
    icon.show()
    qtbot.waitUntil(lambda: len(desktop.tray_icons()) == len(before) + 1)
    with qtbot.waitSignal(icon.activated) as clicked:
        desktop.click(*desktop.tray_icons()[-1].middle)
    assert clicked.args == [QSystemTrayIcon.ActivationReason.Trigger]
    icon.hide()


def test_the_keyring_keeps_a_secret() -> None:
    secret = secrets.token_hex()
    keyring.set_password("rcdesk-desk", "round trip", secret)
    assert keyring.get_password("rcdesk-desk", "round trip") == secret
    assert keyring.get_keyring().__class__.__module__ == "keyring.backends.SecretService"
    keyring.delete_password("rcdesk-desk", "round trip")
    assert keyring.get_password("rcdesk-desk", "round trip") is None
    with pytest.raises(keyring.errors.PasswordDeleteError):
        keyring.delete_password("rcdesk-desk", "round trip")


def test_what_is_typed_arrives_in_the_window_that_has_the_keyboard(victim: Notepad) -> None:
    assert desktop.active() == victim.window
    desktop.type_text("Dear +1 650, ")
    desktop.press("a", "b", "c")
    wait_until(lambda: victim.text == "Dear +1 650, abc")


def test_a_click_takes_the_keyboard_to_the_window_under_it(victim: Notepad, qtbot: QtBot) -> None:
    label = QLabel("elsewhere")
    qtbot.addWidget(label)
    label.setGeometry(700, 300, 200, 100)
    label.show()
    qtbot.waitUntil(lambda: desktop.active() == label.winId())
    desktop.click(*desktop.box_of(victim.window).middle)
    wait_until(lambda: desktop.active() == victim.window)
    assert desktop.focused() != label.winId()


def test_the_screen_is_seen_as_it_is(tmp_path: Path, qtbot: QtBot) -> None:
    patch = QLabel()
    patch.setStyleSheet("background: #12ab34")
    qtbot.addWidget(patch)
    patch.setGeometry(400, 200, 150, 150)
    patch.show()
    qtbot.waitUntil(lambda: desktop.active() == patch.winId())
    x, y = desktop.box_of(int(patch.winId())).middle

    def colour() -> str:
        return QImage(str(desktop.screenshot(tmp_path / "screen.png"))).pixelColor(x, y).name()

    qtbot.waitUntil(lambda: colour() == "#12ab34")


async def test_async_tests_here_run_on_qts_loop() -> None:
    label = QLabel("waits")
    label.show()
    await until(label.isActiveWindow, why="The loop does not carry Qt's events")
    label.close()
    assert QApplication.platformName() == "xcb"


def test_a_sandbox_serves_in_a_process_of_its_own(tmp_path: Path) -> None:
    caller = {"number": "+16505550123", "name": "Ada"}
    with sandbox(tmp_path) as platform:
        call = platform.post("calls", direction="inbound", **{"from": caller})
        assert call["sessionId"] in json.dumps(platform.state())
        assert platform.program.end() == 0


def test_a_desktop_leaves_nothing_behind() -> None:
    command = (
        sys.executable,
        "-m",
        "tests.helpers.virtual_desktop",
        "--",
        "sh",
        "-c",
        'echo "$RCDESK_DESK"; exit 7',
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=40)
    assert done.returncode == 7, done.stderr
    folder = done.stdout.strip()
    assert folder != os.environ["RCDESK_DESK"]
    wait_until(lambda: not _processes_of(folder), why="Parts of the desktop still run")
    assert not Path(folder).exists()


def _processes_of(folder: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if folder.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:  # it has ended, or is not ours
            continue
    return found
