"""Starting: what an installation is not started without."""

from pathlib import Path

from typer.testing import CliRunner

from infra.local.__main__ import app
from infra.local.installation import Installation


def test_an_installation_with_members_is_not_given_a_new_key_ring(tmp_path: Path) -> None:
    installation = Installation.open(tmp_path / "home")
    installation.seeded.write_text('{"members": []}')
    started = CliRunner().invoke(app, ["up", "--home", str(installation.home)])
    said = " ".join(started.output.split())
    assert started.exit_code == 1
    assert "members-key-ring is missing" in said.replace("members- key", "members-key")
    assert "put it back from its backup" in said
    assert not installation.key_ring.exists()
    assert not (installation.home / "postgres").exists(), "nothing was started"
