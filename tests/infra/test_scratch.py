"""What a run keeps in the temporary directory is gone after it, and after the next one if it was killed."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from infra.local import layout
from tests.scratch import remove_left, scratch

HOLD = """
import sys
from tests.scratch import scratch
with scratch("tried") as directory:
    print(directory, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_nothing_is_left_of_a_run_that_ends(tmp_path: Path) -> None:
    def fail() -> None:
        with scratch("tried") as directory:
            (directory / "data").mkdir()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed_and_what_is_held_or_not_ours_is_kept(tmp_path: Path) -> None:
    unknown = tmp_path / "huiyuan-tried-by-hand"
    unknown.mkdir()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=layout.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    held = Path(holder.stdout.readline().strip())
    remove_left("tried")
    assert held.is_dir()

    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert held.is_dir()
    with scratch("tried") as ours:
        assert set(tmp_path.iterdir()) == {unknown, ours}
