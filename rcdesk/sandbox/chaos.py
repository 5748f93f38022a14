"""A day on which everything goes wrong, one thing after the other: what, how, and for how long.

Pure: the same seed tells the same day. Seconds are real ones at any speed of the world, because what a client can
notice, such as a ping that is not answered, is measured by its own clock.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rcdesk.sandbox.chance import chance

API = "/restapi/v1.0"
PAUSE = (6.0, 10.0)
"""Shortest and longest calm before a fault: enough for a client to be right again, within five seconds."""
LONGEST = 45.0
"""The longest that any fault is on: more than a client needs to notice a dead line, which is pinged each 30 s."""


@dataclass(frozen=True)
class Bout:
    """A calm, then a fault that is on for some seconds; 0 for what happens once.

    `faults` is what is asked of the control API: the fault itself, then what makes a client meet it.
    """

    kind: str
    pause: float
    seconds: float
    faults: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class _Recipe:
    """Shortest and longest duration of a kind, its details, and other kinds that make a client meet it."""

    least: float = 0.0
    most: float = 0.0
    details: Callable[[random.Random], dict[str, Any]] = lambda rng: {}
    along: tuple[str, ...] = ()


def _skew(rng: random.Random) -> dict[str, Any]:
    return {"seconds": rng.choice((-1, 1)) * rng.randint(1, 600)}


def _errors(rng: random.Random) -> dict[str, Any]:
    return {"status": rng.choice((500, 502, 503, 504)), "rate": rng.choice((0.5, 1.0))}


def _to_api(rng: random.Random) -> dict[str, Any]:
    return {"path": API}


_ANEW = ("drop-connections",)
"""A client that has lost its connections asks for much again."""
_RECIPES: dict[str, _Recipe] = {
    "close-push": _Recipe(details=lambda rng: {"code": rng.choice(("WSG-902", "WSG-903"))}),
    "drop-connections": _Recipe(),
    "expire-tokens": _Recipe(),
    "expire-sync-tokens": _Recipe(),
    "duplicate": _Recipe(4, 10),
    "reorder": _Recipe(4, 10),
    "rollback-timetoken": _Recipe(4, 8, lambda rng: {"count": rng.randint(1, 3)}),
    "wrong-key": _Recipe(4, 8),
    "clock-skew": _Recipe(5, 15, _skew, _ANEW),
    "fail-recovery": _Recipe(3, 6, along=_ANEW),
    "overflow-buffer": _Recipe(3, 6, along=_ANEW),
    "refuse-wstoken": _Recipe(4, 10, lambda rng: {"status": 503}, _ANEW),
    "refuse-pubnub": _Recipe(5, 12),
    "half-open": _Recipe(8, LONGEST, lambda rng: {"block": rng.random() < 0.25}),
    "late-refresh": _Recipe(6, 12, lambda rng: {"seconds": rng.uniform(3, 30)}, ("expire-tokens", *_ANEW)),
    "latency": _Recipe(5, 10, lambda rng: {"path": "/restapi/", "seconds": rng.uniform(0.5, 3)}, _ANEW),
    "server-errors": _Recipe(4, 10, _errors, _ANEW),
    "slow-drip": _Recipe(6, 12, lambda rng: {"path": API, "seconds": rng.uniform(2, 8)}, _ANEW),
    "truncate-body": _Recipe(3, 6, _to_api, _ANEW),
    "oversize-body": _Recipe(3, 6, _to_api, _ANEW),
    "junk-json": _Recipe(3, 6, _to_api, _ANEW),
    "wrong-content-type": _Recipe(3, 6, _to_api, _ANEW),
    "drop-push": _Recipe(3, 8),
    "mute-push": _Recipe(5, 15),
    "expire-subscription": _Recipe(),
    "rate-limit": _Recipe(
        8, 8, lambda rng: {"group": rng.choice(("light", "medium", "heavy", "auth")), "retry_after": 8}
    ),
}
KINDS = tuple(_RECIPES)
"""All that chaos can be made of: every kind but http-status, and those after which somebody must sign in."""
_BY_WISH_ALONE = ("drop-push", "mute-push", "expire-subscription", "rate-limit")
USUAL = tuple(kind for kind in KINDS if kind not in _BY_WISH_ALONE)
"""What it is made of unless said otherwise: no losses that a client can only find out by looking now and then, and
no penalty that it has not brought about itself."""


def day(seed: int, kinds: Iterable[str] = USUAL, pause: float | None = None) -> Iterator[Bout]:
    """Tell bout after bout, without end: each kind once in every round, the rounds in different orders.

    `pause` is the calm before each, instead of one by chance.
    """
    rng = chance("chaos", seed)
    deck = sorted(set(kinds))
    while True:
        rng.shuffle(deck)
        for kind in deck:
            recipe = _RECIPES[kind]
            yield Bout(
                kind=kind,
                pause=rng.uniform(*PAUSE) if pause is None else pause,
                seconds=rng.uniform(recipe.least, recipe.most),
                faults=({"kind": kind, **recipe.details(rng)}, *({"kind": other} for other in recipe.along)),
            )
