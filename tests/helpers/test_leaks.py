"""What is planted is found, in every spelling, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.leaks import find, leaks
from tests.helpers.process import sandbox

TOKEN = "planted-" * 6
JWT = ".".join(("header-" * 4, "claims-" * 6, "signed-by-nobody-" * 3))
PRIVATE = {"token": [TOKEN], "JWT": [JWT], "number": ["+16505550177", "+442079460142", "102"]}


def planted(folder: Path, text: str, name: str = "rcdesk.log") -> list[str]:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"2026-11-25 18:20:04,123 INFO rcdesk: = signed in\n{text}\n")
    return find(PRIVATE, folder)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"Authorization: Bearer {TOKEN}", "token"),
        (f"cut short: {TOKEN[:20]}…", "token"),
        (f"the end of it: …{TOKEN[-18:]}", "token"),
        (f"assertion={JWT}", "JWT"),
        (f"its middle: {JWT.split('.')[1]}", "JWT"),
        ("rings: +16505550177", "number"),
        ("rings: 6505550177", "number"),
        ("rings: (650) 555-0177", "number"),
        ("rings: +1 650.555.0177", "number"),
        ("GET /x?phoneNumber=%2B1%20650%20555%200177", "number"),
        ("rings: 020 7946 0142", "number"),
        ("rings: +44 20 7946 0142", "number"),
    ],
)
def test_what_is_planted_is_found_and_not_repeated(tmp_path: Path, text: str, kind: str) -> None:
    assert planted(tmp_path / "state", text) == [f"rcdesk.log:2: a {kind}"]


@pytest.mark.parametrize(
    "text", ["rings: …77", "extension 102", "sent to …***", "+1650555017", "46505550178"]
)
def test_what_was_cut_is_no_leak(tmp_path: Path, text: str) -> None:
    assert planted(tmp_path / "state", text) == []


@pytest.mark.parametrize("name", ["calls.db", "calls.db-wal", "settings.json"])
def test_where_numbers_are_kept_secrets_are_not(tmp_path: Path, name: str) -> None:
    assert planted(tmp_path / "data", f"\0 +16505550177 {TOKEN}", name) == [f"{name}:2: a token"]


def test_a_sandboxs_own_words_are_full_of_them(tmp_path: Path) -> None:
    with sandbox(tmp_path / "sandbox", "--records", "20") as platform:
        found = leaks(platform, tmp_path)
        assert {f"sandbox/stdout.txt:1: a {kind}" for kind in ("client secret", "password", "JWT")} <= set(
            found
        )
        (tmp_path / "copy.txt").write_text((tmp_path / "sandbox" / "stdout.txt").read_text())
        assert "copy.txt:1: a number" in leaks(platform, tmp_path)
