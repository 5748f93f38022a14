"""What the tests on the real desktop share. Without the desktop they are skipped; `make desk` brings it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.desktop import Notepad, notepad, put_pointer_away
from tests.helpers.leaks import leaks
from tests.helpers.process import Home, Rcdesk, Sandbox, sandbox
from tests.helpers.virtual_desktop import MARK

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    away = pytest.mark.skip(reason="needs the throw-away desktop: make desk")
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.desk)
            if MARK not in os.environ:
                item.add_marker(away)


@pytest.fixture(autouse=True)
def _the_pointer_is_away() -> None:
    if MARK in os.environ:
        put_pointer_away()


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Notepad]:
    """Give another program's window that has the keyboard; what is typed must arrive there."""
    with notepad(tmp_path) as opened:
        yield opened


@pytest.fixture
def program(tmp_path: Path) -> Rcdesk:
    """Give rcdesk for a person who never used it before."""
    return Rcdesk(Home(tmp_path / "home"))


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Sandbox]:
    """Give a sandbox in a process of its own; nothing private of it is left behind by the program."""
    with sandbox(tmp_path / "sandbox") as serving:
        yield serving
        assert leaks(serving, tmp_path / "home") == []
