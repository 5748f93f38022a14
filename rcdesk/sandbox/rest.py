"""What every REST route shares: who asks, rate limits, ids in the path, errors as the platform's body."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from rcdesk.sandbox.errors import (
    ApiError,
    invalid_parameter,
    method_not_allowed,
    not_found,
    unreadable,
    unsupported_media_type,
)
from rcdesk.sandbox.limits import RateLimits
from rcdesk.sandbox.query import Query
from rcdesk.sandbox.sessions import Session, Sessions

ACCOUNT = "/restapi/v1.0/account/{account_id}"
EXTENSION = ACCOUNT + "/extension/{extension_id}"
SESSION = "rcdesk.session"
"""Where the scope of a request that came over a WebSocket has the session that the socket was opened with."""


@dataclass
class Asked:
    """One request that may be answered: it came with a good token and within the limits."""

    request: Request
    session: Session
    body: bytes = b""
    query: Query = field(init=False)

    def __post_init__(self) -> None:
        self.query = Query(self.request.query_params)

    @property
    def url(self) -> URL:
        """The address as the client wrote it, without an access token in it."""
        return self.request.url.remove_query_params("access_token")

    def uri(self, path: str) -> str:
        """An absolute address on the host that the client used."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}{path}"

    def path_value(self, name: str) -> str:
        """A part of the path, decoded."""
        return str(self.request.path_params[name])

    def json(self) -> dict[str, Any]:
        """The body, a JSON object; ApiError 400 or 415 if it is none."""
        if not self.body:
            raise unreadable("Request body is required")
        return json_object(self.request.headers.get("content-type", ""), self.body)

    def struct(self, shape: type[msgspec.Struct]) -> Any:
        """The body in a shape; ApiError 400 that names the field where it does not fit."""
        return convert(self.json(), shape)


Handler = Callable[[Asked], Response | Mapping[str, Any] | Awaitable[Response | Mapping[str, Any]]]


@dataclass(frozen=True)
class Operation:
    """What a method of a resource does, and the rate-limit group it belongs to."""

    group: str
    handler: Handler


@dataclass(frozen=True)
class Gate:
    """What stands before every operation: tokens, limits, and whose account and extension these are."""

    sessions: Sessions
    limits: RateLimits
    account_id: str
    extension_id: str

    def admit(self, request: Request, group: str) -> tuple[Session, dict[str, str]]:
        """Who asks, and the rate-limit headers of the answer; ApiError 401 or 429."""
        header = request.headers.get("authorization") or request.query_params.get("access_token")
        session = request.scope.get(SESSION) or self.sessions.check(header)
        headers = self.limits.take(session.key, group)
        return session, headers

    def check_ids(self, request: Request) -> None:
        """Refuse ids of other accounts and extensions."""
        for name, own in (("account_id", self.account_id), ("extension_id", self.extension_id)):
            value = request.path_params.get(name, "~")
            if value not in ("~", own):
                raise not_found(name.replace("_id", "Id"), value)


class Resource:
    """One path of the API as an ASGI app: picks the operation and turns refusals into answers."""

    def __init__(self, gate: Gate, operations: Mapping[str, Operation]) -> None:
        self._gate = gate
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        headers: dict[str, str] = {}
        try:
            operation = self._operations.get(request.method)
            if operation is None:
                raise method_not_allowed(", ".join(self._operations))
            session, headers = self._gate.admit(request, operation.group)
            self._gate.check_ids(request)
            asked = Asked(request, session, await request.body())
            answer = operation.handler(asked)
            if isinstance(answer, Awaitable):
                answer = await answer
            response = answer if isinstance(answer, Response) else JSONResponse(answer)
        except ApiError as error:
            response = error.response()
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response


def resource(gate: Gate, path: str, **operations: Operation) -> Route:
    """A route for a path with its operations by method: `resource(gate, path, GET=Operation(...))`."""
    return Route(path, Resource(gate, operations))


def json_object(content_type: str, body: bytes) -> dict[str, Any]:
    """A JSON object out of a body; ApiError 415 for another content type, 400 for anything else."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in ("", "application/json"):
        raise unsupported_media_type()
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise unreadable() from None
    if not isinstance(value, dict):
        raise unreadable("JSON object is expected")
    return value


def convert(value: Any, shape: type[msgspec.Struct]) -> Any:
    """A decoded value in a shape; ApiError 400 that names the field where it does not fit."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        text = str(error)
        where = text.rpartition("`$")[2].rstrip("`").lstrip(".") if "`$" in text else ""
        missing = text.partition("field `")[2].partition("`")[0]
        name = ".".join(part for part in (where, missing) if part) or "body"
        raise invalid_parameter(name) from None
