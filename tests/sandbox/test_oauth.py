"""Signing in: grants, refresh, revocation, expiry, and the page in the browser."""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from rcdesk.sandbox.oauth import redirect_allowed
from tests.sandbox.bench import Bench, E

VERIFIER = "pIUgx4tiqFpaOUz0HMc_QbIyQlL901w8mRmkrmhEJ_E"
CALLBACK = "http://127.0.0.1:57001/callback"
REVOKED = (400, "invalid_grant", "OAU-211")
EXPIRED = (400, "invalid_grant", "OAU-210")


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def told(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    assert body["error_description"]
    return answer.status_code, body["error"], body["errors"][0]["errorCode"]


async def refreshed(bench: Bench, tokens: dict[str, str]) -> httpx.Response:
    return await bench.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])


async def fault(bench: Bench, kind: str, **details: object) -> None:
    answer = await bench.client.post("/sandbox/v1/faults", json={"kind": kind, **details})
    assert answer.is_success, answer.text


async def works(bench: Bench, access_token: str) -> bool:
    headers = {"Authorization": f"bearer {access_token}"}
    return (await bench.client.get(E, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "who",
    [
        {"username": "+18885550100", "extension": "101"},
        {"username": "18885550100", "extension": "101"},
        {"username": "+18885550100*101"},
        {"username": "+18885550100*101", "extension": ""},
        {"username": "+18885550100"},
        {"username": "+16505550100", "extension": ""},
        {"username": "dana.novak@larkfieldsupplies.example"},
    ],
)
async def test_a_password_signs_in_under_every_spelling_of_the_user(
    bench: Bench, who: dict[str, str]
) -> None:
    if "@" in who["username"]:
        who = {"username": bench.account.email(bench.account.me)}
    answer = await bench.token(grant_type="password", password=bench.account.password, **who)
    assert answer.status_code == 200
    assert answer.json()["owner_id"] == bench.account.extension_id
    assert await works(bench, answer.json()["access_token"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "no"},
        {"extension": "118"},
        {"extension": "999"},
        {"username": "+14155550100"},
        {"username": "+18885550100*118", "extension": ""},
    ],
)
async def test_wrong_credentials_are_an_invalid_grant(bench: Bench, wrong: dict[str, str]) -> None:
    form = {"username": "+18885550100", "extension": "101", "password": bench.account.password} | wrong
    assert told(await bench.token(grant_type="password", **form)) == (400, "invalid_grant", "OAU-140")


async def test_a_jwt_signs_in(bench: Bench) -> None:
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    answer = await bench.token(grant_type=grant, assertion=bench.account.jwt)
    assert await works(bench, answer.json()["access_token"])
    assert told(await bench.token(grant_type=grant, assertion=bench.account.jwt + "x"))[:2] == (
        400,
        "invalid_grant",
    )


async def test_an_app_without_a_secret_may_not_use_a_password(bench: Bench) -> None:
    form = {"client_id": bench.account.public_client_id, "grant_type": "password", "username": "+18885550100"}
    answer = await bench.client.post(
        "/restapi/oauth/token", data={**form, "password": bench.account.password}
    )
    assert told(answer) == (400, "unauthorized_client", "OAU-251")


@pytest.mark.parametrize("auth", [None, ("nobody", "secret"), ("", "")])
async def test_an_unknown_app_is_an_invalid_client(bench: Bench, auth: tuple[str, str] | None) -> None:
    answer = await bench.client.post("/restapi/oauth/token", data={"grant_type": "password"}, auth=auth)
    assert told(answer)[:2] == (401, "invalid_client")


async def test_a_confidential_app_must_show_its_secret(bench: Bench) -> None:
    form = {"client_id": bench.account.client_id, "grant_type": "refresh_token", "refresh_token": "x"}
    assert told(await bench.client.post("/restapi/oauth/token", data=form))[:2] == (401, "invalid_client")


async def test_an_unknown_grant_and_a_missing_one_are_told_apart(bench: Bench) -> None:
    assert told(await bench.token(grant_type="magic"))[1] == "unsupported_grant_type"
    assert told(await bench.token(username="x"))[1] == "invalid_request"


async def test_a_token_request_that_is_no_form_is_415(bench: Bench) -> None:
    answer = await bench.client.post("/restapi/oauth/token", json={"grant_type": "password"})
    assert answer.status_code == 415
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    ("wish", "granted"),
    [("null", 3600), ("", 3600), ("10", 600), ("900", 900), ("99999", 3600)],
)
async def test_the_life_of_an_access_token_is_clamped(bench: Bench, wish: str, granted: int) -> None:
    body = (await bench.by_password(access_token_ttl=wish)).json()
    assert body["expires_in"] == granted
    bench.pass_time(granted - 1)
    assert await works(bench, body["access_token"])
    bench.pass_time(1)
    assert not await works(bench, body["access_token"])


async def test_a_lifetime_that_is_no_number_is_refused(bench: Bench) -> None:
    assert told(await bench.by_password(access_token_ttl="soon"))[:2] == (400, "invalid_request")


async def test_a_refresh_token_ttl_of_zero_means_none(bench: Bench) -> None:
    assert "refresh_token" not in (await bench.by_password(refresh_token_ttl="0")).json()
    assert (await bench.by_password(refresh_token_ttl="99999999")).json()[
        "refresh_token_expires_in"
    ] == 2_592_000


async def test_a_refresh_rotates_both_tokens_and_kills_the_old_access_token(bench: Bench) -> None:
    old = (await bench.by_password(endpoint_id="my-desk")).json()
    new = (await bench.token(grant_type="refresh_token", refresh_token=old["refresh_token"])).json()
    assert {old["access_token"], old["refresh_token"]}.isdisjoint({new["access_token"], new["refresh_token"]})
    assert (new["session_id"], new["endpoint_id"]) == (old["session_id"], "my-desk")
    assert await works(bench, new["access_token"])
    assert not await works(bench, old["access_token"])


async def test_a_used_refresh_token_gives_the_same_pair_until_the_new_one_is_in_use_for_ten_seconds(
    bench: Bench,
) -> None:
    signed_in = (await bench.by_password()).json()
    assert await works(bench, signed_in["access_token"])
    old = signed_in["refresh_token"]
    new = (await bench.token(grant_type="refresh_token", refresh_token=old)).json()
    bench.pass_time(1800)
    again = (await bench.token(grant_type="refresh_token", refresh_token=old)).json()
    assert again["access_token"] == new["access_token"]
    assert await works(bench, new["access_token"])
    bench.pass_time(9.9)
    assert await works(bench, new["access_token"])
    again = (await bench.token(grant_type="refresh_token", refresh_token=old)).json()
    assert (again["access_token"], again["refresh_token"]) == (new["access_token"], new["refresh_token"])
    bench.pass_time(0.2)
    late = await bench.token(grant_type="refresh_token", refresh_token=old)
    assert told(late)[:2] == (400, "invalid_grant")
    assert await works(bench, new["access_token"])


async def test_a_used_refresh_token_gives_the_same_pair_for_an_hour_if_nobody_uses_that(bench: Bench) -> None:
    old = (await bench.by_password()).json()["refresh_token"]
    new = (await bench.token(grant_type="refresh_token", refresh_token=old)).json()
    bench.pass_time(3599)
    again = (await bench.token(grant_type="refresh_token", refresh_token=old)).json()
    assert again["access_token"] == new["access_token"]
    bench.pass_time(1)
    assert told(await bench.token(grant_type="refresh_token", refresh_token=old))[:2] == (
        400,
        "invalid_grant",
    )


async def test_a_refresh_token_runs_out(bench: Bench) -> None:
    old = (await bench.by_password(refresh_token_ttl="700")).json()["refresh_token"]
    bench.pass_time(700)
    assert told(await bench.token(grant_type="refresh_token", refresh_token=old)) == EXPIRED


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_revoking_either_token_ends_the_session(bench: Bench, kind: str) -> None:
    body = (await bench.by_password()).json()
    auth = (bench.account.client_id, bench.account.client_secret)
    answer = await bench.client.post("/restapi/oauth/revoke", data={"token": body[kind]}, auth=auth)
    assert (answer.status_code, answer.content) == (200, b"")
    assert not await works(bench, body["access_token"])
    refused = await bench.token(grant_type="refresh_token", refresh_token=body["refresh_token"])
    assert told(refused) == REVOKED
    again = await bench.client.post(f"/restapi/oauth/revoke?token={body[kind]}", auth=auth)
    assert again.status_code == 200  # RFC 7009: a token that is unknown is as good as revoked


async def test_a_sixth_session_ends_the_oldest(bench: Bench) -> None:
    first = (await bench.by_password()).json()
    tokens = [first["access_token"]]
    tokens += [(await bench.by_password()).json()["access_token"] for _ in range(4)]
    assert all([await works(bench, token) for token in tokens])
    tokens.append((await bench.by_password()).json()["access_token"])
    assert [await works(bench, token) for token in tokens] == [False, True, True, True, True, True]
    assert (await bench.state())["tokens"]["sessions"] == 5
    assert told(await refreshed(bench, first)) == (400, "invalid_grant", "OAU-213")


@pytest.mark.parametrize(
    ("reason", "refusal"),
    [
        ({}, REVOKED),
        ({"reason": "revoked"}, REVOKED),
        ({"reason": "unused"}, EXPIRED),
        ({"reason": "limit"}, EXPIRED),
        ({"reason": "replaced"}, (400, "invalid_grant", "OAU-213")),
        ({"reason": "app"}, (400, "unauthorized_client", "OAU-251")),
    ],
)
async def test_what_ended_a_session_is_told_when_it_is_to_be_refreshed(
    bench: Bench, reason: dict[str, str], refusal: tuple[int, str, str]
) -> None:
    mine = (await bench.by_password()).json()
    await fault(bench, "revoke-tokens", **reason)
    assert told(await refreshed(bench, mine)) == refusal
    assert not await works(bench, mine["access_token"])


async def test_an_administrators_limit_is_told_and_ends_the_session(bench: Bench) -> None:
    assert "session_expires_in" not in (await bench.by_password()).json()
    await fault(bench, "session-limit", seconds=5000)
    mine = (await bench.by_password()).json()
    assert (mine["session_expires_in"], mine["expires_in"], mine["refresh_token_expires_in"]) == (
        5000, 3600, 5000,
    )  # fmt: skip
    bench.pass_time(3000)
    mine = (await refreshed(bench, mine)).json()
    assert (mine["session_expires_in"], mine["expires_in"]) == (2000, 2000)
    assert await works(bench, mine["access_token"])
    bench.pass_time(2000)
    assert not await works(bench, mine["access_token"])
    assert told(await refreshed(bench, mine)) == EXPIRED


async def test_an_administrators_limit_holds_for_sessions_that_are_open_until_it_is_taken_back(
    bench: Bench,
) -> None:
    mine = (await bench.by_password()).json()
    await fault(bench, "session-limit", seconds=60)
    await bench.client.delete("/sandbox/v1/faults")
    bench.pass_time(61)
    assert await works(bench, mine["access_token"])
    await fault(bench, "session-limit", seconds=60)
    bench.pass_time(61)
    assert not await works(bench, mine["access_token"])


@pytest.mark.parametrize(
    ("permission", "path"), [("ReadAccounts", E), ("ReadPresence", f"{E}/presence"), ("RingOut", None)]
)
async def test_an_app_can_lack_a_permission(user: Bench, permission: str, path: str | None) -> None:
    await fault(user, "lack-permission", permission=permission)
    answer = await user.client.get(path or f"{E}/ring-out/1")
    body = answer.json()
    assert (answer.status_code, body["errorCode"], body["permissionName"]) == (
        403, "InsufficientPermissions", permission,
    )  # fmt: skip
    assert body["errors"][0]["errorCode"] == "CMN-401"
    await user.client.delete("/sandbox/v1/faults")
    assert (await user.client.get(E)).status_code == 200


@pytest.mark.parametrize(
    ("header", "code", "inner"),
    [
        (None, "AGW-401", "AGW-401"),
        ("Bearer", "AGW-402", "AGW-402"),
        ("Basic eDp5", "AGW-402", "AGW-402"),
        ("Bearer nonsense", "TokenInvalid", "OAU-149"),
    ],
)
async def test_every_bad_authorization_is_401_with_its_code(
    bench: Bench, header: str | None, code: str, inner: str
) -> None:
    answer = await bench.client.get(E, headers={"Authorization": header} if header else {})
    body = answer.json()
    assert (answer.status_code, body["errorCode"], body["errors"][0]["errorCode"]) == (401, code, inner)


async def test_expired_and_revoked_tokens_are_told_apart(user: Bench) -> None:
    await user.client.post("/sandbox/v1/faults", json={"kind": "expire-tokens"})
    assert (await user.client.get(E)).json()["errorCode"] == "TokenExpired"
    await user.sign_in()
    await user.client.post("/sandbox/v1/faults", json={"kind": "revoke-tokens"})
    assert (await user.client.get(E)).json()["errors"][0]["errorCode"] == "OAU-213"


async def test_an_access_token_in_the_query_is_taken_and_not_given_back(user: Bench) -> None:
    token = user.client.headers.pop("Authorization").partition(" ")[2]
    answer = await user.get(f"{E}/phone-number", access_token=token)
    assert answer.status_code == 200
    assert token not in answer.text


class Browser:
    """Fills in the sign-in page as a browser without scripts would."""

    def __init__(self, bench: Bench, **asked: str) -> None:
        self.bench = bench
        defaults = {
            "response_type": "code",
            "client_id": bench.account.public_client_id,
            "redirect_uri": CALLBACK,
        }
        self.asked = {
            **defaults,
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
            **asked,
        }

    async def open(self) -> httpx.Response:
        return await self.bench.get("/restapi/oauth/authorize", **self.asked)

    async def submit(self, **typed: str) -> httpx.Response:
        page = await self.open()
        assert page.status_code == 200, page.text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text))
        action = re.search(r'<form method="post" action="([^"]*)">', page.text)
        assert action is not None
        form = {name: unescape(value) for name, value in fields.items()}
        who = {"username": "+18885550100", "extension": "101", "password": self.bench.account.password}
        return await self.bench.client.post(action[1], data=form | who | typed)

    async def code(self, **typed: str) -> dict[str, list[str]]:
        answer = await self.submit(**typed)
        assert answer.status_code == 302, answer.text
        target = urlsplit(answer.headers["Location"])
        assert f"{target.scheme}://{target.netloc}{target.path}" == self.asked["redirect_uri"]
        return parse_qs(target.query)

    async def redeem(self, code: str, **more: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.asked["redirect_uri"]}
        whole = {**form, "client_id": self.asked["client_id"], "code_verifier": VERIFIER, **more}
        return await self.bench.client.post("/restapi/oauth/token", data=whole)


async def test_the_browser_comes_back_with_a_code_that_opens_one_session(bench: Bench) -> None:
    browser = Browser(bench, state="a b&c=ü")
    assert "state=a%20b%26c%3D%C3%BC" in (await browser.submit()).headers["Location"]
    back = await browser.code()
    assert (back["state"], back["expires_in"]) == (["a b&c=ü"], ["60"])
    answer = await browser.redeem(back["code"][0])
    assert await works(bench, answer.json()["access_token"])
    assert told(await browser.redeem(back["code"][0])) == (400, "invalid_grant", "OAU-106")


async def test_an_app_with_a_secret_may_do_without_a_challenge(bench: Bench) -> None:
    asked = {"client_id": bench.account.client_id, "code_challenge": "", "code_challenge_method": ""}
    code = (await Browser(bench, **asked).code())["code"][0]
    answer = await bench.token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
    assert await works(bench, answer.json()["access_token"])


@pytest.mark.parametrize(
    "typed",
    [
        {"username": "18885550100*101", "extension": ""},
        {"username": "+16505550100", "extension": ""},
    ],
)
async def test_the_page_takes_every_spelling_of_the_user(bench: Bench, typed: dict[str, str]) -> None:
    assert "code" in await Browser(bench).code(**typed)


async def test_a_wrong_password_shows_the_page_again_with_the_request_kept(bench: Bench) -> None:
    answer = await Browser(bench, state="kept").submit(password="no")
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert 'name="state" value="kept"' in answer.text
    assert 'value="+18885550100"' in answer.text
    assert bench.account.password not in answer.text


async def test_empty_parameters_count_as_absent(bench: Bench) -> None:
    empty = dict.fromkeys(
        ("state", "brand_id", "display", "prompt", "ui_options", "ui_locales", "localeId"), ""
    )
    assert "state" not in await Browser(bench, **empty).code()


async def test_what_was_asked_cannot_break_out_of_the_page(bench: Bench) -> None:
    page = await Browser(bench, state='"><script>alert(1)</script>').open()
    assert "<script" not in page.text


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"code_verifier": ""}, "OAU-106"),
        ({"code_verifier": VERIFIER[::-1]}, "OAU-106"),
        ({"code_verifier": "short"}, "OAU-106"),
        ({"redirect_uri": "http://127.0.0.1:57002/callback"}, "OAU-109"),
        ({"code": "unknown"}, "OAU-106"),
    ],
)
async def test_a_code_needs_its_verifier_and_its_redirect_uri(
    bench: Bench, more: dict[str, str], code: str
) -> None:
    browser = Browser(bench)
    given = (await browser.code())["code"][0]
    assert told(await browser.redeem(more.pop("code", given), **more)) == (400, "invalid_grant", code)


async def test_without_a_method_the_challenge_is_plain(bench: Bench) -> None:
    browser = Browser(bench, code_challenge=VERIFIER, code_challenge_method="")
    answer = await browser.redeem((await browser.code())["code"][0])
    assert answer.status_code == 200


async def test_a_code_lives_a_minute(bench: Bench) -> None:
    browser = Browser(bench)
    code = (await browser.code())["code"][0]
    bench.pass_time(60)
    assert told(await browser.redeem(code)) == (400, "invalid_grant", "OAU-108")


async def test_another_app_cannot_use_the_code(bench: Bench) -> None:
    browser = Browser(bench)
    code = (await browser.code())["code"][0]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    assert told(await bench.token(**form)) == (400, "invalid_grant", "OAU-110")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "MD5"}, "invalid_request"),
    ],
)
async def test_what_the_app_got_wrong_is_told_to_the_app(
    bench: Bench, asked: dict[str, str], error: str
) -> None:
    answer = await Browser(bench, state="s", **asked).open()
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (answer.status_code, query["error"], query["state"]) == (302, [error], ["s"])


async def test_cancel_tells_the_app(bench: Bench) -> None:
    assert (await Browser(bench).code(decision="cancel", password=""))["error"] == ["access_denied"]


@pytest.mark.parametrize(
    "asked",
    [{"client_id": "unknown"}, {"redirect_uri": "https://elsewhere.example/callback"}, {"redirect_uri": ""}],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    bench: Bench, asked: dict[str, str]
) -> None:
    answer = await Browser(bench, **asked).open()
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("uri", "allowed"),
    [
        ("http://127.0.0.1:57000/callback", True),
        ("http://127.0.0.1:49152/callback", True),
        ("http://localhost:5000/callback", True),
        ("http://127.0.0.1/callback", True),
        ("https://127.0.0.1:57000/callback", False),
        ("http://127.0.0.1:57000/other", False),
        ("http://127.0.0.1:57000/callback?x=1", False),
        ("http://127.0.0.1:57000@elsewhere.example/callback", False),
        ("http://127.0.0.1.elsewhere.example:57000/callback", False),
        ("http://127.0.0.1:99999/callback", False),
        ("rcdesk://callback", False),
    ],
)
def test_only_the_port_of_a_loopback_address_is_free(uri: str, *, allowed: bool) -> None:
    assert redirect_allowed(uri) is allowed


async def test_discovery_leads_back_to_the_address_that_the_client_used(user: Bench) -> None:
    initial = (await user.get("/.well-known/entry-points/initial", clientId="x")).json()
    assert initial["coreApi"]["baseUri"] == "http://sandbox.test:8080"
    external = (await user.client.get(initial["discoveryApi"]["defaultExternalUri"])).json()
    assert external["authApi"]["tokenUri"] == "http://sandbox.test:8080/restapi/oauth/token"
