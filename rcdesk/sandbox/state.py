"""All that a sandbox consists of, without HTTP."""

import asyncio
from dataclasses import dataclass, field

from rcdesk.sandbox.account import Account, make_account
from rcdesk.sandbox.agenda import Agenda
from rcdesk.sandbox.clock import Clock
from rcdesk.sandbox.faults import Faults
from rcdesk.sandbox.limits import RateLimits
from rcdesk.sandbox.oauth import OAuth
from rcdesk.sandbox.ringouts import RingOuts
from rcdesk.sandbox.sessions import Sessions
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


@dataclass
class Sandbox:
    """The platform's state, built from the bottom."""

    options: Options = field(default_factory=Options)
    clock: Clock = field(default_factory=Clock)
    account: Account = field(init=False)
    faults: Faults = field(init=False, default_factory=Faults)

    def __post_init__(self) -> None:
        self.account = make_account(self.options.seed)
        self.sessions = Sessions(self.clock.real)
        self.limits = RateLimits(self.clock.real, self.options.rate_limits)
        self.oauth = OAuth(self.account, self.sessions, self.clock.real)
        self.agenda = Agenda()
        self.world = World(self.account, self.clock.now, self.agenda)
        self.ring_outs = RingOuts(self.world, self.agenda, self.options.seed)

    def catch_up(self) -> None:
        """Let everything happen that is due by now."""
        self.agenda.run(self.clock.now())

    def reset(self) -> None:
        """Back to the start, but for sign-ins and subscriptions."""
        self.agenda.clear()
        self.ring_outs.reset()
        self.world.reset()
        self.faults.clear()
        self.limits.clear()
        self.limits.forget_counts()

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
