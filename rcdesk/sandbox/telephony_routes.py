"""Telephony sessions over REST: read a live call, and what its user may do with it."""

from collections.abc import Callable
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rcdesk.sandbox import telephony
from rcdesk.sandbox.calls import Call, Deed, IncorrectStateError
from rcdesk.sandbox.errors import ApiError, not_found
from rcdesk.sandbox.rest import ACCOUNT, Asked, Gate, Operation, resource
from rcdesk.sandbox.world import World

_SESSION = ACCOUNT + "/telephony/sessions/{telephony_session_id}"
_PARTY = _SESSION + "/parties/{party_id}"


class TelephonyRoutes:
    """The part of call control that a companion without a voice needs; all of it in the Light group."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self, gate: Gate) -> list[Route]:
        """The routes."""
        read, drop = Operation("Light", self.read), Operation("Light", self.drop)
        party = Operation("Light", self.read_party)
        deeds: dict[str, Callable[[Asked], Any]] = {
            "hold": lambda asked: self._do(asked, Deed.HOLD),
            "unhold": lambda asked: self._do(asked, Deed.UNHOLD),
            "reject": self.reject,
        }
        return [
            resource(gate, _SESSION, GET=read, DELETE=drop),
            resource(gate, _PARTY, GET=party),
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
        party: dict[str, Any] = telephony.session(self._world.account, self._call(asked))["parties"][0]
        return party

    def drop(self, asked: Asked) -> Response:
        """DELETE of a session: the call ends."""
        self._world.do(self._call(asked).session_id, Deed.HANG_UP)
        return Response(status_code=204)

    def reject(self, asked: Asked) -> Response:
        """POST reject: the caller gets the voicemail, as if nobody had answered."""
        self._do(asked, Deed.VOICEMAIL)
        return Response(status_code=204)

    def _do(self, asked: Asked, deed: Deed) -> Response:
        call = self._call(asked)
        try:
            self._world.do(call.session_id, deed)
        except IncorrectStateError:
            raise ApiError(409, "TAS-102", "Incorrect State") from None
        return JSONResponse(telephony.session(self._world.account, call)["parties"][0])

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
