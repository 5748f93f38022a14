"""Event filters: what a subscription asks for, and how much of an event it gets to see.

Rules: developer guide, "Event filters" of presence, "Extension telephony sessions", "Account telephony sessions".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

_PATH = re.compile(
    r"(?:/restapi/v1\.0)?/account/(?P<account>~|\d+)(?:/extension/(?P<extension>~|\d+))?"
    r"(?P<rest>(?:/[\w-]+)*)/?(?:\?(?P<query>\S*))?"
)


class Kind(StrEnum):
    """What happens in the pretend world that a filter can ask for. NEVER: known, but it does not happen here."""

    PRESENCE = "presence"
    DND = "dnd"
    TELEPHONY = "telephony"
    NEVER = "never"


_OF_EXTENSION = {
    "/presence": Kind.PRESENCE,
    "/presence/dnd": Kind.DND,
    "/telephony/sessions": Kind.TELEPHONY,
} | dict.fromkeys(
    (
        "",
        "/presence/line",
        "/presence/line/presence",
        "/favorite",
        "/favorite/presence",
        "/grant",
        "/incoming-call-pickup",
        "/message-store",
        "/message-store/instant",
        "/missed-calls",
        "/phone-number",
        "/start-ring",
        "/stop-ring",
        "/telephony",
        "/voicemail",
    ),
    Kind.NEVER,
)
_OF_ACCOUNT = {
    "/presence": Kind.PRESENCE,
    "/telephony/sessions": Kind.TELEPHONY,
    "/extension": Kind.NEVER,
    "/directory/contacts": Kind.NEVER,
    "/directory/entries": Kind.NEVER,
}


@dataclass(frozen=True)
class EventFilter:
    """A filter that the platform accepted."""

    text: str
    """The whole of it, with real ids and its query as it came."""
    event: str
    """What notifications say of it; account presence names the extension that changed."""
    kind: Kind
    detailed: bool = False
    sip: bool = False
    total: bool = False
    wanted: tuple[tuple[str, str], ...] = ()
    """The query of a telephony filter that narrows it."""

    @property
    def detail(self) -> tuple[bool, bool, bool]:
        """How detailed it is, to compare."""
        return self.detailed, self.sip, self.total

    def lets_through(self, body: Mapping[str, Any]) -> bool:
        """Whether an event of its kind is wanted."""
        if self.kind is not Kind.TELEPHONY:
            return True
        return all(_party_fits(party, self.wanted) for party in body.get("parties", ()))

    def view(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body as this filter's level of detail shows it."""
        shown = dict(body)
        if self.kind is Kind.DND:
            return {name: body[name] for name in ("extensionId", "dndStatus")}
        if self.kind is not Kind.PRESENCE:
            return shown
        if not self.total:
            shown.pop("totalActiveCalls", None)
        if not self.detailed:
            shown.pop("activeCalls", None)
        elif self.sip:
            shown["activeCalls"] = [{**call, "sipData": sip_data(call)} for call in body["activeCalls"]]
        return shown


@dataclass(frozen=True)
class Refused:
    """A filter that the platform did not accept, with its error code."""

    text: str
    code: str
    message: str

    @property
    def info(self) -> dict[str, str]:
        """The entry of `disabledFilters`."""
        return {"filter": self.text, "reason": self.code, "message": self.message}


def read_filter(text: str, account_id: str, extension_id: str) -> EventFilter | Refused:
    """Read a filter, short (`/account/~/...`) or whole, for the extension that subscribes."""
    match = _PATH.fullmatch(text)
    if match is None:
        return Refused(text, "SUB-508", "Event filter is invalid")
    if match["account"] not in ("~", account_id):
        return Refused(text, "SUB-406", "Events of another account are not available")
    whole = match["extension"] is None
    kind = (_OF_ACCOUNT if whole else _OF_EXTENSION).get(match["rest"])
    if kind is None:
        return Refused(text, "SUB-508", "Event filter is invalid")
    if not whole and match["extension"] not in ("~", extension_id):
        return Refused(text, "SUB-403", "Not allowed to monitor this extension")
    account = f"/restapi/v1.0/account/{account_id}"
    extension = f"{account}/extension/{extension_id}"
    query = "" if match["query"] is None else f"?{match['query']}"
    tail = f"{match['rest']}{query}"
    asked = dict(parse_qsl(match["query"] or "", keep_blank_values=True))
    return EventFilter(
        text=(account if whole else extension) + tail,
        event=(account if whole and kind is not Kind.PRESENCE else extension) + tail,
        kind=kind,
        detailed=_flag(asked, "detailedTelephonyState"),
        sip=_flag(asked, "sipData"),
        total=_flag(asked, "totalActiveCalls"),
        wanted=tuple(
            (name, asked[name]) for name in ("direction", "statusCode", "missedCall") if name in asked
        ),
    )


def most_detailed(filters: Sequence[EventFilter], kind: Kind) -> EventFilter | None:
    """The one filter of a kind that events come by: with several levels of detail only the highest arrives."""
    return max((one for one in filters if one.kind is kind), key=lambda one: one.detail, default=None)


def _flag(asked: Mapping[str, str], name: str) -> bool:
    """A switch of the query; clients also write it without a value (`&totalActiveCalls`)."""
    return asked.get(name, "false").lower() in ("true", "1", "")


def _party_fits(party: Mapping[str, Any], wanted: Sequence[tuple[str, str]]) -> bool:
    actual = {
        "direction": party.get("direction", ""),
        "statusCode": party.get("status", {}).get("code", ""),
        "missedCall": party.get("missedCall", False),
    }
    return all(str(actual[name]).lower() == value.lower() for name, value in wanted)


def sip_data(call: Mapping[str, Any]) -> dict[str, str]:
    """Made-up SIP data that stays the same for a call; a real one would name devices."""
    session = call.get("telephonySessionId", call.get("sessionId", "-"))
    return {
        "callId": f"{session}@sandbox.invalid",
        "toTag": "-",
        "fromTag": f"{call.get('partyId', '-')}",
        "remoteUri": "sip:remote@sandbox.invalid",
        "localUri": "sip:local@sandbox.invalid",
        "rcSessionId": f"{call.get('sessionId', '-')}",
    }
