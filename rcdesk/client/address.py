"""Where a server may be: encrypted, or on this very computer."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from rcdesk.core.errors import Kind, Problem

UNUSABLE = "The server’s address cannot be used."


def check_server(url: str) -> str:
    """Return the address of a server without its final slash.

    Raises:
        Problem: it is no address, has more than scheme, host and port, or would send passwords in the clear:
            http is for the loopback interface only.
    """
    parts = _split(url.strip())
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise Problem(UNUSABLE, "Write it like https://platform.ringcentral.com.", Kind.LOCAL)
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise Problem(UNUSABLE, f"Write only {parts.scheme}:// and the server’s name.", Kind.LOCAL)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Problem(UNUSABLE, "Use https:// – http:// is only for servers on this computer.", Kind.LOCAL)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_safe_socket(uri: str) -> bool:
    """Whether a WebSocket may be opened there: encrypted, or on this computer."""
    parts = _split(uri)
    if parts is None or not parts.hostname:
        return False
    return parts.scheme == "wss" or (parts.scheme == "ws" and is_loopback(parts.hostname))


def is_loopback(host: str) -> bool:
    """Whether `host` is this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """The host of an address, "" if it has none."""
    parts = _split(url)
    return (parts and parts.hostname) or ""


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return None
    return parts
