from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rcdesk.core.calls import Direction, Stage
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.history import CallRecord, Filter, Outcome, Page, Query
from rcdesk.core.ringout import Order
from rcdesk.services import history
from tests.client.served import eventually
from tests.helpers.wait import until
from tests.services.world import Served, World, world

ANN = "+13025550101"
SYNC = "*/call-log-sync"


async def filled(me: World) -> str:
    """Wait until the log was read to its end; return the token to go on with."""
    return await eventually(me.store.cursor)


async def from_the_log(me: World) -> tuple[CallRecord, ...]:
    """Wait until the newest call is as the log has it; return the newest calls."""

    async def look() -> tuple[CallRecord, ...]:
        newest = await me.newest(5)
        return () if newest[0].provisional else newest

    return await eventually(look)


async def heavy(me: World) -> int:
    return int((await me.sandbox.state())["requests"]["by_group"].get("Heavy", 0))


async def missed_call(me: World, number: str = ANN) -> None:
    session = await me.sandbox.ring(number, plan=[{"after": 20, "do": "miss"}])
    await until(lambda: session in [call.session_id for call in me.calls.calls])
    await until(lambda: session not in [call.session_id for call in me.calls.calls], within=20)


async def test_a_thousand_calls_are_fetched_once_and_found(me: World) -> None:
    await me.sandbox.post("records", count=1100)
    told: list[str] = []
    me.history.syncing.subscribe(told.append)
    await me.signed_in()
    await filled(me)
    page = await me.history.page(Query(), None, 2000)
    assert len(page.records) >= 1000
    assert len({record.record_id for record in page.records}) == len(page.records)
    assert told[0] == "Fetching your calls of the last 30 days…"
    assert any("1,000 so far" in text for text in told)
    await until(lambda: told[-1] == "")
    one = next(record for record in page.records if record.name and record.number)
    for text in (one.name.split()[0], one.number[-5:]):
        found = await me.history.page(Query(text=text), None, 2000)
        assert one in found.records
    assert [it.id for it in await me.newest(3)] == [it.id for it in page.records[:3]]
    assert await heavy(me) < 8


async def test_pages_are_fetched_one_after_the_other_in_the_background(me: World) -> None:
    await me.sandbox.post("records", count=250)
    await me.signed_in()
    await filled(me)
    pages: list[Page] = []
    me.history.find(Query(), None, pages.append)
    assert pages == []
    await until(lambda: pages)
    me.history.find(Query(), pages[0].after, pages.append)
    await until(lambda: len(pages) == 2)
    assert pages[0].after
    assert not {it.id for it in pages[0].records} & {it.id for it in pages[1].records}


async def test_interrupted_the_first_filling_begins_anew(sandbox: Served, tmp_path: Path) -> None:
    await sandbox.post("records", count=600)
    await sandbox.fault("http-status", path="*/call-log", status=503)
    async with world(sandbox, tmp_path) as me:
        await me.signed_in()
        await until(lambda: me.history.syncing.value)

        async def begun() -> bool:
            return len((await me.history.page(Query(), None, 1000)).records) >= 240

        await eventually(begun)
        assert await me.store.cursor() == ""
    await sandbox._http.delete(f"{sandbox.info['control']}/faults")
    async with world(sandbox, tmp_path) as me:
        await me.signed_in()
        await filled(me)
        assert len((await me.history.page(Query(), None, 1000)).records) >= 590
        assert me.problems == []


async def test_a_call_that_ended_is_listed_at_once_and_then_as_the_log_has_it(me: World) -> None:
    await me.signed_in()
    await me.live()
    await filled(me)
    await missed_call(me)
    (seen,) = await me.listed(1)
    assert (seen.outcome, seen.provisional, seen.duration) == (Outcome.MISSED, True, 0.0)
    await until(lambda: me.history.missed.value == 1)
    (logged,) = await from_the_log(me)
    assert (logged.id, logged.outcome, logged.duration) == (seen.id, Outcome.MISSED, 0.0)


async def test_an_answered_call_is_answered_in_both_accounts(me: World) -> None:
    await me.signed_in()
    await me.live()
    await filled(me)
    session = await me.sandbox.ring(ANN, plan=[{"after": 10, "do": "answer"}, {"after": 20, "do": "hang-up"}])
    await me.sees(Stage.CONNECTED)
    (seen,) = await me.listed(1)
    assert (seen.session_id, seen.outcome, seen.direction) == (session, Outcome.ANSWERED, Direction.INBOUND)
    (logged,) = await from_the_log(me)
    assert (logged.id, logged.outcome) == (seen.id, Outcome.ANSWERED)
    assert 19 <= logged.duration <= 21


async def test_a_forgotten_token_means_to_fetch_everything_again(me: World) -> None:
    await me.signed_in()
    before = await filled(me)
    await me.sandbox.fault("expire-sync-tokens")
    await me.sandbox.post("records", count=5)
    me.history._due.set()
    await me.listed(5)

    async def another() -> bool:
        return await me.store.cursor() != before

    await eventually(another)


async def test_what_is_new_costs_one_request(me: World) -> None:
    await me.signed_in()
    await filled(me)
    before = await heavy(me)
    await me.sandbox.post("records", count=1)
    me.history._due.set()
    await me.listed(1)
    assert await heavy(me) - before == 1


async def test_nothing_new_tells_nothing(me: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "EVERY", 0.05)
    await me.signed_in()
    await filled(me)
    looks = await heavy(me)

    async def looked() -> bool:
        return await heavy(me) >= looks + 3

    await eventually(looked)
    assert me.problems == []


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("+16505550180", Outcome.CONNECTED),
        ("+16505550181", Outcome.OTHER_NO_ANSWER),
        ("+16505550182", Outcome.OTHER_NO_ANSWER),
        ("+16505550184", Outcome.OWN_NO_ANSWER),
        ("+16505550186", Outcome.FAILED),
    ],
)
async def test_a_ringout_is_listed_once_with_the_truth(me: World, number: str, outcome: Outcome) -> None:
    await me.signed_in()
    await me.live()
    await filled(me)
    me.dialer.dial(Order(number, "+16505550101", name="Ann Lee"))
    await until(lambda: not me.dialer.busy, within=10)
    await until(lambda: not me.calls.calls, within=10)
    (one,) = await me.listed(1)
    assert (one.outcome, one.direction) == (outcome, Direction.OUTBOUND)
    (logged,) = await from_the_log(me)
    assert logged.outcome is outcome
    assert (logged.duration > 0) == (outcome is Outcome.CONNECTED)


async def test_the_badge_counts_what_nobody_has_looked_at(me: World) -> None:
    await me.signed_in()
    await me.live()
    await filled(me)
    await missed_call(me, ANN)
    await missed_call(me, "+13025550102")
    await until(lambda: me.history.missed.value == 2)
    newest, _oldest = await me.listed(2)
    me.history.mark_seen(newest.id)
    await until(lambda: me.history.missed.value == 1)
    me.history.mark_seen()
    await until(lambda: me.history.missed.value == 0)
    found = await me.history.page(Query(Filter.MISSED), None, 10)
    assert all(record.seen for record in found.records)


async def test_a_missed_call_whose_card_was_sent_away_is_off_the_badge(me: World) -> None:
    await me.signed_in()
    await me.live()
    await filled(me)
    await missed_call(me)
    await until(lambda: me.history.missed.value == 1)
    me.history.dismiss(replace(me.changes[-1].now, session_id="other"))
    me.history.dismiss(me.changes[-1].now)
    await until(lambda: me.history.missed.value == 0)


async def test_what_is_stored_is_there_before_anybody_signs_in(sandbox: Served, tmp_path: Path) -> None:
    async with world(sandbox, tmp_path) as me:
        await me.signed_in()
        await me.live()
        await filled(me)
        await missed_call(me)
        await until(lambda: me.history.missed.value == 1)
    async with world(sandbox, tmp_path) as me:
        told: list[None] = []
        me.history.changed.subscribe(told.append)
        me.history.open()
        await until(lambda: told)
        assert me.history.missed.value == 1


async def test_a_server_away_is_asked_again_without_a_word(me: World) -> None:
    await me.sandbox.post("records", count=3)
    await me.sandbox.fault("http-status", path=SYNC, status=503, count=5)
    await me.signed_in()
    await me.listed(3)
    assert me.problems == []
    await until(lambda: me.history.syncing.value == "")


async def test_a_refusal_is_told_once_and_the_log_is_read_when_it_may_be(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "EVERY", 0.05)
    await me.sandbox.post("records", count=3)
    await me.sandbox.fault("http-status", path=SYNC, status=403, count=4)
    await me.signed_in()
    await me.listed(3)
    assert [str(problem) for problem in me.problems] == [
        "The call history could not be read. Your role does not allow this; ask your administrator."
    ]


async def test_a_disk_that_fails_is_told_and_the_log_is_read_later(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "EVERY", 0.05)
    await me.sandbox.post("records", count=3)
    full = Problem("Your calls were not stored.", "The disk is full.", Kind.LOCAL)
    works, fails = me.store.merge, 2

    async def merge(*details: object) -> None:
        nonlocal fails
        fails -= 1
        if fails >= 0:
            raise full
        await works(*details)  # type: ignore[arg-type]

    monkeypatch.setattr(me.store, "merge", merge)
    await me.signed_in()
    await me.listed(3)
    assert me.problems == [full]


async def test_signed_out_the_log_is_left_alone(me: World) -> None:
    await me.sandbox.post("records", count=600)
    await me.sandbox.fault("latency", path="*/call-log", seconds=0.5)
    await me.signed_in()
    await until(lambda: me.history.syncing.value)
    me.session.sign_out()
    await until(lambda: not me.nursery._tasks)
    assert me.history.syncing.value == ""
    assert me.problems == []


async def test_an_own_leg_is_not_listed(me: World) -> None:
    await me.signed_in()
    await me.live()
    await filled(me)
    await missed_call(me)
    await me.listed(1)
    change = me.changes[-1]
    me.history.on_change(
        replace(change, now=replace(change.now, own_leg=True, session_id="9", started_at=1.0))
    )
    me.history.on_change(replace(change, now=replace(change.now, ended_at=None, session_id="8")))
    await me.listed(1)


async def test_somebody_else_begins_with_an_empty_history(me: World) -> None:
    platform = await me.signed_in()
    await me.live()
    await filled(me)
    await missed_call(me)
    await until(lambda: me.history.missed.value == 1)
    await me.listed(1)
    await me.sandbox.fault("http-status", path=SYNC, status=503)
    other = replace(platform, account=replace(platform.account, account_id="999"))
    me.session.platform.publish(other)
    await until(lambda: me.history.missed.value == 0)
    assert await me.newest(5) == ()
    me.session.platform.publish(platform)
    await until(lambda: me.history.missed.value == 1)
    await me.listed(1)
