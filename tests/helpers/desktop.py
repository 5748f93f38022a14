"""Hands and eyes on the real desktop: find windows, click, type, and see who has the keyboard.

Everything goes through the X server, as for a person, so it works on this process's windows and on others' alike.
Nothing here waits; follow an act with `until` or `wait_until`. Only for tests under `tests/helpers/virtual_desktop.py`.
"""

from __future__ import annotations

import re
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.process import end
from tests.helpers.wait import wait_until


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the screen, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2

    def inside(self, other: Box) -> bool:
        """Tell whether all of this lies within `other`."""
        return (
            other.x <= self.x
            and other.y <= self.y
            and self.x + self.width <= other.x + other.width
            and self.y + self.height <= other.y + other.height
        )


def _ask(*command: str) -> str:
    """Return what an X tool prints; "" when it fails, as for a window that is just gone."""
    asked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _do(*words: str) -> None:
    subprocess.run(("xdotool", *words), check=True, capture_output=True, timeout=10)


def windows(*, pid: int | None = None, title: str = "", kind: str = "") -> list[int]:
    """List the visible windows of a process, with a title, of a class (regular expressions); give one at least."""
    terms = ["--all", "--onlyvisible"]
    for option, term in (("--pid", pid), ("--name", title), ("--class", kind)):
        terms += [option, str(term)] if term else []
    return [int(line) for line in _ask("xdotool", "search", *terms).split()]


def window(**terms: str | int) -> int:
    """Return the one window that fits (see `windows`), once it is there."""
    found = wait_until(lambda: windows(**terms), why=f"No window with {terms}")  # type: ignore[arg-type]
    assert len(found) == 1, f"More than one window with {terms}: {list(map(title_of, found))}"
    return found[0]


def title_of(window: int) -> str:
    """Return what stands in a window's title bar."""
    return _ask("xdotool", "getwindowname", str(window))


def box_of(window: int) -> Box:
    """Return where a window really is; Qt's own idea of it may lag."""
    told = dict(
        line.split("=") for line in _ask("xdotool", "getwindowgeometry", "--shell", str(window)).split()
    )
    return Box(*(int(told[name]) for name in ("X", "Y", "WIDTH", "HEIGHT")))


def properties(window: int, *names: str) -> str:
    """Return X properties as xprop prints them, e.g. `_NET_WM_STATE`."""
    return _ask("xprop", "-id", str(window), *names)


def screen() -> Box:
    """Return the whole screen."""
    width, height = _ask("xdotool", "getdisplaygeometry").split()
    return Box(0, 0, int(width), int(height))


def active() -> int:
    """Return the window that the window manager calls active, 0 for none."""
    return int(_ask("xdotool", "getactivewindow") or 0)


def focused() -> int:
    """Return the window that the X server sends keys to, 0 for none."""
    return int(_ask("xdotool", "getwindowfocus", "-f") or 0)


def activate(window: int) -> None:
    """Bring a window to the front and give it the keyboard, and wait until it has it."""
    _do("windowactivate", str(window))
    wait_until(lambda: active() == window, why=f"“{title_of(window)}” was not activated")


def minimise(window: int) -> None:
    """Take a window off the screen, as its minimise button does."""
    _do("windowminimize", str(window))


def type_text(text: str) -> None:
    """Type into whatever has the keyboard."""
    _do("type", "--delay", "5", "--", text)


def press(*keys: str) -> None:
    """Press keys by their X names, such as `Tab`, `Return`, `ctrl+l`."""
    _do("key", "--delay", "20", "--", *keys)


def click(x: int, y: int, button: int = 1) -> None:
    """Click at a place of the screen: 1 left, 2 middle, 3 right."""
    _do("mousemove", str(x), str(y), "click", str(button))


def put_pointer_away() -> None:
    """Move the pointer to where no card comes: one under the pointer is being read, and stays."""
    _do("mousemove", "0", "0")


def screenshot(path: Path) -> Path:
    """Save the whole screen as a PNG and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(("import", "-silent", "-window", "root", str(path)), check=True, timeout=20)
    return path


def tray_icons() -> list[Box]:
    """List where the icons in the tray's host are, left to right."""
    host = windows(kind="^trayer$")
    if not host:
        return []
    shape = re.compile(r"^ {5,}0x\w+ .*?(\d+)x(\d+)\+\S+ +\+(-?\d+)\+(-?\d+)$", re.MULTILINE)
    found = shape.findall(_ask("xwininfo", "-tree", "-id", str(host[-1])))
    boxes = {Box(int(x), int(y), int(width), int(height)) for width, height, x, y in found}
    return sorted((box for box in boxes if 8 < box.width <= 64 and box.height > 8), key=lambda box: box.x)


@dataclass(frozen=True, slots=True)
class Notepad:
    """Another program's window, in which someone is typing.

    Attributes:
        window: its id; it has the keyboard when it is given out.
    """

    window: int
    _paper: Path

    @property
    def text(self) -> str:
        """What has arrived so far."""
        return self._paper.read_text()


@contextmanager
def notepad(folder: Path) -> Iterator[Notepad]:
    """Open another program (an xterm) that has the keyboard and notes down each key as it arrives."""
    name = f"notepad-{uuid.uuid4().hex[:8]}"
    paper = folder / f"{name}.txt"
    paper.touch()
    note_down = f"stty -icanon -echo; exec cat >'{paper}'"
    terminal = subprocess.Popen(
        ("xterm", "-T", name, "-geometry", "40x10+20+20", "-e", "sh", "-c", note_down)
    )
    try:
        opened = window(title=f"^{name}$")
        activate(opened)
        yield Notepad(opened, paper)
    finally:
        end(terminal)
