"""Away: after a long stretch in which no live calls were shown, tells once what came meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from rcdesk.core.away import DOUBTED, RINGS, SETTLED, Gaps, Summary, summary
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.awake import Awake
from rcdesk.services.feed import Feed
from rcdesk.services.history import History
from rcdesk.services.link import Link
from rcdesk.services.live_calls import LiveCalls
from rcdesk.services.session_types import SessionState, Whose
from rcdesk.services.tasks import Group, Nursery

log = logging.getLogger(__name__)

LOOK = 5.0  # seconds between looks at the clock


class Away:
    """`summaries` tells of each long gap once, when the platform's log has what came in it.

    The log is read as soon as calls are shown again, so that the history is right, and once more when it can
    be complete. A link that breaks again meanwhile makes the gap longer, not two of them. So does a session that
    the server has ended, once the same person signs in again. Whoever signed out, or started the program just now,
    knows that nothing was shown: of that time nothing is told.

    While nothing is heard for longer than phones ring, no call is shown as ringing.
    """

    def __init__(
        self,
        nursery: Nursery,
        awake: Awake,
        link: Link,
        calls: LiveCalls,
        history: History,
        clock: Callable[[], float],
    ) -> None:
        self.summaries: Feed[Summary] = Feed()
        self._calls = calls
        self._history = history
        self._clock = clock
        self._gaps = Gaps()
        self._whose = Whose()
        self._telling = Group(nursery)
        self._teller: asyncio.Task[None] | None = None
        self._doubt: asyncio.TimerHandle | None = None
        awake.woke.subscribe(self._on_woke)
        link.status.subscribe(self._on_status)
        link.checked.subscribe(lambda _none: self._on_checked())

    def close(self) -> None:
        """Doubt nothing any more; the nursery ends what waits."""
        if self._doubt:
            self._doubt.cancel()
            self._doubt = None

    def on_session(self, state: SessionState) -> None:
        """Listen to the session: what came while nobody was signed in is news to who was before."""
        if self._whose.is_over(state):
            self._forget()

    def _forget(self) -> None:
        self._gaps.forget()
        self._telling.cancel()

    def _on_woke(self, began: float | None) -> None:
        if began is None:
            self._gaps.clock_set(self._clock(), self._calls.calls)
        else:
            self._gaps.slept(began, self._calls.calls)
        self._doubt_ringing()

    def _on_status(self, status: LinkStatus) -> None:
        match status.state:
            case LinkState.LIVE | LinkState.POLLING:
                self._gaps.live(self._clock(), self._calls.calls)
                self.close()
                self._tell()
            case _:
                self._gaps.deaf(self._clock(), self._calls.calls)
                self._doubt_ringing()

    def _on_checked(self) -> None:
        self._gaps.checked(self._clock(), self._calls.calls)
        self._doubt_ringing()
        self._tell()

    def _doubt_ringing(self) -> None:
        """Doubt what rings when nothing was heard for long enough, which after a sleep can be now."""
        since = self._gaps.deaf_since
        if since is None:
            return
        self.close()
        left = since + DOUBTED - self._clock()
        if left <= 0:
            self._calls.doubt()
        else:
            self._doubt = asyncio.get_running_loop().call_later(left, self._calls.doubt)

    def _tell(self) -> None:
        if self._gaps.gap and (self._teller is None or self._teller.done()):
            self._teller = self._telling.start(self._tell_of_it(), name="while you were away")

    async def _tell_of_it(self) -> None:
        await self._history.caught_up()
        while gap := self._gaps.gap:
            left = gap.ended + SETTLED - self._clock()
            if left > 0:
                await asyncio.sleep(min(left, LOOK) + 0.002)  # which stands still while the computer sleeps
                continue
            known = await self._history.caught_up()
            ahead = self._calls.ahead()
            calls = await self._history.since(gap.began + ahead - RINGS)
            if gap != self._gaps.gap:  # it has become longer
                continue
            told = summary(gap, calls, known=known, ahead=ahead)
            self._gaps.told()
            log.info("= no live calls were shown for %.0f s: %s", gap.ended - gap.began, told.words)
            self.summaries.publish(told)
