"""RingCentral's own JavaScript SDK (npm) takes the sandbox for the platform. Optional: `make sdk-js`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.process import Sandbox, sandbox

HERE = Path(__file__).parent
RECORDS = 130

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.skipif("RCDESK_SDK_JS" not in os.environ, reason="fetches packages with npm: make sdk-js"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def packages() -> None:
    """Install the SDK beside the test, unless it is there."""
    if not (HERE / "node_modules" / "@ringcentral").is_dir():
        assert shutil.which("npm"), "npm is not installed"
        command = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(command, cwd=HERE, check=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Give a sandbox in which time runs five times as fast."""
    options = ("--records", str(RECORDS), "--rate-limits", "off", "--speed", "5")
    with sandbox(tmp_path_factory.mktemp("sandbox"), *options) as serving:
        yield serving


@pytest.fixture(scope="module")
def results(packages: None, platform: Sandbox) -> dict[str, dict[str, Any]]:
    """Let the SDK do its steps; map each to what came of it."""
    done = subprocess.run(
        ("node", "run.mjs"),
        cwd=HERE,
        input=json.dumps(platform.info),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return told


def value(results: dict[str, dict[str, Any]], step: str) -> Any:
    """Return what a step gave; fail with the SDK's own error if it gave none."""
    assert "error" not in results[step], results[step]["error"]
    return results[step]["value"]


def test_it_signs_in_by_password(results: dict[str, Any], platform: Sandbox) -> None:
    info = platform.info
    assert value(results, "password") == {
        "id": int(info["extension_id"]),
        "extensionNumber": info["extension"],
    }


def test_it_signs_in_by_jwt(results: dict[str, Any], platform: Sandbox) -> None:
    assert value(results, "jwt") == int(platform.info["extension_id"])


def test_it_signs_in_on_the_page_that_discovery_names(results: dict[str, Any], platform: Sandbox) -> None:
    assert value(results, "page") == {"id": int(platform.info["extension_id"]), "state": "a b&c"}


def test_it_shows_why_a_sign_in_was_refused(results: dict[str, Any]) -> None:
    assert "credentials" in value(results, "wrongPassword").lower()


def test_it_refreshes_its_token_once_for_two_who_ask(results: dict[str, Any], platform: Sandbox) -> None:
    assert value(results, "refresh") == {"renewed": True, "works": int(platform.info["extension_id"])}


def test_it_goes_on_when_its_token_has_expired(results: dict[str, Any], platform: Sandbox) -> None:
    assert value(results, "tokenExpiry") == [int(platform.info["extension_id"])] * 5


def test_it_waits_as_long_as_a_limit_asks(results: dict[str, Any], platform: Sandbox) -> None:
    assert value(results, "rateLimit") == int(platform.info["extension_id"])


def test_it_hears_what_came_while_its_socket_was_closed(results: dict[str, Any]) -> None:
    assert value(results, "recovery") == ["Ringing", "CallConnected", "NoCall"]


def test_it_signs_out(results: dict[str, Any]) -> None:
    assert value(results, "signOut") == 401


def test_it_pages_through_the_whole_call_log(results: dict[str, Any]) -> None:
    log = value(results, "callLog")
    assert log["perPage"] == 20
    assert log["records"] == log["different"]
    assert log["records"] >= RECORDS


def test_it_reads_one_record_by_its_address(results: dict[str, Any]) -> None:
    assert value(results, "oneRecord") is True


def test_it_follows_a_ringout_to_success(results: dict[str, Any]) -> None:
    ringout = value(results, "ringOut")
    assert ringout["first"] == "InProgress"
    assert ringout["last"] == {"callStatus": "Success", "callerStatus": "Success", "calleeStatus": "Success"}


def test_it_cancels_a_ringout(results: dict[str, Any]) -> None:
    assert value(results, "cancelledRingOut") == 204


def test_it_hears_a_call_ring(results: dict[str, Any]) -> None:
    push = value(results, "push")
    assert push["gone"], "The subscription it revoked is still there"
    assert push["status"] == "Ringing"
    assert push["from"].lstrip("+") == "16505550142"
