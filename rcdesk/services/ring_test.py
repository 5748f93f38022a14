"""RingTest: a pretend call goes the way of a real one, from the platform's words to the card on the screen."""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rcdesk.core.calls import Change, Stage
from rcdesk.core.subscription import LinkStatus
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.live_calls import LiveCalls
from rcdesk.services.tasks import Nursery

if TYPE_CHECKING:
    from rcdesk.client.push import PushEvent

log = logging.getLogger(__name__)

RINGS = 4.0  # seconds; a call that rang for less than five was not missed
PAINTED_WITHIN = 3.0  # seconds

FAULT = "That is a fault of rcdesk: report it, with the log."
NOT_PAINTED = f"Nothing was painted within {PAINTED_WITHIN:g} s: the screen may be off or locked."


class Step(enum.IntEnum):
    """How far a pretend call came, in order."""

    SENT = 0
    READ = enum.auto()  # what the platform writes was understood
    FOLLOWED = enum.auto()  # a call book holds it as ringing
    SHOWN = enum.auto()  # its card was painted on the screen


@dataclass(frozen=True, slots=True)
class Progress:
    """How one test goes.

    Attributes:
        link: how the link stood when it began: the test cannot try the way from the platform to this computer.
        reached: the last step that worked.
        why: why the next one did not, "" while it may, or if nothing is left to do.
        over: the pretend call has ended.
    """

    link: LinkStatus
    reached: Step = Step.SENT
    why: str = ""
    over: bool = False


class RingTest:
    """Sends a pretend call the way of a real one. `progress` tells how the latest test goes, None before the first.

    It is decoded, deduplicated and kept by the parts that real calls go through, but in a call book of its own.
    A mark on a call in the real one would have to be minded by everyone who listens to that: what is in another book
    can get into no list, history, badge or summary, whatever is added to them. Only who shows the card listens to
    `changes`, and answers with `shown` or `not_shown`.
    """

    def __init__(
        self, nursery: Nursery, link: Latest[LinkStatus], clock: Callable[[], float], rings: float = RINGS
    ) -> None:
        """`rings`: seconds until the pretend caller gives up."""
        self.changes: Feed[Change] = Feed()
        self.progress: Latest[Progress | None] = Latest(None)
        self._nursery = nursery
        self._link = link
        self._clock = clock
        self._rings = rings
        self._answer: asyncio.Future[str] | None = None  # of who shows the card: why it is not there, ""

    def start(self) -> None:
        """Begin, unless one is under way; returns at once."""
        progress = self.progress.value
        if progress is None or progress.over:
            self._say(Progress(self._link.value))
            self._nursery.start(self._run(), name="ring test")

    def shown(self) -> None:
        """The card is on the screen."""
        self.not_shown("")

    def not_shown(self, why: str) -> None:
        """No card comes, and why, in words."""
        if self._answer and not self._answer.done():
            self._answer.set_result(why)

    async def _run(self) -> None:
        import uuid

        from rcdesk.client import pretend
        from rcdesk.client.push import Inbox

        calls, inbox, name, began = LiveCalls(self._clock), Inbox(), uuid.uuid4().hex, self._clock()
        calls.changes.subscribe(self.changes.publish)
        self._answer = asyncio.get_running_loop().create_future()
        try:
            ringing = inbox.read(pretend.ringing(name, began), subscription_id=pretend.MARK)
            if await self._follow(ringing, calls):
                await asyncio.sleep(self._rings)
            over = inbox.read(pretend.over(name, began, self._clock()), subscription_id=pretend.MARK)
            if over and over.report:
                calls.take(over.report)
        finally:
            calls.close()
        self._change(over=True)

    async def _follow(self, event: PushEvent | None, calls: LiveCalls) -> bool:
        """Follow the pretend call up to its card; return whether that was shown."""
        if event is None or event.cut or event.report is None:
            return self._stop(f"It was written as the server writes it. {FAULT}")
        self._change(reached=Step.READ)
        calls.take(event.report)
        if not any(call.stage is Stage.RINGING for call in calls.calls):
            return self._stop(f"The call was not taken for one that rings. {FAULT}")
        self._change(reached=Step.FOLLOWED)
        if why := await self._card():
            return self._stop(why)
        self._change(reached=Step.SHOWN)
        log.info("= ring test: the card was shown")
        return True

    async def _card(self) -> str:
        """Wait for the card; return why there is none, "" if there is."""
        assert self._answer
        try:
            async with asyncio.timeout(PAINTED_WITHIN):
                return await self._answer
        except TimeoutError:
            return NOT_PAINTED

    def _stop(self, why: str) -> bool:
        self._change(why=why)
        log.info("= ring test: no further than %s: %s", self._now.reached.name.lower(), why)
        return False

    @property
    def _now(self) -> Progress:
        assert self.progress.value
        return self.progress.value

    def _change(self, **changes: object) -> None:
        self._say(replace(self._now, **changes))  # type: ignore[arg-type]

    def _say(self, progress: Progress) -> None:
        self.progress.publish(progress)
