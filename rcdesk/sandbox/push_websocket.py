"""The WebSocket gateway: tokens for it, connections, and the way back into a connection that was lost.

Rules: developer guide, "WebSockets: quick start, session recovery". Requests over a socket pass through the same
app as those over HTTP, and so through the same limits and faults.
"""

import secrets
from collections.abc import Callable
from typing import Any

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from rcdesk.sandbox.clock import iso
from rcdesk.sandbox.errors import ApiError
from rcdesk.sandbox.faults import Faults
from rcdesk.sandbox.lines import Line, Lines, gone, line_of
from rcdesk.sandbox.push_connection import (
    BAD_TOKEN,
    CROWDED,
    SIGNED_OUT,
    TAKEN_OVER,
    Connection,
    GatewayLimits,
    refuse,
)
from rcdesk.sandbox.push_inside import Answer, ClientRequest, ask, by_path
from rcdesk.sandbox.push_places import Place, frame, numbered, read_cursor
from rcdesk.sandbox.push_routes import PLACE
from rcdesk.sandbox.rest import SESSION, Asked, Gate, Operation, resource
from rcdesk.sandbox.sessions import Session, Sessions
from rcdesk.sandbox.subscriptions import Subscriptions

SOCKET = "/ws"
NOT_RECOVERED = "WSG-1005"
"""The one recoveryErrorCode that has been seen: there was no subscription to go on with."""


class Gateway:
    """Every connection and every place. A place outlives its connection for the time of recovery."""

    def __init__(
        self,
        sessions: Sessions,
        subscriptions: Subscriptions,
        faults: Faults,
        lines: Lines,
        limits: GatewayLimits,
    ) -> None:
        """`app` is where requests over a socket go: to be set before the first."""
        self.app: ASGIApp = _nowhere
        self.tokens_asked = 0
        """Tokens for a socket that were asked for."""
        self.given: list[str] = []
        """Those that were ever handed out."""
        self._sessions = sessions
        self._subscriptions = subscriptions
        self._faults = faults
        self._lines = lines
        self._limits = limits
        self._tokens: dict[str, tuple[str, float]] = {}
        self._places: dict[str, tuple[Place, float | None]] = {}
        self._connections: dict[str, Connection] = {}
        sessions.on_end.append(self._end_session)

    @property
    def connected(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    @property
    def lines(self) -> list[Line]:
        """The TCP connections that they are."""
        return [connection.line for connection in self._connections.values()]

    def end_all(self, why: ApiError) -> None:
        """End every connection as the platform does, with this reason; their places are kept."""
        for connection in list(self._connections.values()):
            connection.end(why)

    def routes(self, gate: Gate) -> list[BaseRoute]:
        """The token endpoint and the socket."""
        return [
            resource(gate, "/restapi/oauth/wstoken", POST=Operation("Auth", self.token)),
            WebSocketRoute(SOCKET, self.connect),
        ]

    def token(self, asked: Asked) -> dict[str, Any]:
        """POST wstoken: good for any number of connections until it expires."""
        self.tokens_asked += 1
        now = self._sessions.now()
        self._tokens = {name: given for name, given in self._tokens.items() if now < given[1]}
        token = secrets.token_urlsafe(32)
        self.given.append(token)
        self._tokens[token] = (asked.session.id, now + self._limits.token)
        scheme = "wss" if asked.url.scheme == "https" else "ws"
        return {
            "uri": f"{scheme}://{asked.url.netloc}{SOCKET}",
            "ws_access_token": token,
            "expires_in": int(self._limits.token),
        }

    async def connect(self, socket: WebSocket) -> None:
        """Serve one connection; one without a good token, or one too many, is told so and closed."""
        if self._faults.push.blocks_new and self._lines.kill([line_of(socket.scope)]):
            await gone(socket.receive)
            return
        session = self._session(socket.query_params.get("access_token", ""))
        if session is None:
            await refuse(socket, BAD_TOKEN)
            return
        if self._count(session) >= self._limits.connections:
            await refuse(socket, CROWDED)
            return
        await socket.accept()
        wsc = socket.query_params.get("wsc")
        found = self._recover(session, wsc) if wsc else None
        place, heard = found or (Place(session.key, session.id, self._limits.buffer), 0)
        connection = Connection(socket, place, self._limits, self._asker(socket.scope, place, session))
        self._enter(place, heard, connection)
        recovery = None if not wsc else "Failed" if found is None else "Successful"
        connection.send(self._details(place, recovery))
        place.resend()
        try:
            await connection.run()
        finally:
            self._leave(place, connection)

    def _session(self, token: str) -> Session | None:
        """Whose token this is, if it is good."""
        session_id, expires = self._tokens.get(token, ("", 0.0))
        return self._sessions.get(session_id) if self._sessions.now() < expires else None

    def _count(self, session: Session) -> int:
        return sum(one.place.session_id == session.id for one in self._connections.values())

    def _recover(self, session: Session, wsc: str) -> tuple[Place, int] | None:
        """The place that a cursor leads to and the frame it stands at, if the client may go on there."""
        self._forget_lost()
        cursor = read_cursor(wsc)
        place, _ = self._places.get(cursor[0], (None, None)) if cursor else (None, None)
        if cursor is None or place is None or place.owner != session.key or place.subscription is None:
            return None
        if self._faults.push.take("fail-recovery"):
            self._subscriptions.remove(place.subscription)
            return None
        if self._faults.push.take("overflow-buffer"):
            place.overflow()
        place.session_id = session.id
        return place, cursor[1]

    def _enter(self, place: Place, heard: int, connection: Connection) -> None:
        before = self._connections.get(place.key)
        if before is not None:
            before.end(TAKEN_OVER)
        self._connections[place.key] = connection
        self._places[place.key] = (place, None)
        place.take(connection.send, heard)

    def _leave(self, place: Place, connection: Connection) -> None:
        """Keep the place of a connection that is over for a while, unless another has it or it is of no use."""
        if self._connections.get(place.key) is not connection:
            return
        del self._connections[place.key]
        place.leave()
        if place.subscription is None:
            del self._places[place.key]
            return
        until = self._sessions.now() + self._limits.recovery
        place.subscription.expires = until
        self._places[place.key] = (place, until)
        self._forget_lost()

    def _forget_lost(self) -> None:
        """Forget places whose time is over; their subscriptions run out at the same moment by themselves."""
        now = self._sessions.now()
        for key, (_, until) in list(self._places.items()):
            if until is not None and until <= now:
                del self._places[key]

    def _end_session(self, session: Session) -> None:
        """A session that ends takes its connections and places with it."""
        for place, _ in list(self._places.values()):
            if place.session_id == session.id:
                if place.subscription is not None:
                    self._subscriptions.remove(place.subscription)
                connection = self._connections.get(place.key)
                if connection is not None:
                    connection.end(SIGNED_OUT)

    def _details(self, place: Place, recovery: str | None) -> str:
        limits = self._limits
        meta = {
            "type": "ConnectionDetails",
            "messageId": secrets.token_hex(16),
            "status": 200,
            "headers": numbered(),
            "wsc": place.cursor(),
        }
        body: dict[str, Any] = {
            "creationTime": iso(self._sessions.now() + self._faults.skew),
            "maxConnectionsPerSession": limits.connections,
            "recoveryBufferSize": limits.buffer,
            "recoveryTimeout": limits.recovery,
            "idleTimeout": limits.idle,
            "absoluteTimeout": limits.absolute,
            "maxActiveRequests": limits.active_requests,
        }
        if recovery is not None:
            body["recoveryState"] = recovery
        if recovery == "Failed":
            body["recoveryErrorCode"] = NOT_RECOVERED
        return frame(meta, body)

    def _asker(self, scope: Scope, place: Place, session: Session) -> Callable[[ClientRequest, bytes], Any]:
        """What a connection asks its REST requests of. The socket was let in, so that its session counts, and
        not the age of the access token that it began with."""

        async def asker(request: ClientRequest, body: bytes) -> Answer:
            request = by_path(request, scope)
            path = request.path.partition("?")[0]
            if not path.startswith("/restapi/") or path.startswith("/restapi/oauth/"):
                return _refusal(ApiError(404, "CMN-102", f"Resource is not found over a WebSocket: {path}"))
            live = self._sessions.get(session.id)
            base = {**scope, PLACE: place, SESSION: live}
            answer = await ask(self.app, base, request, body, f"Bearer {session.access_token}")
            if answer.body and not answer.is_json:
                return _refusal(ApiError(501, "CMN-202", "Only JSON can be answered over a WebSocket"))
            return answer

        return asker


def _refusal(error: ApiError) -> Answer:
    response = error.response()
    return Answer(error.status, dict(error.headers), bytes(response.body))


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("the gateway was not given the app")
