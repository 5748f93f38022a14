"""Tokens: got in every way, kept fresh one refresh at a time, and never lost."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from rcdesk.client.auth import App, Auth, Grant, Keeper, OAuth, authorize_url, challenge, new_verifier
from rcdesk.client.request import Request
from rcdesk.client.rest import Rest
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.pacing import Pacer
from rcdesk.core.tokens import Ending, Tokens
from tests.client.served import Sandbox, SignedIn

EXTENSION = Request("GET", "/restapi/v1.0/account/~/extension/~", "Your account could not be read.", "Light")


async def signed_in_by(sandbox: Sandbox, app: App, grant: Grant) -> Tokens:
    async with Rest(sandbox.info["server"], clock=time.time) as rest:
        return await OAuth(rest, app, "test-endpoint", time.time).sign_in(grant)


async def test_by_password_with_or_without_plus_and_with_blanks(sandbox: Sandbox) -> None:
    number, extension, password = (sandbox.info[name] for name in ("username", "extension", "password"))
    for written in (number, number.lstrip("+"), f"{number[:2]} ({number[2:5]}) {number[5:8]}-{number[8:]}"):
        tokens = await signed_in_by(sandbox, sandbox.app, Grant.password(written, extension, password))
        assert tokens.owner_id == sandbox.info["extension_id"]
        assert tokens.endpoint_id == "test-endpoint"
        assert tokens.refresh
        assert tokens.refresh_expires_at - tokens.issued_at == 2_592_000
        assert "RingOut" in tokens.scopes


async def test_by_jwt(sandbox: Sandbox) -> None:
    tokens = await signed_in_by(sandbox, sandbox.app, Grant.jwt(sandbox.info["jwt"] + "\n"))
    assert tokens.owner_id == sandbox.info["extension_id"]


async def test_by_code_as_an_app_without_a_secret(sandbox: Sandbox) -> None:
    verifier, uri = new_verifier(), sandbox.info["redirect_uri"]
    app = sandbox.public_app
    address = authorize_url(sandbox.info["server"], app, redirect_uri=uri, state="s t&te", verifier=verifier)
    async with httpx.AsyncClient(trust_env=False) as browser:
        person = {name: sandbox.info[name] for name in ("username", "extension", "password")}
        answer = await browser.post(address, data=person)
    came_back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert came_back["state"] == ["s t&te"]
    grant = Grant.code(came_back["code"][0], uri, verifier)
    tokens = await signed_in_by(sandbox, app, grant)
    assert tokens.owner_id == sandbox.info["extension_id"]
    with pytest.raises(Problem) as again:
        await signed_in_by(sandbox, app, grant)
    assert again.value.kind is Kind.SIGN_IN


def test_the_challenge_is_the_verifiers_hash() -> None:
    verifier = new_verifier()
    assert 43 <= len(verifier) <= 128
    expected = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert challenge(verifier) == expected
    assert new_verifier() != verifier


async def test_wrong_credentials_and_apps_say_why(sandbox: Sandbox) -> None:
    number, extension = sandbox.info["username"], sandbox.info["extension"]
    with pytest.raises(Problem) as wrong_password:
        await signed_in_by(sandbox, sandbox.app, Grant.password(number, extension, "wrong"))
    assert wrong_password.value.title == "You were not signed in."
    assert "do not belong together" in wrong_password.value.remedy
    with pytest.raises(Problem) as wrong_app:
        await signed_in_by(sandbox, App("nobody", "x"), sandbox.password)
    assert "client id and secret" in wrong_app.value.remedy
    for problem in (wrong_password.value, wrong_app.value):
        assert problem.kind is Kind.SIGN_IN
        assert not problem.retry


async def test_a_penalty_outlives_the_attempt_that_earned_it() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(429, headers={"Retry-After": "60", "X-Rate-Limit-Group": "Auth"})

    pacer = Pacer()
    for _ in range(3):
        transport = httpx.MockTransport(answer)
        async with Rest("http://127.0.0.1:1", clock=lambda: 0.0, pacer=pacer, transport=transport) as rest:
            with pytest.raises(Problem) as told:
                await OAuth(rest, App("id"), "e", lambda: 0.0).sign_in(Grant.jwt("x"))
        assert told.value.kind is Kind.THROTTLED
        assert told.value.retry_after == 60.0
    assert asked == ["/restapi/oauth/token"]


def test_no_secret_shows_in_a_repr() -> None:
    shown = f"{Grant.password('+1650', '101', 'hunter2')} {Grant.jwt('a.b.c')} {App('id', 'geheim')}"
    assert not any(secret in shown for secret in ("hunter2", "a.b.c", "geheim"))


async def refreshes(sandbox: Sandbox) -> int:
    """How often tokens were asked for so far."""
    return int((await sandbox.state())["requests"]["by_group"].get("Auth", 0))


async def test_any_number_of_requests_wait_for_one_refresh(sandbox: Sandbox, me: SignedIn) -> None:
    before = await refreshes(sandbox)
    await sandbox.fault("expire-tokens")
    answers = await asyncio.gather(*(me.rest.send(EXTENSION) for _ in range(8)))
    assert all(answers)
    assert await refreshes(sandbox) == before + 1
    assert me.saved == [me.keeper.tokens]


async def test_a_token_is_refreshed_before_it_ends(sandbox: Sandbox, me: SignedIn) -> None:
    tokens = me.keeper.tokens
    assert tokens is not None
    now = tokens.issued_at + 0.79 * (tokens.expires_at - tokens.issued_at)
    keeper = Keeper(me.oauth, tokens, save=save_nowhere, on_end=me.ends.append, clock=lambda: now)
    assert await keeper.usable() == tokens.access
    now = tokens.issued_at + 0.81 * (tokens.expires_at - tokens.issued_at)
    assert await keeper.usable() != tokens.access
    assert keeper.tokens is not None
    assert keeper.tokens.refresh != tokens.refresh


async def no_sleep(seconds: float) -> None:
    pass


async def save_nowhere(tokens: Tokens) -> None:
    pass


async def test_a_new_pair_is_saved_before_it_is_used(sandbox: Sandbox, me: SignedIn) -> None:
    first = me.keeper.tokens
    assert first is not None
    seen: list[str] = []

    async def save(tokens: Tokens) -> None:
        await asyncio.sleep(0)
        seen.append(keeper.tokens.access if keeper.tokens else "")

    keeper = Keeper(me.oauth, first, save=save, on_end=me.ends.append, clock=time.time)
    fresh = await keeper.instead_of(first.access)
    assert seen == [first.access]
    assert keeper.tokens is not None
    assert keeper.tokens.access == fresh


async def test_a_refresh_is_carried_through_although_nobody_waits_any_more(
    sandbox: Sandbox, me: SignedIn
) -> None:
    first = me.keeper.tokens
    assert first is not None
    saving, go_on = asyncio.Event(), asyncio.Event()
    saved: list[Tokens] = []

    async def save(tokens: Tokens) -> None:
        saving.set()
        await go_on.wait()
        saved.append(tokens)

    keeper = Keeper(me.oauth, first, save=save, on_end=me.ends.append, clock=time.time)
    waiting = asyncio.get_running_loop().create_task(keeper.instead_of(first.access))
    await saving.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await keeper.close()
    assert saved == [keeper.tokens]
    assert saved != [first]


async def test_a_session_that_the_server_ended_asks_to_sign_in_and_says_so_once(
    sandbox: Sandbox, me: SignedIn
) -> None:
    await sandbox.fault("revoke-tokens")
    for _ in range(2):
        with pytest.raises(Problem) as ended:
            await me.rest.send(EXTENSION)
        assert ended.value.kind is Kind.SIGN_IN
        assert ended.value.title == "Your account could not be read."
    assert len(me.ends) == 1
    assert me.keeper.tokens is None
    assert me.saved == []


@pytest.mark.parametrize(
    ("reason", "later", "why", "words"),
    [
        ("revoked", 0.0, Ending.REVOKED, "password or JWT was changed"),
        ("unused", 2_592_000.0, Ending.UNUSED, "was not used for longer than"),
        ("limit", 3600.0, Ending.LIMIT, "your administrator limits"),
        ("replaced", 0.0, Ending.REPLACED, "more than five places"),
        ("app", 0.0, Ending.APP, "may not keep you signed in"),
    ],
)
async def test_whatever_ended_the_session_is_told_in_one_sentence(
    sandbox: Sandbox, me: SignedIn, reason: str, later: float, why: Ending, words: str
) -> None:
    tokens = me.keeper.tokens
    assert tokens is not None
    keeper = Keeper(
        me.oauth, tokens, save=save_nowhere, on_end=me.ends.append, clock=lambda: time.time() + later
    )
    await sandbox.fault("revoke-tokens", reason=reason)
    for _ in range(2):
        with pytest.raises(Problem) as over:
            await keeper.instead_of(tokens.access)
        assert (over.value.ending, over.value.kind) == (why, Kind.SIGN_IN)
        assert over.value.title.startswith("You are signed out: ")
        assert over.value.title.count(".") == 1
        assert words in over.value.title
        assert over.value.remedy.startswith("Sign in again")
    assert len(me.ends) == 1


async def test_a_sixth_session_ends_the_first_and_that_is_told(sandbox: Sandbox, me: SignedIn) -> None:
    for _ in range(5):
        await me.oauth.sign_in(sandbox.password)
    with pytest.raises(Problem):
        await me.rest.send(EXTENSION)
    assert [end.ending for end in me.ends] == [Ending.REPLACED]


async def test_an_app_that_is_withdrawn_and_an_account_that_is_closed_say_so(
    sandbox: Sandbox, me: SignedIn
) -> None:
    tokens = me.keeper.tokens
    assert tokens is not None
    refusals = {"OAU-153": "client id and secret", "OAU-236": "may not sign in at present"}
    for code, words in refusals.items():
        answer = httpx.Response(401, json={"errors": [{"errorCode": code}]})
        transport = httpx.MockTransport(lambda request, answer=answer: answer)
        async with Rest(sandbox.info["server"], clock=time.time, transport=transport) as rest:
            oauth = OAuth(rest, sandbox.app, "test-endpoint", time.time)
            keeper = Keeper(oauth, tokens, save=save_nowhere, on_end=me.ends.append, clock=time.time)
            with pytest.raises(Problem, match=words):
                await keeper.instead_of(tokens.access)
    assert [end.ending for end in me.ends] == [Ending.APP, Ending.REFUSED]


async def test_the_end_that_the_administrator_has_set_is_known_from_the_answer(
    sandbox: Sandbox, me: SignedIn
) -> None:
    assert me.keeper.tokens is not None
    assert me.keeper.tokens.session_ends_at == 0.0
    await sandbox.fault("session-limit", seconds=7200)
    began = time.time()
    tokens = await me.oauth.sign_in(sandbox.password)
    assert tokens.session_ends_at == pytest.approx(began + 7200, abs=30)
    assert tokens.session_began_at == tokens.issued_at
    fresh = await me.oauth.refresh(tokens, patience=None)
    assert fresh.session_ends_at == pytest.approx(tokens.session_ends_at, abs=5)
    assert fresh.session_began_at == tokens.session_began_at != fresh.issued_at


async def test_a_401_is_answered_by_one_refresh_and_one_more_try(sandbox: Sandbox, me: SignedIn) -> None:
    before = await refreshes(sandbox)
    await sandbox.fault("http-status", path="*/extension/~", status=401)
    with pytest.raises(Problem) as refused:
        await me.rest.send(EXTENSION)
    assert refused.value.kind is Kind.SIGN_IN
    assert await refreshes(sandbox) == before + 1
    assert len(me.ends) == 1


async def test_a_single_401_is_not_noticed(sandbox: Sandbox, me: SignedIn) -> None:
    await sandbox.fault("http-status", path="*/extension/~", status=401, count=1)
    assert await me.rest.send(EXTENSION)
    assert me.ends == []


@pytest.mark.parametrize("status", [500, 503, 404])
async def test_a_server_in_trouble_is_no_sign_out(sandbox: Sandbox, me: SignedIn, status: int) -> None:
    await sandbox.fault("expire-tokens")
    await sandbox.fault("http-status", path="*/oauth/token", status=status)
    with pytest.raises(Problem) as trouble:
        await me.rest.send(EXTENSION)
    assert trouble.value.kind is not Kind.SIGN_IN
    assert me.ends == []
    assert me.keeper.tokens is not None


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refusal_by_something_before_the_server_is_no_sign_out(
    sandbox: Sandbox, me: SignedIn, status: int
) -> None:
    tokens = me.keeper.tokens
    assert tokens is not None
    transport = httpx.MockTransport(
        lambda request: httpx.Response(status, html="<h1>Pay for this network</h1>")
    )
    async with Rest(sandbox.info["server"], clock=time.time, transport=transport) as portal:
        oauth = OAuth(portal, sandbox.app, "test-endpoint", time.time)
        keeper = Keeper(oauth, tokens, save=save_nowhere, on_end=me.ends.append, clock=time.time)
        with pytest.raises(Problem) as refused:
            await keeper.instead_of(tokens.access)
    assert (refused.value.kind, refused.value.status) == (Kind.UNREADABLE, status)
    assert me.ends == []
    assert keeper.tokens is tokens


async def test_a_lost_network_is_no_sign_out_and_the_old_token_is_used_while_it_works(
    sandbox: Sandbox, me: SignedIn
) -> None:
    tokens = me.keeper.tokens
    assert tokens is not None
    late = tokens.issued_at + 0.9 * (tokens.expires_at - tokens.issued_at)
    asked = 0

    def unreachable(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        raise httpx.ConnectError("no network")

    transport = httpx.MockTransport(unreachable)
    server = sandbox.info["server"]
    async with Rest(
        server, clock=lambda: late, sleep=no_sleep, chance=lambda: 0.5, transport=transport
    ) as nowhere:
        oauth = OAuth(nowhere, sandbox.app, "test-endpoint", lambda: late)
        keeper = Keeper(oauth, tokens, save=save_nowhere, on_end=me.ends.append, clock=lambda: late)
        assert [await keeper.usable() for _ in range(3)] == [tokens.access] * 3
        assert asked == 1  # not again for each request
        with pytest.raises(Problem) as offline:
            await keeper.instead_of(tokens.access)
    assert offline.value.kind is Kind.OFFLINE
    assert me.ends == []


@pytest.mark.expected_log("could not be stored: local")
async def test_a_keyring_out_of_order_does_not_end_the_session(sandbox: Sandbox, me: SignedIn) -> None:
    first = me.keeper.tokens
    assert first is not None

    async def save(tokens: Tokens) -> None:
        raise Problem("The sign-in was not stored.", "Unlock the keyring.", Kind.LOCAL)

    keeper = Keeper(me.oauth, first, save=save, on_end=me.ends.append, clock=time.time)
    fresh = await keeper.instead_of(first.access)
    assert fresh != first.access
    assert await keeper.usable() == fresh


async def test_signing_out_ends_the_session_at_the_server(sandbox: Sandbox, me: SignedIn) -> None:
    before = (await sandbox.state())["tokens"]["sessions"]
    tokens = me.keeper.tokens
    assert tokens is not None
    await me.oauth.revoke(tokens)
    assert (await sandbox.state())["tokens"]["sessions"] == before - 1


async def test_signing_out_succeeds_whatever_the_server_says(sandbox: Sandbox, me: SignedIn) -> None:
    tokens = me.keeper.tokens
    assert tokens is not None
    await sandbox.fault("http-status", path="*/oauth/revoke", status=503)
    await me.oauth.revoke(tokens)
    assert (await sandbox.state())["requests"]["by_status"]["503"] == 1


@pytest.mark.qt_loop
async def test_the_same_on_qts_loop(sandbox: Sandbox, me: SignedIn) -> None:
    await sandbox.fault("expire-tokens")
    assert all(await asyncio.gather(*(me.rest.send(EXTENSION) for _ in range(4))))
    assert len(me.saved) == 1


async def test_auth_is_what_httpx_calls_auth(me: SignedIn) -> None:
    assert isinstance(Auth(me.keeper), httpx.Auth)
