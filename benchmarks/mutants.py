"""Whether a test fails for each rule of the core that is broken: mutmut breaks them one by one (`make mutants`).

Everything happens in a copy, build/mutants. In it two things are written otherwise, because mutmut passes over
whatever has a decorator: a property becomes a function that a property is made of, and nothing is cached.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPY = ROOT / "build" / "mutants"
COPIED = ("pyproject.toml", "rcdesk", "tests/__init__.py", "tests/conftest.py", "tests/helpers", "tests/core")
LEFT_OUT = "test_fleet.py"  # it takes long, and what it plays is no part of the core
EQUIVALENT = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())

PROPERTY = re.compile(r"^    @property\n    def (\w+)(.*?)(?=^ {0,4}\S|\Z)", re.MULTILINE | re.DOTALL)
CACHED = re.compile(r"^@functools\.lru_cache.*\n", re.MULTILINE)
NOT_KILLED = (0, 5, 33, None)  # what mutmut notes where the tests passed, or there were none
HERE = {"cwd": COPY, "env": {**os.environ, "CI": "true", "PYTHONPATH": "", "QT_QPA_PLATFORM": "offscreen"}}
"""In CI, hypothesis draws the same examples each time."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("modules", nargs="*", help="of rcdesk.core, like calls; all unless some are named")
    parser.add_argument("--at-once", type=int, default=os.cpu_count(), help="mutants tried at one time")
    asked = parser.parse_args()
    copy()
    mutants = [f"rcdesk.core.{name}.*" for name in asked.modules]
    subprocess.run([mutmut(), "run", f"--max-children={asked.at_once}", *mutants], check=True, **HERE)
    return report(asked.modules)


def copy() -> None:
    # From scratch: mutmut tries nothing again that is as it was, whatever has become of the tests.
    shutil.rmtree(COPY, ignore_errors=True)
    for source in (found for name in COPIED for found in files(ROOT / name) if found.name != LEFT_OUT):
        target = COPY / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        in_core = target.is_relative_to(COPY / "rcdesk" / "core")
        target.write_text(undecorated(source.read_text()) if in_core else source.read_text())


def files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def undecorated(source: str) -> str:
    return CACHED.sub("", PROPERTY.sub(r"    def _get_\1\2    \1 = property(_get_\1)\n\n", source))


def mutmut() -> str:
    return str(Path(sys.executable).parent / "mutmut")


def report(modules: list[str]) -> int:
    """Print how many mutants of each module a test killed, and what is different about those that none did.

    Return 1 if one is left that mutants.toml does not name, or if that names one that is killed or gone.
    """
    unknown, named_in_vain = [], []
    print(f"\n{'rcdesk.core':16}{'mutants':>8}{'killed':>8}{'equivalent':>12}{'survived':>10}")
    for kept in sorted((COPY / "mutants/rcdesk/core").glob("*.py.meta")):
        module = kept.name.removesuffix(".py.meta")
        results = json.loads(kept.read_text())["exit_code_by_key"]
        if not results or (modules and module not in modules):
            continue
        left = [(name, changed(name)) for name, code in results.items() if code in NOT_KILLED]
        equivalent = {line for lines in EQUIVALENT.get(module, {}).values() for line in lines}
        survived = [mutant for mutant in left if gist(mutant[1]) not in equivalent]
        figures = len(results), len(results) - len(left), len(left) - len(survived), len(survived)
        print("{:16}{:8}{:8}{:12}{:10}".format(module, *figures))
        unknown += survived
        named_in_vain += [f"{module}: {line}" for line in equivalent - {gist(lines) for _, lines in left}]
    for name, lines in unknown:
        print("", name, *lines, sep="\n")
    for line in named_in_vain:
        print("", "Killed or gone, but in mutants.toml:", line, sep="\n")
    return bool(unknown or named_in_vain)


def changed(mutant: str) -> list[str]:
    """The lines that it lacks and those that it has instead."""
    shown = subprocess.run([mutmut(), "show", mutant], check=True, capture_output=True, text=True, **HERE)
    return [line for line in shown.stdout.splitlines() if re.match(r"[-+](?![-+])", line)]


def gist(lines: list[str]) -> str:
    """What a mutant is called in mutants.toml: its line without comment, or "without" and the line that it lacks."""
    line = lines[-1].split("  # ")[0]
    return line[1:].strip() if line.startswith("+") else f"without {line[1:].strip()}"


if __name__ == "__main__":
    sys.exit(main())
