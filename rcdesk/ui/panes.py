"""Panes: builds each pane of the window, and the detail beside it, from the services it works with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from rcdesk import __version__
from rcdesk.ui.calls_model import CallsModel
from rcdesk.ui.history_source import HistorySource
from rcdesk.ui.navigation import Pane
from rcdesk.ui.shell_services import Services
from rcdesk.ui.ticker import Ticker

if TYPE_CHECKING:  # every pane is imported where it is built: the first window needs one of them
    from rcdesk.ui.detail import Detail
    from rcdesk.ui.diagnostics import Diagnostics


class Panes(QObject):
    """Passes on what the user wishes in any of them; who shows the window carries it out.

    Signals:
        fill_asked: this number shall stand in the dial pad.
        pane_asked: this `Pane` shall be shown.
        call_chosen, record_chosen: more of this live call, or call of the past, shall be shown.
        record_selected: the same, but only where there is room beside the list.
        note_asked: a note on this call of the past shall be written.
        sign_in_asked: as it says.
        preference_changed: this preference was changed and is kept.
    """

    fill_asked = Signal(str)
    pane_asked = Signal(object)
    call_chosen = Signal(object)
    record_chosen = Signal(object)
    record_selected = Signal(object)
    note_asked = Signal(object)
    sign_in_asked = Signal()
    preference_changed = Signal(str)

    def __init__(
        self, services: Services, model: CallsModel, history: HistorySource, ticker: Ticker, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._model = model
        self._history_source = history
        self._ticker = ticker

    def builders(self) -> dict[Pane, Callable[[], QWidget]]:
        """Return what builds each pane."""
        return {
            Pane.CALLS: self._calls,
            Pane.DIAL: self._dial_pad,
            Pane.HISTORY: self._history,
            Pane.SETTINGS: self._settings,
        }

    def _calls(self) -> QWidget:
        from rcdesk.ui.calls_pane import CallsPane

        pane = CallsPane(self._model, self._history_source, self._ticker)
        pane.call_chosen.connect(self.call_chosen)
        pane.record_chosen.connect(self.record_chosen)
        pane.call_back_asked.connect(self.fill_asked)
        pane.dial_asked.connect(partial(self.pane_asked.emit, Pane.DIAL))
        return pane

    def _dial_pad(self) -> QWidget:
        from rcdesk.ui.dial_pad import DialPad
        from rcdesk.ui.dial_source import DialSource

        dialer = self._services.dialer
        source = DialSource(
            choices=dialer.choices,
            progress=dialer.progress,
            read=dialer.read,
            dial=dialer.dial,
            cancel=dialer.cancel,
            clear=dialer.clear,
            who=self._services.people.who,
            clock=self._services.clock,
        )
        pad = DialPad(source, self._services.preferences)
        pad.open_call_asked.connect(partial(self.pane_asked.emit, Pane.CALLS))
        return pad

    def _history(self) -> QWidget:
        from rcdesk.ui.history_pane import HistoryPane

        pane = HistoryPane(self._history_source)
        pane.record_selected.connect(self.record_selected)
        pane.detail_asked.connect(self.record_chosen)
        pane.note_asked.connect(self.note_asked)
        pane.call_back_asked.connect(self.fill_asked)
        return pane

    def _settings(self) -> QWidget:
        from rcdesk.ui.settings_pane import SettingsPane, SettingsSource

        services = self._services
        source = SettingsSource(
            services.session.state,
            services.calls.link,
            services.secrets_kept,
            __version__,
            services.clock,
            services.ring_test.progress,
            self.diagnostics,
        )
        pane = SettingsPane(source, services.preferences)
        pane.sign_in_asked.connect(self.sign_in_asked)
        pane.sign_out_asked.connect(services.session.sign_out)
        pane.ring_test_asked.connect(services.ring_test.start)
        pane.preference_changed.connect(self.preference_changed)
        return pane

    def diagnostics(self) -> Diagnostics:
        """Build the page of the settings that tells how everything stands."""
        from rcdesk.ui.diagnostic_words import DiagnosticsSource
        from rcdesk.ui.diagnostics import Diagnostics

        services = self._services
        source = DiagnosticsSource(
            session=services.session.state,
            link=services.calls.link,
            last_heard=lambda: services.link.last_heard,
            last_checked=lambda: services.link.last_checked,
            budgets=services.session.budgets,
            secrets_kept=services.secrets_kept,
            version=__version__,
            places=services.places,
            redact=services.redact,
            clock=services.clock,
        )
        return Diagnostics(source, self._ticker)

    def detail(self) -> Detail:
        """Build what stands beside the list, or in its place."""
        from rcdesk.ui.call_detail import CallDetail
        from rcdesk.ui.detail import Detail
        from rcdesk.ui.record_detail import RecordDetail

        who, clock, notes = self._services.people.who, self._services.clock, self._services.history.notes
        detail = Detail(CallDetail(self._model, self._ticker), RecordDetail(who, clock, notes))
        detail.call_back_asked.connect(self.fill_asked)
        return detail
