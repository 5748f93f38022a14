"""A lively world: the same seed tells the same story, and calls end in every way."""

from __future__ import annotations

from typing import Any

from rcdesk.sandbox.account import make_account
from rcdesk.sandbox.agenda import Agenda
from rcdesk.sandbox.calls import Call, Outcome
from rcdesk.sandbox.director import FIRST_RING, MOST_AT_ONCE, Director
from rcdesk.sandbox.world import World

START = 10.0  # when somebody subscribes


def story(seed: int, seconds: int) -> tuple[list[tuple[float, str]], list[Call], int]:
    """When who rang, the calls that ended, and how many were on at most."""
    now = [0.0]
    agenda = Agenda()
    world = World(make_account(seed), lambda: now[0], agenda)
    rang: dict[str, tuple[float, str]] = {}
    ended: list[Call] = []
    most = [0]

    def hear(kind: str, extension_id: str, body: dict[str, Any]) -> None:
        most[0] = max(most[0], len(world.live))
        for call in world.live:
            rang.setdefault(call.session_id, (now[0], call.caller.name))

    world.on_event, world.on_ended = hear, ended.append
    Director(world, agenda).begin_when(lambda: now[0] >= START)
    for step in range(seconds * 4):
        now[0] = step / 4
        agenda.run(now[0])
    return list(rang.values()), ended, most[0]


def test_the_first_call_comes_soon_and_from_somebody_known() -> None:
    rang, _, _ = story(1, 60)
    assert rang[0] == (START + FIRST_RING, "Martin Olsen")
    assert len(rang) >= 2


def test_the_same_seed_tells_the_same_story() -> None:
    assert story(2, 300)[0] == story(2, 300)[0]
    assert story(2, 300)[0] != story(3, 300)[0]


def test_calls_end_in_every_way_and_never_too_many_are_on() -> None:
    _, ended, most = story(1, 7200)
    assert {call.outcome for call in ended} == set(Outcome) - {
        Outcome.NO_ANSWER,
        Outcome.BUSY,
    }
    assert most <= MOST_AT_ONCE
