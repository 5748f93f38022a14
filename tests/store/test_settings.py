"""Settings survive everything but being thrown away, and nobody's file is overwritten unread."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.core.errors import Problem
from rcdesk.store.settings import Settings, SettingsStore

NIGHT = datetime(2026, 11, 23, 20, 45, tzinfo=UTC)


def store_at(path: Path | None) -> SettingsStore:
    return SettingsStore(path, lambda: NIGHT)


def written(path: Path, content: dict[str, Any]) -> SettingsStore:
    path.write_text(json.dumps(content), encoding="utf-8")
    return store_at(path)


async def test_what_was_chosen_is_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "profile" / "settings.json"
    store = store_at(path)
    assert store.value == Settings()
    chosen = store.update(theme="dark", popups=False, last_phone="+16505550100")
    assert store.value is chosen
    await store.saved()
    assert store_at(path).value == Settings(theme="dark", popups=False, last_phone="+16505550100")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.close()


async def test_saved_comes_after_every_change_so_far(tmp_path: Path) -> None:
    store = store_at(tmp_path / "settings.json")
    for nth in range(20):
        store.update(geometry=str(nth))
    await store.saved()
    assert json.loads((tmp_path / "settings.json").read_bytes())["geometry"] == "19"
    store.close()


def test_closing_writes_the_last_change(tmp_path: Path) -> None:
    store = store_at(tmp_path / "settings.json")
    store.update(geometry="last")
    store.close()
    assert store_at(tmp_path / "settings.json").value.geometry == "last"


def test_reading_alone_writes_nothing(tmp_path: Path) -> None:
    store = store_at(tmp_path / "settings.json")
    store.update(theme="system")
    store.close()
    assert list(tmp_path.iterdir()) == []


async def test_keys_of_another_version_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    store = written(path, {"theme": "light", "of a version to come": {"a": [1, None]}})
    store.update(theme="dark")
    await store.saved()
    stored = json.loads(path.read_bytes())
    assert (stored["theme"], stored["of a version to come"]) == ("dark", {"a": [1, None]})
    assert store.notices == ()
    store.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("theme", ["dark"]),
        ("popups", "yes"),
        ("popups", 1),
        ("server", None),
        ("prompt", {}),
        ("server", "\ud800"),
    ],
)
def test_a_value_of_the_wrong_kind_counts_as_not_set_and_is_told_by_name(
    tmp_path: Path, name: str, value: object
) -> None:
    store = written(tmp_path / "settings.json", {name: value, "last_phone": "+16505550100"})
    assert store.value == Settings(last_phone="+16505550100")
    (notice,) = store.notices
    assert name in notice.title


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe{}", b'{"theme": "dark"', b"[" * 100_000])
def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    store = store_at(path)
    store.update(theme="light")
    store.close()
    aside = tmp_path / "settings.damaged-20261123-204500.json"
    assert aside.read_bytes() == content
    assert store_at(path).value == Settings(theme="light")
    (notice,) = store.notices
    assert str(aside) in notice.remedy


@pytest.mark.expected_log("the settings were not read")
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_cannot_be_read_is_left_alone(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "settings.json"
    make(path)
    before = path.stat()
    store = store_at(path)
    store.update(theme="dark")
    store.close()
    assert store.value.theme == "dark"
    assert path.stat().st_ino == before.st_ino
    (notice,) = store.notices
    assert "for this run only" in notice.remedy


@pytest.mark.expected_log("the settings were not saved")
async def test_a_change_that_cannot_be_saved_is_told_and_the_next_one_tries_again(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    folder.write_text("in the way")
    store = SettingsStore(None)
    store._path = folder / "settings.json"
    store.update(theme="dark")
    with pytest.raises(Problem, match="not saved"):
        await store.saved()
    assert store.value.theme == "dark"
    folder.unlink()
    store.update(popups=False)
    await store.saved()
    assert store_at(folder / "settings.json").value == Settings(theme="dark", popups=False)
    store.close()


async def test_a_run_that_leaves_nothing_behind_still_remembers_while_it_lasts() -> None:
    store = SettingsStore(None)
    store.update(theme="dark")
    await store.saved()
    assert store.value.theme == "dark"
    store.close()


@pytest.mark.parametrize("changes", [{"them": "dark"}, {"theme": "pink"}, {"popups": 1}])
def test_a_setting_that_does_not_exist_is_a_bug(changes: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="no such settings"):
        SettingsStore(None).update(**changes)


NAMES = st.sampled_from([*Settings.__dataclass_fields__, "unknown"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(NAMES, JSON))
def test_whatever_stands_in_the_file_the_settings_are_of_their_kinds(content: dict[str, Any]) -> None:
    store = SettingsStore(None)
    store._take(content)
    again = SettingsStore(None)
    again._take(json.loads(store._content()))
    assert again.value == store.value
    assert again.notices == ()
    assert ("unknown" in content) == ("unknown" in again._foreign)
