"""Tour: plays the demo's first minute by itself and leaves pictures of it."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QWidget

from rcdesk.core.ringout import End, Step
from rcdesk.core.subscription import LinkState
from rcdesk.ui.history_pane import HistoryPane
from rcdesk.ui.navigation import Pane
from rcdesk.ui.shell import Shell
from rcdesk.ui.shell_services import Services

GROUND = "#cdd4dc"  # the desktop behind the window
PATIENCE = 30.0  # seconds for anything to happen
SETTLES = 0.4  # seconds until what was asked for is painted
WIDE = 900  # px
SALES = {"number": "+4722123456", "name": "Martin Olsen"}
KARLA = {"number": "+390645211180", "name": "Karla Rossi"}


class Tour:
    """One pass through the program, on whatever screen there is; each stop is a picture."""

    def __init__(self, shell: Shell, services: Services, sandbox: dict[str, str], folder: Path) -> None:
        """`sandbox` is the line that it prints; `folder` is made if it is not there."""
        self._shell = shell
        self._services = services
        self._sandbox = sandbox
        self._folder = folder
        self._stop = 0
        self._desktop = QWidget()
        self._desktop.setAttribute(Qt.WidgetAttribute.WA_X11NetWmWindowTypeDesktop)
        self._desktop.setStyleSheet(f"background: {GROUND}")

    async def play(self) -> None:
        """Go through it; raises TimeoutError if something that should happen does not."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        self._desktop.setGeometry(QGuiApplication.primaryScreen().geometry())
        self._desktop.show()
        QCursor.setPos(0, 0)  # nothing in the pictures is pointed at
        self._shell.window.raise_()
        link, history = self._services.link, self._services.history
        await self._until(lambda: link.status.value.state is LinkState.LIVE)
        await self._until(
            lambda: not history.syncing.value and bool(self._services.dialer.choices.value.phones)
        )
        await self._picture("calls")
        await self._calls()
        await self._ringout()
        await self._past()
        await self._dark()
        self._desktop.close()

    async def _calls(self) -> None:
        first = await self._call(SALES, queue="Sales queue")
        await self._until(lambda: len(self._services.calls.calls) == 1)
        await self._picture("ringing")
        await self._act(first, "answer")
        second = await self._call(KARLA)
        await self._until(lambda: len(self._services.calls.calls) == 2)
        await asyncio.sleep(6.0)  # who rings for less has given up, and was not missed
        await self._picture("two-calls")
        await self._act(second, "miss")
        await self._until(lambda: len(self._services.calls.calls) == 1)
        await self._picture("missed")

    async def _ringout(self) -> None:
        dialer = self._services.dialer
        self._shell.fill(self._sandbox["ringout_to"])
        await self._picture("dial-pad")
        dialer.dial(dialer.order(self._sandbox["ringout_to"], shown="+1 650 555 0180"))
        await self._until(lambda: bool((now := dialer.progress.value) and now.own is Step.ANSWERED))
        await asyncio.sleep(2.0)  # the other phone rings for a while
        await self._picture("ringout")
        await self._until(lambda: bool((now := dialer.progress.value) and now.end is End.CONNECTED))
        await self._picture("connected")

    async def _past(self) -> None:
        self._shell.window.show_pane(Pane.HISTORY)
        await self._picture("history")
        pane = self._shell.window.pane(Pane.HISTORY)
        if isinstance(pane, HistoryPane):
            pane.search.setText("martin")
            await self._picture("search")
            pane.search.clear()
        self._shell.window.show_pane(Pane.SETTINGS)
        await self._picture("settings")

    async def _dark(self) -> None:
        window = self._shell.window
        self._shell.theme.choose("dark")
        for pane, name in (
            (Pane.CALLS, "dark-calls"),
            (Pane.DIAL, "dark-ringout"),
            (Pane.HISTORY, "dark-history"),
        ):
            window.show_pane(pane)
            await self._picture(name)
        self._shell.theme.choose("light")
        window.resize(WIDE, window.height())
        await self._picture("wide")

    async def _picture(self, name: str) -> None:
        """Take the screen as it is seen: window, cards and tray together."""
        await asyncio.sleep(SETTLES)
        self._stop += 1
        picture = QGuiApplication.primaryScreen().grabWindow(0)
        picture.save(str(self._folder / f"{self._stop:02}-{name}.png"))

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():  # noqa: ASYNC110 - a look now and then is enough for pictures
                await asyncio.sleep(0.05)

    async def _call(self, caller: dict[str, str], queue: str | None = None) -> str:
        body = {"direction": "inbound", "from": caller} | ({"queue": queue} if queue else {})
        made = await asyncio.to_thread(self._post, "calls", body)
        return str(made["sessionId"])

    async def _act(self, session_id: str, verb: str) -> None:
        await asyncio.to_thread(self._post, f"calls/{session_id}/{verb}", {})

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the sandbox's own address
            f"{self._sandbox['control']}/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        plainly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with plainly.open(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or b"null")
