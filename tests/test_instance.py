"""One instance for each profile, whatever becomes of the one before and of the folder."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rcdesk.config import RefusedError
from rcdesk.instance import Lock


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
