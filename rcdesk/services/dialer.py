"""Dialer: places RingOuts and follows them to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from rcdesk.client.departure import Departure
from rcdesk.core.account import Account, DialChoices
from rcdesk.core.calls import Call, Change, Direction, Stage
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.numbers import Number, Unreadable, read, same
from rcdesk.core.ringout import End, EndedRingOut, Order, Progress, RingOut, Step
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.live_calls import CLOCKS_DIFFER
from rcdesk.services.session import Platform
from rcdesk.services.tasks import Group, Nursery, patiently
from rcdesk.store.settings import SettingsStore

NOT_PLACED = "The call was not placed."
NOT_SIGNED_IN = Problem(NOT_PLACED, "Sign in first.", Kind.SIGN_IN)
ONE_AT_A_TIME = Problem(
    NOT_PLACED, "Another call is being placed; cancel it or wait for its end.", Kind.LOCAL
)
ON_OR_NOT_KNOWN = (End.CONNECTED, End.OVER, End.NOT_CANCELLED, End.LOST)
NO_PHONE = Problem(NOT_PLACED, "Choose in the dial pad which of your phones rings first.", Kind.LOCAL)


class Dialer:
    """One RingOut at a time. `progress` shows the one under way, or the last one until it is cleared."""

    def __init__(
        self,
        nursery: Nursery,
        platform: Latest[Platform | None],
        settings: SettingsStore,
        clock: Callable[[], float],
    ) -> None:
        self.choices: Latest[DialChoices] = Latest(DialChoices())
        self.progress: Latest[Progress | None] = Latest(None)
        self.began: Feed[Order] = Feed()
        self.ended: Feed[EndedRingOut] = Feed()
        self._ringing, self._loading = Group(nursery), Group(nursery)
        self._platform = platform
        self._account: Account | None = None
        self._settings = settings
        self._clock = clock
        self._cancel = asyncio.Event()
        self._ringout: RingOut | None = None
        self._departure: Departure | None = None
        self._began_at = 0.0
        self._over_at: float | None = None
        self._calls: dict[str, Call] = {}  # that came of the last RingOut, by key
        platform.subscribe(self._on_platform)

    @property
    def busy(self) -> bool:
        """Whether a RingOut is under way."""
        progress = self.progress.value
        return progress is not None and progress.end is None

    def read(self, text: str) -> Number | Unreadable:
        """Read a number in any notation, by the rules of the account's own country."""
        return read(text, self._account.region if self._account else "US")

    def order(self, number: str, *, name: str = "", shown: str = "") -> Order:
        """Return the order for `number` (E.164 or a short extension) with the phones chosen last.

        Raises:
            Problem: it is not known which phone should ring first.
        """
        kept, choices = self._settings.value, self.choices.value
        phones, caller_ids = choices.phones, {one.number for one in choices.caller_ids}
        phone = next((phone for phone in phones if phone.number == kept.last_phone), None)
        phone = phone or (phones[0] if phones and not kept.last_phone else None)
        own = phone.number if phone else kept.last_phone
        if not own:
            raise NO_PHONE
        label = phone.label if phone else ""
        known = not caller_ids or kept.last_caller_id in caller_ids  # somebody else's would be refused
        caller_id = kept.last_caller_id if known else ""
        return Order(number, own, label, caller_id, kept.prompt, name, shown)

    def dial(self, order: Order) -> None:
        """Start ringing and return at once; the rest is told through `progress`.

        Raises:
            Problem: nobody is signed in, or another RingOut is under way; nothing was sent.
        """
        platform = self._platform.value
        if platform is None:
            raise NOT_SIGNED_IN
        if self.busy:
            raise ONE_AT_A_TIME
        self._settings.update(last_phone=order.own, last_caller_id=order.caller_id, prompt=order.prompt)
        self._cancel = asyncio.Event()
        ringout = self._ringout = RingOut(order)
        self._began_at, self._over_at, self._calls = self._clock(), None, {}
        departure = self._departure = platform.api.departure()
        self.progress.publish(ringout.progress)
        self.began.publish(order)
        self._ringing.start(self._ring(platform, order, ringout, departure), name="ringout")

    async def taken(self, within: float) -> Progress | None:
        """Return how the RingOut stands once the platform has answered the order, or after `within` seconds."""
        ringout, answered = self._ringout, asyncio.Event()

        def look(progress: Progress | None) -> None:
            if progress is None or progress.end is not None or progress.own is not Step.WAITING:
                answered.set()

        undo = self.progress.follow(look)
        try:
            async with asyncio.timeout(within):
                await answered.wait()
        except TimeoutError:
            pass
        finally:
            undo()
        return ringout.progress if ringout else None

    def cancel(self) -> None:
        """Stop the RingOut under way: at once if it was not sent yet, and never is then.

        Else the platform is asked; whether that worked is told through `progress`.
        """
        if self._ringout and self.busy and self._departure and self._departure.held:
            self._ringing.cancel()
            self.progress.publish(self._ringout.taken_back())
        else:
            self._cancel.set()

    def clear(self) -> None:
        """The user has seen the end of the last RingOut."""
        if not self.busy:
            self.progress.publish(None)

    def on_change(self, change: Change) -> None:
        """Listen to live calls: the platform tells of a RingOut that it is connected, and no more."""
        call = change.now
        if self._ringout and self._is_of(self._ringout.order, call):
            self._calls[call.key] = call
            self._look_at_calls()

    def as_shown(self, call: Call) -> Call:
        """Return `call` as it is for the user.

        The platform says that it is connected once the user's own phone has answered: it rings until the other
        side has, and is on from then.
        """
        now, ringout = self.progress.value, self._ringout
        if ringout is None or call.answered_at is None or not self._is_of(ringout.order, call):
            return call
        if ringout.connected_at is not None:
            return replace(call, answered_at=max(call.answered_at, ringout.connected_at))
        rings = now is not None and now.other is not Step.ANSWERED and now.end not in ON_OR_NOT_KNOWN
        later = self._over_at is not None and call.started_at > self._over_at  # from another phone
        return (
            replace(call, stage=Stage.RINGING)
            if rings and not later and call.stage is Stage.CONNECTED
            else call
        )

    def _is_of(self, order: Order, call: Call) -> bool:
        return (
            call.direction is Direction.OUTBOUND
            and call.started_at >= self._began_at - CLOCKS_DIFFER
            and same(call.to_number, order.number.partition("*")[0])
        )

    def _look_at_calls(self) -> None:
        calls = self._calls.values()
        if not self._ringout or not self.progress.value or not calls or any(call.live for call in calls):
            return
        ended_at = max(call.ended_at or call.started_at for call in calls)
        self.progress.publish(self._ringout.call_over(ended_at))

    async def _ring(self, platform: Platform, order: Order, ringout: RingOut, departure: Departure) -> None:
        try:
            status = await platform.api.start_ringout(order, departure)
        except Problem as problem:  # never sent again: it could ring the user twice
            self.progress.publish(ringout.refused(problem))
            return
        self.progress.publish(ringout.apply(status, self._clock()))
        while (pause := ringout.next_look) is not None:
            if await self._cancelled_within(pause, ringout):
                await self._stop(platform, status.ringout_id, ringout)
            else:
                await self._look(platform, status.ringout_id, ringout)
        self._over_at = self._clock()
        ended = EndedRingOut(status.ringout_id, ringout.progress, self._began_at, self._over_at)
        self.ended.publish(ended)
        self._look_at_calls()

    async def _cancelled_within(self, seconds: float, ringout: RingOut) -> bool:
        """Wait, but no longer than until the user wants to cancel; return whether they newly do."""
        if ringout.progress.cancelling:
            await asyncio.sleep(seconds)  # what is awaited now is the platform
            return False
        try:
            async with asyncio.timeout(seconds):
                await self._cancel.wait()
        except TimeoutError:
            return False
        self._cancel.clear()
        return True

    async def _stop(self, platform: Platform, ringout_id: str, ringout: RingOut) -> None:
        progress = ringout.cancel_asked()
        if not progress.cancelling:
            return  # too late to ask
        self.progress.publish(progress)
        try:
            accepted = await platform.api.cancel_ringout(ringout_id)
        except Problem:
            accepted = False
        self.progress.publish(ringout.cancel_answered(accepted, self._clock()))

    async def _look(self, platform: Platform, ringout_id: str, ringout: RingOut) -> None:
        try:
            progress = ringout.apply(await platform.api.ringout_status(ringout_id), self._clock())
        except Problem as problem:
            gone = problem.kind in (Kind.NOT_FOUND, Kind.GONE)
            on = any(call.live for call in self._calls.values())
            now = self._clock()
            progress = ringout.missing(now, on=on) if gone else ringout.look_failed(now)
        self.progress.publish(progress)

    def _on_platform(self, platform: Platform | None) -> None:
        self._loading.cancel()
        if platform is None:
            self._give_up()
            return
        self._account = platform.account
        before, account = self._settings.value.dials_as, platform.account
        self._settings.update(dials_as=account.key)
        if before not in ("", account.key, account.extension_id):  # which an older rcdesk noted alone
            self._forget()
        self._loading.start(self._load_choices(platform), name="phones and numbers")

    def _forget(self) -> None:
        """Somebody else has signed in: their calls must not ring the phone of who was there before."""
        self._settings.update(last_phone="", last_caller_id="")
        self._ringout = None
        self.progress.publish(None)
        self.choices.publish(DialChoices())

    def _give_up(self) -> None:
        """Nobody is signed in any more: what becomes of a RingOut under way cannot be asked."""
        self._ringing.cancel()
        if self._ringout and self.busy:  # the refusal that ended the session may be about to be told
            asyncio.get_running_loop().call_soon(self._lose, self._ringout)

    def _lose(self, ringout: RingOut) -> None:
        if ringout is not self._ringout or ringout.progress.end is not None:
            return
        held = self._departure and self._departure.held
        self.progress.publish(ringout.refused(NOT_SIGNED_IN) if held else ringout.timed_out())

    async def _load_choices(self, platform: Platform) -> None:
        choices = await patiently(platform.api.dial_choices, what="phones and numbers left out")
        if choices:
            self.choices.publish(choices)
