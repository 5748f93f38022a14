"""CallCards: the cards of the live calls, kept in step with the model."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rcdesk.core.calls import Call
from rcdesk.ui.call_card import CallCard
from rcdesk.ui.calls_model import CallsModel
from rcdesk.ui.theme import GAP

SPARES = 4  # cards that are kept for the next calls
PREPARE_AFTER = 30  # ms after a card was shown: the next one is not to delay its painting


class CallCards(QWidget):
    """One card for each row of the model, in its order. A spare one waits, so that a call is shown at once.

    Signals:
        chosen: the user wants to see more of this `Call`.
    """

    chosen = Signal(object)

    def __init__(self, model: CallsModel) -> None:
        super().__init__()
        self._model = model
        self._cards: list[CallCard] = []
        self._spares: list[CallCard] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2 * GAP)
        model.rowsInserted.connect(self._on_inserted)
        model.rowsRemoved.connect(self._on_removed)
        model.rowsMoved.connect(self._on_moved)
        model.dataChanged.connect(self._on_changed)
        if model.calls:
            self._on_inserted(QModelIndex(), 0, len(model.calls) - 1)
        QTimer.singleShot(0, self, self._prepare)

    @property
    def cards(self) -> tuple[CallCard, ...]:
        """The cards shown, from the top."""
        return tuple(self._cards)

    def set_current(self, call: Call | None) -> None:
        """Mark the card of which more is shown; None for none of them."""
        for card in self._cards:
            same = call is not None and card.call is not None and card.call.key == call.key
            card.set_current(current=same)

    def tick(self) -> None:
        """Bring the clocks up to date."""
        for card in self._cards:
            card.tick()

    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        for row in range(first, last + 1):
            card = self._take_spare()
            self._show(card, self._model.call_at(row))
            self._cards.insert(row, card)
            self._layout.insertWidget(row, card)
            card.show()
        QTimer.singleShot(PREPARE_AFTER, self, self._prepare)

    def _on_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        for card in self._cards[first : last + 1]:
            self._layout.removeWidget(card)
            card.hide()
            card.set_current(current=False)
            if len(self._spares) < SPARES:
                self._spares.append(card)
            else:
                card.deleteLater()
        del self._cards[first : last + 1]

    def _on_moved(self, _from: QModelIndex, first: int, _last: int, _to: QModelIndex, below: int) -> None:
        card = self._cards.pop(first)
        place = below - (below > first)
        self._cards.insert(place, card)
        self._layout.removeWidget(card)
        self._layout.insertWidget(place, card)

    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for row in range(first.row(), last.row() + 1):
            self._show(self._cards[row], self._model.call_at(row))

    def _show(self, card: CallCard, call: Call) -> None:
        card.show_call(call, self._model.who_is(call), stale=self._model.stale)

    def _take_spare(self) -> CallCard:
        self._prepare()
        return self._spares.pop()

    def _prepare(self) -> None:
        if not self._spares:
            card = CallCard(self._model.clock)
            card.setParent(self)
            card.hide()
            card.clicked.connect(lambda _checked=False: self._on_clicked(card))
            self._spares.append(card)

    def _on_clicked(self, card: CallCard) -> None:
        if card.call:
            self.chosen.emit(card.call)
