"""App: builds every floor from the bottom, runs the one loop, takes everything down in reverse."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import rcdesk.ui  # noqa: F401  # before the others, whose import it makes lighter  # isort: skip
from PySide6.QtWidgets import QApplication  # before qasync, which would choose a Qt by itself

import qasync  # isort: skip

from rcdesk import cli, logs, surroundings
from rcdesk.config import Config, RefusedError
from rcdesk.core.errors import Kind, Problem
from rcdesk.instance import Lock, Spots, unusable
from rcdesk.services.awake import Awake
from rcdesk.services.away import Away
from rcdesk.services.clock import Clock, asleep
from rcdesk.services.dialer import Dialer
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.history import History
from rcdesk.services.link import Link
from rcdesk.services.live_calls import LiveCalls
from rcdesk.services.pacers import Pacers
from rcdesk.services.people import People
from rcdesk.services.presence import PresenceKeeper
from rcdesk.services.ring_test import RingTest
from rcdesk.services.session import Jwt, Server, Session
from rcdesk.services.tasks import Nursery
from rcdesk.store.database import Database
from rcdesk.store.history import HistoryStore
from rcdesk.store.penalties import PenaltyStore
from rcdesk.store.schema import MIGRATIONS
from rcdesk.store.settings import SettingsStore
from rcdesk.store.vault import Vault
from rcdesk.ui.preferences import Place
from rcdesk.ui.shell import Shell
from rcdesk.ui.shell_services import Services
from rcdesk.ui.theme import STYLE

if TYPE_CHECKING:
    from rcdesk.sandbox.server import SandboxServer

log = logging.getLogger(__name__)

BUG = 70  # exit code: a fault of the program itself (EX_SOFTWARE)
SOON = (  # what the window needs next: panes, cards, tray, and what talks to the platform
    *("rcdesk.ui.tray", "rcdesk.ui.popups", "rcdesk.ui.cards", "rcdesk.ui.calls_pane", "rcdesk.ui.dial_pad"),
    *(
        f"rcdesk.ui.{name}"
        for name in ("history_pane", "settings_pane", "call_detail", "record_detail", "detail")
    ),
    *("rcdesk.ui.away_card", "rcdesk.ui.ring_card", "rcdesk.ui.diagnostics"),
    *("rcdesk.services.connection", "rcdesk.client.push_pubnub", "httpcore", "anyio"),
)
TURN = 0.0005  # seconds after which another thread gives way: with Python's 5 ms the store delays what is painted
UNSEEN = 2.0  # seconds after which a window that nobody sees, and that so is not painted, holds up nothing
OTHER_STARTS = 5.0  # seconds within which another instance that holds the lock must answer


def main(config: Config) -> int:
    """Run the program until the user quits; return the exit code."""
    with Lock(config.paths.lock) as lock:
        if not lock.take():
            return _hand_over(config)
        with ExitStack() as opened:
            opened.callback(logs.start(None if config.ephemeral else config.paths.log))
            if trace := os.environ.get("RCDESK_TRACE"):
                opened.callback(logs.start_trace(Path(trace)))
            return _run_on_qt(config)


def _run_on_qt(config: Config) -> int:
    _prepare_environment()
    sys.setswitchinterval(TURN)
    qapp = QApplication(["rcdesk", *STYLE])
    qapp.setApplicationName("rcdesk")
    qapp.setDesktopFileName("rcdesk")
    qapp.setQuitOnLastWindowClosed(False)  # that would stop the loop under the main coroutine
    with asyncio.Runner(loop_factory=lambda: qt_loop(qapp)) as runner:
        try:
            return runner.run(run(qapp, config))
        except RuntimeError as error:  # the desktop's session ends: Qt has stopped the loop by itself
            if "stopped before Future completed" not in str(error):
                raise
            return cli.OK


def qt_loop(qapp: QApplication) -> asyncio.AbstractEventLoop:
    """Return the one loop for Qt and asyncio.

    What asyncio's own loops see to when they start, qasync's does not: an async generator that is left in the
    middle, such as one of httpx's behind an answer that is too long, must be closed by a task of the loop.
    """
    loop = qasync.QEventLoop(qapp)
    sys.set_asyncgen_hooks(loop._asyncgen_firstiter_hook, loop._asyncgen_finalizer_hook)  # noqa: SLF001
    made: asyncio.AbstractEventLoop = loop
    return made


def _hand_over(config: Config) -> int:
    """Another instance is just starting, or ending: it is asked until it answers."""
    import time

    deadline = time.monotonic() + OTHER_STARTS
    while time.monotonic() < deadline:
        if cli.hand_over(config):
            return cli.OK
        time.sleep(0.05)
    sys.stderr.write(
        "rcdesk: another rcdesk holds this profile, but does not answer. End it and try again.\n"
    )
    return cli.FAILED


def _prepare_environment() -> None:
    """Cards are placed in a corner and never focused, which Wayland's own windows cannot do: XWayland can.

    Raises:
        RefusedError: there is no screen; Qt would end the process with a core dump.
    """
    if sys.platform == "linux" and not os.environ.get("QT_QPA_PLATFORM"):
        if os.environ.get("DISPLAY"):
            os.environ["QT_QPA_PLATFORM"] = "xcb"
        elif not os.environ.get("WAYLAND_DISPLAY"):
            raise RefusedError("There is no screen to show a window on. Start rcdesk from within a desktop.")
    os.environ.setdefault("QT_API", "pyside6")


@dataclass(slots=True)
class _End:
    """How the program comes to its end: asked by the user, by a signal, or by a bug."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = cli.OK

    def on_bug(self, error: BaseException) -> None:
        """A fault of the program itself, told in the log: say so and stop, rather than go on with what may be
        wrong."""
        self.code = BUG
        sys.stderr.write(f"rcdesk has found a fault in itself ({type(error).__name__}) and ends.\n")
        self.asked.set()

    def on_uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """What a slot raises arrives here."""
        if issubclass(kind, KeyboardInterrupt):
            self.asked.set()
            return
        log.error("a slot failed", exc_info=error)
        self.on_bug(error)


async def run(qapp: QApplication, config: Config) -> int:
    """Build the floors from the bottom, show the window, stay until the user quits."""
    end = _End()
    clock = Clock().now
    problems: Feed[Problem] = Feed()
    async with AsyncExitStack() as opened:
        _catch(opened, end)
        nursery = Nursery(problems.publish, end.on_bug)
        settings = SettingsStore(None if config.ephemeral else config.paths.settings)
        opened.callback(settings.close)
        vault = Vault(None if config.ephemeral else config.profile)
        opened.callback(vault.close)
        database = Database(None if config.ephemeral else config.paths.database, MIGRATIONS)
        opened.callback(database.close)
        penalties = PenaltyStore(None if config.ephemeral else config.paths.penalties)
        opened.callback(penalties.close)
        session = Session(nursery, vault, settings, clock, Pacers(penalties))
        opened.push_async_callback(session.close)
        await opened.enter_async_context(
            nursery
        )  # left before the connection closes: tasks say goodbye over it
        demo = Demo(nursery, session, opened, lively=config.tour is None)
        services = _build(config, nursery, session, settings, HistoryStore(database), problems, clock, demo)
        opened.callback(services.calls.close)
        opened.callback(services.link.close)
        opened.callback(services.away.close)
        opened.callback(services.awake.close)
        shell = Shell(qapp, services, profile=config.profile, quit_asked=end.asked.set)
        opened.callback(shell.close)
        painted = asyncio.Event()
        shell.on_painted(painted.set)
        shell.show(quietly=bool(config.fill and not cli.activation_token()))
        if config.fill:
            shell.fill_from_outside(config.fill)
        with suppress(TimeoutError):
            async with asyncio.timeout(UNSEEN):
                await painted.wait()
        await _listen(config, services, shell, opened, end)
        nursery.start(_begin(config, services, settings.notices, database, vault, shell, demo), name="start")
        services.awake.open()
        nursery.start(surroundings.hear_of_sleep(services.awake), name="logind")
        nursery.start(surroundings.hear_of_network(services, shell), name="network")
        if config.tour:
            nursery.start(_play(config.tour, shell, services, demo, end), name="tour")
        await end.asked.wait()
    return end.code


def _build(
    config: Config,
    nursery: Nursery,
    session: Session,
    settings: SettingsStore,
    store: HistoryStore,
    problems: Feed[Problem],
    clock: Callable[[], float],
    demo: Demo,
) -> Services:
    platform = session.platform
    calls = LiveCalls(clock, session.ahead)
    presence = PresenceKeeper(nursery, platform)
    awake = Awake(clock, asleep)
    link = Link(nursery, platform, calls, presence, clock, config.push or settings.value.push, awake)
    link.status.subscribe(calls.on_link)
    awake.woke.subscribe(lambda _began: session.retry())
    people = People(nursery, platform)
    dialer = Dialer(nursery, platform, settings, calls.platform_now)
    history = History(nursery, platform, store, clock)
    away = Away(nursery, awake, link, calls, history, clock)
    session.state.subscribe(calls.on_session)
    session.state.subscribe(away.on_session)
    ring_test = RingTest(nursery, calls.link, calls.platform_now, lambda: settings.value.sound)
    calls.changes.subscribe(history.on_change)
    calls.changes.subscribe(dialer.on_change)
    dialer.began.subscribe(calls.expect_own_leg)
    dialer.ended.subscribe(history.on_ringout_ended)
    return Services(
        session, link, presence, calls, people, dialer, history, awake, away, ring_test, settings, problems, clock,
        Latest(""), _places(config), logs.redact, demo.start, _spots(config),
    )  # fmt: skip


def _places(config: Config) -> tuple[Place, ...]:
    kept = {"Settings": config.paths.settings, "Calls": config.paths.database, "Log": config.paths.log}
    return tuple(Place(what, "" if config.ephemeral else str(path)) for what, path in kept.items())


def _spots(config: Config) -> Spots | None:
    """Programs on one X screen share its corners. The process's end lets go of every spot."""
    display = os.environ.get("DISPLAY", "")
    if QApplication.platformName() != "xcb" or not display:
        return None
    return Spots(config.paths.socket.parent / f"cards{display.replace(os.sep, '-')}")


def _catch(opened: AsyncExitStack, end: _End) -> None:
    """Let signals end the program in order, and faults in slots be loud."""
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(wanted) is not signal.SIG_IGN:  # as nohup asks for
            loop.add_signal_handler(wanted, end.asked.set)
            opened.callback(loop.remove_signal_handler, wanted)
    before = sys.excepthook
    sys.excepthook = end.on_uncaught
    opened.callback(setattr, sys, "excepthook", before)


async def _listen(
    config: Config, services: Services, shell: Shell, opened: AsyncExitStack, end: _End
) -> None:
    """Answer what is said over the local socket, from now on."""
    from rcdesk.services.answers import Answers, Wishes
    from rcdesk.services.commands import CommandServer

    wishes = Wishes(shell.bring_up, shell.fill_from_outside, end.asked.set)
    answers = Answers(
        services.session,
        services.link,
        services.calls,
        services.people,
        services.dialer,
        services.history,
        wishes,
    )
    commands = CommandServer(config.paths.socket, answers.handlers())
    try:
        await commands.open()
    except OSError as error:
        raise unusable(config.paths.socket, error) from error
    opened.push_async_callback(commands.close)


async def _begin(
    config: Config,
    services: Services,
    notices: Sequence[Problem],
    database: Database,
    vault: Vault,
    shell: Shell,
    demo: Demo,
) -> None:
    """What need not stand between the start and the first painted window."""
    await asyncio.to_thread(_prepare)
    shell.furnish()
    notice = await database.open()
    services.history.open()
    services.session.state.subscribe(lambda _state: services.secrets_kept.publish(vault.backend))
    for problem in (*notices, *([notice] if notice else [])):
        services.problems.publish(problem)
    gc.freeze()  # all that has been imported stays: it need not be looked through again, which takes many ms
    gc.enable()
    if config.demo:
        demo.start()
    elif once := config.one_run:
        server = Server(once.server, once.client_id, once.client_secret)
        services.session.sign_in(server, Jwt(once.jwt), remember=False)
    else:
        services.session.resume()


def _prepare() -> None:
    """Do what takes longer than a frame of the screen, and so is nothing for the loop's thread."""
    for name in SOON:
        importlib.import_module(name)
    from rcdesk.client.rest import trusted
    from rcdesk.core.numbers import load

    trusted()
    load()


async def _play(folder: Path, shell: Shell, services: Services, demo: Demo, end: _End) -> None:
    from rcdesk.tour import Tour

    await Tour(shell, services, await demo.started(), folder).play()
    end.asked.set()


class Demo:
    """The sandbox in this process, started when somebody wants the demo."""

    def __init__(self, nursery: Nursery, session: Session, opened: AsyncExitStack, *, lively: bool) -> None:
        self._lively = lively
        self._nursery = nursery
        self._session = session
        self._opened = opened
        self._sandbox: SandboxServer | None = None
        self._once = asyncio.Lock()

    def start(self) -> None:
        """Start the sandbox unless it runs, and sign in to it; returns at once."""
        self._nursery.start(self._start(), name="demo")

    async def started(self) -> dict[str, str]:
        """Start the sandbox, once; return the line that it would print."""
        async with self._once:
            if self._sandbox is None:
                self._sandbox = await asyncio.to_thread(_start_sandbox, self._lively)
                self._opened.callback(self._sandbox.stop)
        return self._sandbox.info

    async def _start(self) -> None:
        info = await self.started()
        server = Server(info["server"], info["client_id"], info["client_secret"])
        self._session.sign_in(server, Jwt(info["jwt"]), remember=False)


def _start_sandbox(lively: bool) -> SandboxServer:
    from rcdesk.sandbox.server import SandboxServer
    from rcdesk.sandbox.state import Options

    try:
        return SandboxServer(Options(lively=lively, records=400)).start()
    except OSError as error:
        raise Problem(
            "The demo did not start.", "Its server found no free port on this computer.", Kind.LOCAL
        ) from error
