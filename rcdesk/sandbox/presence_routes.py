"""Presence over REST: read it, and change what the user may choose."""

from typing import Annotated, Any, Literal

import msgspec
from starlette.routing import Route

from rcdesk.sandbox import presence
from rcdesk.sandbox.errors import ApiError
from rcdesk.sandbox.push_filters import sip_data
from rcdesk.sandbox.rest import EXTENSION, Asked, Gate, Operation, resource
from rcdesk.sandbox.world import World


class _Changes(msgspec.Struct, rename="camel"):
    """What PUT presence may change; the rest of the body is ignored."""

    user_status: Literal["Offline", "Busy", "Available"] | None = None
    dnd_status: (
        Literal[
            "TakeAllCalls", "DoNotAcceptDepartmentCalls", "TakeDepartmentCallsOnly", "DoNotAcceptAnyCalls"
        ]
        | None
    ) = None
    dnd_status_personal: Literal["TakeAllCalls", "DoNotAcceptAnyCalls"] | None = None
    message: Annotated[str, msgspec.Meta(max_length=75)] | None = None
    allow_see_my_presence: bool | None = None
    ring_on_monitored_call: bool | None = None
    pick_up_calls_on_hold: bool | None = None
    caller_id_visibility: Literal["All", "None", "PermittedUsers"] | None = None
    accept_call_queue_calls: bool | None = None


class PresenceRoutes:
    """GET and PUT of the user's presence."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self, gate: Gate) -> list[Route]:
        """The routes."""
        read, change = Operation("Light", self.read), Operation("Medium", self.change)
        return [resource(gate, EXTENSION + "/presence", GET=read, PUT=change)]

    def read(self, asked: Asked) -> dict[str, Any]:
        """GET presence."""
        detailed, sip = asked.query.flag("detailedTelephonyState"), asked.query.flag("sipData")
        body = self._body(asked, detailed=detailed)
        if detailed and sip:
            body["activeCalls"] = [{**call, "sipData": sip_data(call)} for call in body["activeCalls"]]
        return body

    def change(self, asked: Asked) -> dict[str, Any]:
        """PUT presence: answers with the whole of it, and a notification follows."""
        changes: _Changes = asked.struct(_Changes)
        dnd = changes.dnd_status or changes.dnd_status_personal
        wished = {
            "user_status": changes.user_status,
            "dnd_status": dnd,
            "message": changes.message,
            "allow_see": changes.allow_see_my_presence,
            "ring_on_monitored": changes.ring_on_monitored_call,
            "pick_up_on_hold": changes.pick_up_calls_on_hold,
            "caller_id_visibility": changes.caller_id_visibility,
            "accept_queue_calls": changes.accept_call_queue_calls,
        }
        given = {name: value for name, value in wished.items() if value is not None}
        if not given:
            raise ApiError(400, "CMN-101", "Nothing to change in the request body", parameter_name="body")
        self._world.choose(**given)
        return self._body(asked, detailed=False)

    def _body(self, asked: Asked, *, detailed: bool) -> dict[str, Any]:
        account = self._world.account
        extension = f"/restapi/v1.0/account/{account.id}/extension/{account.me.id}"
        return {
            "uri": asked.uri(f"{extension}/presence"),
            "extension": {
                "id": account.me.id,
                "uri": asked.uri(extension),
                "extensionNumber": account.me.extension,
            },
            **presence.rest(self._world.wishes, self._world.live, detailed=detailed),
        }
