"""A server whose clock is wrong, as clients see it: answers, dates, notifications, and what requests mean by a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.sandbox.clock import iso
from rcdesk.sandbox.skew import shifted
from rcdesk.sandbox.state import Options
from tests.sandbox.bench import CONTROL, START, Bench, E
from tests.sandbox.push.served import PRESENCE, Served
from tests.sandbox.push.test_push_pubnub import Poller

MOMENTS = st.floats(min_value=946_684_800, max_value=4_000_000_000).map(iso)  # of this century, roughly
AROUND = st.text(alphabet='abc":,{} T-é', max_size=20)


@given(st.lists(st.tuples(AROUND, MOMENTS)), AROUND, st.integers(min_value=-600, max_value=600))
def test_every_moment_is_off_by_the_same_and_nothing_else_changes(
    parts: list[tuple[str, str]], end: str, seconds: int
) -> None:
    text = "".join(around + moment for around, moment in parts) + end
    later = shifted(text.encode(), seconds).decode()
    assert len(later) == len(text)
    expected = "".join(around + _later(moment, seconds) for around, moment in parts) + end
    assert later == expected
    assert shifted(later.encode(), -seconds).decode() == text


def _later(moment: str, seconds: int) -> str:
    told = datetime.fromisoformat(moment) + timedelta(seconds=seconds)
    return told.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("text", "later"),
    [
        (b"dateFrom=2027-01-15T23%3A59%3a30Z&x=1", b"dateFrom=2027-01-16T00%3A00%3A00Z&x=1"),
        (b"2027-02-30T10:00:00Z", b"2027-02-30T10:00:00Z"),
        (b"9999-12-31T23:59:59Z", b"9999-12-31T23:59:59Z"),
        (b"2027-01-15", b"2027-01-15"),
        (b"", b""),
    ],
)
def test_what_is_no_moment_stays(text: bytes, later: bytes) -> None:
    assert shifted(text, 30) == later


async def skew(bench: Bench, seconds: int) -> None:
    answer = await bench.client.post(f"{CONTROL}/faults", json={"kind": "clock-skew", "seconds": seconds})
    assert answer.json()["clock_skew"] == seconds


@pytest.mark.parametrize("seconds", [-600, 600])
async def test_answers_are_dated_by_the_wrong_clock_and_the_truth_is_not(user: Bench, seconds: int) -> None:
    await user.ring()
    await skew(user, seconds)
    answer = await user.get(f"{E}/presence", detailedTelephonyState="true")
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == START + seconds
    assert answer.json()["activeCalls"][0]["startTime"] == iso(START + seconds)
    (call,) = (await user.state())["active_calls"]
    assert call["started_at"] == iso(START)
    await user.client.delete(f"{CONTROL}/faults")
    answer = await user.get(f"{E}/presence", detailedTelephonyState="true")
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == START
    assert answer.json()["activeCalls"][0]["startTime"] == iso(START)


async def test_times_in_requests_are_meant_by_the_wrong_clock_too() -> None:
    bench = Bench(Options(rate_limits=None, records=60))
    async with bench.client:
        await bench.sign_in()
        path, everything = f"{E}/call-log", {"dateFrom": "2026-01-01T00:00:00.000Z", "perPage": "1000"}
        right = (await bench.get(path, **everything)).json()["records"]
        await skew(bench, 600)
        wrong = (await bench.get(path, **everything)).json()["records"]
        assert [one["id"] for one in wrong] == [one["id"] for one in right]
        tenth = wrong[9]["startTime"]
        page = (await bench.get(path, dateFrom=tenth, perPage="4")).json()
        seen = page["records"]
        while "nextPage" in page["navigation"]:
            url = page["navigation"]["nextPage"]["uri"]
            assert parse_qs(urlsplit(url).query)["dateFrom"] == [tenth]
            page = (await bench.client.get(url)).json()
            seen += page["records"]
        assert [one["id"] for one in seen] == [one["id"] for one in wrong[:10]]


async def test_notifications_and_frames_are_dated_by_the_wrong_clock(served: Served) -> None:
    poller = Poller(served, await served.subscribe())
    await poller.poll()
    await served.fault("clock-skew", seconds=300)
    async with served.socket() as socket:
        assert _ahead(socket.details[1]["creationTime"])
        made = await socket.subscribe(PRESENCE)
        assert _ahead(made["creationTime"])
        await served.client.post("/sandbox/v1/calls", json={"from": "+4722123456"})
        over_websocket = await socket.notification()
        raw = {"at": "2027-01-15T08:00:00Z"}
        await served.client.post("/sandbox/v1/push", json=raw)
        assert await socket.notification() == raw
    told: list[dict[str, Any]] = [over_websocket, (await poller.heard())[0]]
    for one in told:
        assert _ahead(one["timestamp"])
        assert _ahead(one["body"]["activeCalls"][0]["startTime"])


def _ahead(moment: str) -> bool:
    """Whether a moment is some five minutes in the future."""
    return 240 < (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds() < 301
