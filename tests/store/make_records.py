"""Records like those of a busy desk: the same for the same seed, as many as asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator

from rcdesk.core.calls import Direction
from rcdesk.core.history import LogRecord, Outcome

NOW = 1_795_466_700.0  # 2026-11-23 20:45 UTC
FIRST = [
    "Anna",
    "Björn",
    "Carla",
    "Daan",
    "Elif",
    "Farid",
    "Grace",
    "Hugo",
    "Ines",
    "Jürgen",
    "Kofi",
    "Lena",
    "Mateo",
    "Noor",
    "Oleg",
    "Priya",
]
LAST = [
    "Adler",
    "Berg",
    "Costa",
    "Duarte",
    "Eriksen",
    "Fischer",
    "García",
    "Hansen",
    "Ito",
    "Jensen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Novák",
]
PLACES = ("Menlo Park, CA", "Oslo", "Lyon", "")
OUTCOMES = {
    Direction.INBOUND: [Outcome.ANSWERED] * 6 + [Outcome.MISSED] * 2 + [Outcome.VOICEMAIL],
    Direction.OUTBOUND: [Outcome.CONNECTED] * 6 + [Outcome.NO_ANSWER] * 2 + [Outcome.BUSY],
}
TALKED = (Outcome.ANSWERED, Outcome.CONNECTED, Outcome.VOICEMAIL)


def make_records(count: int, seed: int = 1, now: float = NOW) -> Iterator[LogRecord]:
    """Return `count` records, newest first, about five minutes apart; one caller in 50 calls all the time."""
    dice = random.Random(seed)
    known = [(_name(dice), _number(dice)) for _ in range(max(20, count // 50))]
    started_at = now
    for nth in range(count):
        started_at -= dice.uniform(1, 600)
        direction = dice.choice(list(Direction))
        outcome = dice.choice(OUTCOMES[direction])
        name, number = dice.choice(known[:20] if dice.random() < 0.3 else known)
        yield LogRecord(
            record_id=f"L{nth:07}",
            session_id=str(67_000_000_000 + nth),
            direction=direction,
            outcome=outcome,
            started_at=round(started_at, 3),
            duration=float(dice.randrange(5, 1800)) if outcome in TALKED else 0.0,
            number=number,
            name=name if dice.random() < 0.8 else "",
            location=dice.choice(PLACES),
            own_number="+16505550100",
            queue="Support" if dice.random() < 0.1 else "",
        )


def _name(dice: random.Random) -> str:
    return f"{dice.choice(FIRST)} {dice.choice(LAST)}"


def _number(dice: random.Random) -> str:
    return f"+1{dice.randrange(200, 999)}{dice.randrange(200, 999)}{dice.randrange(10_000):04}"
