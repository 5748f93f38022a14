"""How long an event takes from its sending to the painted row and the card on screen, over both transports.

Sender, sandbox and rcdesk are processes of their own on one screen. The sender posts raw notifications to the
sandbox, which delivers them as they are: calls that ring, are answered, held and taken up again, and end, about
five at a time. rcdesk tells in its trace when it heard, and when it painted. All read the same monotonic clock.

The transport's share is from just before the post, so with the sandbox's own work, until rcdesk has decoded
the notification. See README.md here for how to run it.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import sys
import tempfile
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.helpers.process import Home, Rcdesk, Sandbox, sandbox
from tests.helpers.wait import wait_until

MOST = {"websocket": 16.0, "pubnub": 25.0}  # ms that 99 of 100 events may take to the screen
LIFE = ("Ringing", "CallConnected", "OnHold", "CallConnected", "NoCall")
STAGES = {"Ringing": "ringing", "CallConnected": "connected", "OnHold": "on_hold"}
LIVE = 5  # calls at a time
FIRST_SESSION = 800_000_000_000
SETTLE = 4.0  # seconds after the window is there: contacts and call log are read, which no call waits for


@dataclass(frozen=True, slots=True)
class Sent:
    """One event: what became of which call, and when it left (ns)."""

    sequence: int
    session: str
    status: str
    at: int


@dataclass(frozen=True, slots=True)
class Share:
    """What was measured of one part of the way: ms, and how many events never got there."""

    name: str
    taken: Sequence[float]
    lost: int

    def part(self, share: float) -> float:
        """Return the time within which this share of all events, the lost ones too, got there."""
        place = int(share * (len(self.taken) + self.lost))
        ordered = sorted(self.taken)
        return ordered[place] if place < len(ordered) else float("inf")

    def __str__(self) -> str:
        figures = f"{self.part(0.5):7.2f} {self.part(0.99):7.2f} {max(self.taken, default=0.0):7.2f}"
        return f"  {self.name:<26} {len(self.taken):>5} {self.lost:>5} {figures}"


def happenings() -> Iterator[tuple[str, str]]:
    """Yield session and telephony status of one event after the other: each call has LIVE steps, one at a time."""
    live: deque[tuple[str, Iterator[str]]] = deque()
    sessions = itertools.count(FIRST_SESSION)
    for turn in itertools.count():
        if turn % LIVE == 0:
            live.append((str(next(sessions)), iter(LIFE)))
        session, steps = live.popleft()
        status = next(steps)
        if status != LIFE[-1]:
            live.append((session, steps))
        yield session, status


def active_call(session: str, status: str, since: str) -> dict[str, Any]:
    """Return the entry of one call, as detailed presence has it."""
    call = {
        "id": session,
        "direction": "Inbound",
        "from": f"+1650555{int(session) % 10_000:04}",
        "fromName": f"Caller {int(session) % 10_000}",
        "to": "+16505550100",
        "telephonyStatus": status,
        "startTime": since,
        "sessionId": session,
        "partyId": f"p-{session}-1",
        "telephonySessionId": f"s-{session}",
    }
    return call | ({"terminationType": "final"} if status == "NoCall" else {})


class Sender:
    """Sends events at a steady pace, each by a post on the one connection that it holds."""

    def __init__(self, platform: Sandbox) -> None:
        control = urlsplit(platform.info["control"])
        assert control.hostname
        self._connection = http.client.HTTPConnection(control.hostname, control.port, timeout=10)
        self._path = f"{control.path}/push"
        self._extension = platform.info["extension_id"]
        self._calls: dict[str, dict[str, Any]] = {}
        self._pause = threading.Event()

    def send(self, seconds: float, rate: float) -> list[Sent]:
        """Send `rate` events a second for so many seconds; return them."""
        sent, began = [], time.monotonic()
        for number, (session, status) in enumerate(itertools.islice(happenings(), int(seconds * rate)), 1):
            self._pause.wait(max(0.0, began + number / rate - time.monotonic()))
            sent.append(self._post(number, session, status))
        return sent

    def _post(self, sequence: int, session: str, status: str) -> Sent:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        since = self._calls.get(session, {}).get("startTime", now)
        self._calls[session] = active_call(session, status, since)
        body = json.dumps(self._notification(sequence, now, status)).encode()
        at = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        self._connection.request("POST", self._path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 204, answer.status
        if status == "NoCall":
            del self._calls[session]
        return Sent(sequence, session, status, at)

    def _notification(self, sequence: int, now: str, status: str) -> dict[str, Any]:
        path = f"/restapi/v1.0/account/~/extension/{self._extension}/presence"
        return {
            "uuid": str(uuid.uuid4()),
            "event": f"{path}?detailedTelephonyState=true&totalActiveCalls=true",
            "timestamp": now,
            "ownerId": self._extension,
            "body": {
                "extensionId": self._extension,
                "telephonyStatus": status,
                "activeCalls": list(self._calls.values()),
                "totalActiveCalls": len(self._calls),
                "sequence": sequence,
                "presenceStatus": "Busy",
                "userStatus": "Available",
                "dndStatus": "TakeAllCalls",
            },
        }


class Trace:
    """What rcdesk told: each moment by its name, with all times (ns) at which it was reached."""

    def __init__(self, path: Path) -> None:
        self._times: dict[str, list[int]] = {}
        for line in path.read_text().splitlines():
            name, _, at = line.rpartition(" ")
            self._times.setdefault(name, []).append(int(at))

    def after(self, name: str, at: int) -> int | None:
        """Return when `name` was reached first after `at`, None if it was not."""
        return next((time for time in self._times.get(name, ()) if time >= at), None)


def shares(sent: Sequence[Sent], trace: Trace) -> list[Share]:
    """Measure each part of the way. An event whose row was painted only for a later one counts as lost."""
    following: dict[tuple[str, int], int] = {}
    last: dict[str, Sent] = {}
    for event in sent:
        if event.session in last:
            following[event.session, last[event.session].sequence] = event.at
        last[event.session] = event
    names = ("sent to heard", "heard to row painted", "heard to card on screen")
    whole = ("sent to row painted", "sent to card on screen")
    taken: dict[str, list[float | None]] = {name: [] for name in (*names, *whole)}
    for event in sent:
        heard = trace.after(f"heard {event.sequence}", event.at)
        taken[names[0]].append(_ms(event.at, heard))
        seen = {}
        if event.status in STAGES:
            row = trace.after(f"painted-row {event.session} {STAGES[event.status]}", event.at)
            end = following.get((event.session, event.sequence))
            seen[names[1], whole[0]] = row if row and (end is None or row < end) else None
        if event.status == "Ringing":
            seen[names[2], whole[1]] = trace.after(f"painted-card {event.session}-inbound-1", event.at)
        for (from_heard, from_sent), painted in seen.items():
            taken[from_heard].append(_ms(heard, painted))
            taken[from_sent].append(_ms(event.at, painted))
    return [
        Share(name, [it for it in found if it is not None], found.count(None))
        for name, found in taken.items()
    ]


def _ms(begin: int | None, end: int | None) -> float | None:
    return None if begin is None or end is None else (end - begin) / 1e6


def measure(transport: str, seconds: float, rate: float, folder: Path) -> list[Share]:
    """Run sandbox and rcdesk and send events from one to the other."""
    trace = folder / "trace"
    person = Rcdesk(Home(folder / "home"))
    with sandbox(folder / "sandbox", "--records", "1000", "--rate-limits", "off") as platform:
        info = platform.info
        options = ("--server", info["server"], "--client-id", info["client_id"], "--push", transport)
        secrets = {"SECRET": info["client_secret"], "JWT": info["jwt"], "RCDESK_TRACE": str(trace)}
        with person.start(
            *options, "--client-secret-env", "SECRET", "--jwt-env", "JWT", **secrets
        ) as program:

            def live() -> bool:
                assert program.process.poll() is None, program.stderr[-2000:]
                link = person.ask("status").get("link", {})
                return (link.get("state"), link.get("transport")) == ("live", transport)

            wait_until(live, within=30, why=f"rcdesk is not live over {transport}")
            threading.Event().wait(SETTLE)
            sent = Sender(platform).send(seconds, rate)
            threading.Event().wait(1.0)
            assert not program.stderr, program.stderr[-2000:]
    return shares(sent, Trace(trace))


def main() -> int:
    """Measure, print a table, and return 1 if an event takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=60, help="of sending, per transport (%(default)s)")
    parser.add_argument("--rate", type=float, default=20, help="events a second (%(default)s)")
    parser.add_argument("--only", choices=tuple(MOST), help="one transport alone")
    args = parser.parse_args()
    fine = True
    for transport in (args.only,) if args.only else tuple(MOST):
        with tempfile.TemporaryDirectory(prefix="rcdesk-bench-") as name:
            measured = measure(transport, args.seconds, args.rate, Path(name))
        print(f"{transport}, {args.rate:g} events a second for {args.seconds:g} s; ms:")
        print(f"  {'':<26} {'count':>5} {'lost':>5} {'p50':>7} {'p99':>7} {'max':>7}")
        print(*measured, sep="\n")
        for share in measured[-2:]:
            good = share.part(0.99) <= MOST[transport]
            fine &= good
            print(f"  {share.name}: 99 % within {share.part(0.99):.1f} ms, at most {MOST[transport]:g} ms: "
                  f"{'ok' if good else 'TOO MUCH'}")  # fmt: skip
    return 0 if fine else 1


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb")
    sys.exit(main())
