"""One visit to every REST route, as a client would pay it, with what was answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx

from tests.sandbox.bench import CONTROL, A, Bench, E

EXT = "/restapi/v1.0/account/{accountId}/extension/{extensionId}"
ACC = "/restapi/v1.0/account/{accountId}"


@dataclass(frozen=True)
class Visit:
    """A request by its method and path template, and the answer."""

    method: str
    template: str
    answer: httpx.Response

    @property
    def key(self) -> str:
        return f"{self.method} {self.template} {self.answer.status_code}"


class Tour:
    """Goes round and keeps the visits."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.visits: list[Visit] = []

    async def visit(
        self, method: str, template: str, *, json: Any = None, query: str = "", **ids: str
    ) -> Any:
        """Send one request; `{accountId}` and `{extensionId}` become ~, other names in braces come from `ids`."""
        path = template.replace("{accountId}", "~").replace("{extensionId}", "~")
        path = re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], path)
        answer = await self.bench.client.request(method, path + query, json=json)
        self.visits.append(Visit(method, template, answer))
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if answer.content and is_json else None


async def go_round(bench: Bench) -> list[Visit]:
    """Visit everything, with calls of every kind on and over. The bench needs past records."""
    tour = Tour(bench)
    await _sign_in(tour)
    await _calls(bench)
    await _reads(tour)
    await _log(tour)
    await _contacts(tour)
    await _ring_outs(tour)
    await _telephony(tour)
    await _subscriptions(tour)
    await _refusals(tour)
    return tour.visits


async def _sign_in(tour: Tour) -> None:
    answer = await tour.bench.by_password()
    tour.visits.append(Visit("POST", "/restapi/oauth/token", answer))
    refused = await tour.bench.token(grant_type="refresh_token", refresh_token="none")
    tour.visits.append(Visit("POST", "/restapi/oauth/token", refused))
    tour.bench.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    for path in ("/restapi", "/restapi/v1.0"):
        await tour.visit("GET", path)


async def _calls(bench: Bench) -> None:
    await bench.ring(queue="Sales queue")
    held = await bench.ring(**{"from": {"number": "118"}})
    for deed in ("answer", "hold"):
        await bench.do(held, deed)
    for end in ("hang-up", "decline", "voicemail", "answer-elsewhere", "miss"):
        await bench.do(await bench.ring(**{"from": {"number": "anonymous"}}), end)
    await bench.ring(direction="outbound", to="+442079460142")


async def _reads(tour: Tour) -> None:
    await tour.visit("GET", ACC)
    await tour.visit("GET", EXT)
    await tour.visit("GET", EXT + "/phone-number")
    numbers = await tour.visit("GET", EXT + "/forwarding-number")
    one = numbers["records"][0]["id"]
    await tour.visit("GET", EXT + "/forwarding-number/{forwardingNumberId}", forwardingNumberId=one)
    devices = await tour.visit("GET", EXT + "/device")
    await tour.visit("GET", ACC + "/device/{deviceId}", deviceId=devices["records"][0]["id"])
    await tour.visit("GET", EXT + "/features")
    entries = await tour.visit("GET", ACC + "/directory/entries")
    await tour.visit("GET", ACC + "/directory/entries/{entryId}", entryId=entries["records"][0]["id"])
    await tour.visit("POST", ACC + "/directory/entries/search", json={"searchString": "finn"})
    await tour.visit("GET", EXT + "/presence")
    await tour.visit("GET", EXT + "/presence", query="?detailedTelephonyState=true&sipData=true")
    await tour.visit("PUT", EXT + "/presence", json={"userStatus": "Busy", "message": "At lunch"})


async def _log(tour: Tour) -> None:
    for base in (EXT, ACC):
        log = await tour.visit("GET", base + "/call-log", query="?perPage=5")
        first = log["records"][0]["id"]
        for query in ("?view=Detailed&perPage=1000", "?page=900"):
            await tour.visit("GET", base + "/call-log", query=query)
        await tour.visit("GET", base + "/call-log/{callRecordId}", query="?view=Detailed", callRecordId=first)
        for query in ("", "?view=Detailed&perPage=1"):
            await tour.visit("GET", base + "/active-calls", query=query)
        full = await tour.visit("GET", base + "/call-log-sync", query="?syncType=FSync&recordCount=40")
        token = full["syncInfo"]["syncToken"]
        tour.bench.pass_time(31)
        await tour.visit("GET", base + "/call-log-sync", query=f"?syncType=ISync&syncToken={token}")
    recorded = (await tour.bench.get(f"{E}/call-log", withRecording="true", dateFrom="2026-12-20")).json()
    recording = recorded["records"][0]["recording"]["id"]
    await tour.visit("GET", ACC + "/recording/{recordingId}", recordingId=recording)
    await tour.visit("DELETE", EXT + "/call-log", query="?dateTo=2026-12-20")


async def _contacts(tour: Tour) -> None:
    path, one = EXT + "/address-book/contact", EXT + "/address-book/contact/{contactId}"
    await tour.visit("GET", path, query="?perPage=3&sortBy=LastName&sortBy=FirstName")
    made = await tour.visit("POST", path, json={"firstName": "Una", "mobilePhone": "+14155550199"})
    contact = str(made["id"])
    await tour.visit("GET", one, contactId=contact)
    await tour.visit("PUT", one, json={"firstName": "Una", "lastName": "Berg"}, contactId=contact)
    await tour.visit("PATCH", one, json={"company": "Berg AS"}, contactId=contact)
    await tour.visit("DELETE", one, contactId=contact)


async def _ring_outs(tour: Tour) -> None:
    path, one = EXT + "/ring-out", EXT + "/ring-out/{ringoutId}"
    body = {
        "from": {"phoneNumber": "+16505550101"},
        "to": {"phoneNumber": "+16505550180"},
        "playPrompt": False,
    }
    made = await tour.visit("POST", path, json=body)
    await tour.visit("GET", one, ringoutId=made["id"])
    await tour.visit("DELETE", one, ringoutId=made["id"])


async def _telephony(tour: Tour) -> None:
    bench = tour.bench
    answer = await bench.client.post(f"{CONTROL}/calls", json={"from": "+14155550162", "to": "+16505550100"})
    ids = {"telephonySessionId": answer.json()["telephonySessionId"], "partyId": answer.json()["partyId"]}
    session = ACC + "/telephony/sessions/{telephonySessionId}"
    party = session + "/parties/{partyId}"
    await tour.visit("GET", session, **ids)
    await tour.visit("GET", party, **ids)
    await tour.visit("POST", party + "/hold", **ids)
    await bench.do(answer.json()["sessionId"], "answer")
    await tour.visit("POST", party + "/hold", **ids)
    await tour.visit("POST", party + "/unhold", **ids)
    await tour.visit("DELETE", session, **ids)
    answer = await bench.client.post(f"{CONTROL}/calls", json={"from": "+14155550162"})
    ids = {"telephonySessionId": answer.json()["telephonySessionId"], "partyId": answer.json()["partyId"]}
    await tour.visit("POST", party + "/reject", **ids)
    await tour.visit("GET", session, **ids)
    phone = next(one for one in bench.account.phones if one.device_id)
    device, number = {"deviceId": phone.device_id}, {"phoneNumber": "+442079460142"}
    for deeds in (
        [("answer", device), ("flip", {"callFlipId": phone.flip}), ("park", {}), ("pickup", device)],
        [("answer", device), ("transfer", number)],
        [("forward", number)],
        [("reply", {"replyWithText": "Later"})],
        [("ignore", device)],
    ):
        call = {"from": "+14155550162"} | ({"queue": "Sales"} if deeds[0][0] == "ignore" else {})
        answer = await bench.client.post(f"{CONTROL}/calls", json=call)
        ids = {name: answer.json()[name] for name in ("telephonySessionId", "partyId")}
        for deed, body in deeds:
            await tour.visit("POST", f"{party}/{deed}", json=body, **ids)
        if len(deeds) > 2:
            await tour.visit("PATCH", party, json={"party": {"muted": True}}, **ids)
            made = await tour.visit("POST", party + "/recordings", **ids)
            one = party + "/recordings/{recordingId}"
            await tour.visit("PATCH", one, json={"active": False}, recordingId=made["id"], **ids)
    await tour.visit("POST", ACC + "/telephony/call-out", json={"from": device, "to": number})


async def _subscriptions(tour: Tour) -> None:
    path, one = "/restapi/v1.0/subscription", "/restapi/v1.0/subscription/{subscriptionId}"
    filters = [
        "/account/~/extension/~/presence?detailedTelephonyState=true",
        "/account/~/extension/~/nonsense",
    ]
    body = {"eventFilters": filters, "deliveryMode": {"transportType": "PubNub", "encryption": True}}
    made = await tour.visit("POST", path, json=body)
    ids = {"subscriptionId": made["id"]}
    await tour.visit("GET", path)
    await tour.visit("GET", one, **ids)
    await tour.visit("PUT", one, json={"eventFilters": filters[:1]}, **ids)
    await tour.visit("POST", one + "/renew", **ids)
    await tour.visit("DELETE", one, **ids)
    await tour.visit("GET", one, **ids)
    await tour.visit("POST", path, json={**body, "eventFilters": filters[1:]})
    await tour.visit("POST", "/restapi/oauth/wstoken")


async def _refusals(tour: Tour) -> None:
    for query in ("?page=0", "?dateFrom=yesterday"):
        await tour.visit("GET", EXT + "/call-log", query=query)
    await tour.visit("GET", EXT + "/call-log/{callRecordId}", callRecordId="none")
    await tour.visit("GET", EXT + "/call-log-sync", query="?syncType=ISync&syncToken=none")
    await tour.visit("GET", EXT + "/active-calls", query="?direction=Sideways")
    token = tour.bench.client.headers["Authorization"].partition(" ")[2]
    auth = (tour.bench.account.client_id, tour.bench.account.client_secret)
    answer = await tour.bench.client.post("/restapi/oauth/revoke", data={"token": token}, auth=auth)
    tour.visits.append(Visit("POST", "/restapi/oauth/revoke", answer))
    del tour.bench.client.headers["Authorization"]
    for path in (f"{A}/extension/~", f"{E}/presence"):
        assert (await tour.bench.client.get(path)).status_code == 401
