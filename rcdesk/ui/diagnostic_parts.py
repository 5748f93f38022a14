"""The parts of the diagnostics, each a card with a heading that can be brought up to date."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QWidget

from rcdesk.core.pacing import Budget
from rcdesk.ui import link_words
from rcdesk.ui.budget_row import BudgetRow
from rcdesk.ui.controls import IconButton
from rcdesk.ui.diagnostic_words import (
    COMPUTER,
    FILES,
    LINK,
    NOT_KEPT,
    REQUESTS,
    DiagnosticsSource,
    Facts,
    computer_facts,
    link_facts,
)
from rcdesk.ui.preferences import Place
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import (
    ElidedLabel,
    IconLabel,
    Label,
    Line,
    Part,
    Section,
    column,
    copy_text,
    row,
)

HEADINGS = 88  # px for the headings, so that the texts of all parts stand below one another
NONE_SENT = "Nothing was asked of a server yet."
COUNTED = "The server counts requests in groups. Where it wants none for a while, rcdesk waits."


class DiagnosticsPart(Section):
    """A card of the diagnostics."""

    def refresh(self) -> None:
        """Bring it up to date; one that never changes has nothing to do."""


class LinkPart(DiagnosticsPart):
    """How the link and the sign-in stand."""

    def __init__(self, source: DiagnosticsSource) -> None:
        self._source = source
        self.facts = FactsGrid(link_facts(source))
        self._state = IconLabel("offline")
        self.facts.put_before("State", self._state)
        super().__init__(LINK, self.facts)

    def refresh(self) -> None:
        self.facts.tell(link_facts(self._source))
        look = link_words.LOOKS[self._source.link.value.state]
        self.facts.values["State"].set_tone(look.tone)
        self._state.show_icon(look.icon, look.tone)


class BudgetsPart(DiagnosticsPart):
    """What the server still allows."""

    def __init__(self, source: DiagnosticsSource) -> None:
        self._source = source
        self.rows: dict[str, BudgetRow] = {}
        self._rows = column(gap=2 * GAP)
        self.below = Label(NONE_SENT, Size.SMALL, Tone.DIM, wrap=True)
        super().__init__(REQUESTS, self._rows, self.below)

    def refresh(self) -> None:
        budgets = self._source.budgets()
        if [budget.group for budget in budgets] != list(self.rows):
            self._rebuild(budgets)
        for budget in budgets:
            self.rows[budget.group].show_budget(budget)
        self.below.setText(COUNTED if budgets else NONE_SENT)

    def _rebuild(self, budgets: tuple[Budget, ...]) -> None:
        for old in self.rows.values():
            old.hide()
            old.deleteLater()
        self.rows = {budget.group: BudgetRow(budget) for budget in budgets}
        for new in self.rows.values():
            self._rows.addWidget(new)


class ComputerPart(DiagnosticsPart):
    """What rcdesk runs on."""

    def __init__(self, source: DiagnosticsSource) -> None:
        self.facts = FactsGrid(computer_facts(source))
        super().__init__(COMPUTER, self.facts)


class FilesPart(DiagnosticsPart):
    """Where everything is kept."""

    def __init__(self, source: DiagnosticsSource) -> None:
        parts: list[Part] = []
        for place in source.places:
            parts += [*([Line()] if parts else []), PlaceRow(place)]
        super().__init__(FILES, *parts)


class FactsGrid(QWidget):
    """Headings, and beside each what there is to say of it."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.values: dict[str, Label] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(3 * GAP)
        self._grid.setVerticalSpacing(2 * GAP)
        self._grid.setColumnMinimumWidth(0, HEADINGS)
        self._grid.setColumnStretch(1, 1)
        for line, heading in enumerate(facts):
            self.values[heading] = Label(wrap=True)
            self._grid.addWidget(Label(heading, tone=Tone.DIM), line, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(self.values[heading], line, 1)
        self.tell(facts)

    def put_before(self, heading: str, widget: QWidget) -> None:
        """Put `widget` before the text beside `heading`."""
        both = row(widget, self.values[heading], gap=GAP)
        both.setStretch(1, 1)
        self._grid.addLayout(both, list(self.values).index(heading), 1)

    def tell(self, facts: Facts) -> None:
        """Bring the texts up to date; the headings stay the same."""
        for heading, text in facts.items():
            value = self.values[heading]
            if value.text() != text:
                value.setText(text)
                value.setAccessibleName(f"{heading}: {text}")


class PlaceRow(QWidget):
    """Where something is kept: to copy, and to see in its folder."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        path = ElidedLabel(place.path or NOT_KEPT, Size.SMALL, Tone.DIM)
        layout = row(column(Label(place.what), path, gap=2))
        layout.setStretch(0, 1)
        if place.path:
            copy = IconButton("copy", f"Copy path: {place.what}")
            copy.clicked.connect(lambda _checked=False: copy_text(place.path))
            show = IconButton("open", f"Open folder: {place.what}")
            show.clicked.connect(lambda _checked=False: _open(str(PurePath(place.path).parent)))
            layout.addWidget(copy)
            layout.addWidget(show)
        self.setLayout(layout)


def _open(folder: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(folder))
