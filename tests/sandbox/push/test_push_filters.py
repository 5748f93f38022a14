"""Event filters: what is read from them, and what they show of an event."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.sandbox.push_filters import EventFilter, Kind, Refused, most_detailed, read_filter

ACCOUNT, EXTENSION = "400016", "401016"
WHOLE = f"/restapi/v1.0/account/{ACCOUNT}/extension/{EXTENSION}"
BODY: dict[str, Any] = {
    "extensionId": EXTENSION,
    "telephonyStatus": "Ringing",
    "activeCalls": [{"sessionId": "7", "partyId": "p-1", "telephonySessionId": "s-1"}],
    "sequence": 5,
    "dndStatus": "TakeAllCalls",
    "totalActiveCalls": 1,
}


def read(text: str) -> EventFilter:
    found = read_filter(text, ACCOUNT, EXTENSION)
    assert isinstance(found, EventFilter), found
    return found


@pytest.mark.parametrize(
    ("asked", "text", "kind"),
    [
        ("/account/~/extension/~/presence", f"{WHOLE}/presence", Kind.PRESENCE),
        ("/restapi/v1.0/account/~/extension/~/presence/", f"{WHOLE}/presence", Kind.PRESENCE),
        (f"{WHOLE}/presence?sipData=true&x=1", f"{WHOLE}/presence?sipData=true&x=1", Kind.PRESENCE),
        (f"/account/{ACCOUNT}/extension/~/presence/dnd", f"{WHOLE}/presence/dnd", Kind.DND),
        ("/account/~/extension/~/presence/line", f"{WHOLE}/presence/line", Kind.NEVER),
        ("/account/~/extension/~/telephony/sessions", f"{WHOLE}/telephony/sessions", Kind.TELEPHONY),
        ("/account/~/presence", f"/restapi/v1.0/account/{ACCOUNT}/presence", Kind.PRESENCE),
        ("/account/~/extension/~", WHOLE, Kind.NEVER),
        ("/account/~/extension/~/message-store/instant?type=SMS", f"{WHOLE}/message-store/instant?type=SMS", Kind.NEVER),
    ],
)  # fmt: skip
def test_a_filter_is_answered_whole_with_its_query(asked: str, text: str, kind: Kind) -> None:
    found = read(asked)
    assert (found.text, found.kind) == (text, kind)


def test_events_of_account_presence_name_the_extension() -> None:
    found = read("/account/~/presence?detailedTelephonyState=true")
    assert found.event == f"{WHOLE}/presence?detailedTelephonyState=true"


def test_events_of_account_telephony_name_the_account() -> None:
    assert (
        read("/account/~/telephony/sessions").event == f"/restapi/v1.0/account/{ACCOUNT}/telephony/sessions"
    )


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("", "SUB-508"),
        ("/nonsense", "SUB-508"),
        ("presence", "SUB-508"),
        ("/account/~/extension/~/nonsense", "SUB-508"),
        ("/account/~/extension/~/presence\n", "SUB-508"),
        ("/account/~/extension/~/../presence", "SUB-508"),
        ("https://example.com/restapi/v1.0/account/~/presence", "SUB-508"),
        ("/account/12/extension/~/presence", "SUB-406"),
        ("/account/~/extension/12/presence", "SUB-403"),
    ],
)
def test_other_filters_are_refused(asked: str, code: str) -> None:
    found = read_filter(asked, ACCOUNT, EXTENSION)
    assert isinstance(found, Refused)
    assert found.info["filter"] == asked
    assert found.info["reason"] == code


@given(st.text() | st.from_regex(r"/account/(~|\d+)(/extension/(~|\d+))?(/presence)?(\?[a-z&=%]*)?"))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_filter(text, ACCOUNT, EXTENSION)


@pytest.mark.parametrize(
    ("query", "calls", "sip", "total"),
    [
        ("", False, False, False),
        ("?detailedTelephonyState=false", False, False, False),
        ("?detailedTelephonyState=true", True, False, False),
        ("?detailedTelephonyState=true&sipData=true", True, True, False),
        ("?detailedTelephonyState=true&sipData=true&totalActiveCalls", True, True, True),
        ("?detailedTelephonyState=true&totalActiveCalls=true", True, False, True),
    ],
)
def test_the_query_decides_how_much_of_presence_is_seen(
    query: str, calls: bool, sip: bool, total: bool
) -> None:
    seen = read(f"/account/~/extension/~/presence{query}").view(BODY)
    assert ("activeCalls" in seen, "totalActiveCalls" in seen) == (calls, total)
    assert seen["telephonyStatus"] == "Ringing"
    if calls:
        assert ("sipData" in seen["activeCalls"][0]) == sip
    assert "sipData" not in BODY["activeCalls"][0]


def test_a_filter_for_dnd_sees_nothing_else() -> None:
    seen = read("/account/~/extension/~/presence/dnd").view(BODY)
    assert seen == {"extensionId": EXTENSION, "dndStatus": "TakeAllCalls"}


def test_of_several_levels_the_most_detailed_is_taken() -> None:
    base = "/account/~/extension/~/presence"
    plain, detailed, sip, telephony = (
        read(base),
        read(base + "?detailedTelephonyState=true"),
        read(base + "?detailedTelephonyState=true&sipData=true"),
        read("/account/~/extension/~/telephony/sessions"),
    )
    assert most_detailed([plain, sip, detailed, telephony], Kind.PRESENCE) is sip
    assert most_detailed([plain], Kind.PRESENCE) is plain
    assert most_detailed([plain], Kind.TELEPHONY) is None


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", True),
        ("?direction=Inbound", True),
        ("?direction=outbound", False),
        ("?statusCode=Answered&direction=Inbound", True),
        ("?statusCode=Setup", False),
        ("?missedCall=true", False),
    ],
)
def test_a_query_narrows_telephony_events(query: str, wanted: bool) -> None:
    party = {"direction": "Inbound", "status": {"code": "Answered"}, "missedCall": False}
    asked = read(f"/account/~/extension/~/telephony/sessions{query}")
    assert asked.lets_through({"parties": [party]}) is wanted
