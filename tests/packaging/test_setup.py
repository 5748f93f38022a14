"""What `make` sets up is pinned and complete."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "packaging" / "constraints.txt").read_text().splitlines()
PINS = [line for line in LINES if line and not line.startswith("#")]


def normal(name: str) -> str:
    """Spell a package's name as pip compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_constraints_are_exact_and_name_no_index() -> None:
    assert PINS
    assert [pin for pin in PINS if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!-]*", pin)] == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {match[0] for each in wanted if (match := re.match(r"[A-Za-z0-9._-]+", each))}
    assert {normal(name) for name in names} <= {normal(pin.partition("==")[0]) for pin in PINS}
