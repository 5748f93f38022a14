"""Strict shapes of everything about calls: presence, the log, RingOuts, telephony sessions, subscriptions."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rcdesk.sandbox.ringouts import STATUSES
from tests.sandbox.shapes import (
    E164,
    Count,
    Digits,
    Direction,
    Navigation,
    Paging,
    Plain,
    Ref,
    Short,
    Status,
    Strict,
    Telephony,
    Text,
    Time,
    Uri,
)


class SipData(Strict):
    call_id: Text
    to_tag: Text
    from_tag: Text
    remote_uri: Text
    local_uri: Text
    rc_session_id: Digits


class ActiveCall(Strict):
    id: Text
    direction: Direction
    queue_call: bool
    from_: str = msgspec.field(name="from")
    to: str
    start_time: Time
    telephony_status: Telephony
    session_id: Digits
    telephony_session_id: Annotated[str, Meta(pattern="^s-[0-9a-fz]+$")]
    party_id: Annotated[str, Meta(pattern="^p-[0-9a-fz]+-[12]$")]
    from_name: Text | None = None
    to_name: Text | None = None
    sip_data: SipData | None = None


class Presence(Strict):
    uri: Uri
    extension: Ref
    presence_status: Status
    telephony_status: Telephony
    user_status: Status
    meeting_status: Literal["Connected", "Disconnected"]
    dnd_status: Literal[
        "TakeAllCalls", "DoNotAcceptAnyCalls", "DoNotAcceptDepartmentCalls", "TakeDepartmentCallsOnly"
    ]
    allow_see_my_presence: bool
    ring_on_monitored_call: bool
    pick_up_calls_on_hold: bool
    caller_id_visibility: Literal["All", "None", "PermittedUsers"]
    accept_call_queue_calls: bool
    message: Annotated[str, Meta(max_length=75)] | None = None
    active_calls: Annotated[list[ActiveCall], Meta(max_length=7)] | None = None


Result = Literal[
    "Accepted", "Call connected", "Missed", "Voicemail", "Rejected", "Hang Up", "Busy", "No Answer", "In Progress",
    "Answered Elsewhere", "Stopped", "International Disabled", "Restricted Number", "No Calling Credit",
    "Wrong Number", "Not Allowed", "Call Failed",
]  # fmt: skip
Reason = Literal[
    "Accepted", "Connected", "No Answer", "Not Answered", "Hang Up", "Calls Not Accepted", "Stopped", "Line Busy",
    "International Disabled", "Restricted Number", "No Credit", "Wrong Number", "Number Not Allowed",
    "Failed Try Again",
]  # fmt: skip
Action = Literal["Phone Call", "VoIP Call", "RingOut Web"]
Transport = Literal["PSTN", "VoIP"]


class Party(Strict):
    phone_number: E164 | None = None
    extension_number: Short | None = None
    extension_id: Digits | None = None
    name: Text | None = None
    location: Text | None = None


class Recording(Strict):
    id: Digits
    uri: Uri
    type: Literal["Automatic", "OnDemand"]
    content_uri: Uri


class Message(Strict):
    id: Digits
    type: Literal["VoiceMail"]
    uri: Uri


class Billing(Strict):
    cost_included: float
    cost_purchased: float


class Leg(Strict):
    start_time: Time
    duration: Count
    duration_ms: Count
    type: Literal["Voice"]
    direction: Direction
    action: Action
    result: Result
    from_: Party = msgspec.field(name="from")
    to: Party
    leg_type: Literal["Accept", "SipToPstnUnmetered", "RingOutWebToSubscriber", "RingOutWebToCaller"]
    master: bool
    transport: Transport
    telephony_session_id: Text
    extension: Ref
    reason: Reason | None = None


class Record(Strict):
    uri: Uri
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+$")]
    session_id: Digits
    telephony_session_id: Text
    party_id: Text
    start_time: Time
    duration: Count
    duration_ms: Count
    type: Literal["Voice"]
    direction: Direction
    action: Action
    result: Result
    from_: Party = msgspec.field(name="from")
    to: Party
    internal_type: Literal["Usual", "Sip", "RingOut"] | None = None
    extension: Ref | None = None
    reason: Reason | None = None
    reason_description: Text | None = None
    recording: Recording | None = None
    message: Message | None = None
    deleted: bool | None = None
    transport: Transport | None = None
    last_modified_time: Time | None = None
    billing: Billing | None = None
    legs: Annotated[list[Leg], Meta(min_length=1, max_length=2)] | None = None


class Log(Strict):
    uri: Uri
    records: list[Record]
    paging: Paging
    navigation: Navigation


class SyncInfo(Strict):
    sync_type: Literal["FSync", "ISync"]
    sync_token: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+$")]
    sync_time: Time


class Sync(Strict):
    uri: Uri
    records: Annotated[list[Record], Meta(max_length=250)]
    sync_info: SyncInfo


class RecordingInfo(Strict):
    id: Digits
    content_uri: Uri
    content_type: Literal["audio/wav"]
    duration: Count


class RingOutStatus(Strict):
    call_status: str
    caller_status: str
    callee_status: str

    def __post_init__(self) -> None:
        if not {self.call_status, self.caller_status, self.callee_status} <= set(STATUSES):
            raise ValueError("unlisted status")


class RingOut(Strict):
    id: Text
    uri: Uri
    status: RingOutStatus


class Origin(Strict):
    type: Literal["Call", "RingOut"]


class PartyStatus(Strict):
    code: Literal["Proceeding", "Answered", "Hold", "Parked", "Disconnected"]
    rcc: bool
    reason: Text | None = None


class Side(Strict):
    phone_number: Text
    name: Text | None = None
    extension_id: Digits | None = None


class Owner(Strict):
    account_id: Digits
    extension_id: Digits


class Park(Strict):
    id: Annotated[str, Meta(pattern=r"^\*8\d\d$")]


class LeavingParty(Strict, kw_only=True):
    id: Text
    direction: Direction
    from_: Side = msgspec.field(name="from")
    to: Side
    status: PartyStatus
    muted: bool
    stand_alone: bool
    owner: Owner
    park: Park | None = None


class SessionParty(LeavingParty, kw_only=True):
    account_id: Digits


class Session(Strict):
    id: Text
    origin: Origin
    creation_time: Time
    parties: list[SessionParty]


class CallRecording(Strict):
    id: Digits
    active: bool
    mode: Literal["OnDemand"]
    view: Literal["Session"]


class CallOut(Strict):
    session: Session


class Delivery(Strict):
    transport_type: Literal["PubNub"]
    encryption: Literal[True]
    address: Text
    subscriber_key: Text
    secret_key: Text
    encryption_algorithm: Literal["AES"]
    encryption_key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{22}==$")]


class Disabled(Strict):
    filter: Text
    reason: Text
    message: Text


class Subscription(Strict):
    uri: Uri
    id: Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    creation_time: Time
    expiration_time: Time
    expires_in: Annotated[int, Meta(gt=120)]
    status: Literal["Active"]
    event_filters: list[Annotated[str, Meta(pattern=r"^/restapi/v1\.0/account/\d+/extension/\d+/presence\?")]]
    delivery_mode: Delivery
    disabled_filters: list[Disabled] | None = None


class Subscriptions(Strict):
    uri: Uri
    records: list[Subscription]


class SocketToken(Plain):
    uri: Annotated[str, Meta(pattern=r"^ws://sandbox\.test:8080/[^?]*$")]
    ws_access_token: Text
    expires_in: Annotated[int, Meta(gt=0)]
