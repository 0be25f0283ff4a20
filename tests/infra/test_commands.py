"""The `huiyuan` command loads what is asked for, and all that it names is there."""

import subprocess
import sys
from typing import Any

import pytest
from typer.main import get_command

from infra.local import layout
from infra.local.__main__ import app

ASK = """
import sys
from typer.main import get_command
from infra.local.__main__ import app
get_command(app).get_command(None, "token")
print(*sys.modules)
"""


@pytest.fixture
def huiyuan() -> Any:
    return get_command(app)


@pytest.mark.parametrize(
    "name", ["up", "reset", "token", "import", "export", "issue", "ledger", "consent", "members"]
)
def test_every_command_is_there_and_says_what_it_does(huiyuan: Any, name: str) -> None:
    assert name in huiyuan.list_commands(None)
    command = huiyuan.get_command(None, name)
    assert (command.name, bool(command.help)) == (name, True)


def test_no_other_command_is(huiyuan: Any) -> None:
    assert len(huiyuan.list_commands(None)) == 9
    assert huiyuan.get_command(None, "running") is None


def test_a_token_is_signed_without_a_driver_of_databases_or_a_client_of_services() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=layout.ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "infra.local.tokens" in loaded
    assert not loaded & {"sqlalchemy", "asyncpg", "redis", "connectrpc", "openpyxl", "infra.local.system"}
