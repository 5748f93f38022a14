"""The call log: outcomes, filters, pages, sync, and past calls."""

from __future__ import annotations

import email
import json
from collections.abc import AsyncIterator
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import URL

from rcdesk.sandbox.account import make_account
from rcdesk.sandbox.paging import listing, page_of
from rcdesk.sandbox.past import past_records
from rcdesk.sandbox.state import Options
from tests.sandbox.bench import CONTROL, START, Bench, E

MONTH = "2026-12-16T08:00:00Z"
SYNC = f"{E}/call-log-sync"


@pytest.fixture
async def past() -> AsyncIterator[Bench]:
    """The user signed in, with 400 past calls."""
    made = Bench(Options(rate_limits=None, records=400))
    async with made.client:
        await made.sign_in()
        yield made


async def read(bench: Bench, path: str = f"{E}/call-log", **query: Any) -> list[dict[str, Any]]:
    answer = await bench.get(path, perPage="max", **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["records"])


@pytest.mark.parametrize(
    ("deeds", "outbound", "result", "reason"),
    [
        (["answer", "hang-up"], False, "Accepted", "Accepted"),
        (["miss"], False, "Missed", "No Answer"),
        (["hang-up"], False, "Missed", "No Answer"),
        (["decline"], False, "Rejected", "Calls Not Accepted"),
        (["voicemail"], False, "Voicemail", "No Answer"),
        (["answer-elsewhere"], False, "Answered Elsewhere", "Stopped"),
        (["answer", "hold", "hang-up"], True, "Call connected", "Connected"),
        (["hang-up"], True, "No Answer", "Not Answered"),
        (["decline"], True, "Busy", "Line Busy"),
    ],
)
async def test_a_call_is_logged_with_what_became_of_it(
    user: Bench, deeds: list[str], outbound: bool, result: str, reason: str
) -> None:
    call = await user.ring(**({"direction": "outbound", "to": "+4722123456"} if outbound else {}))
    for deed in deeds:
        user.pass_time(8)
        await user.do(call, deed)
    (live,) = await read(user, f"{E}/active-calls")
    assert (live["sessionId"], live["result"]) == (call, result)
    user.pass_time(14)
    assert await read(user) == []
    user.pass_time(16)
    (logged,) = await read(user)
    assert (logged["sessionId"], logged["result"], logged["reason"]) == (call, result, reason)
    assert ("message" in logged) == (result == "Voicemail")


async def test_a_caller_who_hangs_up_at_once_gave_up(user: Bench) -> None:
    call = await user.ring()
    user.pass_time(4)
    await user.do(call, "hang-up")
    user.pass_time(30)
    assert [record["result"] for record in await read(user)] == ["Hang Up"]


async def test_records_come_newest_first_from_the_last_week(past: Bench) -> None:
    starts = [record["startTime"] for record in await read(past)]
    assert starts == sorted(starts, reverse=True)
    assert starts[-1] >= "2027-01-08T08:00:00"
    assert len(await read(past, dateFrom=MONTH)) == 400


async def test_both_ends_of_the_window_are_included(past: Bench) -> None:
    one = (await read(past))[5]
    (found,) = await read(past, dateFrom=one["startTime"], dateTo=one["startTime"])
    assert found["id"] == one["id"]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"direction": "Inbound"}, lambda record: record["direction"] == "Inbound"),
        ({"direction": ["Inbound", "Outbound"]}, lambda record: True),
        ({"type": ["Voice", "Fax"]}, lambda record: True),
        ({"type": "Fax"}, lambda record: False),
        ({"transport": "VoIP"}, lambda record: record["transport"] == "VoIP"),
        ({"withRecording": "true"}, lambda record: "recording" in record),
        ({"recordingType": "OnDemand"}, lambda record: record.get("recording", {}).get("type") == "OnDemand"),
        (
            {"phoneNumber": "4722123456"},
            lambda record: (
                "+4722123456" in (record["from"].get("phoneNumber"), record["to"].get("phoneNumber"))
            ),
        ),
        (
            {"extensionNumber": "118"},
            lambda record: (
                "118" in (record["from"].get("extensionNumber"), record["to"].get("extensionNumber"))
            ),
        ),
        ({"somethingUnknown": "x"}, lambda record: True),
    ],
)
async def test_each_filter_keeps_what_fits_and_nothing_else(
    past: Bench, query: dict[str, Any], fits: Any
) -> None:
    whole = await read(past, dateFrom=MONTH, view="Detailed")
    kept = await read(past, dateFrom=MONTH, view="Detailed", **query)
    assert kept == [record for record in whole if fits(record)]


async def test_one_record_is_read_by_id_and_by_its_uri(past: Bench) -> None:
    one = (await read(past))[0]
    assert (await past.client.get(one["uri"])).json() == one
    assert (await past.get(f"{E}/call-log/{one['id']}", view="Detailed")).json()["legs"]
    assert (await past.get(f"{E}/call-log", sessionId=one["sessionId"])).json()["records"] == [one]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"page": "0"}, "page"),
        ({"page": "x"}, "page"),
        ({"perPage": "-5"}, "perPage"),
        ({"perPage": ["10", "20"]}, "perPage"),
        ({"dateFrom": "yesterday"}, "dateFrom"),
        ({"dateTo": "2027-13-01"}, "dateTo"),
        ({"dateTo": "99999-01-01"}, "dateTo"),
        ({"view": "Fancy"}, "view"),
        ({"direction": "Sideways"}, "direction"),
        ({"type": "Telex"}, "type"),
        ({"withRecording": "maybe"}, "withRecording"),
        ({"phoneNumber": "abc"}, "phoneNumber"),
        ({"phoneNumber": "1", "extensionNumber": "118"}, "phoneNumber"),
        ({"sessionId": "1", "direction": "Inbound"}, "sessionId"),
    ],
)
async def test_a_wrong_parameter_is_400_and_named(user: Bench, query: dict[str, Any], name: str) -> None:
    answer = await user.get(f"{E}/call-log", **query)
    assert (answer.status_code, answer.json()["parameterName"]) == (400, name)


async def test_a_scalar_may_be_repeated_but_not_contradicted(user: Bench) -> None:
    same = await user.get(f"{E}/call-log", perPage=["2", "2"], view=["Detailed", "Detailed"])
    assert same.status_code == 200
    assert same.json()["paging"]["perPage"] == 2
    assert (await user.get(f"{E}/call-log", perPage=["2", "3"])).status_code == 400


async def test_a_session_with_another_filter_has_a_code_of_its_own(user: Bench) -> None:
    answer = await user.get(f"{E}/call-log", sessionId="1", dateFrom=MONTH)
    assert answer.json()["errorCode"] == "CLG-110"


@pytest.mark.parametrize(
    "text",
    ["2027-01-15", "2027-01-15T08:00:00Z", "2027-01-15T08:00:00.123+01:00", "2027-01-15T08:00:00+0000"],
)
async def test_every_spelling_of_a_date_is_taken(user: Bench, text: str) -> None:
    assert (await user.get(f"{E}/call-log", dateTo=text)).status_code == 200
    assert (await user.client.get(f"{E}/call-log?dateTo={text}")).status_code == 200


async def test_walking_by_next_page_visits_everything_once(past: Bench) -> None:
    seen: list[str] = []
    url = f"{E}/call-log?perPage=37&dateFrom={MONTH}"
    while url:
        body = (await past.client.get(url)).json()
        seen += [record["id"] for record in body["records"]]
        url = body["navigation"].get("nextPage", {}).get("uri", "")
    assert len(seen) == len(set(seen)) == 400


@given(st.integers(0, 300), st.integers(1, 40), st.integers(1, 60))
def test_a_page_is_a_slice_and_says_which(total: int, number: int, size: int) -> None:
    items = list(range(total))
    page = page_of(items, number, size)
    body = listing(page, URL("http://h/x?a=1"), [{"at": at} for at in page.records])
    paging, navigation = body["paging"], body["navigation"]
    assert list(page.records) == [at for at in items if (number - 1) * size <= at < number * size]
    if page.records:
        assert (paging["pageStart"], paging["pageEnd"]) == (page.records[0], page.records[-1])
    else:
        assert "pageStart" not in paging
    assert paging["totalElements"] == total
    assert ("nextPage" in navigation) == (number * size < total)
    assert f"page={paging['totalPages']}" in navigation["lastPage"]["uri"]
    assert all(page["uri"].startswith("http://h/x?a=1&") for page in navigation.values())


async def sync(bench: Bench, **query: Any) -> dict[str, Any]:
    answer = await bench.get(SYNC, **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_sync_brings_what_is_new_and_only_once(past: Bench) -> None:
    full = await sync(past, syncType="FSync", recordCount=50, dateFrom=MONTH)
    assert full["syncInfo"]["syncType"] == "FSync"
    assert full["records"] == (await read(past, dateFrom=MONTH))[:50]
    nothing = await sync(past, syncType="ISync", syncToken=full["syncInfo"]["syncToken"])
    assert nothing["records"] == []
    call = await past.ring(plan=[{"after": 1, "do": "answer"}, {"after": 3, "do": "hang-up"}])
    for _ in range(3):
        past.pass_time(20)
    new = await sync(past, syncType="ISync", syncToken=nothing["syncInfo"]["syncToken"])
    assert [record["sessionId"] for record in new["records"]] == [call]
    assert (await sync(past, syncType="ISync", syncToken=new["syncInfo"]["syncToken"]))["records"] == []


async def test_a_sync_keeps_the_view_and_the_group_that_it_began_with(past: Bench) -> None:
    full = await sync(past, view="Detailed", statusGroup="Missed", recordCount=10)
    for end in ("miss", "decline"):
        await past.do(await past.ring(), end)
    past.pass_time(31)
    (new,) = (await sync(past, syncType="ISync", syncToken=full["syncInfo"]["syncToken"]))["records"]
    assert new["legs"]
    assert new["direction"] == "Inbound"


async def test_a_sync_brings_only_recorded_calls_if_asked_to(past: Bench) -> None:
    recorded = await read(past, dateFrom=MONTH, withRecording="true")
    on_demand = await read(past, dateFrom=MONTH, recordingType="OnDemand")
    assert 0 < len(on_demand) < len(recorded) < 250
    assert (await sync(past, recordCount=250, dateFrom=MONTH, withRecording="true"))["records"] == recorded
    full = await sync(past, recordCount=1, dateFrom=MONTH, recordingType="OnDemand")
    assert full["records"] == on_demand[:1]
    token = full["syncInfo"]["syncToken"]
    more = await sync(past, syncType="ISync", syncToken=token, recordCount=5, recordingType="OnDemand")
    assert more["records"] == on_demand[1:6]


@pytest.mark.parametrize("name", ["showDeleted", "withRecording", "recordingType"])
async def test_a_sync_names_the_filter_that_is_wrong(user: Bench, name: str) -> None:
    answer = await user.get(SYNC, recordCount=5, **{name: "perhaps"})
    assert (answer.status_code, answer.json()["errors"][0]["parameterName"]) == (400, name)


async def test_several_records_are_read_at_once_each_with_a_status_of_its_own(past: Bench) -> None:
    one, two = (await read(past, dateFrom=MONTH))[:2]
    answer = await past.get(f"{E}/call-log/{one['id']},none,{two['id']}", view="Simple")
    assert answer.status_code == 207
    kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/mixed"
    mail = email.message_from_string(f"Content-Type: {kind}; boundary={boundary}\n\n{answer.text}")
    for part in answer.text.split(f"--{boundary}")[1:-1]:  # as RingCentral's own client reads it
        head, length, nothing, body = part.strip().splitlines()
        assert (head, length, nothing) == (
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "",
        )
    told, *parts = [json.loads(str(part.get_payload())) for part in mail.get_payload()]
    assert [each["status"] for each in told["response"]] == [200, 404, 200]
    assert [told["response"][0]["href"], told["response"][2]["href"]] == [one["uri"], two["uri"]]
    assert (parts[0], parts[2]) == (one, two)
    assert parts[1]["errors"][0]["parameterName"] == "callRecordId"


async def test_fifty_records_at_once_are_enough(past: Bench) -> None:
    ids = [record["id"] for record in await read(past, dateFrom=MONTH)]
    assert (await past.get(f"{E}/call-log/{','.join(ids[:50])}")).status_code == 207
    refused = await past.get(f"{E}/call-log/{','.join(ids[:51])}")
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "CMN-106")


async def test_a_record_count_extends_the_frame_into_the_past(past: Bench) -> None:
    whole = await read(past, dateFrom=MONTH)
    first = await sync(past, recordCount=20, dateFrom=MONTH)
    second = await sync(past, syncType="ISync", syncToken=first["syncInfo"]["syncToken"], recordCount=30)
    third = await sync(past, syncType="ISync", syncToken=second["syncInfo"]["syncToken"], recordCount=30)
    assert [*first["records"], *second["records"], *third["records"]] == whole[:80]


async def test_one_answer_never_has_more_than_250_records(past: Bench) -> None:
    full = await sync(past, recordCount=50, dateFrom=MONTH)
    await past.client.post(f"{CONTROL}/records", json={"count": 10})
    token = full["syncInfo"]["syncToken"]
    body = await sync(past, syncType="ISync", syncToken=token, recordCount=250)
    assert len({record["id"] for record in body["records"]}) == len(body["records"]) == 250


async def refused(bench: Bench, token: str) -> tuple[int, str]:
    answer = await bench.get(SYNC, syncType="ISync", syncToken=token)
    return answer.status_code, answer.json()["errors"][0]["errorCode"]


async def test_a_sync_token_dies_of_age_of_a_reset_and_of_too_much_news(past: Bench) -> None:
    def token(body: dict[str, Any]) -> str:
        return str(body["syncInfo"]["syncToken"])

    old = token(await sync(past, recordCount=1))
    past.pass_time(3599)
    assert (await past.sign_in())["access_token"]
    await sync(past, syncType="ISync", syncToken=old)
    past.pass_time(1)
    assert await refused(past, old) == (400, "CLG-102")
    fresh = token(await sync(past, recordCount=1))
    await past.client.post(f"{CONTROL}/records", json={"count": 251})
    assert await refused(past, fresh) == (400, "CLG-103")
    fresh = token(await sync(past, recordCount=1))
    await past.client.post(f"{CONTROL}/reset")
    assert await refused(past, fresh) == (400, "CLG-104")
    fresh = token(await sync(past, recordCount=1))
    await past.client.post(f"{CONTROL}/faults", json={"kind": "expire-sync-tokens"})
    assert await refused(past, fresh) == (400, "CLG-102")


@pytest.mark.parametrize("token", ["none", "AAAA", "é", "A" * 500])
async def test_a_sync_token_from_elsewhere_is_refused(user: Bench, token: str) -> None:
    assert await refused(user, token) == (400, "CLG-101")


async def test_a_token_that_was_tampered_with_is_refused(user: Bench) -> None:
    token = (await sync(user, recordCount=1))["syncInfo"]["syncToken"]
    swapped = ("A" if token[20] != "A" else "B").join((token[:20], token[21:]))
    assert (await refused(user, swapped))[0] == 400


@pytest.mark.parametrize("count", ["0", "-1", "null", "x"])
async def test_a_record_count_that_is_none_is_400(user: Bench, count: str) -> None:
    answer = await user.get(SYNC, recordCount=count)
    assert (answer.status_code, answer.json()["parameterName"]) == (400, "recordCount")


async def test_deleted_records_leave_the_log_but_can_be_asked_for(past: Bench) -> None:
    token = (await sync(past, recordCount=250))["syncInfo"]["syncToken"]
    assert (await past.client.delete(f"{E}/call-log?dateTo=2027-01-10")).status_code == 204
    left = await read(past, dateFrom=MONTH)
    assert left
    assert all(record["startTime"] > "2027-01-10" for record in left)
    assert len(await read(past, dateFrom=MONTH, showDeleted="true")) == 400
    assert (await sync(past, syncType="ISync", syncToken=token))["records"] == []


def test_the_same_seed_has_the_same_past_and_another_has_another() -> None:
    account = make_account(7)
    assert past_records(account, 50, START) == past_records(account, 50, START)
    assert past_records(account, 50, START) != past_records(make_account(8), 50, START)
    assert past_records(account, 50, START) != past_records(account, 50, START, batch=1)


def test_ten_thousand_past_calls_are_made_at_once_all_within_thirty_days() -> None:
    began = perf_counter()
    records = past_records(make_account(1), 10_000, START)
    assert perf_counter() - began < 2
    assert len({record.session_id for record in records}) == len({record.id for record in records}) == 10_000
    assert all(START - 30 * 86_400 < record.started_at < START for record in records)
    assert all(record.started_at + record.duration_ms / 1000 < START for record in records)
    assert sum(record.started_at > START - 6 * 3600 - 5400 for record in records) >= 8
    assert any(not record.caller.number for record in records)
    assert any(record.caller.is_extension for record in records)
    assert {record.result for record in records} >= {
        "Accepted",
        "Missed",
        "Voicemail",
        "Call connected",
        "Busy",
    }
