"""The user's presence as the platform tells it: in notifications and over REST."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from rcdesk.sandbox.calls import Call, Deed, Party, State
from rcdesk.sandbox.clock import iso

LISTED = 7
"""activeCalls has the latest seven calls; totalActiveCalls tells how many there are."""

TELEPHONY = {
    State.RINGING: "Ringing",
    State.CONNECTED: "CallConnected",
    State.ON_HOLD: "OnHold",
    State.PARKED: "ParkedCall",
    State.ENDED: "NoCall",
}
_PRECEDENCE = ("CallConnected", "OnHold", "Ringing", "ParkedCall", "NoCall")


@dataclass(frozen=True)
class Wishes:
    """What the user has chosen; all of it can be set by PUT presence."""

    user_status: str = "Available"
    dnd_status: str = "TakeAllCalls"
    message: str = ""
    allow_see: bool = True
    ring_on_monitored: bool = False
    pick_up_on_hold: bool = False
    caller_id_visibility: str = "All"
    accept_queue_calls: bool = True

    def changed(self, **changes: Any) -> "Wishes":
        """These wishes with some of them changed."""
        return replace(self, **changes)


def aggregated(calls: Iterable[Call]) -> str:
    """One telephony status over all calls; a call in the middle of a flicker counts as none."""
    present = {"NoCall" if call.hidden else TELEPHONY[call.state] for call in calls}
    return next((status for status in _PRECEDENCE if status in present), "NoCall")


def status_of(wishes: Wishes, telephony: str) -> str:
    """What others see. Ringing alone leaves the user available, as in the platform's own samples."""
    if wishes.user_status == "Offline":
        return "Offline"
    busy = wishes.user_status == "Busy" or wishes.dnd_status == "DoNotAcceptAnyCalls"
    return "Busy" if busy or telephony in ("CallConnected", "OnHold") else "Available"


def settings(wishes: Wishes) -> dict[str, Any]:
    """The fields that notifications and REST share."""
    return {
        "userStatus": wishes.user_status,
        "meetingStatus": "Disconnected",
        "dndStatus": wishes.dnd_status,
        "allowSeeMyPresence": wishes.allow_see,
        "ringOnMonitoredCall": wishes.ring_on_monitored,
        "pickUpCallsOnHold": wishes.pick_up_on_hold,
    }


def notification(
    extension_id: str,
    wishes: Wishes,
    live: list[Call],
    told: Call | None,
    deed: Deed | None,
    sequence: int,
    rng: random.Random,
) -> dict[str, Any]:
    """The body of a presence notification in full detail.

    `told` is the call that something happened to, `deed` what. A call that has just ended is in it once more,
    with NoCall. Numbers come with or without +, as they do from the platform (tutorial, "Outbound Call Statuses").
    """
    listed = [told] if told is not None and told not in live else []
    listed = [*live, *listed][-LISTED:]
    telephony = aggregated(live)
    return {
        "extensionId": extension_id,
        "telephonyStatus": telephony,
        "activeCalls": [entry(call, rng, deed if call is told else None) for call in listed],
        "sequence": sequence,
        "presenceStatus": status_of(wishes, telephony),
        **settings(wishes),
        "totalActiveCalls": len(live),
    }


def rest(wishes: Wishes, live: list[Call], *, detailed: bool) -> dict[str, Any]:
    """What GET presence says, less the links; live calls only with `detailed`."""
    telephony = aggregated([call for call in live if not call.hidden])
    body: dict[str, Any] = {
        "presenceStatus": status_of(wishes, telephony),
        "telephonyStatus": telephony,
        **settings(wishes),
        "callerIdVisibility": wishes.caller_id_visibility,
        "acceptCallQueueCalls": wishes.accept_queue_calls,
    }
    if wishes.message:
        body["message"] = wishes.message
    if detailed:
        body["activeCalls"] = [entry(call, None) for call in live[-LISTED:]]
    return body


def entry(call: Call, rng: random.Random | None, deed: Deed | None = None) -> dict[str, Any]:
    """One activeCalls entry; without `rng` every number has its +."""
    over = call.hidden or not call.alive
    made: dict[str, Any] = {
        "id": call.leg_id,
        "direction": "Inbound" if call.inbound else "Outbound",
        "queueCall": bool(call.queue),
        "from": _number(call.caller, rng),
        "to": _number(call.callee, rng),
        "startTime": iso(call.started_at),
        "telephonyStatus": "NoCall" if over else TELEPHONY[call.state],
        "sessionId": call.session_id,
        "telephonySessionId": call.telephony_session_id,
        "partyId": call.party_id,
    }
    if call.caller.name:
        made["fromName"] = call.caller.name
    if call.callee.name:
        made["toName"] = call.callee.name
    if over and rng is not None:
        _say_how_it_ended(made, call, deed, rng)
    if call.ring_out and call.state is State.RINGING and rng is not None:
        del made["id"]  # the tutorial's captured RingOut has none in its first event
    return made


def _say_how_it_ended(made: dict[str, Any], call: Call, deed: Deed | None, rng: random.Random) -> None:
    if call.hidden:
        if rng.random() < 0.5:
            made["terminationType"] = "intermediate"
        return
    made["terminationType"] = "intermediate" if deed is Deed.ANSWER_ELSEWHERE else "final"
    if rng.random() < 0.25:
        made["to"] = ""  # as in the tutorial's captured end of an answered call


def _number(party: Party, rng: random.Random | None) -> str:
    number = party.number or "anonymous"
    if rng is not None and number.startswith("+") and rng.random() < 0.25:
        return number[1:]
    return number
