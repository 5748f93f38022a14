from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import keyring
import keyring.backends.fail
import pytest

from rcdesk.client import rest
from rcdesk.client.auth import Keeper
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.tokens import Ending, Tokens
from rcdesk.services import session
from rcdesk.services.connection import pack, unpack
from rcdesk.services.session import ENTRY, PRODUCTION, UNREADABLE, Browser, Jwt, Phase, Server, SessionState
from rcdesk.store.secret_parts import split
from rcdesk.store.settings import SettingsStore
from rcdesk.store.vault import ABSENT, SILENT, UNREAD, Vault
from tests.client.relay import Relay
from tests.client.served import eventually
from tests.helpers.wait import until
from tests.services.world import Served, World, world
from tests.store.test_vault import Locked, Waiting
from tests.test_sign_in import Memory

SERVER_AWAY = "*/extension/~"
HOUR = 3600  # seconds


async def sessions(sandbox: Served) -> int:
    return int((await sandbox.state())["tokens"]["sessions"])


async def no_session_left(sandbox: Served) -> None:
    async def look() -> bool:
        return await sessions(sandbox) == 0

    await eventually(look)


async def log_in(address: str, info: dict[str, str], **more: str) -> httpx.Response:
    """Do what a person does in the browser: open the page, fill in the form, follow where it leads."""
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as browser:
        page = await browser.get(address)
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.text)
        form = {name: unescape(value) for name, value in hidden}
        form |= {"username": info["username"], "extension": info["extension"], "password": info["password"]}
        return await browser.post(str(page.url.copy_with(query=None)), data=form | more)


async def test_by_password_one_is_signed_in_and_known_by_name(me: World) -> None:
    me.session.sign_in(me.server, me.password, remember=True)
    state = await me.phase(Phase.SIGNED_IN)
    assert state.account
    assert (state.account.name, state.account.extension_number) == ("Dana Novak", "101")
    assert "RingOut" in state.account.scopes
    assert state.server == me.server.url
    assert state.problem is None
    assert [it.phase for it in me.states] == [Phase.SIGNING_IN, Phase.SIGNED_IN]


async def test_in_the_browser_with_pkce_and_no_secret(me: World) -> None:
    server = Server(me.server.url, me.sandbox.info["public_client_id"])
    me.session.sign_in(server, Browser(), remember=True)
    await until(lambda: me.state.browser_url)
    page = await log_in(me.state.browser_url, me.sandbox.info)
    assert "You are signed in" in page.text
    state = await me.phase(Phase.SIGNED_IN)
    assert state.browser_url == ""


async def test_cancelled_in_the_browser_is_told(me: World) -> None:
    me.session.sign_in(me.server, Browser(), remember=True)
    await until(lambda: me.state.browser_url)
    await log_in(me.state.browser_url, me.sandbox.info, decision="cancel")
    state = await me.phase(Phase.SIGNED_OUT)
    assert state.problem
    assert state.problem.remedy == "Signing in was cancelled in the browser; try again when you like."


async def test_a_wrong_password_says_what_to_check(me: World) -> None:
    me.session.sign_in(me.server, replace(me.password, password="wrong"), remember=True)
    state = await me.phase(Phase.SIGNED_OUT)
    assert state.problem
    assert str(state.problem) == (
        "You were not signed in. Number, extension and password do not belong together; check them."
    )
    assert me.session.platform.value is None
    assert await me.vault.get(ENTRY) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://example.com", "nonsense"])
async def test_a_server_that_cannot_be_used_is_told(me: World, url: str) -> None:
    me.session.sign_in(Server(url, "id"), Jwt("x"), remember=True)
    state = await me.phase(Phase.SIGNED_OUT)
    assert state.problem
    assert state.problem.kind in (Kind.OFFLINE, Kind.LOCAL, Kind.BAD_REQUEST)


async def test_signed_in_but_of_no_use_leaves_no_session_behind(me: World) -> None:
    await me.sandbox.fault("http-status", path=SERVER_AWAY, status=403)
    me.session.sign_in(me.server, me.jwt, remember=True)
    state = await me.phase(Phase.SIGNED_OUT)
    assert state.problem
    assert state.problem.kind is Kind.FORBIDDEN
    assert await me.vault.get(ENTRY) is None
    assert await sessions(me.sandbox) == 0


async def test_at_most_one_attempt_and_the_newer_one_wins(me: World) -> None:
    await me.sandbox.fault("latency", path="*/oauth/token", seconds=0.3, count=1)
    me.session.sign_in(me.server, replace(me.password, password="wrong"), remember=True)
    me.session.sign_in(me.server, me.jwt, remember=True)
    await me.phase(Phase.SIGNED_IN)
    assert await sessions(me.sandbox) == 1
    assert all(state.problem is None for state in me.states)


async def test_cancelled_nothing_is_left(me: World) -> None:
    await me.sandbox.fault("latency", path=SERVER_AWAY, seconds=1)
    me.session.sign_in(me.server, me.jwt, remember=True)

    async def signed_in_there() -> bool:
        return await sessions(me.sandbox) == 1

    await eventually(signed_in_there)
    me.session.cancel()
    assert me.state.phase is Phase.SIGNED_OUT
    await no_session_left(me.sandbox)
    assert await me.vault.get(ENTRY) is None


async def test_cancel_with_nothing_under_way_changes_nothing(me: World) -> None:
    await me.signed_in()
    before = me.state
    me.session.cancel()
    assert me.state is before


async def test_a_new_attempt_that_fails_leaves_the_session_as_it_is(me: World) -> None:
    platform = await me.signed_in()
    me.session.sign_in(me.server, replace(me.password, password="wrong"), remember=True)
    await until(lambda: me.state.problem)
    assert me.state.phase is Phase.SIGNED_IN
    assert me.session.platform.value is platform
    assert (await platform.api.account()).name == "Dana Novak"
    me.session.sign_in(me.server, Browser(), remember=True)
    await until(lambda: me.state.browser_url)
    me.session.cancel()
    assert me.state.phase is Phase.SIGNED_IN


async def test_signing_in_anew_ends_the_session_before(me: World) -> None:
    first = await me.signed_in()
    me.session.sign_in(me.server, me.password, remember=True)
    await until(lambda: me.session.platform.value not in (first, None))

    async def one() -> bool:
        return await sessions(me.sandbox) == 1

    await eventually(one)
    assert (await me.session.platform.value.api.account()).name == "Dana Novak"  # type: ignore[union-attr]


async def test_remembered_it_goes_on_at_the_next_start(sandbox: Served, tmp_path: Path) -> None:
    vault = Vault(None)
    async with world(sandbox, tmp_path, vault=vault) as me:
        await me.signed_in()
    async with world(sandbox, tmp_path, vault=vault) as me:
        assert me.state.phase is Phase.SIGNING_IN  # until the keyring has told
        me.session.resume()
        state = await me.phase(Phase.SIGNED_IN)
        assert state.account
        assert await sessions(sandbox) == 1


async def test_not_remembered_the_next_start_knows_of_no_sign_in_not_even_an_earlier_one(
    me: World,
) -> None:
    await me.signed_in()
    me.session.sign_in(me.server, me.jwt, remember=False)
    await until(lambda: len([it for it in me.states if it.phase is Phase.SIGNED_IN]) == 2)
    await until(lambda: me.vault._known.get(ENTRY, "") is None)
    assert await me.vault.get(ENTRY) is None


async def test_nothing_stored_is_signed_out(me: World) -> None:
    me.session.resume()
    assert await me.phase(Phase.SIGNED_OUT) == SessionState()


@pytest.mark.parametrize("kept", ["{", "{}", '{"tokens": {}}', "[]", "[" * 100_000])
async def test_a_stored_sign_in_that_cannot_be_read_is_told(me: World, kept: str) -> None:
    await me.vault.set(ENTRY, kept)
    me.session.resume()
    assert (await me.phase(Phase.SIGNED_OUT)).problem == UNREADABLE


async def test_a_stored_address_that_cannot_be_used_is_told(me: World) -> None:
    await me.signed_in()
    kept = unpack(await me.vault.get(ENTRY) or "")
    assert kept
    me.session.sign_out()
    await until(lambda: me.vault._known.get(ENTRY, "") is None)
    await me.vault.set(ENTRY, pack(Server("http://example.com", "id"), kept[1]))
    me.session.resume()
    await until(lambda: me.state.problem)
    assert me.state.phase is Phase.SIGNED_OUT


async def test_resuming_what_is_signed_in_already_changes_nothing(me: World) -> None:
    platform = await me.signed_in()
    me.session.resume()
    await until(lambda: len(me.states) == 3)
    assert me.session.platform.value is platform
    assert me.state.phase is Phase.SIGNED_IN


async def test_resuming_with_nothing_stored_leaves_a_session_as_it_is(me: World) -> None:
    platform = await me.signed_in()
    await me.vault.delete(ENTRY)
    me.session.resume()
    await until(lambda: len(me.states) == 3)
    assert me.session.platform.value is platform
    assert me.state.phase is Phase.SIGNED_IN


async def test_a_server_away_at_the_start_is_no_sign_out_and_it_comes_back_by_itself(
    sandbox: Served, tmp_path: Path
) -> None:
    vault = Vault(None)
    async with world(sandbox, tmp_path, vault=vault) as me:
        await me.signed_in()
    await sandbox.fault("http-status", path=SERVER_AWAY, status=503, count=4)
    async with world(sandbox, tmp_path, vault=vault) as me:
        me.session.resume()
        await until(lambda: me.state.problem)
        assert me.state.phase is Phase.SIGNING_IN
        assert me.state.problem
        assert me.state.problem.kind is Kind.UNAVAILABLE
        assert (await me.phase(Phase.SIGNED_IN)).problem is None


@pytest.mark.parametrize("woken", [False, True], ids=["the user wants it", "the computer woke"])
async def test_a_server_away_is_tried_once_at_once_when_there_is_a_reason_and_then_waited_for_as_before(
    sandbox: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, woken: bool
) -> None:
    monkeypatch.setattr(session, "STILL_AWAY", 1e6)
    monkeypatch.setattr(rest, "TRIES", 1)
    vault = Vault(None)
    async with world(sandbox, tmp_path, vault=vault) as me:
        await me.signed_in()
    await sandbox.fault("http-status", path=SERVER_AWAY, status=503, count=2)

    async def refused() -> int:
        return int((await sandbox.state())["requests"]["by_status"].get("503", 0))

    async with world(sandbox, tmp_path, vault=vault) as me:

        async def again() -> None:
            told = len(me.states)
            if woken:
                me.jump.seconds += 3600
                me.awake.look()
            else:
                me.session.retry()
            await until(lambda: len(me.states) > told)

        me.session.resume()
        await until(lambda: me.state.problem)
        assert await refused() == 1
        await again()
        assert (await refused(), me.state.phase) == (2, Phase.SIGNING_IN)
        await again()
        assert me.state.phase is Phase.SIGNED_IN


async def test_a_reason_to_try_again_that_comes_during_an_attempt_is_not_lost(
    sandbox: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "STILL_AWAY", 1e6)
    monkeypatch.setattr(rest, "TRIES", 1)
    vault = Vault(None)
    async with world(sandbox, tmp_path, vault=vault) as me:
        await me.signed_in()
    await sandbox.fault("http-status", path=SERVER_AWAY, status=503, count=1)
    await sandbox.fault("latency", path=SERVER_AWAY, seconds=0.2)
    async with world(sandbox, tmp_path, vault=vault) as me:
        me.session.resume()
        await until(lambda: me.session._tried)
        await asyncio.sleep(0.05)
        me.session.retry()
        await me.phase(Phase.SIGNED_IN)


async def test_a_penalty_of_an_hour_at_the_start_is_told(sandbox: Served, tmp_path: Path) -> None:
    vault = Vault(None)
    async with world(sandbox, tmp_path, vault=vault) as me:
        await me.signed_in()
    await sandbox.fault("rate-limit", group="Light", retry_after=HOUR)
    async with world(sandbox, tmp_path, vault=vault) as me:
        me.session.resume()
        await until(lambda: me.state.problem)
        assert me.state.problem
        assert (me.state.phase, me.state.problem.kind) == (Phase.SIGNING_IN, Kind.THROTTLED)


@pytest.mark.parametrize("skew", [-600, 600])
async def test_signed_in_it_is_known_what_time_it_is_for_the_server(me: World, skew: int) -> None:
    assert me.session.ahead() == 0.0
    await me.sandbox.fault("clock-skew", seconds=skew)
    await me.signed_in()
    told = me.sandbox.now() + skew - time.time()  # these people live fast
    assert me.session.ahead() == pytest.approx(told, abs=100)


async def test_a_pair_refreshed_while_the_server_came_back_is_the_one_that_goes_on(
    sandbox: Served, tmp_path: Path
) -> None:
    vault = Vault(None)
    async with world(sandbox, tmp_path, vault=vault) as me:
        await me.signed_in()
    await sandbox.fault("expire-tokens")
    await sandbox.fault("http-status", path=SERVER_AWAY, status=503, count=4)
    before = await vault.get(ENTRY)
    async with world(sandbox, tmp_path, vault=vault) as me:
        me.session.resume()
        await me.phase(Phase.SIGNED_IN)
        counts = (await sandbox.state())["requests"]["by_group"]
        assert await vault.get(ENTRY) != before
        assert counts["Auth"] <= 4  # the sign-in, one refresh, and tokens for the socket


async def test_a_session_over_at_the_start_asks_to_sign_in(sandbox: Served, tmp_path: Path) -> None:
    vault = Vault(None)
    async with world(sandbox, tmp_path, vault=vault) as me:
        await me.signed_in()
    await sandbox.fault("revoke-tokens")
    async with world(sandbox, tmp_path, vault=vault) as me:
        me.session.resume()
        state = await me.phase(Phase.SIGNED_OUT)
        assert state.over
        assert state.over.ending is Ending.REVOKED
        assert state.over.title.startswith("You are signed out: your password")
        assert state.problem is None


async def test_an_app_that_lost_a_permission_is_told_at_the_start(sandbox: Served, tmp_path: Path) -> None:
    vault = Vault(None)
    async with world(sandbox, tmp_path, vault=vault) as me:
        await me.signed_in()
    await sandbox.fault("lack-permission", permission="ReadAccounts")
    async with world(sandbox, tmp_path, vault=vault) as me:
        me.session.resume()
        state = await me.phase(Phase.SIGNED_OUT)
        assert state.over
        assert (state.over.ending, state.over.kind) == (Ending.APP, Kind.SIGN_IN)
        assert "lacks the permission “Read Accounts”" in state.over.remedy
        assert await sessions(sandbox) == 1  # with the permission granted the next start goes on


async def test_ended_by_the_server_everything_stays_and_signing_in_again_goes_on_in_place(me: World) -> None:
    await me.signed_in()
    await me.live()
    await me.sandbox.ring()
    await until(lambda: me.calls.calls)
    await me.sandbox.fault("revoke-tokens")
    me.link.retry()
    state = await me.phase(Phase.EXPIRED)
    assert state.account
    assert state.over
    assert state.over.ending is Ending.REVOKED
    assert me.session.platform.value is None
    assert me.calls.calls
    assert me.problems == []
    me.session.sign_in(me.server, replace(me.password, password="wrong"), remember=True)
    await until(lambda: me.state.problem)
    assert (me.state.phase, me.state.over) == (Phase.EXPIRED, state.over)
    me.session.sign_in(me.server, Browser(), remember=True)
    await until(lambda: me.state.browser_url)
    assert me.state.account
    me.session.cancel()
    assert me.state.phase is Phase.EXPIRED
    await me.signed_in()
    assert me.state.over is None
    await me.live()
    assert me.calls.calls
    assert me.problems == []


async def test_the_end_that_an_administrator_set_is_known_and_told_ahead_of_time(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LOOK", 0.02)
    await me.sandbox.fault("session-limit", seconds=86_400)
    await me.signed_in()
    began = me.session._clock()
    assert me.state.ends_at == pytest.approx(began + 86_400, abs=30)
    assert not me.state.ends_soon
    await me.sandbox.fault(
        "session-limit", seconds=0.09 * 86_400
    )  # the same end, as the sandbox has not slept
    me.jump.seconds = 0.91 * 86_400
    await until(lambda: me.state.ends_soon)
    assert me.state.phase is Phase.SIGNED_IN
    await me.sandbox.fault("session-limit", seconds=2 * 86_400)
    me.session.sign_in(me.server, me.password, remember=True)
    await until(lambda: me.state.phase is Phase.SIGNED_IN and not me.state.ends_soon)
    me.session.sign_out()
    assert me.state.ends_at == 0.0


async def test_a_limit_set_or_lifted_while_signed_in_is_known_with_the_next_refresh(me: World) -> None:
    platform = await me.signed_in()
    assert me.state.ends_at == 0.0
    for limit in (86_400, 43_200, None):
        await (me.sandbox.fault("session-limit", seconds=limit) if limit else me.sandbox.delete("faults"))
        await me.sandbox.fault("expire-tokens")
        before = len(me.states)
        assert await platform.api.account()
        assert len(me.states) == before + 1
        ends_in = me.state.ends_at - me.session._clock()
        assert (ends_in == pytest.approx(limit, abs=30)) if limit else (me.state.ends_at == 0.0)
    await me.sandbox.fault("expire-tokens")
    assert await platform.api.account()
    assert len(me.states) == before + 1, "nothing new is no news"


async def test_a_session_that_lasted_as_long_as_it_may_says_so(me: World) -> None:
    await me.sandbox.fault("session-limit", seconds=2 * 86_400)
    platform = await me.signed_in()
    me.jump.seconds = 2 * 86_400
    await me.sandbox.fault("revoke-tokens", reason="limit")
    with pytest.raises(Problem):
        await platform.api.account()
    assert me.state.over
    assert me.state.over.ending is Ending.LIMIT
    assert (me.state.phase, me.state.ends_at, me.state.ends_soon) == (Phase.EXPIRED, 0.0, False)


async def test_ended_by_the_server_while_signing_in_anew_is_not_forgotten(me: World) -> None:
    platform = await me.signed_in()
    me.session.sign_in(me.server, Browser(), remember=True)
    await until(lambda: me.state.browser_url)
    await me.sandbox.fault("revoke-tokens")
    with pytest.raises(Exception, match="Sign in again"):
        await platform.api.account()
    assert me.session.platform.value is None
    assert me.state.phase is Phase.SIGNING_IN
    me.session.cancel()
    assert me.state.phase is Phase.EXPIRED


async def test_signing_out_ends_the_session_at_the_server_and_forgets_it(me: World) -> None:
    await me.signed_in()
    await me.live()
    await me.sandbox.ring()
    await until(lambda: me.calls.calls)
    me.session.sign_out()
    assert me.state.phase is Phase.SIGNED_OUT
    assert me.state.server == me.server.url
    assert me.calls.calls == ()
    await no_session_left(me.sandbox)
    await until(lambda: me.vault._known.get(ENTRY, "") is None)

    async def unsubscribed() -> bool:
        return (await me.sandbox.state())["subscriptions"] == []

    await eventually(unsubscribed)
    assert me.problems == []


async def test_signed_out_and_in_again_at_once_one_is_signed_in(me: World) -> None:
    await me.signed_in()
    await me.sandbox.fault("latency", path="*/oauth/revoke", seconds=0.3)
    me.session.sign_out()
    await me.signed_in()
    await until(lambda: not me.session._leaving)
    assert me.state.phase is Phase.SIGNED_IN
    assert await me.vault.get(ENTRY)
    assert await sessions(me.sandbox) == 1


@pytest.mark.parametrize("push", ["websocket", "pubnub"])
async def test_a_server_that_hangs_does_not_keep_one_from_quitting(
    sandbox: Served, tmp_path: Path, push: str
) -> None:
    async with Relay(urlsplit(sandbox.info["server"]).netloc) as relay:
        async with world(sandbox, tmp_path, push=push) as me:
            await me.signed_in(replace(me.server, url=f"http://{relay.address}"))
            await me.live()
            relay.mute()
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 2


@pytest.mark.parametrize(("remember", "left"), [(True, 1), (False, 0)])
async def test_quitting_ends_a_session_that_no_next_start_can_go_on_with(
    sandbox: Served, tmp_path: Path, remember: bool, left: int
) -> None:
    async with world(sandbox, tmp_path) as me:
        me.session.sign_in(me.server, me.jwt, remember=remember)
        await me.phase(Phase.SIGNED_IN)
    assert await sessions(sandbox) == left


async def test_a_hanging_server_is_not_waited_for_to_end_a_session_of_this_run(
    sandbox: Served, tmp_path: Path
) -> None:
    async with Relay(urlsplit(sandbox.info["server"]).netloc) as relay:
        async with world(sandbox, tmp_path) as me:
            me.session.sign_in(replace(me.server, url=f"http://{relay.address}"), me.jwt, remember=False)
            await me.phase(Phase.SIGNED_IN)
            relay.mute()
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 3


async def test_quitting_right_after_signing_out_still_ends_the_session(
    sandbox: Served, tmp_path: Path
) -> None:
    async with world(sandbox, tmp_path) as me:
        await me.signed_in()
        me.session.sign_out()
    assert await sessions(sandbox) == 0


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.mark.expected_log("the keyring is given up")
@pytest.mark.usefixtures("no_keyring")
async def test_without_a_keyring_one_is_signed_in_for_this_run_and_told_so(
    sandbox: Served, tmp_path: Path
) -> None:
    async with world(sandbox, tmp_path, vault=Vault("test")) as me:
        await me.signed_in()
        assert me.state.notice == ABSENT


@pytest.mark.parametrize(("remember", "kept"), [(True, True), (False, False)])
async def test_whether_the_next_start_goes_on_with_it_is_told(me: World, remember: bool, kept: bool) -> None:
    me.session.sign_in(me.server, me.jwt, remember=remember)
    assert (await me.phase(Phase.SIGNED_IN)).kept is kept


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    """Give a keyring that waits to be unlocked, by its `opened`."""
    before = keyring.get_keyring()
    backend = Waiting()
    keyring.set_keyring(backend)
    yield backend
    backend.opened.set()
    keyring.set_keyring(before)


async def test_a_keyring_that_is_unlocked_late_still_signs_in(
    sandbox: Served, tmp_path: Path, waiting: Waiting
) -> None:
    settings = SettingsStore(None)
    waiting.opened.set()
    async with world(sandbox, tmp_path, vault=Vault("test"), settings=settings) as me:
        await me.signed_in()
    waiting.opened.clear()
    async with world(sandbox, tmp_path, vault=Vault("test", limit=0.02), settings=settings) as me:
        me.session.resume()
        state = await me.phase(Phase.SIGNED_OUT)
        assert state.problem
        assert state.problem.title == UNREAD[SILENT]
        assert state.problem.remedy == ("Unlock it, and rcdesk goes on by itself; or sign in for this run.")
        waiting.opened.set()
        state = await me.phase(Phase.SIGNED_IN)
        assert (state.problem, state.notice, state.kept) == (None, "", True)


async def test_unlocked_late_with_nothing_in_it_nobody_is_bothered(
    sandbox: Served, tmp_path: Path, waiting: Waiting
) -> None:
    settings = SettingsStore(None)
    async with world(sandbox, tmp_path, vault=Vault("test", limit=0.02), settings=settings) as me:
        me.session.resume()
        assert (await me.phase(Phase.SIGNED_OUT)).problem is None, "nobody has ever signed in"
        settings.update(server=me.server.url)
        me.session.resume()
        await until(lambda: me.state.problem)
        waiting.opened.set()
        await until(lambda: me.state.phase is Phase.SIGNED_OUT and not me.state.problem)


async def test_signed_in_while_the_keyring_waits_it_is_kept_once_that_is_unlocked(
    sandbox: Served, tmp_path: Path, waiting: Waiting
) -> None:
    async with world(sandbox, tmp_path, vault=Vault("test", limit=0.02)) as me:
        me.session.sign_in(me.server, me.jwt, remember=True)
        state = await me.phase(Phase.SIGNED_IN)
        assert (state.kept, state.notice) == (False, SILENT)
        waiting.opened.set()
        await until(lambda: me.state.kept)
        assert (me.state.phase, me.state.notice) == (Phase.SIGNED_IN, "")
    assert await sessions(sandbox) == 1


async def test_a_keyring_that_answers_while_somebody_signs_in_does_not_disturb_them(
    sandbox: Served, tmp_path: Path, waiting: Waiting
) -> None:
    async with world(sandbox, tmp_path, vault=Vault("test", limit=0.02)) as me:
        me.session.resume()
        await me.phase(Phase.SIGNED_OUT)
        me.session.sign_in(me.server, Browser(), remember=True)
        await until(lambda: me.state.browser_url)
        waiting.opened.set()
        await until(lambda: not me.vault.notice)
        assert me.state.browser_url
        await log_in(me.state.browser_url, sandbox.info)
        assert (await me.phase(Phase.SIGNED_IN)).kept


@pytest.mark.expected_log("the keyring does not answer")
async def test_a_keyring_that_answers_when_all_is_closed_starts_nothing(
    sandbox: Served, tmp_path: Path, waiting: Waiting
) -> None:
    async with world(sandbox, tmp_path, vault=Vault("test", limit=0.02)) as me:
        me.session.resume()
        await me.phase(Phase.SIGNED_OUT)
    told = len(me.states)
    waiting.opened.set()
    await until(lambda: not me.vault.notice)
    assert len(me.states) == told
    assert not me.nursery._tasks


@pytest.mark.expected_log("the keyring is given up: KeyringLocked")
async def test_a_locked_keyring_says_why_nobody_is_signed_in(sandbox: Served, tmp_path: Path) -> None:
    settings = SettingsStore(None)
    settings.update(server=sandbox.info["server"])
    before = keyring.get_keyring()
    keyring.set_keyring(Locked())
    try:
        async with world(sandbox, tmp_path, vault=Vault("test"), settings=settings) as me:
            me.session.resume()
            state = await me.phase(Phase.SIGNED_OUT)
            assert state.problem
            assert str(state.problem) == (
                "Your stored sign-in cannot be read: the keyring is locked. "
                "Unlock it, and start rcdesk again; or sign in for this run."
            )
    finally:
        keyring.set_keyring(before)


async def test_the_dialog_begins_with_where_one_signed_in_last(me: World) -> None:
    assert me.session.defaults() == Server(PRODUCTION, "")
    assert me.session.production_url == PRODUCTION
    await me.signed_in()
    assert me.session.defaults() == replace(me.server, client_secret="")


async def test_this_installation_keeps_its_name(sandbox: Served, tmp_path: Path) -> None:
    settings = SettingsStore(None)
    async with world(sandbox, tmp_path, settings=settings) as me:
        await me.signed_in()
        name = settings.value.endpoint_id
        await me.signed_in()
        assert settings.value.endpoint_id == name != ""


def test_a_kept_sign_in_is_ascii_so_that_its_parts_are_no_longer_than_they_look() -> None:
    kept = pack(Server("https://platform.example", "id", "geheimniß 🗝"), Tokens("a", 0.0, 1.0))
    assert kept.isascii()
    assert all(len(part.encode("utf-16-le")) <= 2560 for part in split(kept * 40))
    assert unpack(kept) == (Server("https://platform.example", "id", "geheimniß 🗝"), Tokens("a", 0.0, 1.0))


def test_secrets_are_not_shown() -> None:
    shown: Any = [
        Server("u", "id", "hidden-1"),
        Jwt("hidden-2"),
        replace(Server("u", "i"), client_secret="hidden-3"),
    ]
    assert "hidden" not in repr(shown)


async def test_a_refresh_that_ends_after_signing_out_stores_nothing(me: World) -> None:
    await me.signed_in()
    connection = me.session._connection
    assert connection
    await me.sandbox.fault("latency", path="*/oauth/revoke", seconds=0.3)
    me.session.sign_out()
    await until(lambda: me.vault._known.get(ENTRY, "") is None)
    await connection._save("late")
    assert await me.vault.get(ENTRY) is None


async def test_a_second_try_goes_on_with_the_pair_that_the_first_has_got(me: World) -> None:
    await me.signed_in()
    connection, kept = me.session._connection, unpack(await me.vault.get(ENTRY) or "")
    assert connection
    assert kept
    keeper = connection._keeper
    await connection.resume(kept[1])
    assert connection._keeper is keeper


async def test_what_another_process_has_stored_meanwhile_is_gone_on_with(
    sandbox: Served, tmp_path: Path
) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    other = Vault("work")
    async with world(sandbox, tmp_path, vault=Vault("work")) as me:
        await me.signed_in()
        await other.set(ENTRY, "unreadable")
        me.session.resume()
        await until(lambda: me.state.problem == UNREADABLE)
    other.close()
    keyring.set_keyring(before)


async def test_an_attempt_that_is_broken_off_twice_leaves_no_connection_open(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rcdesk.services.connection import Connection

    made: list[Connection] = []
    closing = asyncio.Event()
    init = Connection.__init__

    def note(self: Connection, *arguments: Any, **named: Any) -> None:
        init(self, *arguments, **named)
        made.append(self)

    async def hang(_keeper: Keeper) -> None:
        closing.set()
        await asyncio.sleep(60)

    monkeypatch.setattr(Connection, "__init__", note)
    monkeypatch.setattr(Keeper, "close", hang)
    await me.sandbox.fault("http-status", path="*/extension/~", status=403)
    me.session.sign_in(me.server, me.jwt, remember=True)
    await closing.wait()
    attempt = me.session._attempt
    assert attempt
    attempt.cancel()
    await asyncio.wait({attempt})
    await me.session.close()
    assert [connection._rest._http.is_closed for connection in made] == [True]
    assert not me.session._given_up


async def test_a_sign_in_that_is_cancelled_while_it_is_stored_leaves_the_one_of_before(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await me.signed_in()
    mine = me.session._connection
    assert mine
    keep, asked = me.vault.set, asyncio.Event()

    async def wait_to_be_unlocked(name: str, value: str) -> None:
        monkeypatch.setattr(me.vault, "set", keep)
        await keep(name, value)  # cancelled or not, it is kept
        asked.set()
        await asyncio.sleep(60)

    monkeypatch.setattr(me.vault, "set", wait_to_be_unlocked)
    me.session.sign_in(me.server, me.password, remember=True)
    await asked.wait()
    await mine._save_tokens(mine.tokens)  # a refresh meanwhile does not take the place of the new one
    found = unpack(await me.vault.get(ENTRY) or "")
    assert found
    assert found[1] != mine.tokens
    me.session.cancel()
    assert me.state.phase is Phase.SIGNED_IN
    await until(lambda: not any(task.get_name() == "sign-in" for task in me.nursery._tasks))
    assert await me.vault.get(ENTRY) == mine.packed
    assert me.session._stored is mine

    async def one_is_left() -> bool:
        return len((await me.sandbox.state())["sessions"]) == 1

    await eventually(one_is_left)


async def test_nothing_stays_stored_of_a_first_sign_in_that_is_cancelled(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, asked = me.vault.set, asyncio.Event()

    async def wait_to_be_unlocked(name: str, value: str) -> None:
        await keep(name, value)
        asked.set()
        await asyncio.sleep(60)

    monkeypatch.setattr(me.vault, "set", wait_to_be_unlocked)
    me.session.sign_in(me.server, me.jwt, remember=True)
    await asked.wait()
    me.session.cancel()
    await until(lambda: not me.nursery._tasks)
    assert await me.vault.get(ENTRY) is None
    assert me.state.phase is Phase.SIGNED_OUT
