"""The front door: what happens to every request before and after its route."""

import uuid
from collections import Counter
from contextlib import suppress
from email.utils import formatdate

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from rcdesk.sandbox.answer_faults import AnswerFaults
from rcdesk.sandbox.errors import ApiError
from rcdesk.sandbox.state import Sandbox

_API = ("/restapi/", "/sandbox/")
_TUNNELLED = ("GET", "PUT", "PATCH", "DELETE")


class FrontDoor:
    """Lets the world catch up, applies faults, numbers and dates each answer, and counts it by status.

    A final slash counts for nothing; a POST may carry another method in `X-HTTP-Method-Override` or `_method`.
    """

    def __init__(self, app: Starlette, sandbox: Sandbox, by_status: Counter[int]) -> None:
        self._app = app
        self._api = AnswerFaults(app, sandbox.faults, sandbox.lines, sandbox.waits)
        self._sandbox = sandbox
        self._by_status = by_status

    @property
    def paths(self) -> list[str]:
        """The path of every route, with names in braces."""
        return [route.path for route in self._app.routes if isinstance(route, Route)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request, connection or lifespan on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        self._sandbox.catch_up()
        path = scope["path"].rstrip("/")
        if scope["type"] != "http" or not f"{path}/".startswith(_API):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "path": path}
        if not f"{path}/".startswith(_API[0]):
            await self._app(scope, receive, send)
            return
        numbered = self._numbered(send)
        try:
            scope["method"] = _method(scope)
            await self._maybe_fail(scope["method"], path)
        except ApiError as error:
            await error.response()(scope, receive, numbered)
            return
        with suppress(ClientDisconnect):  # nobody is left to be answered
            await self._api(scope, receive, numbered)

    async def _maybe_fail(self, method: str, path: str) -> None:
        delay = self._sandbox.faults.delay(method, path)
        if delay:
            await self._sandbox.waits.pause(delay)
        refusal = self._sandbox.faults.refusal(method, path)
        if refusal is not None:
            raise refusal

    def _numbered(self, send: Send) -> Send:
        async def numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._by_status[message["status"]] += 1
                headers = MutableHeaders(scope=message)
                headers["RCRequestId"] = str(uuid.uuid4())
                headers["Date"] = formatdate(
                    self._sandbox.clock.now() + self._sandbox.faults.skew, usegmt=True
                )
            await send(message)

        return numbered


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    if method != "POST":
        return method
    wished = {
        Headers(scope=scope).get("x-http-method-override", "").upper(),
        QueryParams(scope["query_string"]).get("_method", "").upper(),
    } - {""}
    if not wished:
        return method
    if len(wished) > 1 or not wished <= set(_TUNNELLED):
        raise ApiError(400, "CMN-101", "Method override is contradictory or unknown")
    return wished.pop()
