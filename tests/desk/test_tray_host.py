"""The tray host of the tests shows a program's icon, and lets a test use its menu."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.helpers.process import Program, running
from tests.helpers.tray_host import Entry, TrayHost, tray_host
from tests.helpers.wait import until

PROGRAM = """
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

app = QApplication(["tray"])
picture = QPixmap(22, 22)
picture.fill("#2563c9")
tray = QSystemTrayIcon(QIcon(picture))
tray.setToolTip("Live, 2 missed")
menu = QMenu()
menu.addAction("&Open", lambda: print("opened", flush=True))
menu.addSeparator()
quiet = menu.addMenu("Presence").addAction("Do not disturb")
quiet.setCheckable(True)
quiet.setChecked(True)
menu.addAction("Sign out").setEnabled(False)
tray.setContextMenu(menu)
tray.activated.connect(lambda reason: print(reason.name, flush=True))
tray.show()
app.exec()
"""


@pytest.fixture
async def host() -> AsyncIterator[TrayHost]:
    async with tray_host() as opened:
        yield opened


async def test_an_icon_is_seen_and_its_menu_used(host: TrayHost, tmp_path: Path) -> None:
    with running(Program((sys.executable, "-c", PROGRAM), tmp_path, os.environ)) as program:
        icon = await host.icon()
        assert await icon.tooltip() == "Live, 2 missed"
        assert await icon.status() == "Active"
        assert all(await icon.pictures())
        entries = await icon.menu()
        assert [(entry.label, entry.enabled, entry.checked, entry.depth) for entry in entries] == [
            ("Open", True, None, 0),
            ("Presence", True, None, 0),
            ("Do not disturb", True, True, 1),
            ("Sign out", False, None, 0),
        ]
        assert isinstance(entries[0], Entry)
        await icon.choose("Open")
        await until(lambda: program.stdout == "opened\n")
        await icon.click()
        await until(lambda: program.stdout == "opened\nTrigger\n")
