"""Each endpoint that is used, against the served sandbox."""

from __future__ import annotations

import time

import httpx
import pytest

from rcdesk.client.api import Api
from rcdesk.client.rest import Rest
from rcdesk.core.account import DndStatus, Presence, UserStatus
from rcdesk.core.calls import Direction, Snapshot, Stage
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.history import LogRecord, Outcome
from rcdesk.core.people import Source
from rcdesk.core.ringout import CallStatus, LegStatus, Order
from tests.client.served import Sandbox, SignedIn, eventually

DAY = 86400.0


async def test_account(sandbox: Sandbox, me: SignedIn) -> None:
    account = await me.api.account(frozenset({"RingOut"}))
    assert account.extension_id == sandbox.info["extension_id"]
    assert account.extension_number == sandbox.info["extension"]
    assert account.name
    assert account.region == "US"
    assert account.scopes == {"RingOut"}


async def test_dial_choices(sandbox: Sandbox, me: SignedIn) -> None:
    choices = await me.api.dial_choices()
    assert sandbox.info["ringout_from"] in [phone.number for phone in choices.phones]
    assert sandbox.info["username"] in [phone.number for phone in choices.caller_ids]
    assert all(phone.label for phone in (*choices.phones, *choices.caller_ids))


async def test_presence_has_the_live_calls(sandbox: Sandbox, me: SignedIn) -> None:
    assert (await me.api.presence())[0] == Snapshot(())
    session = await sandbox.ring("+13025550101")
    snapshot, presence = await me.api.presence()
    assert [(leg.session_id, leg.stage, leg.direction) for leg in snapshot.legs] == [
        (session, Stage.RINGING, Direction.INBOUND)
    ]
    assert snapshot.legs[0].from_number == "+13025550101"
    assert snapshot.legs[0].from_name == "Ann Lee"
    assert presence.user_status is UserStatus.AVAILABLE


async def test_only_the_fields_that_are_meant_are_changed(sandbox: Sandbox, me: SignedIn) -> None:
    shown = await me.api.set_presence(Presence(dnd_status=DndStatus.TAKE_NONE))
    assert (shown.user_status, shown.dnd_status) == (UserStatus.AVAILABLE, DndStatus.TAKE_NONE)
    shown = await me.api.set_presence(Presence(user_status=UserStatus.BUSY))
    assert (shown.user_status, shown.dnd_status) == (UserStatus.BUSY, DndStatus.TAKE_NONE)
    assert (await me.api.presence())[1] == shown


def order(sandbox: Sandbox) -> Order:
    return Order(number=sandbox.info["ringout_to"], own=sandbox.info["ringout_from"])


async def test_a_ringout_is_started_followed_and_cancelled(sandbox: Sandbox, me: SignedIn) -> None:
    started = await me.api.start_ringout(order(sandbox))
    assert started.call is CallStatus.IN_PROGRESS
    assert started.caller is started.callee is LegStatus.IN_PROGRESS
    assert await me.api.ringout_status(started.ringout_id) == started
    assert await me.api.cancel_ringout(started.ringout_id) is True
    assert await me.api.cancel_ringout("no-such-id/with?signs") is False


@pytest.mark.parametrize("answer", ["silence", "riddle"])
async def test_a_ringout_without_a_clear_answer_may_ring_and_is_not_said_not_to(
    sandbox: Sandbox, answer: str
) -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        if answer == "silence":
            raise httpx.ReadTimeout("nothing came")
        return httpx.Response(200, json={"id": "R1"})

    async with Rest(sandbox.info["server"], clock=time.time, transport=httpx.MockTransport(respond)) as rest:
        with pytest.raises(Problem) as told:
            await Api(rest).start_ringout(order(sandbox))
    assert (told.value.unsure, told.value.retry) == (True, False)
    assert told.value.title.startswith("It is not known whether the call to ")
    assert "before you call again" in told.value.remedy


@pytest.mark.parametrize(("kind", "told"), [("ISync", True), ("FSync", False)])
async def test_a_server_that_begins_its_sync_anew_is_asked_in_full(
    sandbox: Sandbox, kind: str, told: bool
) -> None:
    answer = {"records": [], "syncInfo": {"syncType": kind, "syncToken": "next"}}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=answer))
    async with Rest(sandbox.info["server"], clock=time.time, transport=transport) as rest:
        assert (await Api(rest).sync_since("a token") is not None) is told


async def test_a_ringout_that_nobody_knows_is_not_found(me: SignedIn) -> None:
    with pytest.raises(Problem) as told:
        await me.api.ringout_status("no-such-id")
    assert told.value.kind is Kind.NOT_FOUND


async def test_the_number_to_show_and_the_prompt_are_sent(sandbox: Sandbox, me: SignedIn) -> None:
    own = sandbox.info["username"]
    shown = Order(sandbox.info["ringout_to"], sandbox.info["ringout_from"], caller_id=own, prompt=True)
    assert (await me.api.start_ringout(shown)).call is CallStatus.IN_PROGRESS
    with pytest.raises(Problem) as told:
        await me.api.start_ringout(
            Order(sandbox.info["ringout_to"], sandbox.info["ringout_from"], caller_id="+12125550199")
        )
    assert "number to show" in told.value.remedy
    assert not told.value.retry


async def test_the_log_is_synced_in_full_and_then_what_is_new(sandbox: Sandbox, me: SignedIn) -> None:
    full = await me.api.sync_full(time.time() - 30 * DAY)
    assert full.full
    assert full.records
    assert not full.more
    assert list(full.records) == sorted(full.records, key=lambda one: -one.started_at)
    await sandbox.post("records", count=3)
    fresh = await me.api.sync_since(full.token)
    assert fresh is not None
    assert not fresh.full
    assert len(fresh.records) == 3
    assert fresh.token != full.token
    assert not {one.record_id for one in fresh.records} & {one.record_id for one in full.records}


async def test_a_sync_token_that_is_no_longer_good_is_said_to_be(sandbox: Sandbox, me: SignedIn) -> None:
    full = await me.api.sync_full(time.time() - DAY)
    assert await me.api.sync_since("nonsense") is None
    await sandbox.fault("expire-sync-tokens")
    assert await me.api.sync_since(full.token) is None


async def test_a_server_in_trouble_is_no_bad_token(sandbox: Sandbox, me: SignedIn) -> None:
    await sandbox.fault("http-status", path="*/call-log-sync", status=503)
    with pytest.raises(Problem) as told:
        await me.api.sync_since("whatever")
    assert told.value.kind is Kind.UNAVAILABLE


async def test_a_long_log_comes_page_by_page_and_whole(sandbox: Sandbox, me: SignedIn) -> None:
    await sandbox.post("records", count=1000)
    now = time.time()
    newest = await me.api.sync_full(now - 30 * DAY)
    assert newest.more
    pages = [page async for page in me.api.call_log(now - 30 * DAY, now)]
    records = [one for page in pages for one in page]
    assert len(pages) >= 2
    assert len({one.record_id for one in records}) == len(records) >= 1000
    assert {one.record_id for one in newest.records} <= {one.record_id for one in records}


async def test_the_log_has_every_kind_of_outcome_and_no_unknown_one(sandbox: Sandbox, me: SignedIn) -> None:
    await sandbox.post("records", count=400)
    now = time.time()
    records = [one async for page in me.api.call_log(now - 30 * DAY, now) for one in page]
    outcomes = {one.outcome for one in records}
    assert {Outcome.ANSWERED, Outcome.MISSED, Outcome.VOICEMAIL, Outcome.CONNECTED} <= outcomes
    assert Outcome.UNKNOWN not in outcomes
    assert any(one.ringout for one in records)


async def test_active_calls_have_a_live_call(sandbox: Sandbox, me: SignedIn) -> None:
    session = await sandbox.ring()
    await sandbox.post(f"calls/{session}/answer")

    async def listed() -> list[LogRecord]:
        return [one for one in await me.api.active_calls() if one.session_id == session]

    assert (await eventually(listed))[0].in_progress


async def test_people_have_names_and_numbers(me: SignedIn) -> None:
    contacts, directory = await me.api.contacts(), await me.api.directory()
    assert {one.source for one in contacts} == {Source.CONTACT}
    assert {one.source for one in directory} == {Source.DIRECTORY}
    assert all(one.name and one.numbers for one in (*contacts, *directory))


async def test_a_subscription_is_made_prolonged_and_taken_back(sandbox: Sandbox, me: SignedIn) -> None:
    filters = ["/restapi/v1.0/account/~/extension/~/presence?detailedTelephonyState=true"]
    made = await me.api.subscribe(filters, {"transportType": "PubNub", "encryption": True})
    assert made.expires_in
    assert made.delivery_mode
    assert made.delivery_mode.address
    renewed = await me.api.renew(made.id, filters)
    assert (renewed.id, renewed.delivery_mode) == (made.id, made.delivery_mode)
    await me.api.unsubscribe(made.id)
    await me.api.unsubscribe(made.id)  # once more is no trouble
    with pytest.raises(Problem) as told:
        await me.api.renew(made.id, filters)
    assert told.value.kind is Kind.NOT_FOUND


async def test_a_list_that_links_back_to_itself_ends() -> None:
    asked = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        pages = {"nextPage": {"uri": f"{request.url.copy_with(query=b'page=2')}"}}
        return httpx.Response(200, json={"records": [], "navigation": pages})

    async with Rest("http://127.0.0.1:1", clock=time.time, transport=httpx.MockTransport(answer)) as rest:
        assert await Api(rest).active_calls() == ()
    assert asked == 2


async def test_an_empty_list_of_phones_is_no_trouble() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"records": []}))
    async with Rest("http://127.0.0.1:1", clock=time.time, transport=transport) as rest:
        choices = await Api(rest).dial_choices()
    assert choices.phones == choices.caller_ids == ()
