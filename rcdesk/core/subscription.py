"""Link: which transport carries the news, whether it is live, when to try again and when to check."""

from __future__ import annotations

from collections.abc import Callable

from rcdesk.core.errors import Kind, Problem
from rcdesk.core.link_types import Action, Close, LinkState, LinkStatus, Open, Push, TakeSnapshot, Transport

__all__ = ["Action", "Close", "Link", "LinkState", "LinkStatus", "Open", "Push", "TakeSnapshot", "Transport"]

Span = tuple[float, float]
"""The least and the most seconds of a pause; chance says how many. A whole town's desks lose their server in
the same moment, and must not come back in the same one."""

PAUSES: tuple[Span, ...] = ((0, 2), (2, 4), (4, 8), (15, 22), (16, 32), (32, 60), (60, 90))
"""Before each try. From the fourth on at least 15: every try over WebSocket needs a token of the Auth group,
which allows 5 requests a minute and is needed for refreshing the sign-in as well."""

TRIES = 3  # of one transport, before the next one gets its turn (auto)
SETTLED = 60.0  # seconds for which a connection must last before its loss counts as a first one
CHECK_EVERY: Span = (162, 198)  # seconds; the tutorial asks for a look every 2 to 5 minutes
CHECK_SILENT_EVERY: Span = (27, 33)
"""Seconds between checks where the transport cannot tell a line that is dead from one on which nothing happens:
PubNub's client waits five minutes for an answer."""
POLL: Span = (3, 4)
"""Between looks while nothing else brings news; the Light group allows 50 requests a minute."""
LOOK: Span = (
    2,
    3,
)  # the same while what brought news is being opened anew, for PATIENT_FOR: twice in five seconds
PROBE: Span = (20, 60)  # between looks of which each one failed, in an outage that has lasted for PATIENT_FOR
PATIENT_FOR = 120.0  # seconds
SNAPSHOT_PATIENCE = 4.0
"""Seconds after which another snapshot is asked for beside one that hangs: a slow answer is better than none, but
what keeps one of them back need not keep back the next."""
UNCHECKED = TRIES * SNAPSHOT_PATIENCE  # seconds for which it stays live without a check that is due
CLIMB: Span = (300, 420)  # after which a better transport than the one in use is tried again (auto)
DOUBT = 5.0  # seconds in which the news must come that a check has already seen
SECOND_LOOK: Span = (2, 4)  # after news that leaves open what is true: more of it may be on its way
SECOND_LOOK_EVERY = 10.0  # seconds between a snapshot and the next one for the sake of such news, at least
NOT_OFFERED = frozenset(
    {Kind.BAD_REQUEST, Kind.SIGN_IN, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.NOT_ALLOWED, Kind.GONE}
)
"""Refusals that will not pass: another way must be tried. A server that does not know a way says so in many
ways. SIGN_IN is one of them, as the end of the whole session comes as `signed_out`."""

_LADDERS = {
    Push.AUTO: (Transport.WEBSOCKET, Transport.PUBNUB, Transport.POLLING),
    Push.WEBSOCKET: (Transport.WEBSOCKET,),
    Push.PUBNUB: (Transport.PUBNUB,),
    Push.POLLING: (Transport.POLLING,),
}


class Link:
    """Decides how the user's calls are kept known. It opens nothing itself: each method returns what to do.

    It is live only once a snapshot was taken after the connection, since only then nothing is missing, and not
    for long while none can be taken: a subscription can be dead on a line that is well. While
    no transport is open the presence is looked at every few seconds: what is on screen stays true, and the first
    look that works again says that the network is back. The shell calls `tick` at `next_wake`, carries out the
    actions in order, and tells how they went.
    """

    def __init__(self, push: Push, chance: Callable[[], float]) -> None:
        """`chance` gives numbers in [0, 1)."""
        self._ladder = _LADDERS[push]
        self._chance = chance
        self._status = LinkStatus()
        self._reset()

    def _reset(self) -> None:
        self._rung = 0  # of the ladder: the transport in use, or being tried
        self._open: Transport | None = None
        self._opening: Transport | None = None
        self._climbing: int | None = None  # the rung above that is being tried while this one is in use
        self._failures = 0
        self._connected_at = 0.0
        self._checking_until: float | None = None  # a snapshot is under way, and waited for until then
        self._checked_at = float("-inf")  # the last one that was taken
        self._unsure = False  # a second look is due: the next snapshot may differ, whatever push brought
        self._check_failures = self._hung = 0
        self._barred_until: float | None = None  # the server has said that it takes no snapshot before then
        self._held = False  # the server has named the pause before the next try
        # While nothing else brings news: a snapshot failed since the last one that did not.
        self._was_cut_off = False
        self._open_at: float | None = None
        self._check_at: float | None = None
        self._climb_at: float | None = None
        self._doubt_until: float | None = None

    @property
    def status(self) -> LinkStatus:
        """How the link stands; `transport` is what carries the news now."""
        return self._status

    @property
    def next_wake(self) -> float | None:
        """Unix seconds at which `tick` is due, None if only an event can change anything."""
        check_at = self._check_at if self._checking_until is None else self._checking_until
        moments = (self._open_at, check_at, self._climb_at, self._doubt_until)
        return min((moment for moment in moments if moment is not None), default=None)

    def signed_in(self, now: float) -> list[Action]:
        """Begin, or begin anew."""
        closing = self._close_all()
        self._reset()
        self._open_at, self._check_at = now, now + self._some(POLL)
        self._say(LinkState.CONNECTING, now)
        return closing + self.tick(now)

    def stop(self, now: float) -> list[Action]:
        """Let go of everything."""
        return self._leave(LinkState.OFF, now)

    def signed_out(self, now: float) -> list[Action]:
        """The session is over: nothing is tried until `signed_in`."""
        return self._leave(LinkState.SIGNED_OUT, now)

    def woke(self, now: float) -> list[Action]:
        """The computer slept or changed its network: what is open is most likely dead, and there is a gap."""
        if self._status.state in (LinkState.OFF, LinkState.SIGNED_OUT):
            return []
        return self._reopen(0, now)

    def connected(self, transport: Transport, now: float) -> list[Action]:
        """`transport` is open and subscribed. Whatever happened before that is a gap."""
        climbed = self._climbing is not None and self._ladder[self._climbing] is transport
        if not climbed and self._opening is not transport:
            return []
        closing: list[Action] = []
        if self._climbing is not None:
            closing = [Close(self._open)] if self._open in (Transport.WEBSOCKET, Transport.PUBNUB) else []
            self._rung, self._failures = self._climbing, 0
        self._use(transport, now)
        return closing + self.tick(now)

    def lost(self, transport: Transport, problem: Problem | None, now: float) -> list[Action]:
        """`transport` could not be opened, or is closed; `problem` says why if that is known."""
        if self._climbing is not None and self._ladder[self._climbing] is transport:
            return self._climb_on(self._climbing + 1, now)
        if transport not in (self._open, self._opening):
            return []
        lasted = self._open is transport and now - self._connected_at >= SETTLED
        self._failures = 0 if lasted else self._failures + 1
        closing = [action for action in self._close_all() if action != Close(transport)]
        self._open = self._opening = self._climbing = None
        not_offered = problem is not None and problem.kind in NOT_OFFERED
        self._recover(not_offered, problem.retry_after if problem else None, now)
        return closing + self.tick(now)

    def heard(self, now: float) -> list[Action]:
        """News arrived over the transport in use: it is not dead."""
        self._doubt_until = None
        return []

    def unsure(self, now: float) -> list[Action]:
        """News left open what is true, or could not be read: a snapshot must tell, and soon."""
        if self._check_at is not None and self._checking_until is None:
            soon = max(now + self._some(SECOND_LOOK), self._checked_at + SECOND_LOOK_EVERY)
            self._check_at = min(self._check_at, soon)
            self._unsure = True
        return self.tick(now)

    def snapshot_taken(self, now: float, *, differed: bool) -> list[Action]:
        """The presence was read. `differed`: the book did not know yet what it says."""
        was_live = self._status.state is LinkState.LIVE
        explained, self._unsure, self._checked_at = self._unsure, False, now
        cut_off, self._was_cut_off = self._was_cut_off, False
        self._checking_until = self._barred_until = None
        self._check_failures = self._hung = 0
        if self._open is None:
            self._check_at = now + self._till_next_look(now) if self._trying else None
            if cut_off and self._open_at is not None and not self._held:
                self._open_at = now  # the network is back: no need to wait any longer
        elif self._open is Transport.POLLING:
            self._check_at = now + self._some(POLL)
            self._say(LinkState.POLLING, now)
            if cut_off and self._climb_at is not None:
                self._climb_at = now  # the network is back: perhaps more than polling works again
        else:
            self._check_at = now + self._some(self._check_every)
            self._say(LinkState.LIVE, now)
            if was_live and differed and not explained:
                self._doubt_until = now + DOUBT
        return self.tick(now)

    def snapshot_failed(self, problem: Problem, now: float) -> list[Action]:
        """The presence could not be read."""
        self._checking_until = None
        self._check_failures += 1
        barred = problem.retry_after or 0.0
        self._barred_until = now + barred if barred > UNCHECKED and self._trying else None
        state = self._status.state
        since = now if state is LinkState.POLLING else max(self._status.since, self._checked_at)
        lasted = now - since  # that every look has failed
        if self._open in (None, Transport.POLLING):
            self._was_cut_off = True
            pause = self._some(PROBE) if lasted > PATIENT_FOR else self._till_next_look(now)
            self._check_at = now + max(pause, barred) if self._trying else None
            if self._open is Transport.POLLING:
                state = LinkState.RECOVERING
        else:
            out = state is LinkState.RECOVERING and lasted > PATIENT_FOR
            pause = self._some(PROBE if out else PAUSES[1])
            self._check_at = now + max(pause, barred)
            if state is LinkState.LIVE and (self._check_failures >= TRIES or barred > UNCHECKED):
                state = LinkState.RECOVERING
        self._say(state, now)
        return self.tick(now)

    def tick(self, now: float) -> list[Action]:
        """Return what is due by `now`."""
        actions: list[Action] = []
        if _due(self._doubt_until, now):
            return self._reopen(self._rung, now)
        if _due(self._open_at, now):
            self._open_at = None
            if self._ladder[self._rung] is Transport.POLLING:
                self._use(Transport.POLLING, now)
            else:
                self._opening = self._ladder[self._rung]
                actions.append(Open(self._opening))
        if _due(self._climb_at, now):
            self._climb_at = None
            actions += self._climb_on(0, now)
        if _due(self._check_at if self._checking_until is None else self._checking_until, now):
            hangs = self._checking_until is not None
            if hangs:
                self._miss_answer(now)
            actions.append(TakeSnapshot(beside=hangs))
            self._checking_until = now + SNAPSHOT_PATIENCE
        return actions

    def _miss_answer(self, now: float) -> None:
        """A snapshot hangs, and may do so for longer than anybody should believe what is on screen."""
        self._hung += 1  # counted apart: the next look need not wait for longer because of it
        if self._open in (None, Transport.POLLING):
            self._was_cut_off = True
        known = self._status.state in (LinkState.LIVE, LinkState.POLLING)
        if known and self._check_failures + self._hung >= TRIES:
            self._say(LinkState.RECOVERING, now)

    @property
    def _trying(self) -> bool:
        """Whether anything is to be heard of the calls at all."""
        return self._status.state not in (LinkState.OFF, LinkState.SIGNED_OUT)

    @property
    def _check_every(self) -> Span:
        return CHECK_SILENT_EVERY if self._open is Transport.PUBNUB else CHECK_EVERY

    def _some(self, span: Span) -> float:
        least, most = span
        return least + (most - least) * self._chance()

    def _till_next_look(self, now: float) -> float:
        """While no push brings news."""
        anew = self._open is None and now - self._status.since <= PATIENT_FOR
        return self._some(LOOK if anew else POLL)

    def _pause(self, failures: int) -> float:
        return self._some(PAUSES[min(failures, len(PAUSES) - 1)])

    def _use(self, transport: Transport, now: float) -> None:
        """News comes over `transport` from now on; what came before must be looked up."""
        self._open, self._opening, self._climbing = transport, None, None
        self._connected_at = self._check_at = now
        self._checking_until = None  # one under way may be older than the connection
        self._check_failures = self._hung = 0
        self._doubt_until = None
        self._climb_at = now + self._some(CLIMB) if self._rung > 0 else None
        self._say(self._status.state, now)

    def _recover(self, not_offered: bool, retry_after: float | None, now: float) -> None:
        """Try the same transport again, or the next one if this one had its turn."""
        pause = self._pause(len(PAUSES) if not_offered else self._failures)
        # A pause that the server or our own budget names is better spent on the next one.
        had_its_turn = not_offered or bool(retry_after) or self._failures >= TRIES
        if self._rung + 1 < len(self._ladder) and had_its_turn:
            self._rung, self._failures, pause, retry_after = self._rung + 1, 0, 0.0, None
        self._open_at = now + max(pause, retry_after or 0.0)
        self._held = not_offered or bool(retry_after)
        self._climb_at = self._doubt_until = None
        if self._checking_until is None:  # else it goes on: it tells as much as another one
            soon = now + self._some(LOOK)
            self._check_at = soon if self._check_at is None else min(soon, self._check_at)
        never_live = self._status.state is LinkState.CONNECTING
        self._say(LinkState.CONNECTING if never_live else LinkState.RECOVERING, now)

    def _reopen(self, rung: int, now: float) -> list[Action]:
        """Close what is open and open the transport of `rung` at once."""
        closing, state = self._close_all(), self._status.state
        self._reset()
        self._rung, self._open_at, self._check_at = rung, now, now + self._some(POLL)
        self._say(state if state is LinkState.CONNECTING else LinkState.RECOVERING, now)
        return closing + self.tick(now)

    def _climb_on(self, rung: int, now: float) -> list[Action]:
        """Try the better transports one after the other while the one in use goes on."""
        if rung < self._rung:
            self._climbing = rung
            return [Open(self._ladder[rung])]
        self._climbing = None
        self._climb_at = now + self._some(CLIMB)
        return []

    def _leave(self, state: LinkState, now: float) -> list[Action]:
        closing = self._close_all()
        self._reset()
        self._say(state, now)
        return closing

    def _close_all(self) -> list[Action]:
        climbing = None if self._climbing is None else self._ladder[self._climbing]
        held = (self._open, self._opening, climbing)
        return [Close(transport) for transport in held if transport not in (None, Transport.POLLING)]

    def _say(self, state: LinkState, now: float) -> None:
        since = self._status.since if state is self._status.state else now
        self._status = LinkStatus(state, since, self._open or Transport.NONE, self._barred_until)


def _due(moment: float | None, now: float) -> bool:
    return moment is not None and moment <= now
