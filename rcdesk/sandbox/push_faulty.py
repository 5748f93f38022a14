"""Deliveries on their way, with the faults that the control API switches on."""

from collections.abc import Callable

from rcdesk.sandbox.faults import PushFaults

Delivery = Callable[[], None]
"""One notification on its way to all its subscribers; calling it hands it over."""


class FaultyLine:
    """Hands deliveries over, less what is dropped or muted, and in the order and number that faults make of it."""

    def __init__(self, faults: PushFaults) -> None:
        self._faults = faults
        self._held: list[Delivery] = []

    def send(self, delivery: Delivery) -> None:
        """Hand a delivery over, unless a fault hits it; then whatever was held back for it."""
        if self._faults.take("drop-push") or self._faults.take("mute-push"):
            return
        batch = [delivery, delivery] if self._faults.take("duplicate") else [delivery]
        if not self._held and self._faults.take("reorder"):
            self._held = batch
            return
        for one in batch:
            one()
        self.flush()

    def flush(self) -> None:
        """Hand over what is held back."""
        held, self._held = self._held, []
        for one in held:
            one()
