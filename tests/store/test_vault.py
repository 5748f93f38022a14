"""The vault keeps secrets in the keyring, and in memory when the keyring cannot; never anywhere else."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked, PasswordDeleteError

from rcdesk.store import vault as words
from rcdesk.store.vault import Vault
from tests.helpers.wait import until

LONG = "0123456789" * 300


class Memory(KeyringBackend):
    """A keyring with the habits of the real ones: what is missing cannot be deleted, long entries are refused."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password) > 1280:
            raise OSError("The stub received bad data")  # as on Windows, where it is no KeyringError
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.entries:
            raise PasswordDeleteError("No such password!")
        del self.entries[service, username]


class Plain(Memory):
    priority = 0.5  # type: ignore[assignment]


class Locked(Memory):
    asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        raise KeyringLocked("Prompt dismissed")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.get_password(service, username)


class Broken(Memory):
    def get_password(self, service: str, username: str) -> str | None:
        raise OSError("the bus fell over")


class Waiting(Memory):
    """Waits for the user, who unlocks it by `opened`."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.opened.wait(10)
        return super().get_password(service, username)


@pytest.fixture
def use() -> Iterator[object]:
    before = keyring.core._keyring_backend
    yield keyring.set_keyring
    keyring.core._keyring_backend = before


@pytest.fixture
def memory(use: object) -> Memory:
    backend = Memory()
    keyring.set_keyring(backend)
    return backend


async def test_a_secret_is_there_in_the_next_run(memory: Memory) -> None:
    first = Vault("work")
    assert await first.get("refresh") is None
    await first.set("refresh", "s3cret")
    first.close()
    second = Vault("work")
    assert await second.get("refresh") == "s3cret"
    assert second.notice == ""
    assert {service for service, _ in memory.entries} == {"rcdesk:work"}
    second.close()


async def test_profiles_do_not_see_each_other(memory: Memory) -> None:
    work, home = Vault("work"), Vault("home")
    await work.set("refresh", "s3cret")
    assert await home.get("refresh") is None
    work.close()
    home.close()


@pytest.mark.parametrize("then", ["short", "", LONG[:1201], LONG * 2])
async def test_a_long_secret_is_replaced_and_deleted_without_remains(memory: Memory, then: str) -> None:
    vault = Vault("work")
    await vault.set("refresh", LONG)
    await vault.set("refresh", then)
    again = Vault("work")
    assert await again.get("refresh") == then
    assert vault.notice == again.notice == ""
    await vault.delete("refresh")
    assert memory.entries == {}
    assert await vault.get("refresh") is None
    vault.close()
    again.close()


async def test_deleting_what_is_not_there_is_no_trouble(memory: Memory) -> None:
    vault = Vault("work")
    await vault.delete("refresh")
    assert vault.notice == ""
    vault.close()


async def test_it_tells_which_keyring_is_in_use(memory: Memory) -> None:
    vault = Vault("work")
    assert vault.backend == ""
    await vault.get("refresh")
    assert vault.backend == memory.name
    vault.close()


@pytest.mark.expected_log("the keyring is given up")
@pytest.mark.parametrize(
    ("backend", "notice"),
    [
        (fail.Keyring(), words.ABSENT),
        (null.Keyring(), words.ABSENT),
        (Plain(), words.ABSENT),
        (Locked(), words.LOCKED),
        (Broken(), words.REFUSED),
    ],
)
async def test_without_a_keyring_it_works_on_for_this_run_and_says_why(
    use: object, backend: KeyringBackend, notice: str
) -> None:
    keyring.set_keyring(backend)
    vault = Vault("work")
    await vault.set("refresh", "s3cret")
    assert await vault.get("refresh") == "s3cret"
    assert vault.notice == notice
    assert vault.backend == ""
    await vault.delete("refresh")
    assert await vault.get("refresh") is None
    assert not isinstance(backend, Plain) or not backend.entries
    vault.close()


@pytest.mark.expected_log("the keyring is given up: KeyringLocked")
async def test_who_dismissed_the_prompt_is_not_asked_again(use: object) -> None:
    backend = Locked()
    keyring.set_keyring(backend)
    vault = Vault("work")
    for _ in range(3):
        await vault.get("refresh")
    assert backend.asked == 1
    vault.close()


async def test_a_keyring_that_waits_for_its_password_gets_every_change_once_it_is_unlocked(
    use: object,
) -> None:
    backend = Waiting()
    keyring.set_keyring(backend)
    vault = Vault("work", limit=0.02)
    assert await vault.get("refresh") is None
    assert vault.notice == words.SILENT
    await vault.set("refresh", "first")
    await vault.set("refresh", "second")
    assert await vault.get("refresh") == "second"
    backend.opened.set()
    vault.close()
    keyring_after = Vault("work")
    assert await keyring_after.get("refresh") == "second"
    keyring_after.close()


async def test_the_notice_goes_once_the_keyring_has_taken_everything(use: object) -> None:
    backend = Waiting()
    keyring.set_keyring(backend)
    vault = Vault("work", limit=0.02)
    await vault.set("refresh", "s3cret")
    late = vault._late
    assert late is not None
    assert vault.notice == words.SILENT
    told: list[str] = []
    vault.on_change = lambda: told.append(vault.notice)
    await vault.set("refresh", "s3cret")
    assert told == []
    backend.opened.set()
    await until(lambda: told)
    assert (told, vault.notice) == ([""], "")
    assert vault.backend == backend.name
    vault.close()


async def test_in_memory_by_wish_asks_no_keyring_and_has_no_notice(memory: Memory) -> None:
    vault = Vault(None)
    await vault.set("refresh", "s3cret")
    assert await vault.get("refresh") == "s3cret"
    assert memory.entries == {}
    assert vault.notice == ""
    vault.close()


def test_the_keyring_is_not_imported_before_it_is_asked() -> None:
    code = "import sys, rcdesk.store.vault as v; v.Vault('work'); sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_prompt_that_nobody_answers_does_not_keep_the_program_from_ending() -> None:
    code = """
import asyncio, threading, keyring
from keyring.backend import KeyringBackend
from rcdesk.store import worker
from rcdesk.store.vault import Vault
from tests.helpers.wait import until

class Stuck(KeyringBackend):
    priority = 5
    def get_password(self, *_): threading.Event().wait()
    set_password = delete_password = get_password

async def main():
    vault = Vault("work", limit=0.05)
    await vault.get("refresh")
    worker.PATIENCE = 0.05
    vault.close()

keyring.set_keyring(Stuck())
asyncio.run(main())
"""
    assert (
        subprocess.run([sys.executable, "-c", code], check=False, timeout=20, capture_output=True).returncode
        == 0
    )
