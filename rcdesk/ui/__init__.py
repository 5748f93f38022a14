"""What is on screen. Widgets hold no state of the domain and own no task."""

import builtins

import PySide6.QtCore  # noqa: F401  # it must have come before what is undone here

# From then on PySide6 takes every import, reads the source of each module that comes and keeps all of it (15 MB for
# this program, and a third of its start), to see whether it asks for `from __feature__ import snake_case`. Nobody
# does here. `__orig_import__` is where it puts Python's own import, for those who want it back.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
