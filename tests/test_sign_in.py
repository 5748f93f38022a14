"""`rcdesk sign-in` against a served sandbox, with a keyring in memory in the place of the system's."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import keyring
import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend

from rcdesk import cli, sign_in
from rcdesk.__main__ import main
from rcdesk.config import paths_for
from rcdesk.sandbox.server import SandboxServer
from rcdesk.sandbox.state import Options
from rcdesk.services.commands import CommandServer
from rcdesk.services.connection import Connection, unpack
from rcdesk.services.session import ENTRY, Platform
from rcdesk.store.settings import SettingsStore
from rcdesk.store.vault import Vault
from tests.helpers.process import NO_PROXY, Home


class Memory(KeyringBackend):
    """A keyring that lasts as long as a test."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture
def memory() -> Iterator[Memory]:
    before, mine = keyring.get_keyring(), Memory()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture(scope="module")
def served() -> Iterator[SandboxServer]:
    with SandboxServer(Options(rate_limits=None)) as server:
        yield server


@pytest.fixture
def info(
    served: SandboxServer, memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Give what the sandbox told, to a person with empty folders."""
    for name, value in Home(tmp_path).environ().items():
        monkeypatch.setenv(name, value)
    return served.info


def sessions(info: dict[str, str]) -> int:
    with NO_PROXY.open(urllib.request.Request(f"{info['control']}/state"), timeout=10) as answer:
        return int(json.load(answer)["tokens"]["sessions"])


async def stored() -> str:
    vault = Vault("default")
    try:
        return await vault.get(ENTRY) or ""
    finally:
        vault.close()


def told(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Put lines on standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def arguments(info: dict[str, str], *more: str) -> list[str]:
    return ["sign-in", "--server", info["server"], "--client-id", info["client_id"], *more]


def by_jwt(info: dict[str, str]) -> list[str]:
    return arguments(info, "--client-secret-stdin", "--jwt-stdin")


def test_by_jwt_it_is_stored_as_the_window_would_have_stored_it(
    info: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told(monkeypatch, info["client_secret"], info["jwt"])
    assert main(by_jwt(info)) == cli.OK
    assert capsys.readouterr().out == (
        "Signed in as Dana Novak, ext. 101. rcdesk goes on with this at its next start.\n"
    )
    server, tokens = unpack(asyncio.run(stored())) or pytest.fail("nothing readable was stored")
    assert (server.url, server.client_id, server.client_secret) == (
        info["server"],
        info["client_id"],
        info["client_secret"],
    )
    assert tokens.refresh
    settings = SettingsStore(paths_for("default").settings)
    assert settings.value.server == info["server"]
    assert settings.value.endpoint_id == tokens.endpoint_id != ""
    settings.close()


def test_what_a_running_instance_changes_meanwhile_stays(
    info: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in = Connection.sign_in

    async def meanwhile(self: Connection, *given: Any) -> Platform:
        with closing(SettingsStore(paths_for("default").settings)) as theirs:
            theirs.update(theme="dark")
            await theirs.saved()
        return await sign_in(self, *given)

    monkeypatch.setattr(Connection, "sign_in", meanwhile)
    told(monkeypatch, info["client_secret"], info["jwt"])
    assert main(by_jwt(info)) == cli.OK
    with closing(SettingsStore(paths_for("default").settings)) as settings:
        assert (settings.value.theme, settings.value.server) == ("dark", info["server"])


def test_by_password_the_secrets_are_read_in_order(
    info: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told(monkeypatch, info["client_secret"], info["password"])
    user = ("--username", info["username"], "--extension", info["extension"], "--password-stdin")
    assert main(arguments(info, "--client-secret-stdin", *user, "--profile", "work")) == cli.OK
    assert "Dana Novak" in capsys.readouterr().out
    assert paths_for("work").settings.exists()


def test_a_wrong_password_is_told_in_words_and_nothing_is_stored(
    info: dict[str, str], memory: Memory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told(monkeypatch, info["client_secret"], "wrong")
    user = ("--username", info["username"], "--extension", info["extension"], "--password-stdin")
    assert main(arguments(info, "--client-secret-stdin", *user)) == cli.FAILED
    assert capsys.readouterr().err == (
        "You were not signed in. Number, extension and password do not belong together; check them.\n"
    )
    assert memory.entries == {}


@pytest.mark.expected_log("the keyring is given up")
def test_without_a_keyring_nobody_is_signed_in_and_no_session_is_left(
    info: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    before = sessions(info)
    told(monkeypatch, info["client_secret"], info["jwt"])
    assert main(by_jwt(info)) == cli.FAILED
    assert str(sign_in.NOT_KEPT) in capsys.readouterr().err
    assert sessions(info) == before


@pytest.mark.parametrize(
    ("more", "lines", "says"),
    [
        (["--jwt-stdin"], [], "before the JWT"),
        (["--client-secret-stdin", "--jwt-stdin"], [], "before the client secret"),
        (["--client-secret-stdin", "--jwt-stdin"], ["secret"], "before the JWT"),
        (["--username", "1", "--password-stdin"], [""], "before the password"),
        (["--username", "1"], ["x"], "--password-stdin"),
        (["--jwt-stdin", "--password-stdin"], ["x"], "without a password"),
        (["--jwt-stdin", "--extension", "1"], ["x"], "without a password"),
    ],
)
def test_what_is_missing_is_said(
    info: dict[str, str], more: list[str], lines: list[str], says: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    told(monkeypatch, *lines)
    assert main(arguments(info, *more)) == cli.USAGE
    assert says in capsys.readouterr().err


async def test_a_running_instance_goes_on_with_it(
    info: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    heard: list[str] = []

    async def resume(request: Mapping[str, Any]) -> dict[str, Any]:
        heard.append(request["command"])
        return {"said": "rcdesk signs in."}

    path = paths_for("default").socket
    path.parent.mkdir(parents=True, exist_ok=True)
    instance = CommandServer(path, {"resume": resume})
    await instance.open()
    told(monkeypatch, info["client_secret"], info["jwt"])
    assert await asyncio.to_thread(main, by_jwt(info)) == cli.OK
    assert heard == ["resume"]
    assert capsys.readouterr().out.endswith(" rcdesk, which is running, goes on with this now.\n")
    await instance.close()
