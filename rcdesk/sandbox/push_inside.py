"""REST requests that come over a WebSocket, put to the app as if they had come over HTTP."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

import msgspec
from starlette.types import ASGIApp, Message, Scope

_SPELLED = {
    "rcrequestid": "RCRequestId",
    "routingkey": "RoutingKey",
    "wsg-subscriptionid": "WSG-SubscriptionId",
}
"""Headers whose spelling clients rely on, though HTTP does not care."""
_OF_HTTP = ("content-length", "date")


class ClientRequest(msgspec.Struct, rename="camel"):
    """The first part of a ClientRequest frame."""

    message_id: str
    method: str
    path: str
    headers: dict[str, Any] | None = None
    query: dict[str, Any] | str | None = None


@dataclass
class Answer:
    """What the app answered."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def is_json(self) -> bool:
        """Whether the body can go into a frame."""
        return self.headers.get("Content-Type", "").startswith("application/json")


def by_path(request: ClientRequest, base: Scope) -> ClientRequest:
    """The request with a path alone, where it has the whole address of this host.

    The extensible JavaScript SDK sends a `uri` of an answer, such as that of the next page, as it got it.
    """
    return msgspec.structs.replace(
        request, path=request.path.removeprefix(f"{_scheme(base)}://{_host(base)}")
    )


async def ask(app: ASGIApp, base: Scope, request: ClientRequest, body: bytes, authorization: str) -> Answer:
    """Put a request to the app; `base` is the scope of the WebSocket, with what routes shall find in it."""
    path, _, query = request.path.partition("?")
    headers = {name.lower(): str(value) for name, value in (request.headers or {}).items()}
    headers |= {"host": _host(base), "authorization": authorization, "content-type": "application/json"}
    scope: Scope = {
        **base,
        "type": "http",
        "http_version": "1.1",
        "method": request.method.upper(),
        "scheme": _scheme(base),
        "path": unquote(path),
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": "&".join(part for part in (query, _query(request.query)) if part).encode(),
        "headers": [
            (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
            for name, value in headers.items()
        ],
        "extensions": {},
    }
    answer = Answer()
    parts: list[bytes] = []
    unread = [body]

    async def receive() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
            answer.headers = {_spelled(name): value for name, value in pairs if name not in _OF_HTTP}
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    answer.body = b"".join(parts)
    return answer


def _query(query: dict[str, Any] | str | None) -> str:
    return query.lstrip("?") if isinstance(query, str) else urlencode(query or {}, doseq=True)


def _scheme(base: Scope) -> str:
    return "https" if base["scheme"] == "wss" else "http"


def _host(scope: Scope) -> str:
    """The address that the client used for its socket; answers build their links on it."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "localhost")


def _spelled(name: str) -> str:
    return _SPELLED.get(name.lower(), name.title())
