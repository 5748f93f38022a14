"""How long rcdesk takes to its first painted window, and what it costs at rest, beside a bare window.

Both are started in turn, so that a busy moment of the machine meets both. rcdesk is signed in, over a real sandbox,
with its calls in the store. See README.md here for how to run it.
"""

from __future__ import annotations

import argparse
import compileall
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import rcdesk
from benchmarks.processes import core_seconds, pss
from tests.helpers.process import RCDESK, Home, Program, Rcdesk, Sandbox, running, sandbox
from tests.helpers.wait import wait_until

BARE = (sys.executable, str(Path(__file__).with_name("bare.py")))
MOST_TIME = 1.6  # times the bare window's
MOST_MEMORY = 60.0  # MB above the bare window's
MOST_CPU = 0.3  # per cent of a core
WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program to measure, and the environment that it finds its things in."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rest:
    """What a program costs when nothing happens: MB, and per cent of a core."""

    memory: float
    cpu: float


@contextmanager
def painted(candidate: Candidate, folder: Path) -> Iterator[tuple[Program, float]]:
    """Start a program; give it and the seconds it took to its first painted window; end it."""
    trace = folder / f"trace-{time.monotonic_ns()}"
    trace.touch()
    environ = {**candidate.environ, "RCDESK_TRACE": str(trace)}
    began = time.monotonic_ns()
    with running(Program(candidate.command, trace.with_suffix(".out"), environ)) as program:

        def moment() -> int:
            assert program.process.poll() is None, f"{candidate.name} ended: {program.stderr[-2000:]}"
            told = [line.split() for line in trace.read_text().splitlines()]
            return next((int(words[1]) for words in told if words[:1] == ["painted"] and len(words) == 2), 0)

        yield (
            program,
            (wait_until(moment, within=WITHIN, why=f"{candidate.name} painted nothing") - began) / 1e9,
        )


def starts(candidates: Sequence[Candidate], rounds: int, folder: Path) -> list[list[float]]:
    """Start each in turn, `rounds` times and once before, uncounted; return the seconds of each."""
    times: list[list[float]] = [[] for _ in candidates]
    for round_ in range(rounds + 1):
        for candidate, taken in zip(candidates, times, strict=True):
            with painted(candidate, folder) as (_, seconds):
                if round_:  # the first one warms the caches of the disk
                    taken.append(seconds)
    return times


def rest(candidate: Candidate, settle: float, watch: float, folder: Path) -> Rest:
    """Let a program come to rest for `settle` seconds, then watch it for `watch`."""
    idle = threading.Event()
    with painted(candidate, folder) as (program, _):
        idle.wait(settle)
        memory, used, began = pss(program.pid), core_seconds(program.pid), time.monotonic()
        idle.wait(watch)
        share = (core_seconds(program.pid) - used) / (time.monotonic() - began)
    return Rest(memory, share * 100)


def signed_in(person: Rcdesk, platform: Sandbox, calls: int) -> None:
    """Sign rcdesk in for good, and let it fetch its calls: the store is filled as it is in use."""
    info = platform.info
    account = ("--server", info["server"], "--client-id", info["client_id"])
    secrets = f"{info['client_secret']}\n{info['jwt']}\n"
    code, said = person.say("sign-in", *account, "--client-secret-stdin", "--jwt-stdin", stdin=secrets)
    assert code == 0, said
    with person.start() as program:

        def stored() -> bool:
            assert program.process.poll() is None, f"rcdesk ended: {program.stderr[-2000:]}"
            answer = person.ask("history", "--limit", str(calls))
            return len(answer.get("calls", [])) >= calls

        wait_until(stored, within=300, why=f"The store did not get its {calls} calls")


def line(name: str, values: Sequence[float]) -> str:
    """Tell the seconds of one program."""
    median, low, high = statistics.median(values), min(values), max(values)
    return f"  {name:<8} {median:.3f} [{low:.3f}..{high:.3f}] s"


def verdict(what: str, value: float, most: float, unit: str) -> bool:
    """Print a figure beside what it may be at most, and tell whether it is."""
    print(f"  {what}: {value:.2f}{unit}, at most {most:g}{unit}: {'ok' if value <= most else 'TOO MUCH'}")
    return value <= most


def compare(candidates: tuple[Candidate, Candidate], args: argparse.Namespace, folder: Path) -> bool:
    """Measure both, print the figures, tell whether all are as they should be."""
    bare, ours = starts(candidates, args.rounds, folder)
    print(f"Start to first painted window, median [min..max] of {args.rounds}, in turn:")
    print(line("bare", bare), line("rcdesk", ours), sep="\n")
    fine = verdict("ratio", statistics.median(ours) / statistics.median(bare), MOST_TIME, " ×")
    idle_bare, idle_ours = (rest(candidate, args.settle, args.watch, folder) for candidate in candidates)
    print(f"At rest, after {args.settle:g} s, over {args.watch:g} s:")
    print(f"  bare     {idle_bare.memory:.1f} MB PSS, {idle_bare.cpu:.3f} % of a core")
    print(f"  rcdesk   {idle_ours.memory:.1f} MB PSS, {idle_ours.cpu:.3f} % of a core")
    fine &= verdict("memory above bare", idle_ours.memory - idle_bare.memory, MOST_MEMORY, " MB")
    return fine & verdict("cpu", idle_ours.cpu, MOST_CPU, " %")


def main() -> int:
    """Set both up, measure, and return 1 if a figure is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=15, help="starts of each (%(default)s)")
    parser.add_argument("--calls", type=int, default=10_000, help="calls in the store (%(default)s)")
    parser.add_argument("--settle", type=float, default=20, help="seconds to come to rest (%(default)s)")
    parser.add_argument("--watch", type=float, default=20, help="seconds to watch it rest (%(default)s)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rcdesk-bench-") as name:
        folder = Path(name)
        compileall.compile_dir(Path(rcdesk.__file__).parent, quiet=1)  # as an installed program is
        options = ("--records", str(args.calls), "--rate-limits", "off", "--seed", "1")
        with sandbox(folder / "sandbox", *options) as platform:
            person = Rcdesk(Home(folder / "home"))
            signed_in(person, platform, args.calls)
            bare = Candidate("bare", BARE, os.environ)
            ours = Candidate("rcdesk", RCDESK, person.home.environ())
            return 0 if compare((bare, ours), args, folder) else 1


if __name__ == "__main__":
    sys.exit(main())
