"""The vault on a real Secret Service, and on a bus that has none."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

import keyring
import pytest

from rcdesk.store import vault as words
from rcdesk.store.vault import Vault


@pytest.fixture
def profile() -> str:
    return f"test-{secrets.token_hex(4)}"


@pytest.mark.parametrize("length", [40, 5000])
async def test_a_secret_survives_the_run_and_is_gone_when_deleted(profile: str, length: int) -> None:
    secret = secrets.token_urlsafe(length)
    first = Vault(profile)
    await first.set("sign-in", secret)
    first.close()
    second = Vault(profile)
    assert await second.get("sign-in") == secret
    assert await Vault(profile + "x").get("sign-in") is None
    assert "SecretService" in second.backend
    await second.delete("sign-in")
    assert await Vault(profile).get("sign-in") is None
    assert second.notice == ""
    assert keyring.get_password(f"rcdesk:{profile}", "sign-in") is None
    second.close()


def test_without_a_secret_service_it_says_so_and_keeps_the_secret_for_this_run(profile: str) -> None:
    code = f"""
import asyncio, logging
from rcdesk.store.vault import Vault
async def main():
    vault = Vault({profile!r})
    await vault.set("sign-in", "s3cret")
    assert await vault.get("sign-in") == "s3cret"
    print(vault.notice)
asyncio.run(main())
"""
    no_bus = os.environ | {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=no_bus, capture_output=True, text=True, check=True, timeout=30
    )
    assert ran.stdout.strip() == words.ABSENT
