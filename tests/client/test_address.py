"""Where a server may be."""

from __future__ import annotations

import pytest

from rcdesk.client.address import check_server, host_of, is_loopback, is_safe_socket
from rcdesk.core.errors import Kind, Problem


@pytest.mark.parametrize(
    ("written", "server"),
    [
        ("https://platform.ringcentral.com", "https://platform.ringcentral.com"),
        (" https://Platform.Example:8443/ ", "https://platform.example:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.8.9.1", "http://127.8.9.1"),
        ("http://localhost:1/", "http://localhost:1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_encrypted_servers_and_this_computer_are_allowed(written: str, server: str) -> None:
    assert check_server(written) == server


@pytest.mark.parametrize(
    "written",
    [
        "http://platform.ringcentral.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "http://[::2]",
        "ftp://127.0.0.1",
        "platform.ringcentral.com",
        "https://",
        "",
        "https://user:word@example.com",
        "https://example.com/restapi",
        "https://example.com?x=1",
        "https://example.com#x",
        "https://example.com:port",
        "https://[::1",
    ],
)
def test_anything_else_is_refused_with_a_remedy(written: str) -> None:
    with pytest.raises(Problem) as refused:
        check_server(written)
    assert refused.value.kind is Kind.LOCAL
    assert refused.value.title == "The server’s address cannot be used."
    assert refused.value.remedy.endswith(".")


@pytest.mark.parametrize(
    ("uri", "safe"),
    [
        ("wss://ws.example.com/ws", True),
        ("ws://127.0.0.1:8080/ws", True),
        ("ws://ws.example.com/ws", False),
        ("https://ws.example.com", False),
        ("wss://", False),
        ("", False),
        ("wss://[", False),
    ],
)
def test_a_socket_is_encrypted_or_on_this_computer(uri: str, safe: bool) -> None:
    assert is_safe_socket(uri) is safe


def test_hosts() -> None:
    assert host_of("https://A.example:1/x") == "a.example"
    assert host_of("nothing") == ""
    assert not is_loopback("example.com")
