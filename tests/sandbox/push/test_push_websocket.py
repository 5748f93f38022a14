"""The gateway, spoken to by the `websockets` client: the first frame, requests, notifications."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from rcdesk.sandbox.push_connection import GatewayLimits
from tests.helpers.wait import until
from tests.sandbox.push.served import PRESENCE, SUBSCRIPTION, TELEPHONY, Served, Socket, serve

SUBSCRIPTION_INFO = {
    "uri", "id", "creationTime", "expirationTime", "expiresIn", "status", "eventFilters", "deliveryMode",
}  # fmt: skip


async def ring(served: Served) -> str:
    body = {"direction": "inbound", "from": {"number": "+4722123456", "name": "Martin Olsen"}}
    answer = await served.client.post("/sandbox/v1/calls", json=body)
    return str(answer.json()["sessionId"])


async def test_the_first_frame_tells_the_limits(served: Served) -> None:
    async with served.socket() as socket:
        meta, body = socket.details
    assert (meta["type"], meta["status"], meta["wsc"]["sequence"]) == ("ConnectionDetails", 200, 1)
    assert meta["messageId"]
    assert meta["headers"]["RCRequestId"]
    assert body.pop("creationTime").endswith("Z")
    assert body == {
        "maxConnectionsPerSession": 50,
        "recoveryBufferSize": 100,
        "recoveryTimeout": 180,
        "idleTimeout": 1800,
        "absoluteTimeout": 86400,
        "maxActiveRequests": 10,
    }


async def test_a_call_reaches_a_subscriber_in_the_documented_envelope(served: Served) -> None:
    async with served.socket() as socket:
        made = await socket.subscribe(PRESENCE)
        session_id = await ring(served)
        meta, told = await socket.read()
    assert (meta["type"], meta["status"]) == ("ServerNotification", 200)
    assert meta["headers"]["RCRequestId"]
    assert set(told) == {"uuid", "event", "timestamp", "subscriptionId", "ownerId", "body"}
    assert told["event"] == f"{served.extension}/presence?detailedTelephonyState=true"
    assert told["subscriptionId"] == made["id"]
    assert told["ownerId"] == served.sandbox.account.extension_id
    (call,) = told["body"]["activeCalls"]
    assert (call["sessionId"], call["telephonyStatus"]) == (session_id, "Ringing")


async def test_the_answer_to_a_subscription_names_it_in_a_header(served: Served) -> None:
    async with served.socket() as socket:
        body = {"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "WebSocket"}}
        meta, made = await socket.ask("POST", SUBSCRIPTION, body)
        changed, _ = await socket.ask("PUT", f"{SUBSCRIPTION}/{made['id']}", {"eventFilters": [TELEPHONY]})
        read = await socket.ask("GET", f"{SUBSCRIPTION}/{made['id']}")
    assert meta["headers"]["WSG-SubscriptionId"] == changed["headers"]["WSG-SubscriptionId"] == made["id"]
    assert meta["headers"]["X-Rate-Limit-Group"] == "Medium"
    assert meta["headers"]["RCRequestId"]
    assert made["uri"] == f"{served.server}{SUBSCRIPTION}/{made['id']}"
    assert (made["status"], made["deliveryMode"]) == ("Active", {"transportType": "WebSocket"})
    assert made["expiresIn"] == 86_399
    assert set(made) == SUBSCRIPTION_INFO
    assert read[1]["eventFilters"] == [f"{served.extension}/telephony/sessions"]


async def test_the_sequence_grows_from_frame_to_frame(served: Served) -> None:
    async with served.socket() as socket:
        sequences = [socket.details[0]["wsc"]["sequence"]]
        answer = await socket.ask("GET", "/restapi/v1.0/account/~/extension/~")
        sequences.append(answer[0]["wsc"]["sequence"])
        await socket.subscribe()
        for _ in range(3):
            await ring(served)
            sequences.append((await socket.read())[0]["wsc"]["sequence"])
    assert sequences == sorted(set(sequences))


async def test_other_requests_pass_with_the_same_limits_as_over_http() -> None:
    async with serve(rate_limits=1.0) as served, served.socket() as socket:
        meta, body = await socket.ask(
            "GET", "/restapi/v1.0/account/~/extension/~/active-calls", query={"perPage": 5}
        )
        assert (meta["status"], body["records"], body["paging"]["perPage"]) == (200, [], 5)
        over_http = await served.client.get("/restapi/v1.0/account/~/extension/~/active-calls?perPage=5")
    assert body["uri"] == over_http.json()["uri"]
    assert meta["headers"]["X-Rate-Limit-Remaining"] == "9"
    assert over_http.headers["X-Rate-Limit-Remaining"] == "8"


async def test_the_uri_of_an_answer_may_be_asked_for_as_it_is(served: Served) -> None:
    async with served.socket() as socket:
        _, log = await socket.ask("GET", "/restapi/v1.0/account/~/extension/~/call-log", query={"perPage": 5})
        meta, again = await socket.ask("GET", log["uri"])
        elsewhere, _ = await socket.ask("GET", log["uri"].replace(served.server, "http://elsewhere"))
    assert (meta["status"], again) == (200, log)
    assert elsewhere["status"] == 404


async def test_a_request_cannot_pass_for_another_user_host_or_type(served: Served) -> None:
    headers = {
        "Authorization": "Bearer none",
        "Host": "elsewhere",
        "Content-Type": "text/plain",
        "X-Other": 7,
    }
    body = {"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "WebSocket"}}
    async with served.socket() as socket:
        meta, made = await socket.ask("POST", SUBSCRIPTION, body, headers=headers)
    assert meta["status"] == 200
    assert made["uri"].startswith(served.server)


async def test_faults_hit_requests_over_a_socket_too(served: Served) -> None:
    await served.fault("http-status", path="/subscription", status=503)
    async with served.socket() as socket:
        body = {"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "WebSocket"}}
        meta, told = await socket.ask("POST", SUBSCRIPTION, body)
    assert (meta["status"], told["errorCode"]) == (503, "CMN-201")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/restapi/v1.0/nothing", 404),
        ("POST", "/restapi/oauth/revoke", 404),
        ("GET", "/sandbox/v1/state", 404),
        ("GET", f"{SUBSCRIPTION}/none", 404),
        ("PATCH", SUBSCRIPTION, 405),
        ("POST", SUBSCRIPTION, 400),
    ],
)
async def test_a_refused_request_has_the_error_body(
    served: Served, method: str, path: str, status: int
) -> None:
    async with served.socket() as socket:
        meta, body = await socket.ask(method, path)
    assert (meta["type"], meta["status"]) == ("ClientRequest", status)
    assert body["errors"][0]["errorCode"]


async def test_nothing_comes_after_the_subscription_is_deleted(served: Served) -> None:
    async with served.socket() as socket:
        made = await socket.subscribe()
        answer = await socket.ask("DELETE", f"{SUBSCRIPTION}/{made['id']}")
        assert (len(answer), answer[0]["status"]) == (1, 204)
        assert "WSG-SubscriptionId" not in answer[0]["headers"]
        await ring(served)
        assert await socket.is_quiet()
        meta, _ = await socket.ask("GET", f"{SUBSCRIPTION}/{made['id']}")
    assert meta["status"] == 404


async def test_a_connection_has_one_subscription_and_a_new_one_replaces_it(served: Served) -> None:
    async with served.socket() as socket:
        first = await socket.subscribe(PRESENCE)
        second = await socket.subscribe(PRESENCE)
        await ring(served)
        told = await socket.notification()
        assert await socket.is_quiet()
        assert (await socket.ask("GET", f"{SUBSCRIPTION}/{first['id']}"))[0]["status"] == 404
    assert told["subscriptionId"] == second["id"]


async def test_a_refused_subscription_leaves_the_one_there_is(served: Served) -> None:
    async with served.socket() as socket:
        first = await socket.subscribe()
        body = {"eventFilters": ["/nonsense"], "deliveryMode": {"transportType": "WebSocket"}}
        meta, told = await socket.ask("POST", SUBSCRIPTION, body)
        assert (meta["status"], told["errorCode"]) == (400, "SUB-508")
        await ring(served)
        assert (await socket.notification())["subscriptionId"] == first["id"]


async def test_each_connection_gets_its_own_notifications(served: Served) -> None:
    token = await served.token()
    async with served.socket(token=token) as one, served.socket(token=token) as other:
        made = [await one.subscribe(), await other.subscribe()]
        await ring(served)
        told = [await one.notification(), await other.notification()]
    assert [each["subscriptionId"] for each in told] == [each["id"] for each in made]
    assert told[0]["body"] == told[1]["body"]


async def test_websocket_subscriptions_are_not_made_nor_changed_over_http(served: Served) -> None:
    body = {"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "WebSocket"}}
    assert (await served.client.post(SUBSCRIPTION, json=body)).status_code == 400
    async with served.socket() as socket:
        made = await socket.subscribe()
        path = f"{SUBSCRIPTION}/{made['id']}"
        assert (await served.client.get(path)).json()["id"] == made["id"]
        assert (await served.client.put(path, json={"eventFilters": [TELEPHONY]})).status_code == 400
        async with served.socket() as other:
            assert (await other.ask("PUT", path, {"eventFilters": [TELEPHONY]}))[0]["status"] == 404
        await served.client.delete(path)
        await ring(served)
        assert await socket.is_quiet()


async def test_a_heartbeat_is_answered_with_the_same(served: Served) -> None:
    async with served.socket() as socket:
        await socket.send({"type": "Heartbeat", "messageId": "a/b+c"})
        assert await socket.read() == [{"type": "Heartbeat", "messageId": "a/b+c"}]


JUNK = [
    "junk",
    "{}",
    "[]",
    "[1]",
    "null",
    '[{"type": "Surprise", "messageId": "x"}]',
    '[{"type": "ClientRequest", "messageId": "x", "method": "GET"}]',
    '[{"type": "ClientRequest", "messageId": 7, "method": "GET", "path": "/"}]',
    "[" * 10_000,
    b"\x00\xff",
]


async def test_a_frame_that_cannot_be_read_is_told_and_the_connection_lives(served: Served) -> None:
    async with served.socket() as socket:
        for junk in JUNK:
            await socket.connection.send(junk)
            meta, body = await socket.read()
            assert (meta["type"], meta["status"]) == ("Error", 400), junk
            assert meta["messageId"]
            assert body["errorCode"] in ("CMN-103", "CMN-104")
            assert await socket.is_quiet()


@pytest.mark.parametrize("token", ["", "unknown", "%00"])
async def test_a_bad_token_is_refused_with_a_word(served: Served, token: str) -> None:
    async with connect(f"ws://{served.origin}/ws?access_token={token}", proxy=None) as connection:
        await _is_closed(Socket(connection), "TokenInvalid")


async def test_a_token_expires(served: Served) -> None:
    async with serve(limits=GatewayLimits(token=0)) as hasty:
        token = await hasty.token()
        address = f"{token['uri']}?access_token={token['ws_access_token']}"
        async with connect(address, proxy=None) as connection:
            await _is_closed(Socket(connection), "TokenInvalid")


async def test_a_session_has_only_so_many_connections() -> None:
    async with serve(limits=GatewayLimits(connections=1)) as served:
        token = await served.token()
        address = f"{token['uri']}?access_token={token['ws_access_token']}"
        async with served.socket(token=token), connect(address, proxy=None) as connection:
            await _is_closed(Socket(connection), "CMN-301")
        await until(lambda: not served.push.gateway.connected)
        async with served.socket(token=token) as again:
            assert again.details[1]["maxConnectionsPerSession"] == 1


async def test_a_token_for_a_socket_needs_a_user(served: Served) -> None:
    async with httpx.AsyncClient(trust_env=False) as stranger:
        answer = await stranger.post(f"{served.server}/restapi/oauth/wstoken")
    assert (answer.status_code, answer.json()["errorCode"]) == (401, "AGW-401")


async def test_ten_requests_may_be_under_way_and_the_eleventh_is_refused(served: Served) -> None:
    await served.fault("latency", path="/extension/~", seconds=0.5)
    async with served.socket() as socket:
        for number in range(11):
            asked = {"type": "ClientRequest", "messageId": str(number), "method": "GET"}
            await socket.send(asked | {"path": "/restapi/v1.0/account/~/extension/~"})
        answers = [await socket.read() for _ in range(11)]
    assert (answers[0][0]["messageId"], answers[0][0]["status"]) == ("10", 429)
    assert {answer[0]["status"] for answer in answers[1:]} == {200}


async def test_an_idle_connection_is_closed_with_a_word(served: Served) -> None:
    async with serve(limits=GatewayLimits(idle=0.3)) as hasty, hasty.socket() as socket:
        await socket.subscribe()
        await _is_closed(socket, "WSG-902")


async def test_heartbeats_keep_a_connection_open(served: Served) -> None:
    loop = asyncio.get_running_loop()
    async with serve(limits=GatewayLimits(idle=1.0)) as hasty, hasty.socket() as socket:
        begun = loop.time()
        while loop.time() < begun + 1.2:
            assert await socket.is_quiet()


async def test_notifications_do_not_keep_a_connection_open(served: Served) -> None:
    async with serve(limits=GatewayLimits(idle=0.4)) as hasty, hasty.socket() as socket:
        await socket.subscribe()
        kinds = []
        while "Error" not in kinds:
            await hasty.raw(1)
            kinds.append((await socket.read())[0]["type"])
            assert len(kinds) < 10_000
    assert "ServerNotification" in kinds


async def test_no_connection_lives_longer_than_the_absolute_limit(served: Served) -> None:
    async with serve(limits=GatewayLimits(absolute=0.3)) as hasty, hasty.socket() as socket:
        await _is_closed(socket, "WSG-903")


async def test_a_session_that_ends_takes_its_connection_with_it(served: Served) -> None:
    async with served.socket() as socket:
        await socket.subscribe()
        await served.fault("revoke-tokens")
        await _is_closed(socket, "TokenInvalid")
    assert served.push.subscriptions.truth() == []


async def test_a_socket_outlives_the_access_token_it_began_with(served: Served) -> None:
    async with served.socket() as socket:
        await served.fault("expire-tokens")
        await socket.subscribe()


async def _is_closed(socket: Socket, code: str) -> None:
    meta, body = await socket.read()
    assert (meta["type"], body["errorCode"]) == ("Error", code)
    with pytest.raises(ConnectionClosed):
        await socket.read()
