"""Recording of a live call on demand: begun over REST, paused and resumed; the call log has it afterwards."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rcdesk.sandbox.calls import Call, State
from rcdesk.sandbox.errors import incorrect_state, not_found
from rcdesk.sandbox.rest import Asked, Gate, Operation, resource


class _Changes(msgspec.Struct):
    active: bool


class RecordingRoutes:
    """One recording of a call; beginning it once more gives the same."""

    def __init__(self, party: str, find: Callable[[Asked], Call], new_id: Callable[[], str]) -> None:
        """`party` is the path of a party, `find` gives the call that it belongs to."""
        self._path = party + "/recordings"
        self._find = find
        self._new_id = new_id

    def routes(self, gate: Gate) -> list[Route]:
        """The routes."""
        return [
            resource(gate, self._path, POST=Operation("Light", self.begin)),
            resource(gate, self._path + "/{recording_id}", PATCH=Operation("Light", self.change)),
        ]

    def begin(self, asked: Asked) -> Response:
        """POST: from now on it is recorded."""
        call = self._find(asked)
        if call.state is not State.CONNECTED:
            raise incorrect_state()
        call.recording_id = call.recording_id or self._new_id()
        return JSONResponse(_recording(call, active=True), 201)

    def change(self, asked: Asked) -> dict[str, Any]:
        """PATCH: pause or go on."""
        call, recording_id = self._find(asked), asked.path_value("recording_id")
        if not call.recording_id or recording_id != call.recording_id:
            raise not_found("recordingId", recording_id)
        changes: _Changes = asked.struct(_Changes)
        return _recording(call, active=changes.active)


def _recording(call: Call, *, active: bool) -> dict[str, Any]:
    return {"id": call.recording_id, "active": active, "mode": "OnDemand", "view": "Session"}
