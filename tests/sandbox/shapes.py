"""What each answer must look like: our own reading of the platform's documents, strict to the last field.

A field that is not listed here, an unlisted word of an enumeration or a missing required field is an error.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from rcdesk.sandbox.ringouts import STATUSES

Uri = Annotated[str, Meta(pattern=r"^http://sandbox\.test:8080/\S+$")]
Time = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
E164 = Annotated[str, Meta(pattern=r"^\+[1-9]\d{6,14}$")]
Short = Annotated[str, Meta(pattern=r"^\d{1,6}$")]
Digits = Annotated[str, Meta(pattern=r"^\d+$")]
Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0)]
Direction = Literal["Inbound", "Outbound"]
Telephony = Literal["NoCall", "CallConnected", "Ringing", "OnHold", "ParkedCall"]
Status = Literal["Offline", "Busy", "Available"]


class Strict(Struct, rename="camel", forbid_unknown_fields=True):
    """A shape with nothing beside its fields."""


class Plain(Struct, forbid_unknown_fields=True):
    """The same with names as the wire has them."""


class ErrorItem(Strict):
    error_code: Text
    message: Text
    parameter_name: Text | None = None
    parameter_value: str | None = None


class Error(Strict):
    error_code: Text
    message: Text
    errors: Annotated[list[ErrorItem], Meta(min_length=1)]
    parameter_name: Text | None = None


class OAuthError(Plain):
    error: Literal[
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"
    ]
    error_description: Text
    errors: Annotated[list[ErrorItem], Meta(min_length=1)]


class Token(Plain):
    access_token: Text
    token_type: Literal["bearer"]
    expires_in: Annotated[int, Meta(ge=600, le=3600)]
    scope: Text
    owner_id: Digits
    endpoint_id: Text
    session_id: Text
    refresh_token: Text
    refresh_token_expires_in: Annotated[int, Meta(gt=0, le=2_592_000)]


class Link(Strict):
    uri: Uri


class Ref(Strict):
    id: int
    uri: Uri
    extension_number: Short | None = None


class TextRef(Strict):
    id: Digits
    uri: Uri
    extension_number: Short | None = None


class Paging(Strict):
    page: Annotated[int, Meta(ge=1)]
    per_page: Annotated[int, Meta(ge=1, le=1000)]
    total_pages: Annotated[int, Meta(ge=1)]
    total_elements: Count
    page_start: Count | None = None
    page_end: Count | None = None


class Navigation(Strict):
    first_page: Link
    last_page: Link
    next_page: Link | None = None
    previous_page: Link | None = None


class Version(Strict):
    uri: Uri
    version_string: Text
    release_date: Time
    uri_string: Text


class Versions(Strict):
    uri: Uri
    api_versions: list[Version]
    server_version: Text
    server_revision: Text


class Country(Strict):
    id: Text
    name: Text
    uri: Uri | None = None
    iso_code: Annotated[str, Meta(pattern="^[A-Z]{2}$")] | None = None
    calling_code: Digits | None = None


class Timezone(Strict):
    id: Text
    uri: Uri
    name: Text
    description: Text
    bias: Text


class Language(Strict):
    id: Text
    name: Text
    locale_code: Text


class Regional(Strict):
    home_country: Country
    timezone: Timezone
    language: Language
    greeting_language: Language
    formatting_locale: Language
    time_format: Literal["12h", "24h"]


class Account(Strict):
    id: int
    uri: Uri
    main_number: Digits
    status: Literal["Confirmed"]
    company_name: Text
    service_info: dict[str, Any]
    setup_wizard_state: Literal["Completed"]
    regional_settings: Regional


class ExtensionContact(Strict):
    first_name: Text
    last_name: Text
    name: Text
    company: Text
    job_title: Text
    department: Text
    email: Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+\.example$")]
    business_phone: E164
    mobile_phone: E164
    email_as_login_name: bool


class Enabled(Strict):
    enabled: bool


class Permissions(Strict):
    admin: Enabled
    international_calling: Enabled


class Feature(Strict):
    feature_name: Text
    enabled: bool


class Site(Strict):
    id: Text
    name: Text


class Extension(Strict):
    id: int
    uri: Uri
    account: TextRef
    contact: ExtensionContact
    departments: list[TextRef]
    extension_number: Short
    name: Text
    permissions: Permissions
    profile_image: Link
    regional_settings: Regional
    service_features: list[Feature]
    setup_wizard_state: Literal["Completed"]
    status: Literal["Enabled"]
    type: Literal["User"]
    hidden: bool
    site: Site


class Number(Strict):
    id: int
    uri: Uri
    phone_number: E164
    payment_type: Literal["Local", "TollFree"]
    type: Literal["VoiceFax", "FaxOnly"]
    usage_type: Literal["DirectNumber", "MainCompanyNumber", "CompanyNumber", "CompanyFaxNumber"]
    status: Literal["Normal"]
    primary: bool
    label: Text
    country: Country
    features: list[Literal["CallerId", "SmsSender", "MmsSender"]]
    location: Text | None = None
    extension: Ref | None = None


class Numbers(Strict):
    uri: Uri
    records: list[Number]
    paging: Paging
    navigation: Navigation


class DeviceRef(Strict):
    id: Digits


class Forwarding(Strict):
    id: Text
    uri: Uri
    phone_number: E164
    label: Annotated[str, Meta(max_length=60)]
    features: list[Literal["CallForwarding", "CallFlip"]]
    flip_number: Digits
    type: Literal["PhoneLine", "Mobile", "Home"]
    device: DeviceRef | None = None


class Forwardings(Strict):
    uri: Uri
    records: list[Forwarding]
    paging: Paging
    navigation: Navigation


class Model(Strict):
    id: Text
    name: Text
    addons: list[Any]
    features: list[Any]


class LineNumber(Strict):
    id: int
    phone_number: E164
    payment_type: Literal["Local"]
    type: Literal["VoiceFax"]
    usage_type: Literal["DirectNumber"]
    country: Country


class Line(Strict):
    id: Text
    line_type: Literal["Standalone"]
    phone_info: LineNumber


class Device(Strict):
    id: Digits
    uri: Uri
    type: Literal["HardPhone", "SoftPhone"]
    name: Text
    status: Literal["Online", "Offline"]
    model: Model
    line_pooling: Literal["None"]
    extension: Ref
    phone_lines: list[Line]
    serial: Text | None = None


class Devices(Strict):
    uri: Uri
    records: list[Device]
    paging: Paging
    navigation: Navigation


class Available(Strict):
    id: Text
    available: bool


class Features(Strict):
    records: list[Available]


class DirectoryNumber(Strict):
    phone_number: E164
    type: Literal["VoiceFax"]
    usage_type: Literal["DirectNumber", "CompanyNumber"]
    hidden: bool
    primary: bool


class DirectoryAccount(Strict):
    id: Digits
    company_name: Text


class Entry(Strict):
    id: Digits
    type: Literal["User", "Department"]
    status: Literal["Enabled"]
    name: Text
    extension_number: Short
    hidden: bool
    phone_numbers: list[DirectoryNumber]
    account: DirectoryAccount
    site: Site
    first_name: Text | None = None
    last_name: Text | None = None
    email: Text | None = None
    job_title: str | None = None
    department: str | None = None


class Entries(Strict):
    records: list[Entry]
    paging: Paging


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


class Contact(Strict):
    uri: Uri
    id: int
    availability: Literal["Alive"]
    first_name: Text | None = None
    last_name: Text | None = None
    company: Text | None = None
    business_phone: E164 | None = None
    mobile_phone: E164 | None = None


class Contacts(Strict):
    uri: Uri
    records: list[Contact]
    paging: Paging
    navigation: Navigation
    groups: Link


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


class SessionParty(Strict):
    id: Text
    direction: Direction
    from_: Side = msgspec.field(name="from")
    to: Side
    status: PartyStatus
    muted: bool
    stand_alone: bool
    account_id: Digits
    owner: Owner


class Session(Strict):
    id: Text
    origin: Origin
    creation_time: Time
    parties: list[SessionParty]


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


_E = "/restapi/v1.0/account/{accountId}/extension/{extensionId}"
_A = "/restapi/v1.0/account/{accountId}"
_S = _A + "/telephony/sessions/{telephonySessionId}"
_P = _S + "/parties/{partyId}"

_SUB = "/restapi/v1.0/subscription"

ANSWERS: dict[str, type[Struct] | None] = {
    f"GET {_SUB} 200": Subscriptions,
    f"POST {_SUB} 200": Subscription,
    f"POST {_SUB} 400": Error,
    f"GET {_SUB}/{{subscriptionId}} 200": Subscription,
    f"GET {_SUB}/{{subscriptionId}} 404": Error,
    f"PUT {_SUB}/{{subscriptionId}} 200": Subscription,
    f"DELETE {_SUB}/{{subscriptionId}} 204": None,
    f"POST {_SUB}/{{subscriptionId}}/renew 200": Subscription,
    "POST /restapi/oauth/wstoken 200": SocketToken,
    "POST /restapi/oauth/token 200": Token,
    "POST /restapi/oauth/token 400": OAuthError,
    "POST /restapi/oauth/revoke 200": None,
    "GET /restapi 200": Versions,
    "GET /restapi/v1.0 200": Version,
    f"GET {_A} 200": Account,
    f"GET {_E} 200": Extension,
    f"GET {_E}/phone-number 200": Numbers,
    f"GET {_E}/forwarding-number 200": Forwardings,
    f"GET {_E}/forwarding-number/{{forwardingNumberId}} 200": Forwarding,
    f"GET {_E}/device 200": Devices,
    f"GET {_A}/device/{{deviceId}} 200": Device,
    f"GET {_E}/features 200": Features,
    f"GET {_A}/directory/entries 200": Entries,
    f"GET {_A}/directory/entries/{{entryId}} 200": Entry,
    f"POST {_A}/directory/entries/search 200": Entries,
    f"GET {_E}/presence 200": Presence,
    f"PUT {_E}/presence 200": Presence,
    f"GET {_E}/address-book/contact 200": Contacts,
    f"POST {_E}/address-book/contact 200": Contact,
    f"GET {_E}/address-book/contact/{{contactId}} 200": Contact,
    f"PUT {_E}/address-book/contact/{{contactId}} 200": Contact,
    f"PATCH {_E}/address-book/contact/{{contactId}} 200": Contact,
    f"DELETE {_E}/address-book/contact/{{contactId}} 204": None,
    f"DELETE {_E}/call-log 204": None,
    f"POST {_E}/ring-out 200": RingOut,
    f"GET {_E}/ring-out/{{ringoutId}} 200": RingOut,
    f"DELETE {_E}/ring-out/{{ringoutId}} 204": None,
    f"GET {_A}/recording/{{recordingId}} 200": RecordingInfo,
    f"GET {_S} 200": Session,
    f"GET {_S} 404": Error,
    f"DELETE {_S} 204": None,
    f"GET {_P} 200": SessionParty,
    f"POST {_P}/hold 200": SessionParty,
    f"POST {_P}/hold 409": Error,
    f"POST {_P}/unhold 200": SessionParty,
    f"POST {_P}/reject 204": None,
    f"GET {_E}/call-log 400": Error,
    f"GET {_E}/call-log/{{callRecordId}} 404": Error,
    f"GET {_E}/call-log-sync 400": Error,
    f"GET {_E}/active-calls 400": Error,
    **{
        f"GET {base}/{name} 200": shape
        for base in (_E, _A)
        for name, shape in (
            ("call-log", Log),
            ("call-log/{callRecordId}", Record),
            ("call-log-sync", Sync),
            ("active-calls", Log),
        )
    },
}
"""The shape of every answer on the tour, by method, path template and status; None for no body at all."""
