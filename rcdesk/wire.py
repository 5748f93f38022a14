"""The platform's JSON as msgspec Structs, and nothing else.

Unknown fields are ignored, so only those stand here that matter: no other can spoil an answer. A required
field that is missing, or any field of another type, raises `msgspec.ValidationError`, whose text ends with the
path of the field; `field_of` reads it. Old servers write ids as integers and times as `+0000` (tutorial, "Call
States"); today's write strings and `Z`: both are read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec

T = TypeVar("T")


class Id(str):
    """An identifier: text, although some servers write it as an integer."""

    __slots__ = ()


class Moment(float):
    """Unix seconds, written as ISO 8601; without a zone it is UTC. Only years that a call can be of are taken:
    others are placeholders or junk, and calendars and databases stumble over them."""

    __slots__ = ()


_FIRST_YEAR, _LAST_YEAR = 1971, 2199


def _hook(kind: type, value: object) -> object:
    if kind is Id and isinstance(value, str | int) and not isinstance(value, bool):
        return Id(value)
    if kind is Moment and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValueError("Expected a time of our days")
        return Moment((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    raise TypeError(f"Expected `{'time' if kind is Moment else 'id'}`, got `{type(value).__name__}`")


_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


def decode(data: bytes | str | msgspec.Raw, kind: type[T]) -> T:
    """Read JSON as `kind`.

    Raises:
        msgspec.ValidationError: a field is missing or ill-typed (see `field_of`).
        msgspec.DecodeError: it is no JSON at all.
    """
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind, dec_hook=_hook)
    try:
        return decoder.decode(data)  # type: ignore[no-any-return]
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError("JSON is malformed: invalid UTF-8") from error
    except RecursionError:
        raise msgspec.DecodeError("JSON is malformed: nested too deeply") from None


_PATH = re.compile(r" - at `(?P<path>[^`]*)`$")
_MISSING = re.compile(r"missing required field `(?P<name>[^`]*)`")


def field_of(error: msgspec.DecodeError, within: str = "$") -> str:
    """Name the field that an error of `decode` is about, as a path; `within` says where `$` itself stands."""
    text = str(error)
    path = _PATH.search(text)
    missing = _MISSING.search(text)
    place = within + (path["path"][1:] if path else "")
    return f"{place}.{missing['name']}" if missing else place


class Wire(msgspec.Struct, rename="camel"):
    """What all shapes share: camelCase outside, snake_case inside."""


Count = Annotated[int, msgspec.Meta(ge=0)]
TelephonyStatus = Literal["NoCall", "Ringing", "CallConnected", "OnHold", "ParkedCall"]


class ActiveCall(Wire):
    """One leg of one call, in notifications and in presence."""

    session_id: Id
    direction: Literal["Inbound", "Outbound"]
    telephony_status: TelephonyStatus
    id: Id | None = None
    from_: str | None = None
    from_name: str | None = None
    to_: str | None = None
    to_name: str | None = None
    start_time: Moment | None = None
    termination_type: str | None = None
    queue_call: bool | None = None
    telephony_session_id: str | None = None
    party_id: str | None = None


class PresenceBody(Wire):
    """The body of a presence notification. Any field but the extension's id may be absent when unchanged. Calls
    stay raw, so that one that cannot be read does not cost the others."""

    extension_id: Id
    sequence: Count | None = None
    telephony_status: TelephonyStatus | None = None
    active_calls: list[msgspec.Raw] | None = None
    total_active_calls: int | None = None
    user_status: str | None = None
    dnd_status: str | None = None
    message: str | None = None


class Notification(Wire):
    """The envelope of a push notification; what the body holds depends on `event`."""

    uuid: Id
    event: str
    timestamp: Moment
    body: msgspec.Raw
    subscription_id: str | None = None


class MobileNotification(msgspec.Struct):
    """The same as it is written for mobile push; there the notification is one level down."""

    pn_apns: Notification | None = None


class Presence(Wire):
    """The answer of GET presence. Calls stay raw, so that one that cannot be read does not cost the others."""

    user_status: str | None = None
    dnd_status: str | None = None
    message: str | None = None
    active_calls: list[msgspec.Raw] | None = None


class ErrorItem(Wire):
    """One of the reasons of a refusal."""

    error_code: str = ""
    permission_name: str | None = None


class Error(Wire):
    """The body of a refusal, of REST and of OAuth."""

    error_code: str = ""
    errors: list[ErrorItem] = []
    permission_name: str | None = None
    error: str = ""


class Token(msgspec.Struct):
    """The answer of the token endpoint. Times to live in seconds."""

    access_token: str
    expires_in: float
    refresh_token: str | None = None
    refresh_token_expires_in: float | None = None
    scope: str | None = None
    owner_id: Id | None = None
    endpoint_id: str | None = None
    session_id: str | None = None
    session_expires_in: float | None = None


class SocketToken(msgspec.Struct):
    """The answer of the WebSocket token endpoint."""

    uri: str
    ws_access_token: str


class Reference(Wire):
    """Something that has an id."""

    id: Id


class Link(Wire):
    uri: str


class Navigation(Wire):
    next_page: Link | None = None


class Page(Wire):
    """One page of a list. Records stay raw, so that one bad record does not cost the others."""

    records: list[msgspec.Raw]
    navigation: Navigation | None = None


class HomeCountry(Wire):
    iso_code: str | None = None


class RegionalSettings(Wire):
    home_country: HomeCountry | None = None


class Extension(Wire):
    """The answer of GET extension."""

    id: Id
    account: Reference
    extension_number: Id | None = None
    name: str | None = None
    regional_settings: RegionalSettings | None = None


class PhoneNumber(Wire):
    """A number of the account that the user may use."""

    phone_number: str
    usage_type: str | None = None
    label: str | None = None
    features: list[str] | None = None


class ForwardingNumber(Wire):
    """A phone of the user's; some entries have no number of their own."""

    phone_number: str | None = None
    label: str | None = None
    type: str | None = None


class RingOutStatus(Wire):
    call_status: str
    caller_status: str = ""
    callee_status: str = ""


class RingOut(Wire):
    """The answer of POST and GET ring-out."""

    id: Id
    status: RingOutStatus


class Party(Wire):
    """One side of a record of the call log."""

    phone_number: str | None = None
    extension_number: Id | None = None
    name: str | None = None
    location: str | None = None


class Leg(Wire):
    """One leg of a record, only in the detailed view."""

    leg_type: str | None = None


class CallLogRecord(Wire):
    """One record of the call log. A deleted one has little more than its id."""

    id: Id
    session_id: Id | None = None
    direction: Literal["Inbound", "Outbound"] | None = None
    start_time: Moment | None = None
    duration: float | None = None
    type: str | None = None
    action: str | None = None
    result: str | None = None
    reason: str | None = None
    from_: Party | None = None
    to_: Party | None = None
    legs: list[Leg] | None = None
    deleted: bool | None = None


class SyncInfo(Wire):
    sync_token: str
    sync_type: str | None = None
    older_records_exist: bool | None = None


class CallLogSync(Wire):
    """The answer of call-log-sync."""

    records: list[msgspec.Raw]
    sync_info: SyncInfo


class Contact(Wire):
    """An entry of the personal address book."""

    availability: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    nick_name: str | None = None
    company: str | None = None
    home_phone: str | None = None
    home_phone2: str | None = None
    business_phone: str | None = None
    business_phone2: str | None = None
    mobile_phone: str | None = None
    company_phone: str | None = None
    assistant_phone: str | None = None
    car_phone: str | None = None
    other_phone: str | None = None
    callback_phone: str | None = None


class DirectoryNumber(Wire):
    phone_number: str | None = None
    usage_type: str | None = None


class DirectoryEntry(Wire):
    """A colleague, a queue or another extension of the company."""

    status: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    extension_number: Id | None = None
    department: str | None = None
    hidden: bool | None = None
    phone_numbers: list[DirectoryNumber] | None = None


class DeliveryMode(Wire):
    """How notifications come; the fields are PubNub's."""

    transport_type: str | None = None
    address: str | None = None
    subscriber_key: str | None = None
    encryption: bool | None = None
    encryption_key: str | None = None


class Subscription(Wire):
    """The answer of POST, PUT and GET subscription. `expires_in` in seconds."""

    id: str
    delivery_mode: DeliveryMode | None = None
    expires_in: float | None = None


class Cursor(Wire):
    """Where a WebSocket session stands, for recovery."""

    token: str
    sequence: int = 0


class FrameMeta(Wire):
    """The first element of every frame of the WebSocket gateway."""

    type: str
    message_id: Id | None = None
    status: int | None = None
    wsc: Cursor | None = None


class ConnectionDetails(Wire):
    """The second element of the first frame. Both times in seconds: how long the gateway keeps the place of a
    lost connection, and how long it lets one be idle."""

    recovery_state: str | None = None
    recovery_timeout: float | None = None
    idle_timeout: float | None = None
