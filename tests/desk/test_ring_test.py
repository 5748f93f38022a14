"""The ring test on a real screen: a card comes up, the keyboard stays where it is, and nothing is kept of it."""

from __future__ import annotations

from tests.desk.test_main_job import CARD, WINDOW, signed_in
from tests.helpers import desktop
from tests.helpers.desktop import Notepad
from tests.helpers.process import Rcdesk, Sandbox
from tests.helpers.wait import wait_until

TO_THE_BUTTON = ("Tab",) * 6  # person, sign out, appearance, cards, sound, ring test


def test_a_ring_test_shows_its_card_and_leaves_nothing(
    program: Rcdesk, platform: Sandbox, victim: Notepad
) -> None:
    with signed_in(program, platform) as running:
        desktop.activate(desktop.window(title=WINDOW, pid=running.pid))
        desktop.press("ctrl+4", *TO_THE_BUTTON, "space")
        card = wait_until(lambda: desktop.windows(title=CARD, pid=running.pid), why="no card came")[0]
        assert desktop.box_of(card).inside(desktop.screen())
        assert program.ask("calls")["calls"] == []
        desktop.activate(victim.window)
        desktop.type_text("Dear Ann,")
        wait_until(lambda: victim.text == "Dear Ann,", why="a key was lost")
        wait_until(lambda: not desktop.windows(title=CARD, pid=running.pid), within=15, why="the card stays")
        assert program.ask("status")["live_calls"] == 0
        past = program.ask("history", "--limit", "1000")["calls"]
        assert not [call for call in past if call["session_id"].startswith("ring-test")]
        assert program.ask("history", "--search", "Ring test")["calls"] == []
