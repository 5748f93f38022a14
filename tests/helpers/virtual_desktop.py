"""A throw-away desktop around one command: `python tests/helpers/virtual_desktop.py [--size WxH] -- COMMAND...`.

It has a virtual X screen, a session bus of its own, a window manager, a host for tray icons, a notification
daemon and an unlocked keyring, all in folders of its own, and all are there when the command starts. The
command's exit code is passed on; everything that was started here is ended by its process id. Exit code 4, with
the logs, if the desktop does not get ready.

It stands alone: it runs before anything of rcdesk can be imported.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

READY_WITHIN = 20.0  # seconds; about one is usual
END_WITHIN = 5.0
NOT_READY = 4
MARK = "RCDESK_DESK"  # set for the command, to the folder with the desktop's logs

# Only accessibility may be started by the bus: what else this machine has installed stays out.
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}/run</listen>
  <servicedir>{folder}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
ACCESSIBILITY = Path("/usr/share/dbus-1/services/org.a11y.Bus.service")
DUNST = "[global]\norigin = top-left\nmarkup = full\n"
FOREIGN = (
    *("WAYLAND_DISPLAY", "SESSION_MANAGER", "XAUTHORITY", "XMODIFIERS"),
    *("XDG_CURRENT_DESKTOP", "QT_QPA_PLATFORMTHEME"),
)
FIXED = {
    "LANG": "C.UTF-8",  # Qt complains about any locale that is not UTF-8
    "LC_ALL": "C.UTF-8",
    "QT_QPA_PLATFORM": "xcb",
    "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
    "QT_SCALE_FACTOR": "1",
    "QT_FONT_DPI": "96",
}


class NotReadyError(Exception):
    """A part of the desktop did not come up; the text says which, with the logs' last lines."""


class Desktop:
    """A desktop's folder, the environment that leads a program to it, and the parts that end with it."""

    def __init__(self, folder: Path, ending: ExitStack) -> None:
        self._folder = folder
        self._ending = ending
        self._parts: list[subprocess.Popen[bytes]] = []
        home = folder / "home"
        self.environ = {name: value for name, value in os.environ.items() if name not in FOREIGN} | FIXED
        self.environ |= {
            MARK: str(folder),
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_DATA_HOME": str(home / ".local/share"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_STATE_HOME": str(home / ".local/state"),
        }
        for name in ("run", "services", "home/.config", "home/.local/share"):
            (folder / name).mkdir(parents=True)
        (folder / "run").chmod(0o700)

    def file(self, name: str, text: str) -> str:
        """Write a part's configuration and return its path."""
        path = self._folder / name
        path.write_text(text.format(folder=self._folder))
        return str(path)

    def start(self, *command: str, stdin: str = "", passing: Sequence[int] = ()) -> subprocess.Popen[bytes]:
        """Start a part, which ends with the desktop; what it says goes to a log named after it."""
        if not shutil.which(command[0]):
            raise NotReadyError(f"{command[0]} is not installed; packaging/setup.sh names the packages.")
        log = self._ending.enter_context((self._folder / f"{command[0]}.log").open("wb"))
        part = subprocess.Popen(
            command,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=passing,
            start_new_session=True,  # Ctrl-C is for the command; the desktop stays until that has ended
        )
        self._ending.callback(end, part)
        self._parts.append(part)
        assert part.stdin
        with part.stdin as ear:
            ear.write(stdin.encode())
        return part

    def start_and_read(self, *command: str) -> str:
        """Start a part and return the line that it writes to the descriptor put in place of FD."""
        reading, writing = os.pipe()
        with os.fdopen(reading) as told:
            self.start(*(word.replace("FD", str(writing)) for word in command), passing=[writing])
            os.close(writing)
            line = told.readline().strip()
        if not line:
            raise NotReadyError(f"{command[0]} did not start.{self.last_words()}")
        return line

    def answer(self, *command: str) -> str:
        """Return what `command` prints on this desktop, "" if it fails."""
        asked = subprocess.run(command, env=self.environ, capture_output=True, text=True, check=False)
        return asked.stdout if asked.returncode == 0 else ""

    def lost(self) -> bool:
        """Tell whether a part has ended."""
        return any(part.poll() is not None for part in self._parts)

    def last_words(self) -> str:
        """Return the ends of all logs."""
        logs = sorted(self._folder.glob("*.log"))
        return "".join(f"\n--- {log.name}\n{log.read_text(errors='replace')[-600:]}" for log in logs)


@contextmanager
def desktop(size: str = "1280x800", tray: bool = True) -> Iterator[Desktop]:
    """Give a desktop that is ready; raise NotReadyError if it cannot be had."""
    with ExitStack() as ending:
        folder = tempfile.TemporaryDirectory(prefix="rcdesk-desk-", ignore_cleanup_errors=True)
        desk = Desktop(Path(ending.enter_context(folder)), ending)
        geometry = ("-screen", "0", f"{size}x24")
        # -noreset: else the screen starts anew when its last client leaves, which throws out one just arriving
        screen = desk.start_and_read("Xvfb", "-displayfd", "FD", *geometry, "-nolisten", "tcp", "-noreset")
        desk.environ["DISPLAY"] = f":{screen}"
        if ACCESSIBILITY.exists():
            desk.file(f"services/{ACCESSIBILITY.name}", ACCESSIBILITY.read_text())
        bus = desk.file("bus.conf", BUS)
        desk.environ["DBUS_SESSION_BUS_ADDRESS"] = desk.start_and_read(
            "dbus-daemon", f"--config-file={bus}", "--nofork", "--print-address=FD"
        )
        _furnish(desk, tray)
        yield desk


def _furnish(desk: Desktop, tray: bool) -> None:
    desk.start("openbox", "--sm-disable")
    desk.start("dunst", "-conf", desk.file("dunstrc", DUNST))
    desk.start("gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets", stdin="opened")
    names = ("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/")
    named = (*names, "org.freedesktop.DBus.ListNames")
    awaited: dict[str, Callable[[], bool]] = {
        "window manager": lambda: "window id" in desk.answer("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"),
        "notification daemon": lambda: '"org.freedesktop.Notifications"' in desk.answer(*named),
        "keyring": lambda: '"org.freedesktop.secrets"' in desk.answer(*named),
    }
    if tray:
        desk.start(
            "trayer", *["--edge", "bottom", "--align", "right", "--widthtype", "request", "--height", "32"]
        )
        awaited["tray"] = lambda: bool(desk.answer("xdotool", "search", "--class", "^trayer$"))
    deadline = time.monotonic() + READY_WITHIN
    for part, is_there in awaited.items():
        while not is_there():
            if time.monotonic() > deadline or desk.lost():
                raise NotReadyError(f"The {part} did not get ready.{desk.last_words()}")
            threading.Event().wait(0.05)


def end(part: subprocess.Popen[bytes]) -> None:
    """End a process that was started here: ask, wait, insist."""
    if part.poll() is None:
        part.terminate()
        try:
            part.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()


def run(command: Sequence[str], size: str, tray: bool) -> int:
    """Run `command` on a desktop of its own and return its exit code."""
    try:
        with desktop(size, tray) as desk, ExitStack() as ending:
            guest = subprocess.Popen(command, env=desk.environ)
            ending.callback(end, guest)
            code = guest.wait()
    except NotReadyError as trouble:
        print(f"virtual desktop: {trouble}", file=sys.stderr)
        return NOT_READY
    return code if code >= 0 else 128 - code  # as a shell tells of a signal


def _leave(signum: int, _frame: FrameType | None) -> None:
    sys.exit(128 + signum)


def main() -> int:
    """Read the command line and run the command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--size", default="1280x800", help="of the screen (%(default)s)")
    parser.add_argument(
        "--no-tray", dest="tray", action="store_false", help="leave out the host of tray icons"
    )
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, _leave)  # so that the desktop is taken down on the way out
    return run(args.command, args.size, args.tray)


if __name__ == "__main__":
    sys.exit(main())
