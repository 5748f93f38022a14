"""Surroundings: what this computer tells the program of itself: that it slept, that its network is back."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import sys
from pathlib import Path

from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.awake import Awake
from rcdesk.services.session import Phase, SessionState
from rcdesk.ui.shell import Shell
from rcdesk.ui.shell_services import Services

log = logging.getLogger(__name__)

SYSTEM_BUS = Path("/run/dbus/system_bus_socket")


async def hear_of_sleep(awake: Awake) -> None:
    """Let the system tell of sleep, where there is one that does; the clocks are looked at everywhere.

    Without a system bus nothing is imported that would take 3 MB.
    """
    if not _has_system_bus():
        log.info("= no system bus: only the clocks tell of sleep")
        return
    await asyncio.to_thread(importlib.import_module, "rcdesk.logind")
    from rcdesk.logind import listen

    await listen(lambda sleeps: awake.on_system(sleeps=sleeps))


async def hear_of_network(services: Services, shell: Shell) -> None:
    """Let Qt's word of the network be a hint to the link, and to a sign-in that waits, from the first trouble on.

    It takes 5 MB, which a desk without trouble can spare: a line that dies is noticed by its silence too.
    """
    trouble = asyncio.Event()

    def look_at_link(status: LinkStatus) -> None:
        if status.state is LinkState.RECOVERING:
            trouble.set()

    def look_at_session(state: SessionState) -> None:
        if state.phase is Phase.SIGNING_IN and state.problem:  # the server is away
            trouble.set()

    def on_network() -> None:
        services.session.retry()
        services.link.on_network()

    undo_both = services.link.status.follow(look_at_link), services.session.state.follow(look_at_session)
    await trouble.wait()
    for undo in undo_both:
        undo()
    await asyncio.to_thread(importlib.import_module, "rcdesk.ui.network")
    from rcdesk.ui.network import Network, qt_network

    Network(qt_network(), shell).changed.connect(on_network)


def _has_system_bus() -> bool:
    named = bool(os.environ.get("DBUS_SYSTEM_BUS_ADDRESS"))
    return sys.platform == "linux" and (named or SYSTEM_BUS.exists())
