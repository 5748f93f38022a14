"""Telephony sessions over REST: read a live call, and what its user may do with it."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rcdesk.sandbox import telephony
from rcdesk.sandbox.account import Phone
from rcdesk.sandbox.calls import Call, Deed, IncorrectStateError, Party, State
from rcdesk.sandbox.control import party
from rcdesk.sandbox.errors import incorrect_state, invalid_parameter, not_found
from rcdesk.sandbox.rest import ACCOUNT, Asked, Gate, Operation, resource
from rcdesk.sandbox.telephony_recordings import RecordingRoutes
from rcdesk.sandbox.world import Step, World

_SESSION = ACCOUNT + "/telephony/sessions/{telephony_session_id}"
_PARTY = _SESSION + "/parties/{party_id}"
_CALL_OUT_ANSWERED_AFTER = 4.0
"""World seconds until somebody takes a call that was made from a device."""


class _Device(msgspec.Struct, rename="camel"):
    device_id: str | int


class _Target(msgspec.Struct, rename="camel"):
    phone_number: str | None = None
    extension_number: str | None = None
    extension_id: str | int | None = None
    voicemail: str | int | None = None
    park_orbit: str | int | None = None


class _Reply(msgspec.Struct, rename="camel"):
    reply_with_text: str | None = None
    reply_with_pattern: dict[str, Any] | None = None


class _Flip(msgspec.Struct, rename="camel"):
    call_flip_id: str | int


class _Changes(msgspec.Struct, rename="camel"):
    muted: bool | None = None
    stand_alone: bool | None = None


class _PartyChanges(_Changes):
    """The document has a `party` around them, the guide and the official clients have not."""

    party: _Changes | None = None


class _From(msgspec.Struct, rename="camel"):
    device_id: str | int | None = None
    extension_id: str | int | None = None


class _To(msgspec.Struct, rename="camel"):
    phone_number: str | None = None
    extension_number: str | None = None


class _CallOut(msgspec.Struct, rename={"from_": "from"}):
    from_: _From
    to: _To


class TelephonyRoutes:
    """The part of call control that a companion without a voice needs; all but call-out in the Light group."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self, gate: Gate) -> list[Route]:
        """The routes."""
        read, drop = Operation("Light", self.read), Operation("Light", self.drop)
        deeds: dict[str, Callable[[Asked], Any]] = {
            "hold": lambda asked: self._do(asked, Deed.HOLD),
            "unhold": lambda asked: self._do(asked, Deed.UNHOLD),
            "reject": self.reject,
            "answer": self.answer,
            "ignore": self.ignore,
            "forward": self.forward,
            "reply": self.reply,
            "transfer": self.transfer,
            "flip": self.flip,
            "park": self.park,
            "pickup": self.pick_up,
        }
        recordings = RecordingRoutes(_PARTY, self._call, self._world.new_recording_id)
        return [
            *recordings.routes(gate),
            resource(gate, ACCOUNT + "/telephony/call-out", POST=Operation("Heavy", self.call_out)),
            resource(gate, _SESSION, GET=read, DELETE=drop),
            resource(
                gate, _PARTY, GET=Operation("Light", self.read_party), PATCH=Operation("Light", self.change)
            ),
            *(
                resource(gate, f"{_PARTY}/{name}", POST=Operation("Light", deed))
                for name, deed in deeds.items()
            ),
        ]

    def read(self, asked: Asked) -> dict[str, Any]:
        """GET of a session; one that has ended is not found."""
        return telephony.session(self._world.account, self._call(asked))

    def read_party(self, asked: Asked) -> dict[str, Any]:
        """GET of the user's party."""
        return self._party(self._call(asked))

    def drop(self, asked: Asked) -> Response:
        """DELETE of a session: the call ends."""
        self._world.do(self._call(asked).session_id, Deed.HANG_UP)
        return Response(status_code=204)

    def reject(self, asked: Asked) -> Response:
        """POST reject: the caller gets the voicemail, as if nobody had answered."""
        self._do(asked, Deed.VOICEMAIL)
        return Response(status_code=204)

    def answer(self, asked: Asked) -> Response:
        """POST answer: on one of the user's devices."""
        self._device(asked.struct(_Device).device_id)
        if not self._call(asked).inbound:
            raise incorrect_state()
        return self._do(asked, Deed.ANSWER)

    def ignore(self, asked: Asked) -> Response:
        """POST ignore: a queue goes on to its next agent."""
        self._device(asked.struct(_Device).device_id)
        if not self._call(asked).queue:
            raise incorrect_state()
        self._do(asked, Deed.ANSWER_ELSEWHERE)
        return Response(status_code=204)

    def forward(self, asked: Asked) -> Response:
        """POST forward: a call that rings goes elsewhere, unanswered."""
        target: _Target = asked.struct(_Target)
        if target.park_orbit is not None:
            raise invalid_parameter("parkOrbit")
        voicemail = self._aim(target)
        return self._leave(asked, Deed.VOICEMAIL if voicemail else Deed.ANSWER_ELSEWHERE)

    def reply(self, asked: Asked) -> Response:
        """POST reply: the caller is read a text, and the call is over."""
        wanted: _Reply = asked.struct(_Reply)
        if (not wanted.reply_with_text) == (not wanted.reply_with_pattern):
            raise invalid_parameter("replyWithText")
        if not self._call(asked).inbound:
            raise incorrect_state()
        return self._leave(asked, Deed.DECLINE)

    def transfer(self, asked: Asked) -> Response:
        """POST transfer: an answered call goes on without the user."""
        self._aim(asked.struct(_Target))
        return self._do(asked, Deed.HANG_UP, State.CONNECTED, State.ON_HOLD)

    def flip(self, asked: Asked) -> dict[str, Any]:
        """POST flip: another phone of the user's takes the call, which goes on.

        The document has no body here; RingCentral's call control client insists on one.
        """
        flip_id = str(asked.struct(_Flip).call_flip_id)
        if flip_id.lstrip("*") not in {phone.flip for phone in self._world.account.phones if phone.flip}:
            raise invalid_parameter("callFlipId", flip_id)
        call = self._call(asked)
        if call.state is not State.CONNECTED:
            raise incorrect_state()
        return self._party(call)

    def park(self, asked: Asked) -> Response:
        """POST park: a call that came in waits for anybody, at a place of its own."""
        call = self._call(asked)
        if not call.inbound or call.state is not State.CONNECTED:
            raise incorrect_state()
        taken = {one.park for one in self._world.live if one.state is State.PARKED}
        free = (place for place in (f"*{number}" for number in range(801, 900)) if place not in taken)
        call.park = next(free, "")
        if not call.park:
            raise incorrect_state()
        return self._do(asked, Deed.PARK, status=201)

    def pick_up(self, asked: Asked) -> Response:
        """POST pickup: the user takes a parked call back."""
        self._device(asked.struct(_Device).device_id)
        return self._do(asked, Deed.PICK_UP, status=201)

    def change(self, asked: Asked) -> dict[str, Any]:
        """PATCH of the user's party: mute it, or no longer."""
        wanted: _PartyChanges = asked.struct(_PartyChanges)
        changes = wanted.party or wanted
        if changes.muted is None and changes.stand_alone is None:
            raise invalid_parameter("muted")
        call = self._call(asked)
        if call.state not in (State.CONNECTED, State.ON_HOLD):
            raise incorrect_state()
        if changes.muted is not None:
            self._world.mute(call, muted=changes.muted)
        return self._party(call)

    def call_out(self, asked: Asked) -> Response:
        """POST call-out: a call from one of the user's devices."""
        wanted: _CallOut = asked.struct(_CallOut)
        if (wanted.from_.device_id is None) == (wanted.from_.extension_id is None):
            raise invalid_parameter("from")
        account = self._world.account
        phone = account.phones[0]
        if wanted.from_.device_id is not None:
            phone = self._device(wanted.from_.device_id)
        elif str(wanted.from_.extension_id) != account.extension_id:
            raise not_found("extensionId", str(wanted.from_.extension_id))
        callee = party(account, wanted.to.phone_number or wanted.to.extension_number or "", "to")
        if not callee.number:
            raise invalid_parameter("to")
        plan = (Step(_CALL_OUT_ANSWERED_AFTER, Deed.ANSWER),)
        call = self._world.ring(inbound=False, caller=Party(phone.number), callee=callee, plan=plan)
        return JSONResponse({"session": telephony.session(account, call)}, 201)

    def _do(self, asked: Asked, deed: Deed, *states: State, status: int = 200) -> Response:
        """Let something happen to the call, only in one of these states if any are named; answer with the party."""
        return JSONResponse(self._party(self._done(asked, deed, *states)), status)

    def _leave(self, asked: Asked, deed: Deed) -> Response:
        """The same for a call that rings and is not taken: the answer does not name the account."""
        party = self._party(self._done(asked, deed))
        del party["accountId"]
        return JSONResponse(party)

    def _done(self, asked: Asked, deed: Deed, *states: State) -> Call:
        call = self._call(asked)
        if states and call.state not in states:
            raise incorrect_state()
        try:
            self._world.do(call.session_id, deed)
        except IncorrectStateError:
            raise incorrect_state() from None
        return call

    def _party(self, call: Call) -> dict[str, Any]:
        party: dict[str, Any] = telephony.session(self._world.account, call)["parties"][0]
        return party

    def _aim(self, target: _Target) -> bool:
        """Check that one target alone is named, and one that there is; tell whether it is a voicemail box."""
        named = [name for name in target.__struct_fields__ if getattr(target, name) is not None]
        if len(named) != 1:
            raise invalid_parameter("phoneNumber")
        number = target.phone_number if target.phone_number is not None else target.extension_number
        if number is not None and not party(self._world.account, number, "phoneNumber").number:
            raise invalid_parameter("phoneNumber", number)
        return target.voicemail is not None

    def _device(self, device_id: str | int) -> Phone:
        for phone in self._world.account.phones:
            if phone.device_id and phone.device_id == str(device_id):
                return phone
        raise not_found("deviceId", str(device_id))

    def _call(self, asked: Asked) -> Call:
        session_id = asked.path_value("telephony_session_id")
        try:
            call = self._world.by_telephony_session(session_id)
        except KeyError:
            raise not_found("telephonySessionId", session_id) from None
        party_id = asked.request.path_params.get("party_id", call.party_id)
        if party_id != call.party_id:
            raise not_found("partyId", party_id)
        return call
