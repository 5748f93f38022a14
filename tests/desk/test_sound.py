"""The sound of a call, as a real sound server hears it."""

from __future__ import annotations

import shutil
import subprocess
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.test_main_job import CARD, WINDOW, signed_in
from tests.helpers import desktop
from tests.helpers.process import Rcdesk, Sandbox, end
from tests.helpers.wait import wait_until

TO_THE_SOUND = ("Tab",) * 5  # person, sign out, appearance, cards, sound
SILENCE = (167, 99)  # where the button is on a card
RATE = 8000  # samples a second
LOUD = 300  # of 32,767
LONGER_THAN_ITS_PAUSE = 2.5  # seconds; within the sound it is quiet for less


class Ears:
    """Hears what is played through a sound server without a loudspeaker."""

    def __init__(self, folder: Path) -> None:
        self._heard = folder / "heard.raw"
        self._heard.touch()
        self.socket = folder / "socket"
        folder.chmod(0o700)
        play = f"module-native-protocol-unix socket={self.socket} auth-anonymous=1"
        self._server = subprocess.Popen(
            ("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", f"--load={play}",
             "--load=module-null-sink sink_name=ears"),
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(self.socket.exists, within=20, why="no sound server")
        with self._heard.open("wb") as kept:
            self._recorder = subprocess.Popen(
                ("parec", f"--server=unix:{self.socket}", "--device=ears.monitor", "--raw", "--channels=1",
                 f"--rate={RATE}", "--format=s16le", "--latency-msec=50"),
                stdout=kept,
            )  # fmt: skip
        wait_until(lambda: self._heard.stat().st_size, within=20, why="nothing is recorded")

    def samples(self) -> array[int]:
        """All that was heard so far."""
        content = self._heard.read_bytes()
        return array("h", content[: len(content) // 2 * 2])

    def loud(self) -> bool:
        return max(self.samples(), default=0) > LOUD

    def quiet(self) -> bool:
        """Whether it is quiet for longer than the pause between two rings."""
        return max(self.samples()[-round(LONGER_THAN_ITS_PAUSE * RATE) :]) <= LOUD

    def close(self) -> None:
        end(self._recorder)
        end(self._server)


needs_a_server = pytest.mark.skipif(
    shutil.which("pulseaudio") is None and shutil.which("pipewire") is not None,
    reason="PulseAudio would push aside this desktop's PipeWire",
)


@pytest.fixture
def ears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    folder = tmp_path / "ears"
    folder.mkdir()
    monkeypatch.setenv("PULSE_RUNTIME_PATH", str(folder))
    hearing = Ears(folder)
    monkeypatch.setenv("PULSE_SERVER", f"unix:{hearing.socket}")
    yield hearing
    hearing.close()


@needs_a_server
def test_a_call_is_heard_until_its_card_is_silenced(program: Rcdesk, platform: Sandbox, ears: Ears) -> None:
    with signed_in(program, platform) as running:
        desktop.activate(desktop.window(title=WINDOW, pid=running.pid))
        desktop.press("ctrl+4", *TO_THE_SOUND, "space")
        assert not ears.loud()
        platform.post("calls", direction="inbound", **{"from": {"number": "+16505550147", "name": "Ada"}})
        card = wait_until(lambda: desktop.windows(title=CARD, pid=running.pid), why="no card came")[0]
        wait_until(ears.loud, within=10, why="nothing was heard")
        box = desktop.box_of(card)
        desktop.click(box.x + SILENCE[0], box.y + SILENCE[1])
        wait_until(lambda: not desktop.windows(title=CARD, pid=running.pid), why="the card stays")
        wait_until(ears.quiet, within=10, why="it rings on")
        assert program.ask("calls")["calls"][0]["state"] == "ringing"
