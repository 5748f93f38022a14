"""The OAuth endpoints over HTTP: authorize with its page, token, revoke, and discovery."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from rcdesk.sandbox.errors import ApiError, OAuthError, method_not_allowed, unsupported_media_type
from rcdesk.sandbox.limits import RateLimits
from rcdesk.sandbox.login_page import login_page, refusal_page
from rcdesk.sandbox.oauth import CODE_TTL, OAuth, redirect_allowed, token_body
from rcdesk.sandbox.rest import Gate, Operation, resource
from rcdesk.sandbox.sessions import Sessions
from rcdesk.sandbox.waits import Waits

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_KEPT = ("response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method")


def oauth_routes(
    oauth: OAuth,
    sessions: Sessions,
    limits: RateLimits,
    gate: Gate,
    refresh_delay: Callable[[], float],
    waits: Waits,
) -> list[Route]:
    """The routes under /restapi/oauth, less wstoken, and the discovery documents.

    `refresh_delay` gives the seconds by which the answer to a refresh comes late.
    """
    tokens = _Tokens(oauth, sessions, limits, refresh_delay, waits)
    return [
        Route("/restapi/oauth/authorize", _Endpoint(_Authorize(oauth).answer, "GET", "HEAD", "POST")),
        Route("/restapi/oauth/token", _Endpoint(tokens.token, "POST")),
        Route("/restapi/oauth/revoke", _Endpoint(tokens.revoke, "POST")),
        Route("/.well-known/entry-points/initial", _initial_discovery, methods=["GET"]),
        resource(gate, "/.well-known/entry-points/external", GET=Operation("Light", _external_discovery)),
    ]


class _Endpoint:
    """An OAuth endpoint as an ASGI app: a refusal that `answer` raises becomes the body."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]], *methods: str) -> None:
        self._answer = answer
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            if request.method not in self._methods:
                raise method_not_allowed(", ".join(self._methods))
            response = await self._answer(request)
        except ApiError as error:
            response = error.response()
        await response(scope, receive, send)


class _Tokens:
    """Gives tokens and takes them back."""

    def __init__(
        self,
        oauth: OAuth,
        sessions: Sessions,
        limits: RateLimits,
        refresh_delay: Callable[[], float],
        waits: Waits,
    ) -> None:
        self._oauth = oauth
        self._sessions = sessions
        self._limits = limits
        self._refresh_delay = refresh_delay
        self._waits = waits

    async def token(self, request: Request) -> Response:
        """POST token."""
        form = await _form(request)
        client = self._oauth.authenticate(request.headers.get("authorization"), form)
        headers = self._limits.take(f"{self._oauth.owner_hint(form)}/{client.id}", "Auth")
        try:
            session = self._oauth.grant(client, form)
        except OAuthError as error:
            error.headers |= headers
            raise
        answer = JSONResponse(token_body(session, self._sessions.now()), headers={**_NO_STORE, **headers})
        if form.get("grant_type") == "refresh_token" and (delay := self._refresh_delay()):
            await self._waits.pause(delay)
        return answer

    async def revoke(self, request: Request) -> Response:
        """POST revoke: the whole session ends."""
        form = await _form(request) if await request.body() else {}
        form = {**dict(request.query_params), **form}
        client = self._oauth.authenticate(request.headers.get("authorization"), form)
        token = form.get("token", "")
        if not token:
            raise OAuthError("invalid_request", "Parameter [token] is required", "OAU-250")
        headers = self._limits.take(f"{self._sessions.owner_id(token)}/{client.id}", "Auth")
        self._sessions.revoke(token, client.id)
        return Response(status_code=200, headers=headers)


class _Authorize:
    """GET shows the page; POST signs in. Until somebody has, nobody's rate limit is touched."""

    def __init__(self, oauth: OAuth) -> None:
        self._oauth = oauth

    async def answer(self, request: Request) -> Response:
        """GET or POST authorize."""
        asked = {name: value for name, value in request.query_params.items() if value}
        if request.method == "POST":
            asked |= await _form(request)
        refused = self._refuse_client(asked)
        if refused is not None:
            return refused
        problem = self._problem(asked)
        if problem is not None:
            return _back(asked, {"error": problem[0], "error_description": problem[1]})
        if asked.get("decision") == "cancel":
            return _back(asked, {"error": "access_denied", "error_description": "The user did not sign in"})
        if request.method == "POST" and "password" in asked:
            return self._sign_in(asked)
        return _page(asked)

    def _refuse_client(self, asked: dict[str, str]) -> Response | None:
        """An unknown app or redirect URI is answered on the spot and never redirected to (RFC 6749, 4.1.2.1)."""
        if self._oauth.client(asked.get("client_id")) is None:
            return HTMLResponse(refusal_page("This app is not registered here."), 400)
        if not redirect_allowed(asked.get("redirect_uri", "")):
            return HTMLResponse(
                refusal_page("This app is not registered with this address to return to."), 400
            )
        return None

    def _problem(self, asked: dict[str, str]) -> tuple[str, str] | None:
        client = self._oauth.client(asked.get("client_id"))
        if asked.get("response_type") != "code":
            return "unsupported_response_type", "Only the response type [code] is supported"
        if asked.get("code_challenge_method", "plain") not in ("plain", "S256"):
            return "invalid_request", "Parameter [code_challenge_method] value is invalid"
        if client is not None and client.public and not asked.get("code_challenge"):
            return "invalid_request", "Parameter [code_challenge] is required for an app without a secret"
        return None

    def _sign_in(self, asked: dict[str, str]) -> Response:
        if not self._oauth.knows_user(
            asked.get("username", ""), asked.get("extension", ""), asked["password"]
        ):
            return _page(asked, problem="This number, extension and password do not belong together.")
        challenge, method = asked.get("code_challenge", ""), asked.get("code_challenge_method", "plain")
        code = self._oauth.new_code(asked["client_id"], asked["redirect_uri"], challenge, method)
        return _back(asked, {"code": code, "expires_in": str(CODE_TTL)})


def _page(asked: dict[str, str], problem: str = "") -> Response:
    hidden = {name: asked[name] for name in _KEPT if asked.get(name)}
    username = asked.get("username") or asked.get("login_hint", "")
    page = login_page(hidden, username=username, extension=asked.get("extension", ""), problem=problem)
    return HTMLResponse(page, headers=_NO_STORE)


def _back(asked: dict[str, str], result: dict[str, str]) -> Response:
    """Send the browser back to the app, with `state` as it came."""
    if asked.get("state"):
        result = {**result, "state": asked["state"]}
    return RedirectResponse(
        f"{asked['redirect_uri']}?{urlencode(result, quote_via=quote)}", 302, headers=_NO_STORE
    )


async def _form(request: Request) -> dict[str, str]:
    """A form's fields, the empty ones left out; a field given twice is refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise unsupported_media_type()
    body = await request.body()
    pairs = parse_qsl(body.decode("utf-8", "replace"))
    form = dict(pairs)
    if len(form) != len(pairs):
        raise OAuthError("invalid_request", "Request parameter is duplicated", "OAU-111")
    return form


def _origin(url: URL) -> str:
    return f"{url.scheme}://{url.netloc}"


async def _initial_discovery(request: Request) -> Response:
    """Where an app finds the platform before anybody has signed in."""
    origin = _origin(request.url)
    return JSONResponse(
        {
            "version": "1.0.0",
            "retryCount": 3,
            "retryInterval": 1,
            "discoveryApi": {"defaultExternalUri": f"{origin}/.well-known/entry-points/external"},
            "authApi": {
                "authorizationUri": f"{origin}/restapi/oauth/authorize",
                "defaultTokenUri": f"{origin}/restapi/oauth/token",
            },
            "coreApi": {"baseUri": origin},
            "rcv": {"baseApiUri": origin},
        }
    )


def _external_discovery(asked: Any) -> dict[str, Any]:
    """The same for a user who has."""
    origin = _origin(asked.request.url)
    return {
        "version": "1.0.0",
        "expiresIn": 86_400,
        "retryCount": 3,
        "retryInterval": 1,
        "retryCycleDelay": 60,
        "discoveryApi": {
            "initialUri": f"{origin}/.well-known/entry-points/initial",
            "externalUri": f"{origin}/.well-known/entry-points/external",
        },
        "authApi": {
            "authorizationUri": f"{origin}/restapi/oauth/authorize",
            "baseUri": origin,
            "tokenUri": f"{origin}/restapi/oauth/token",
        },
        "coreApi": {"baseUri": origin},
        "rcv": {"baseApiUri": origin},
    }
