"""The control API under /sandbox/v1: what a test or a person at the console makes happen.

It needs no token and no rate limit applies. Numbers are E.164 with or without +, short extensions, or
`anonymous`; times are seconds of the world. Bad input, and a key that means nothing, is answered 400 with the platform's error body.

- ``POST calls`` {direction, from, to, queue, plan}: start a call. `from` and `to` are a number or {number,
  name}. Inbound needs `from`, outbound needs `to`; the other side is the user's own number, or the queue's.
  `plan` is a list of {after, do}, each `after` counted from the step before; a step that has become impossible
  is skipped. Without a plan a call rings until told otherwise.
- ``POST calls/{sessionId}/{deed}``: answer, hold, unhold, park, pick-up, hang-up, miss (nobody answers), decline,
  voicemail, answer-elsewhere, flicker. 404 for no such call, 409 if it cannot happen now.
- ``POST ring-outs`` {"next": fate}: what becomes of the next RingOut, whatever it dials; fate has caller, callee,
  call (statuses), caller_after, callee_after, talk (seconds) and cancel_works. `ringouts.FATES` has numbers with a
  fate of their own.
- ``POST push`` a raw notification: delivered as it is to every subscriber.
- ``POST faults`` {kind, ...}, ``DELETE faults``: see `faults_control`.
- ``POST chaos`` {seed, ...}, ``DELETE chaos``: see `chaos_control`.
- ``POST records`` {count}: that many more past calls in the log. ``POST reset``: calls, log, presence, faults,
  limits and counts as at the start; sign-ins and subscriptions stay.
- ``GET private``: every secret that was ever handed out, and every number of the world: what no log may hold.
- ``GET state``: the truth, and what a client leaves behind: its sessions (by user/app), its sockets, and how
  many requests it has made, refreshes and tokens for a socket by themselves.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from rcdesk.sandbox.account import Account
from rcdesk.sandbox.calls import Deed, IncorrectStateError, Party
from rcdesk.sandbox.errors import ApiError, invalid_parameter, method_not_allowed, not_found
from rcdesk.sandbox.rest import convert, json_object
from rcdesk.sandbox.world import Step, World

PREFIX = "/sandbox/v1"
_E164 = re.compile(r"\+?[1-9]\d{6,14}", re.ASCII)
_SHORT = re.compile(r"\d{1,6}", re.ASCII)
Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
Name = Annotated[str, msgspec.Meta(max_length=64)]


class _Side(msgspec.Struct, forbid_unknown_fields=True):
    number: str = ""
    name: Name = ""


class _PlanStep(msgspec.Struct, forbid_unknown_fields=True):
    after: Seconds
    do: str


class _NewCall(msgspec.Struct, rename={"from_": "from"}, forbid_unknown_fields=True):
    direction: str = "Inbound"
    from_: _Side | str | None = None
    to: _Side | str | None = None
    queue: Name | None = None
    plan: Annotated[list[_PlanStep], msgspec.Meta(max_length=100)] = []


class ControlEndpoint:
    """A control route as an ASGI app: JSON in, JSON out, refusals as the error body."""

    def __init__(self, **handlers: Callable[[Request, dict[str, Any]], Any]) -> None:
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            handler = self._handlers.get(request.method)
            if handler is None:
                raise method_not_allowed(", ".join(self._handlers))
            body = await request.body()
            answer = handler(request, json_object("", body) if body else {})
            if isinstance(answer, Awaitable):
                answer = await answer
            response = Response(status_code=204) if answer is None else JSONResponse(answer)
        except ApiError as error:
            response = error.response()
        await response(scope, receive, send)


class CallsControl:
    """Starts calls and lets things happen to them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route(PREFIX + "/calls", ControlEndpoint(POST=self.start)),
            Route(PREFIX + "/calls/{session_id}/{deed}", ControlEndpoint(POST=self.do)),
        ]

    def start(self, request: Request, body: dict[str, Any]) -> dict[str, str]:
        """Start a call."""
        wanted: _NewCall = convert(body, _NewCall)
        direction = wanted.direction.lower()
        if direction not in ("inbound", "outbound"):
            raise invalid_parameter("direction", wanted.direction)
        inbound = direction == "inbound"
        plan = [Step(step.after, deed(step.do, "plan.do")) for step in wanted.plan]
        queue, own = own_side(self._world.account, wanted.queue if inbound else None)
        caller, callee = self._sides(wanted, own, inbound=inbound)
        call = self._world.ring(inbound=inbound, caller=caller, callee=callee, queue=queue, plan=plan)
        return {
            "sessionId": call.session_id,
            "telephonySessionId": call.telephony_session_id,
            "partyId": call.party_id,
        }

    def do(self, request: Request, body: dict[str, Any]) -> dict[str, str]:
        """Let something happen to a call."""
        session_id = request.path_params["session_id"]
        wanted = request.path_params["deed"]
        if wanted not in set(Deed):
            raise not_found("action", wanted)
        try:
            call = self._world.do(session_id, Deed(wanted))
        except KeyError:
            raise not_found("sessionId", session_id) from None
        except IncorrectStateError as error:
            raise ApiError(409, "TAS-102", f"Incorrect State: {error}") from None
        return {"sessionId": call.session_id, "state": str(call.state)}

    def _sides(self, wanted: _NewCall, own: Party, *, inbound: bool) -> tuple[Party, Party]:
        account = self._world.account
        caller = own if wanted.from_ is None else party(account, wanted.from_, "from")
        callee = own if wanted.to is None else party(account, wanted.to, "to")
        if (wanted.from_ if inbound else wanted.to) is None:
            raise invalid_parameter("from" if inbound else "to")
        if inbound and wanted.to is not None and not callee.name:
            callee = Party(callee.number, own.name)
        return caller, callee


def deed(text: str, parameter: str) -> Deed:
    """A deed by its name in the API; ApiError 400 if there is none."""
    try:
        return Deed(text)
    except ValueError:
        raise invalid_parameter(parameter, text) from None


def party(account: Account, side: _Side | str, parameter: str) -> Party:
    """One side of a call; the platform knows the names of extensions by itself."""
    number, name = (side, "") if isinstance(side, str) else (side.number, side.name)
    number = re.sub(r"[\s().-]", "", number)
    if number.lower() in ("", "anonymous"):
        return Party("", name)
    if _SHORT.fullmatch(number):
        colleague = account.colleague(number)
        return Party(number, name or (colleague.name if colleague else ""))
    if not _E164.fullmatch(number):
        raise invalid_parameter(parameter, number)
    return Party("+" + number.lstrip("+"), name)


def own_side(account: Account, queue: str | None) -> tuple[str, Party]:
    """The queue's name, if any, and the side of the call that is the user's or the queue's."""
    if not queue:
        return "", Party(account.me.number, account.me.name)
    for known in account.queues:
        if queue.lower() in (known.name.lower(), known.extension):
            return known.name, Party(known.number, known.name)
    return queue, Party(account.numbers[1].number, queue)
