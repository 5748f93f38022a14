"""Subscriptions over REST: their life, their limits, and who may see them."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from rcdesk.sandbox.subscriptions import MOST
from tests.sandbox.bench import CONTROL, START, Bench, E

PATH = "/restapi/v1.0/subscription"
PRESENCE = f"{E}/presence?detailedTelephonyState=true"


async def post(bench: Bench, *filters: Any, mode: Any = None, **more: Any) -> httpx.Response:
    mode = {"transportType": "PubNub"} if mode is None else mode
    return await bench.client.post(PATH, json={"eventFilters": list(filters), "deliveryMode": mode, **more})


async def subscribe(bench: Bench, *filters: str, **more: Any) -> dict[str, Any]:
    answer = await post(bench, *(filters or [PRESENCE]), **more)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_new_subscription_over_pubnub(user: Bench) -> None:
    made = await subscribe(user, "/account/~/extension/~/presence?detailedTelephonyState=true")
    account = user.account
    assert made["eventFilters"] == [
        f"/restapi/v1.0/account/{account.id}/extension/{account.extension_id}/presence?detailedTelephonyState=true"
    ]
    assert made["uri"] == f"http://sandbox.test:8080{PATH}/{made['id']}"
    assert (made["status"], made["expiresIn"]) == ("Active", 900)
    assert made["creationTime"] == "2027-01-15T08:00:00.000Z"
    assert made["expirationTime"] == "2027-01-15T08:15:00.000Z"
    assert set(made) == {
        "uri", "id", "creationTime", "expirationTime", "expiresIn", "status", "eventFilters", "deliveryMode",
    }  # fmt: skip
    mode = made["deliveryMode"]
    assert (mode["transportType"], mode["encryption"], mode["encryptionAlgorithm"]) == ("PubNub", True, "AES")
    assert len(base64.b64decode(mode["encryptionKey"])) == 16
    assert mode["subscriberKey"].startswith("sub-c-")
    assert mode["address"]
    assert mode["secretKey"]
    assert set(mode) == {
        "transportType", "encryption", "address", "subscriberKey", "secretKey", "encryptionAlgorithm",
        "encryptionKey",
    }  # fmt: skip


async def test_a_final_slash_counts_for_nothing(user: Bench) -> None:
    body = {"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "PubNub", "encryption": False}}
    made = (await user.client.post(PATH + "/", json=body)).json()
    assert made["deliveryMode"]["encryption"] is True
    assert (await user.get(f"{PATH}/{made['id']}/")).json() == made


async def test_get_and_list_tell_the_same_and_delete_ends_it(user: Bench) -> None:
    first, second = await subscribe(user), await subscribe(user)
    assert first["id"] != second["id"]
    assert first["deliveryMode"]["address"] != second["deliveryMode"]["address"]
    listed = (await user.get(PATH)).json()
    assert (listed["uri"], listed["records"]) == (f"http://sandbox.test:8080{PATH}", [first, second])
    answer = await user.client.delete(f"{PATH}/{first['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    for method in ("GET", "PUT", "DELETE"):
        gone = await user.client.request(method, f"{PATH}/{first['id']}")
        assert (gone.status_code, gone.json()["errorCode"]) == (404, "CMN-102")
    assert (await user.get(PATH)).json()["records"] == [second]


@pytest.mark.parametrize("how", ["filters", "empty", "post"])
async def test_renewal_keeps_id_address_and_key(user: Bench, how: str) -> None:
    made = await subscribe(user)
    path = f"{PATH}/{made['id']}"
    user.pass_time(880)
    if how == "filters":
        answer = await user.client.put(path, json={"eventFilters": [PRESENCE]})
    elif how == "empty":
        answer = await user.client.put(path)
    else:
        answer = await user.client.post(f"{path}/renew")
    renewed = answer.json()
    assert renewed.pop("expirationTime") == "2027-01-15T08:29:40.000Z"
    assert renewed == {name: value for name, value in made.items() if name != "expirationTime"}
    user.pass_time(899)
    assert (await user.get(path)).json()["expiresIn"] == 1


async def test_a_subscription_runs_out_without_a_word(user: Bench) -> None:
    made = await subscribe(user)
    user.pass_time(900)
    for method in ("GET", "PUT", "DELETE"):
        gone = await user.client.request(method, f"{PATH}/{made['id']}")
        assert (gone.status_code, gone.json()["errorCode"]) == (404, "SUB-507")
    assert (await user.client.post(f"{PATH}/{made['id']}/renew")).status_code == 404
    assert (await user.state())["subscriptions"] == []


async def test_a_life_is_as_long_as_wished_but_not_longer_than_allowed(user: Bench) -> None:
    made = await subscribe(user, expiresIn=130)
    assert made["expiresIn"] == 130
    assert (await user.client.put(f"{PATH}/{made['id']}", json={"expiresIn": 9000})).json()[
        "expiresIn"
    ] == 900


async def test_put_changes_the_filters(user: Bench) -> None:
    made = await subscribe(user)
    telephony = f"{E}/telephony/sessions"
    body = {"eventFilters": [telephony], "deliveryMode": {"transportType": "Surprise"}}
    changed = (await user.client.put(f"{PATH}/{made['id']}", json=body)).json()
    assert [one.rpartition("/extension/")[2].partition("/")[2] for one in changed["eventFilters"]] == [
        "telephony/sessions"
    ]
    assert changed["deliveryMode"]["address"] == made["deliveryMode"]["address"]


async def test_filters_that_are_not_allowed_are_disabled_while_others_remain(user: Bench) -> None:
    colleague = f"/restapi/v1.0/account/~/extension/{user.account.colleagues[0].id}/presence"
    made = await subscribe(user, PRESENCE, colleague, "/nonsense", PRESENCE)
    assert len(made["eventFilters"]) == 1
    assert [(one["filter"], one["reason"]) for one in made["disabledFilters"]] == [
        (colleague, "SUB-403"),
        ("/nonsense", "SUB-508"),
    ]
    refused = await post(user, colleague)
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "SUB-403")
    pubnub = user.sandbox.push.pubnub
    assert list(pubnub.channels._said) == list(pubnub._open) == [made["deliveryMode"]["address"]]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "eventFilters"),
        ({"eventFilters": [], "deliveryMode": {"transportType": "PubNub"}}, "eventFilters"),
        ({"eventFilters": "x", "deliveryMode": {"transportType": "PubNub"}}, "eventFilters"),
        ({"eventFilters": [7], "deliveryMode": {"transportType": "PubNub"}}, "eventFilters"),
        ({"eventFilters": [PRESENCE]}, "deliveryMode"),
        ({"eventFilters": [PRESENCE], "deliveryMode": {}}, "deliveryMode.transportType"),
        ({"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "Pigeon"}}, "deliveryMode.transportType"),
        ({"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "WebSocket"}}, "deliveryMode.transportType"),
        ({"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "PubNub"}, "expiresIn": 0}, "expiresIn"),
        ({"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "PubNub"}, "expiresIn": "9"}, "expiresIn"),
        ({"eventFilters": ["/nonsense"], "deliveryMode": {"transportType": "PubNub"}}, "eventFilters"),
    ],
)  # fmt: skip
async def test_a_request_that_is_not_right_names_the_parameter(
    user: Bench, body: Any, parameter: str
) -> None:
    answer = await user.client.post(PATH, json=body)
    assert answer.status_code == 400
    assert answer.json()["parameterName"].startswith(parameter)
    assert (await user.state())["subscriptions"] == []


@pytest.mark.parametrize("body", ["{", "[]", "[" * 10_000, "\ud800".encode("utf-8", "surrogatepass")])
async def test_a_body_that_is_no_object_is_refused(user: Bench, body: Any) -> None:
    answer = await user.client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "CMN-103")


async def test_there_are_at_most_thirty(user: Bench) -> None:
    made = [await subscribe(user) for _ in range(MOST)]
    refused = await post(user, PRESENCE)
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "SUB-505")
    await user.client.delete(f"{PATH}/{made[0]['id']}")
    await subscribe(user)


async def test_subscriptions_of_another_app_are_not_seen(user: Bench) -> None:
    made = await subscribe(user)
    session = user.sandbox.sessions.open("another app", user.account.extension_id)
    user.client.headers["Authorization"] = f"Bearer {session.access_token}"
    assert (await user.get(PATH)).json()["records"] == []
    for method in ("GET", "PUT", "DELETE"):
        answer = await user.client.request(method, f"{PATH}/{made['id']}")
        assert (answer.status_code, answer.json()["errorCode"]) == (404, "CMN-102")


async def test_pubnub_can_be_switched_off(user: Bench) -> None:
    user.sandbox.push.pubnub.enabled = False
    refused = await post(user, PRESENCE)
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "SUB-528")


async def test_the_truth_tells_of_subscriptions(user: Bench) -> None:
    made = await subscribe(user)
    assert (await user.state())["subscriptions"] == [
        {
            "id": made["id"],
            "transport": "pubnub",
            "owner_id": user.account.extension_id,
            "event_filters": made["eventFilters"],
            "expires_at": made["expirationTime"],
        }
    ]


async def test_requests_count_towards_the_documented_groups(limited: Bench) -> None:
    made = await post(limited, PRESENCE)
    path = f"{PATH}/{made.json()['id']}"
    renewed = await limited.client.post(path + "/renew")
    answers = [
        made,
        renewed,
        await limited.client.put(path),
        await limited.get(path),
        await limited.get(PATH),
    ]
    groups = [answer.headers["X-Rate-Limit-Group"] for answer in answers]
    assert groups == ["Medium", "Light", "Medium", "Light", "Light"]
    assert (await limited.client.delete(path)).headers["X-Rate-Limit-Group"] == "Medium"


async def test_a_stranger_gets_401(bench: Bench) -> None:
    assert (await bench.get(PATH)).status_code == 401
    assert (await post(bench, PRESENCE)).status_code == 401


class Listener:
    """A transport that keeps what it is told."""

    name = "Listener"
    lifetime = 900
    renews_itself = False

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def mode(self, filters: object) -> dict[str, Any]:
        return {}

    def deliver(self, notification: dict[str, Any], filters: object) -> None:
        self.told.append(notification)

    def close(self) -> None:
        pass


def listen(bench: Bench, *filters: str) -> Listener:
    listener = Listener()
    bench.sandbox.subscriptions.create("me", bench.account.extension_id, filters, listener)
    return listener


async def test_the_most_detailed_presence_wins(user: Bench) -> None:
    listener = listen(user, f"{E}/presence", PRESENCE)
    await user.ring()
    (told,) = listener.told
    assert told["event"].endswith("/presence?detailedTelephonyState=true")
    assert len(told["body"]["activeCalls"]) == 1
    assert told["timestamp"] == "2027-01-15T08:00:00.000Z"


async def test_each_kind_of_filter_gets_its_events(user: Bench) -> None:
    listener = listen(
        user, f"{E}/presence", f"{E}/telephony/sessions", f"{E}/presence/dnd", f"{E}/presence/line"
    )
    await user.ring()
    await user.client.put(f"{E}/presence", json={"dndStatus": "DoNotAcceptAnyCalls"})
    await user.client.put(f"{E}/presence", json={"message": "At lunch"})
    paths = [told["event"].rpartition("/extension/")[2].partition("/")[2] for told in listener.told]
    assert paths == ["presence", "telephony/sessions", "presence", "presence/dnd", "presence"]
    assert "activeCalls" not in listener.told[0]["body"]
    assert listener.told[3]["body"]["dndStatus"] == "DoNotAcceptAnyCalls"
    assert len({told["uuid"] for told in listener.told}) == 5


async def test_a_raw_notification_reaches_everybody_as_it_is(user: Bench) -> None:
    listeners = [listen(user, PRESENCE), listen(user, f"{E}/presence/line")]
    raw = {"uuid": 7, "event": None, "sü": [1.5, {"": True}], "body": {"sequence": 10**30}}
    assert (await user.client.post(f"{CONTROL}/push", json=raw)).status_code == 204
    assert [listener.told for listener in listeners] == [[raw], [raw]]


async def test_events_of_others_are_not_told(user: Bench) -> None:
    listener = listen(user, PRESENCE)
    user.sandbox.subscriptions.publish("presence", "999", {"extensionId": "999"})
    assert listener.told == []
    assert user.sandbox.subscriptions.now() == START


async def test_what_was_held_back_does_not_reach_a_subscription_that_has_ended(user: Bench) -> None:
    subscriptions = user.sandbox.subscriptions
    ended, other = listen(user, PRESENCE), listen(user, PRESENCE)
    user.sandbox.faults.push.arm("reorder", 1)
    subscriptions.deliver_raw({"number": 1})
    subscriptions.remove(subscriptions.of("me")[0])
    subscriptions.deliver_raw({"number": 2})
    assert ended.told == []
    assert other.told == [{"number": 2}, {"number": 1}]
