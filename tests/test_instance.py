"""One instance for each profile, whatever becomes of the one before and of the folder."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rcdesk.config import RefusedError
from rcdesk.instance import Lock, Spots
from rcdesk.ui.placement import Box


def test_the_second_does_not_get_it_until_the_first_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "run" / "default.lock"
    with Lock(path) as first, Lock(path) as second:
        assert first.take()
        assert not second.take()
        first.release()
        assert second.take()


def test_nobody_else_may_put_anything_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    folder.chmod(0o777)
    with Lock(folder / "default.lock") as lock:
        assert lock.take()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_used_is_told_with_what_helps(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(RefusedError, match="XDG_RUNTIME_DIR"):
        Lock(tmp_path / "run" / "default.lock").take()


def test_another_process_does_not_get_it_and_its_end_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "run" / "default.lock"
    code = (
        "import sys; from pathlib import Path; from rcdesk.instance import Lock\n"
        "print(Lock(Path(sys.argv[1])).take(), flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with child, Lock(path) as mine:
        assert child.stdout
        assert child.stdout.readline() == "True\n"
        assert not mine.take()
        child.kill()
        child.wait()
        assert mine.take()


def test_a_spot_of_the_screen_is_taken_once(tmp_path: Path) -> None:
    one, other = Spots(tmp_path / "cards"), Spots(tmp_path / "cards")
    spot, next_to_it = Box(10, 20, 360, 126), Box(-10, 20, 360, 126)
    assert one.take(spot)
    assert not other.take(spot)
    assert other.take(next_to_it)
    one.release(spot)
    one.release(spot)
    assert other.take(spot)
    other.close()
    assert one.take(spot)
    assert one.take(next_to_it)
    one.close()


def test_where_no_lock_can_be_made_all_spots_are_free(tmp_path: Path) -> None:
    (tmp_path / "cards").write_text("a file")
    spots = Spots(tmp_path / "cards")
    assert spots.take(Box(0, 0, 1, 1))
    spots.release(Box(0, 0, 1, 1))
