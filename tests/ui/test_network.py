"""Qt's word that the network is back is passed on; what it says of a network that it cannot see is not."""

from __future__ import annotations

import logging

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation

from rcdesk.ui.network import Medium, Network, Reachability, qt_network

ONLINE, AWAY = Reachability.Online, Reachability.Disconnected


class Information(QObject):
    """What Qt knows of a network, said by hand: no test can pull the cable."""

    reachabilityChanged = Signal(Reachability)
    transportMediumChanged = Signal(Medium)

    def __init__(self, first: Reachability, medium: Medium) -> None:
        super().__init__()
        self._first, self._medium = first, medium

    def reachability(self) -> Reachability:
        return self._first

    def transportMedium(self) -> Medium:
        return self._medium


def changes(*news: Reachability | Medium, first: Reachability = ONLINE, medium: Medium = Medium.WiFi) -> int:
    """How often the network was said to be back."""
    information, told = Information(first, medium), list[None]()
    network = Network(information)  # type: ignore[arg-type]
    network.changed.connect(lambda: told.append(None))
    for one in news:
        if isinstance(one, Reachability):
            information.reachabilityChanged.emit(one)
        else:
            information.transportMediumChanged.emit(one)
    return len(told)


pytestmark = pytest.mark.usefixtures("qtbot")


@pytest.mark.parametrize("away", [AWAY, Reachability.Local, Reachability.Site])
def test_a_network_that_is_back_is_told(away: Reachability) -> None:
    assert changes(away, ONLINE) == 1
    assert changes(ONLINE, first=away) == 1
    assert changes(away, ONLINE, away, away, ONLINE) == 2


def test_a_network_that_is_gone_or_only_becomes_known_is_no_news() -> None:
    assert changes(AWAY) == 0
    assert changes(AWAY, Reachability.Local) == 0
    assert changes(ONLINE, first=Reachability.Unknown) == 0
    assert changes(ONLINE) == 0


def test_another_network_is_told_while_there_is_one() -> None:
    assert changes(Medium.Ethernet) == 1
    assert changes(AWAY, Medium.Ethernet) == 0
    assert changes(Medium.Unknown, Medium.WiFi) == 0
    assert changes(Medium.Ethernet, medium=Medium.Unknown) == 0
    assert changes(AWAY, Medium.Ethernet, ONLINE) == 1


def test_where_qt_knows_nothing_it_is_said_once_and_that_is_all(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    Network(None)
    assert caplog.messages == ["= Qt tells nothing of the network here"]


def test_qt_itself_can_be_asked() -> None:
    information = qt_network()
    if information is not None:  # which backends there are is the system's matter
        told: list[None] = []
        network = Network(information)
        network.changed.connect(lambda: told.append(None))
        information.reachabilityChanged.emit(AWAY)
        information.reachabilityChanged.emit(ONLINE)
        assert told == [None]
    assert information is QNetworkInformation.instance()
