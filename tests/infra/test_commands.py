"""The `huiyuan` command loads what is asked for, and all that it names is there."""

import os
import subprocess
import sys
from pathlib import Path
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


@pytest.mark.parametrize(
    ("example", "set_", "said"),
    [
        (("order-system", "report"), {}, "set SHOP_TOKEN first"),
        (("programmes", "set-up", "small-shop"), {}, "set ADMIN_TOKEN first"),
        (
            ("programmes", "set-up", "small-shop"),
            {"ADMIN_TOKEN": "t", "ADMIN_URL": "http://127.0.0.1:9/admin/graphql"},
            "is it running?",
        ),
    ],
    ids=["no token to sell", "no token to set up", "nobody there"],
)
def test_an_example_that_lacks_something_says_what_in_one_line(
    tmp_path: Path, example: tuple[str, ...], set_: dict[str, str], said: str
) -> None:
    directory, *arguments = example
    if directory == "order-system":
        arguments = ["--shop", str(tmp_path / "shop.db"), *arguments]
    bare = {name: value for name, value in os.environ.items() if not name.endswith("_TOKEN")}
    done = subprocess.run(
        [sys.executable, str(layout.ROOT / "examples" / directory), *arguments],
        env=bare | {"NO_PROXY": "127.0.0.1"} | set_,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert said in line
