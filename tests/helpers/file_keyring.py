"""A keyring in a file, for programs that are killed where no Secret Service runs: PYTHON_KEYRING_BACKEND names it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import ClassVar

from keyring.backend import KeyringBackend

FILE = "TEST_KEYRING_FILE"
"""The environment variable that says where."""


def environ(path: Path) -> dict[str, str]:
    """Return what leads a program to a keyring in `path`."""
    return {"PYTHON_KEYRING_BACKEND": f"{__name__}.Keyring", FILE: str(path)}


class Keyring(KeyringBackend):
    """Each change is there as a whole or not at all, as in a real one."""

    priority: ClassVar[float] = 5

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write(self._read() | {f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._read()
        del kept[f"{service}/{username}"]
        self._write(kept)

    def _read(self) -> dict[str, str]:
        path = Path(os.environ[FILE])
        return json.loads(path.read_text()) if path.exists() else {}

    def _write(self, kept: dict[str, str]) -> None:
        path = Path(os.environ[FILE])
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(kept))
        fresh.replace(path)
