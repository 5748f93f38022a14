"""Vault: tokens and client secrets in the system's own keyring, never in a file of ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from rcdesk.store import secret_parts
from rcdesk.store.worker import Worker

if TYPE_CHECKING:  # imported when first asked: it looks for backends and takes its time
    from keyring.backend import KeyringBackend

T = TypeVar("T")

log = logging.getLogger(__name__)

LIMIT = 3.0  # seconds; a locked keyring asks the user to unlock it and answers no sooner than they do
SECURE = 1  # keyring's own mark: backends of less priority write plain text, or keep nothing

ABSENT = "Your sign-in is kept for this run only: this computer has no keyring."
LOCKED = "Your sign-in is kept for this run only: the keyring is locked."
SILENT = "Your sign-in is kept for this run only: the keyring does not answer; it may wait to be unlocked."
REFUSED = "Your sign-in is kept for this run only: the keyring did not take it."

UNREAD = {
    LOCKED: "Your stored sign-in cannot be read: the keyring is locked.",
    SILENT: "Your stored sign-in cannot be read: the keyring does not answer; it may wait to be unlocked.",
    REFUSED: "Your stored sign-in cannot be read: the keyring does not work.",
}
"""What each notice means for what was stored before; where there is no keyring, nothing was."""


class Vault:
    """The secrets of one profile, under the keyring's service `rcdesk:<profile>`.

    Where the keyring is absent, locked, silent or refuses, everything works on in memory for this run, and
    `notice` says so. The keyring is asked in a thread of its own, one question after the other: one that
    waits for the user's password holds up nothing, and once it is answered the later changes follow.

    Attributes:
        notice: "" or a sentence for the user: the sign-in is not kept beyond this run, and why.
        backend: the name of the keyring in use, "" before it has answered, and in memory.
        on_change: called on the loop when `notice` has become another.
    """

    def __init__(self, profile: str | None, limit: float = LIMIT) -> None:
        """Ask nothing yet. `profile`: None for memory only, as wished, without notice. `limit`: seconds."""
        self.notice = ""
        self.backend = ""
        self.on_change: Callable[[], None] = lambda: None
        self._service = f"rcdesk:{profile}"
        self._limit = limit
        self._in_memory = profile is None
        self._known: dict[str, str | None] = {}  # what this run has set or read; None: deleted
        self._late: asyncio.Future[Any] | None = None  # the last question that took too long
        self._worker = Worker("keyring")

    async def get(self, name: str, *, anew: bool = False) -> str | None:
        """Return the secret, None if there is none or the keyring did not give it. Cancelling is safe.

        `anew`: another process may have changed it meanwhile, so the keyring is asked again.
        """
        if anew and not self._in_memory and not self._late:
            self._known.pop(name, None)
        if name not in self._known:
            value = await self._ask(lambda keyring: secret_parts.read(name, _get(keyring, self._service)))
            if value is not None:
                self._known.setdefault(name, value)
        return self._known.get(name)

    async def set(self, name: str, value: str) -> None:
        """Keep the secret: for good where the keyring takes it, else for this run.

        Cancelling: it is kept all the same.
        """
        self._known[name] = value
        service = self._service
        await self._ask(
            lambda keyring: secret_parts.write(
                name, value, _get(keyring, service), _put(keyring, service), _drop(keyring, service)
            )
        )

    async def delete(self, name: str) -> None:
        """Forget the secret, if there is one. Cancelling: it is forgotten all the same."""
        self._known[name] = None
        service = self._service
        await self._ask(
            lambda keyring: secret_parts.delete(name, _get(keyring, service), _drop(keyring, service))
        )

    def close(self) -> None:
        """Let the keyring take what is under way; give up waiting after two seconds."""
        if not self._worker.close():
            log.warning("the keyring does not answer; left to itself")

    async def _ask(self, question: Callable[[KeyringBackend], T]) -> T | None:
        """Ask the keyring; None if it fails, or does not answer in time (it may do so later)."""
        if self._in_memory:
            return None
        answer = self._worker.run(lambda: self._put(question))
        answer.add_done_callback(self._on_answer)
        await asyncio.wait({answer}, timeout=0 if self._late else self._limit)
        if not answer.done():
            self._late = answer
            self._say(SILENT)
            return None
        return None if answer.exception() else answer.result()

    def _put(self, question: Callable[[KeyringBackend], T]) -> T:
        keyring = _backend()
        answer = question(keyring)
        self.backend = str(keyring.name)
        return answer

    def _say(self, notice: str) -> None:
        before, self.notice = self.notice, notice
        if notice != before:
            self.on_change()

    def _on_answer(self, answer: asyncio.Future[Any]) -> None:
        if answer.cancelled():
            return
        if error := answer.exception():
            self._give_up(error)
        elif answer is self._late:
            self._late = None
            self._say("")

    def _give_up(self, error: BaseException) -> None:
        """Work in memory from now on: a keyring that was refused once is not asked again and again.

        Backends raise errors of their own beside those of keyring (pywintypes, D-Bus), so any counts.
        """
        from keyring.errors import KeyringLocked, NoKeyringError

        log.warning("the keyring is given up: %s", type(error).__name__)
        words = {NoKeyringError: ABSENT, KeyringLocked: LOCKED}
        self._in_memory, self.backend = True, ""
        self._say(next((text for kind, text in words.items() if isinstance(error, kind)), REFUSED))


def _backend() -> KeyringBackend:
    """Return the best keyring of this computer that encrypts; raise NoKeyringError if there is none."""
    import keyring
    from keyring.backends.chainer import ChainerBackend
    from keyring.errors import NoKeyringError

    chosen = keyring.get_keyring()
    candidates = chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    for backend in candidates:
        if backend.priority >= SECURE:
            secure: KeyringBackend = backend
            return secure
    raise NoKeyringError


def _get(keyring: KeyringBackend, service: str) -> secret_parts.Get:
    return lambda entry: keyring.get_password(service, entry)


def _put(keyring: KeyringBackend, service: str) -> Callable[[str, str], None]:
    return lambda entry, content: keyring.set_password(service, entry, content)


def _drop(keyring: KeyringBackend, service: str) -> Callable[[str], None]:
    return lambda entry: keyring.delete_password(service, entry)
