"""Exports on disk: whole or not there, and for their owner alone."""

import asyncio
import os
from pathlib import Path

import pytest

from infra.local.exports import save


async def _none(_: int) -> bytes:
    return b""


def test_an_export_that_is_cut_off_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "analysis.csv"
    out.write_bytes(b"of yesterday")
    out.chmod(0o644)
    asked = []

    async def portion(offset: int) -> bytes:
        asked.append(offset)
        if len(asked) == 3:
            raise ConnectionError("away")
        return b"half"

    with pytest.raises(ConnectionError):
        asyncio.run(save(out, portion))
    assert asked == [0, 4, 8]
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(out.name, b"of yesterday")]


def test_an_export_is_for_its_owner_alone_whatever_was_there(tmp_path: Path) -> None:
    out = tmp_path / "analysis.csv"
    out.write_bytes(b"of yesterday")
    out.chmod(0o644)
    # What a killed run left, and what somebody else put where ours would be.
    (tmp_path / ".analysis.csv.draft").symlink_to(tmp_path / "elsewhere")

    async def portion(offset: int) -> bytes:
        return b"rows" if not offset else b""

    asyncio.run(save(out, portion))
    assert (out.read_bytes(), os.stat(out).st_mode & 0o777) == (b"rows", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    asyncio.run(save(out, _none))
    assert out.read_bytes() == b""
