"""Pacer: whose turn it is to send a request, so that no rate limit is met and no penalty broken into."""

from __future__ import annotations

import enum
import math
from bisect import bisect_right, insort
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

WITHOUT_RETRY_AFTER = 30.0
"""Seconds to wait where a 429 names none: the least that the platform asks for ("Rate limits")."""

DOCUMENTED = {"Auth": 5, "Light": 50, "Medium": 40, "Heavy": 10}
"""Requests a minute in the platform's own plan, which hold until a server names others."""

UNDOCUMENTED = min(DOCUMENTED.values())  # of a group of which only the name is known
_LIMITS = {name.casefold(): limit for name, limit in DOCUMENTED.items()}
WINDOW, LONGEST_WINDOW = 60.0, 3600.0  # seconds; a header that names a longer one is not believed

RESERVED = 0.4
"""The share of every limit that only the user's own act and a refresh may use: 2 of 5 Auth, 4 of 10 Heavy.
With four a call can be placed and cancelled twice within the minute in which the history is filled."""

LOOK_AGAIN = 0.5  # seconds after which to ask again where only the answer to another request can tell
FIRST_BACKOFF, LONGEST_BACKOFF = 2.0, 60.0  # seconds


class Urgency(enum.IntEnum):
    """What a request is for; of those that wait for one group the first named here goes first."""

    USER = enum.auto()  # what the user has just asked for: to cancel, sign in, be seen as busy
    DIAL = enum.auto()  # of them a call to be placed, which leaves one request to cancel it with
    REFRESH = enum.auto()  # of the sign-in, without which nothing else goes
    CONNECT = enum.auto()  # a way for the news to come
    RECONCILE = enum.auto()  # what makes the screen true after a gap
    POLL = enum.auto()  # what keeps it true where no news comes
    HISTORY = enum.auto()
    CONTACTS = enum.auto()

    @property
    def privileged(self) -> bool:
        """Whether it may use what is kept back from all others."""
        return self <= Urgency.REFRESH


@dataclass(frozen=True, slots=True)
class Budget:
    """What may still be asked of one group.

    Attributes:
        group: as the server names it.
        left: how many requests may be sent now; those not answered yet count as used.
        full_at: unix seconds at which all of `limit` may be sent again; None if so it is now.
        throttled_until: unix seconds; None unless the server has refused one for having been too many.
    """

    group: str
    limit: int
    left: int
    full_at: float | None
    throttled_until: float | None

    def by_another_clock(self, ahead: float) -> Budget:
        """The same by a clock that is `ahead` seconds ahead of the one it was told by."""
        full_at, until = self.full_at, self.throttled_until
        return replace(
            self,
            full_at=None if full_at is None else full_at + ahead,
            throttled_until=None if until is None else until + ahead,
        )


@dataclass(eq=False, slots=True)
class _Group:
    """What is known of one group. Its server counts a request when it arrives, which is at some moment between
    the sending and the answer: so one that is under way counts, and then for a window after its answer."""

    name: str
    limit: int
    window: float = WINDOW
    line: list[Turn] = field(default_factory=list)  # those that wait, in the order in which they go
    flying: set[Turn] = field(default_factory=set)  # sent, not answered
    answered: list[float] = field(default_factory=list)  # moments, the oldest first
    others: int = 0  # requests that the server has counted and that are not ours: another desk of this user
    others_until: float = 0.0
    barred_until: float = 0.0
    penalty: float = WITHOUT_RETRY_AFTER
    probing: bool = False  # a penalty was on, and nothing is known of the time after it

    def kept_from(self, urgency: Urgency) -> int:
        """How many requests must stay free for others when one of this urgency goes."""
        if urgency.privileged:
            # A refresh may not take what a call to be placed waits to have kept, either.
            dials = urgency is Urgency.DIAL or (urgency is Urgency.REFRESH and self.dial_waits)
            kept = 1 if dials else 0
        else:
            kept = math.ceil(self.limit * RESERVED)
        return min(kept, self.limit - 1)

    @property
    def dial_waits(self) -> bool:
        """Whether a call to be placed stands in the line."""
        behind = bisect_right(self.line, Urgency.DIAL, key=lambda turn: turn.urgency)
        return behind > 0 and self.line[behind - 1].urgency is Urgency.DIAL

    def forget(self, now: float) -> None:
        """Forget what no server counts any more."""
        del self.answered[: bisect_right(self.answered, now - self.window)]
        if self.others_until <= now:
            self.others = 0

    def used(self) -> int:
        return len(self.flying) + len(self.answered) + self.others

    def frees(self) -> list[float]:
        """The moments at which one more may be sent, as far as they are known."""
        own = [moment + self.window for moment in self.answered]
        return sorted(own + [self.others_until] * self.others)

    def learn(self, turn: Turn, used: int, now: float) -> None:
        """Take in that the server counted `used` requests when that of `turn` arrived."""
        before = bisect_right(self.answered, turn.sent_at)  # they had arrived by then
        stale = before - max(used - 1, 0)
        if stale > 0:  # a window of another kind than ours has begun anew
            del self.answered[:stale]
            before -= stale
        if used:
            insort(self.answered, now)
        # Those that were sent about the same time may have arrived before or after.
        least = used - len(self.answered) - len(self.flying)
        most = max(used - before - 1, 0)
        self.others = min(max(self.others, least), most)
        self.others_until = now + self.window


@dataclass(eq=False, slots=True)
class Turn:
    """One request's place: first in its group's line, then on its way.

    Attributes:
        what: which kind of request it is; the server may count all of a kind to another group.
    """

    what: str
    urgency: Urgency
    group: _Group
    sent_at: float = 0.0


class Pacer:
    """Knows of each rate-limit group what may still be sent, and who goes next.

    Every request gets a turn by `join`, which is told: `wait` until that is 0, or `leave`; then `answered`,
    `refused` or `lost`. Groups are plain strings, learned as they come. Whatever the delays, no more is sent
    within a window than the limit, and nothing inside a penalty, which that would only begin anew. Every `now` is of
    one clock that nobody sets back.
    """

    def __init__(self, on_barred: Callable[[], None] = lambda: None) -> None:
        """`on_barred` hears whenever a penalty has begun, or begun anew."""
        self._on_barred = on_barred
        self._groups: dict[str, _Group] = {}
        self._elsewhere: dict[
            str, str
        ] = {}  # the group of those kinds that belong to another than was thought

    def join(self, what: str, group: str, urgency: Urgency) -> Turn:
        """Stand in the line of `group`, behind all that are as urgent."""
        found = self._group(self._elsewhere.get(what, group))
        turn = Turn(what, urgency, found)
        insort(found.line, turn, key=lambda one: one.urgency)
        return turn

    def leave(self, turn: Turn) -> None:
        """Give up waiting."""
        turn.group.line.remove(turn)

    def wait(self, turn: Turn, now: float) -> float:
        """Return for how many seconds to wait and then ask again; 0 lets it go and counts it.

        Ask sooner if you like: an answer to another request may have changed it.
        """
        self._see(now)
        group = turn.group
        pause = self._pause(turn, now)
        if pause <= 0:
            group.line.remove(turn)
            group.flying.add(turn)
            turn.sent_at = now
            return 0.0
        return pause

    def answered(self, turn: Turn, headers: Mapping[str, str], now: float) -> None:
        """Take in an answer other than 429; the headers of the rate limit may be absent or unreadable."""
        self._see(now)
        name, limit, left, window = _told(headers)
        self._land(turn, name)
        group = turn.group
        group.probing = False
        if window is not None:
            group.window = window
        if limit is not None:
            group.limit = limit
        if name and limit is not None and left is not None:
            group.learn(turn, max(limit - left, 0), now)
        else:
            insort(group.answered, now)

    def refused(self, turn: Turn, headers: Mapping[str, str], retry_after: float | None, now: float) -> None:
        """Take in that it was answered 429. A penalty never becomes shorter."""
        self._see(now)
        thought = turn.group
        self._land(turn, _told(headers)[0])
        for group in {thought, turn.group}:
            group.penalty = WITHOUT_RETRY_AFTER if retry_after is None else retry_after
            group.barred_until = max(group.barred_until, now + group.penalty)
            group.others, group.probing = 0, True
        self._on_barred()

    def bar(self, name: str, until: float, now: float) -> None:
        """Take in that a penalty of the group `name`, from before all that is known here, lasts until then."""
        self._see(now)
        group = self._group(name)
        group.barred_until = max(group.barred_until, until)
        group.probing = True

    def lost(self, turn: Turn, now: float, *, unsent: bool = False) -> None:
        """Take in that no answer will come. If it was sent it may have arrived, and broken into a penalty."""
        self._see(now)
        group = turn.group
        group.flying.discard(turn)
        if unsent:
            return
        insort(group.answered, now)
        if now < group.barred_until:
            group.barred_until = max(group.barred_until, now + group.penalty)
            self._on_barred()

    def budgets(self, now: float) -> tuple[Budget, ...]:
        """Return what is known of every group that was used, in the platform's own order."""
        self._see(now)
        return tuple(sorted(self._budgets(now), key=_order))

    def _budgets(self, now: float) -> Iterator[Budget]:
        for group in self._groups.values():
            frees = group.frees()
            throttled = group.barred_until if now < group.barred_until else None
            left = 0 if throttled else max(group.limit - group.used(), 0)
            yield Budget(group.name, group.limit, left, max(frees, default=None), throttled)

    def _pause(self, turn: Turn, now: float) -> float:
        group = turn.group
        if now < group.barred_until:
            return group.barred_until - now
        ahead = group.line.index(turn)
        if group.probing and (group.flying or ahead) and not turn.urgency.privileged:
            return LOOK_AGAIN  # two desks of one user that come out of a penalty must not send all at once
        needed = ahead + 1 + group.kept_from(turn.urgency)
        lacking = needed - (group.limit - group.used())
        if lacking <= 0:
            return 0.0
        frees = group.frees()
        return frees[lacking - 1] - now if lacking <= len(frees) else LOOK_AGAIN

    def _land(self, turn: Turn, name: str) -> None:
        """It is answered, and counted by the server to the group `name`."""
        turn.group.flying.discard(turn)
        if not name:
            return
        found = self._group(name)
        found.name = name
        if found is not turn.group:
            self._elsewhere[turn.what] = name
            turn.group = found

    def _group(self, name: str) -> _Group:
        key = name.casefold()
        return self._groups.setdefault(key, _Group(name, _LIMITS.get(key, UNDOCUMENTED)))

    def _see(self, now: float) -> None:
        """Take in what time it is."""
        for group in self._groups.values():
            group.forget(now)


def backoff(attempt: int, chance: float) -> float:
    """Return the seconds to wait after failure number `attempt` (from 0); `chance` is in [0, 1).

    Full jitter: after an outage the clients of an office do not all come back in the same second.
    """
    return chance * min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(attempt, 10))


def _told(headers: Mapping[str, str]) -> tuple[str, int | None, int | None, float | None]:
    """Read group, limit, requests left and window; what is absent or makes no sense is "" or None."""
    lower = {name.lower(): value for name, value in headers.items()}
    limit, left, window = (
        _number(lower.get(f"x-rate-limit-{name}")) for name in ("limit", "remaining", "window")
    )
    return (
        lower.get("x-rate-limit-group", ""),
        int(limit) if limit is not None and limit >= 1 else None,
        None if left is None else int(left),
        window if window is not None and 0 < window <= LONGEST_WINDOW else None,
    )


def _number(text: str | None) -> float | None:
    """The number that `text` is, None if it is none or negative."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _order(budget: Budget) -> tuple[int, str]:
    key = budget.group.casefold()
    return (list(_LIMITS).index(key) if key in _LIMITS else len(_LIMITS), key)
