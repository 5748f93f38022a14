"""What holds for every test: the rules that fail one, the loop that each runs on, and patience."""

from __future__ import annotations

import os

import hypothesis

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # tests/desk runs on the desktop that set it to xcb

# A busy machine is no reason to fail; in CI hypothesis itself draws the same examples each time.
hypothesis.settings.register_profile("rcdesk", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("rcdesk")

pytest_plugins = ("tests.helpers.rules", "tests.helpers.loops")
