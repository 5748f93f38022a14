"""RingOuts: two legs one after the other, whose fate the dialled number or the control API decides.

A RingOut is one Outbound call in presence, connected as soon as the first leg is (tutorial, "Outbound Call
Statuses"); only its own status, and later the call log, tell what became of the second leg.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rcdesk.sandbox.agenda import Agenda
from rcdesk.sandbox.calls import Call, Deed, Party
from rcdesk.sandbox.chance import chance
from rcdesk.sandbox.world import World

STATUSES = (
    "Invalid", "Success", "InProgress", "Busy", "NoAnswer", "RingOutFromThisNumberIsNotSupported", "Rejected",
    "GenericError", "Finished", "InternationalDisabled", "DestinationBlocked", "NotEnoughFunds", "NosuchUser",
    "Error", "CannotReach", "NoAnsweringMachine", "NoSessionFound", "Unknown",
)  # fmt: skip
"""The platform's one list for all three statuses of a RingOut."""

KEPT_AFTER_END = 120.0
"""World seconds that a RingOut can be read after it is over."""


@dataclass(frozen=True)
class Fate:
    """What becomes of a RingOut. Times in seconds of the world.

    `caller` and `callee` are the statuses that the legs come to, `call` the whole one if it is not Success.
    """

    caller: str = "Success"
    callee: str = "Success"
    call: str = "CannotReach"
    caller_after: float = 4.0
    callee_after: float = 6.0
    talk: float = 30.0
    cancel_works: bool = True
    """Whether DELETE ends the RingOut although the first leg is up; without, it answers 204 and does nothing."""


ANSWERS = "+16505550180"
FATES: dict[str, Fate] = {
    ANSWERS: Fate(),
    "+16505550181": Fate(callee="Busy"),
    "+16505550182": Fate(callee="NoAnswer", callee_after=20.0),
    "+16505550183": Fate(callee="Rejected"),
    "+16505550184": Fate(caller="NoAnswer", callee="InProgress", caller_after=20.0),
    "+16505550185": Fate(caller="Busy", callee="InProgress", caller_after=2.0),
    "+16505550186": Fate(callee="InternationalDisabled", callee_after=1.0),
    "+16505550187": Fate(callee="DestinationBlocked", callee_after=1.0),
    "+16505550188": Fate(callee="NotEnoughFunds", callee_after=1.0),
    "+16505550189": Fate(callee="NosuchUser", callee_after=1.0),
    "+16505550190": Fate(caller="RingOutFromThisNumberIsNotSupported", callee="InProgress", caller_after=1.0),
    "+16505550191": Fate(callee="GenericError", callee_after=1.0),
    "+16505550192": Fate(callee="NoSessionFound", call="NoSessionFound", callee_after=1.0),
    "+16505550193": Fate(callee="Invalid", call="Invalid", callee_after=1.0),
    "+16505550194": Fate(callee="Error", call="Error", callee_after=1.0),
    "+16505550195": Fate(callee="GenericError", call="NoAnsweringMachine", callee_after=1.0),
    "+16505550196": Fate(callee="Unknown", call="Unknown", callee_after=1.0),
    "+16505550197": Fate(caller="Rejected", callee="InProgress", caller_after=2.0),
    "+16505550198": Fate(callee_after=60.0, cancel_works=False),
}
"""What becomes of a RingOut to these numbers; to any other it is answered. 0198 answers after a minute and
cannot be cancelled once the first leg is up."""


@dataclass
class RingOut:
    """One RingOut and the call that it is in presence."""

    id: str
    fate: Fate
    call: Call
    from_number: str
    to_number: str
    caller_id: str = ""
    call_status: str = "InProgress"
    caller_status: str = "InProgress"
    callee_status: str = "InProgress"
    legs: list[float] = field(default_factory=list)
    """When each leg that was dialled began, in Unix seconds of the world."""
    deleted: bool = False
    """Whether the client has deleted it after its end; it cannot be read any more."""

    @property
    def over(self) -> bool:
        """Whether its status will not change any more, but for hang-ups after Success."""
        return self.call_status != "InProgress"

    @property
    def status(self) -> dict[str, str]:
        """The platform's status object."""
        return {
            "callStatus": self.call_status,
            "callerStatus": self.caller_status,
            "calleeStatus": self.callee_status,
        }


class RingOuts:
    """Every RingOut that can still be read."""

    def __init__(self, world: World, agenda: Agenda, seed: int) -> None:
        self._world = world
        self._agenda = agenda
        self._rng = chance("ring-outs", seed)
        self._all: dict[str, RingOut] = {}
        self._next: deque[Fate] = deque()
        world.on_ended = self._call_ended

    def prescribe(self, fate: Fate) -> None:
        """Decide what becomes of the next RingOut that has no fate yet, whatever number it dials."""
        self._next.append(fate)

    def start(self, from_number: str, to: Party, caller_id: str = "") -> RingOut:
        """Ring the first leg and return the RingOut, in progress."""
        fate = self._next.popleft() if self._next else FATES.get(to.number, Fate())
        ring_out_id = f"Y3Mx{self._rng.getrandbits(96):024x}~s{self._rng.randrange(1, 9)}"
        call = self._world.ring(inbound=False, caller=Party(from_number), callee=to, ring_out=ring_out_id)
        made = RingOut(ring_out_id, fate, call, from_number, to.number, caller_id)
        self._all[ring_out_id] = made
        made.legs.append(self._world.now())
        self._later(fate.caller_after, made, self._first_leg)
        return made

    def get(self, ring_out_id: str) -> RingOut:
        """The RingOut with this id; KeyError if there is none, or none any more."""
        made = self._all[ring_out_id]
        if made.deleted:
            raise KeyError(ring_out_id)
        return made

    def cancel(self, ring_out_id: str) -> None:
        """Cancel a RingOut, or forget one that is over; KeyError if there is none.

        Documents disagree whether this still works once the first leg is up; the fate says (`cancel_works`).
        """
        made = self.get(ring_out_id)
        if made.over:
            made.deleted = True
            return
        if made.caller_status == "Success" and not made.fate.cancel_works:
            return
        made.caller_status = made.callee_status = "Rejected"
        self._fail(made, "CannotReach", "Cancelled")

    def of_call(self, call: Call) -> RingOut | None:
        """The RingOut that made this call."""
        return self._all.get(call.ring_out)

    def truth(self) -> list[dict[str, Any]]:
        """Every RingOut that can be read, for the control API."""
        return [
            {
                "id": made.id,
                "from": made.from_number,
                "to": made.to_number,
                "caller_id": made.caller_id or None,
                "session_id": made.call.session_id,
                "call_status": made.call_status,
                "caller_status": made.caller_status,
                "callee_status": made.callee_status,
            }
            for made in self._all.values()
            if not made.deleted
        ]

    def reset(self) -> None:
        """Forget every RingOut and every fate that was prescribed."""
        self._all.clear()
        self._next.clear()

    def _later(self, seconds: float, made: RingOut, step: Callable[[RingOut], None]) -> None:
        self._agenda.at(self._world.now() + seconds, partial(self._if_known, made, step))

    def _if_known(self, made: RingOut, step: Callable[[RingOut], None]) -> None:
        if self._all.get(made.id) is made:
            step(made)

    def _first_leg(self, made: RingOut) -> None:
        if made.over:
            return
        if made.fate.caller != "Success":
            made.caller_status = made.fate.caller
            self._fail(made, made.fate.call, made.fate.caller)
            return
        made.caller_status = "Success"
        made.legs.append(self._world.now())
        if made.call.may(Deed.ANSWER):
            self._world.do(made.call.session_id, Deed.ANSWER)
        self._later(made.fate.callee_after, made, self._second_leg)

    def _second_leg(self, made: RingOut) -> None:
        if made.over:
            return
        made.callee_status = made.fate.callee
        if made.fate.callee == "Success":
            made.call_status = "Success"
            self._later(made.fate.talk, made, self._hang_up)
        else:
            self._fail(made, made.fate.call, made.fate.callee)

    def _hang_up(self, made: RingOut) -> None:
        if made.call.alive:
            self._world.do(made.call.session_id, Deed.HANG_UP)

    def _fail(self, made: RingOut, call_status: str, why: str) -> None:
        made.call_status = call_status
        if made.caller_status == "Success":
            self._later(2.0, made, self._first_leg_hangs_up)
        if made.call.alive:
            self._world.fail(made.call, why)

    def _call_ended(self, call: Call) -> None:
        """Someone hung up from outside, over a phone or the control API."""
        made = self.of_call(call)
        if made is None:
            return
        if made.call_status == "Success":
            made.caller_status = made.callee_status = "Finished"
        elif not made.over:
            made.caller_status = "Finished" if made.caller_status == "Success" else "Rejected"
            made.callee_status = "Rejected"
            made.call_status = "CannotReach"
            call.failure = call.failure or "Rejected"
        self._later(KEPT_AFTER_END, made, self._forget)

    def _first_leg_hangs_up(self, made: RingOut) -> None:
        made.caller_status = "Finished"

    def _forget(self, made: RingOut) -> None:
        self._all.pop(made.id, None)
