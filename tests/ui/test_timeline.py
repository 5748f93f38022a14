"""The steps of a RingOut: each is as high as its mark, whatever stands beside it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from rcdesk.ui.timeline import MARK, Mark, Step
from rcdesk.ui.widgets import column


@pytest.mark.parametrize("width", [120, 400])
def test_no_mark_is_cut_off(qtbot: QtBot, width: int) -> None:
    steps = [Step(1), Step(2, last=True)]
    for step in steps:
        step.tell(Mark.TO_COME, "Connected", "")
    pane = QWidget()
    qtbot.addWidget(pane)
    pane.setLayout(column(*steps, gap=0))
    pane.resize(width, pane.heightForWidth(width))
    pane.show()
    assert [step.height() >= MARK for step in steps] == [True, True]
