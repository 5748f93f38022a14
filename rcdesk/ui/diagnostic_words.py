"""What the diagnostics tell, as headings and texts: for the screen, and to be copied. Pure, but for Qt's versions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from PySide6.QtCore import QSysInfo, qVersion
from PySide6.QtGui import QGuiApplication

from rcdesk.core.pacing import Budget
from rcdesk.core.subscription import LinkStatus, Transport
from rcdesk.services.feed import Latest
from rcdesk.services.session import SessionState
from rcdesk.ui import budget_row, link_words, words
from rcdesk.ui.preferences import Place

WAYS = {
    Transport.WEBSOCKET: "WebSocket",
    Transport.PUBNUB: "PubNub",
    Transport.POLLING: "Asking every few seconds",
    Transport.NONE: "None just now",
}
LINK, REQUESTS, COMPUTER, FILES = "Link", "Requests left", "This computer", "Files"
NOT_KEPT = "not kept in this run"

Facts = dict[str, str]


@dataclass(frozen=True, slots=True)
class DiagnosticsSource:
    """What there is to be told.

    Attributes:
        link: how it stands, and since when calls are not followed, as everywhere on screen.
        last_heard, last_checked: unix seconds of the last event, and of the last time that the live calls were
            compared with the server's; None before the first.
        budgets: what may still be asked of the server.
        secrets_kept: the name of the keyring in use, "" while that is not known.
        redact: takes out secrets and phone numbers, as in the log.
    """

    session: Latest[SessionState]
    link: Latest[LinkStatus]
    last_heard: Callable[[], float | None]
    last_checked: Callable[[], float | None]
    budgets: Callable[[], tuple[Budget, ...]]
    secrets_kept: Latest[str]
    version: str
    places: tuple[Place, ...]
    redact: Callable[[str], str]
    clock: Callable[[], float]


def link_facts(source: DiagnosticsSource) -> Facts:
    """Tell how the link and the sign-in stand at this moment."""
    now, status = source.clock(), source.link.value
    return {
        "State": f"{link_words.LOOKS[status.state].word.rstrip('…')}{link_words.since(status, now)}",
        "Push": WAYS[status.transport],
        "Last event": _ago(source.last_heard(), now, "None since rcdesk was started"),
        "Last check": _ago(source.last_checked(), now, "Not yet compared with the server"),
        "Account": _account(source.session.value),
        "Sign-in kept": _kept(source.session.value, source.secrets_kept.value),
    }


def computer_facts(source: DiagnosticsSource) -> Facts:
    """Tell what rcdesk runs on. It does not change while it runs, but for the screens."""
    return {
        "rcdesk": source.version,
        "Python": sys.version.partition(" ")[0],
        "Qt": f"{qVersion()} ({QGuiApplication.platformName()})",
        "System": QSysInfo.prettyProductName(),
        "Screens": ", ".join(
            _screen(screen.size().toTuple(), screen.devicePixelRatio())
            for screen in QGuiApplication.screens()
        ),
    }


def as_text(source: DiagnosticsSource) -> str:
    """Return all of it as a text that may be shown to others."""
    parts = {
        LINK: link_facts(source),
        REQUESTS: {budget.group: budget_row.left(budget) for budget in source.budgets()},
        COMPUTER: computer_facts(source),
        FILES: {place.what: place.path or NOT_KEPT for place in source.places},
    }
    text = "\n".join([f"rcdesk diagnostics, {words.in_full(source.clock())}", *_lines(parts)])
    return source.redact(text) + "\n"


def _lines(parts: dict[str, Facts]) -> Iterator[str]:
    for title, facts in parts.items():
        yield f"\n{title}"
        yield from (f"{heading}: {text}" for heading, text in facts.items())


def _ago(moment: float | None, now: float, never: str) -> str:
    return never if moment is None else f"{words.span(now - moment)} ago"


def _screen(size: tuple[int, int], scale: float) -> str:
    width, height = (round(length * scale) for length in size)
    return f"{width} × {height} at {scale:.0%}"


def _kept(state: SessionState, keyring: str) -> str:
    if not state.kept:
        return "For this run only" if state.account else "None"
    return f"In the system’s keyring ({keyring})" if keyring else "In the system’s keyring"


def _account(state: SessionState) -> str:
    if state.account is None:
        return "Nobody is signed in"
    host = urlsplit(state.server).netloc.rpartition("@")[2]
    return words.joined(f"ext. {state.account.extension_number}", host)
