"""Schemas: what is committed is what is served."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway import __main__ as command

ROOT = Path(command.__file__).parents[1]


def _check() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", "schema", "--check"], cwd=ROOT, capture_output=True, text=True
    )


def test_the_committed_schemas_and_manifest_are_what_the_code_says() -> None:
    done = _check()
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stale_schema_is_told_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stale = ROOT / "gateway/storefront/schema.graphql"
    monkeypatch.setattr(command, "_committed", lambda: {stale: b"type Query { nothing: Int }\n"})
    with pytest.raises(SystemExit, match=r"storefront/schema\.graphql"):
        command.main("schema --check")


def test_an_unknown_command_says_which_there_are() -> None:
    with pytest.raises(SystemExit, match=r"python -m gateway"):
        command.main("dance")
