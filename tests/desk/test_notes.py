"""Notes on a real screen, by the keyboard alone: what was typed is there at the next start, however this one ended."""

from __future__ import annotations

from typing import Any

from tests.desk.test_main_job import WINDOW, sign_in
from tests.helpers import desktop
from tests.helpers.process import Program, Rcdesk, Sandbox
from tests.helpers.wait import wait_until


def newest(program: Rcdesk) -> dict[str, Any]:
    call: dict[str, Any] = program.ask("history", "--limit", "1")["calls"][0]
    return call


def open_note(program: Rcdesk, running: Program) -> None:
    """Wait for calls, and bring the keyboard into the note of the newest."""
    wait_until(lambda: running.process.poll() is None and program.say("status")[0] == 0, within=20)
    wait_until(lambda: program.ask("history")["calls"], within=20)
    desktop.activate(desktop.window(title=WINDOW, pid=running.pid))
    desktop.press("ctrl+f", "Return", "Home", "F2")


def test_a_note_is_there_at_the_next_start(program: Rcdesk, platform: Sandbox) -> None:
    platform.post("records", count=10)
    sign_in(program, platform)
    with program.start() as running:
        open_note(program, running)
        desktop.type_text("Wants the invoice")
        wait_until(lambda: newest(program)["note"] == "Wants the invoice", why="it does not save itself")
        running.process.kill()
        running.process.wait()
    with program.start() as running:
        open_note(program, running)
        assert newest(program)["note"] == "Wants the invoice"
        desktop.type_text(" again")
        desktop.press("ctrl+q")
        assert running.wait() == 0
        assert running.stderr == ""
    with program.start() as running:
        wait_until(lambda: running.process.poll() is None and program.say("status")[0] == 0, within=20)
        assert newest(program)["note"] == "Wants the invoice again"
        assert program.ask("history", "--search", "invoi")["calls"] == [newest(program)]
        assert program.say("quit")[0] == 0
        assert running.wait() == 0
