"""Tray: one icon that says how things stand, with a menu; it looks for a tray again while there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from rcdesk.core.account import Presence
from rcdesk.core.calls import Call, Stage
from rcdesk.core.history import CallRecord, Filter, Page, Query
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.feed import Latest
from rcdesk.services.session import Phase, SessionState
from rcdesk.ui import link_words, menus, outcomes, theme, tray_icon, words
from rcdesk.ui.calls_model import CallsModel
from rcdesk.ui.header import presence_entries
from rcdesk.ui.history_source import HistorySource
from rcdesk.ui.menus import SEPARATOR, Entry
from rcdesk.ui.theme import Tone

LOOK_AGAIN = 2000  # ms between two looks for a tray while there is none
BEHIND = 150  # ms that the tray may be behind: what is in front of the user's eyes comes first
LOOK_AFTER = 60_000  # ms between two looks whether the tray that was there still is
RECENT = 5  # calls in the menu


@dataclass(frozen=True, slots=True)
class TraySource:
    """What the tray tells of.

    Attributes:
        last_heard: gives the moment of the last event, None before the first.
        profile: told unless it is the one that most people have alone.
    """

    session: Latest[SessionState]
    presence: Latest[Presence]
    link: Latest[LinkStatus]
    history: HistorySource
    last_heard: Callable[[], float | None]
    profile: str = "default"


class Tray(QObject):
    """The icon in the tray.

    Qt shows no icon in a tray that came up after it (seen with the StatusNotifier kind), so a new one is
    made when a tray appears. Its geometry is told by few trays, and else empty.

    Signals:
        open_asked, dial_asked, missed_asked, sign_in_asked, sign_out_asked, quit_asked: as they say.
        presence_asked: others shall see this `Availability`.
        call_back_asked: the user wants to call this number; nothing was dialled.
        available_changed: there is a tray now, or there is none any more.
    """

    open_asked = Signal()
    dial_asked = Signal()
    missed_asked = Signal()
    sign_in_asked = Signal()
    sign_out_asked = Signal()
    quit_asked = Signal()
    presence_asked = Signal(object)
    call_back_asked = Signal(str)
    available_changed = Signal(bool)

    def __init__(
        self,
        source: TraySource,
        calls: CallsModel,
        is_there: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._calls = calls
        self._is_there = is_there
        self._recent: tuple[CallRecord, ...] = ()
        self._look: tray_icon.TrayLook | None = None
        self.icon: QSystemTrayIcon | None = None
        self.menu = QMenu()
        self.menu.aboutToShow.connect(self._fill_menu)
        self._later = QTimer(self, singleShot=True, interval=BEHIND)
        self._later.timeout.connect(self._show)
        self._seeker = QTimer(self, timerType=Qt.TimerType.VeryCoarseTimer)
        self._seeker.timeout.connect(self.refresh)
        self._shown: object = None
        self._place = QRect()
        self._connect()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.primaryScreenChanged.connect(lambda _screen: self.refresh())
        self.refresh()

    @property
    def available(self) -> bool:
        """Whether there is a tray with our icon in it: only then may the window hide."""
        return self.icon is not None and self._is_there()

    @property
    def geometry(self) -> QRect:
        """Where the icon was when it last changed, if the tray tells; else an empty rectangle.

        The X server is not asked anew, since a card that is about to be shown would wait for its answer.
        """
        return self._place if self.icon else QRect()

    def tooltip(self) -> str:
        """Return how things stand, in words; nothing in it is markup, which some hosts would follow."""
        source = self._source
        now = source.history.clock()
        profile = words.profile(source.profile)
        missed = source.history.missed.value
        return "\n".join(
            [
                f"rcdesk – {profile}" if profile else "rcdesk",
                *map(self._told, self._live),
                *([words.counted(missed, "missed call")] if missed else []),
                *(["Do not disturb"] if source.presence.value.silences_everything else []),
                link_words.explained(source.link.value, None, now),
                *_heard(source.last_heard(), now),
            ]
        ).replace("<", "‹")

    def refresh(self) -> None:
        """Look whether there is a tray, and put the icon where one has lost it.

        Done by itself now and then; ask for it after sleep, or a change of screens.
        """
        there = self._is_there()
        if there and self.icon is None:
            self._make()
        elif not there and self.icon:
            self._lose()
        elif self.icon and not self.icon.isVisible():
            self.icon.show()
        elif self.icon:
            self._show_soon()  # the last event may be another, and today yesterday
        self._seeker.start(LOOK_AFTER if there else LOOK_AGAIN)

    def close(self) -> None:
        """Take the icon away."""
        self._seeker.stop()
        if self.icon:
            self.icon.hide()

    def entries(self) -> list[Entry]:
        """Return the menu, as plain data: a tray host may draw it by itself."""
        signed_in = self._source.session.value.phase in (Phase.SIGNED_IN, Phase.EXPIRED)
        missed = self._source.history.missed.value
        return [
            Entry("Open rcdesk", self.open_asked.emit, "open"),
            Entry("Dial…", self.dial_asked.emit, "keypad"),
            SEPARATOR,
            *self._live_entries(),
            *(
                [Entry(f"Missed ({missed})", self.missed_asked.emit, "call-missed", Tone.DANGER)]
                if missed
                else []
            ),
            *self._recent_entries(),
            SEPARATOR,
            *(presence_entries(self._source.presence.value, self.presence_asked.emit) if signed_in else []),
            SEPARATOR,
            Entry("Sign out", self.sign_out_asked.emit, "sign-out")
            if signed_in
            else Entry("Sign in…", self.sign_in_asked.emit, "sign-in"),
            Entry("Quit", self.quit_asked.emit, "quit"),
        ]

    def _live_entries(self) -> list[Entry]:
        return [Entry(self._told(call), self.open_asked.emit, "phone", Tone.ON_CALL) for call in self._live]

    def _told(self, call: Call) -> str:
        return f"{words.stage_word(call)}: {self._calls.who_is(call).title}"

    @property
    def _live(self) -> tuple[Call, ...]:
        """The calls that are told of; none once nobody is signed in, for whom they would be ringing for ever."""
        return () if self._source.link.value.state is LinkState.SIGNED_OUT else self._calls.calls

    def _recent_entries(self) -> list[Entry]:
        now = self._source.history.clock()
        entries = []
        for record in self._recent:
            who = self._source.history.who(record.number, record.name, record.location)
            text = words.joined(who.title, words.ago(record.started_at, now))
            do = (lambda number=record.number: self.call_back_asked.emit(number)) if record.number else None
            entries.append(Entry(text, do, outcomes.icon(record), outcomes.tone(record)))
        return entries

    def _connect(self) -> None:
        source = self._source
        undoings = [
            feed.subscribe(lambda _news: self._show_soon())
            for feed in (source.session, source.presence, source.link, source.history.missed)
        ]
        undoings.append(source.history.changed.subscribe(lambda _none: self._ask()))
        self._calls.count_changed.connect(lambda _count: self._show_soon())
        self._calls.dataChanged.connect(lambda _first, _last: self._show_soon())
        self.destroyed.connect(lambda _object=None: [undo() for undo in undoings])
        self._ask()

    def _ask(self) -> None:
        self._source.history.find(Query(Filter.ALL), None, self._on_page)

    def _on_page(self, page: Page) -> None:
        self._recent = page.records[:RECENT]
        self._show_soon()

    def _show_soon(self) -> None:
        """Show what has changed with the next batch; never put off again, however much goes on changing."""
        if not self._later.isActive():
            self._later.start()

    def _make(self) -> None:
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._on_activated)
        self._look = None
        self._show()
        self.icon.show()
        self._show_soon()  # once more, when its place is known
        self.available_changed.emit(True)  # noqa: FBT003 - Qt's own signature

    def _lose(self) -> None:
        if self.icon:
            self.icon.hide()
            self.icon.deleteLater()
            self.icon = None
            self.available_changed.emit(False)  # noqa: FBT003 - Qt's own signature

    def _show(self) -> None:
        """Bring icon, tooltip and menu up to date; hosts that draw the menu themselves need it beforehand."""
        if not self.icon:
            return
        look = self.look()
        if look != self._look:
            self._look = look
            self.icon.setIcon(tray_icon.draw(look))
        if (words_now := self.tooltip()) != self.icon.toolTip():
            self.icon.setToolTip(words_now)
        self._place = self.icon.geometry()
        if not self.menu.isVisible():  # nothing changes under the pointer
            self._fill_menu()

    def look(self) -> tray_icon.TrayLook:
        """Return what the icon tells just now."""
        return tray_icon.TrayLook(
            self._source.link.value.state,
            self._source.presence.value.silences_everything,
            self._source.history.missed.value,
            any(call.stage is Stage.RINGING for call in self._live),
        )

    def _fill_menu(self) -> None:
        entries = self.entries()
        shown = [(entry.text, entry.icon, entry.checked, entry.do is None) for entry in entries]
        if (shown, self._recent, theme.is_dark()) != self._shown:
            self._shown = (shown, self._recent, theme.is_dark())
            menus.fill(self.menu, entries)

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.MiddleClick):
            self.open_asked.emit()


def _heard(at: float | None, now: float) -> list[str]:
    """Tell when the last event came. Not how long ago that is: a host shows its tooltip as it was told last."""
    return [] if at is None else [f"Last event: {words.since(at, now).removeprefix('since ')}"]
