"""The sandbox over TLS: refused by who was told nothing, trusted by who was given its certificate."""

from __future__ import annotations

import json
import ssl
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from rcdesk.sandbox.cli import main
from rcdesk.sandbox.server import SandboxServer
from rcdesk.sandbox.state import Options
from tests.helpers.wait import until
from tests.sandbox.push.served import PRESENCE, SUBSCRIPTION, Socket


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(Options(records=0, rate_limits=None), tls=True) as running:
        yield running


@pytest.fixture
def trust(server: SandboxServer) -> ssl.SSLContext:
    """What a client trusts that was given the certificate, and is strict besides, as Python is from 3.13 on."""
    context = ssl.create_default_context(cafile=server.info["certificate"])
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


@pytest.fixture
async def client(server: SandboxServer, trust: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    """A client that trusts it and is signed in."""
    info = server.info
    async with httpx.AsyncClient(base_url=info["server"], verify=trust, trust_env=False) as made:
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": info["jwt"]}
        auth = (info["client_id"], info["client_secret"])
        token = (await made.post("/restapi/oauth/token", data=form, auth=auth)).json()
        made.headers["Authorization"] = f"Bearer {token['access_token']}"
        yield made


def test_it_says_so_and_where_its_certificate_is(server: SandboxServer) -> None:
    info = server.info
    assert info["server"].startswith("https://127.0.0.1:")
    assert info["control"] == f"{info['server']}/sandbox/v1"
    assert Path(info["certificate"]).read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE" not in Path(info["certificate"]).read_text()


async def test_it_is_refused_by_who_was_told_nothing(server: SandboxServer, trust: ssl.SSLContext) -> None:
    async with httpx.AsyncClient(trust_env=False) as stranger:
        for address in (server.info["server"], f"https://{server.info['pubnub_origin']}"):
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await stranger.get(address)
        with pytest.raises(httpx.TransportError):
            await stranger.get(server.info["server"].replace("https", "http"))
    wss = server.info["server"].replace("https", "wss")
    with pytest.raises(ssl.SSLCertVerificationError):
        await connect(f"{wss}/ws", proxy=None)
    with SandboxServer(Options(records=0), tls=True) as other:
        async with httpx.AsyncClient(verify=trust, trust_env=False) as client:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await client.get(other.info["server"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_it_is_trusted_under_both_its_names(client: httpx.AsyncClient, host: str) -> None:
    path = f"https://{host}:{client.base_url.port}/restapi/v1.0"
    assert (await client.get(path)).json()["uri"].startswith(f"https://{host}")


async def test_sockets_are_encrypted_too(client: httpx.AsyncClient, trust: ssl.SSLContext) -> None:
    token = (await client.post("/restapi/oauth/wstoken")).json()
    assert token["uri"].startswith("wss://")
    address = f"{token['uri']}?access_token={token['ws_access_token']}"
    async with connect(address, ssl=trust, proxy=None) as connection:
        socket = Socket(connection)
        await socket.read()
        made = await socket.subscribe()
        assert made["uri"].startswith("https://")
        await client.post("/sandbox/v1/push", json={"number": 1})
        assert await socket.numbers(1) == [1]


async def test_pubnub_is_encrypted_too(client: httpx.AsyncClient, server: SandboxServer) -> None:
    body = {"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "PubNub"}}
    mode = (await client.post(SUBSCRIPTION, json=body)).json()["deliveryMode"]
    (since,) = (await client.get("/time/0")).json()
    await client.post("/sandbox/v1/push", json={"number": 1})
    origin = f"https://{server.info['pubnub_origin']}"
    told = await client.get(f"{origin}/v2/subscribe/{mode['subscriberKey']}/{mode['address']}/0?tt={since}")
    assert len(told.json()["m"]) == 1


@pytest.mark.parametrize("kind", ["half-open", "drop-connections"])
async def test_encrypted_lines_go_dead_and_are_cut(
    client: httpx.AsyncClient, trust: ssl.SSLContext, server: SandboxServer, kind: str
) -> None:
    token = (await client.post("/restapi/oauth/wstoken")).json()
    address = f"{token['uri']}?access_token={token['ws_access_token']}"
    lines = server._sandbox.lines
    async with connect(address, ssl=trust, proxy=None) as connection:
        socket = Socket(connection)
        await socket.read()
        await socket.subscribe()
        await client.post("/sandbox/v1/faults", json={"kind": kind})
        assert lines.dead == (kind == "half-open")
        await client.post("/sandbox/v1/push", json={"number": 1})
        await client.delete("/sandbox/v1/faults")
        with pytest.raises(ConnectionClosedError) as closed:
            await socket.read()
        assert closed.value.rcvd is None
    await until(lambda: not lines.dead)


async def test_a_truncated_body_ends_before_its_end(client: httpx.AsyncClient) -> None:
    await client.post("/sandbox/v1/faults", json={"kind": "truncate-body", "path": "v1.0", "count": 1})
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        await client.get("/restapi/v1.0")
    assert (await client.get("/restapi/v1.0")).status_code == 200


def test_its_files_are_its_own_and_go_with_it() -> None:
    running = SandboxServer(Options(records=0), tls=True)
    with running:
        folder = Path(running.info["certificate"]).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "key.pem").stat().st_mode) == 0o600
    assert not folder.exists()


def test_without_the_library_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delitem(sys.modules, "rcdesk.sandbox.tls", raising=False)
    assert main(["--tls"]) == 1
    assert "pip install 'rcdesk[sandbox-tls]'" in capsys.readouterr().err


def test_the_command_says_where_its_certificate_is_and_takes_it_away() -> None:
    command = [sys.executable, "-W", "error", "-m", "rcdesk.sandbox", "--tls", "--records", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        info = json.loads(process.stdout.readline())
        trust = ssl.create_default_context(cafile=info["certificate"])
        assert httpx.get(f"{info['control']}/state", verify=trust, trust_env=False).json()["sessions"] == {}
        process.terminate()
        rest, complaints = process.communicate(timeout=10)
    assert (process.returncode, rest, complaints) == (0, "", "")
    assert not Path(info["certificate"]).exists()
