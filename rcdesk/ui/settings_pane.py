"""SettingsPane: who is signed in, how things look and arrive, and where they are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from rcdesk.core.subscription import LinkState, LinkStatus, Transport
from rcdesk.services.feed import Latest
from rcdesk.services.ring_test import Progress
from rcdesk.services.session import Phase, SessionState
from rcdesk.ui import link_words, session_words, theme, words
from rcdesk.ui.check_box import INDENT, CheckBox
from rcdesk.ui.chips import ChipRow
from rcdesk.ui.choice import Choice
from rcdesk.ui.controls import Button, Kind
from rcdesk.ui.form import label_for
from rcdesk.ui.painted import PaintedButton, draw_icon, draw_text
from rcdesk.ui.preferences import Preferences
from rcdesk.ui.ring_test_view import RingTestView
from rcdesk.ui.slices import Slices
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import ElidedLabel, Label, Line, Scroll, Section, column, row

if TYPE_CHECKING:
    from rcdesk.ui.diagnostics import Diagnostics

HEIGHT = 40  # px of the row that leads to the diagnostics
THEMES = (("system", "System"), ("light", "Light"), ("dark", "Dark"))
PUSHES = (
    ("auto", "Automatic", "the best that works"),
    ("websocket", "WebSocket", ""),
    ("pubnub", "PubNub", "for older servers"),
    ("polling", "Polling", "no push at all"),
)
EXPLAINED = {
    "auto": "Tries WebSocket, then PubNub; where neither works it asks every few seconds.",
    "websocket": "One connection to the server itself. If it fails, rcdesk asks every few seconds.",
    "pubnub": "Encrypted messages over PubNub. If that fails, rcdesk asks every few seconds.",
    "polling": "Asks every few seconds. Calls are shown a little late.",
}
TRANSPORTS = {
    Transport.WEBSOCKET: "over WebSocket",
    Transport.PUBNUB: "over PubNub",
    Transport.POLLING: "",
    Transport.NONE: "",
}


@dataclass(frozen=True, slots=True)
class SettingsSource:
    """What the pane shows.

    Attributes:
        secrets_kept: the name of the keyring in use, "" while that is not known.
        ring_test: how the latest one goes, None before the first.
        diagnostics: builds their page.
    """

    session: Latest[SessionState]
    link: Latest[LinkStatus]
    secrets_kept: Latest[str]
    version: str
    clock: Callable[[], float]
    ring_test: Latest[Progress | None]
    diagnostics: Callable[[], Diagnostics]


class SettingsPane(QWidget):
    """Only settings that work. Each holds from the moment it is chosen; there is no “Apply”.

    Its sections are built one by one (`slices`), the account first.

    Signals:
        sign_in_asked, sign_out_asked, ring_test_asked: as they say.
        preference_changed: this preference was changed and is kept: "theme", "popups", "sound" or "push".
    """

    sign_in_asked = Signal()
    sign_out_asked = Signal()
    ring_test_asked = Signal()
    preference_changed = Signal(str)

    def __init__(
        self, source: SettingsSource, preferences: Preferences, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._preferences = preferences
        self._page: Diagnostics | None = None
        self._now: Label | None = None
        content = QWidget()
        self._sections = column(self._account(), 1, gap=4 * GAP)
        self._sections.setContentsMargins(0, 0, 0, 4 * GAP)
        content.setLayout(self._sections)
        self._stack = QStackedWidget()
        self._stack.addWidget(Scroll(content, gutter=True))
        self.setLayout(column(self._stack))
        undoings = (
            source.session.follow(self._on_session),
            source.link.subscribe(self._on_link),
            source.secrets_kept.subscribe(lambda _keyring: self._show_kept()),
        )
        self.destroyed.connect(lambda _object=None: [undo() for undo in undoings])
        self.slices = Slices(self._build(), self._add, self)

    def _build(self) -> Iterator[QWidget]:
        yield self._appearance()
        yield self._calls()
        yield self._push()
        yield self._about()

    def _add(self, section: QWidget) -> None:
        self._sections.insertWidget(self._sections.count() - 1, section)  # before the stretch

    def _account(self) -> QWidget:
        self._name = ElidedLabel("", strong=True)
        self._where = ElidedLabel("", Size.SMALL, Tone.DIM)
        self._kept = Label("", Size.SMALL, Tone.DIM, wrap=True)
        self.sign_out = Button("Sign out", "sign-out")
        self.sign_in = Button("Sign in", "sign-in", Kind.FILLED)
        self.sign_out.clicked.connect(lambda _checked=False: self.sign_out_asked.emit())
        self.sign_in.clicked.connect(lambda _checked=False: self.sign_in_asked.emit())
        who = column(self._name, self._where, gap=2)
        top, below = row(who, self.sign_out), row(self._kept, self.sign_in)
        for line in (top, below):
            line.setStretch(0, 1)
        return Section("Account", top, below)

    def _appearance(self) -> QWidget:
        self.theme = ChipRow[str]("Appearance", THEMES)
        self.theme.choose(self._preferences.value.theme)
        self.theme.chosen.connect(lambda theme: self._keep("theme", theme))
        return Section("Appearance", self.theme)

    def _calls(self) -> QWidget:
        self.popups = CheckBox("Show a card when a call rings")
        self.popups.setChecked(self._preferences.value.popups)
        self.popups.toggled.connect(lambda on: self._keep("popups", on))
        words_below = Label(
            "In the corner of the screen. It never takes the keyboard.", Size.SMALL, Tone.DIM, wrap=True
        )
        words_below.setContentsMargins(INDENT, 0, 0, 0)
        self.popups.setAccessibleDescription(words_below.text())
        self.sound = CheckBox("Play a sound while it rings")
        self.sound.setChecked(self._preferences.value.sound)
        self.sound.setEnabled(self.popups.isChecked())
        self.sound.toggled.connect(lambda on: self._keep("sound", on))
        self.popups.toggled.connect(self.sound.setEnabled)
        self.ring_test = RingTestView(self._source.ring_test, self._source.clock)
        self.ring_test.asked.connect(self.ring_test_asked)
        cards = column(self.popups, words_below, self.sound, gap=0)
        return Section("Calls", cards, Line(), self.ring_test, gap=3 * GAP)

    def _push(self) -> QWidget:
        self.push = Choice("How calls arrive")
        for value, text, detail in PUSHES:
            self.push.add(text, detail, value)
        self.push.setCurrentIndex(self.push.findData(self._preferences.value.push))
        self._explained = Label("", Size.SMALL, Tone.DIM, wrap=True)
        self._now = Label("", Size.SMALL, wrap=True)
        self.push.currentIndexChanged.connect(lambda _index: self._on_push())
        self._explained.setText(EXPLAINED[self.push.currentData()])
        self._on_link(self._source.link.value)
        label = label_for("How calls arrive", self.push)
        return Section("Push", label, self.push, self._explained, self._now, gap=GAP)

    def _about(self) -> QWidget:
        self.diagnostics = DiagnosticsRow()
        self.diagnostics.clicked.connect(lambda _checked=False: self.show_diagnostics())
        return Section("About", Label(f"rcdesk {self._source.version}"), Line(), self.diagnostics)

    def show_diagnostics(self) -> None:
        """Show the diagnostics in the place of the settings; they are built when they are first wanted."""
        if self._page is None:
            self._page = self._source.diagnostics()
            self._page.left.connect(self._leave_diagnostics)
            self._stack.addWidget(self._page)
        self._stack.setCurrentWidget(self._page)
        self._page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_diagnostics(self) -> None:
        self._stack.setCurrentIndex(0)
        self.diagnostics.clearFocus()  # which the stack has given it, but without the ring
        self.diagnostics.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _keep(self, name: str, value: object) -> None:
        self._preferences.update(**{name: value})
        self.preference_changed.emit(name)

    def _on_push(self) -> None:
        self._explained.setText(EXPLAINED[self.push.currentData()])
        self._keep("push", self.push.currentData())

    def _on_session(self, state: SessionState) -> None:
        account = state.account
        inside = state.phase is Phase.SIGNED_IN
        self._name.setText(account.name if account else "Not signed in")
        host = urlsplit(state.server).netloc
        extension = f"ext. {account.extension_number}" if account else ""
        self._where.setText(words.joined(extension, host))
        self._where.setVisible(bool(self._where.text()))
        self._show_kept()
        self.sign_out.setVisible(account is not None)
        self.sign_in.setVisible(not inside or state.ends_soon)
        self.sign_in.setEnabled(state.phase is not Phase.SIGNING_IN)

    def _show_kept(self) -> None:
        state = self._source.session.value
        phase = state.phase
        kept = session_words.kept(state, self._source.secrets_kept.value)
        told = {
            Phase.SIGNED_IN: " ".join(filter(None, (kept, session_words.end(state, self._source.clock())))),
            Phase.SIGNING_IN: "Signing in…",
            Phase.SIGNED_OUT: "Calls are shown once you are signed in.",
            Phase.EXPIRED: "Your sign-in has ended. What is known stays; nothing new is shown.",
        }[phase]
        self._kept.setText(told)
        self._kept.set_tone(Tone.DANGER if phase is Phase.EXPIRED else Tone.DIM)
        self._kept.setVisible(bool(told))

    def _on_link(self, status: LinkStatus) -> None:
        if self._now is None:
            return
        look = link_words.LOOKS[status.state]
        how = f" {TRANSPORTS[status.transport]}" if status.state is LinkState.LIVE else ""
        self._now.setText(f"Now: {look.word}{how}{link_words.since(status, self._source.clock())}")
        self._now.set_tone(look.tone)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._stack.currentWidget() is self._page:
            self._leave_diagnostics()
        else:
            super().keyPressEvent(event)


class DiagnosticsRow(PaintedButton):
    """Leads to the diagnostics."""

    TITLE, DETAIL = "Diagnostics", "Link, request budget, versions, files"

    def __init__(self) -> None:
        super().__init__(HEIGHT)
        self.setAccessibleName(self.TITLE)
        self.setAccessibleDescription(self.DETAIL)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tone = Tone.ACCENT if self.hovered else Tone.TEXT
        room = self.width() - theme.ICON_SIZE - 2 * GAP
        draw_text(painter, 0, 17, room, self.TITLE, theme.font(), tone)
        draw_text(painter, 0, 33, room, self.DETAIL, theme.font(Size.SMALL), Tone.DIM)
        top = (self.height() - theme.ICON_SIZE) // 2
        draw_icon(painter, self.width() - theme.ICON_SIZE, top, "chevron-right", Tone.DIM)
        self.paint_ring(painter)
