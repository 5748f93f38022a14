"""Wire shapes to core types. Nothing else translates; the platform's words end here."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from rcdesk import wire
from rcdesk.client import status_words
from rcdesk.core.account import Account, DialChoices, Phone, Presence
from rcdesk.core.calls import Direction, Leg, Report, Snapshot, Stage
from rcdesk.core.numbers import digits
from rcdesk.core.people import Person, Source
from rcdesk.core.ringout import Status

log = logging.getLogger(__name__)
T = TypeVar("T")

_STAGES = {
    "Ringing": Stage.RINGING,
    "CallConnected": Stage.CONNECTED,
    "OnHold": Stage.ON_HOLD,
    "ParkedCall": Stage.PARKED,
    "NoCall": Stage.ENDED,
}


class BadNotification(Exception):
    """A notification that cannot be read; `field` is the path of the culprit, without its value."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class PushEvent:
    """What one notification says.

    Attributes:
        uuid: names this notification; another with the same uuid is the same.
        report: of the calls, None if it did not speak of them (absent is not empty).
        presence: of the user's presence, None if it did not speak of that.
        subscription_id: for which subscription it was sent, "" if it does not say.
        cut: something in it could not be read, which only a snapshot tells now.
    """

    uuid: str
    report: Report | None
    presence: Presence | None
    subscription_id: str = ""
    cut: bool = False


def notification(data: bytes | msgspec.Raw) -> PushEvent | None:
    """Read a push notification; None if it is about something else than presence. An entry of its calls that
    cannot be read is left out with a warning, and makes it `cut`.

    Raises:
        BadNotification: a field is missing or ill-typed; the link is none the worse for it.
    """
    envelope, within = _envelope(data)
    if not envelope.event.partition("?")[0].endswith("/presence"):  # ids and query vary (event filters)
        return None
    try:
        body = wire.decode(envelope.body, wire.PresenceBody)
    except msgspec.DecodeError as error:
        raise BadNotification(wire.field_of(error, f"{within}.body")) from None
    if body.active_calls is not None and body.sequence is None:
        raise BadNotification(f"{within}.body.sequence")
    said = status_words.presence(body.user_status, body.dnd_status, body.message)
    report = _report(body, envelope.timestamp, f"{within}.body.activeCalls")
    return PushEvent(
        envelope.uuid,
        report,
        said if said != Presence() else None,
        envelope.subscription_id or "",
        cut=report is not None and len(report.legs or ()) < len(body.active_calls or ()),
    )


def _report(body: wire.PresenceBody, at: float, within: str) -> Report | None:
    """Read what it says of the calls. A list of which an entry cannot be read is none of all calls: it has no
    total, or the call that the entry spoke of would be taken for one that is over."""
    if body.active_calls is None or body.sequence is None:
        return None
    legs = tuple(map(leg, each(body.active_calls, wire.ActiveCall, within)))
    total = body.total_active_calls if len(legs) == len(body.active_calls) else None
    return Report(body.extension_id, body.sequence, at, legs, total)


def _envelope(data: bytes | msgspec.Raw) -> tuple[wire.Notification, str]:
    """Return the envelope and where it stands: mobile push wraps it once more."""
    try:
        return wire.decode(data, wire.Notification), "$"
    except msgspec.DecodeError as error:
        try:
            wrapped = wire.decode(data, wire.MobileNotification).pn_apns
        except msgspec.DecodeError as inner:
            raise BadNotification(wire.field_of(inner)) from None
        if wrapped is None:
            raise BadNotification(wire.field_of(error)) from None
        return wrapped, "$.pn_apns"


def leg(call: wire.ActiveCall) -> Leg:
    """Read one entry of activeCalls."""
    return Leg(
        session_id=call.session_id,
        direction=Direction.INBOUND if call.direction == "Inbound" else Direction.OUTBOUND,
        stage=_STAGES[call.telephony_status],
        leg_id=call.id or "",
        from_number=number(call.from_),
        from_name=name(call.from_name),
        to_number=number(call.to_),
        to_name=name(call.to_name),
        started_at=call.start_time,
        final=call.termination_type == "final",
        elsewhere=call.termination_type == "intermediate",
        queue=bool(call.queue_call),
        telephony_session_id=call.telephony_session_id or "",
        party_id=call.party_id or "",
    )


_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_HIDING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
LONGEST_NAME = 200  # characters; nobody reads more of a name


def name(text: str | None) -> str:
    """Return a name as one line that nothing can hide in, "" if there is none.

    Names come from strangers. Control characters could drive a terminal or break a line, marks that turn the
    direction of writing could make the number beside the name read as another one, and letters without width
    or ink make two names look the same. Those that join others stay: families of emoji and Persian need them.
    """
    called = _HIDING.sub("", _UNSEEN.sub(" ", text or "")).strip()[:LONGEST_NAME]
    return called if any(unicodedata.category(letter)[0] in "LNPS" for letter in called) else ""


def number(text: str | None) -> str:
    """Return a number as written, "" if it is withheld: words like "anonymous" stand in its place then."""
    written = name(text)
    return written if digits(written) else ""


MOST_LISTED = 7  # entries in a presence at most, the latest ones (event filters, "detailed presence")


def presence(answer: wire.Presence) -> tuple[Snapshot, Presence]:
    """Read the answer of GET presence: the live calls, and what others see of the user.

    A list of `MOST_LISTED` entries may be cut. So is one of which an entry cannot be read: the call that it
    spoke of must not be taken for one that is over.
    """
    entries = answer.active_calls or []
    legs = tuple(map(leg, each(entries, wire.ActiveCall, "$.activeCalls")))
    cut = len(entries) >= MOST_LISTED or len(legs) < len(entries)
    return Snapshot(legs, cut), status_words.presence(answer.user_status, answer.dnd_status, answer.message)


def account(extension: wire.Extension, scopes: frozenset[str]) -> Account:
    """Read who is signed in; without a home country the numbers are taken for American ones."""
    region = extension.regional_settings and extension.regional_settings.home_country
    return Account(
        account_id=extension.account.id,
        extension_id=extension.id,
        extension_number=name(extension.extension_number),
        name=name(extension.name),
        region=(region and region.iso_code) or "US",
        scopes=scopes,
    )


def dial_choices(phones: Iterable[wire.ForwardingNumber], numbers: Iterable[wire.PhoneNumber]) -> DialChoices:
    """Collect what the dial pad offers.

    Any forwarding entry with a number can be rung first, by whatever features it has (the vendor's own demos
    list them so), and so can a direct number. Others may see any number that has the feature CallerId.
    """
    owned = list(numbers)
    rung = [(phone.phone_number, name(phone.label or phone.type)) for phone in phones if phone.phone_number]
    rung += [(one.phone_number, _label(one)) for one in owned if one.usage_type == "DirectNumber"]
    shown = [(one.phone_number, _label(one)) for one in owned if "CallerId" in (one.features or ())]
    return DialChoices(tuple(_phones(rung)), tuple(_phones(shown)))


_USAGES = {
    "MainCompanyNumber": "Company number",
    "CompanyNumber": "Company number",
    "AdditionalCompanyNumber": "Company number",
    "DirectNumber": "Direct number",
    "BusinessMobileNumber": "Business mobile",
}


def _label(owned: wire.PhoneNumber) -> str:
    return name(owned.label) or _USAGES.get(owned.usage_type or "", "")


def _phones(pairs: Iterable[tuple[str, str]]) -> Iterator[Phone]:
    """Each number once; the first label that it has wins."""
    seen = set()
    for phone_number, label in pairs:
        key = digits(phone_number)
        if key not in seen:
            seen.add(key)
            yield Phone(phone_number, label)


def ringout(answer: wire.RingOut) -> Status:
    """Read how a RingOut stands."""
    status = answer.status
    return Status(
        answer.id,
        status_words.call_status(status.call_status),
        status_words.leg_status(status.caller_status),
        status_words.leg_status(status.callee_status),
    )


def contacts(records: Iterable[wire.Contact]) -> Iterator[Person]:
    """Read the people of the address book that have a name and a number."""
    for one in records:
        full = " ".join(filter(None, (one.first_name, one.last_name)))
        called = name(full or one.nick_name or one.company)
        numbers = _numbers(
            one.mobile_phone,
            one.business_phone,
            one.business_phone2,
            one.home_phone,
            one.home_phone2,
            one.company_phone,
            one.assistant_phone,
            one.car_phone,
            one.other_phone,
            one.callback_phone,
        )
        if called and numbers and one.availability not in ("Deleted", "Purged"):
            yield Person(called, numbers, Source.CONTACT, _detail(one.company, called))


def directory(records: Iterable[wire.DirectoryEntry]) -> Iterator[Person]:
    """Read the company directory, less what is not in use; company numbers are everyone's, so nobody's."""
    for one in records:
        called = name(one.name or " ".join(filter(None, (one.first_name, one.last_name))))
        own = (entry.phone_number for entry in one.phone_numbers or () if not _shared(entry))
        numbers = _numbers(one.extension_number, *own)
        if called and numbers and one.status != "NotActivated" and not one.hidden:
            extension = f"ext. {short}" if (short := name(one.extension_number)) else ""
            yield Person(called, numbers, Source.DIRECTORY, extension or _detail(one.department, called))


def _shared(entry: wire.DirectoryNumber) -> bool:
    return entry.usage_type in ("MainCompanyNumber", "CompanyNumber", "AdditionalCompanyNumber")


def _numbers(*numbers: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in map(number, numbers) if one))


def _detail(text: str | None, called: str) -> str:
    detail = name(text)
    return detail if detail != called else ""


def each(records: Iterable[msgspec.Raw], kind: type[T], within: str = "") -> Iterator[T]:
    """Read the records of a list; one that cannot be read is left out with a warning that names the field.

    `within`: the path of the list, if the field is to be named from the top of the answer.
    """
    for place, raw in enumerate(records):
        try:
            yield wire.decode(raw, kind)
        except msgspec.DecodeError as error:
            field = wire.field_of(error, f"{within}[{place}]" if within else "$")
            log.warning("a record was left out: its field %s is missing or unreadable", field)
