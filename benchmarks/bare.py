"""The floor that rcdesk's start is measured against: an empty window, a tray icon, one loop for Qt and asyncio."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import qasync
from PySide6.QtGui import QIcon, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget


class Window(QWidget):
    """Tells when it is first painted, as rcdesk does: a line in the file that RCDESK_TRACE names."""

    painted = False

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.painted:
            self.painted = True
            with open(os.environ["RCDESK_TRACE"], "a") as trace:  # noqa: PTH123  # pathlib is not the floor's to pay
                trace.write(f"painted {time.monotonic_ns()}\n")


async def main() -> None:
    """Show the window and stay until told to end."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    picture = QPixmap(32, 32)
    picture.fill("#2563c9")
    tray = QSystemTrayIcon(QIcon(picture))
    tray.show()
    window = Window()
    window.resize(420, 720)
    window.show()
    await ended.wait()


app = QApplication(["bare"])
app.setQuitOnLastWindowClosed(False)
with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
    runner.run(main())
