"""The sandbox as an ASGI app: every route, the errors around them, and the world's heartbeat."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from rcdesk.sandbox.account_routes import AccountRoutes, open_routes
from rcdesk.sandbox.chaos_control import ChaosControl
from rcdesk.sandbox.control import CallsControl
from rcdesk.sandbox.errors import ApiError
from rcdesk.sandbox.faults_control import FaultsControl
from rcdesk.sandbox.front import FrontDoor
from rcdesk.sandbox.log_routes import LogRoutes
from rcdesk.sandbox.oauth_routes import oauth_routes
from rcdesk.sandbox.presence_routes import PresenceRoutes
from rcdesk.sandbox.rest import Gate
from rcdesk.sandbox.ringout_routes import RingOutRoutes
from rcdesk.sandbox.state import Sandbox
from rcdesk.sandbox.state_control import StateControl
from rcdesk.sandbox.sync_routes import SyncRoutes
from rcdesk.sandbox.telephony_routes import TelephonyRoutes


def make_app(sandbox: Sandbox) -> FrontDoor:
    """The whole platform as one ASGI app; its lifespan is the world's."""
    by_status: Counter[int] = Counter()
    app = Starlette(
        routes=[*_routes(sandbox), *_control(sandbox, by_status)],
        exception_handlers={HTTPException: _http_error, ApiError: _api_error, 500: _bug},
        lifespan=lambda app: running(sandbox),
    )
    app.router.redirect_slashes = False
    front = FrontDoor(app, sandbox, by_status)
    sandbox.push.gateway.app = front
    return front


@asynccontextmanager
async def running(sandbox: Sandbox) -> AsyncIterator[None]:
    """Let the world go on while the block runs."""
    async with asyncio.TaskGroup() as group:
        world = group.create_task(sandbox.run(), name="the world")
        try:
            yield
        finally:
            world.cancel()


def _routes(sandbox: Sandbox) -> list[BaseRoute]:
    gate = Gate(sandbox.sessions, sandbox.limits, str(sandbox.account.id), sandbox.account.extension_id)
    return [
        *oauth_routes(
            sandbox.oauth, sandbox.sessions, sandbox.limits, gate, sandbox.faults.refresh_delay, sandbox.waits
        ),
        *open_routes(),
        *AccountRoutes(sandbox.account).routes(gate),
        *sandbox.contacts.routes(gate),
        *PresenceRoutes(sandbox.world).routes(gate),
        *LogRoutes(sandbox.world, sandbox.ring_outs, sandbox.call_log).routes(gate),
        *SyncRoutes(sandbox.world, sandbox.call_log, sandbox.sync_tokens, sandbox.clock.real).routes(gate),
        *RingOutRoutes(sandbox.account, sandbox.ring_outs).routes(gate),
        *TelephonyRoutes(sandbox.world).routes(gate),
        *sandbox.push.routes(gate),
    ]


def _control(sandbox: Sandbox, by_status: Counter[int]) -> list[BaseRoute]:
    return [
        *CallsControl(sandbox.world).routes(),
        *FaultsControl(sandbox.faults, sandbox.switchboard).routes(),
        *ChaosControl(sandbox.chaos).routes(),
        *StateControl(sandbox, by_status).routes(),
    ]


async def _api_error(request: Request, error: Exception) -> Response:
    """A refusal that a route did not answer itself."""
    if not isinstance(error, ApiError):
        raise error
    return error.response()


async def _http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals, in the platform's words."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 405:
        return ApiError(405, "CMN-120", "Method not allowed").response()
    return ApiError(404, "CMN-102", f"Resource is not found: {request.url.path}").response()


async def _bug(request: Request, error: Exception) -> Response:
    """An error of the sandbox itself; it is raised again after this answer, so that it gets logged."""
    return ApiError(500, "CMN-203", "Internal server error").response()
