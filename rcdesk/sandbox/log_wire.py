"""Call-log records and live calls as the platform writes them."""

from collections.abc import Callable
from typing import Any

from rcdesk.sandbox.account import Account
from rcdesk.sandbox.call_log import Leg, Record
from rcdesk.sandbox.calls import Call, Party
from rcdesk.sandbox.clock import iso


class RecordWriter:
    """Writes records for one request: with its host in every link, in its view."""

    def __init__(self, account: Account, uri: Callable[[str], str], *, detailed: bool) -> None:
        self._account = account
        self._uri = uri
        self._detailed = detailed
        self._base = f"/restapi/v1.0/account/{account.id}"
        self._own = f"{self._base}/extension/{account.me.id}"

    def record(self, record: Record) -> dict[str, Any]:
        """A finished call."""
        written = {
            "uri": self.address(record.id),
            "id": record.id,
            "sessionId": record.session_id,
            "telephonySessionId": record.telephony_session_id,
            "partyId": record.party_id,
            "startTime": iso(record.started_at),
            "duration": record.duration_ms // 1000,
            "durationMs": record.duration_ms,
            "type": "Voice",
            "internalType": record.internal_type,
            "direction": _direction(inbound=record.inbound),
            "action": record.action,
            "result": record.result,
            "from": self._party(record.caller),
            "to": self._party(record.callee),
            "extension": {"id": self._account.me.id, "uri": self._uri(self._own)},
        }
        if record.reason:
            written |= {"reason": record.reason, "reasonDescription": record.reason}
        if record.recording:
            written["recording"] = self._recording(*record.recording)
        if record.message_id:
            path = f"{self._own}/message-store/{record.message_id}"
            written["message"] = {"id": record.message_id, "type": "VoiceMail", "uri": self._uri(path)}
        if record.deleted:
            written["deleted"] = True
        if self._detailed:
            written["transport"] = record.transport
            written["lastModifiedTime"] = iso(record.modified_at)
            written["billing"] = {"costIncluded": 0, "costPurchased": 0}
            written["legs"] = [self._leg(record, leg) for leg in record.legs or (_only_leg(record),)]
        return written

    def live(self, call: Call, now: float, result: str) -> dict[str, Any]:
        """A call that is on or has just ended, as active-calls lists it."""
        seconds = call.seconds(now)
        record_id = f"L{call.session_id}"
        written = {
            "uri": self.address(record_id),
            "id": record_id,
            "sessionId": call.session_id,
            "telephonySessionId": call.telephony_session_id,
            "partyId": call.party_id,
            "startTime": iso(call.started_at),
            "duration": int(seconds),
            "durationMs": int(seconds * 1000),
            "type": "Voice",
            "direction": _direction(inbound=call.inbound),
            "action": "RingOut Web" if call.ring_out else "Phone Call" if call.inbound else "VoIP Call",
            "result": result,
            "from": self._party(call.caller),
            "to": self._party(call.callee),
        }
        if self._detailed:
            written["transport"] = transport(call)
        return written

    def address(self, record_id: str) -> str:
        """Where a record is."""
        view = "Detailed" if self._detailed else "Simple"
        return self._uri(f"{self._own}/call-log/{record_id}?view={view}")

    def _leg(self, record: Record, leg: Leg) -> dict[str, Any]:
        return {
            "startTime": iso(leg.started_at),
            "duration": leg.duration_ms // 1000,
            "durationMs": leg.duration_ms,
            "type": "Voice",
            "direction": _direction(inbound=leg.inbound),
            "action": leg.action,
            "result": leg.result,
            **({"reason": leg.reason} if leg.reason else {}),
            "from": self._party(leg.caller),
            "to": self._party(leg.callee),
            "legType": leg.type,
            "master": leg.master,
            "transport": record.transport,
            "telephonySessionId": record.telephony_session_id,
            "extension": {"id": self._account.me.id, "uri": self._uri(self._own)},
        }

    def _party(self, party: Party) -> dict[str, Any]:
        written: dict[str, Any] = {}
        if party.is_extension:
            written["extensionNumber"] = party.number
            colleague = self._account.colleague(party.number)
            if colleague is not None:
                written["extensionId"] = str(colleague.id)
        elif party.number:
            written["phoneNumber"] = party.number
            person = self._account.person(party.number)
            if person is not None:
                written["location"] = person.location
        if party.name:
            written["name"] = party.name
        return written

    def _recording(self, recording_id: str, kind: str) -> dict[str, str]:
        uri = self._uri(f"{self._base}/recording/{recording_id}")
        return {"id": recording_id, "uri": uri, "type": kind, "contentUri": f"{uri}/content"}


def transport(call: Call) -> str:
    """Over the company's own phones, or over the public network."""
    return "VoIP" if call.peer.is_extension else "PSTN"


def _direction(*, inbound: bool) -> str:
    return "Inbound" if inbound else "Outbound"


def _only_leg(record: Record) -> Leg:
    return Leg(
        "Accept" if record.inbound else "SipToPstnUnmetered",
        record.inbound,
        record.caller,
        record.callee,
        record.started_at,
        record.duration_ms,
        record.action,
        record.result,
        record.reason,
        master=True,
    )
