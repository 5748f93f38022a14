"""How the link stands, in words, an icon and a colour: for the header, the tray and their tooltips. Pure text."""

from __future__ import annotations

from dataclasses import dataclass

from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.ui import words
from rcdesk.ui.theme import Tone


@dataclass(frozen=True, slots=True)
class Look:
    """A state of the link. `meaning` tells what it means for the user."""

    word: str
    icon: str
    tone: Tone
    meaning: str


LOOKS = {
    LinkState.OFF: Look("Not connected", "offline", Tone.DIM, "Calls are not shown as they happen."),
    LinkState.CONNECTING: Look("Connecting…", "recovering", Tone.DIM, "Calls are shown in a moment."),
    LinkState.LIVE: Look("Live", "live", Tone.ON_CALL, "Calls are shown as they happen."),
    LinkState.RECOVERING: Look(
        "Recovering…", "recovering", Tone.RINGING, "Calls may be missing until it is live."
    ),
    LinkState.POLLING: Look("Polling", "polling", Tone.RINGING, "Calls are shown some seconds late."),
    LinkState.SIGNED_OUT: Look("Signed out", "signed-out", Tone.DIM, "Sign in to see calls."),
}


def age(status: LinkStatus, now: float) -> str:
    """Return how old what is shown is, and what that means; "" while the calls are followed, or never were."""
    match status.state:
        case LinkState.RECOVERING:
            again = f" and not before {words.moment(status.barred_until, now)}" if status.barred_until else ""
            return f"Not live {words.since(status.since, now)}{again}. Calls may be missing, or over by now."
        case LinkState.SIGNED_OUT:
            return f"As of {words.moment(status.since, now)}. Sign in to see what came after that."
        case _:
            return ""


def explained(status: LinkStatus, last_heard: float | None, now: float) -> str:
    """Return the tooltip: "Live since 10:42, last event 12 s ago.", and what that means."""
    look = LOOKS[status.state]
    heard = f", last event {words.span(now - last_heard)} ago" if last_heard is not None else ""
    meaning = look.meaning
    if status.barred_until:
        then = words.moment(status.barred_until, now)
        meaning = f"Calls may be missing: the server answers no check before {then}."
    return f"{look.word.rstrip('…')}{since(status, now)}{heard}.\n{meaning}"


def since(status: LinkStatus, now: float) -> str:
    """Return " since 10:42", to stand behind the state's word; "" if it has no beginning."""
    gone = ", not live" if status.state is LinkState.SIGNED_OUT else ""  # which may be for longer
    return f"{gone} {words.since(status.since, now)}" if status.since else ""
