"""Drafts: whole or not there, for their owner alone, and never of two writers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.drafts import Draft, DraftTaken, written
from infra.local.member_files.rejects import Rejects
from infra.local.member_files.rows import RowRefused


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_second_writer_is_refused_and_the_first_ones_file_is_its_own(tmp_path: Path) -> None:
    out = tmp_path / "crm.csv.rejects.csv"
    with Rejects(out, ["phone"]) as first:
        first.add(2, ["1"], RowRefused("phone", "IDENTITY_NOT_VALID", "a phone"))
        with pytest.raises(DraftTaken, match="by somebody else"):
            Rejects(out, ["phone"])
        first.add(3, ["2"], RowRefused("phone", "IDENTITY_NOT_VALID", "a phone"))
    assert out.read_text("utf-8-sig").count("IDENTITY_NOT_VALID") == 2
    with Rejects(out, ["phone"]):
        pass
    assert names(tmp_path) == []


def test_what_a_killed_writer_left_is_begun_anew_and_until_then_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    program = (
        "import os, sys; from pathlib import Path; from infra.local.drafts import Draft; "
        "one = Draft(Path(sys.argv[1])); one.file.write(b'half'); one.file.flush(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(out)], check=False)
    assert (tmp_path / ".out.draft").read_bytes() == b"half"
    with written(out) as file:
        file.write(b"whole")
    assert (names(tmp_path), out.read_bytes(), out.stat().st_mode & 0o777) == (["out"], b"whole", 0o600)


def test_whoever_is_taken_for_left_behind_while_beginning_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, others, opened = tmp_path / "out", [], os.open

    def open_(path: Path, flags: int, *mode: int) -> int:
        descriptor = opened(path, flags, *mode)
        if flags & os.O_CREAT and not others:
            others.append(None)
            others[0] = Draft(out)
        return descriptor

    monkeypatch.setattr(os, "open", open_)
    with pytest.raises(DraftTaken):
        Draft(out)
    others[0].file.write(b"theirs")
    others[0].place()
    assert (names(tmp_path), out.read_bytes()) == (["out"], b"theirs")


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_is_no_draft_of_ours_is_neither_read_nor_followed(tmp_path: Path, kind: str) -> None:
    out, draft, victim = tmp_path / "out", tmp_path / ".out.draft", tmp_path / "victim"
    victim.write_bytes(b"theirs")
    draft.symlink_to(victim) if kind == "link" else os.mkfifo(draft)
    with written(out) as file:
        file.write(b"ours")
    assert (victim.read_bytes(), out.read_bytes()) == (b"theirs", b"ours")
    assert names(tmp_path) == ["out", "victim"]
