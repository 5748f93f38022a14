"""LiveCalls: reports and snapshots into the call book, changes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

from rcdesk.core.calls import Call, CallBook, Change, Report, Snapshot, Stage
from rcdesk.core.outcomes import found_over
from rcdesk.core.ringout import Order
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.session_types import SessionState, Whose

OWN_PHONE_RINGS = 60.0  # seconds within which a RingOut has rung the user's own phone
CLOCKS_DIFFER = 5.0
"""Seconds by which a moment that the platform tells may be before ours by its own clock: its servers' clocks differ a
little, and what is known of them is known to within a second."""


class LiveCalls:
    """The user's calls of this moment, and news of every change to them.

    `changes` tells each change once, in order, on the loop that called. `link` is how the link stands; of calls
    that are not followed any more it says since when, whatever the link has gone through meanwhile.

    A session that has ended leaves the calls as they are, for the next one's first snapshot to correct. Only who
    signs out, or signs in as somebody else, begins with none.
    """

    def __init__(self, clock: Callable[[], float], ahead: Callable[[], float] = lambda: 0.0) -> None:
        """`ahead` gives the seconds by which the platform's clock is ahead of `clock`: calls are dated by that."""
        self.ahead = ahead
        self.changes: Feed[Change] = Feed()
        self.link: Latest[LinkStatus] = Latest(LinkStatus())
        self._clock = clock
        self._book = CallBook()
        self._alarm: asyncio.TimerHandle | None = None
        self._known_at = float("-inf")  # when a report or a snapshot was taken in last
        self._status = LinkStatus()  # as the link says it
        self._lost_at: float | None = None  # since when the calls are not followed, if they were before
        self._whose = Whose()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The live calls, oldest first, without the user's own phone ringing for a RingOut."""
        return self._book.calls

    @property
    def unsure(self) -> bool:
        """Whether only a snapshot can tell what is true (`CallBook.unsure`)."""
        return self._book.unsure

    def left_out(self, snapshot: Snapshot) -> tuple[Call, ...]:
        """The live calls of which a cut snapshot tells nothing."""
        return self._book.left_out(snapshot)

    def platform_now(self) -> float:
        """Return what time it is for the platform, as far as that is known."""
        return self._clock() + self.ahead()

    def now(self) -> float:
        """Return the moment as of which the calls are known, by the platform's clock, as they are dated: it stands
        still when nothing is heard."""
        known_at = self._clock() if self._lost_at is None else max(self._lost_at, self._known_at)
        return known_at + self.ahead()

    def take(self, report: Report) -> None:
        """Take in one push notification."""
        self._known_at = self._clock()
        self._tell(self._book.apply(report, self._known_at, ahead=self.ahead()))

    def miss(self) -> None:
        """Note that not all of a notification could be read."""
        self._book.miss(self._clock())

    def reconcile(self, snapshot: Snapshot, asked_at: float) -> list[Change]:
        """Take in what the platform lists, asked for at `asked_at`; return what it changed."""
        looked_at, self._known_at = self._known_at, self._clock()
        ahead = self.ahead()
        found = self._book.reconcile(snapshot, self._known_at, asked_at, ahead=ahead)
        changes = [found_over(change, looked_at + ahead) for change in found]
        self._tell(changes)
        return changes

    def doubt(self) -> None:
        """Nothing was heard for longer than phones ring: show none that does."""
        self._tell(self._book.doubt())

    def expect_own_leg(self, order: Order) -> None:
        """A RingOut begins: the user's own phone is about to ring, and that is no call for them."""
        now = self.platform_now()
        self._book.expect_own_leg(order.own, order.number, now - CLOCKS_DIFFER, now + OWN_PHONE_RINGS)

    def on_link(self, status: LinkStatus) -> None:
        """Listen to the link."""
        if status.state in (LinkState.LIVE, LinkState.POLLING):
            self._lost_at = None
        elif self._status.state in (LinkState.LIVE, LinkState.POLLING):
            self._lost_at = status.since
        self._status = status
        self._tell_link()

    def on_session(self, state: SessionState) -> None:
        """Listen to the session: the calls are those of one account."""
        if self._whose.is_over(state):
            self._forget()

    def close(self) -> None:
        """Stop waiting for graces; what is known stays."""
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None

    def _forget(self) -> None:
        """Begin anew. What becomes of the calls is not known: each leaves as one that ended at no known time."""
        calls, self._book = self._book.calls_and_own_legs, CallBook()
        self._lost_at = None
        self._tell_link()
        self._tell(Change(call, replace(call, stage=Stage.ENDED)) for call in calls)

    def _tell_link(self) -> None:
        status = self._status
        if self._lost_at is not None:
            again = status.state is LinkState.CONNECTING  # of who signs in again in place
            state = LinkState.RECOVERING if again else status.state
            status = replace(status, state=state, since=self._lost_at)
        self.link.publish(status)

    def _tell(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.changes.publish(change)
        self.close()
        wake = self._book.next_wake
        if wake is not None:
            # Timers are cut to whole milliseconds and may fire early: wake a little late instead.
            delay = max(wake - self._clock(), 0.0) + 0.002
            self._alarm = asyncio.get_running_loop().call_later(delay, self._on_alarm, wake)

    def _on_alarm(self, wake: float) -> None:
        self._alarm = None
        # That moment has come by any clock, although one that was set back meanwhile says otherwise.
        self._tell(self._book.tick(max(wake, self._clock())))
