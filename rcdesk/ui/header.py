"""Header: who is signed in, what others see of them, and how the link stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolTip, QWidget

from rcdesk.core.account import Account, Availability, Presence
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.feed import Latest
from rcdesk.services.session import Phase, SessionState
from rcdesk.ui import link_words, menus, theme, words
from rcdesk.ui.painted import PaintedButton, draw_icon, draw_text
from rcdesk.ui.pills import PRESENCE_LOOKS
from rcdesk.ui.theme import GAP, Size, Tone

HEIGHT = 60
_DISC = 32
_DISC_LEFT = 6
_TEXT_LEFT = 46  # px from the left edge of the person to the words


class PersonButton(PaintedButton):
    """The person, with the presence as a dot and a word; a click opens the choice of presence."""

    def __init__(self) -> None:
        super().__init__(HEIGHT - 3 * GAP)
        self._account: Account | None = None
        self._presence: Availability | None = None
        self._describe()

    def show_person(self, account: Account | None) -> None:
        """Show who is signed in; None for nobody."""
        self._account = account
        self._describe()

    def show_presence(self, presence: Availability | None) -> None:
        """Show what others see; None while it is not known."""
        self._presence = presence
        self._describe()

    def _describe(self) -> None:
        account, presence = self._account, self._presence
        self.setEnabled(account is not None)
        if account is None:
            self.setAccessibleName("Not signed in")
        else:
            state = presence.value if presence else "presence not known"
            self.setAccessibleName(
                f"{account.name}, extension {account.extension_number}, {state}. Change presence"
            )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - _DISC) / 2
        self._paint_disc(painter, QRectF(_DISC_LEFT, top, _DISC, _DISC))
        name = self._account.name if self._account else "rcdesk"
        room = self.width() - _TEXT_LEFT
        extension = f"ext. {self._account.extension_number}" if self._account else ""
        small_strong = theme.font(Size.SMALL, strong=True)
        extension_width = QFontMetrics(small_strong).horizontalAdvance(extension) + GAP
        strong = theme.font(Size.BODY, strong=True)
        taken = draw_text(painter, _TEXT_LEFT, top + 12, room - extension_width, name, strong, Tone.TEXT)
        left = _TEXT_LEFT + taken + GAP
        draw_text(painter, left, top + 12, extension_width, extension, small_strong, Tone.DIM)
        self._paint_presence(painter, top + 30, room)
        self.paint_ring(painter)

    def _paint_disc(self, painter: QPainter, disc: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        known = self._account is not None
        painter.setBrush(Tone.ACCENT.ink() if known else QColor(theme.tokens().hover))
        painter.drawEllipse(disc)
        if self._account is None:
            draw_icon(painter, disc.left() + 8, disc.top() + 8, "person", Tone.DIM)
            return
        painter.setPen(Tone.ON_ACCENT.ink())
        painter.setFont(theme.font(Size.BODY, strong=True))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, words.initials(self._account.name))
        if self._presence:
            painter.setPen(QPen(QColor(theme.tokens().surface), 2))
            painter.setBrush(PRESENCE_LOOKS[self._presence][1].ink())
            painter.drawEllipse(QRectF(disc.right() - 9, disc.bottom() - 9, 11, 11))

    def _paint_presence(self, painter: QPainter, baseline: float, room: float) -> None:
        if self._account is None:
            text = "Not signed in"
        else:
            text = self._presence.value if self._presence else "Presence not known"
        small = theme.font(Size.SMALL)
        taken = draw_text(painter, _TEXT_LEFT, baseline, room - 4 * GAP, text, small, Tone.DIM)
        if self._account:
            draw_icon(painter, _TEXT_LEFT + taken + 3, baseline - 9, "chevron-down", Tone.DIM, 12)


class LinkLabel(QWidget):
    """How the link stands: icon and word, and since when it is not live; when it was last heard of in the tooltip."""

    def __init__(self, last_heard: Callable[[], float | None], clock: Callable[[], float]) -> None:
        super().__init__()
        self._last_heard = last_heard
        self._clock = clock
        self._status = LinkStatus()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_status(self._status)

    def show_status(self, status: LinkStatus) -> None:
        """Show how the link stands now."""
        self._status = status
        self.setAccessibleName(f"Connection: {link_words.LOOKS[status.state].word}")
        self.setAccessibleDescription(link_words.explained(status, None, self._clock()))
        self.updateGeometry()
        self.update()

    def explained(self) -> str:
        """Return what the tooltip says at this moment."""
        return link_words.explained(self._status, self._last_heard(), self._clock())

    def since(self) -> str:
        """Return since when it is not live, "" while that goes without saying."""
        status = self._status
        said = status.state in (LinkState.RECOVERING, LinkState.POLLING, LinkState.SIGNED_OUT)
        return words.since_briefly(status.since, self._clock()) if said and status.since else ""

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font(Size.SMALL))
        lines = link_words.LOOKS[self._status.state].word, self.since()
        width = max(metrics.horizontalAdvance(line) for line in lines)
        return QSize(theme.ICON_SIZE + GAP + width + 2, theme.CONTROL_HEIGHT)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.explained(), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        look, since, small = link_words.LOOKS[self._status.state], self.since(), theme.font(Size.SMALL)
        top = 0 if since else (self.height() - theme.ICON_SIZE) / 2
        draw_icon(painter, 0, top, look.icon, look.tone)
        left = theme.ICON_SIZE + GAP
        draw_text(painter, left, top + 12, self.width() - left, look.word, small, look.tone)
        draw_text(painter, left, top + 28, self.width() - left, since, small, Tone.DIM)


class Header(QFrame):
    """The line at the top of the window.

    Signals:
        presence_asked: the user wants others to see this `Availability`.
        sign_in_asked, sign_out_asked: as they say.
    """

    presence_asked = Signal(object)
    sign_in_asked = Signal()
    sign_out_asked = Signal()

    def __init__(
        self,
        session: Latest[SessionState],
        presence: Latest[Presence],
        link: Latest[LinkStatus],
        last_heard: Callable[[], float | None],
        clock: Callable[[], float],
    ) -> None:
        super().__init__()
        self.setProperty("part", "header")
        self.setFixedHeight(HEIGHT)
        self.person = PersonButton()
        self.link = LinkLabel(last_heard, clock)
        self._presence = presence
        self._session = SessionState()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4 * GAP - _DISC_LEFT, 0, 4 * GAP, 0)
        layout.setSpacing(2 * GAP)
        layout.addWidget(self.person, 1)
        layout.addWidget(self.link)
        self.person.clicked.connect(lambda _checked=False: self._on_person())
        undoings = (
            session.follow(self._on_session),
            presence.follow(self._on_presence),
            link.follow(self.link.show_status),
        )
        self.destroyed.connect(lambda _object=None: [undo() for undo in undoings])

    def presence_entries(self) -> list[menus.Entry]:
        """Return the menu of the person."""
        return [*presence_entries(self._presence.value, self.presence_asked.emit), menus.SEPARATOR,
                menus.Entry("Sign out", self.sign_out_asked.emit, "sign-out")]  # fmt: skip

    def _on_person(self) -> None:
        menus.pop_up(self, self.presence_entries(), self.person.mapToGlobal(self.person.rect().bottomLeft()))

    def _on_session(self, state: SessionState) -> None:
        self._session = state
        self.person.show_person(state.account)
        self._show_presence()

    def _on_presence(self, _presence: Presence) -> None:
        self._show_presence()

    def _show_presence(self) -> None:
        """What others see of the user is not known any more once the session is over."""
        over = self._session.phase is Phase.EXPIRED
        self.person.show_presence(None if over else self._presence.value.availability)


def presence_entries(presence: Presence, ask: Callable[[Availability], None]) -> list[menus.Entry]:
    """Return the choice of presence as a menu; the one that others see now is checked."""
    return [
        menus.Entry(
            wish.value, partial(ask, wish), *PRESENCE_LOOKS[wish], checked=wish is presence.availability
        )
        for wish in Availability
    ]
