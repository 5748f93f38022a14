"""A server that speaks TLS with a certificate of its own: refused by default, trusted by who is told to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.one_run import desk
from tests.helpers.process import Home, Rcdesk, Sandbox, sandbox
from tests.helpers.wait import wait_until


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox(tmp_path / "sandbox", "--speed", "10", "--records", "0", "--tls") as serving:
        yield serving


@pytest.mark.parametrize("push", ["websocket", "pubnub", "polling"])
def test_calls_come_over_tls_whatever_the_transport(secure: Sandbox, tmp_path: Path, push: str) -> None:
    trust = secure.info["certificate"]
    with desk(secure, tmp_path / "home", "--push", push, SSL_CERT_FILE=trust) as made:
        link = made.ask("status")["link"]
        assert link["transport"] == push
        caller = {"number": "+13025550101", "name": "Ann Lee"}
        plan = [{"after": 0, "do": "answer"}]
        secure.post("calls", direction="Inbound", **{"from": caller}, plan=plan)
        wait_until(lambda: [call["state"] for call in made.ask("calls")["calls"]] == ["connected"])


def test_who_was_told_nothing_refuses_and_says_why(secure: Sandbox, tmp_path: Path) -> None:
    info, program = secure.info, Rcdesk(Home(tmp_path / "home"))
    code, said = program.say(
        "sign-in", "--server", info["server"], "--client-id", info["client_id"],
        "--client-secret-stdin", "--jwt-stdin", stdin=f"{info['client_secret']}\n{info['jwt']}\n",
    )  # fmt: skip
    assert code != 0
    assert "certificate" in said
    assert secure.state()["requests"]["by_status"] == {}
