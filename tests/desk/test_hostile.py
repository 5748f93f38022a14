"""A screen full of calls with hostile names, while somebody types into another program's window."""

from __future__ import annotations

from tests.helpers import desktop
from tests.helpers.desktop import Notepad
from tests.helpers.process import Rcdesk, Sandbox
from tests.helpers.wait import wait_until

MANY = 30
NAME = "<b>&Mallory</b> \u202e😀 " + "x" * 40
TYPED = "all of this arrives"


def test_many_calls_take_no_key_and_dial_nothing(program: Rcdesk, platform: Sandbox, victim: Notepad) -> None:
    info = platform.info
    with program.start(
        "--server", info["server"], "--client-id", info["client_id"], "--client-secret-env", "SECRET",
        "--jwt-env", "JWT", SECRET=info["client_secret"], JWT=info["jwt"],
    ) as running:  # fmt: skip
        wait_until(lambda: program.ask("status").get("link", {}).get("state") == "live", within=20)
        desktop.activate(victim.window)
        for nth in range(MANY):
            caller = {"number": f"+1650555{nth:04d}", "name": NAME}
            platform.post("calls", **{"direction": "Inbound", "from": caller})
        desktop.type_text(TYPED)
        wait_until(lambda: len(program.ask("calls")["calls"]) == MANY, within=10)
        desktop.press("Return", "space", "Tab", "Escape")
        desktop.type_text("!")
        wait_until(lambda: victim.text.endswith("!"), why="a key was lost")
        assert victim.text == TYPED + "\n \t\x1b!"
        assert desktop.active() == victim.window
        screen = desktop.screen()
        cards = desktop.windows(pid=running.pid, title="^rcdesk call$")
        assert cards
        assert all(desktop.box_of(card).inside(screen) for card in cards)
        state = platform.state()
        assert (state["ring_outs"], len(state["active_calls"])) == ([], MANY)
        assert running.stderr == ""
