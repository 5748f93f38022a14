"""What is wrong with what was typed into the sign-in dialog, in words; "" where nothing is."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit


def server_address(text: str) -> str:
    """Return the address as it is used: https:// unless it says otherwise, and no slash at its end."""
    scheme, separator, rest = text.strip().rpartition("://")
    host = rest.rstrip("/")
    return f"{scheme if separator else 'https'}://{host}" if host else ""


def wrong_server(text: str) -> str:
    """A server is reached over https://; over http:// only on this computer itself."""
    if not text.strip():
        return "Enter the server’s address."
    try:
        parts = urlsplit(server_address(text))
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "This is not an address. It looks like https://platform.example.com."
    if parts.scheme not in ("http", "https") or not host or parts.path or parts.query or " " in text:
        return "This is not an address. It looks like https://platform.example.com."
    if parts.scheme == "http" and not _is_this_computer(host):
        return "Use https://: anyone on the way could read a password sent over http://."
    return ""


def wrong_client_id(text: str) -> str:
    return "" if text else "Enter the client ID of your app; the developer console shows it."


def bare_jwt(text: str) -> str:
    """Return the JWT without the line breaks and blanks that copying puts in."""
    return "".join(text.split())


def wrong_jwt(text: str) -> str:
    jwt = bare_jwt(text)
    if not jwt:
        return "Paste the JWT that the developer console made for you."
    if not re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]*", jwt, re.ASCII):
        return "This is not a whole JWT: it has three parts with dots between. Copy it again."
    return ""


def bare_number(text: str) -> str:
    """Return a number as it is signed in with: its digits, after a + if one was typed."""
    return re.sub(r"[\s().\-\u00a0\u2010\u2011]", "", text)


def wrong_number(text: str) -> str:
    if not re.fullmatch(r"\+?[0-9]{7,15}", bare_number(text)):
        return "Enter the whole number with its country code, such as +1 650 555 0101."
    return ""


def wrong_extension(text: str) -> str:
    return (
        ""
        if re.fullmatch(r"[0-9]{0,8}", text)
        else "An extension has digits only. Leave it empty if you have none."
    )


def wrong_password(text: str) -> str:
    return "" if text else "Enter your password."


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
