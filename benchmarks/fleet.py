"""A town of desks that lose the platform for ten minutes and come back, in simulated time.

Each desk is made of the program's own machines: the link that decides when to try again, the pacer that decides who
may send, and the rule of when tokens are renewed; the server counts as the sandbox does. Nothing here is sent or slept.
Run twice: with the pauses that chance draws for each desk, and with the same pauses for all. See README.md here for
how to run it.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import random
import sys
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field

from rcdesk.client.api import SOCKET_PATIENCE
from rcdesk.client.auth import PAUSE as REFRESH_PAUSE
from rcdesk.client.rest import LONGEST_WAIT, SHORTEST_WAIT, TRIES
from rcdesk.core.away import LONG, SETTLED
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.pacing import DOCUMENTED, Pacer, Urgency, backoff
from rcdesk.core.subscription import Action, Close, Link, LinkState, Open, Push, TakeSnapshot, Transport
from rcdesk.core.tokens import Refresh, Tokens, next_step
from rcdesk.sandbox.errors import ApiError
from rcdesk.sandbox.limits import WINDOW, RateLimits
from rcdesk.services.history import EVERY
from rcdesk.services.tasks import AGAIN

FLEET, COMPANIES = 100_000, 2_000  # the platform counts by user, so that it is all one who works where
CALM = 900.0  # seconds before the platform goes away
AWAY = 600.0
AFTER = 900.0
TRIP = 0.08  # seconds of a request there and back
REFUSED = 0.01  # seconds until a network says that nobody is there
TOKEN_LIFE = 3600.0
BUCKET = 15  # seconds of a row of the chart
SHOWN = 240  # seconds of the chart
WIDTH = 40  # characters of its longest bar

OFFLINE = Problem("-", "-", Kind.OFFLINE, retry=True)

Steps = Generator[float, None, Problem | None]
"""Something that goes on: yields the seconds to its next step, returns what went wrong in the end."""


@dataclass(slots=True)
class Town:
    """The time, all that is due, and the platform, which counts each request that is tried."""

    now: float = 0.0
    away: bool = False
    tried: Counter[int] = field(default_factory=Counter)  # by second, also those that reach nobody
    refused: int = 0
    worst: Counter[str] = field(default_factory=Counter)  # the most that a desk sent to a group in a minute
    limits: RateLimits = field(init=False)
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: Iterable[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.limits = RateLimits(lambda: self.now)

    def at(self, moment: float, do: Callable[[], None]) -> None:
        """Let something happen."""
        heapq.heappush(self._due, (moment, next(iter(self._numbers)), do))

    def run(self, until: float) -> None:
        """Let the time go on."""
        while self._due and self._due[0][0] <= until:
            self.now, _, do = heapq.heappop(self._due)
            do()
        self.now = until


class Desk:
    """One user's rcdesk, as far as it asks anything of the platform."""

    def __init__(self, town: Town, number: int, dice: random.Random, chance: Callable[[], float]) -> None:
        """`dice` says what differs from desk to desk at any rate; `chance` draws the pauses."""
        self.link = Link(Push.AUTO, chance)
        self._town = town
        self._key = f"{number}/rcdesk"
        self._chance = chance
        self._pacer = Pacer()
        self._sent: dict[str, deque[float]] = {group: deque() for group in DOCUMENTED}
        self._opening: dict[Transport, Steps] = {}
        self._snapshot: Steps | None = None
        self._renewing = False
        self._not_before = 0.0
        self._tokens = self._issued(town.now - dice.uniform(0, 0.8 * TOKEN_LIFE))
        self._wake: float | None = None
        self._deaf_since: float | None = None
        begins = dice.uniform(0, EVERY)  # in the morning, some minutes before the platform goes away
        town.at(begins, lambda: self._do(self.link.signed_in(town.now)))
        town.at(begins, lambda: self._go(self._keep_history()))

    def lose(self) -> None:
        """Every line breaks."""
        transport = self.link.status.transport
        if transport in (Transport.WEBSOCKET, Transport.PUBNUB):
            self._do(self.link.lost(transport, None, self._town.now))

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Open(transport):
                    self._opening[transport] = self._open(transport)
                    self._go(self._opening[transport])
                case Close(transport):
                    if opening := self._opening.pop(transport, None):
                        opening.close()
                    elif transport is Transport.PUBNUB:
                        self._go(self._ask("Medium", Urgency.CONNECT, patience=0.0))
                case TakeSnapshot():
                    if self._snapshot:
                        self._snapshot.close()
                    self._snapshot = self._look()
                    self._go(self._snapshot)
        self._note_deafness()
        wake = self.link.next_wake
        if wake is not None and wake != self._wake:
            self._wake = wake
            self._town.at(max(wake, self._town.now), lambda: self._tick(wake))

    def _tick(self, wake: float) -> None:
        if wake == self._wake:
            self._wake = None
            self._do(self.link.tick(self._town.now))

    def _note_deafness(self) -> None:
        """As "while you were away" does: after a long gap the log is read, and once more when it has settled."""
        now = self._town.now
        if self.link.status.state not in (LinkState.LIVE, LinkState.POLLING):
            self._deaf_since = now if self._deaf_since is None else self._deaf_since
        elif self._deaf_since is not None:
            began, self._deaf_since = self._deaf_since, None
            if now - began > LONG:
                self._go(self._ask("Heavy", Urgency.HISTORY, tries=TRIES))
                self._town.at(
                    now + SETTLED, lambda: self._go(self._ask("Heavy", Urgency.HISTORY, tries=TRIES))
                )

    def _go(self, steps: Steps) -> None:
        """Let something go on by itself until its end."""

        def step() -> None:
            if (pause := next(steps, None)) is not None:
                self._town.at(self._town.now + pause, step)

        step()

    def _open(self, transport: Transport) -> Steps:
        if transport is Transport.WEBSOCKET:
            problem = yield from self._ask("Auth", Urgency.CONNECT, patience=SOCKET_PATIENCE)
        else:
            problem = yield from self._ask("Medium", Urgency.CONNECT)
        del self._opening[transport]
        now = self._town.now
        self._do(self.link.lost(transport, problem, now) if problem else self.link.connected(transport, now))
        return None

    def _look(self) -> Steps:
        problem = yield from self._ask("Light", Urgency.RECONCILE, tries=TRIES)
        self._snapshot = None
        now = self._town.now
        if problem:
            self._do(self.link.snapshot_failed(problem, now))
        else:
            self._do(self.link.snapshot_taken(now, differed=False))
        return None

    def _keep_history(self) -> Steps:
        while True:
            problem = yield from self._ask("Heavy", Urgency.HISTORY, tries=TRIES)
            yield max(problem.retry_after or 0.0, AGAIN) if problem else EVERY

    def _ask(self, group: str, urgency: Urgency, *, tries: int = 1, patience: float | None = None) -> Steps:
        """As the program's `Rest.send` does: in its turn, and again after a pause if it may be repeated."""
        for attempt in range(tries):
            problem = yield from self._renew_if_due()
            if not problem:
                problem = yield from self._send(group, urgency, patience)
            if not problem or attempt == tries - 1:
                return problem
            yield max(backoff(attempt, self._chance()), problem.retry_after or 0.0)
        return None

    def _renew_if_due(self) -> Steps:
        match next_step(self._tokens, self._town.now):
            case Refresh(_, usable) if not self._renewing and self._town.now >= self._not_before:
                self._renewing = True
                problem = yield from self._send("Auth", Urgency.REFRESH, 0.0 if usable else None)
                self._renewing = False
                if not problem:
                    self._tokens = self._issued(self._town.now)
                    return None
                self._not_before = self._town.now + REFRESH_PAUSE
                return None if usable else problem
            case Refresh(_, False):
                return OFFLINE
        return None

    def _send(self, group: str, urgency: Urgency, patience: float | None) -> Steps:
        town, pacer = self._town, self._pacer
        turn, in_line, asked_at = pacer.join(group, group, urgency), True, town.now
        try:
            while (pause := pacer.wait(turn, town.now)) > 0:
                if patience is not None and town.now - asked_at + pause > patience:
                    return Problem("-", "-", Kind.THROTTLED, retry=True, retry_after=pause)
                yield min(max(pause, SHORTEST_WAIT), LONGEST_WAIT)
            in_line = False
            self._note(group)
            if town.away:
                yield REFUSED
                pacer.lost(turn, town.now, unsent=True)
                return OFFLINE
            yield TRIP / 2
            if town.away:  # it went away meanwhile
                return OFFLINE
            try:
                headers = town.limits.take(self._key, group)
            except ApiError as refusal:
                town.refused += 1
                pacer.refused(turn, refusal.headers, WINDOW, town.now)
                return Problem("-", "-", Kind.THROTTLED, retry=True, retry_after=WINDOW)
            yield TRIP / 2
            pacer.answered(turn, headers, town.now)
            return None
        finally:
            if in_line:
                pacer.leave(turn)
            elif turn in turn.group.flying:
                pacer.lost(turn, town.now)

    def _note(self, group: str) -> None:
        """Count a request that is tried."""
        town, sent = self._town, self._sent[group]
        town.tried[int(town.now)] += 1
        sent.append(town.now)
        while sent[0] <= town.now - WINDOW:
            sent.popleft()
        if not town.away:
            town.worst[group] = max(town.worst[group], len(sent))

    def _issued(self, at: float) -> Tokens:
        return Tokens("access", at, at + TOKEN_LIFE, "refresh", float("inf"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one town has seen. Rates are requests a second of the whole fleet, by second from the return on."""

    rates: dict[int, float]
    calm: float  # the same in the minutes before
    refused: int
    worst: dict[str, int]
    live: float  # the share of desks that are live at the end
    live_after: float  # seconds from the return until 99 of 100 desks know again what is true

    @property
    def peak(self) -> float:
        """The most requests that came in a second after the return."""
        return max(rate for second, rate in self.rates.items() if second >= 0)


def simulate(desks: int, *, jitter: bool, seed: int = 1) -> Outcome:
    """Let so many desks live through it, and scale what is counted to the whole fleet."""
    town, dice = Town(), random.Random(seed)
    chance = random.Random(seed + 1).random if jitter else lambda: 0.5
    fleet = [Desk(town, number, dice, chance) for number in range(desks)]
    town.run(CALM)
    town.away = True
    for desk in fleet:
        desk.lose()
    back = CALM + AWAY
    town.run(back)
    town.away = False
    live_after = float("inf")
    for second in range(int(AFTER)):
        town.run(back + second)
        if live_after == float("inf") and sum(map(_knows, fleet)) >= 0.99 * desks:
            live_after = second
    scale = FLEET / desks
    calm = [town.tried[second] for second in range(int(CALM - EVERY), int(CALM))]
    return Outcome(
        rates={s: town.tried[int(back) + s] * scale for s in range(-int(AWAY), int(AFTER))},
        calm=sum(calm) / len(calm) * scale,
        refused=town.refused + town.limits.in_penalty,
        worst=dict(town.worst),
        live=sum(desk.link.status.state is LinkState.LIVE for desk in fleet) / desks,
        live_after=live_after,
    )


def _knows(desk: Desk) -> bool:
    return desk.link.status.state in (LinkState.LIVE, LinkState.POLLING)


def report(with_jitter: Outcome, without: Outcome) -> None:
    """Print a table and a chart of the busiest second of each few."""
    both = (with_jitter, without)
    print(
        f"{FLEET:,} desks of {COMPANIES:,} companies, away for {AWAY:.0f} s{'with jitter':>18}{'without':>12}"
    )
    rows: dict[str, Callable[[Outcome], str]] = {
        "requests a second, before": lambda it: f"{it.calm:,.0f}",
        "the same, busiest second after the return": lambda it: f"{it.peak:,.0f}",
        "busiest second of the time away (tried)": lambda it: f"{_busiest(it, -int(AWAY), 0):,.0f}",
        "99 of 100 desks know the truth again after": lambda it: f"{it.live_after:.0f} s",
        "live at the end": lambda it: f"{it.live:.1%}",
        "refused for having been too many": lambda it: f"{it.refused}",
    }
    for group, limit in DOCUMENTED.items():
        rows[f"most of one desk in a minute, {group} ({limit})"] = lambda it, group=group: (
            f"{it.worst.get(group, 0)}"
        )
    for name, tell in rows.items():
        print(f"  {name:<48}", *(f"{tell(outcome):>11}" for outcome in both))
    print(f"\nbusiest second of each {BUCKET}, from the return on; # with jitter, . without")
    most = max(outcome.peak for outcome in both)
    for begin in range(0, SHOWN, BUCKET):
        for mark, outcome in zip("#.", both, strict=True):
            rate = _busiest(outcome, begin, begin + BUCKET)
            when = f"{begin:>4} s" if mark == "#" else " " * 6
            print(f"{when} {mark * round(WIDTH * rate / most):<{WIDTH}} {rate:>8,.0f}")


def _busiest(outcome: Outcome, begin: int, end: int) -> float:
    return max(outcome.rates[second] for second in range(begin, end))


def main() -> int:
    """Simulate both, print them, and return 1 if a desk was refused or chance helps nothing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--desks", type=int, default=2000, help="that are simulated (%(default)s)")
    args = parser.parse_args()
    with_jitter, without = (simulate(args.desks, jitter=jitter) for jitter in (True, False))
    if args.desks < FLEET:
        print(f"{args.desks:,} desks are simulated; rates are multiplied by {FLEET / args.desks:g}.")
    report(with_jitter, without)
    return 1 if with_jitter.refused or with_jitter.peak >= without.peak else 0


if __name__ == "__main__":
    sys.exit(main())
