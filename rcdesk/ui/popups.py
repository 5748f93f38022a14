"""Popups: one card for each call that rings, stacked from the corner nearest the tray."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QScreen

from rcdesk.ui import placement
from rcdesk.ui.placement import Alone, Box, Spots
from rcdesk.ui.popup import TALL, WIDTH, Face, PopupCard
from rcdesk.ui.ticker import Ticker

trace = logging.getLogger("rcdesk.trace")  # for benchmarks: when a card was on screen

SPARES = 4  # cards that are kept for the next calls
PREPARE_AFTER = 30  # ms after a card was shown: the next one is not to delay its painting


class Popups(QObject):
    """The cards on screen, each under the key of its call. A card keeps its place until it leaves.

    Signals:
        open_asked: the user wants to see the call with this key in the window.
        call_back_asked: the user wants to call this number; nothing was dialled.
        dismissed: the user sent the card of the call with this key away.
        left: the card of the call with this key is gone, for whatever reason, or the wait for room is over.
        painted: the card of the call with this key is on the screen.
        ringing: whether a card says now that a phone rings; told when that changes.
    """

    open_asked = Signal(str)
    call_back_asked = Signal(str)
    dismissed = Signal(str)
    left = Signal(str)
    painted = Signal(str)
    ringing = Signal(bool)

    def __init__(
        self,
        clock: Callable[[], float],
        ticker: Ticker,
        tray_geometry: Callable[[], QRect] = QRect,
        parent: QObject | None = None,
        places: Spots | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._ticker = ticker
        self._tray_geometry = tray_geometry
        self._places = places or Alone()
        self._cards: dict[str, PopupCard] = {}
        self._spots: dict[str, Box] = {}
        self._waiting: dict[str, Face] = {}  # there was no room for them yet
        self._spares: list[PopupCard] = []
        self._ringing = False
        ticker.ticked.connect(self._tick)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.screenRemoved.connect(self._on_screens_changed)
            app.primaryScreenChanged.connect(self._on_screens_changed)
        QTimer.singleShot(0, self, self._prepare)

    def card(self, key: str) -> PopupCard | None:
        """Return the card of a call, None if it has none on screen."""
        return self._cards.get(key)

    @property
    def keys(self) -> tuple[str, ...]:
        """The calls that have a card on screen, oldest first."""
        return tuple(self._cards)

    def show(self, key: str, face: Face) -> None:
        """Show `face` for the call with `key`: on its card, or on a new one in the next free place."""
        card = self._cards.get(key)
        if card is not None:
            self._change(key, card, face)
        else:
            self._waiting[key] = face
            self._place_waiting()

    def take_away(self, key: str) -> None:
        """Take the card of a call away, if it has one."""
        waited = self._waiting.pop(key, None)
        card = self._cards.pop(key, None)
        if card is None:
            if waited:
                self.left.emit(key)
            return
        self._places.release(self._spots.pop(key))
        card.leave()
        if len(self._spares) < SPARES:
            self._spares.append(card)
        else:
            card.deleteLater()
        self._want_ticks()
        self.left.emit(key)
        self._place_waiting()

    def clear(self) -> None:
        """Take every card away."""
        for key in (*self._waiting, *self.keys):
            self.take_away(key)

    def _change(self, key: str, card: PopupCard, face: Face) -> None:
        corner = self._screen_and_corner()[1]
        card.show_face(face)
        place = placement.within(self._spots[key], face.height, corner)
        card.setGeometry(place.x, place.y, place.width, place.height)
        self._want_ticks()

    def _place_waiting(self) -> None:
        screen, corner = self._screen_and_corner()
        area = _box(screen.availableGeometry())
        for key, face in list(self._waiting.items()):
            spot = self._take_spot(area, corner)
            if spot is None:
                return
            del self._waiting[key]
            self._show_at(key, face, spot, placement.within(spot, face.height, corner))

    def _take_spot(self, area: Box, corner: placement.Corner) -> Box | None:
        """Return where the next card goes, past those of another profile's rcdesk."""
        elsewhere: list[Box] = []
        while True:
            spot = placement.free_spot(WIDTH, TALL, area, corner, [*self._spots.values(), *elsewhere])
            if spot is None or self._places.take(spot):
                return spot
            elsewhere.append(spot)

    def _show_at(self, key: str, face: Face, spot: Box, place: Box) -> None:
        self._prepare()
        card = self._spares.pop()
        self._cards[key], self._spots[key] = card, spot
        card.show_face(face)
        card.setGeometry(place.x, place.y, place.width, place.height)
        card.show()
        self._want_ticks()
        QTimer.singleShot(PREPARE_AFTER, self, self._prepare)

    def _prepare(self) -> None:
        """Keep one card ready: showing it is a matter of a few ms then."""
        if not self._spares:
            self._spares.append(card := PopupCard(self._clock))
            card.open_asked.connect(lambda: self.open_asked.emit(self._key_of(card)))
            card.silence_asked.connect(lambda: self._on_silence(self._key_of(card)))
            card.call_back_asked.connect(lambda number: self._on_call_back(self._key_of(card), number))
            card.left.connect(lambda: self.take_away(self._key_of(card)))
            card.painted.connect(lambda: self._on_painted(card))

    def _on_painted(self, card: PopupCard) -> None:
        key = self._key_of(card)
        trace.debug("painted-card %s", key)
        self.painted.emit(key)

    def _key_of(self, card: PopupCard) -> str:
        return next((key for key, shown in self._cards.items() if shown is card), "")

    def _screen_and_corner(self) -> tuple[QScreen, placement.Corner]:
        screens = QGuiApplication.screens()
        tray = _box(self._tray_geometry())
        primary = screens.index(QGuiApplication.primaryScreen())
        index = placement.screen_of(tray, [_box(screen.geometry()) for screen in screens], primary)
        return screens[index], placement.corner_near(tray, _box(screens[index].geometry()))

    def _on_screens_changed(self, _screen: QScreen) -> None:
        """A screen is gone or another is the first: every card gets a new place, since its own may be gone."""
        screen, corner = self._screen_and_corner()
        area = _box(screen.availableGeometry())
        for taken in self._spots.values():
            self._places.release(taken)
        self._spots = {}
        for key, card in self._cards.items():
            spot = self._take_spot(area, corner) or Box(area.x, area.y, WIDTH, TALL)
            self._spots[key] = spot
            place = placement.within(spot, card.height(), corner)
            card.setGeometry(place.x, place.y, place.width, place.height)

    def _tick(self) -> None:
        for card in self._cards.values():
            card.tick()

    def _want_ticks(self) -> None:
        counting = any(card.face and card.face.since is not None for card in self._cards.values())
        self._ticker.want("popups", wanted=counting)
        if counting is not self._ringing:
            self._ringing = counting
            self.ringing.emit(counting)

    def _on_silence(self, key: str) -> None:
        self.dismissed.emit(key)
        self.take_away(key)

    def _on_call_back(self, key: str, number: str) -> None:
        self._on_silence(key)
        self.call_back_asked.emit(number)


def _box(rect: QRect) -> Box:
    return Box(rect.x(), rect.y(), rect.width(), rect.height())
