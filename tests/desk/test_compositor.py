"""Whether windows are blended is told by X itself."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import ctypes
from PySide6.QtWidgets import QApplication, QWidget
from rcdesk.ui.compositor import blends

app = QApplication(["compositor"])
print(blends())
window = QWidget()
display = ctypes.c_void_p(app.nativeInterface().display())
x11 = ctypes.CDLL("libX11.so.6")
x11.XInternAtom.restype = ctypes.c_ulong
name = ctypes.c_ulong(x11.XInternAtom(display, b"_NET_WM_CM_S0", 0))
x11.XSetSelectionOwner(display, name, ctypes.c_ulong(window.winId()), ctypes.c_ulong(0))
x11.XSync(display, 0)
print(blends())
"""


def test_windows_are_blended_while_a_compositor_runs() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=30)
    assert (told.stdout.split(), told.stderr) == (["False", "True"], "")
