"""The window as the program assembles it, over a made-up world, with plain stand-ins for the dial pad and settings."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from rcdesk.ui.call_detail import CallDetail
from rcdesk.ui.calls_model import CallsModel
from rcdesk.ui.calls_pane import CallsPane
from rcdesk.ui.controls import Field
from rcdesk.ui.detail import Detail
from rcdesk.ui.history_pane import HistoryPane
from rcdesk.ui.main_window import MainWindow
from rcdesk.ui.navigation import Pane
from rcdesk.ui.record_detail import RecordDetail
from rcdesk.ui.ticker import Ticker
from rcdesk.ui.widgets import GUTTER, column
from tests.ui.form_samples import Notebook
from tests.ui.world import World, who


class Assembled:
    """The window and its parts."""

    def __init__(self, world: World, place: str = "", *, tray: bool = False) -> None:
        self.world = world
        self.tray = tray
        self.ticker = Ticker()
        self.notes = Notebook()
        self.model = CallsModel(world.changes, who, world.names, world.known_at, world.link, world.live)
        self.built: list[Pane] = []
        makers = {pane: (lambda pane=pane: self._build(pane)) for pane in Pane}
        self.window = MainWindow(
            world.window(), self.model, makers, self._detail, self.ticker, place, lambda: self.tray
        )

    @property
    def calls_pane(self) -> CallsPane:
        pane = self.window.pane(Pane.CALLS)
        assert isinstance(pane, CallsPane)
        return pane

    def _detail(self) -> Detail:
        return Detail(CallDetail(self.model, self.ticker), RecordDetail(who, self.world.clock, self.notes))

    def _build(self, pane: Pane) -> QWidget:
        self.built.append(pane)
        if pane is Pane.CALLS:
            return self._calls()
        if pane is Pane.HISTORY:
            history = HistoryPane(self.world.history())
            history.record_selected.connect(self.window.preview_record)
            history.detail_asked.connect(self.window.show_record)
            history.note_asked.connect(self.window.write_note)
            return history
        plain = QWidget()
        plain.setLayout(column(Field(f"{pane.value} field"), 1))
        plain.setContentsMargins(0, 0, GUTTER, 0)  # as the pane itself keeps clear of the gutter
        return plain

    def _calls(self) -> CallsPane:
        pane = CallsPane(self.model, self.world.history(), self.ticker)
        pane.call_chosen.connect(self.window_show_call)
        pane.record_chosen.connect(lambda record: self.window.show_record(record))
        pane.dial_asked.connect(lambda: self.window.show_pane(Pane.DIAL))
        return pane

    def window_show_call(self, call: object) -> None:
        self.window.show_call(call)  # type: ignore[arg-type]
