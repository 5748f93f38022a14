"""An rcdesk that signs in for one run, by the environment, and stores nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helpers.leaks import leaks
from tests.helpers.process import Home, Program, Rcdesk, Sandbox
from tests.helpers.wait import wait_until


@dataclass(frozen=True, slots=True)
class Desk:
    """A running rcdesk and the person's folders."""

    program: Rcdesk
    running: Program

    def ask(self, *arguments: str) -> Any:
        """Run a command with --json and return what it answers."""
        return self.program.ask(*arguments)

    def history(self) -> list[dict[str, Any]]:
        """Return the calls of the past, newest first."""
        calls: list[dict[str, Any]] = self.ask("history", "--limit", "1000")["calls"]
        return calls


@contextmanager
def desk(platform: Sandbox, home: Path, *options: str, **environ: str) -> Iterator[Desk]:
    """Start it, wait until it is signed in and its link is up, and end it in order on leaving."""
    with started(platform, home, *options, **environ) as made:
        yield made
        assert made.program.say("quit")[0] == 0
        assert made.running.wait() == 0


@contextmanager
def started(platform: Sandbox, home: Path, *options: str, **environ: str) -> Iterator[Desk]:
    """Do the same, for tests that see to its end themselves. Whatever the end, nothing private is left behind.

    `environ`: more of its environment.
    """
    info = platform.info
    program = Rcdesk(Home(home))
    with program.start(
        "--server", info["server"], "--client-id", info["client_id"], "--client-secret-env", "SECRET",
        "--jwt-env", "JWT", *options,
        SECRET=info["client_secret"], JWT=info["jwt"], QT_QPA_PLATFORM="offscreen", **environ,
    ) as running:  # fmt: skip
        made = Desk(program, running)

        def up() -> bool:
            assert running.process.poll() is None, running.stderr
            status = made.ask("status")
            return status.get("link", {}).get("state") in ("live", "polling")

        wait_until(up, within=20, why="rcdesk did not come up")
        yield made
    assert leaks(platform, home) == []
