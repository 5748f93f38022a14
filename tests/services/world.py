"""Every service, built as the program builds them, without a window: against a served sandbox, over real sockets."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from rcdesk.core.calls import Call, Change, Stage
from rcdesk.core.errors import Problem
from rcdesk.core.history import CallRecord, Query
from rcdesk.core.subscription import LinkState, Transport
from rcdesk.sandbox.server import SandboxServer
from rcdesk.services.answers import Answers, Wishes
from rcdesk.services.awake import Awake
from rcdesk.services.away import Away
from rcdesk.services.dialer import Dialer
from rcdesk.services.history import History
from rcdesk.services.link import Link
from rcdesk.services.live_calls import LiveCalls
from rcdesk.services.pacers import Pacers
from rcdesk.services.people import People
from rcdesk.services.presence import PresenceKeeper
from rcdesk.services.session import Jwt, Password, Phase, Platform, Server, Session, SessionState
from rcdesk.services.tasks import Nursery
from rcdesk.store.database import Database
from rcdesk.store.history import HistoryStore
from rcdesk.store.penalties import PenaltyStore
from rcdesk.store.schema import MIGRATIONS
from rcdesk.store.settings import SettingsStore
from rcdesk.store.vault import Vault
from tests.client.served import Sandbox, eventually
from tests.helpers.wait import until


class Served(Sandbox):
    """A sandbox whose people act faster than real ones.

    Attributes:
        now: the time in their world, by which the platform dates calls.
        mend: lets what was broken be well again, one kind of it.
    """

    def __init__(self, server: SandboxServer, http: httpx.AsyncClient) -> None:
        super().__init__(server.info, http)
        self.now = server._sandbox.clock.now
        self.mend = server._sandbox.faults.remove
        self._faults = server._sandbox.faults

    @property
    def skew(self) -> float:
        """Seconds by which the platform's clock is wrong."""
        return float(self._faults.skew)


@dataclass
class Jump:
    """Seconds by which this computer's clocks have jumped ahead of the loop's, as they do in sleep."""

    seconds: float = 0.0

    def after(self, clock: Callable[[], float]) -> Callable[[], float]:
        """Return `clock` as this computer sees it."""
        return lambda: clock() + self.seconds


class Asked:
    """What commands asked of the window."""

    def __init__(self) -> None:
        self.raised: list[str] = []
        self.filled: list[str] = []
        self.quits = 0

    def quit(self) -> None:
        self.quits += 1


@dataclass
class World:
    """The services of one running program, and what they have told."""

    sandbox: Served
    nursery: Nursery
    settings: SettingsStore
    vault: Vault
    store: HistoryStore
    session: Session
    presence: PresenceKeeper
    calls: LiveCalls
    link: Link
    people: People
    dialer: Dialer
    history: History
    awake: Awake
    away: Away
    jump: Jump
    answers: Answers
    asked: Asked
    problems: list[Problem]
    states: list[SessionState] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def server(self) -> Server:
        info = self.sandbox.info
        return Server(info["server"], info["client_id"], info["client_secret"])

    @property
    def jwt(self) -> Jwt:
        return Jwt(self.sandbox.info["jwt"])

    @property
    def password(self) -> Password:
        info = self.sandbox.info
        return Password(info["username"], info["extension"], info["password"])

    @property
    def state(self) -> SessionState:
        return self.session.state.value

    async def phase(self, phase: Phase) -> SessionState:
        """Wait until sign-in stands so."""
        await until(lambda: self.state.phase is phase, why=f"not {phase}")
        return self.state

    async def signed_in(self, server: Server | None = None) -> Platform:
        """Sign in by JWT and wait for it."""
        self.session.sign_in(server or self.server, self.jwt, remember=True)
        await self.phase(Phase.SIGNED_IN)
        platform = self.session.platform.value
        assert platform
        return platform

    async def live(self, state: LinkState = LinkState.LIVE, over: Transport | None = None) -> None:
        """Wait until the link stands so."""
        await until(
            lambda: (
                self.link.status.value.state is state and over in (None, self.link.status.value.transport)
            ),
            within=10,
            why=f"the link is {self.link.status.value}",
        )

    async def sees(self, *stages: Stage) -> tuple[Call, ...]:
        """Wait until the live calls are doing this, oldest first."""
        await until(lambda: [call.stage for call in self.calls.calls] == list(stages), why=f"not {stages}")
        return self.calls.calls

    async def newest(self, count: int) -> tuple[CallRecord, ...]:
        """Return the newest calls of the history."""
        return (await self.history.page(Query(), None, count)).records

    async def listed(self, count: int) -> tuple[CallRecord, ...]:
        """Wait until the history has so many calls; return them, newest first."""

        async def look() -> tuple[CallRecord, ...]:
            found = await self.newest(2000)
            return found if len(found) == count else ()

        return await eventually(look)


@asynccontextmanager
async def world(
    sandbox: Served,
    folder: Path,
    *,
    push: str = "auto",
    vault: Vault | None = None,
    settings: SettingsStore | None = None,
) -> AsyncIterator[World]:
    """Build every service, let a test use them, take them down in the program's order; bugs fail the test."""
    bugs: list[BaseException] = []
    problems: list[Problem] = []
    async with AsyncExitStack() as opened:
        nursery = Nursery(problems.append, bugs.append)
        kept = settings or SettingsStore(None)
        opened.callback(kept.close)
        secrets = vault or Vault(None)
        opened.callback(secrets.close)
        database = Database(folder / "calls.db", MIGRATIONS)
        opened.callback(database.close)
        await database.open()
        jump = Jump()
        now = jump.after(sandbox.now)
        penalties = PenaltyStore(folder / "penalties.json")
        opened.callback(penalties.close)
        pacers = Pacers(penalties, jump.after(time.time), jump.after(time.time))
        session = Session(nursery, secrets, kept, jump.after(time.time), pacers)
        opened.push_async_callback(session.close)
        await opened.enter_async_context(nursery)
        store = HistoryStore(database)
        # Answers are dated by these people's time, twenty times as fast as that by which requests are paced: what
        # they tell is old at once. Nor does the sandbox sleep with this computer, as a platform's clock goes on.
        calls = LiveCalls(now, lambda: 0.0 if jump.seconds else sandbox.skew)
        presence = PresenceKeeper(nursery, session.platform)
        awake = Awake(now, ticks=sandbox.now)
        link = Link(nursery, session.platform, calls, presence, now, push, awake)
        link.status.subscribe(calls.on_link)
        awake.woke.subscribe(lambda _began: session.retry())
        people = People(nursery, session.platform)
        dialer = Dialer(nursery, session.platform, kept, calls.platform_now)
        history = History(nursery, session.platform, store, now)
        away = Away(nursery, awake, link, calls, history, now)
        session.state.subscribe(calls.on_session)
        session.state.subscribe(away.on_session)
        calls.changes.subscribe(history.on_change)
        calls.changes.subscribe(dialer.on_change)
        dialer.began.subscribe(calls.expect_own_leg)
        dialer.ended.subscribe(history.on_ringout_ended)
        opened.callback(calls.close)
        opened.callback(link.close)
        opened.callback(away.close)
        awake.open()
        opened.callback(awake.close)
        asked = Asked()
        wishes = Wishes(asked.raised.append, asked.filled.append, asked.quit)
        answers = Answers(session, link, calls, people, dialer, history, wishes)
        made = World(
            sandbox, nursery, kept, secrets, store, session, presence, calls, link, people, dialer, history,
            awake, away, jump, answers, asked, problems,
        )  # fmt: skip
        session.state.subscribe(made.states.append)
        calls.changes.subscribe(made.changes.append)
        yield made
    assert bugs == []
