"""The sandbox as an ASGI app: every route, the errors around them, and the world's heartbeat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from rcdesk.sandbox.control import CallsControl
from rcdesk.sandbox.errors import ApiError
from rcdesk.sandbox.front import FrontDoor
from rcdesk.sandbox.oauth_routes import oauth_routes
from rcdesk.sandbox.presence_routes import PresenceRoutes
from rcdesk.sandbox.rest import Gate
from rcdesk.sandbox.state import Sandbox


def make_app(sandbox: Sandbox) -> FrontDoor:
    """The whole platform as one ASGI app; its lifespan is the world's."""
    app = Starlette(
        routes=_routes(sandbox),
        exception_handlers={HTTPException: _http_error, ApiError: _api_error, 500: _bug},
        lifespan=lambda app: running(sandbox),
    )
    app.router.redirect_slashes = False
    return FrontDoor(app, sandbox)


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
        *oauth_routes(sandbox.oauth, sandbox.sessions, sandbox.limits, gate),
        *PresenceRoutes(sandbox.world).routes(gate),
        *CallsControl(sandbox.world).routes(),
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
