"""Each account has its own calls: they are never mixed, never lost, and back when it signs in again."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rcdesk.core.errors import Problem
from rcdesk.store import files
from rcdesk.store.history import HistoryStore
from tests.store.builders import batch, found, live, logged, opened
from tests.store.make_records import NOW

ANN, BEN = "400000001/200000001", "400000001/200000002"


def put_away(folder: Path) -> list[Path]:
    """Return the files of those who are not signed in now."""
    return list(folder.glob("calls.*.db"))


async def test_somebody_else_begins_with_none_and_the_first_ones_come_back(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as store:
        assert not await store.belong_to(ANN)
        await store.merge(batch(logged("7", name="Anna Berg"), token="t1"), NOW)
        missed = await store.missed_unseen()
        assert await store.belong_to(BEN)
        assert (await found(store), await store.missed_unseen(), await store.cursor()) == ([], 0, "")
        await store.merge(batch(logged("8", name="Bo Cole"), token="t2"), NOW)
        assert not await store.belong_to(BEN)
    with opened(tmp_path / "calls.db") as store:
        assert await found(store) == ["Bo Cole"], "the next start shows whose calls it showed last"
        assert await store.belong_to(ANN)
        assert (await found(store), await store.missed_unseen()) == (["Anna Berg"], missed)
        assert await store.cursor() == "t1"
    (bens,) = put_away(tmp_path)
    assert "20000000" not in bens.name
    assert bens.stat().st_mode & 0o077 == 0


async def test_what_an_older_rcdesk_listed_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as store:
        await store.add_live(live("7"), NOW)
        assert not await store.belong_to(ANN)
        assert len(await found(store)) == 1


async def test_what_nobody_owns_is_not_thrown_away_for_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    with opened(path) as store:
        await store.belong_to(ANN)
        await store.belong_to(BEN)
    path.unlink()
    with opened(path) as store:
        await store.add_live(live("8"), NOW)
        assert not await store.belong_to(ANN)
        assert len(await found(store)) == 1
    assert len(put_away(tmp_path)) == 1


async def test_killed_in_the_middle_it_is_carried_through_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    with opened(path) as store:
        await store.belong_to(ANN)
        await store.add_live(live("7"), NOW)
        await store.belong_to(BEN)
    path.unlink()  # as it is when Ben's file is put away, and Ann's not yet in its place
    with opened(path) as store:
        assert await found(store) == []
        assert await store.belong_to(ANN)
        assert len(await found(store)) == 1
    assert put_away(tmp_path) == []


async def test_no_file_takes_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    with opened(path) as store:
        await store.belong_to(ANN)
        await store.belong_to(BEN)
        (anns,) = put_away(tmp_path)
        await store.belong_to(ANN)
        anns.write_bytes(b"restored from somewhere")
        await store.belong_to(BEN)
    assert anns.read_bytes() == b"restored from somewhere"
    assert len(put_away(tmp_path)) == 2


@pytest.mark.expected_log("is damaged")
async def test_a_damaged_file_is_told_and_a_new_one_begun(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as store:
        await store.belong_to(ANN)
        await store.belong_to(BEN)
        (anns,) = put_away(tmp_path)
        anns.write_bytes(b"no database at all, but long enough to be told from one" * 20)
        with pytest.raises(Problem, match="is damaged and could not be read"):
            await store.belong_to(ANN)
        assert not await store.belong_to(ANN)
        assert await found(store) == []


async def test_a_disk_that_refuses_is_told_and_nothing_is_mixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Path:
        raise PermissionError

    path = tmp_path / "calls.db"
    with opened(path) as store:
        await store.belong_to(ANN)
        await store.add_live(live("7"), NOW)
        with monkeypatch.context() as disk:
            disk.setattr(files, "rename", refuse)
            with pytest.raises(Problem, match="was not opened"):
                await store.belong_to(BEN)
        assert not await store.belong_to(BEN)
        assert await found(store) == []
        await store.add_live(live("8"), NOW)
    with opened(path) as store:
        assert not await store.belong_to(ANN)
        assert len(await found(store)) == 1


async def test_in_memory_somebody_else_begins_with_none_as_well() -> None:
    with opened() as store:
        await store.belong_to(ANN)
        await store.add_live(live("7"), NOW)
        assert await store.belong_to(BEN)
        assert await found(store) == []


ACTS = st.lists(
    st.tuples(st.sampled_from(("ann", "ben", "cy")), st.integers(1, 5), st.booleans()), max_size=8
)


@settings(max_examples=25)
@given(ACTS)
def test_in_whatever_order_they_sign_in_each_sees_their_own(acts: list[tuple[str, int, bool]]) -> None:
    async def play(path: Path) -> None:
        model: dict[str, set[str]] = {}
        for owner, call, _ in acts:
            with opened(path) as store:
                await _sees(store, owner, model)
                model.setdefault(owner, set()).add(f"{owner} {call}")
                name = f"{owner} {call}"
                await store.merge(
                    batch(logged(name, name=name, ago=3600 * call, number=f"+1650555{call}")), NOW
                )
                await _sees(store, owner, model)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder) / "calls.db"))


async def _sees(store: HistoryStore, owner: str, model: dict[str, set[str]]) -> None:
    await store.belong_to(owner)
    assert set(await found(store)) == model.get(owner, set())
