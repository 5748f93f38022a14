"""The sandbox as a whole: its world goes on by itself, and a reset brings everything back."""

from __future__ import annotations

import asyncio

from rcdesk.sandbox.app import running
from rcdesk.sandbox.calls import Deed, Party
from rcdesk.sandbox.clock import Clock
from rcdesk.sandbox.state import Options, Sandbox
from rcdesk.sandbox.world import Step
from tests.helpers.wait import until
from tests.sandbox.bench import CONTROL, Bench, E


async def test_the_world_goes_on_without_anybody_asking() -> None:
    sandbox = Sandbox(Options(records=0), Clock(speed=1000))
    async with running(sandbox):
        await asyncio.sleep(0)  # the world has found nothing to do, and waits
        plan = [Step(5, Deed.ANSWER), Step(10, Deed.HANG_UP)]
        call = sandbox.world.ring(inbound=True, caller=Party("+4722123456"), callee=Party("+1"), plan=plan)
        await until(lambda: not call.alive)
        assert call.answered_at is not None
        await until(lambda: len(sandbox.call_log) == 1)


async def test_a_reset_brings_the_address_book_back(user: Bench) -> None:
    path = f"{E}/address-book/contact"
    before = (await user.get(path)).json()["paging"]["totalElements"]
    await user.client.post(path, json={"firstName": "Una"})
    await user.client.post(f"{CONTROL}/reset")
    assert (await user.get(path)).json()["paging"]["totalElements"] == before


def test_world_time_runs_at_its_speed_and_real_time_does_not() -> None:
    ticks = [0.0]
    clock = Clock(10, start=1000.0, ticks=lambda: ticks[0])
    ticks[0] = 3.0
    assert (clock.now(), clock.real(), clock.real_seconds(5)) == (1030.0, 1003.0, 0.5)


async def test_it_tells_how_often_tokens_were_asked_for(user: Bench) -> None:
    token = (await user.by_password()).json()["refresh_token"]
    for _ in range(2):
        await user.token(grant_type="refresh_token", refresh_token=token)
    await user.token(grant_type="refresh_token", refresh_token="unknown")
    await user.client.post("/restapi/oauth/wstoken")
    requests = (await user.state())["requests"]
    assert (requests["refresh"], requests["wstoken"]) == (3, 1)
    await user.client.post(f"{CONTROL}/reset")
    requests = (await user.state())["requests"]
    assert (requests["refresh"], requests["wstoken"]) == (0, 0)


async def test_it_tells_how_many_sessions_each_user_and_app_has(user: Bench) -> None:
    await user.by_password()
    user.sandbox.sessions.open("another app", user.account.extension_id)
    extension_id = user.account.extension_id
    assert (await user.state())["sessions"] == {
        f"{extension_id}/{user.account.client_id}": 2,
        f"{extension_id}/another app": 1,
    }


async def test_it_tells_all_that_no_log_may_hold(user: Bench) -> None:
    first = (await user.by_password()).json()
    again = (await user.token(grant_type="refresh_token", refresh_token=first["refresh_token"])).json()
    socket = (await user.client.post("/restapi/oauth/wstoken")).json()
    delivery = {"transportType": "PubNub", "encryption": True}
    filters = [f"{E}/presence?detailedTelephonyState=true"]
    body = {"eventFilters": filters, "deliveryMode": delivery}
    mode = (await user.client.post("/restapi/v1.0/subscription", json=body)).json()["deliveryMode"]
    await user.client.post(f"{CONTROL}/calls", json={"direction": "Inbound", "from": "+16505550987"})
    told = (await user.client.get(f"{CONTROL}/private")).json()
    assert {one[name] for one in (first, again) for name in ("access_token", "refresh_token")} <= {
        *told["token"]
    }
    assert told["socket token"] == [socket["ws_access_token"]]
    assert told["PubNub key"] == [mode["secretKey"], mode["encryptionKey"]]
    assert {"+16505550987", user.account.me.number, user.account.people[0].number} <= {*told["number"]}
    assert (told["password"], told["JWT"]) == ([user.account.password], [user.account.jwt])
