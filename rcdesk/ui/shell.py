"""Shell: the window, the cards and the tray, and what they wish of the services."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget

from rcdesk.core.calls import Change
from rcdesk.core.history import Filter
from rcdesk.services.feed import Feed
from rcdesk.ui.activation import Tokens
from rcdesk.ui.calls_model import CallsModel
from rcdesk.ui.history_source import HistorySource
from rcdesk.ui.main_window import MainWindow
from rcdesk.ui.navigation import Pane
from rcdesk.ui.panes import Panes
from rcdesk.ui.shell_services import Services
from rcdesk.ui.theme import Theme, resources
from rcdesk.ui.ticker import Ticker
from rcdesk.ui.window_source import WindowSource

if TYPE_CHECKING:  # every part is imported where it is made: the first window needs few of them
    from rcdesk.services.session import Server, SessionState, Way
    from rcdesk.ui.away_card import AwayCard
    from rcdesk.ui.cards import Cards
    from rcdesk.ui.dial_pad import DialPad
    from rcdesk.ui.ring_card import RingCard
    from rcdesk.ui.ringer import Ringer
    from rcdesk.ui.tray import Tray


class Shell(QObject):
    """All that is on screen. Built before the first paint, so each part is made when it is first needed."""

    def __init__(
        self, qapp: QApplication, services: Services, *, profile: str, quit_asked: Callable[[], None]
    ) -> None:
        super().__init__()
        self._services = services
        self._quit_asked = quit_asked
        self._profile = profile
        self.theme = Theme(qapp, services.preferences.value.theme)
        self._ticker = Ticker(self)
        people = services.people
        self._after_cards: Feed[Change] = Feed()
        self._stop_listening = services.calls.changes.subscribe(self._on_change)
        calls = services.calls
        self._model = CallsModel(
            self._after_cards, people.who, people.changed, calls.now, calls.link, calls.calls, self,
            services.dialer.as_shown,
        )  # fmt: skip
        self._stop_refreshing = services.dialer.progress.subscribe(lambda _progress: self._model.refresh())
        self._history = HistorySource(
            find=services.history.find,
            changed=services.history.changed,
            missed=services.history.missed,
            syncing=services.history.syncing,
            mark_seen=services.history.mark_seen,
            who=people.who,
            names_changed=people.changed,
            clock=services.clock,
        )
        self.window = self._make_window(profile)
        self._dialog: QWidget | None = None
        self.tray: Tray | None = None
        self.cards: Cards | None = None
        self.away_card: AwayCard | None = None
        self.ring_card: RingCard | None = None
        self.ringer: Ringer | None = None
        self._browser_url = ""
        self._tokens = Tokens()
        services.session.state.subscribe(self._on_session)

    def show(self, *, quietly: bool = False) -> None:
        """Show the window; `quietly` leaves the keyboard where it is."""
        if quietly:
            self.window.show_quietly()
        else:
            self.window.show()

    def on_painted(self, then: Callable[[], None]) -> None:
        """Call `then` once the window was painted for the first time."""
        self.window.painted.connect(then)

    def furnish(self) -> None:
        """Add what need not stand between the start and the first paint: tray and cards."""
        from rcdesk.ui.away_card import AwayCard
        from rcdesk.ui.cards import Cards
        from rcdesk.ui.faces import face
        from rcdesk.ui.popups import Popups
        from rcdesk.ui.ring_card import RingCard
        from rcdesk.ui.ringer import Ringer
        from rcdesk.ui.tray import Tray, TraySource

        services = self._services
        source = TraySource(
            services.session.state,
            services.presence.presence,
            services.calls.link,
            self._history,
            lambda: services.link.last_heard,
            self._profile,
        )
        self.tray = tray = Tray(source, self._model, parent=self)
        tray.open_asked.connect(self._toggle)
        tray.dial_asked.connect(partial(self._bring, Pane.DIAL))
        tray.missed_asked.connect(self._show_missed)
        tray.sign_in_asked.connect(self.ask_to_sign_in)
        tray.sign_out_asked.connect(services.session.sign_out)
        tray.quit_asked.connect(self._quit_asked)
        tray.presence_asked.connect(services.presence.choose)
        tray.call_back_asked.connect(self.fill)
        popups = Popups(
            services.calls.platform_now, self._ticker, lambda: tray.geometry, self, services.spots
        )
        popups.call_back_asked.connect(self.fill)
        popups.open_asked.connect(self._open_call)
        self.cards = Cards(
            popups, services.calls.changes, services.presence.presence, services.link.status,
            services.people.who, self._wants_cards, self, partial(face, profile=self._profile),
        )  # fmt: skip
        self.cards.dismissed.connect(services.history.dismiss)
        self.away_card = AwayCard(popups, services.away.summaries, services.clock, self._wants_cards, self)
        self.away_card.history_asked.connect(self._show_history)
        self.ring_card = RingCard(
            services.ring_test,
            popups,
            services.presence.presence,
            services.link.status,
            self._wants_cards,
            self,
        )
        self.ringer = Ringer(resources() / "ring.wav", parent=self)
        self.ringer.played.connect(lambda _player: services.ring_test.played())
        self.ringer.failed.connect(services.ring_test.not_played)
        popups.ringing.connect(self._on_ringing)
        popups.painted.connect(self._on_card)

    def bring_up(self, activation: str) -> None:
        """Somebody outside asked for the window. It takes the keyboard only with the token of the user's own act."""
        if self._tokens.spend(activation):
            self.window.bring_up()
        else:
            self.window.ask_to_be_seen()

    def fill_from_outside(self, text: str) -> None:
        """Put a number that a link or a command gave into the dial pad; nobody may be looking."""
        pad = self._dial_pad()
        self.window.show_pane(Pane.DIAL)
        pad.fill(text, outside=True)
        self.window.tell_waiting(pad.waiting)

    def fill(self, text: str) -> None:
        """Put a number into the dial pad, in front of the user; nothing is dialled."""
        pad = self._dial_pad()
        self._bring(Pane.DIAL)
        pad.fill(text)
        self.window.tell_waiting(pad.waiting)

    def ask_to_sign_in(self) -> None:
        """Show the sign-in dialog."""
        from rcdesk.ui.login_dialog import LoginDialog

        if self._dialog:
            self._dialog.raise_()
            self._dialog.activateWindow()
            return
        session = self._services.session
        self._dialog = dialog = LoginDialog(
            session.state,
            self._sign_in,
            session.cancel,
            session.defaults(),
            self._services.start_demo,
            self.window,
        )
        dialog.finished.connect(self._on_dialog_finished)
        dialog.open()

    def close(self) -> None:
        """Take everything off the screen."""
        self._stop_listening()
        self._stop_refreshing()
        self._services.preferences.update(geometry=self.window.place)
        if self.ringer:
            self.ringer.close()
        if self.away_card:
            self.away_card.close()
        if self.ring_card:
            self.ring_card.close()
        if self.cards:
            self.cards.close()
        if self.tray:
            self.tray.close()
        self.window.hide()
        self.window.deleteLater()

    def _retry(self) -> None:
        """Whatever waits for the server, it is tried at once."""
        self._services.session.retry()
        self._services.link.retry()

    def _make_window(self, profile: str) -> MainWindow:
        services = self._services
        source = WindowSource(
            session=services.session.state,
            presence=services.presence.presence,
            link=services.calls.link,
            missed=services.history.missed,
            problems=services.problems,
            last_heard=lambda: services.link.last_heard,
            clock=services.clock,
            retry=self._retry,
            profile=profile,
        )
        self._panes = panes = Panes(services, self._model, self._history, self._ticker, self)
        window = MainWindow(
            source,
            self._model,
            panes.builders(),
            panes.detail,
            self._ticker,
            services.preferences.value.geometry,
            lambda: self.tray is not None and self.tray.available,
        )
        panes.fill_asked.connect(self.fill)
        panes.pane_asked.connect(self._bring)
        panes.call_chosen.connect(window.show_call)
        panes.record_chosen.connect(window.show_record)
        panes.record_selected.connect(window.preview_record)
        panes.note_asked.connect(window.write_note)
        panes.sign_in_asked.connect(self.ask_to_sign_in)
        panes.preference_changed.connect(self._on_preference)
        window.sign_in_asked.connect(self.ask_to_sign_in)
        window.sign_out_asked.connect(services.session.sign_out)
        window.quit_asked.connect(self._quit_asked)
        window.presence_asked.connect(services.presence.choose)
        window.place_changed.connect(lambda place: services.preferences.update(geometry=place))
        return window

    def _dial_pad(self) -> DialPad:
        from rcdesk.ui.dial_pad import DialPad

        pad = self.window.pane(Pane.DIAL)
        assert isinstance(pad, DialPad)
        return pad

    def _bring(self, pane: Pane) -> None:
        self.window.show_pane(pane)
        self.window.bring_up()

    def _toggle(self) -> None:
        """A click on the tray's icon shows the window, or hides one that is in front."""
        if self.window.isActiveWindow():
            self.window.close()
        else:
            self.window.bring_up()

    def _show_missed(self) -> None:
        self._show_history(Filter.MISSED)

    def _show_history(self, which: Filter = Filter.ALL) -> None:
        from rcdesk.ui.history_pane import HistoryPane

        self._bring(Pane.HISTORY)
        pane = self.window.pane(Pane.HISTORY)
        if isinstance(pane, HistoryPane):
            pane.show_only(which)

    def _open_call(self, key: str) -> None:
        if self.away_card and key == self.away_card.KEY:
            return
        if self.ring_card and self.ring_card.is_its(key):
            self._bring(Pane.SETTINGS)
            return
        call = next((call for call in self._services.calls.calls if call.key == key), None)
        self._bring(Pane.CALLS)
        if call:
            self.window.show_call(call)

    def _on_change(self, change: Change) -> None:
        """Tell the window with the loop's next turn: its painting must not hold up the card of a call that rings.

        The screen's word that a card is mapped is heard only once all that is due in the window is painted.
        """
        QTimer.singleShot(0, self, partial(self._after_cards.publish, change))

    def _sign_in(self, server: Server, way: Way, remember: bool) -> None:
        self._services.session.sign_in(server, way, remember=remember)

    def _on_dialog_finished(self, _result: int) -> None:
        if self._dialog:
            self._dialog.deleteLater()
            self._dialog = None

    def _on_session(self, state: SessionState) -> None:
        """Open the browser; that this worked nobody can tell, so the dialog shows the address as well."""
        if state.browser_url and state.browser_url != self._browser_url:
            QDesktopServices.openUrl(QUrl(state.browser_url))
        self._browser_url = state.browser_url

    def _wants_cards(self) -> bool:
        return self._services.preferences.value.popups

    def _on_ringing(self, rings: bool) -> None:
        if self.ringer and rings and self._services.preferences.value.sound:
            self.ringer.ring()
        elif self.ringer:
            self.ringer.hush()

    def _on_card(self, key: str) -> None:
        """The card of a ring test wants to hear of the sound, also where another call rings already."""
        if self.ring_card and self.ring_card.is_its(key):
            self._on_ringing(rings=True)

    def _on_preference(self, name: str) -> None:
        kept = self._services.preferences.value
        if name == "theme":
            self.theme.choose(kept.theme)
        elif name == "sound" and self.ringer and not kept.sound:
            self.ringer.hush()
        elif name == "push":
            self._services.link.choose(kept.push)
        elif name == "popups" and self.cards and not kept.popups:
            self.cards.clear()
