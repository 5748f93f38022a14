"""Makes resources/ring.wav: two soft rising triads, then a pause, as often as a phone rings.

.venv/bin/python packaging/ring_sound.py resources/ring.wav
"""

from __future__ import annotations

import math
import struct
import sys
import wave
from pathlib import Path

RATE = 22_050  # samples a second
LONG = 3.0  # seconds, the pause among them
LOUD = 0.28  # of full scale; the desktop's own volume does the rest
NOTES = ((0.0, 523.25), (0.13, 659.26), (0.26, 783.99), (0.75, 523.25), (0.88, 659.26), (1.01, 1046.5))
"""When each is struck, in seconds, and its frequency."""
PARTIALS = ((1.0, 1.0, 5.0), (4.0, 0.25, 14.0), (9.2, 0.06, 30.0))
"""Of a wooden bar: multiple of the frequency, strength, and how fast it fades."""
STRIKE = 0.004  # seconds; without a soft beginning it would click


def sample(moment: float) -> float:
    """Return the sound at a moment, in -1..1."""
    total = 0.0
    for begun, frequency in NOTES:
        age = moment - begun
        if 0 <= age < 1.2:
            bar = sum(
                strength * math.exp(-fades * age) * math.sin(2 * math.pi * multiple * frequency * age)
                for multiple, strength, fades in PARTIALS
            )
            total += bar * min(age / STRIKE, 1.0)
    return max(-1.0, min(1.0, LOUD * total))


def write(path: Path) -> None:
    """Write it, 16 bits and one channel."""
    samples = [round(32_767 * sample(nth / RATE)) for nth in range(round(LONG * RATE))]
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
