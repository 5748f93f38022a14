"""RingTest: a pretend call goes the way of a real one, from the platform's words to card and sound."""

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
PLAYED_WITHIN = 8.0  # seconds; the sound takes three

FAULT = "That is a fault of rcdesk: report it, with the log."
NOT_PAINTED = f"Nothing was painted within {PAINTED_WITHIN:g} s: the screen may be off or locked."
NOT_PLAYED = f"Nothing was played within {PLAYED_WITHIN:g} s: look at your sound settings."


class Step(enum.IntEnum):
    """How far a pretend call came, in order."""

    SENT = 0
    READ = enum.auto()  # what the platform writes was understood
    FOLLOWED = enum.auto()  # a call book holds it as ringing
    SHOWN = enum.auto()  # its card was painted on the screen
    PLAYED = enum.auto()  # what plays sounds here has played the ring, or so it says


@dataclass(frozen=True, slots=True)
class Progress:
    """How one test goes.

    Attributes:
        link: how the link stood when it began: the test cannot try the way from the platform to this computer.
        sound: whether the user wants a sound with each card; else the last step is not tried.
        reached: the last step that worked.
        why: why the next one did not, "" while it may, or if nothing is left to do.
        over: the pretend call has ended.
    """

    link: LinkStatus
    sound: bool = False
    reached: Step = Step.SENT
    why: str = ""
    over: bool = False


class RingTest:
    """Sends a pretend call the way of a real one. `progress` tells how the latest test goes, None before the first.

    It is decoded, deduplicated and kept by the parts that real calls go through, but in a call book of its own.
    A mark on a call in the real one would have to be minded by everyone who listens to that: what is in another book
    can get into no list, history, badge or summary, whatever is added to them. Only who shows the card listens to
    `changes`, and answers with `shown` or `not_shown`; who plays the sound, with `played` or `not_played`.
    """

    def __init__(
        self,
        nursery: Nursery,
        link: Latest[LinkStatus],
        clock: Callable[[], float],
        sound: Callable[[], bool] = lambda: False,
        rings: float = RINGS,
    ) -> None:
        """`sound`: whether one is wanted. `rings`: seconds until the pretend caller gives up, at least."""
        self.changes: Feed[Change] = Feed()
        self.progress: Latest[Progress | None] = Latest(None)
        self._nursery = nursery
        self._link = link
        self._clock = clock
        self._sound = sound
        self._rings = rings
        self._card: asyncio.Future[str] | None = None  # why it is not there, ""
        self._ring: asyncio.Future[str] | None = None  # why it was not played, ""

    def start(self) -> None:
        """Begin, unless one is under way; returns at once."""
        progress = self.progress.value
        if progress is None or progress.over:
            self._say(Progress(self._link.value, self._sound()))
            self._nursery.start(self._run(), name="ring test")

    def shown(self) -> None:
        """The card is on the screen."""
        self.not_shown("")

    def not_shown(self, why: str) -> None:
        """No card comes, and why, in words."""
        _settle(self._card, why)

    def played(self) -> None:
        """The sound was played."""
        self.not_played("")

    def not_played(self, why: str) -> None:
        """No sound comes, and why, in words."""
        _settle(self._ring, why)

    async def _run(self) -> None:
        import uuid

        from rcdesk.client import pretend
        from rcdesk.client.push import Inbox

        calls, inbox, name, began = LiveCalls(self._clock), Inbox(), uuid.uuid4().hex, self._clock()
        calls.changes.subscribe(self.changes.publish)
        loop = asyncio.get_running_loop()
        self._card, self._ring = loop.create_future(), loop.create_future()
        try:
            ringing = inbox.read(pretend.ringing(name, began), subscription_id=pretend.MARK)
            if await self._follow(ringing, calls, self._card):
                await asyncio.gather(asyncio.sleep(self._rings), self._hear(self._ring))
            over = inbox.read(pretend.over(name, began, self._clock()), subscription_id=pretend.MARK)
            if over and over.report:
                calls.take(over.report)
        finally:
            calls.close()
        self._change(over=True)

    async def _follow(self, event: PushEvent | None, calls: LiveCalls, card: asyncio.Future[str]) -> bool:
        """Follow the pretend call up to its card; return whether that was shown."""
        if event is None or event.cut or event.report is None:
            return self._stop(f"It was written as the server writes it. {FAULT}")
        self._change(reached=Step.READ)
        calls.take(event.report)
        if not any(call.stage is Stage.RINGING for call in calls.calls):
            return self._stop(f"The call was not taken for one that rings. {FAULT}")
        self._change(reached=Step.FOLLOWED)
        if why := await _told(card, PAINTED_WITHIN, NOT_PAINTED):
            return self._stop(why)
        self._change(reached=Step.SHOWN)
        log.info("= ring test: the card was shown")
        return True

    async def _hear(self, ring: asyncio.Future[str]) -> None:
        """Wait for the sound, if one is wanted."""
        if not self._now.sound:
            return
        if why := await _told(ring, PLAYED_WITHIN, NOT_PLAYED):
            self._stop(why)
            return
        self._change(reached=Step.PLAYED)
        log.info("= ring test: the sound was played")

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


def _settle(answer: asyncio.Future[str] | None, why: str) -> None:
    """The first answer holds, and none counts that nobody asked for."""
    if answer and not answer.done():
        answer.set_result(why)


async def _told(answer: asyncio.Future[str], within: float, else_why: str) -> str:
    """Wait for the answer of who shows or plays; return why it was not done, "" if it was."""
    try:
        async with asyncio.timeout(within):
            return await answer
    except TimeoutError:
        return else_why
