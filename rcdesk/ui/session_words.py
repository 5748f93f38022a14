"""What the window says of the session: who is not signed in and why, and when a sign-in ends. Pure text."""

from __future__ import annotations

from dataclasses import replace

from rcdesk.core.errors import Kind, Problem
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.session import Phase, SessionState
from rcdesk.ui import words

SIGN_IN_TO_SEE = "Sign in, and calls to any of your phones appear here."
SIGN_IN_TO_CALL = "Sign in to place calls from here: choose one of your phones, and it rings first."
EXPIRED = Problem("Your sign-in has ended.", "Sign in again.", Kind.SIGN_IN)


def over(state: SessionState) -> Problem | None:
    """Return why the session is over, None if it is not, or never was."""
    return state.over or (EXPIRED if state.phase is Phase.EXPIRED else None)


def over_since(state: SessionState, link: LinkStatus, now: float) -> Problem | None:
    """Return why the session is over, and how old what is shown is; None if it is not, or never was."""
    problem = over(state)
    if problem is None or link.state is not LinkState.SIGNED_OUT or not link.since:
        return problem
    age = f"What is shown is as of {words.moment(link.since, now)}."
    return replace(problem, remedy=f"{problem.remedy} {age}")


def page(state: SessionState, waiting: str, *, dialling: bool) -> tuple[str, str]:
    """Return title and text of the page that stands where calls, or the dial pad, would be while nobody is signed
    in. `waiting`: what a link has put into the dial pad, in words."""
    why = state.problem or state.over
    told = [waiting if dialling else "", str(why) if why else ""]
    if state.phase is Phase.SIGNING_IN:
        title, usual = "Signing in…", "This takes a moment. In the browser it takes as long as you do."
    else:
        title, usual = "Not signed in", SIGN_IN_TO_CALL if dialling else SIGN_IN_TO_SEE
    return title, "\n\n".join(filter(None, told)) or usual


def end(state: SessionState, now: float) -> str:
    """Return when the sign-in ends although it is used, "" if it does not."""
    if not state.ends_at:
        return ""
    day, time = words.day(state.ends_at, now), words.time_of_day(state.ends_at)
    when = f"today at {time}" if day == "Today" else f"on {day} at {time}"
    return f"Your sign-in ends {when}, as your administrator has set."


def kept(state: SessionState, keyring: str) -> str:
    """Return where the sign-in is kept, or why it is not; `keyring` is the name of the one in use."""
    if state.kept:
        return f"Your sign-in is kept in the system’s keyring{f' ({keyring})' if keyring else ''}."
    return state.notice or "Your sign-in is for this run only, and kept nowhere."


def warning(state: SessionState, now: float) -> Problem | None:
    """Return what is good to know in time: the sign-in is about to end, or is not kept."""
    if state.ends_soon:
        return Problem(end(state, now), "Sign in again before then, and no call is missed.", Kind.SIGN_IN)
    if state.phase is Phase.SIGNED_IN and state.notice:
        return Problem(state.notice, "", Kind.LOCAL)
    return None
