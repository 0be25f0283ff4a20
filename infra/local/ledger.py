"""The ``huiyuan ledger`` commands: prove the ledger, with the settings of the installation that runs."""

import os
import subprocess

import typer

from infra.local import layout
from infra.local.layout import Ports
from infra.local.system import System, backing
from infra.local.terminal import DEFAULT_HOME, Home, existing, running_at

commands = typer.Typer(no_args_is_help=True, help="Prove that the ledger is what was posted.")


@commands.command("verify")
def verify(home: Home = DEFAULT_HOME) -> None:
    """Recompute everything: balances, lots, holds, accounts, orders, the chains and what was published of them.

    Exits with 1, and names the rows, when anything is not as it must be.
    """
    raise typer.Exit(_ask_loyalty("verify", home))


@commands.command("heads")
def heads(home: Home = DEFAULT_HOME) -> None:
    """Print the key by which published heads are verified, and the newest of them."""
    raise typer.Exit(_ask_loyalty("heads", home))


def _ask_loyalty(command: str, home: Home) -> int:
    """Run a command of the loyalty service as `huiyuan up` runs the service; its exit code."""
    installation, given = existing(home), dict(os.environ)
    ports = Ports()
    if layout.given_databases(given) is None:
        ports = Ports(postgres=int(running_at(home, postgres="")["postgres"].rpartition(":")[2]))
    told = System(installation, ports, backing(installation, ports, given)).environment("loyalty")
    return subprocess.run(
        layout.command("loyalty", command), env=told, cwd=layout.ROOT, check=False
    ).returncode
