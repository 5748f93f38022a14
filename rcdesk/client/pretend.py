"""A pretend call, in the platform's own words: what the ring test sends down the way of every notification."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

MARK = "ring-test"
"""Begins the id of every pretend call. The platform's ids are numbers: none of its calls can be taken for one."""


def ringing(name: str, at: float) -> bytes:
    """Return the notification that a call of MARK and `name` has begun to ring at `at`."""
    return _notification(name, at, {"telephonyStatus": "Ringing"}, sequence=1, total=1)


def over(name: str, at: float, ended: float) -> bytes:
    """Return the notification that the call which began at `at` is over."""
    status = {"telephonyStatus": "NoCall", "terminationType": "final"}
    return _notification(name, at, status, sequence=2, total=0, told=ended)


def _notification(
    name: str, at: float, status: dict[str, Any], *, sequence: int, total: int, told: float | None = None
) -> bytes:
    call = {
        "id": f"{MARK}-leg-{name}",
        "direction": "Inbound",
        "queueCall": False,
        "from": "anonymous",
        "fromName": "Ring test",
        "startTime": _time(at),
        "sessionId": f"{MARK}-{name}",
    }
    envelope = {
        "uuid": f"{MARK}-{name}-{sequence}",
        "event": f"/restapi/v1.0/account/~/extension/{MARK}/presence?detailedTelephonyState=true",
        "timestamp": _time(at if told is None else told),
        "subscriptionId": MARK,
        "ownerId": MARK,
        "body": {
            "extensionId": MARK,
            "telephonyStatus": status["telephonyStatus"],
            "activeCalls": [call | status],
            "sequence": sequence,
            "totalActiveCalls": total,
        },
    }
    return json.dumps(envelope).encode()


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
