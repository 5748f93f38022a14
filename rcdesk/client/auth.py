"""Sign-in: how tokens are got, kept fresh and given back."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import re
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

import httpx

from rcdesk import wire
from rcdesk.client import errors
from rcdesk.client.request import Request
from rcdesk.client.rest import Rest
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.pacing import Urgency
from rcdesk.core.tokens import Ending, Refresh, SignIn, Tokens, Use, after_refusal, next_step, why_over

log = logging.getLogger(__name__)

GRANTS = "/restapi/oauth/token"
REVOKE = "/restapi/oauth/revoke"
AUTHORIZE = "/restapi/oauth/authorize"
AUTH_GROUP = "Auth"
REFRESH_TTL = 2_592_000  # seconds: 30 days, the most that the platform grants
DEFAULT_REFRESH_TTL = 604_800  # seconds, where the server does not say
NOT_SIGNED_IN = "You were not signed in."
SIGNED_OUT = "You are signed out."
SIGN_IN_PATIENCE = 5.0  # seconds; rather say at once that too much was tried than seem to hang for a minute
PAUSE = 30.0
"""Seconds between refreshes that fail while the access token still works."""
LAST_WAIT = 5.0  # seconds for which closing waits for a refresh under way


@dataclass(frozen=True, slots=True)
class App:
    """The app that is signed in with. `secret` is "" for one without (then PKCE is required)."""

    id: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """A way to sign in, as the token endpoint takes it."""

    fields: Mapping[str, str] = field(repr=False)

    @classmethod
    def password(cls, username: str, extension: str, password: str) -> Grant:
        """Sign in as the tutorial does: a number in E.164, with or without +, its extension or "", a password."""
        user = username.strip()
        if re.fullmatch(r"[+\d][\d ().\-]*", user):
            user = re.sub(r"[ ().\-]", "", user)
        fields = {"grant_type": "password", "username": user, "password": password}
        return cls(fields | ({"extension": extension.strip()} if extension.strip() else {}))

    @classmethod
    def jwt(cls, assertion: str) -> Grant:
        """Sign in by a JWT that was made for one's own app."""
        kind = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        return cls({"grant_type": kind, "assertion": assertion.strip()})

    @classmethod
    def code(cls, code: str, redirect_uri: str, verifier: str) -> Grant:
        """Sign in by the code that the browser came back with."""
        return cls(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            }
        )


def new_verifier() -> str:
    """Return a PKCE verifier: 43 characters of chance."""
    return secrets.token_urlsafe(32)


def challenge(verifier: str) -> str:
    """Return what is told of `verifier` beforehand (method S256, RFC 7636)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def authorize_url(server: str, app: App, *, redirect_uri: str, state: str, verifier: str) -> str:
    """Return the address that the browser is sent to; it ends at `redirect_uri` with a code and `state`."""
    fields = {
        "response_type": "code",
        "client_id": app.id,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return f"{server}{AUTHORIZE}?{urlencode(fields)}"


class OAuth:
    """The server's token endpoints, as used by one app in one installation."""

    def __init__(self, rest: Rest, app: App, endpoint_id: str, clock: Callable[[], float]) -> None:
        """`endpoint_id` stays the same for an installation: the platform ties its sessions to it."""
        self._rest = rest
        self._app = app
        self._endpoint_id = endpoint_id
        self._clock = clock

    async def sign_in(self, grant: Grant) -> Tokens:
        """Return the tokens of a new session.

        Raises:
            Problem: wrong credentials, an app that may not, no network.
        """
        return await self._ask(grant.fields, doing=NOT_SIGNED_IN, repeat=False, patience=SIGN_IN_PATIENCE)

    async def refresh(self, tokens: Tokens, *, patience: float | None) -> Tokens:
        """Return new tokens for old ones. It may be repeated: until the new pair is used, the platform
        answers an old refresh token with the same pair ("Refresh tokens")."""
        fields = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        fresh = await self._ask(fields, doing=SIGNED_OUT, repeat=True, patience=patience)
        fresh = replace(fresh, session_began_at=tokens.session_began_at or tokens.issued_at)
        return (
            fresh
            if fresh.refresh
            else replace(fresh, refresh=tokens.refresh, refresh_expires_at=tokens.refresh_expires_at)
        )

    async def revoke(self, tokens: Tokens) -> None:
        """End the session; whatever the server answers, it is over for us (never repeated)."""
        form = self._form({"token": tokens.refresh or tokens.access})
        with suppress(Problem):
            await self._rest.send(self._request(REVOKE, form, doing=SIGNED_OUT, patience=0.0))

    async def _ask(
        self, fields: Mapping[str, str], *, doing: str, repeat: bool, patience: float | None
    ) -> Tokens:
        asked_at = self._clock()
        form = self._form({**fields, "refresh_token_ttl": str(REFRESH_TTL), "endpoint_id": self._endpoint_id})
        request = self._request(GRANTS, form, doing=doing, repeat=repeat, patience=patience)
        return _tokens(await self._rest.read(request, wire.Token), asked_at)

    def _form(self, fields: Mapping[str, str]) -> dict[str, str]:
        """An app without a secret names itself in the form; one with a secret does so in the header."""
        return {**fields} if self._app.secret else {**fields, "client_id": self._app.id}

    def _request(
        self, path: str, form: Mapping[str, str], *, doing: str, repeat: bool = False, patience: float | None
    ) -> Request:
        return Request(
            "POST",
            path,
            doing,
            AUTH_GROUP,
            form=form,
            repeat=repeat,
            urgency=Urgency.REFRESH if repeat else Urgency.USER,
            patience=patience,
            user=False,
            basic=(self._app.id, self._app.secret) if self._app.secret else None,
        )


def _tokens(answer: wire.Token, asked_at: float) -> Tokens:
    life = answer.refresh_token_expires_in
    return Tokens(
        access=answer.access_token,
        issued_at=asked_at,
        expires_at=asked_at + answer.expires_in,
        refresh=answer.refresh_token or "",
        refresh_expires_at=asked_at + (DEFAULT_REFRESH_TTL if life is None else life),
        scope=answer.scope or "",
        owner_id=answer.owner_id or "",
        endpoint_id=answer.endpoint_id or "",
        session_id=answer.session_id or "",
        session_ends_at=asked_at + answer.session_expires_in if answer.session_expires_in else 0.0,
        session_began_at=asked_at,
    )


class Keeper:
    """Keeps one session's tokens fresh.

    What it keeps true: one refresh at a time, however many requests wait for it; a new pair is saved before
    it is used; a refresh once begun is carried through, whoever is cancelled; no network is no sign-out.
    """

    def __init__(
        self,
        oauth: OAuth,
        tokens: Tokens,
        *,
        save: Callable[[Tokens], Awaitable[None]],
        on_end: Callable[[Problem], None],
        clock: Callable[[], float],
    ) -> None:
        """`on_end` is told once, when the session is over for the server; then only signing in again helps."""
        self._oauth = oauth
        self._tokens: Tokens | None = tokens
        self._over = Problem("", "", Kind.SIGN_IN)  # why, once there are no tokens any more
        self._save = save
        self._on_end = on_end
        self._clock = clock
        self._renewal: asyncio.Task[Tokens] | None = None
        self._not_before = 0.0

    @property
    def tokens(self) -> Tokens | None:
        """The tokens in use, None when the session is over."""
        return self._tokens

    async def usable(self) -> str:
        """Return an access token to send, refreshed first if its time has come; safe to cancel.

        Raises:
            Problem: the session is over, or a refresh was needed and the server could not be reached.
        """
        if self._tokens is None:
            raise replace(self._over)
        now = self._clock()
        match next_step(self._tokens, now):
            case Use(tokens):
                return tokens.access
            case SignIn(why):
                raise self._end(errors.session_over(why))
            case Refresh(tokens, usable):
                if usable and now < self._not_before:
                    return tokens.access
                return await self._refreshed(tokens, usable=usable)

    async def instead_of(self, refused: str) -> str:
        """Return another access token than the one that the server has refused; raises like `usable`."""
        tokens = self._tokens
        if tokens is None or tokens.access != refused:  # it was refreshed while the answer was on its way
            return await self.usable()
        match after_refusal(tokens, self._clock()):
            case SignIn(why):
                raise self._end(errors.session_over(why))
            case Refresh(tokens, usable):
                return await self._refreshed(tokens, usable=usable)

    def refused_again(self) -> None:
        """Take in that the server refuses even a token that it has just given."""
        self._end(errors.session_over(Ending.REFUSED))

    async def close(self) -> None:
        """Let a refresh under way come to its end, so that the new pair is saved."""
        if self._renewal and not self._renewal.done():
            with suppress(TimeoutError, Problem):
                async with asyncio.timeout(LAST_WAIT):
                    await self._renewal

    async def _refreshed(self, tokens: Tokens, *, usable: bool) -> str:
        if self._renewal is None or self._renewal.done():
            work = self._renew(tokens, usable=usable)
            self._renewal = asyncio.get_running_loop().create_task(work, name="token refresh")
            self._renewal.add_done_callback(_look_at)
        try:
            return (await asyncio.shield(self._renewal)).access
        except Problem as problem:
            if not usable or problem.kind is Kind.SIGN_IN:
                raise
            return tokens.access

    async def _renew(self, tokens: Tokens, *, usable: bool) -> Tokens:
        try:
            fresh = await self._oauth.refresh(tokens, patience=0.0 if usable else None)
        except Problem as problem:
            self._not_before = self._clock() + PAUSE
            if problem.status not in (400, 401, 403):
                raise
            if not problem.code:  # a proxy's word: the server gives a code
                raise errors.unreadable(problem.title, problem.status) from None
            why = why_over(tokens, errors.token_refusal(problem), self._clock())
            raise self._end(errors.session_over(why, problem)) from None
        try:
            await self._save(fresh)
        except Problem as problem:
            log.warning("the refreshed sign-in could not be stored: %s", problem.kind.value)
        self._tokens = fresh
        log.info("= signed in anew for %.0f s", fresh.expires_at - fresh.issued_at)
        return fresh

    def _end(self, problem: Problem) -> Problem:
        if self._tokens:
            self._tokens, self._over = None, problem
            why = problem.ending.value if problem.ending else ""
            log.info("= the session is over: %s (%s)", why, problem.code or "-")
            self._on_end(problem)
        return problem


def _look_at(task: asyncio.Task[Tokens]) -> None:
    """Whoever waited may be gone: then nobody else would look at the error."""
    if not task.cancelled():
        task.exception()


class Auth(httpx.Auth):
    """Sends each request with the keeper's token, and once more with another if that one is refused."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """The exchange around one request, as httpx drives it; a Problem of the keeper comes through."""
        access = await self._keeper.usable()
        request.headers["Authorization"] = f"Bearer {access}"
        response = yield request
        if not await _token_is_dead(response):
            return
        access = await self._keeper.instead_of(access)
        request.headers["Authorization"] = f"Bearer {access}"
        response = yield request
        if await _token_is_dead(response):
            self._keeper.refused_again()


async def _token_is_dead(response: httpx.Response) -> bool:
    if response.status_code != httpx.codes.UNAUTHORIZED:
        return False
    codes, _ = errors.read_refusal(await response.aread())
    return errors.KEEPS_TOKEN.isdisjoint(codes)
