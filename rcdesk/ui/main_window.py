"""MainWindow: header, banner, strip, panes and navigation, and how they stand to one another."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QKeyEvent,
    QKeySequence,
    QMoveEvent,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from rcdesk.core.calls import Call
from rcdesk.core.history import CallRecord
from rcdesk.services.session import Phase, SessionState
from rcdesk.ui import controls, focus_order, session_words, theme
from rcdesk.ui.banner import Banner
from rcdesk.ui.calls_model import CallsModel
from rcdesk.ui.columns import WIDE, Columns
from rcdesk.ui.detail import Detail
from rcdesk.ui.header import Header
from rcdesk.ui.live_strip import LiveStrip
from rcdesk.ui.navigation import Navigation, Pane
from rcdesk.ui.ticker import Ticker
from rcdesk.ui.widgets import GUTTER, EmptyState
from rcdesk.ui.window_source import WindowSource

trace = logging.getLogger("rcdesk.trace")  # for benchmarks: see logs.start_trace

NARROWEST = 360  # px
FIRST_SIZE = (420, 720)
WITH_CALLS = (Pane.CALLS, Pane.HISTORY)  # the panes that list calls: their detail stands beside no other
QUIETLY = "_q_showWithoutActivating"  # Qt's name for WA_ShowWithoutActivating on its way to the screen
PLACE_RESTS = 500  # ms without a move after which the window's place is told


class MainWindow(QWidget):
    """The window. It shows what the sources tell and turns what the user does into wishes.

    Panes and detail are built when first needed: only the first pane stands between start and first paint.

    Args:
        panes: builds each pane, once.
        detail: builds the detail that stands beside the list in a wide window, once.
        place: what `place_changed` told last time; "" for the first time.
        stays: whether closing may hide the window, since the tray leads back to it.

    Signals:
        sign_in_asked, sign_out_asked, quit_asked: as they say.
        presence_asked: others shall see this `Availability`.
        place_changed: the window has a new place, to be remembered as this text.
        painted: the window was painted for the first time.
    """

    sign_in_asked = Signal()
    sign_out_asked = Signal()
    quit_asked = Signal()
    presence_asked = Signal(object)
    place_changed = Signal(str)
    painted = Signal()

    def __init__(
        self,
        source: WindowSource,
        calls: CallsModel,
        panes: Mapping[Pane, Callable[[], QWidget]],
        detail: Callable[[], Detail],
        ticker: Ticker,
        place: str = "",
        stays: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__()
        self._source = source
        self._builders = dict(panes)
        self._panes: dict[Pane, QWidget] = {}
        self._detail_open = False  # in a narrow window: in place of the list
        self._stays = stays
        self._painted = False
        self._settled = False
        self._pane = Pane.CALLS
        self._waiting = ""  # what a link has put into the dial pad while nobody is signed in
        self._whose = ""  # the extension's id of who is, or was last, signed in
        self.header = Header(source.session, source.presence, source.link, source.last_heard, source.clock)
        self.banner = Banner(can_retry=source.retry is not None)
        self.strip = LiveStrip(calls, ticker)
        self.navigation = Navigation()
        self.signed_out = EmptyState("signed-out", "", "", "Sign in", controls.Kind.FILLED)
        self.columns = Columns(self.strip, detail)
        self.columns.stack.addWidget(self.signed_out)
        self._lay_out()
        self._connect()
        self._add_shortcuts()
        self._place_rests = QTimer(self, singleShot=True, interval=PLACE_RESTS)
        self._place_rests.timeout.connect(lambda: self.place_changed.emit(self.place))
        self._settle(place)

    def _lay_out(self) -> None:
        self.setWindowTitle(
            "rcdesk" if self._source.profile == "default" else f"rcdesk – {self._source.profile}"
        )
        self.setWindowIcon(theme.app_icon())
        self.signed_out.setContentsMargins(0, 0, GUTTER, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.banner)
        layout.addWidget(self.columns, 1)
        layout.addWidget(self.navigation)

    def _connect(self) -> None:
        self.header.presence_asked.connect(self.presence_asked)
        self.header.sign_out_asked.connect(self.sign_out_asked)
        self.signed_out.asked.connect(self.sign_in_asked)
        self.banner.sign_in_asked.connect(self.sign_in_asked)
        if self._source.retry:
            self.banner.retry_asked.connect(self._source.retry)
        self.columns.detail_left.connect(self._close_detail)
        self.strip.asked.connect(lambda: self.show_pane(Pane.CALLS))
        self.navigation.chosen.connect(self.show_pane)
        history = self.navigation.button(Pane.HISTORY)
        undoings = (
            self._source.session.follow(self._on_session),
            self._source.link.subscribe(lambda _status: self._arrange()),
            self._source.missed.follow(history.show_count),
            self._source.problems.subscribe(self.banner.tell),
        )
        self.destroyed.connect(lambda _object=None: [undo() for undo in undoings])

    def _add_shortcuts(self) -> None:
        for place, pane in enumerate(Pane, 1):
            self._shortcut(f"Ctrl+{place}", partial(self._go_to, pane))
        self._shortcut("Ctrl+K", lambda: self.focus_field(Pane.DIAL))
        self._shortcut("Ctrl+F", lambda: self.focus_field(Pane.HISTORY))
        self._shortcut("Ctrl+W", self.close)
        self._shortcut("Ctrl+Q", self.quit_asked.emit)

    def _shortcut(self, keys: str, do: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(lambda: do())

    def _settle(self, place: str) -> None:
        """Take the place of last time, or the first one."""
        self.setMinimumSize(NARROWEST, NARROWEST)
        if not place or not self.restoreGeometry(QByteArray.fromBase64(place.encode())):
            room = self.screen().availableGeometry().height() - theme.TITLE_BAR
            self.resize(FIRST_SIZE[0], min(FIRST_SIZE[1], room))
        self._settled = True
        self.show_pane(Pane.CALLS)
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # no control is marked before the first Tab

    @property
    def place(self) -> str:
        """The window's place and size, as a text to be remembered."""
        return bytes(self.saveGeometry().toBase64().data()).decode()

    @property
    def current_pane(self) -> Pane:
        """The pane that is shown."""
        return self._pane

    @property
    def wide(self) -> bool:
        """Whether list and detail stand side by side."""
        return self.width() >= WIDE

    def pane(self, pane: Pane) -> QWidget:
        """Return a pane, building it if nobody needed it before."""
        if pane not in self._panes:
            self._panes[pane] = self._builders[pane]()
            self.columns.stack.addWidget(self._panes[pane])
        return self._panes[pane]

    def show_pane(self, pane: Pane) -> None:
        """Show `pane`; a detail in its place goes. No control of it gets the keyboard, unless the pane sees to that."""
        if pane is not self._pane and focus_order.is_in(self.columns.stack, self.focusWidget()):
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # Qt would give it to the first button, "Sign out"
        self._pane = pane
        self._detail_open = False
        self.navigation.show_current(pane)
        self._arrange()

    def _go_to(self, pane: Pane) -> None:
        """Show `pane`, with the keyboard in its list, if it is one and the keyboard is not in it already."""
        self.show_pane(pane)
        if not focus_order.is_in(self.columns.stack, self.focusWidget()):
            self._focus_list()

    def _focus_list(self) -> bool:
        """Give the keyboard to the list of the pane that is shown; return whether it has one."""
        shown = self._panes.get(self._pane)
        found = shown.focusProxy() if shown else None
        if found:
            found.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return found is not None

    def focus_field(self, pane: Pane) -> None:
        """Show `pane` and put the keyboard into its field, with the text selected."""
        self.show_pane(pane)
        field = self.pane(pane).findChild(QLineEdit)
        if field and field.isVisibleTo(self):  # else what is typed next would be dialled unseen
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

    def show_call(self, call: Call) -> None:
        """Show more of a live call: beside the list, or in its place where there is no room."""
        self.columns.the_detail().show_call(call)
        self._open_detail()

    def show_record(self, record: CallRecord) -> None:
        """Show more of a call of the past: beside the list, or in its place where there is no room."""
        self.columns.the_detail().show_record(record)
        self._open_detail()

    def write_note(self, record: CallRecord) -> None:
        """Show more of a call of the past, with the keyboard in its note."""
        self.show_record(record)
        self.columns.the_detail().past.write_note()

    def preview_record(self, record: CallRecord | None) -> None:
        """Show more of a call of the past if there is room beside the list; else leave the list alone.

        What is being written does not become another call's: the one that it is about may just have left the list.
        """
        note = self.columns.the_detail().past.note if self.wide else None
        if note and (self.focusWidget() is not note.field or note.is_of(record)):
            self.columns.the_detail().show_record(record)

    def bring_up(self) -> None:
        """Show the window in front, since the user asked for it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def ask_to_be_seen(self) -> None:
        """Come into view without the keyboard, and let the desktop tell the user; one that is minimised stays so."""
        if not self.isVisible():
            self.show_quietly()
        elif not self.isMinimized():
            self.raise_()
        QApplication.alert(self)

    def show_quietly(self) -> None:
        """Show the window, but leave the keyboard where it is."""
        self.winId()  # there is a window for the property; the widget's own attribute is read but once
        self.windowHandle().setProperty(QUIETLY, True)  # noqa: FBT003 - Qt's own signature
        self.show()
        self.windowHandle().setProperty(QUIETLY, False)  # noqa: FBT003 - Qt's own signature

    def _open_detail(self) -> None:
        self._detail_open = True
        self._arrange()

    def _close_detail(self) -> None:
        """Go back to the list, at the call that was shown in full."""
        self._detail_open = False
        self._arrange()
        if not self._focus_list():
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        wide = self.wide
        self.columns.arrange(wide=wide, beside=wide and self._pane in WITH_CALLS)
        self._tell_signed_out()
        shown = self._shown_page()
        self.columns.stack.setCurrentWidget(shown)
        self._tell_over(shown)
        self.strip.set_wanted(
            calls=shown is not self._panes.get(Pane.CALLS),
            age=self._pane in WITH_CALLS and shown is not self.signed_out,
            age_told=self.banner.lasting is not None,
        )

    def _shown_page(self) -> QWidget:
        if self._source.session.value.account is None and self._pane in (Pane.CALLS, Pane.DIAL):
            return self.signed_out
        if self._detail_open and self.columns.detail and not self.wide:
            return self.columns.detail
        return self.pane(self._pane)

    def _tell_over(self, shown: QWidget) -> None:
        """Say once that the session is over, and as of when the calls are: the page of who is not signed in says it
        itself."""
        source = self._source
        over = session_words.over_since(source.session.value, source.link.value, source.clock())
        self.banner.tell_lasting(None if shown is self.signed_out else over)

    def _tell_signed_out(self) -> None:
        dialling = self._pane is Pane.DIAL
        state = self._source.session.value
        self.signed_out.tell(*session_words.page(state, self._waiting, dialling=dialling))

    def tell_waiting(self, waiting: str) -> None:
        """Say what was put into the dial pad where the pad cannot be seen, since nobody is signed in."""
        self._waiting = waiting if self._source.session.value.account is None else ""
        self._tell_signed_out()

    def _on_session(self, state: SessionState) -> None:
        if state.account:
            self._waiting = ""
        before, self._whose = self._whose, state.account.key if state.account else self._whose
        if self.columns.detail and before not in ("", self._whose):  # it shows a call of somebody else
            self.columns.detail.show_record(None)
            self._detail_open = False
        if state.phase is not Phase.SIGNING_IN:
            self.banner.warn(session_words.warning(state, self._source.clock()))
        if self._settled:
            self._arrange()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()  # the window leads the program's life: only quitting ends it
        self.place_changed.emit(self.place)
        if self._stays():
            self.hide()
        else:
            self.showMinimized()

    def focusNextPrevChild(self, forwards: bool) -> bool:
        regions = (
            self.header,
            self.banner,
            self.strip,
            self.columns.stack,
            self.columns.detail,
            self.navigation,
        )
        order = list(dict.fromkeys(focus_order.in_order(self, regions)))  # a detail may lie in the stack
        widget = focus_order.after(order, self.focusWidget(), forwards=forwards)
        if widget is None:
            return False
        reasons = Qt.FocusReason
        widget.setFocus(reasons.TabFocusReason if forwards else reasons.BacktabFocusReason)
        focus_order.reveal(widget)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_enter(event)
        elif event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.banner.problem:
            self.banner.dismiss()
        elif self.columns.detail and focus_order.is_in(self.columns.detail, self.focusWidget()):
            self._close_detail()
        else:
            self.show_pane(Pane.CALLS)

    def _on_enter(self, event: QKeyEvent) -> None:
        """Nobody else took it: it is for the button that has the keyboard, as Space is. In the dial pad it could be
        one too many, and would cancel the call that it has just placed."""
        button = self.focusWidget()
        dialling = self._pane is Pane.DIAL and focus_order.is_in(self.columns.stack, button)
        if isinstance(button, controls.Button) and not dialling and not event.isAutoRepeat():
            button.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            trace.debug("painted")
            QTimer.singleShot(0, self, self.painted.emit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._panes:
            self._arrange()
        self._place_rests.start()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._place_rests.start()
