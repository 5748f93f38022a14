"""However many ask, however long this computer slept, whenever it is killed: one session, refreshed once."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from rcdesk.client.auth import App, OAuth
from rcdesk.client.rest import Rest
from rcdesk.core.pacing import Urgency
from rcdesk.core.tokens import RENEWED_AT
from rcdesk.services.connection import unpack
from rcdesk.services.session import ENTRY, Phase
from rcdesk.store.vault import Vault
from tests.helpers.wait import until
from tests.services.world import Served, World, world


async def refreshes(sandbox: Served) -> int:
    return int((await sandbox.state())["requests"]["refresh"])


async def refused(sandbox: Served) -> int:
    """How many requests came with a token that does not work."""
    return int((await sandbox.state())["requests"]["by_status"].get("401", 0))


@pytest.mark.parametrize(("known", "parallel"), [(True, 50), (False, 25)])
async def test_fifty_requests_with_an_expired_token_cost_one_refresh(
    me: World, known: bool, parallel: int
) -> None:
    """Whether our clock knows that it has expired, or the refusal of each of them tells: then each is sent twice,
    and half as many are as much as a minute's limits let through at once."""
    platform = await me.signed_in()
    await me.live()
    before = await refreshes(me.sandbox)
    await me.sandbox.fault("expire-tokens")
    await me.sandbox.fault("late-refresh", seconds=0.2, count=1)
    if known:
        me.jump.seconds = 3600
    api, some = platform.api, parallel // 5
    heavy = (api.active_calls(Urgency.RECONCILE) for _ in range(parallel // 12))
    asks = [*(api.directory() for _ in range(2 * some)), *heavy]
    asks += [api.account() for _ in range(parallel - len(asks))]
    assert len(await asyncio.gather(*asks)) == parallel
    assert await refreshes(me.sandbox) == before + 1
    assert (await refused(me.sandbox) == 0) is known
    assert me.state.phase is Phase.SIGNED_IN


async def test_a_computer_that_slept_refreshes_before_anything_else(me: World) -> None:
    await me.signed_in()
    await me.live()
    tokens = unpack(await me.vault.get(ENTRY) or "")
    await me.sandbox.fault("expire-tokens")  # as they do in five hours
    me.jump.seconds = 5 * 3600
    assert me.awake.look()
    await until(lambda: me.link.status.value.state.value != "live")
    await me.live()
    assert (await refreshes(me.sandbox), await refused(me.sandbox)) == (1, 0)
    assert unpack(await me.vault.get(ENTRY) or "") != tokens


async def test_a_clock_that_was_set_back_does_no_harm(me: World) -> None:
    platform = await me.signed_in()
    me.jump.seconds = -48 * 3600
    await me.sandbox.fault("expire-tokens")
    assert await platform.api.account()
    assert await refreshes(me.sandbox) == 1
    assert await platform.api.account()
    assert await refreshes(me.sandbox) == 1


async def test_a_refresh_that_the_network_refuses_is_no_sign_out(me: World) -> None:
    platform = await me.signed_in()
    await me.sandbox.fault("drop-connections", path="*/oauth/token")
    me.jump.seconds = RENEWED_AT * 3600
    assert await platform.api.account(), "the old token still works"
    assert me.state.phase is Phase.SIGNED_IN
    await me.sandbox.delete("faults")
    me.jump.seconds = 3600
    assert await platform.api.account()
    assert me.state.phase is Phase.SIGNED_IN


async def test_killed_before_the_new_pair_was_stored_the_next_start_goes_on(
    sandbox: Served, tmp_path: Path
) -> None:
    vault = Vault(None)
    async with world(sandbox, tmp_path, vault=vault) as me:
        await me.signed_in()
        endpoint_id = me.settings.value.endpoint_id
    server, tokens = unpack(await vault.get(ENTRY) or "") or pytest.fail("nothing was stored")
    async with Rest(server.url, clock=time.time) as rest:  # the server has changed the pair, and nobody knows
        oauth = OAuth(rest, App(server.client_id, server.client_secret), endpoint_id, time.time)
        lost = await oauth.refresh(tokens, patience=None)
    async with world(sandbox, tmp_path, vault=vault) as me:
        me.session.resume()
        await me.phase(Phase.SIGNED_IN)
        _, found = unpack(await vault.get(ENTRY) or "") or pytest.fail("nothing was stored")
        assert (found.access, found.refresh) == (lost.access, lost.refresh)
    assert (await sandbox.state())["tokens"]["sessions"] == 1
