"""Whatever comes in from outside, the program lives, tells the truth and dials nothing by itself."""

from __future__ import annotations

import copy
import itertools
import json
import socket
import subprocess
from typing import Any

from tests.client.captures import ANSWERED
from tests.e2e.one_run import Desk
from tests.helpers.process import RCDESK, Sandbox
from tests.helpers.wait import wait_until

JUNK = (
    None, True, -1, 1.5, 2**64, "", "x", "\x00", "\u202e", "9" * 5000, [], {}, [[]],
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-99-99T00:00:00Z",
)  # fmt: skip
ENVELOPE = ("uuid", "event", "timestamp", "body", "subscriptionId")
BODY = ("extensionId", "telephonyStatus", "activeCalls", "totalActiveCalls", "dndStatus", "message")
CALL = ("sessionId", "direction", "telephonyStatus", "from", "fromName", "startTime", "queueCall", "id")
PLACES: list[list[Any]] = [
    *([name] for name in ENVELOPE),
    *(["body", name] for name in BODY),
    *(["body", "activeCalls", 0, name] for name in CALL),
]


def junk() -> list[dict[str, Any]]:
    """Each field of a notification once with each kind of junk; those that can still be read have ended."""
    made = []
    for nth, (path, value) in enumerate(itertools.product(PLACES, JUNK)):
        one = copy.deepcopy(ANSWERED[2]) | {"uuid": f"junk-{nth}"}
        one["body"]["activeCalls"][0] |= {"sessionId": str(10**6 + nth), "terminationType": "final"}
        place: Any = one
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        made.append(one)
    return made


def rings(platform: Sandbox, running: Desk, caller: str | dict[str, str]) -> str:
    """Let a call ring, and return its id once the program shows it."""
    made: str = platform.post("calls", **{"direction": "Inbound", "from": caller})["sessionId"]

    def shown() -> bool:
        assert running.running.process.poll() is None, running.running.stderr
        return made in [call["session_id"] for call in running.ask("calls")["calls"]]

    wait_until(shown, why="the call is not shown")
    return made


def test_junk_costs_itself_only(platform: Sandbox, running: Desk) -> None:
    for notification in junk():
        platform.push(notification)
    rings(platform, running, "+16505550177")
    assert running.ask("status")["link"]["state"] == "live"
    told = running.running.stderr
    assert "Traceback" not in told
    for field in ("$.timestamp", "$.body.activeCalls[0].direction", "$.body.activeCalls[0].startTime"):
        assert f"its field {field} is missing or unreadable" in told


def test_the_socket_answers_junk_and_goes_on(platform: Sandbox, running: Desk) -> None:
    path = running.program.home.folder / "run" / "rcdesk" / "default.sock"
    for line in (b"[" * 60_000, b"\xff\xfe", b"{}", b'{"command":"history","limit":' + b"9" * 30 + b"}",
                 b'{"command":"dial","number":"+16505550123","yes":"no"}'):  # fmt: skip
        with socket.socket(socket.AF_UNIX) as client, client.makefile("rb") as answers:
            client.connect(str(path))
            client.sendall(line + b"\n")
            json.loads(answers.readline())
    assert running.ask("status")["session"] == "signed_in"
    assert platform.state()["ring_outs"] == [], "“no” is no yes"
    assert "Traceback" not in running.running.stderr


def test_no_name_drives_the_terminal(platform: Sandbox, running: Desk) -> None:
    rings(platform, running, {"number": "+16505550177", "name": "\x1b[2J<b>Mallory</b>\r\n\u202eRinging"})
    said = running.program.say("calls")[1]
    assert "[2J<b>Mallory</b> Ringing  +1 650 555 0177" in said
    assert "\x1b" not in said
    assert len(said.splitlines()) == 2


def test_nothing_is_dialled_that_was_not_confirmed(platform: Sandbox, running: Desk) -> None:
    environ = running.program.home.environ()
    links = [
        subprocess.Popen((*RCDESK, f"tel:+1650555{nth:04d}"), env=environ, stderr=subprocess.DEVNULL)
        for nth in range(10)
    ]
    assert [link.wait(20) for link in links] == [0] * 10
    for text in ("911", "abc", "--yes", "1" * 10_000, "+1650555010<b>", "*67"):
        assert running.program.say("dial", "--yes", "--", text)[0] == 1
    assert running.program.say("dial", "+16505550100")[0] == 0
    assert running.program.say("tel:" + "9" * 70_000)[0] == 1
    assert platform.state()["ring_outs"] == []
