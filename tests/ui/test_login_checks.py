"""What is wrong with what was typed is said in words, and nothing right is refused."""

from __future__ import annotations

import pytest

from rcdesk.ui import login_checks as checks


@pytest.mark.parametrize(
    "address",
    [
        "https://platform.ringcentral.com",
        "platform.ringcentral.com",
        "https://platform.example.com:8443/",
        "http://127.0.0.1:8080",
        "http://127.8.9.10:1",
        "http://localhost:8080",
        "http://[::1]:8080",
    ],
)
def test_good_servers(address: str) -> None:
    assert checks.wrong_server(address) == ""


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("", "Enter"),
        ("http://platform.ringcentral.com", "https://"),
        ("http://127.0.0.1.example.com", "https://"),
        ("http://localhost.example.com", "https://"),
        ("http://10.0.0.1", "https://"),
        ("ftp://platform.ringcentral.com", "not an address"),
        ("https://", "not an address"),
        ("https://[::1", "not an address"),
        ("https://host:99999", "not an address"),
        ("https://host/restapi", "not an address"),
        ("two words", "not an address"),
    ],
)
def test_bad_servers(address: str, word: str) -> None:
    assert word in checks.wrong_server(address)


def test_an_address_is_used_without_its_last_slash_and_over_https() -> None:
    assert checks.server_address(" platform.example.com/ ") == "https://platform.example.com"
    assert checks.server_address("http://localhost:80/") == "http://localhost:80"


def test_a_jwt_loses_what_copying_put_in() -> None:
    assert checks.bare_jwt("head.\n pay\tload.sig ") == "head.payload.sig"
    assert checks.wrong_jwt("head.\npayload.sig") == ""


@pytest.mark.parametrize("text", ["", "   ", "head.payload", "a.b.c.d", "head payload sig", "hé.b.c"])
def test_what_is_no_jwt(text: str) -> None:
    assert checks.wrong_jwt(text)


@pytest.mark.parametrize("text", ["+1 650 555 0101", "16505550101", "+47 22.12.34-56", "(650) 555-0101"])
def test_good_numbers(text: str) -> None:
    assert checks.wrong_number(text) == ""


@pytest.mark.parametrize("text", ["", "101", "650 555 CALL", "++16505550101", "1" * 16, "+١٦٥٠٥٥٥٠١٠١"])
def test_bad_numbers(text: str) -> None:
    assert checks.wrong_number(text)


def test_a_number_is_sent_as_digits_behind_the_plus_that_was_typed() -> None:
    assert checks.bare_number("+1 (650) 555-0101") == "+16505550101"
    assert checks.bare_number("1 650 555 0101") == "16505550101"


@pytest.mark.parametrize(("text", "good"), [("", True), ("101", True), ("1o1", False), ("ext. 5", False)])
def test_extensions(text: str, good: bool) -> None:
    assert (checks.wrong_extension(text) == "") == good
