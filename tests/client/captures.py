"""The three sequences that the CTI tutorial prints under "Call States", as data."""

from __future__ import annotations

import json
from typing import Any


def _notification(
    extension: int, sequence: int, at: str, uuid: str, status: str, call: dict[str, Any]
) -> dict[str, Any]:
    return {
        "body": {
            "telephonyStatus": status,
            "extensionId": extension,
            "activeCalls": [{**call, "telephonyStatus": status}],
            "sequence": sequence,
        },
        "timestamp": at,
        "uuid": uuid,
        "event": f"/restapi/v1.0/account/~/extension/{extension}/presence?detailedTelephonyState=true",
    }


def _inbound(leg: str, to: str = "18885434778") -> dict[str, Any]:
    return {"direction": "Inbound", "from": "13027430863", "to": to, "sessionId": "67029198021", "id": leg}


_RINGOUT = {"direction": "Outbound", "from": "16509540334", "to": "16502008440", "sessionId": "915021981016"}
_MISSED_LEG = "8ad4d5ea165f4e2aa00474a666368728"
_ANSWERED_LEG = "61803278cbf74d7490539a6174a6c094"
_RINGOUT_LEG = {"id": "b5ea44d61b6a4658aadf948348db069c"}

MISSED = [
    _notification(607457016, 133702, "2015-04-10T18:48:55.133+0000", "2b5bb8c0-c36c-46af-bd93-fb41e330d87c", "Ringing", _inbound(_MISSED_LEG)),
    _notification(607457016, 133857, "2015-04-10T18:49:14.679+0000", "a5a876ab-3356-41e5-b1fe-fff91da3a281", "NoCall", _inbound(_MISSED_LEG)),
]  # fmt: skip
ANSWERED = [
    _notification(607457016, 133897, "2015-04-10T18:49:20.858+0000", "c394ccf6-85dd-4da4-a87e-d31fac7f1283", "Ringing", _inbound(_ANSWERED_LEG)),
    _notification(607457016, 133942, "2015-04-10T18:49:26.687+0000", "96df6fdd-a2a4-42fb-bc34-cffb5d637754", "CallConnected", _inbound(_ANSWERED_LEG)),
    _notification(607457016, 134051, "2015-04-10T18:49:41.828+0000", "7fa7ac3c-5b7b-4127-88ec-9734f478d4a3", "NoCall", _inbound(_ANSWERED_LEG, to="")),
]  # fmt: skip
RINGOUT = [
    _notification(255537016, 46061598, "2015-04-17T19:38:59.718+0000", "305b8075-5dad-4686-b22a-d26744802566", "Ringing", _RINGOUT),
    _notification(255537016, 46062162, "2015-04-17T19:39:12.950+0000", "71673991-dad0-4c8e-9c22-78b0244c790c", "CallConnected", _RINGOUT | _RINGOUT_LEG),
    _notification(255537016, 46063265, "2015-04-17T19:39:40.172+0000", "97b01949-1438-45f2-856a-54f89e83367f", "NoCall", _RINGOUT | _RINGOUT_LEG),
]  # fmt: skip


def as_bytes(notification: dict[str, Any]) -> bytes:
    """The notification as it comes over the wire."""
    return json.dumps(notification).encode()
