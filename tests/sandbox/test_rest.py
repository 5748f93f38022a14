"""What holds for every route: ids, methods, slashes, bodies, hosts; and the account's own reads."""

from __future__ import annotations

from typing import Any

import pytest

from rcdesk.sandbox.account import make_account
from tests.sandbox.bench import CONTROL, A, Bench, E


async def test_numeric_ids_and_tildes_answer_alike(user: Bench) -> None:
    account, extension = user.account.id, user.account.me.id
    for path in ("", "/presence", "/phone-number"):
        by_id = await user.get(f"/restapi/v1.0/account/{account}/extension/{extension}{path}")
        assert by_id.status_code == 200
        assert (await user.get(f"{E}{path}")).json().get("id") == by_id.json().get("id")


@pytest.mark.parametrize(
    "path", ["/restapi/v1.0/account/1/extension/~", f"{A}/extension/1/presence", f"{A}/extension/x"]
)
async def test_other_ids_are_not_found(user: Bench, path: str) -> None:
    answer = await user.get(path)
    assert (answer.status_code, answer.json()["errors"][0]["errorCode"]) == (404, "CMN-102")


@pytest.mark.parametrize(
    "path", ["/restapi/v1.0/nothing", f"{E}/nothing", "/nothing", "/", "/sandbox/v1/nothing"]
)
async def test_an_unknown_path_is_404_in_the_envelope(user: Bench, path: str) -> None:
    answer = await user.get(path)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "CMN-102")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", f"{E}/presence"), ("DELETE", E), ("PUT", f"{CONTROL}/calls"), ("GET", "/restapi/oauth/token"),
     ("POST", "/restapi/v1.0")],
)  # fmt: skip
async def test_a_wrong_method_is_405_in_the_envelope(user: Bench, method: str, path: str) -> None:
    answer = await user.client.request(method, path)
    assert answer.status_code == 405
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("content", [b"{", b"", b"[1]", b'"text"', b"\xff\xfe"])
async def test_a_body_that_is_no_json_object_is_400(user: Bench, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await user.client.put(f"{E}/presence", content=content, headers=headers)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "CMN-103")


async def test_another_content_type_is_415(user: Bench) -> None:
    answer = await user.client.put(f"{E}/presence", content=b"<x/>", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 415
    assert answer.json()["errors"]


async def test_a_final_slash_counts_for_nothing(user: Bench) -> None:
    assert (await user.get(f"{E}/presence/")).status_code == 200
    assert (await user.get(f"{CONTROL}/state/")).status_code == 200


async def test_get_and_delete_may_carry_a_content_type_without_a_body(user: Bench) -> None:
    headers = {"Content-Type": "application/json", "X-User-Agent": "x", "Client-Id": "y"}
    assert (await user.client.get(f"{E}/presence", headers=headers)).status_code == 200
    assert (await user.client.request("DELETE", f"{E}/call-log", headers=headers)).status_code == 204


async def test_a_post_may_stand_for_another_method(user: Bench) -> None:
    body = {"userStatus": "Busy"}
    headers = {"X-HTTP-Method-Override": "PUT"}
    assert (await user.client.post(f"{E}/presence", json=body, headers=headers)).status_code == 200
    assert (await user.client.post(f"{E}/presence?_method=PUT", json=body)).status_code == 200
    twice = await user.client.post(f"{E}/presence?_method=DELETE", json=body, headers=headers)
    assert twice.status_code == 400


async def test_links_are_built_on_the_host_that_the_client_used(user: Bench) -> None:
    answer = await user.client.get(f"{E}/call-log", headers={"Host": "localhost:4711"})
    assert answer.json()["uri"].startswith("http://localhost:4711/")
    assert answer.json()["navigation"]["firstPage"]["uri"].startswith("http://localhost:4711/")


async def test_the_directory_is_not_sent_twice(user: Bench) -> None:
    first = await user.get(f"{A}/directory/entries", perPage="all")
    again = await user.client.get(
        f"{A}/directory/entries?perPage=all", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert {entry["extensionNumber"] for entry in first.json()["records"]} >= {"101", "118", "201", "204"}


async def test_the_directory_can_be_narrowed_and_searched(user: Bench) -> None:
    queues = (await user.get(f"{A}/directory/entries", typeGroup="NonUser")).json()["records"]
    assert {entry["type"] for entry in queues} == {"Department"}
    found = await user.client.post(f"{A}/directory/entries/search", json={"searchString": "TAYLOR"})
    assert [entry["name"] for entry in found.json()["records"]][:1] == ["Finn Taylor"]


async def test_lists_can_be_narrowed(user: Bench) -> None:
    async def kept(path: str, name: str, **query: Any) -> set[str]:
        return {record[name] for record in (await user.get(f"{E}/{path}", **query)).json()["records"]}

    wanted = ["DirectNumber", "MainCompanyNumber"]
    assert await kept("phone-number", "usageType", usageType=wanted) == set(wanted)
    assert await kept("device", "type", type="HardPhone") == {"HardPhone"}
    assert await kept("device", "type", lineType=["Standalone", "BlaPrimary"]) >= {"HardPhone"}
    assert await kept("device", "type", lineType="BlaPrimary") == set()
    assert await kept("device", "type", feature="HELD") == set()
    assert await kept("address-book/contact", "firstName", startsWith="mart") >= {"Martin"}
    by_number = await kept("address-book/contact", "lastName", phoneNumber=["+4722123456", "+493023125018"])
    assert by_number == {"Olsen", "Weber"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{E}/device", "feature"),
        (f"{E}/device", "lineType"),
        (f"{A}/device/{{device}}", "syncEmergencyAddress"),
        (f"{A}/directory/entries", "type"),
        (f"{A}/directory/entries", "accessibleSitesOnly"),
        (f"{A}/directory/entries/{{entry}}", "accessibleSitesOnly"),
    ],
)
async def test_a_value_that_the_platform_does_not_know_is_400_and_named(
    user: Bench, path: str, name: str
) -> None:
    device = (await user.get(f"{E}/device")).json()["records"][0]["id"]
    path = path.format(device=device, entry=user.account.extension_id)
    assert (await user.get(path)).status_code == 200
    answer = await user.get(path, **{name: "Nonsense"})
    assert (answer.status_code, answer.json()["errors"][0]["parameterName"]) == (400, name)


async def test_presence_tells_of_sip_if_asked(user: Bench) -> None:
    await user.ring()
    for sip in (True, False):
        body = (await user.get(f"{E}/presence", detailedTelephonyState=True, sipData=sip)).json()
        assert [("sipData" in call) for call in body["activeCalls"]] == [sip]


async def test_the_address_book_is_sorted_as_asked(user: Bench) -> None:
    body = (await user.get(f"{E}/address-book/contact", sortBy="LastName", perPage="max")).json()
    last_names = [record["lastName"] for record in body["records"]]
    assert last_names == sorted(last_names)


async def test_a_contact_lives_from_creation_to_deletion(user: Bench) -> None:
    path = f"{E}/address-book/contact"
    made = (await user.client.post(path, json={"firstName": "Una", "notes": "x", "unknown": 1})).json()
    assert "unknown" not in made
    changed = await user.client.patch(made["uri"], json={"notes": None, "lastName": "Berg"})
    assert (changed.json()["lastName"], "notes" in changed.json()) == ("Berg", False)
    replaced = await user.client.put(made["uri"], json={"company": "Berg AS"})
    assert "firstName" not in replaced.json()
    assert (await user.client.delete(made["uri"])).status_code == 204
    assert (await user.client.get(made["uri"])).status_code == 404
    assert (await user.client.post(path, json={"firstName": 5})).status_code == 400


async def test_recordings_can_be_heard(user: Bench) -> None:
    await user.client.post(f"{CONTROL}/records", json={"count": 300})
    answer = await user.get(f"{E}/call-log", withRecording="true", dateFrom="2026-12-20")
    recording = answer.json()["records"][0]["recording"]
    info = (await user.client.get(recording["uri"])).json()
    sound = await user.client.get(info["contentUri"])
    assert (sound.headers["content-type"], sound.content[:4]) == ("audio/wav", b"RIFF")
    assert "content-disposition" not in sound.headers
    kept = {"contentDisposition": "Attachment", "contentDispositionFilename": "my call.wav"}
    saved = await user.client.get(info["contentUri"], params=kept)
    assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''my%20call.wav"
    assert (await user.client.get(info["contentUri"], params={"contentDisposition": "Up"})).status_code == 400
    assert (await user.get(f"{A}/recording/0")).status_code == 404


def test_the_same_seed_is_the_same_account_and_another_is_another() -> None:
    assert make_account(3) == make_account(3)
    one, other = make_account(3), make_account(4)
    assert (one.client_id, one.password, one.jwt) != (other.client_id, other.password, other.jwt)
    assert (one.me.name, one.me.extension) == ("Dana Novak", "101") == (other.me.name, other.me.extension)


@pytest.mark.parametrize("seed", range(20))
def test_nobody_shares_a_number_or_an_extension(seed: int) -> None:
    account = make_account(seed)
    everybody = [account.me, *account.colleagues]
    numbers = [one.number for one in (*everybody, *account.people, *account.phones)]
    assert len(numbers) == len(set(numbers))
    assert len({one.extension for one in everybody}) == len({one.id for one in everybody}) == len(everybody)
    assert not any(number.startswith(("+1650555018", "+1650555019")) for number in numbers)
