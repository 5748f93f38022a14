"""OAuth without HTTP: which apps there are, who may sign in and how, and the tokens' wire shape."""

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from rcdesk.sandbox.account import MAIN_NUMBER, REDIRECT_URIS, SCOPE, Account
from rcdesk.sandbox.errors import OAuthError
from rcdesk.sandbox.sessions import (
    ACCESS_TTL,
    ACCESS_TTL_RANGE,
    REFRESH_TTL,
    REFRESH_TTL_MAX,
    Session,
    Sessions,
)

CODE_TTL = 60
"""Seconds that an authorization code lives."""
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Client:
    """A registered app; a public one has no secret and must use PKCE."""

    id: str
    secret: str = ""

    @property
    def public(self) -> bool:
        """Whether it has no secret."""
        return not self.secret


@dataclass(frozen=True)
class Code:
    """An authorization code that was handed out and not yet used."""

    client_id: str
    redirect_uri: str
    challenge: str
    method: str
    expires: float


class OAuth:
    """Grants tokens. Every refusal is an OAuthError."""

    def __init__(self, account: Account, sessions: Sessions, real: Callable[[], float]) -> None:
        self._account = account
        self._sessions = sessions
        self._real = real
        self._codes: dict[str, Code] = {}
        clients = (Client(account.client_id, account.client_secret), Client(account.public_client_id))
        self._clients = {client.id: client for client in clients}

    def client(self, client_id: str | None) -> Client | None:
        """The app with this id."""
        return self._clients.get(client_id or "")

    def authenticate(self, authorization: str | None, form: Mapping[str, str]) -> Client:
        """The app that a request comes from: by Basic, or a public one by `client_id` in the form."""
        client_id, secret = form.get("client_id", ""), ""
        scheme, _, credentials = (authorization or "").strip().partition(" ")
        if scheme.lower() == "basic":
            client_id, secret = _basic(credentials.strip())
        elif scheme:
            raise OAuthError("invalid_client", "Invalid Authorization header", "OAU-123", status=401)
        client = self._clients.get(client_id)
        if client is None or not secrets.compare_digest(client.secret.encode(), secret.encode()):
            raise OAuthError("invalid_client", "Invalid client", "OAU-153", status=401)
        return client

    def knows_user(self, username: str, extension: str, password: str) -> bool:
        """Whether these are the user's credentials.

        The number may lack its +, the extension may be folded into it as number*extension. The company's number
        without an extension is its main administrator, who is the user; so are the direct number and the address.
        """
        number, _, folded = username.strip().partition("*")
        extension = extension.strip() or folded.strip()
        digits = "+" + number.lstrip("+")
        direct = number.lower() == self._account.email(self._account.me) or digits == self._account.me.number
        known = (direct and not extension) or (
            digits in (MAIN_NUMBER, self._account.me.number) and extension in ("", self._account.me.extension)
        )
        return known and secrets.compare_digest(password.encode(), self._account.password.encode())

    def new_code(self, client_id: str, redirect_uri: str, challenge: str, method: str) -> str:
        """A code for a user who has just signed in on the page."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = Code(client_id, redirect_uri, challenge, method, self._real() + CODE_TTL)
        return code

    def owner_hint(self, form: Mapping[str, str]) -> str:
        """Whom a token request is about, for the rate limit: the user (there is one), or nobody known."""
        session = self._sessions.owner(form.get("refresh_token", ""))
        named = form.get("username") or form.get("code") or form.get("assertion")
        return self._account.extension_id if session or named else "-"

    def grant(self, client: Client, form: Mapping[str, str]) -> Session:
        """The session that a token request opens or goes on with."""
        kind = form.get("grant_type", "")
        if not kind:
            raise OAuthError("invalid_request", "Parameter [grant_type] is required", "OAU-250")
        if kind == "refresh_token":
            return self._sessions.refresh(_required(form, "refresh_token"), client.id, **_ttls(form))
        if kind == "authorization_code":
            self._redeem(client, form)
        elif kind == JWT_BEARER:
            self._check_assertion(form)
        elif kind == "password":
            self._check_password(client, form)
        else:
            raise OAuthError("unsupported_grant_type", "Unsupported grant type", "OAU-250")
        endpoint_id = form.get("endpoint_id")
        return self._sessions.open(
            client.id, self._account.extension_id, endpoint_id=endpoint_id, **_ttls(form)
        )

    def _check_password(self, client: Client, form: Mapping[str, str]) -> None:
        if client.public:  # "Never allowed for public apps" (guide, password flow)
            raise OAuthError(
                "unauthorized_client", "Grant type is not allowed for this application", "OAU-251"
            )
        username, password = _required(form, "username"), _required(form, "password")
        if not self.knows_user(username, form.get("extension", ""), password):
            raise OAuthError("invalid_grant", "Invalid resource owner credentials.", "OAU-140")

    def _check_assertion(self, form: Mapping[str, str]) -> None:
        assertion = _required(form, "assertion")
        if not secrets.compare_digest(assertion.encode(), self._account.jwt.encode()):
            raise OAuthError("invalid_grant", "Invalid JWT assertion", "OAU-213")

    def _redeem(self, client: Client, form: Mapping[str, str]) -> None:
        code = self._codes.pop(_required(form, "code"), None)
        if code is None:
            raise OAuthError("invalid_grant", "Authorization code is invalid", "OAU-106")
        if self._real() >= code.expires:
            raise OAuthError("invalid_grant", "Authorization code is expired", "OAU-108")
        if code.client_id != client.id:
            raise OAuthError(
                "invalid_grant", "Authorization code was issued to another application", "OAU-110"
            )
        if form.get("redirect_uri") != code.redirect_uri:
            raise OAuthError("invalid_grant", "Redirect URI does not match", "OAU-109")
        if code.challenge and not _proves(form.get("code_verifier", ""), code):
            raise OAuthError("invalid_grant", "Code verifier does not match", "OAU-106")


def redirect_allowed(uri: str) -> bool:
    """Whether a redirect URI is registered: exactly, or on another port of the loopback host (RFC 8252, 7.3)."""
    if uri in REDIRECT_URIS:
        return True
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return False
    loopback = parts.scheme == "http" and parts.netloc in {f"{host}:{port}" for host in _LOOPBACK} | set(
        _LOOPBACK
    )
    return (
        loopback and parts.path == urlsplit(REDIRECT_URIS[0]).path and not parts.query and not parts.fragment
    )


def token_body(session: Session, now: float) -> dict[str, Any]:
    """The answer of the token endpoint. Lifetimes are whole seconds; without a refresh token its fields are absent."""
    body: dict[str, Any] = {
        "access_token": session.access_token,
        "token_type": "bearer",
        "expires_in": max(0, round(session.access_expires - now)),
        "scope": SCOPE,
        "owner_id": session.extension_id,
        "endpoint_id": session.endpoint_id,
        "session_id": session.id,
    }
    if session.refresh_token is not None:
        body["refresh_token"] = session.refresh_token
        body["refresh_token_expires_in"] = max(0, round(session.refresh_expires - now))
    if session.ends is not None:
        body["session_expires_in"] = max(0, round(session.ends - now))
    return body


def _basic(credentials: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError("invalid_client", "Invalid Authorization header", "OAU-123", status=401) from None
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _required(form: Mapping[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value:
        raise OAuthError("invalid_request", f"Parameter [{name}] is required", "OAU-250")
    return value


def _ttls(form: Mapping[str, str]) -> dict[str, int]:
    """The lifetimes that a client wishes, clamped; `null` comes from an old SDK and is no wish."""
    access = _seconds(form, "access_token_ttl", ACCESS_TTL)
    refresh = _seconds(form, "refresh_token_ttl", REFRESH_TTL)
    shortest, longest = ACCESS_TTL_RANGE
    return {
        "access_ttl": min(max(access, shortest), longest),
        "refresh_ttl": min(max(refresh, 0), REFRESH_TTL_MAX),
    }


def _seconds(form: Mapping[str, str], name: str, default: int) -> int:
    value = form.get(name, "")
    if value in ("", "null"):
        return default
    if not re.fullmatch(r"-?\d{1,12}", value, re.ASCII):
        raise OAuthError("invalid_request", f"Parameter [{name}] value is invalid", "OAU-250")
    return int(value)


def _proves(verifier: str, code: Code) -> bool:
    if not _VERIFIER.fullmatch(verifier):
        return False
    given = verifier
    if code.method == "S256":
        given = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return secrets.compare_digest(given.encode(), code.challenge.encode())
