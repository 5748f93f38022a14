"""Chaos over the control API: faults one after the other, with a calm before each.

- ``POST chaos`` {seed, faults?, pause?}: begin such a day; the same seed tells the same one. `faults` are the kinds
  that it is made of, `pause` the seconds of each calm (6 to 10, by chance). One that is under way ends.
- ``DELETE chaos``: end it, and the fault that is on.

``GET state`` tells of it as `chaos`: {"seed", "fault": the kind that is on, or null, "since", "past": [{"kind",
"from", "until"}]}. All seconds and moments are real ones, whatever the speed of the world.
"""

from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from rcdesk.sandbox.chaos import KINDS, USUAL
from rcdesk.sandbox.chaos_director import ChaosDirector
from rcdesk.sandbox.control import PREFIX, ControlEndpoint
from rcdesk.sandbox.errors import invalid_parameter
from rcdesk.sandbox.rest import convert


class _Day(msgspec.Struct, forbid_unknown_fields=True):
    seed: int
    faults: Annotated[list[str], msgspec.Meta(min_length=1)] | None = None
    pause: Annotated[float, msgspec.Meta(ge=0.1, le=3600)] | None = None


class ChaosControl:
    """Begins and ends chaos."""

    def __init__(self, chaos: ChaosDirector) -> None:
        self._chaos = chaos

    def routes(self) -> list[Route]:
        """The routes."""
        return [Route(PREFIX + "/chaos", ControlEndpoint(POST=self.start, DELETE=self.stop))]

    def start(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Begin a day."""
        wanted: _Day = convert(body, _Day)
        for kind in wanted.faults or ():
            if kind not in KINDS:
                raise invalid_parameter("faults", kind)
        self._chaos.start(wanted.seed, wanted.faults or USUAL, wanted.pause)
        return self._chaos.truth()

    def stop(self, request: Request, body: dict[str, Any]) -> None:
        """End it."""
        self._chaos.stop()
