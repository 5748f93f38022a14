"""Sign-in in the browser, from the dialog, over the desktop's own way to open addresses."""

from __future__ import annotations

import json
import re
import shlex
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.helpers import desktop
from tests.helpers.process import NO_PROXY, Rcdesk, Sandbox
from tests.helpers.wait import wait_until

DIALOG = "^Sign in to rcdesk$"
PROFILE = "browser"  # of its own: the tests of this desktop share a keyring
OURS = ("--profile", PROFILE)
WINDOW = f"^rcdesk – {PROFILE}$"


class Form(HTMLParser):
    """The fields of a login page, as a browser without script sees them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "input" and told.get("name"):
            self.fields[str(told["name"])] = told.get("value") or ""


@pytest.fixture
def visited(program: Rcdesk) -> Path:
    """Register a browser that notes the addresses it is sent to; give its notes."""
    home = program.home
    environ = home.environ()
    notes = home.folder / "visited.txt"
    script = home.folder / "browser.sh"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> {shlex.quote(str(notes))}\n')
    script.chmod(0o700)
    applications = Path(environ["XDG_DATA_HOME"]) / "applications"
    applications.mkdir(parents=True, exist_ok=True)
    entry = (
        f"[Desktop Entry]\nType=Application\nName=Notes\nExec={script} %u\nMimeType=x-scheme-handler/http;\n"
    )
    (applications / "notes.desktop").write_text(entry)
    chosen = "[Default Applications]\nx-scheme-handler/http=notes.desktop\ntext/html=notes.desktop\n"
    (Path(environ["XDG_CONFIG_HOME"]) / "mimeapps.list").write_text(chosen)
    notes.touch()
    return notes


def log_in(address: str, platform: Sandbox) -> str:
    """Do what a person does in the browser; return the page at which that ends."""
    with NO_PROXY.open(address, timeout=10) as answer:
        page, at = answer.read().decode(), answer.url
    fields = Form(page).fields
    password = next(name for name in fields if "password" in name)
    user = next(name for name in fields if re.search("user|number|login", name) and name != password)
    fields |= {user: platform.info["username"], password: platform.info["password"]}
    fields |= {name: platform.info["extension"] for name in fields if "extension" in name}
    request = urllib.request.Request(at, urllib.parse.urlencode(fields).encode())
    with NO_PROXY.open(request, timeout=10) as answer:
        return str(answer.read().decode())


def test_the_browser_leads_back_to_a_signed_in_program(
    program: Rcdesk, platform: Sandbox, visited: Path
) -> None:
    settings = Path(program.home.environ()["XDG_CONFIG_HOME"]) / "rcdesk" / PROFILE / "settings.json"
    settings.parent.mkdir(parents=True)
    info = platform.info
    settings.write_text(json.dumps({"server": info["server"], "client_id": info["public_client_id"]}))
    with program.start(*OURS) as running:
        window = wait_until(lambda: desktop.windows(title=WINDOW, pid=running.pid), within=20)[0]
        wait_until(lambda: program.ask("status", *OURS).get("session") == "signed_out", within=20)
        desktop.activate(window)
        desktop.press("Tab", "space")  # to the one button of the signed-out page
        dialog = wait_until(lambda: desktop.windows(title=DIALOG, pid=running.pid), why="no dialog came")[0]
        wait_until(lambda: desktop.active() == dialog)
        desktop.press("Return")
        address = wait_until(lambda: visited.read_text().strip(), within=20, why="no browser was opened")
        assert "code_challenge_method=S256" in address
        assert "state=" in address
        assert info["public_client_id"] in address
        assert "close this" in log_in(address, platform).lower()
        wait_until(lambda: program.ask("status", *OURS)["session"] == "signed_in", within=20)
        wait_until(lambda: not desktop.windows(title=DIALOG, pid=running.pid), why="the dialog stays")
        assert program.say("quit", *OURS)[0] == 0
        assert running.wait() == 0
    with program.start(*OURS) as running:  # the keyring has it: no dialog, no browser
        wait_until(lambda: program.say("status", *OURS)[0] == 0, within=20)
        wait_until(lambda: program.ask("status", *OURS)["session"] == "signed_in", within=20)
        assert visited.read_text().strip() == address
        assert program.say("quit", *OURS)[0] == 0
