"""All that a sandbox consists of, without HTTP."""

import asyncio
from dataclasses import dataclass, field

from rcdesk.sandbox.account import Account, make_account
from rcdesk.sandbox.agenda import Agenda
from rcdesk.sandbox.call_log import CallLog
from rcdesk.sandbox.calls import Call
from rcdesk.sandbox.chance import chance
from rcdesk.sandbox.chaos_director import ChaosDirector
from rcdesk.sandbox.clock import Clock
from rcdesk.sandbox.contacts import Contacts
from rcdesk.sandbox.director import Director
from rcdesk.sandbox.fault_kinds import Switchboard
from rcdesk.sandbox.faults import Faults
from rcdesk.sandbox.limits import RateLimits
from rcdesk.sandbox.lines import Lines
from rcdesk.sandbox.log_entries import record_of
from rcdesk.sandbox.oauth import OAuth
from rcdesk.sandbox.past import past_records
from rcdesk.sandbox.push import Push
from rcdesk.sandbox.push_connection import GatewayLimits
from rcdesk.sandbox.push_pubnub import HOLD
from rcdesk.sandbox.ringouts import RingOuts
from rcdesk.sandbox.sessions import Sessions
from rcdesk.sandbox.subscriptions import Subscriptions
from rcdesk.sandbox.sync_tokens import SyncTokens
from rcdesk.sandbox.waits import Waits
from rcdesk.sandbox.world import World


@dataclass(frozen=True)
class Options:
    """How a sandbox is wished for on the command line."""

    seed: int = 1
    records: int = 60
    speed: float = 1.0
    lively: bool = False
    rate_limits: float | None = 1.0
    """Factor on the platform's limits; None for no limits."""
    chaos: int | None = None
    """Seed of a day of chaos, which begins when somebody has subscribed."""


@dataclass
class Sandbox:
    """The platform's state, built from the bottom.

    `hold` is how many real seconds a PubNub request waits for news.
    """

    options: Options = field(default_factory=Options)
    clock: Clock = field(default_factory=Clock)
    gateway_limits: GatewayLimits = field(default_factory=GatewayLimits)
    hold: float = HOLD
    account: Account = field(init=False)
    faults: Faults = field(init=False, default_factory=Faults)
    waits: Waits = field(init=False, default_factory=Waits)
    lines: Lines = field(init=False, default_factory=Lines)

    def __post_init__(self) -> None:
        self.account = make_account(self.options.seed)
        self.sessions = Sessions(self.clock.real)
        self.limits = RateLimits(self.clock.real, self.options.rate_limits)
        self.oauth = OAuth(self.account, self.sessions, self.clock.real)
        self.agenda = Agenda()
        self.world = World(self.account, self.clock.now, self.agenda)
        self.ring_outs = RingOuts(self.world, self.agenda, self.options.seed)
        self.call_log = CallLog()
        self.sync_tokens = SyncTokens(self.clock.real)
        self.contacts = Contacts(self.account)
        self.world.on_logged = self._log
        self._rng = chance("log", self.options.seed)
        self.subscriptions = Subscriptions(
            self.clock, self.faults, str(self.account.id), self.account.extension_id
        )
        self.push = Push(
            self.subscriptions,
            self.sessions,
            self.faults,
            self.lines,
            limits=self.gateway_limits,
            hold=self.hold,
        )
        self.world.on_event = self.subscriptions.publish
        self.switchboard = Switchboard(
            self.faults,
            self.waits,
            self.lines,
            self.sessions,
            self.limits,
            self.sync_tokens,
            self.push,
        )
        self.chaos = ChaosDirector(self.agenda, self.clock, self.switchboard)
        self._begin()

    def add_past(self, count: int) -> None:
        """Put that many more past calls into the log."""
        self.call_log.add(past_records(self.account, count, self.clock.now(), batch=self._batch))
        self._batch += 1

    def catch_up(self) -> None:
        """Let everything happen that is due by now."""
        self.agenda.run(self.clock.now())

    def reset(self) -> None:
        """Back to the start, but for sign-ins and subscriptions."""
        self.chaos.forget()
        self.agenda.clear()
        self.ring_outs.reset()
        self.world.reset()
        self.switchboard.all_off()
        self.limits.forget_counts()
        self.sessions.refreshes = self.push.gateway.tokens_asked = 0
        self.contacts.reset()
        self.call_log.clear()
        self._begin()

    def _begin(self) -> None:
        self._batch = 0
        self.add_past(self.options.records)
        if self.options.lively:
            Director(self.world, self.agenda).begin_when(self._somebody_listens)
        if self.options.chaos is not None:
            self.chaos.start(self.options.chaos, ready=self._somebody_listens)

    def _somebody_listens(self) -> bool:
        return bool(self.subscriptions.truth())

    def _log(self, call: Call) -> None:
        record = record_of(self.account, call, self.ring_outs.of_call(call), self._rng)
        self.call_log.add([record])

    def release(self) -> None:
        """Let go of every request that is held, so that the server can stop."""
        self.waits.close()
        self.lines.cut_dead()
        self.push.release()

    async def run(self) -> None:
        """Let the world go on until cancelled."""
        changed = asyncio.Event()
        self.agenda.on_change = changed.set
        while True:
            changed.clear()
            self.catch_up()
            moment = self.agenda.next_moment
            pause = None if moment is None else self.clock.real_seconds(moment - self.clock.now())
            try:
                async with asyncio.timeout(pause):
                    await changed.wait()
            except TimeoutError:
                continue
