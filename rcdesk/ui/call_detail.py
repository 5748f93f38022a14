"""CallDetail: everything known of one live call, beside the list where the window is wide enough."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from rcdesk.core.calls import Call, Direction
from rcdesk.core.people import Who
from rcdesk.ui import words
from rcdesk.ui.calls_model import CallsModel
from rcdesk.ui.controls import Button
from rcdesk.ui.pills import StagePill
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.ticker import Ticker
from rcdesk.ui.widgets import Card, ElidedLabel, Label, Line, NumberLabel, Scroll, column, copy_text, row


class CallDetail(QWidget):
    """One live call in full. It follows the call; once that is over, it stays as it was, and says so."""

    def __init__(self, model: CallsModel, ticker: Ticker) -> None:
        super().__init__()
        self._model = model
        self.call: Call | None = None
        self._name = ElidedLabel("", Size.LARGE, strong=True)
        self._source = Label("", Size.SMALL, Tone.DIM)
        self.pill = StagePill()
        self._over = Label("This call is over. It is in the history.", Size.SMALL, Tone.DIM, wrap=True)
        self._over.hide()
        self._headings: dict[str, Label] = {}
        self._values: dict[str, Label] = {}
        self._copy = Button("Copy number", "copy")
        self._copy.clicked.connect(lambda _checked=False: copy_text(self._values["Number"].text()))
        self._lay_out()
        model.dataChanged.connect(self._on_changed)
        model.count_changed.connect(lambda _count: self._follow())
        ticker.ticked.connect(self._tick)

    def _lay_out(self) -> None:
        facts = QGridLayout()
        facts.setVerticalSpacing(2 * GAP)
        facts.setHorizontalSpacing(4 * GAP)
        facts.setColumnStretch(1, 1)
        for line, heading in enumerate(("Number", "Place", "Direction", "Queue", "Line", "Began")):
            value = NumberLabel() if heading == "Number" else Label(wrap=True)
            self._values[heading] = value
            self._headings[heading] = Label(heading, tone=Tone.DIM)
            facts.addWidget(self._headings[heading], line, 0, Qt.AlignmentFlag.AlignTop)
            facts.addWidget(value, line, 1)
        card = Card()
        head = column(self._name, self._source, gap=GAP // 2)
        content = column(head, row(self.pill, 1), self._over, Line(), facts, row(self._copy, 1), gap=4 * GAP)
        content.setContentsMargins(4 * GAP, 4 * GAP, 4 * GAP, 4 * GAP)
        card.setLayout(content)
        page = QWidget()
        page.setLayout(column(card, 1))
        self.setLayout(column(Scroll(page)))

    def show_call(self, call: Call) -> None:
        """Show `call`."""
        self.call = call
        self._over.hide()
        who = self._model.who_is(call)
        self._name.setText(who.title)
        self._source.setText(who.source.value.capitalize())
        self._source.setVisible(bool(who.source.value))
        own = call.to_number if call.direction is Direction.INBOUND else call.from_number
        for heading, text in _facts(call, who, self._model.shown(own)).items():
            self._tell(heading, text)
        self._copy.setVisible(bool(who.number))
        self._tick()

    def _tell(self, heading: str, text: str) -> None:
        value = self._values[heading]
        value.setText(text)
        value.setAccessibleName(f"{heading}: {text}")
        if isinstance(value, NumberLabel):
            value.number = text
        for label in (value, self._headings[heading]):
            label.setVisible(bool(text))

    def _on_changed(self, _first: QModelIndex, _last: QModelIndex) -> None:
        self._follow()

    def _follow(self) -> None:
        if self.call is None:
            return
        now = self._model.call_with(self.call.key)
        self._over.setVisible(now is None)
        if now is not None:
            self.show_call(now)

    def _tick(self) -> None:
        if self.call is not None and self._over.isHidden():
            self.pill.show_call(self.call, self._model.clock(), stale=self._model.stale)


def _facts(call: Call, who: Who, line: str) -> dict[str, str]:
    inbound = call.direction is Direction.INBOUND
    return {
        "Number": who.number,
        "Place": who.detail,
        "Direction": "Incoming" if inbound else "Outgoing",
        "Queue": words.queue_name(call.queue),
        "Line": (call.to_name if inbound else call.from_name) or line,
        "Began": words.in_full(call.started_at),
    }
