"""Whether the desktop blends windows: without that, what is translucent in one is black."""

from __future__ import annotations

import ctypes
import logging

from PySide6.QtGui import QGuiApplication, QNativeInterface

log = logging.getLogger(__name__)


def blends() -> bool:
    """Return whether a window's translucent parts show what lies below. On X11 only a compositor does that; it
    owns a selection of a well-known name (EWMH, `_NET_WM_CM_Sn`)."""
    app = QGuiApplication.instance()
    if not isinstance(app, QGuiApplication) or app.platformName() != "xcb":
        return True
    native = app.nativeInterface()
    if not isinstance(native, QNativeInterface.QX11Application) or not native.display():
        return False
    try:
        return _owner(native.display()) != 0
    except (OSError, AttributeError) as error:
        log.info("whether windows are blended is not known: %s", error)
        return False


def _owner(display: int) -> int:
    """Return the window that owns the compositor's selection, 0 if none does. Qt has no door to it."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XInternAtom.restype = x11.XGetSelectionOwner.restype = ctypes.c_ulong
    place = ctypes.c_void_p(display)
    name = f"_NET_WM_CM_S{x11.XDefaultScreen(place)}".encode()
    atom = ctypes.c_ulong(x11.XInternAtom(place, name, 0))
    return int(x11.XGetSelectionOwner(place, atom))
