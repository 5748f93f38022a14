"""Real programs as children of a test: rcdesk and the sandbox, each with folders of its own."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helpers.wait import wait_until

READY_WITHIN = 20.0  # seconds; a child imports much, and the machine may be busy
END_WITHIN = 10.0
RCDESK = (sys.executable, "-m", "rcdesk")
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a machine's proxy does not know us
XDG = {
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_CACHE_HOME": "cache",
    "XDG_STATE_HOME": "state",
    "XDG_RUNTIME_DIR": "run",
}


@dataclass(frozen=True, slots=True)
class Home:
    """A person's folders, empty at first, and the environment that leads a program to them."""

    folder: Path

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return this process's environment with the folders in place of the real ones."""
        places = {name: self.folder / place for name, place in XDG.items()}
        for place in places.values():
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.environ | {name: str(place) for name, place in places.items()} | dict(more or {})


class Program:
    """A child process and what it has printed so far."""

    def __init__(
        self, command: Sequence[str], folder: Path, environ: Mapping[str, str], stdin: str = ""
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.command = tuple(command)
        self._stdout, self._stderr = folder / "stdout.txt", folder / "stderr.txt"
        with self._stdout.open("wb") as out, self._stderr.open("wb") as err:
            self.process = subprocess.Popen(
                self.command, env=dict(environ), stdin=subprocess.PIPE, stdout=out, stderr=err
            )
        assert self.process.stdin
        with self.process.stdin as ear:
            ear.write(stdin.encode())

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def stdout(self) -> str:
        return self._stdout.read_text(errors="replace")

    @property
    def stderr(self) -> str:
        return self._stderr.read_text(errors="replace")

    def first_line(self) -> str:
        """Return the first whole line of its output, once it is there."""

        def line() -> str:
            assert self.process.poll() is None, f"{self.command} ended early: {self.stderr[-2000:]}"
            told, newline, _ = self.stdout.partition("\n")
            return told if newline else ""

        return wait_until(
            line, within=READY_WITHIN, why=f"{self.command} printed no line: {self.stderr[-2000:]}"
        )

    def wait(self, within: float = END_WITHIN) -> int:
        """Return its exit code once it has ended by itself."""
        return self.process.wait(within)

    def end(self) -> int:
        """End it as a session's end would, and return its exit code."""
        return end(self.process)


def end(process: subprocess.Popen[Any]) -> int:
    """Ask a child to end, wait, insist; return its exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


@contextmanager
def running(program: Program) -> Iterator[Program]:
    """Give a program and end it on leaving, if it still runs."""
    try:
        yield program
    finally:
        program.end()


@dataclass(frozen=True, slots=True)
class Rcdesk:
    """Starts rcdesk, as often as a test likes, for one person with folders of their own."""

    home: Home

    def start(self, *arguments: str, stdin: str = "", **environ: str) -> AbstractContextManager[Program]:
        """Start it with these arguments; it ends on leaving the context."""
        self.home.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=self.home.folder))
        return running(Program((*RCDESK, *arguments), folder, self.home.environ(environ), stdin))

    def say(self, *arguments: str, stdin: str = "", **environ: str) -> tuple[int, str]:
        """Run a command to its end; return its exit code and all it printed."""
        with self.start(*arguments, stdin=stdin, **environ) as command:
            return command.wait(), command.stdout + command.stderr

    def ask(self, *arguments: str) -> Any:
        """Run a command with --json and return what it answers."""
        return json.loads(self.say(*arguments, "--json")[1])


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox in a process of its own, and its control API.

    Attributes:
        info: the line of JSON that it prints: server, client_id, username, password, jwt, …
    """

    program: Program
    info: dict[str, str]

    def post(self, path: str, /, **body: Any) -> Any:
        """POST to the control API, e.g. `calls`; return its answer."""
        return self._request("POST", path, body)

    def push(self, notification: Mapping[str, Any]) -> Any:
        """Have a raw notification delivered to every subscriber."""
        return self._request("POST", "push", notification)

    def delete(self, path: str) -> Any:
        """DELETE, e.g. `faults`."""
        return self._request("DELETE", path)

    def state(self) -> Any:
        """Return the truth: active calls, presence, ring-outs, subscriptions, tokens, requests."""
        return self._request("GET", "state")

    @property
    def _opener(self) -> urllib.request.OpenerDirector:
        """Past any proxy of this machine's, which does not know us, and trusting no more than the sandbox itself."""
        trust = ssl.create_default_context(cafile=self.info.get("certificate"))
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )

    def private(self) -> dict[str, list[str]]:
        """Return what no log may hold, by kind: every secret handed out so far, and every number."""
        told: dict[str, list[str]] = self._request("GET", "private")
        return told

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.info['control']}/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None


@contextmanager
def sandbox(folder: Path, *options: str) -> Iterator[Sandbox]:
    """Start `rcdesk sandbox` on free ports and give it once it serves; end it on leaving."""
    with running(Program((*RCDESK, "sandbox", *options), folder, os.environ)) as program:
        yield Sandbox(program, json.loads(program.first_line()))
