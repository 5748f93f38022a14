"""The tutorial's three captured sequences, delivered as they were captured."""

from __future__ import annotations

import pytest

from tests.client.captures import ANSWERED, MISSED, RINGOUT
from tests.e2e.one_run import Desk
from tests.helpers.process import Sandbox
from tests.helpers.wait import wait_until


def test_the_three_captures_are_one_missed_one_answered_call_and_one_ringout(
    platform: Sandbox, running: Desk
) -> None:
    for notification in (*MISSED, *ANSWERED, *RINGOUT):
        platform.push(notification)
    wait_until(lambda: len(running.history()) == 3, why="not three calls")
    wait_until(lambda: running.ask("calls")["calls"] == [])
    told = [(call["direction"], call["outcome"], call["number"]) for call in running.history()]
    assert told == [
        ("outbound", "connected", "+16502008440"),
        ("inbound", "answered", "+13027430863"),
        ("inbound", "missed", "+13027430863"),
    ]
    assert running.ask("status")["missed"] == 1


def test_a_call_answered_elsewhere_was_not_missed_before_the_log_has_it(
    platform: Sandbox, running: Desk
) -> None:
    plan = [{"after": 20, "do": "answer-elsewhere"}]
    platform.post("calls", **{"direction": "Inbound", "from": "+16505550177", "plan": plan})
    wait_until(lambda: running.history(), within=20, why="the call is not listed")
    (call,) = running.history()
    assert (call["outcome"], call["provisional"]) == ("answered_elsewhere", True)
    assert running.ask("status")["missed"] == 0


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 0, 2)])
def test_late_and_repeated_notifications_change_nothing(
    platform: Sandbox, running: Desk, order: tuple[int, ...]
) -> None:
    for place in order:
        platform.push(ANSWERED[place] | {"uuid": f"first-{place}"})
        platform.push(ANSWERED[place] | {"uuid": f"again-{place}"})
    wait_until(lambda: running.history() and running.ask("calls")["calls"] == [])
    assert [call["outcome"] for call in running.history()] == ["answered"]
