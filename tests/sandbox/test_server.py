"""The sandbox as a process and as a thread, and the vendor's own SDK as its client."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from ringcentral import SDK

from rcdesk.sandbox import faults_control
from rcdesk.sandbox.calls import Deed
from rcdesk.sandbox.cli import main
from rcdesk.sandbox.server import SandboxServer
from rcdesk.sandbox.state import Options, Sandbox
from tests.helpers.wait import wait_until

FIELDS = [
    "server", "client_id", "client_secret", "public_client_id", "redirect_uri", "username", "extension",
    "extension_id", "password", "jwt", "pubnub_origin", "ringout_from", "ringout_to", "control",
]  # fmt: skip
E = "/account/~/extension/~"


PRESENCE = "/restapi/v1.0/account/~/extension/~/presence?detailedTelephonyState=true"
OVER_PUBNUB = {"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "PubNub"}}


@contextmanager
def signed_in(info: dict[str, str]) -> Iterator[httpx.Client]:
    """A client with a token."""
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": info["jwt"]}
    with httpx.Client(base_url=info["server"], trust_env=False) as client:
        answer = client.post(
            "/restapi/oauth/token", data=form, auth=(info["client_id"], info["client_secret"])
        )
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """A sandbox on a thread of its own, fifty times as fast as life."""
    with SandboxServer(Options(records=120, speed=50, rate_limits=None)) as running:
        yield running


@pytest.fixture
def platform(server: SandboxServer) -> Any:
    """The vendor's SDK, signed in by JWT."""
    info = server.info
    made = SDK(info["client_id"], info["client_secret"], info["server"]).platform()
    made.login(jwt=info["jwt"])
    return made


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_serves_and_ends_cleanly_when_told(ending: signal.Signals) -> None:
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "rcdesk.sandbox",
        "--seed",
        "5",
        "--records",
        "3",
        "--lively",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        info = json.loads(process.stdout.readline())
        assert list(info) == FIELDS
        assert all(isinstance(value, str) and value for value in info.values())
        assert httpx.get(f"{info['control']}/state", trust_env=False).json()["tokens"]["sessions"] == 0
        process.send_signal(ending)
        rest, complaints = process.communicate(timeout=10)
    assert (process.returncode, rest, complaints) == (0, "", "")


def test_the_same_seed_prints_the_same_account() -> None:
    def info(seed: int) -> dict[str, str]:
        with SandboxServer(Options(seed=seed, records=0)) as running:
            return running.info

    first, second, other = info(9), info(9), info(10)
    moving = ("server", "control", "pubnub_origin")
    still = [name for name in FIELDS if name not in moving]
    assert [first[name] for name in still] == [second[name] for name in still]
    assert first["jwt"] != other["jwt"]


def test_a_taken_port_is_told_and_is_no_crash(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["--port", str(taken.getsockname()[1])]) == 1
    assert "Choose another --port" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [["--port", "70000"], ["--speed", "0"], ["--records", "-1"], ["--rate-limits", "some"], ["--seed", "x"]],
)
def test_a_wrong_option_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert wrong[0] in told
    assert "invalid _" not in told  # which would be a name of the program's own


def test_its_help_names_all_that_can_be_made_to_happen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert not [deed for deed in Deed if deed not in told]
    assert not [kind for kind in Sandbox().switchboard.kinds if kind not in told]


def test_it_serves_the_loopback_interface_only(server: SandboxServer) -> None:
    assert server.info["server"].startswith("http://127.0.0.1:")
    assert server.info["pubnub_origin"].startswith("127.0.0.1:")


def test_stopping_twice_is_harmless() -> None:
    running = SandboxServer(Options(records=0)).start()
    running.stop()
    running.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.info["server"], trust_env=False)


def test_the_vendors_sdk_signs_in_by_every_way_it_has(server: SandboxServer) -> None:
    info = server.info
    made = SDK(info["client_id"], info["client_secret"], info["server"]).platform()
    with pytest.warns(UserWarning, match="deprecated"):
        made.login(info["username"], info["extension"], info["password"])
    assert made.get(E).json_dict()["extensionNumber"] == "101"
    old = made.auth().access_token()
    made.refresh()
    assert made.auth().access_token() != old
    assert made.logged_in()
    made.logout()
    with pytest.raises(Exception, match="Refresh token has expired"):
        made.get(E)


def test_the_vendors_sdk_reads_and_pages_the_call_log(platform: Any) -> None:
    seen: list[str] = []
    url = f"{E}/call-log?perPage=25&dateFrom={'2000-01-01'}"
    while url:
        body = platform.get(url).json_dict()
        seen += [record["id"] for record in body["records"]]
        url = body["navigation"].get("nextPage", {}).get("uri")
    assert len(seen) == len(set(seen)) == 120
    assert platform.get(f"{E}/call-log/{seen[0]}").json_dict()["id"] == seen[0]


def test_the_vendors_sdk_places_a_ring_out_follows_it_and_cancels_one(
    platform: Any, server: SandboxServer
) -> None:
    def place(number: str) -> str:
        body = {
            "from": {"phoneNumber": server.info["ringout_from"]},
            "to": {"phoneNumber": number},
            "playPrompt": False,
        }
        made = platform.post(f"{E}/ring-out", body).json_dict()
        assert made["status"]["callStatus"] == "InProgress"
        return str(made["uri"])

    def status(uri: str) -> str:
        return str(platform.get(uri).json_dict()["status"]["callStatus"])

    answered = place(server.info["ringout_to"])
    wait_until(lambda: status(answered) == "Success")
    busy = place("+16505550181")
    wait_until(lambda: status(busy) == "CannotReach")
    slow = place("+16505550184")
    assert platform.delete(slow).response().status_code == 204
    assert status(slow) == "CannotReach"


def test_the_vendors_sdk_is_told_what_was_wrong(platform: Any) -> None:
    with pytest.raises(Exception, match=r"Resource for parameter \[ringoutId\] is not found"):
        platform.get(f"{E}/ring-out/none")


def test_the_world_goes_on_by_itself(server: SandboxServer) -> None:
    control = server.info["control"]
    call = {
        "direction": "inbound",
        "from": "+4722123456",
        "plan": [{"after": 2, "do": "answer"}, {"after": 2, "do": "hang-up"}],
    }
    session = httpx.post(f"{control}/calls", json=call, trust_env=False).json()["sessionId"]

    def live() -> list[str]:
        state = httpx.get(f"{control}/state", trust_env=False).json()
        return [one["session_id"] for one in state["active_calls"]]

    wait_until(lambda: session not in live())


def test_a_lively_world_rings_soon_after_somebody_subscribes() -> None:
    with (
        SandboxServer(Options(records=0, lively=True, speed=50)) as running,
        signed_in(running.info) as client,
    ):
        info = running.info
        assert client.get(f"{info['control']}/state").json()["active_calls"] == []
        assert client.post("/restapi/v1.0/subscription", json=OVER_PUBNUB).status_code == 200
        calls = wait_until(lambda: client.get(f"{info['control']}/state").json()["active_calls"])
        assert calls[0]["name"] == "Martin Olsen"


def test_neither_tokens_nor_numbers_are_logged(
    server: SandboxServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    info = server.info
    made = SDK(info["client_id"], info["client_secret"], info["server"]).platform()
    made.login(jwt=info["jwt"])
    made.get(f"{E}/presence?access_token={made.auth().access_token()}")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("rcdesk", "uvicorn"))]
    assert not any(made.auth().access_token() in text or info["jwt"] in text for text in ours)


def test_a_held_request_does_not_keep_the_server_from_stopping() -> None:
    """Uvicorn would log an error for a request that it had to cancel, and a stray log fails the test."""
    with (
        SandboxServer(Options(records=0)) as running,
        signed_in(running.info) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        mode = client.post("/restapi/v1.0/subscription", json=OVER_PUBNUB).json()["deliveryMode"]
        origin, key = f"http://{running.info['pubnub_origin']}", mode["subscriberKey"]
        url = f"{origin}/v2/subscribe/{key}/{mode['address']}/0"
        now = httpx.get(url, params={"tt": "0"}, trust_env=False).json()["t"]["t"]
        held = pool.submit(lambda: httpx.get(url, params={"tt": now}, trust_env=False, timeout=30))
        wait_until(lambda: running._sandbox.push.pubnub.channels.waiting)
        running.stop()
        assert held.result(timeout=5).json()["m"] == []


def test_every_fault_is_documented() -> None:
    assert not [
        kind for kind in Sandbox().switchboard.kinds if f"``{kind}``" not in str(faults_control.__doc__)
    ]


def test_every_fault_is_in_the_readme() -> None:
    told = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert not [kind for kind in Sandbox().switchboard.kinds if f"`{kind}`" not in told]
