"""RingOut over REST, on both spellings of its path."""

from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rcdesk.sandbox.account import Account
from rcdesk.sandbox.calls import Party
from rcdesk.sandbox.control import party
from rcdesk.sandbox.errors import ApiError, not_found
from rcdesk.sandbox.rest import EXTENSION, Asked, Gate, Operation, resource
from rcdesk.sandbox.ringouts import RingOut, RingOuts

SPELLINGS = ("ring-out", "ringout")


class _Number(msgspec.Struct, rename="camel"):
    phone_number: str | None = None
    forwarding_number_id: str | int | None = None


class _Country(msgspec.Struct):
    id: str | int | None = None


class _Request(
    msgspec.Struct, rename={"from_": "from", "caller_id": "callerId", "play_prompt": "playPrompt"}
):
    to: _Number
    from_: _Number | None = None
    caller_id: _Number | None = None
    play_prompt: bool | None = None
    country: _Country | None = None


class RingOutRoutes:
    """Starts, reads and cancels RingOuts."""

    def __init__(self, account: Account, ring_outs: RingOuts) -> None:
        self._account = account
        self._ring_outs = ring_outs

    def routes(self, gate: Gate) -> list[Route]:
        """The routes."""
        start = Operation("Heavy", self.start)
        read, cancel = Operation("Light", self.read), Operation("Heavy", self.cancel)
        return [
            route
            for spelling in SPELLINGS
            for route in (
                resource(gate, f"{EXTENSION}/{spelling}", POST=start),
                resource(gate, f"{EXTENSION}/{spelling}/{{ring_out_id}}", GET=read, DELETE=cancel),
            )
        ]

    def start(self, asked: Asked) -> dict[str, Any]:
        """POST ring-out."""
        wanted: _Request = asked.struct(_Request)
        callee = self._dialled(wanted.to.phone_number, "to", "TEL-109")
        caller = self._first_phone(wanted.from_)
        caller_id = self._shown(wanted.caller_id)
        return self._written(asked, self._ring_outs.start(caller, callee, caller_id))

    def read(self, asked: Asked) -> dict[str, Any]:
        """GET ring-out/{id}."""
        return self._written(asked, self._known(asked))

    def cancel(self, asked: Asked) -> Response:
        """DELETE ring-out/{id}."""
        self._ring_outs.cancel(self._known(asked).id)
        return Response(status_code=204)

    def _known(self, asked: Asked) -> RingOut:
        ring_out_id = asked.path_value("ring_out_id")
        try:
            return self._ring_outs.get(ring_out_id)
        except KeyError:
            raise not_found("ringoutId", ring_out_id) from None

    def _first_phone(self, wanted: _Number | None) -> str:
        """The phone to ring first; without one it is the user's first ("RingOut" of the guide)."""
        if wanted is None:
            return self._account.phones[0].number
        if wanted.forwarding_number_id is None:
            return self._dialled(wanted.phone_number, "from", "TEL-108").number
        for phone in self._account.phones:
            if phone.id == str(wanted.forwarding_number_id):
                return phone.number
        raise not_found("forwardingNumberId", str(wanted.forwarding_number_id))

    def _shown(self, wanted: _Number | None) -> str:
        if wanted is None or not wanted.phone_number:
            return ""
        number = "+" + wanted.phone_number.lstrip("+")
        allowed = {one.number for one in self._account.numbers if "CallerId" in one.features}
        if number not in allowed:
            raise ApiError(400, "TEL-107", "Caller ID is not allowed", parameter_name="callerId")
        return number

    def _dialled(self, number: str | None, name: str, code: str) -> Party:
        if not (number or "").strip():
            raise ApiError(400, code, f"Parameter [{name}] is empty", parameter_name=name)
        try:
            side = party(self._account, number or "", name)
        except ApiError:
            side = Party()
        known = not side.is_extension or self._account.colleague(side.number) is not None
        if not side.number or not known:
            raise ApiError(400, code, f"Parameter [{name}] value is invalid", parameter_name=name)
        if not side.is_extension:
            person = self._account.person(side.number)
            return Party(side.number, person.name if person is not None and person.known else "")
        return side

    def _written(self, asked: Asked, made: RingOut) -> dict[str, Any]:
        spelling = asked.url.path.split("/extension/")[1].split("/")[1]
        path = (
            f"/restapi/v1.0/account/{self._account.id}/extension/{self._account.me.id}/{spelling}/{made.id}"
        )
        return {"id": made.id, "uri": asked.uri(path), "status": made.status}
