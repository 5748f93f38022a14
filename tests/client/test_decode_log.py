"""Records of the call log to core types."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from rcdesk import wire
from rcdesk.client.decode_log import log_records, sync_batch
from rcdesk.core.calls import Direction
from rcdesk.core.history import LogRecord, Outcome


def record(**changes: Any) -> dict[str, Any]:
    """A record of an answered call, with changes; None takes a field away."""
    made = {
        "id": "A-1",
        "sessionId": 13916417004,
        "startTime": "2024-02-18T09:37:24.322Z",
        "duration": 55,
        "type": "Voice",
        "direction": "Inbound",
        "action": "Phone Call",
        "result": "Accepted",
        "to": {"phoneNumber": "+15625550172", "name": "Dana Novak"},
        "from": {"phoneNumber": "+14155550190", "name": "Ann Lee", "location": "San Francisco, CA"},
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def read(*records: dict[str, Any]) -> tuple[LogRecord, ...]:
    return log_records(msgspec.Raw(json.dumps(one).encode()) for one in records)


def test_an_incoming_call_is_seen_from_the_user() -> None:
    assert read(record()) == (
        LogRecord(
            record_id="A-1",
            session_id="13916417004",
            direction=Direction.INBOUND,
            outcome=Outcome.ANSWERED,
            started_at=1708249044.322,
            duration=55.0,
            number="+14155550190",
            name="Ann Lee",
            location="San Francisco, CA",
            own_number="+15625550172",
        ),
    )


def test_an_outgoing_call_has_its_sides_the_other_way_round() -> None:
    (one,) = read(record(direction="Outbound", result="Call connected"))
    assert (one.outcome, one.number, one.own_number) == (Outcome.CONNECTED, "+15625550172", "+14155550190")


@pytest.mark.parametrize(
    ("caller", "number"),
    [
        ({"extensionNumber": 104, "name": "Bo"}, "104"),
        ({"phoneNumber": "anonymous"}, ""),
        ({}, ""),
        (None, ""),
        ({"phoneNumber": "+1855201XXXX"}, "+1855201XXXX"),
    ],
)
def test_a_number_may_be_short_withheld_or_masked(caller: dict[str, Any] | None, number: str) -> None:
    (one,) = read(record(**{"from": caller}))
    assert one.number == number


def test_a_ringout_is_told_by_its_action_or_its_legs() -> None:
    by_action = record(action="RingOut Web", direction="Outbound", result="Call connected")
    legs = [{"legType": "RingOutClientToSubscriber"}, {"legType": "RingOutClientToCaller"}]
    by_leg = record(action="VoIP Call", direction="Outbound", result="No Answer", legs=legs)
    plain = record(direction="Outbound", result="No Answer", legs=[{"legType": "SipToPstnMetered"}, {}])
    assert [one.ringout for one in read(by_action, by_leg, plain)] == [True, True, False]
    assert read(by_leg)[0].outcome is Outcome.OTHER_NO_ANSWER


def test_a_call_that_is_still_on_comes_again_later() -> None:
    assert read(record(result="In Progress", duration=None))[0].in_progress
    assert not read(record())[0].in_progress


def test_a_deleted_record_needs_no_more_than_its_id() -> None:
    (one,) = read({"id": "A-9", "deleted": True})
    assert (one.record_id, one.deleted) == ("A-9", True)


def test_a_fax_is_no_call() -> None:
    assert read(record(type="Fax")) == ()


@pytest.mark.expected_log(
    r"its field \$\.sessionId", r"its field \$\.startTime", r"its field \$\.direction", r"its field \$\.id"
)
def test_a_record_that_cannot_be_read_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    bad = [record(sessionId=None), record(startTime="soon"), record(direction="Sideways"), record(id=[])]
    assert len(read(record(), *bad, record(id="A-2"))) == 2
    assert "4155550190" not in caplog.text


def test_a_sync_that_gives_as_much_as_was_asked_for_may_have_more() -> None:
    def batch(count: int, asked_for: int | None, **info: Any) -> tuple[bool, bool]:
        answer = {"records": [record()] * count, "syncInfo": {"syncToken": "t", **info}}
        read = sync_batch(wire.decode(json.dumps(answer), wire.CallLogSync), asked_for)
        assert read.token == "t"
        return read.full, read.more

    assert batch(2, 3, syncType="FSync") == (True, False)
    assert batch(3, 3, syncType="FSync") == (True, True)
    assert batch(1, 3, syncType="FSync", olderRecordsExist=True) == (True, True)
    assert batch(3, None, syncType="ISync") == (False, False)


def test_no_call_lasts_less_than_no_time() -> None:
    assert read(record(duration=-5))[0].duration == 0.0
