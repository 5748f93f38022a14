"""Wire shapes to core types: what comes is read, what cannot be read is named."""

from __future__ import annotations

import copy
import json
import logging
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from rcdesk import wire
from rcdesk.client import decode
from rcdesk.client.decode import BadNotification, notification
from rcdesk.core.account import DndStatus, Phone, Presence, UserStatus
from rcdesk.core.calls import Direction, Leg, Snapshot, Stage
from rcdesk.core.people import Person, Source
from tests.client.captures import ANSWERED, MISSED, RINGOUT, as_bytes


def changed(path: list[Any], value: Any) -> dict[str, Any]:
    """A captured notification with the field at `path` set to `value`."""
    capture = copy.deepcopy(ANSWERED[1])
    place: Any = capture
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return capture


def without(path: list[Any]) -> dict[str, Any]:
    """A captured notification without the field at `path`."""
    capture = changed(path, None)
    place: Any = capture
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return capture


def test_a_notification_of_the_tutorial_is_read_whole() -> None:
    event = notification(as_bytes(ANSWERED[1]))
    assert event is not None
    assert event.uuid == "96df6fdd-a2a4-42fb-bc34-cffb5d637754"
    assert event.presence is None
    report = event.report
    assert report is not None
    assert (report.extension_id, report.sequence, report.at) == ("607457016", 133942, 1428691766.687)
    assert report.legs == (
        Leg(
            session_id="67029198021",
            direction=Direction.INBOUND,
            stage=Stage.CONNECTED,
            leg_id="61803278cbf74d7490539a6174a6c094",
            from_number="13027430863",
            to_number="18885434778",
        ),
    )


def test_each_capture_tells_the_stages_in_the_tutorials_words() -> None:
    def stages(sequence: list[dict[str, Any]]) -> list[Stage]:
        events = [notification(as_bytes(one)) for one in sequence]
        return [
            event.report.legs[0].stage for event in events if event and event.report and event.report.legs
        ]

    assert stages(MISSED) == [Stage.RINGING, Stage.ENDED]
    assert stages(ANSWERED) == [Stage.RINGING, Stage.CONNECTED, Stage.ENDED]
    assert stages(RINGOUT) == [Stage.RINGING, Stage.CONNECTED, Stage.ENDED]


def test_every_detail_of_todays_notifications_is_kept() -> None:
    call = {
        "id": "leg-1",
        "direction": "Outbound",
        "from": "+18775550138",
        "fromName": "Charlie",
        "to": "101",
        "toName": "Support",
        "telephonyStatus": "NoCall",
        "terminationType": "final",
        "startTime": "2024-02-18T09:37:24.322Z",
        "queueCall": True,
        "sessionId": 17133704004,
        "telephonySessionId": "s-1",
        "partyId": "p-1-2",
        "sipData": {"toTag": "-"},
    }
    capture = changed(["body", "activeCalls"], [call])
    capture["body"] |= {"totalActiveCalls": 3, "userStatus": "Busy", "dndStatus": "TakeAllCalls"}
    capture["subscriptionId"] = "sub-1"
    event = notification(as_bytes(capture))
    assert event is not None
    assert event.report is not None
    assert event.report.total == 3
    assert event.report.legs == (
        Leg(
            session_id="17133704004",
            direction=Direction.OUTBOUND,
            stage=Stage.ENDED,
            leg_id="leg-1",
            from_number="+18775550138",
            from_name="Charlie",
            to_number="101",
            to_name="Support",
            started_at=1708249044.322,
            final=True,
            queue=True,
            telephony_session_id="s-1",
            party_id="p-1-2",
        ),
    )
    assert event.presence == Presence(UserStatus.BUSY, DndStatus.TAKE_ALL)
    assert event.subscription_id == "sub-1"


@pytest.mark.parametrize(
    ("termination", "final", "elsewhere"),
    [
        ("final", True, False),
        ("intermediate", False, True),
        ("brand-new", False, False),
        (None, False, False),
    ],
)
def test_an_end_is_final_or_goes_on_elsewhere_or_says_neither(
    termination: str | None, final: bool, elsewhere: bool
) -> None:
    event = notification(as_bytes(changed(["body", "activeCalls", 0, "terminationType"], termination)))
    assert event is not None
    assert event.report is not None
    assert event.report.legs is not None
    assert (event.report.legs[0].final, event.report.legs[0].elsewhere) == (final, elsewhere)


@pytest.mark.parametrize("withheld", ["anonymous", "Restricted", "", None])
def test_a_withheld_number_is_no_number(withheld: str | None) -> None:
    event = notification(as_bytes(changed(["body", "activeCalls", 0, "from"], withheld)))
    assert event is not None
    assert event.report is not None
    assert event.report.legs is not None
    assert event.report.legs[0].from_number == ""


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("\x1b[31mMallory\x07", "[31mMallory"),
        ("Two\r\nlines\u2028here", "Two lines here"),
        ("\u202e0010 555 056 1+", "0010 555 056 1+"),
        ("\x00", ""),
        ("Zoë 👩\u200d🚒 O’Neill <b>", "Zoë 👩\u200d🚒 O’Neill <b>"),
        ("Dana\u200b No\u00advak\U000e0041", "Dana Novak"),
        ("\u3164\u200d", ""),
        ("\u0301\ufe0f", ""),
        ("N" * 10_000, "N" * decode.LONGEST_NAME),
    ],
)
def test_nothing_hides_in_a_name(told: str, read: str) -> None:
    event = notification(as_bytes(changed(["body", "activeCalls", 0, "fromName"], told)))
    assert event is not None
    assert event.report is not None
    assert event.report.legs is not None
    assert event.report.legs[0].from_name == read


def test_absent_calls_are_not_an_empty_list() -> None:
    only_dnd = without(["body", "activeCalls"])
    only_dnd["body"]["dndStatus"] = "DoNotAcceptAnyCalls"
    del only_dnd["body"]["sequence"]
    event = notification(as_bytes(only_dnd))
    assert event is not None
    assert event.report is None
    assert event.presence == Presence(dnd_status=DndStatus.TAKE_NONE)


@pytest.mark.parametrize(
    "event",
    [
        "/restapi/v1.0/account/1/extension/2/telephony/sessions",
        "/restapi/v1.0/account/~/extension/2/presence/line?x=/presence",
    ],
)
def test_other_events_are_left_alone_whatever_their_body(event: str) -> None:
    assert notification(as_bytes({**ANSWERED[1], "event": event, "body": {"parties": 5}})) is None


def test_the_wrapping_of_mobile_push_is_taken_off() -> None:
    wrapped = {"uuid": "outer", "subscriptionId": "s", "pn_apns": {"aps": {}, **ANSWERED[0]}}
    assert notification(as_bytes(wrapped)) == notification(as_bytes(ANSWERED[0]))


CALL = ["body", "activeCalls", 0]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (without(["uuid"]), "$.uuid"),
        (without(["event"]), "$.event"),
        (without(["timestamp"]), "$.timestamp"),
        (without(["body"]), "$.body"),
        (changed(["timestamp"], "yesterday"), "$.timestamp"),
        (changed(["timestamp"], 17), "$.timestamp"),
        (changed(["body"], []), "$.body"),
        (without(["body", "extensionId"]), "$.body.extensionId"),
        (without(["body", "sequence"]), "$.body.sequence"),
        (changed(["body", "sequence"], "133942"), "$.body.sequence"),
        (changed(["body", "sequence"], -1), "$.body.sequence"),
        (changed(["body", "telephonyStatus"], "Dancing"), "$.body.telephonyStatus"),
        (changed(["body", "activeCalls"], {}), "$.body.activeCalls"),
        (changed(["body", "totalActiveCalls"], "1"), "$.body.totalActiveCalls"),
        ({"pn_apns": without(["uuid"])}, "$.pn_apns.uuid"),
        ({"pn_apns": changed(["body", "sequence"], [])}, "$.pn_apns.body.sequence"),
    ],
)
def test_a_bad_notification_is_refused_with_the_name_of_its_field(bad: dict[str, Any], field: str) -> None:
    with pytest.raises(BadNotification) as caught:
        notification(as_bytes(bad))
    assert caught.value.field == field


@pytest.mark.expected_log("a record was left out")
@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (without([*CALL, "sessionId"]), "$.body.activeCalls[0].sessionId"),
        (without([*CALL, "direction"]), "$.body.activeCalls[0].direction"),
        (without([*CALL, "telephonyStatus"]), "$.body.activeCalls[0].telephonyStatus"),
        (changed([*CALL, "telephonyStatus"], "Dancing"), "$.body.activeCalls[0].telephonyStatus"),
        (changed([*CALL, "from"], 13027430863), "$.body.activeCalls[0].from"),
        (changed([*CALL, "sessionId"], True), "$.body.activeCalls[0].sessionId"),
        (changed([*CALL, "startTime"], "soon"), "$.body.activeCalls[0].startTime"),
        (changed(CALL, "nonsense"), "$.body.activeCalls[0]"),
        ({"pn_apns": changed([*CALL, "direction"], "Up")}, "$.pn_apns.body.activeCalls[0].direction"),
    ],
)
def test_an_entry_that_cannot_be_read_costs_itself_only_and_the_list_is_cut(
    bad: dict[str, Any], field: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = bad.get("pn_apns", bad)["body"]
    body["activeCalls"] += [{**ANSWERED[1]["body"]["activeCalls"][0], "sessionId": "other"}]
    body["totalActiveCalls"] = 1
    event = notification(as_bytes(bad))
    assert event is not None
    assert event.report is not None
    assert event.cut
    assert [one.session_id for one in event.report.legs or ()] == ["other"]
    assert event.report.total is None, "one that is not named is not over"
    assert [record.getMessage() for record in caplog.records] == [
        f"a record was left out: its field {field} is missing or unreadable"
    ]


MADE_UP = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00", "1601-01-01T00:00:00"]


@pytest.mark.parametrize("moment", MADE_UP)
def test_a_time_at_which_nothing_can_be_sent_is_refused(moment: str) -> None:
    with pytest.raises(BadNotification):
        notification(as_bytes(changed(["timestamp"], moment)))


@pytest.mark.expected_log(r"activeCalls\[0\]\.startTime is missing or unreadable")
@pytest.mark.parametrize("moment", MADE_UP)
def test_a_time_that_no_call_can_have_is_refused(moment: str) -> None:
    event = notification(as_bytes(changed([*CALL, "startTime"], moment)))
    assert event is not None
    assert event.cut


@pytest.mark.parametrize(
    "junk",
    [b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", b'{"uuid":"\xff"}', b'{"a":' + b"[" * 100_000],
)
def test_what_is_no_notification_is_refused(junk: bytes) -> None:
    with pytest.raises(BadNotification):
        notification(junk)


_json = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_names = ANSWERED[1]["body"]["activeCalls"][0]
_paths = some.sampled_from(
    [
        *([name] for name in ("uuid", "event", "timestamp", "body")),
        *(["body", name] for name in ("extensionId", "sequence", "activeCalls")),
        *([*CALL, name] for name in _names),
    ]
)


@pytest.mark.expected_log("a record was left out")
@given(path=_paths, value=_json)
@example(path=[*CALL, "direction"], value=None)
def test_whatever_a_field_holds_the_notification_is_read_or_refused(path: list[Any], value: Any) -> None:
    try:
        notification(json.dumps(changed(path, value)).encode())
    except BadNotification as bad:
        assert bad.field.startswith("$")  # noqa: PT017 - either way is right


def test_a_presence_snapshot_tells_the_legs_and_the_presence() -> None:
    answer = wire.decode(
        b'{"userStatus":"Available","dndStatus":"TakeAllCalls","message":"Back at 3","activeCalls":'
        b'[{"sessionId":"1","direction":"Inbound","telephonyStatus":"OnHold","from":"101","to":"102"}]}',
        wire.Presence,
    )
    snapshot, presence = decode.presence(answer)
    assert [(one.session_id, one.stage) for one in snapshot.legs] == [("1", Stage.ON_HOLD)]
    assert not snapshot.cut
    assert presence == Presence(UserStatus.AVAILABLE, DndStatus.TAKE_ALL, "Back at 3")


def snapshot_of(calls: list[Any]) -> Snapshot:
    return decode.presence(wire.decode(json.dumps({"activeCalls": calls}), wire.Presence))[0]


@pytest.mark.parametrize(("entries", "cut"), [(0, False), (6, False), (7, True)])
def test_a_snapshot_of_seven_entries_may_be_cut_however_many_calls_they_are(entries: int, cut: bool) -> None:
    snapshot = snapshot_of([ANSWERED[1]["body"]["activeCalls"][0]] * entries)
    assert (len(snapshot.legs), snapshot.cut) == (entries, cut)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"sessionId": None}, r"$.activeCalls[1].sessionId"),
        ({"direction": "Sideways"}, r"$.activeCalls[1].direction"),
        ({"telephonyStatus": "Dancing"}, r"$.activeCalls[1].telephonyStatus"),
        ({"startTime": "9999-12-31T23:59:59Z"}, r"$.activeCalls[1].startTime"),
        (None, r"$.activeCalls[1]"),
    ],
)
@pytest.mark.expected_log(r"a record was left out: its field \$\.activeCalls\[1\]")
def test_an_entry_that_cannot_be_read_costs_only_itself_and_ends_no_call(
    bad: dict[str, Any] | None, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    good = ANSWERED[1]["body"]["activeCalls"][0]
    snapshot = snapshot_of([good | {"sessionId": "1"}, bad and good | bad, good | {"sessionId": "3"}])
    assert ([one.session_id for one in snapshot.legs], snapshot.cut) == (["1", "3"], True)
    assert f"its field {field} is missing" in caplog.text


def test_an_extension_without_country_is_taken_for_an_american_one() -> None:
    answer = wire.decode(b'{"id":1,"account":{"id":"2"},"regionalSettings":{}}', wire.Extension)
    account = decode.account(answer, frozenset({"RingOut"}))
    assert (account.extension_id, account.account_id, account.region) == ("1", "2", "US")
    assert account.scopes == {"RingOut"}


def test_phones_are_entries_with_a_number_and_direct_numbers_each_once() -> None:
    phones = [
        wire.ForwardingNumber("+16505550101", "Desk phone"),
        wire.ForwardingNumber(None, "Paging device"),
        wire.ForwardingNumber("16505550102", None, "Mobile"),
        wire.ForwardingNumber("+16505550102", "The same again"),
    ]
    numbers = [
        wire.PhoneNumber("+16505550100", "DirectNumber", None, ["CallerId", "SmsSender"]),
        wire.PhoneNumber("+18885550100", "MainCompanyNumber", "Main", ["CallerId"]),
        wire.PhoneNumber("+18885550199", "CompanyFaxNumber", "Fax", []),
        wire.PhoneNumber("+16505550101", "DirectNumber", "Direct"),
    ]
    choices = decode.dial_choices(phones, numbers)
    assert choices.phones == (
        Phone("+16505550101", "Desk phone"),
        Phone("16505550102", "Mobile"),
        Phone("+16505550100", "Direct number"),
    )
    assert choices.caller_ids == (Phone("+16505550100", "Direct number"), Phone("+18885550100", "Main"))


def test_contacts_need_a_name_and_a_number() -> None:
    read = decode.contacts(
        [
            wire.Contact(first_name="Ann", last_name="Lee", mobile_phone="+13025550101", company="Acme"),
            wire.Contact(company="Acme", business_phone="+13025550102", business_phone2="+13025550102"),
            wire.Contact(first_name="No number"),
            wire.Contact(mobile_phone="+13025550103"),
            wire.Contact(first_name="Gone", mobile_phone="+13025550104", availability="Deleted"),
        ]
    )
    assert list(read) == [
        Person("Ann Lee", ("+13025550101",), Source.CONTACT, "Acme"),
        Person("Acme", ("+13025550102",), Source.CONTACT, ""),
    ]


def test_the_company_number_is_nobodys_own() -> None:
    numbers = [
        wire.DirectoryNumber("+18885550100", "MainCompanyNumber"),
        wire.DirectoryNumber("+16505550111", "DirectNumber"),
    ]
    entries = [
        wire.DirectoryEntry(name="Bo Chen", extension_number=wire.Id("104"), phone_numbers=numbers),
        wire.DirectoryEntry(name="New Hire", extension_number=wire.Id("105"), status="NotActivated"),
        wire.DirectoryEntry(name="Secret", extension_number=wire.Id("106"), hidden=True),
        wire.DirectoryEntry(name="Nobody"),
    ]
    assert list(decode.directory(entries)) == [
        Person("Bo Chen", ("104", "+16505550111"), Source.DIRECTORY, "ext. 104")
    ]


@pytest.mark.expected_log(r"a record was left out: its field \$\.phoneNumber")
def test_a_bad_record_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    records = [msgspec.Raw(b'{"phoneNumber":"+16505550101"}'), msgspec.Raw(b'{"label":"+16505550102"}')]
    assert [one.phone_number for one in decode.each(records, wire.PhoneNumber)] == ["+16505550101"]
    assert "6505550102" not in caplog.text
