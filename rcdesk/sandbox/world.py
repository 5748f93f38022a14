"""The pretend world: the user's live calls, what happens to them, and who is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from rcdesk.sandbox import presence, telephony
from rcdesk.sandbox.account import Account
from rcdesk.sandbox.agenda import Agenda
from rcdesk.sandbox.calls import Call, Deed, Party
from rcdesk.sandbox.chance import chance
from rcdesk.sandbox.clock import iso

KEPT_AFTER_END = 120.0
"""World seconds that an ended call stays in active-calls ("Finding active calls" of the guide)."""
LOG_LAG = (15.0, 30.0)
"""World seconds after its end within which a call appears in the call log."""
FLICKER = 0.3
"""World seconds between a transitional NoCall and what follows it."""


@dataclass(frozen=True)
class Step:
    """A step of a call's plan: `after` world seconds from the step before, `deed` happens."""

    after: float
    deed: Deed


class World:
    """Holds every call of the user and tells of each change.

    It has no clock and no loop: `now` is given, `agenda` is run by whoever owns the world. `on_event(kind,
    extension_id, body)` gets each notification ("presence" or "telephony"), `on_ended(call)` each call that is
    over, `on_logged(call)` the same call when it is due in the call log.
    """

    def __init__(self, account: Account, now: Callable[[], float], agenda: Agenda) -> None:
        self.account = account
        self.now = now
        self.agenda = agenda
        self.wishes = presence.Wishes()
        self.on_event: Callable[[str, str, dict[str, Any]], None] = lambda kind, extension_id, body: None
        self.on_ended: Callable[[Call], None] = lambda call: None
        self.on_logged: Callable[[Call], None] = lambda call: None
        self._rng = chance("world", account.seed)
        self._calls: dict[str, Call] = {}
        self._sequence = self._rng.randrange(1_000, 200_000)
        self._session = self._rng.randrange(10**9, 9 * 10**9)

    @property
    def live(self) -> list[Call]:
        """Calls that are on, oldest first."""
        return [call for call in self._calls.values() if call.alive]

    def recent(self) -> list[Call]:
        """Calls that are on or ended a moment ago, newest first: what active-calls lists."""
        oldest = self.now() - KEPT_AFTER_END
        kept = [call for call in self._calls.values() if call.ended_at is None or call.ended_at > oldest]
        return sorted(kept, key=lambda call: call.started_at, reverse=True)

    def call(self, session_id: str) -> Call:
        """The call with this session id, also one that ended a moment ago; KeyError if there is none."""
        return self._calls[session_id]

    def by_telephony_session(self, telephony_session_id: str) -> Call:
        """The live call of this telephony session; KeyError if there is none."""
        for call in self.live:
            if call.telephony_session_id == telephony_session_id:
                return call
        raise KeyError(telephony_session_id)

    def ring(
        self,
        *,
        inbound: bool,
        caller: Party,
        callee: Party,
        queue: str = "",
        ring_out: str = "",
        plan: Sequence[Step] = (),
    ) -> Call:
        """Start a call and return it; its plan unfolds by itself, less the steps that have become impossible."""
        call = Call(
            session_id=self._next_session_id(),
            telephony_session_id=f"s-{self._rng.getrandbits(64):016x}z{self._rng.getrandbits(64):016x}0000",
            party_id="",
            leg_id=f"{self._rng.getrandbits(128):032x}",
            inbound=inbound,
            caller=caller,
            callee=callee,
            queue=queue,
            started_at=self.now(),
            ring_out=ring_out,
        )
        call.party_id = f"p-{call.telephony_session_id[2:]}-{2 if inbound else 1}"
        self._calls[call.session_id] = call
        self._tell(call, None)
        moment = call.started_at
        for step in plan:
            moment += step.after
            self.agenda.at(moment, partial(self._follow_plan, call, step.deed))
        return call

    def do(self, session_id: str, deed: Deed) -> Call:
        """Let something happen to a call. Raises KeyError or IncorrectStateError."""
        call = self._calls[session_id]
        call.apply(deed, self.now())
        if deed is Deed.FLICKER:
            self._flicker(call)
            return call
        call.hidden = False
        self._tell(call, deed)
        if not call.alive:
            self.on_ended(call)
            self._bury(call)
        return call

    def fail(self, call: Call, status: str) -> None:
        """End a call of a RingOut because of what happened to one of its legs."""
        call.failure = status
        self.do(call.session_id, Deed.HANG_UP)

    def mute(self, call: Call, *, muted: bool) -> None:
        """Let the user's side of a call be silent, or no longer; presence has no word for it."""
        call.muted = muted
        self._tell_telephony(call)

    def new_recording_id(self) -> str:
        """The id of a recording that begins."""
        return str(self._rng.randrange(10**9, 10**10))

    def choose(self, **changes: Any) -> None:
        """Change what the user has chosen about presence, and tell of it."""
        self.wishes = self.wishes.changed(**changes)
        self._tell_presence(None, None)

    def truth(self) -> list[dict[str, Any]]:
        """The live calls, in words of this program; what the control API calls the truth."""
        return [
            {
                "session_id": call.session_id,
                "state": str(call.state),
                "direction": "inbound" if call.inbound else "outbound",
                "from": call.caller.number,
                "to": call.callee.number,
                "name": call.peer.name or None,
                "started_at": iso(call.started_at),
                "queue": call.queue or None,
            }
            for call in self.live
        ]

    def reset(self) -> None:
        """Forget every call and wish, and tell that there are none; sequence and session ids go on growing."""
        self._calls.clear()
        self.wishes = presence.Wishes()
        self._tell_presence(None, None)

    def _follow_plan(self, call: Call, deed: Deed) -> None:
        if self._calls.get(call.session_id) is call and call.may(deed):
            self.do(call.session_id, deed)

    def _flicker(self, call: Call) -> None:
        call.hidden = True
        self._tell(call, Deed.FLICKER)
        self.agenda.at(self.now() + FLICKER, partial(self._reappear, call))

    def _reappear(self, call: Call) -> None:
        if call.hidden and call.alive:
            call.hidden = False
            call.leg_id = f"{self._rng.getrandbits(128):032x}"
            self._tell(call, None)

    def _bury(self, call: Call) -> None:
        self.agenda.at(self.now() + self._rng.uniform(*LOG_LAG), partial(self._log, call))
        self.agenda.at(self.now() + KEPT_AFTER_END, partial(self._forget, call))

    def _log(self, call: Call) -> None:
        if self._calls.get(call.session_id) is call:
            self.on_logged(call)

    def _forget(self, call: Call) -> None:
        if self._calls.get(call.session_id) is call:
            del self._calls[call.session_id]

    def _tell(self, call: Call, deed: Deed | None) -> None:
        self._tell_presence(call, deed)
        if not call.hidden:
            self._tell_telephony(call)

    def _tell_telephony(self, call: Call) -> None:
        call.events += 1
        body = telephony.notification(self.account, call, self.now())
        self.on_event("telephony", self.account.extension_id, body)

    def _tell_presence(self, call: Call | None, deed: Deed | None) -> None:
        self._sequence += self._rng.randrange(1, 120)
        extension_id = self.account.extension_id
        body = presence.notification(
            extension_id, self.wishes, self.live, call, deed, self._sequence, self._rng
        )
        self.on_event("presence", extension_id, body)

    def _next_session_id(self) -> str:
        self._session += self._rng.randrange(1_000, 90_000)
        return str(self._session)
