"""The same calls as telephony sessions: notifications of them, and the session read over REST."""

from typing import Any

from rcdesk.sandbox.account import Account
from rcdesk.sandbox.calls import Call, Outcome, Party, State
from rcdesk.sandbox.clock import iso

_CODES = {
    State.RINGING: "Proceeding",
    State.CONNECTED: "Answered",
    State.ON_HOLD: "Hold",
    State.PARKED: "Parked",
    State.ENDED: "Disconnected",
}
_REASONS = {
    Outcome.DECLINED: "Rejected",
    Outcome.VOICEMAIL: "Voicemail",
    Outcome.ELSEWHERE: "CallRedirected",  # "Pickup" would promise that it goes on here
    Outcome.NO_ANSWER: "NoAnswer",
    Outcome.BUSY: "TargetBusy",
    Outcome.MISSED: "NoAnswer",
    Outcome.GAVE_UP: "Cancelled",
}


def notification(account: Account, call: Call, now: float) -> dict[str, Any]:
    """The body of a telephony session notification: only the party that changed, the user's own."""
    party = _party(account, call)
    return {
        "sequence": call.events,
        "sessionId": call.session_id,
        "telephonySessionId": call.telephony_session_id,
        "serverId": "sandbox",
        "eventTime": iso(now),
        "origin": {"type": "RingOut" if call.ring_out else "Call"},
        "parties": [
            {
                **party,
                "accountId": str(account.id),
                "extensionId": account.extension_id,
                "missedCall": call.outcome in (Outcome.MISSED, Outcome.GAVE_UP, Outcome.VOICEMAIL),
                "queueCall": bool(call.queue),
            }
        ],
    }


def session(account: Account, call: Call) -> dict[str, Any]:
    """What GET of a telephony session says."""
    owner = {"accountId": str(account.id), "extensionId": account.extension_id}
    return {
        "id": call.telephony_session_id,
        "origin": {"type": "RingOut" if call.ring_out else "Call"},
        "creationTime": iso(call.started_at),
        "parties": [{**_party(account, call), "accountId": str(account.id), "owner": owner}],
    }


def _party(account: Account, call: Call) -> dict[str, Any]:
    status: dict[str, Any] = {"code": _CODES[call.state], "rcc": False}
    if call.outcome in _REASONS:
        status["reason"] = _REASONS[call.outcome]
    if call.outcome is Outcome.ELSEWHERE and call.queue:
        status["reason"] = "AgentAnswered"
    made = {
        "id": call.party_id,
        "direction": "Inbound" if call.inbound else "Outbound",
        "from": _side(account, call.caller),
        "to": _side(account, call.callee),
        "status": status,
        "muted": call.muted,
        "standAlone": False,
    }
    if call.state is State.PARKED and call.park:
        made["park"] = {"id": call.park}
    return made


def _side(account: Account, party: Party) -> dict[str, str]:
    side = {"phoneNumber": party.number or "anonymous"}
    if party.name:
        side["name"] = party.name
    colleague = account.colleague(party.number)
    if colleague is not None:
        side["extensionId"] = str(colleague.id)
    return side
