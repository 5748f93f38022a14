"""Makes the world lively: people call the user now and then, and their calls end in every way there is."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from rcdesk.sandbox.account import Account, Person
from rcdesk.sandbox.agenda import Agenda
from rcdesk.sandbox.calls import Deed, Party
from rcdesk.sandbox.chance import chance
from rcdesk.sandbox.world import Step, World

FIRST_RING = 3.0
"""World seconds from the first subscription (when it is seen) to the first call."""
LOOK = 0.5
"""World seconds between two looks whether somebody has subscribed."""
PAUSE = (14.0, 40.0)
"""World seconds between the beginnings of two calls."""
MOST_AT_ONCE = 3


@dataclass(frozen=True)
class Scene:
    """A call and its fate; the times are the shortest and longest world seconds before each deed."""

    deeds: tuple[tuple[Deed, float, float], ...]
    weight: int
    queue: bool = False


TALK = Scene(((Deed.ANSWER, 4, 9), (Deed.HANG_UP, 25, 80)), 30)
HOLD = Scene(((Deed.ANSWER, 3, 7), (Deed.HOLD, 8, 15), (Deed.UNHOLD, 6, 14), (Deed.HANG_UP, 15, 40)), 15)
QUEUE = Scene(((Deed.ANSWER, 5, 12), (Deed.HANG_UP, 25, 60)), 15, queue=True)
TAKEN = Scene(((Deed.ANSWER_ELSEWHERE, 5, 11),), 8, queue=True)
UNHEARD = Scene(((Deed.MISS, 14, 24),), 14)
MESSAGE = Scene(((Deed.VOICEMAIL, 14, 22),), 8)
REFUSED = Scene(((Deed.DECLINE, 4, 8),), 4)
IMPATIENT = Scene(((Deed.HANG_UP, 2, 4),), 3)
RESTLESS = Scene(((Deed.FLICKER, 3, 5), (Deed.ANSWER, 3, 6), (Deed.HANG_UP, 20, 40)), 3)
SCENES = (TALK, HOLD, QUEUE, TAKEN, UNHEARD, MESSAGE, REFUSED, IMPATIENT, RESTLESS)
OPENING = (QUEUE, TALK, UNHEARD, HOLD)
"""How the first calls go, so that the first minute shows the most."""


class Director:
    """Starts one call after another; the same seed tells the same story."""

    def __init__(self, world: World, agenda: Agenda) -> None:
        self._world = world
        self._agenda = agenda
        self._rng = chance("director", world.account.seed)
        self._opening = list(zip(OPENING, world.account.people, strict=False))

    def begin_when(self, ready: Callable[[], bool]) -> None:
        """Let the first phone ring soon after `ready` has become true; look for that now and then."""
        if ready():
            self._agenda.at(self._world.now() + FIRST_RING, self._next_call)
        else:
            self._agenda.at(self._world.now() + LOOK, partial(self.begin_when, ready))

    def _next_call(self) -> None:
        self._agenda.at(self._world.now() + self._rng.uniform(*PAUSE), self._next_call)
        if len(self._world.live) < MOST_AT_ONCE:
            self._play(*self._scene())

    def _scene(self) -> tuple[Scene, Party]:
        if self._opening:
            scene, person = self._opening.pop(0)
            return scene, Party(person.number, person.name)
        scene = self._rng.choices(SCENES, [scene.weight for scene in SCENES])[0]
        return scene, caller(self._world.account, self._rng)

    def _play(self, scene: Scene, peer: Party) -> None:
        account = self._world.account
        queue = account.queues[0] if scene.queue else None
        callee = Party(queue.number, queue.name) if queue else Party(account.me.number, account.me.name)
        plan = [Step(self._rng.uniform(least, most), deed) for deed, least, most in scene.deeds]
        self._world.ring(
            inbound=True, caller=peer, callee=callee, queue=queue.name if queue else "", plan=plan
        )


def caller(account: Account, rng: random.Random) -> Party:
    """Somebody who might call: mostly people from outside, now and then a colleague or nobody known."""
    roll = rng.random()
    if roll < 0.06:
        return Party()
    if roll < 0.2:
        colleague = rng.choice([one for one in account.colleagues if one.type == "User"])
        return Party(colleague.extension, colleague.name)
    people: Sequence[Person] = account.people
    person = rng.choice(people)
    return Party(person.number, person.name if person.known else "")
