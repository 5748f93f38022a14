"""The desktop entry is valid, and makes rcdesk the program that opens links to numbers."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from rcdesk import cli

ENTRY = Path(__file__).parents[2] / "packaging" / "rcdesk.desktop"


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="needs desktop-file-utils")
def test_it_is_valid() -> None:
    checked = subprocess.run(("desktop-file-validate", ENTRY), capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_it_offers_just_the_links_that_the_program_takes() -> None:
    entry = configparser.RawConfigParser()
    entry.read(ENTRY)
    offered = entry["Desktop Entry"]["MimeType"].strip(";").split(";")
    assert offered == [f"x-scheme-handler/{link.rstrip(':')}" for link in cli.LINKS]
    assert entry["Desktop Entry"]["Exec"].split() == ["rcdesk", "%u"]
