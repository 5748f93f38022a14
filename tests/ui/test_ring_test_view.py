"""How far a ring test came, in words: one line a step, and the reason where it stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from rcdesk.core.subscription import LinkState, LinkStatus, Transport
from rcdesk.services.feed import Latest
from rcdesk.services.ring_test import Progress, Step
from rcdesk.ui import ring_test_view
from rcdesk.ui.ring_test_view import RingTestView, lines
from rcdesk.ui.timeline import Mark
from tests.ui.form_samples import NOW, at

LIVE = LinkStatus(LinkState.LIVE, at(8, 12), Transport.WEBSOCKET)


def marks(progress: Progress) -> list[Mark]:
    return [mark for mark, _title, _detail in lines(progress, NOW)]


def titles(progress: Progress) -> list[str]:
    return [title for _mark, title, _detail in lines(progress, NOW)]


def test_what_is_reached_is_done_and_what_comes_next_is_under_way() -> None:
    done, doing, to_come = Mark.DONE, Mark.UNDER_WAY, Mark.TO_COME
    assert marks(Progress(LIVE)) == [done, doing, to_come, to_come, to_come]
    assert marks(Progress(LIVE, reached=Step.READ)) == [done, done, doing, to_come, to_come]
    assert marks(Progress(LIVE, reached=Step.SHOWN)) == [done, done, done, done, to_come]


@pytest.mark.parametrize(
    ("reached", "failed"),
    [
        (Step.SENT, "The message was not understood"),
        (Step.READ, "The call was not followed"),
        (Step.FOLLOWED, "No card is on the screen"),
    ],
)
def test_where_it_stopped_is_told(reached: Step, failed: str) -> None:
    progress = Progress(LIVE, reached=reached, why="For a reason.", over=True)
    place = reached + 1
    assert titles(progress)[place] == failed
    assert marks(progress) == [Mark.DONE] * place + [Mark.FAILED] + [Mark.TO_COME] * (4 - place)


def test_a_card_that_has_left_is_no_longer_said_to_be_there() -> None:
    assert titles(Progress(LIVE, reached=Step.SHOWN))[3] == "The card is on the screen"
    assert titles(Progress(LIVE, reached=Step.SHOWN, over=True))[3] == "The card was on the screen"


def test_without_a_sound_it_says_so() -> None:
    assert titles(Progress(LIVE, reached=Step.SHOWN))[-1] == "No sound is wanted"
    assert marks(Progress(LIVE, reached=Step.FOLLOWED, why="For a reason."))[-1] is Mark.TO_COME


def test_with_a_sound_it_says_whether_it_was_played() -> None:
    now = Progress(LIVE, sound=True, reached=Step.SHOWN)
    last = [
        list(lines(replace(now, **how), NOW))[-1][:2]
        for how in ({}, {"why": "No player."}, {"reached": Step.PLAYED})
    ]  # type: ignore[arg-type]
    assert last == [
        (Mark.UNDER_WAY, "Play the sound"),
        (Mark.FAILED, "No sound was played"),
        (Mark.DONE, "The sound was played"),
    ]


def test_the_way_from_the_server_is_open_while_push_is_live() -> None:
    assert next(lines(Progress(LIVE), NOW)) == (
        Mark.DONE,
        "The way from the server is open",
        "Live since 08:12",
    )


@pytest.mark.parametrize("state", [state for state in LinkState if state is not LinkState.LIVE])
def test_else_the_way_from_the_server_was_not_tested(state: LinkState) -> None:
    mark, title, detail = next(lines(Progress(LinkStatus(state, at(9, 0))), NOW))
    assert (mark, title) == (Mark.STOPPED, "The way from the server was not tested")
    assert detail.endswith("since 09:00")


def test_the_view_follows_a_test_and_offers_the_next_one_once_it_is_over(qtbot: QtBot) -> None:
    progress: Latest[Progress | None] = Latest(None)
    view = RingTestView(progress, lambda: NOW)
    qtbot.addWidget(view)
    with qtbot.waitActive(view):
        view.show()
    view.button.setFocus()
    assert view.steps == []
    with qtbot.waitSignal(view.asked, timeout=500):
        view.button.click()
    progress.publish(now := Progress(LIVE, reached=Step.FOLLOWED))
    assert view.button.text() == "Ringing…"
    assert view.button.hasFocus(), "the keyboard stays where it is"
    assert [step.title.text() for step in view.steps] == titles(now)
    progress.publish(replace(now, why="The screen is full.", over=True))
    assert view.button.text() == "Ring test"
    assert (view.why.isVisible(), view.why.text()) == (True, "The screen is full.")
    progress.publish(Progress(LIVE))
    assert not view.why.isVisible()
    assert len(view.steps) == 5
    assert ring_test_view.NO_SOUND in [step.title.text() for step in view.steps]


def test_a_view_that_is_made_while_a_test_goes_on_shows_it_and_keeps_its_shape(qtbot: QtBot) -> None:
    fresh, late = (RingTestView(Latest(now), lambda: NOW) for now in (None, Progress(LIVE)))
    for view in (fresh, late):
        qtbot.addWidget(view)
        view.resize(360, 300)
        with qtbot.waitExposed(view):
            view.show()
    assert len(late.steps) == 5
    assert late.button.text() == "Ringing…"
    assert late.button.width() == fresh.button.width()
