"""The ``huiyuan ledger`` commands: prove the ledger with the settings of the installation that runs, and report it."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from infra.local import reporting
from infra.local.asking import ask
from infra.local.issuer import Issuer
from infra.local.terminal import (
    DEFAULT_HOME,
    Bearer,
    Home,
    LoyaltyUrl,
    complain,
    existing,
    running_at,
    screen,
)
from services.kit.refusal import Refusal

commands = typer.Typer(no_args_is_help=True, help="Prove that the ledger is what was posted, and report it.")


@commands.command("verify")
def verify(home: Home = DEFAULT_HOME) -> None:
    """Recompute everything: balances, lots, holds, accounts, orders, the chains and what was published of them.

    Exits with 1, and names the rows, when anything is not as it must be.
    """
    raise typer.Exit(ask("loyalty", "verify", home))


@commands.command("heads")
def heads(home: Home = DEFAULT_HOME) -> None:
    """Print the key by which published heads are verified, and the newest of them."""
    raise typer.Exit(ask("loyalty", "heads", home))


@commands.command("reopen")
def reopen(
    actor: Annotated[str, typer.Option(help="Who reopens it; your books name the same.")],
    reason: Annotated[str, typer.Option(help="Why it was set back.")],
    since: Annotated[
        str, typer.Option(help="The restored database's first write, where neither Redis nor heads are left.")
    ] = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """After the database was set back: let all lanes go on behind every number that anybody has seen.

    Stop the servers and workers of loyalty first. What was lost stays lost; `verify` then explains the gap.
    """
    raise typer.Exit(ask("loyalty", "reopen", home, actor, reason, *([since] if since else [])))


@commands.command("report")
def report(
    month: Annotated[str, typer.Option(help="A month of the programme's zone, such as 2026-11.")],
    csv: Annotated[Path | None, typer.Option(help="Write every day to this file too.")] = None,
    programme: Annotated[str, typer.Option(help="The default programme when left out.")] = "",
    bearer: Bearer = "",
    loyalty_url: LoyaltyUrl = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """What was issued, redeemed and expired on each day of a month, from opening to closing."""
    try:
        days = reporting.month(month)
        url = running_at(home, loyalty=loyalty_url)["loyalty"]
        token = bearer or Issuer(existing(home)).system("ledger-report", (reporting.ROLE,))
        currencies = asyncio.run(reporting.fetch(url, token, programme, days))
    except (reporting.MonthNotUnderstood, Refusal) as why:
        complain(why)
        raise typer.Exit(1) from None
    reporting.show(screen, days, currencies)
    if csv is not None:
        reporting.write(csv, currencies)
        screen.print(f"written to {csv}")
