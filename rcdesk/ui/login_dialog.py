"""LoginDialog: where to sign in, as which app, and how. It asks the session and shows what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLayout, QWidget

from rcdesk.core.errors import Kind as Trouble
from rcdesk.core.errors import Problem
from rcdesk.services.feed import Latest
from rcdesk.services.session import PRODUCTION, Phase, Server, SessionState, Way
from rcdesk.ui import focus_order, theme
from rcdesk.ui import login_checks as checks
from rcdesk.ui.check_box import INDENT, CheckBox
from rcdesk.ui.chips import ChipRow
from rcdesk.ui.controls import Button, Kind
from rcdesk.ui.fitted_scroll import FittedScroll
from rcdesk.ui.form import LabelledChoice, LabelledField
from rcdesk.ui.login_ways import BrowserWay, JwtWay, PasswordWay, WayPage
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import GUTTER, Label, Line, Notice, column, row

SignIn = Callable[[Server, Way, bool], None]
CUSTOM, DEMO = "custom", "demo"
WIDTH = 420  # px


class LoginDialog(QDialog):
    """Signs in without ever blocking: open it with `open()`, it closes itself once signed in.

    Args:
        state, sign_in, cancel: of the session.
        defaults: what was used last; its server is chosen and its app filled in.
        start_demo: starts the built-in demo and signs in to it; without it no demo is offered.
    """

    def __init__(
        self,
        state: Latest[SessionState],
        sign_in: SignIn,
        cancel: Callable[[], None],
        defaults: Server,
        start_demo: Callable[[], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._sign_in = sign_in
        self._cancel = cancel
        self._start_demo = start_demo
        self._signing_in = False
        self._refusal: Problem | None = None  # why the last attempt failed
        self._answered: Problem | None = None  # the refusal that the user has begun to mend
        self.setWindowTitle("Sign in to rcdesk")
        self.browser, self.jwt, self.password = BrowserWay(), JwtWay(), PasswordWay()
        pages: tuple[WayPage, ...] = (self.browser, self.jwt, self.password)
        self.ways = ChipRow[WayPage]("Way to sign in", [(page, page.title) for page in pages])
        self.server = LabelledChoice("Server")
        self.address = LabelledField(
            "Address", checks.wrong_server, placeholder="https://platform.example.com"
        )
        self.client_id = LabelledField("Client ID", checks.wrong_client_id)
        self.client_secret = LabelledField("Client secret", secret=True, placeholder="If the app has one")
        self.stay = CheckBox("Stay signed in")
        self.problem = Notice("warning", "", Tone.DANGER)
        self.give_up = Button("Cancel")
        self.go = Button("Sign in", "sign-in", Kind.FILLED)
        self._fill(defaults)
        self._lay_out(pages)
        self._connect()
        undo = state.follow(self._on_state)
        self.destroyed.connect(lambda _object=None: undo())
        self._arrange()

    def _fill(self, defaults: Server) -> None:
        self.server.choice.add("RingCentral", urlsplit(PRODUCTION).netloc, PRODUCTION)
        self.server.choice.add("Custom…", "", CUSTOM)
        if self._start_demo:
            self.server.choice.add("Demo", "on this computer, no account needed", DEMO)
        if defaults.url and defaults.url != PRODUCTION:
            self.server.choice.setCurrentIndex(self.server.choice.findData(CUSTOM))
            self.address.set_text(defaults.url)
        self.client_id.set_text(defaults.client_id)
        self.client_secret.set_text(defaults.client_secret)
        self.stay.setChecked(True)

    def _lay_out(self, pages: tuple[WayPage, ...]) -> None:
        self._account = QWidget()
        way = column(self.ways, *pages, Line(), gap=3 * GAP)
        self._account.setLayout(way)
        self._app = QWidget()
        kept = Label("Kept in this computer’s keyring, never in a file.", Size.SMALL, Tone.DIM, wrap=True)
        kept.setContentsMargins(INDENT, 0, 0, 0)
        self.stay.setAccessibleDescription(kept.text())
        stay = column(self.stay, kept, gap=0)
        both = row(self.client_id, self.client_secret)
        for part in (self.client_id, self.client_secret):
            both.setStretchFactor(part, 1)
            both.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        self._app.setLayout(column(both, stay, gap=3 * GAP))
        self._demo_words = Label(
            "A pretend company with people who call. Nothing leaves this computer.", tone=Tone.DIM, wrap=True
        )
        fields = QWidget()
        fields.setLayout(
            column(self._account, self.server, self.address, self._demo_words, self._app, gap=3 * GAP)
        )
        self._fields = FittedScroll(fields)
        title = Label("Sign in", Size.LARGE, strong=True)
        below = column(self.problem, row(1, self.give_up, self.go), gap=3 * GAP)
        below.setContentsMargins(0, 0, GUTTER, 0)
        whole = column(title, self._fields, below, 1, gap=3 * GAP)
        whole.setContentsMargins(5 * GAP, 5 * GAP, 5 * GAP - GUTTER, 5 * GAP)
        whole.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # see _fit
        self.setLayout(whole)
        self.setMinimumWidth(344)
        self.resize(WIDTH, self.sizeHint().height())

    def _connect(self) -> None:
        self.ways.chosen.connect(lambda _page: self._arrange())
        self.server.choice.currentIndexChanged.connect(lambda _index: self._arrange())
        self.go.clicked.connect(lambda _checked=False: self._on_go())
        self.give_up.clicked.connect(lambda _checked=False: self.reject())
        for field in self.findChildren(LabelledField):
            field.field.textEdited.connect(lambda _text: self._mend())
        self.ways.chosen.connect(lambda _page: self._mend())
        self.server.choice.activated.connect(lambda _index: self._mend())

    def _mend(self) -> None:
        """What was refused is not what stands here any more."""
        if self._refusal:
            self._answered = self._refusal
            self.problem.hide()

    def _arrange(self) -> None:
        """Show what belongs to the chosen way and server, and lock it while signing in."""
        where, demo = self.server.choice.currentData(), self.server.choice.currentData() == DEMO
        for page in (self.browser, self.jwt, self.password):
            page.setVisible(page is self.ways.value)
        for part in (self._account, self._app):
            part.setVisible(not demo)
        self._demo_words.setVisible(demo)
        self.address.setVisible(where == CUSTOM)
        locked = self._signing_in
        for part in (self.ways, self.jwt, self.password, self.server, self.address, self._app):
            part.setEnabled(not locked)
        self.go.setEnabled(not locked)
        self.go.setText("Signing in…" if locked else "Start the demo" if demo else "Sign in")
        self.give_up.setText("Stop" if locked else "Cancel")

    def _fit(self) -> None:
        """Be as high as the words need at this width, neither more nor less; on a low screen the fields scroll."""
        layout = self.layout()
        if not layout or not self.isVisible():
            return
        screen = self.screen().availableGeometry()
        frame = self.frameGeometry().height() - self.height() or theme.TITLE_BAR
        words = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else -1
        high = max(words, layout.totalMinimumSize().height(), layout.totalSizeHint().height())
        self.resize(self.width(), min(high, screen.height() - frame))
        below = self.geometry().bottom() - screen.bottom()
        if below > 0:  # it has grown where it stands
            self.move(self.x(), max(self.y() - below, screen.top()))

    def _on_go(self) -> None:
        if self.server.choice.currentData() == DEMO and self._start_demo:
            self._start_demo()
        elif (server := self._verified_server()) and (way := self.ways.value.verified()):
            self._sign_in(server, way, self.stay.isChecked())
        else:
            self._reveal_focus()

    def _verified_server(self) -> Server | None:
        custom = self.server.choice.currentData() == CUSTOM
        fields = (self.address, self.client_id) if custom else (self.client_id,)
        right = [field.verify() for field in fields]
        if not all(right):
            if self.ways.value.verified():  # everything wrong is told at once, and the way stands first
                fields[right.index(False)].setFocus()
            return None
        url = checks.server_address(self.address.text) if custom else PRODUCTION
        return Server(url, self.client_id.text, self.client_secret.text)

    def _on_state(self, state: SessionState) -> None:
        tried, self._signing_in = self._signing_in, state.phase is Phase.SIGNING_IN
        self.browser.show_address(state.browser_url if self._signing_in else "")
        self._refusal = None if self._signing_in else state.problem
        if self._refusal is None:
            self._answered = None
        problem = None if self._signing_in else self._refusal or state.over
        if self._answered and problem is self._answered:
            problem = None
        self.problem.setVisible(problem is not None)
        if problem:
            where = urlsplit(state.server).netloc or state.server
            told = f"{problem.title} {problem.remedy}"
            self.problem.setText(f"{told} (Server: {where})" if where else told)
        was_locked = not self.go.isEnabled()
        self._arrange()
        if problem and was_locked:
            self._go_back_to(problem)
        if tried and state.phase is Phase.SIGNED_IN and not state.problem:  # else it is the session of before
            self._forget()
            self.accept()

    def _go_back_to(self, problem: Problem) -> None:
        """Put the keyboard, which had no place while all was locked, where there is something to do."""
        way = self.ways.value
        if problem.kind is Trouble.SIGN_IN and not isinstance(way, BrowserWay):
            way.secret.field.setFocus()  # it is not to be seen, so it is what is typed anew: never into another field
            way.secret.field.selectAll()
        else:
            self.go.setFocus()
        self._reveal_focus()

    def _reveal_focus(self) -> None:
        if (widget := self.focusWidget()) is not None:
            focus_order.reveal(widget)

    def _forget(self) -> None:
        for page in (self.browser, self.jwt, self.password):
            page.forget()
        self.client_secret.set_text("")

    def reject(self) -> None:
        """Stop signing in and stay; close if nothing is under way."""
        if self._signing_in:
            self._signing_in = False  # what the state says next is no success of this attempt
            self._cancel()
        else:
            self._forget()
            super().reject()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._fit()
        return handled

    def focusNextPrevChild(self, forwards: bool) -> bool:
        moved = super().focusNextPrevChild(forwards)
        self._reveal_focus()
        return moved

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.go.isEnabled():
            self._on_go()
        else:
            super().keyPressEvent(event)
