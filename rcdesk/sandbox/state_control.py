"""The rest of the control API: raw notifications, more past calls, fates of RingOuts, reset, and the truth."""

from collections import Counter
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from rcdesk.sandbox.control import PREFIX, ControlEndpoint, Seconds
from rcdesk.sandbox.errors import invalid_parameter
from rcdesk.sandbox.presence import rest
from rcdesk.sandbox.rest import convert
from rcdesk.sandbox.ringouts import STATUSES, Fate
from rcdesk.sandbox.state import Sandbox


class _Records(msgspec.Struct):
    count: Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class _NextFate(msgspec.Struct):
    caller: str = "Success"
    callee: str = "Success"
    call: str = "CannotReach"
    caller_after: Seconds = Fate.caller_after
    callee_after: Seconds = Fate.callee_after
    talk: Seconds = Fate.talk
    cancel_works: bool = True


class _Prescription(msgspec.Struct):
    next: _NextFate


class StateControl:
    """Control of the sandbox as a whole. `by_status` is the front door's count."""

    def __init__(self, sandbox: Sandbox, by_status: Counter[int]) -> None:
        self._sandbox = sandbox
        self._by_status = by_status

    def routes(self) -> list[Route]:
        """The routes."""
        endpoints = {
            "push": ControlEndpoint(POST=self.push),
            "records": ControlEndpoint(POST=self.records),
            "ring-outs": ControlEndpoint(POST=self.prescribe),
            "private": ControlEndpoint(GET=self.private),
            "reset": ControlEndpoint(POST=self.reset),
            "state": ControlEndpoint(GET=self.state),
        }
        return [Route(f"{PREFIX}/{name}", endpoint) for name, endpoint in endpoints.items()]

    def push(self, request: Request, body: dict[str, Any]) -> None:
        """Deliver a notification as it is."""
        if not body:
            raise invalid_parameter("body")
        self._sandbox.subscriptions.deliver_raw(body)

    def records(self, request: Request, body: dict[str, Any]) -> dict[str, int]:
        """Put more past calls into the log."""
        wanted: _Records = convert(body, _Records)
        self._sandbox.add_past(wanted.count)
        return {"count": wanted.count, "total": len(self._sandbox.call_log)}

    def prescribe(self, request: Request, body: dict[str, Any]) -> None:
        """Decide what becomes of the next RingOut."""
        wanted: _Prescription = convert(body, _Prescription)
        fate = Fate(**msgspec.structs.asdict(wanted.next))
        for name in ("caller", "callee", "call"):
            if getattr(fate, name) not in STATUSES:
                raise invalid_parameter(f"next.{name}", getattr(fate, name))
        self._sandbox.ring_outs.prescribe(fate)

    def reset(self, request: Request, body: dict[str, Any]) -> None:
        """Back to the start, but for sign-ins and subscriptions."""
        self._sandbox.reset()
        self._by_status.clear()

    def private(self, request: Request, body: dict[str, Any]) -> dict[str, list[str]]:
        """What no log of a client's may hold: every secret that was ever handed out, and every number of the world."""
        sandbox = self._sandbox
        account, push = sandbox.account, sandbox.push
        people = {one.number for one in (account.me, *account.colleagues)}
        others = {one.number for one in account.people}
        own = {*(one.number for one in account.numbers), *(one.number for one in account.phones)}
        logged = (party for record in sandbox.call_log.newer(0) for party in (record.caller, record.callee))
        live = [call[side] for call in sandbox.world.truth() for side in ("from", "to")]
        numbers = people | others | own | {*(party.number for party in logged), *live}
        return {
            "client secret": [account.client_secret],
            "password": [account.password],
            "JWT": [account.jwt],
            "token": sandbox.sessions.given,
            "socket token": push.gateway.given,
            "PubNub key": push.pubnub.given,
            "number": sorted(filter(None, numbers)),
        }

    def state(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """The truth."""
        sandbox = self._sandbox
        world, limits = sandbox.world, sandbox.limits
        presence = rest(world.wishes, world.live, detailed=False)
        return {
            "active_calls": world.truth(),
            "presence": {
                "presence_status": presence["presenceStatus"],
                "user_status": presence["userStatus"],
                "dnd_status": presence["dndStatus"],
                "telephony_status": presence["telephonyStatus"],
                "message": world.wishes.message or None,
            },
            "ring_outs": sandbox.ring_outs.truth(),
            "subscriptions": sandbox.subscriptions.truth(),
            "tokens": sandbox.sessions.live_tokens(),
            "sessions": sandbox.sessions.per_user(),
            "sockets": {
                "tcp": sandbox.lines.open,
                "dead": sandbox.lines.dead,
                "gateway": sandbox.push.gateway.connected,
                "pubnub_polls": sandbox.push.pubnub.channels.waiting,
            },
            "chaos": sandbox.chaos.truth(),
            "requests": {
                "by_group": dict(limits.by_group),
                "by_status": {str(status): count for status, count in self._by_status.items()},
                "in_penalty": limits.in_penalty,
                "refresh": sandbox.sessions.refreshes,
                "wstoken": sandbox.push.gateway.tokens_asked,
            },
        }
