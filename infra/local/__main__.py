"""The ``huiyuan`` command: starts everything on one machine, and does what people do at a terminal."""

import os
import sys
from importlib import import_module
from typing import NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_group

from infra.local import layout

_ALONE = {"up": "running", "reset": "running"}
_GROUPS = {
    "token": "tokens",
    "import": "imports",
    "export": "exports",
    "issue": "issuing",
    "ledger": "ledger",
    "consent": "evidence",
    "members": "members",
}
"""In which module of ours each command is, and each group of commands."""


class ByName(TyperGroup):
    """Commands whose modules are loaded when they are asked for: all of them together are most of a start."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return [*_ALONE, *_GROUPS]

    def get_command(self, ctx: typer.Context, name: str):  # type: ignore[override, no-untyped-def]
        room = _ALONE.get(name) or _GROUPS.get(name)
        if room is None:
            return None
        group = get_group(import_module(f"infra.local.{room}").commands)
        if name in _ALONE:
            return group.commands[name]
        group.name = name
        return group


app = typer.Typer(cls=ByName, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _huiyuan() -> None:
    """Run a membership and loyalty backend on this machine, and tend it."""


def main() -> NoReturn:
    """The entry point that pyproject.toml names."""
    layout.spare_loopback_the_proxy()
    code: int | str | None = 0
    try:
        app()
    except SystemExit as ended:
        code = ended.code
    sys.stdout.flush()
    sys.stderr.flush()
    # The HTTP client's own threads may still speak to an interpreter that is being taken down, which aborts the
    # process after its work is done; so it is not taken down.
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main()
