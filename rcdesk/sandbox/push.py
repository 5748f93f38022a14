"""Push as a whole: subscriptions over REST, and both transports."""

from starlette.routing import BaseRoute

from rcdesk.sandbox.faults import Faults
from rcdesk.sandbox.lines import Lines
from rcdesk.sandbox.push_connection import GatewayLimits
from rcdesk.sandbox.push_pubnub import HOLD, PubNub
from rcdesk.sandbox.push_routes import SubscriptionRoutes
from rcdesk.sandbox.push_websocket import Gateway
from rcdesk.sandbox.rest import Gate
from rcdesk.sandbox.sessions import Sessions
from rcdesk.sandbox.subscriptions import Subscriptions


class Push:
    """Everything that is needed to tell clients of events.

    The assembly sets `gateway.app` to the whole app, so that requests over sockets pass through it. `pubnub.enabled` switches PubNub subscriptions off and on.
    """

    def __init__(
        self,
        subscriptions: Subscriptions,
        sessions: Sessions,
        faults: Faults,
        lines: Lines,
        *,
        limits: GatewayLimits,
        hold: float = HOLD,
    ) -> None:
        """`hold`: real seconds that a PubNub request waits for news."""
        self.subscriptions = subscriptions
        self.pubnub = PubNub(sessions.now, faults.push, lines, hold=hold)
        self.gateway = Gateway(sessions, subscriptions, faults, lines, limits)

    def routes(self, gate: Gate) -> list[BaseRoute]:
        """Every route of push."""
        return [
            *SubscriptionRoutes(self.subscriptions, self.pubnub).routes(gate),
            *self.gateway.routes(gate),
            *self.pubnub.routes(),
        ]

    def release(self) -> None:
        """Let go of every request that is held, so that the server can stop; sockets are closed by the server."""
        self.pubnub.release()
