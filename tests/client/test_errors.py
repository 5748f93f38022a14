"""Refusals and silences in words: the one translation, row by row."""

from __future__ import annotations

import json

import httpx
import pytest

from rcdesk.client import errors
from rcdesk.core.errors import Kind, Problem

DOING = "The call to +1 650 555 0100 was not placed."


def refusal(code: str, word: str = "", **extra: str) -> bytes:
    """A refusal as the platform writes it; `word` is the older code on top."""
    item = {"errorCode": code, "message": "Not for people", **extra}
    return json.dumps(
        {"errorCode": word or code, "message": "Not for people", **extra, "errors": [item]}
    ).encode()


def oauth(error: str, code: str = "") -> bytes:
    """A refusal of the OAuth endpoints."""
    listed = [{"errorCode": code, "message": "x"}] if code else []
    return json.dumps({"error": error, "error_description": "x", "errors": listed}).encode()


def told(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Problem:
    return errors.from_answer(DOING, status, headers or {}, body)


@pytest.mark.parametrize(
    ("status", "kind", "retry", "remedy"),
    [
        (400, Kind.BAD_REQUEST, False, "check what you entered"),
        (401, Kind.SIGN_IN, False, "Sign in again"),
        (403, Kind.FORBIDDEN, False, "ask your administrator"),
        (404, Kind.NOT_FOUND, False, "look whether it has changed"),
        (405, Kind.NOT_ALLOWED, False, "does not offer it"),
        (410, Kind.GONE, False, "removed for good"),
        (429, Kind.THROTTLED, True, "wait a minute"),
        (500, Kind.SERVER, True, "try again later"),
        (503, Kind.UNAVAILABLE, True, "maintenance"),
        (502, Kind.SERVER, True, "try again later"),
        (504, Kind.UNAVAILABLE, True, "took too long"),
        (408, Kind.UNAVAILABLE, True, "took too long"),
        (501, Kind.SERVER, True, "try again later"),
        (418, Kind.BAD_REQUEST, False, "refused it"),
    ],
)
def test_each_status_of_the_tutorial_has_its_words(status: int, kind: Kind, retry: bool, remedy: str) -> None:
    for body in (b"", b"<html>not JSON</html>", refusal("NEW-999")):
        problem = told(status, body)
        assert problem.title == DOING
        assert remedy in problem.remedy
        assert (problem.kind, problem.retry, problem.status) == (kind, retry, status)


@pytest.mark.parametrize(
    ("pause", "wait"),
    [
        ("1", "a minute"), ("60", "a minute"), ("61", "2 minutes"), ("7140", "119 minutes"), ("7141", "2 hours"),
        ("soon", "a minute"),
    ],
)  # fmt: skip
def test_a_limit_that_lasts_longer_says_for_how_long(pause: str, wait: str) -> None:
    remedy = f"Too much was asked in a short time; wait {wait}, then try again."
    assert told(429, headers={"retry-after": pause}).remedy == remedy
    if pause.isdigit():
        problem = errors.throttled(DOING, float(pause))
        assert (problem.title, problem.remedy, problem.kind) == (DOING, remedy, Kind.THROTTLED)
        assert (problem.retry, problem.retry_after) == (True, float(pause))


def test_a_lost_network_has_its_words() -> None:
    problem = errors.from_exception(DOING, httpx.ConnectError("[Errno -3] Temporary failure"))
    assert (problem.title, problem.kind, problem.retry) == (DOING, Kind.OFFLINE, True)
    assert "check your network connection" in problem.remedy


@pytest.mark.parametrize(
    ("error", "kind", "unsure"),
    [
        (httpx.ConnectError("x"), Kind.OFFLINE, False),
        (httpx.ConnectTimeout("x"), Kind.OFFLINE, False),
        (httpx.PoolTimeout("x"), Kind.OFFLINE, False),
        (httpx.ProxyError("x"), Kind.OFFLINE, False),
        (httpx.ReadTimeout("x"), Kind.OFFLINE, True),
        (httpx.ReadError("x"), Kind.OFFLINE, True),
        (httpx.WriteError("x"), Kind.OFFLINE, True),
        (httpx.RemoteProtocolError("x"), Kind.OFFLINE, True),
        (httpx.DecodingError("x"), Kind.UNREADABLE, True),
        (httpx.TooManyRedirects("x"), Kind.UNREADABLE, True),
    ],
)
def test_each_silence_is_of_a_kind_and_tells_whether_the_server_may_have_acted(
    error: httpx.HTTPError, kind: Kind, unsure: bool
) -> None:
    problem = errors.from_exception(DOING, error)
    assert (problem.kind, problem.unsure) == (kind, unsure)


def test_an_answer_of_the_server_is_sure_and_one_of_a_gateway_is_not() -> None:
    assert [status for status in (*errors.BY_STATUS, 408, 502, 504) if told(status).unsure] == [408, 502, 504]
    assert errors.unreadable(DOING, 200).unsure


@pytest.mark.parametrize(
    ("status", "body", "kind", "remedy"),
    [
        (403, refusal("TEL-101"), Kind.FORBIDDEN, "number is blocked"),
        (403, refusal("TEL-102"), Kind.FORBIDDEN, "phone to ring first is blocked"),
        (400, refusal("TEL-107"), Kind.BAD_REQUEST, "number to show is not one of yours"),
        (403, refusal("RNG-102"), Kind.FORBIDDEN, "number to show is not one of yours"),
        (400, refusal("TEL-108"), Kind.BAD_REQUEST, "phone to ring first has no usable number"),
        (400, refusal("TEL-109"), Kind.BAD_REQUEST, "cannot be called"),
        (403, refusal("BIL-103"), Kind.FORBIDDEN, "Your plan does not include this"),
        (403, refusal("CMN-112"), Kind.FORBIDDEN, "switched off for your extension"),
        (403, refusal("CMN-113"), Kind.FORBIDDEN, "switched off for your extension"),
        (403, refusal("CMN-408"), Kind.FORBIDDEN, "Your role does not allow this"),
        (403, refusal("InternationalDisabled"), Kind.FORBIDDEN, "Calls abroad are off for this account"),
        (403, refusal("NotEnoughFunds"), Kind.FORBIDDEN, "calling credit"),
        (403, refusal("SUB-505"), Kind.FORBIDDEN, "Too many programs listen"),
        (403, refusal("SUB-528"), Kind.FORBIDDEN, "live updates"),
        (400, refusal("CMN-102"), Kind.NOT_FOUND, "look whether it has changed"),
        (403, refusal("PRS-106"), Kind.FORBIDDEN, "switched off for your extension"),
        (401, refusal("CMN-405"), Kind.SIGN_IN, "Sign in with your extension"),
        (401, refusal("OAU-149", "TokenInvalid"), Kind.SIGN_IN, "Sign in again"),
    ],
)
def test_a_known_code_says_more_than_its_status(status: int, body: bytes, kind: Kind, remedy: str) -> None:
    problem = told(status, body)
    assert remedy in problem.remedy
    assert (problem.kind, problem.retry) == (kind, False)


@pytest.mark.parametrize(
    ("body", "remedy"),
    [
        (oauth("invalid_grant", "OAU-140"), "do not belong together"),
        (oauth("invalid_grant"), "What you entered is not right"),
        (oauth("invalid_grant", "OAU-108"), "too late or twice"),
        (oauth("invalid_client", "OAU-153"), "client id and secret"),
        (oauth("invalid_client"), "client id and secret"),
        (oauth("unauthorized_client", "OAU-251"), "may not sign in in this way"),
        (oauth("unsupported_grant_type"), "may not sign in in this way"),
        (oauth("invalid_grant", "OAU-168"), "second factor"),
        (oauth("invalid_grant", "OAU-147"), "locked"),
        (oauth("invalid_request", "OAU-109"), "return address"),
        (oauth("invalid_grant", "OAU-222"), "no such account"),
    ],
)
def test_each_refused_sign_in_says_why(body: bytes, remedy: str) -> None:
    for status in (400, 401, 403):  # the documents and the servers do not agree on it
        problem = told(status, body)
        assert remedy in problem.remedy
        assert problem.kind is Kind.SIGN_IN


def test_the_innermost_code_decides() -> None:
    problem = told(403, refusal("TEL-101", word="InvalidParameter"))
    assert (problem.code, problem.kind) == ("TEL-101", Kind.FORBIDDEN)


def test_a_word_on_top_decides_where_the_code_is_unknown() -> None:
    assert "Calls abroad" in told(403, refusal("XYZ-1", word="InternationalDisabled")).remedy


@pytest.mark.parametrize(
    ("permission", "words"),
    [("RingOut", "“RingOut”"), ("ReadCallLog", "“Read Call Log”"), ("SomethingNew", "“Something New”")],
)
def test_a_lacking_permission_is_named_as_whoever_registered_the_app_knows_it(
    permission: str, words: str
) -> None:
    problem = told(403, refusal("CMN-401", "InsufficientPermissions", permissionName=permission))
    assert f"lacks the permission {words}" in problem.remedy
    assert problem.kind is Kind.FORBIDDEN


def test_a_gateway_in_trouble_may_quote_any_code() -> None:
    assert told(503, refusal("CMN-102")).kind is Kind.UNAVAILABLE


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("", 30.0), ("soon", 30.0), ("-1", 30.0), ("9" * 30, 86400.0)]
)
def test_a_429_says_how_long_to_wait_or_it_is_half_a_minute(header: str, seconds: float) -> None:
    headers = {"retry-after": header} if header else {}
    assert told(429, refusal("CMN-301"), headers).retry_after == seconds


def test_a_maintenance_may_say_how_long_it_takes() -> None:
    assert told(503, headers={"retry-after": "120"}).retry_after == 120.0
    assert told(503).retry_after is None


def test_no_sentence_shows_a_code_or_a_word_of_the_wire() -> None:
    rows = [
        *errors.BY_STATUS.values(),
        *errors.BY_CODE.values(),
        errors.OFFLINE,
        errors.UNTRUSTED,
        errors.UNREADABLE,
    ]
    for advice in rows:
        assert advice.remedy.endswith(".")
        assert not any(sign in advice.remedy for sign in ("_", "CMN", "OAU", "{", "HTTP", "JSON"))


@pytest.mark.parametrize("body", [b'{"errors":5}', b'{"errors":[{"errorCode":7}]}', b"[]", b"\xff", b"{}"])
def test_a_refusal_in_disorder_is_told_by_its_status(body: bytes) -> None:
    assert told(403, body).kind is Kind.FORBIDDEN
    assert told(403, body).code == ""
