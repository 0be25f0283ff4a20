"""The terminal: what every command shares, from where the installation is to how it complains."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from infra.local import layout
from infra.local.installation import Installation

screen = Console(highlight=False, soft_wrap=True)
complaints = Console(highlight=False, soft_wrap=True, stderr=True)

Home = Annotated[
    Path, typer.Option("--home", envvar="HUIYUAN_HOME", help="Where the installation keeps what is its own.")
]
DEFAULT_HOME = layout.ROOT / ".huiyuan"

# What several commands ask for, in the same words.
SourceFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Programme = Annotated[str, typer.Option(help="Its id; the default programme's when left out.")]
Scope = Annotated[str, typer.Option(help="The shop, app or account that external_id is unique in.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read the file and send nothing.")]
Bearer = Annotated[
    str, typer.Option("--token", envvar="HUIYUAN_TOKEN", help="Of your issuer; ours signs one by default.")
]
LoyaltyUrl = Annotated[str, typer.Option(envvar="LOYALTY_URL")]


def complain(why: Exception | str) -> None:
    """Say what went wrong, where errors are said."""
    complaints.print("[red]✗[/] ", end="")
    complaints.print(str(why), markup=False)


def running_at(home: Path, **given: str) -> dict[str, str]:
    """Where services are: as given, or as the running installation says."""
    if all(given.values()):
        return given
    running = existing(home).running
    if not running.exists():
        names = " and ".join(f"{name.upper()}_URL" for name in given)
        complain(f"huiyuan is not running: run `huiyuan up`, or name {names}")
        raise typer.Exit(1)
    where = json.loads(running.read_text())
    return {name: url or where[name] for name, url in given.items()}


def existing(home: Path) -> Installation:
    """The installation that is there already."""
    if not (home / "secrets.json").exists():
        complain(f"no installation in {home}: run `huiyuan up` first")
        raise typer.Exit(1)
    return Installation.open(home.resolve())
