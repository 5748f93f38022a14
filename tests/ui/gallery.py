"""Renders every view with realistic data into build/gallery/: `python -m tests.ui.gallery`.

Run it with QT_SCALE_FACTOR=2 for pictures at 200 %. Nothing is asserted; the pictures are to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from rcdesk.client import errors
from rcdesk.core.account import Account
from rcdesk.core.away import Summary
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.notices import Notices
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.core.tokens import Ending
from rcdesk.services.session import Phase, SessionState
from rcdesk.ui import theme
from rcdesk.ui.away_card import face as away_face
from rcdesk.ui.faces import face
from rcdesk.ui.main_window import MainWindow
from rcdesk.ui.navigation import Pane
from rcdesk.ui.popup import WIDTH, PopupCard
from tests.ui.assembled import Assembled
from tests.ui.world import (
    HOLDING,
    NOW,
    RECORDS,
    RINGING,
    TALKING,
    World,
    answered,
    began,
    call,
    face_of,
    over,
    record,
    who,
)  # fmt: skip

TARGET = Path(__file__).resolve().parents[2] / "build" / "gallery"
SIGN_IN_ENDED = errors.session_over(Ending.REPLACED)  # the longest
SLEPT = Summary(NOW - 5700, NOW, slept=True, counts=(("missed", 3), ("answered elsewhere", 2)))
OFFLINE = Problem(
    "The call log was not read.", "Check the network; it is tried again by itself.", Kind.OFFLINE
)


def views() -> Iterator[tuple[str, QWidget]]:
    """Yield each view with the name of its picture."""
    live = (HOLDING, TALKING, RINGING)
    yield "calls", sized(Assembled(World(live)), 420)
    yield "calls-360", sized(Assembled(World(live)), 360)
    yield "calls-quiet", sized(Assembled(World()), 420)
    yield "calls-empty", sized(Assembled(World(records=())), 420)
    wide = Assembled(World(live))
    wide.window.resize(1000, 720)
    wide.window.show_call(TALKING)
    wide.calls_pane.cards.set_current(TALKING)
    yield "calls-wide", wide.window
    past = Assembled(World(live[:1]))
    past.window.resize(900, 720)
    past.window.show_record(RECORDS[1])
    yield "record-wide", past.window
    alone = on(Pane.DIAL, Assembled(World(live[1:])))
    alone.resize(900, 720)
    yield "dial-wide", alone
    narrow = sized(Assembled(World(live)), 420)
    narrow.show_call(RINGING)
    yield "call-narrow", narrow
    long = replace(
        RINGING, from_number="+1", from_name="Bartholomew Featherstonehaugh-Cholmondeley & Sons Ltd"
    )
    crowded = World((replace(long, key="2", stage=TALKING.stage, answered_at=NOW - 4000), long))
    crowded.session.publish(
        replace(
            crowded.session.value, account=Account("1", "1", "10122", "Maximiliane von Hohenlohe-Langenburg")
        )
    )
    yield "long-names", sized(Assembled(crowded), 360)
    yield "long-names-strip", on(Pane.DIAL, Assembled(crowded))
    yield "history-strip", on(Pane.HISTORY, Assembled(World(live[1:])))
    many = Assembled(World(tuple(replace(TALKING, key=str(n)) for n in range(5))))
    yield "strip-many", on(Pane.DIAL, many)
    yield from troubles()
    yield "cards", cards()


def cards() -> QWidget:
    """Return the cards below one another, as they stand on a desktop."""
    desktop = QWidget()
    layout = QVBoxLayout(desktop)
    unknown, brief = call(number="+16505550147", age=22), call("brief", age=3)
    faces_shown = (
        face_of(began(RINGING)),
        face_of(began(unknown), told=who(unknown.peer_number, location="California")),
        face_of(began(RINGING), answered(RINGING)),
        face_of(began(unknown), over(unknown), told=who(unknown.peer_number, location="Menlo Park, CA")),
        face_of(began(brief), over(brief)),
        face(Notices().lose_sight(RINGING).card, who(RINGING.peer_number)),
        away_face(SLEPT, NOW),
        away_face(
            replace(
                SLEPT,
                began=NOW - 86400,
                slept=False,
                counts=(*SLEPT.counts, ("answered", 2), ("outgoing", 12)),
            ),
            NOW,
        ),
        away_face(replace(SLEPT, counts=(), known=False), NOW),
    )
    for shown in faces_shown:
        card = PopupCard(lambda: NOW)
        card.resize(WIDTH, shown.height)
        card.show_face(shown)
        picture = QLabel()
        picture.setPixmap(card.grab())
        layout.addWidget(picture)
    return desktop


def troubles() -> Iterator[tuple[str, QWidget]]:
    """Yield the window when not all is well."""
    out = World()
    out.session.publish(SessionState())
    out.link.publish(LinkStatus(LinkState.SIGNED_OUT))
    yield "signed-out", sized(Assembled(out), 420)
    expired = World((TALKING,))
    expired.link.publish(LinkStatus(LinkState.SIGNED_OUT, NOW - 600))
    expired.session.publish(replace(expired.session.value, phase=Phase.EXPIRED, over=SIGN_IN_ENDED))
    yield "expired", sized(Assembled(expired), 420)
    lost = World((TALKING,))
    lost.link.publish(LinkStatus(LinkState.RECOVERING, NOW - 40))
    window = sized(Assembled(lost), 360)
    lost.problems.publish(OFFLINE)
    yield "recovering", window
    long = World(
        records=(record(1, "+16505550147", 400, RECORDS[1].outcome, location="A place with a long name, CA"),)
    )
    long.session.publish(replace(long.session.value, notice="Signed in for this run only: no keyring here."))
    yield "notice", sized(Assembled(long), 360)
    ending = World((TALKING,))
    ending.session.publish(replace(ending.session.value, ends_at=NOW + 3600, ends_soon=True))
    yield "ends-soon", sized(Assembled(ending), 360)
    over = World()
    over.session.publish(SessionState(over=SIGN_IN_ENDED))
    over.link.publish(LinkStatus(LinkState.SIGNED_OUT))
    yield "signed-out-why", sized(Assembled(over), 360)


def sized(made: Assembled, width: int) -> MainWindow:
    made.window.resize(width, 720)
    return keep(made)


def on(pane: Pane, made: Assembled) -> MainWindow:
    made.window.resize(420, 720)
    made.window.show_pane(pane)
    return keep(made)


_kept: list[Assembled] = []


def keep(made: Assembled) -> MainWindow:
    _kept.append(made)
    return made.window


def main() -> None:
    """Render everything in both themes."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    dress = theme.Theme(app, "light")
    scale = os.environ.get("QT_SCALE_FACTOR", "1")
    TARGET.mkdir(parents=True, exist_ok=True)
    for setting in ("light", "dark"):
        dress.choose(setting)
        for name, view in views():
            view.show()
            app.processEvents()
            view.grab().save(str(TARGET / f"{name}-{setting}@{scale}x.png"))
            view.hide()


if __name__ == "__main__":
    main()
