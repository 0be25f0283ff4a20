"""The ``huiyuan import`` commands: bring a history in through the services' own doors."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from huiyuan.kit.v1.kit_pb2 import ExternalIdentity

from infra.local import balances, importing, welcome
from infra.local.delivery import ImportStopped, write_rejects
from infra.local.issuer import Issuer
from infra.local.member_files.commands import import_members
from infra.local.tables import ExternalIdKind, FileNotUnderstood
from infra.local.terminal import (
    DEFAULT_HOME,
    Bearer,
    DryRun,
    Home,
    LoyaltyUrl,
    Programme,
    Scope,
    SourceFile,
    complain,
    existing,
    running_at,
    screen,
)
from infra.local.welcome import importing_progress
from services.kit.refusal import Refusal

commands = typer.Typer(no_args_is_help=True, help="Bring a history in through the services' own doors.")
commands.command("members")(import_members)


class OrderFormat(StrEnum):
    """Formats of order files."""

    CDNOW = "cdnow"


@commands.command("orders")
def import_orders(
    file: SourceFile,
    format: Annotated[OrderFormat, typer.Option(help="What the file looks like.")],
    rejects: Annotated[
        Path | None, typer.Option(help="Where lines that were not imported go; beside the file by default.")
    ] = None,
    bearer: Bearer = "",
    loyalty_url: LoyaltyUrl = "",
    members_url: Annotated[str, typer.Option(envvar="MEMBERS_URL")] = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Import orders and the members who placed them; the same file again changes nothing."""
    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    urls = running_at(home, loyalty=loyalty_url, members=members_url)
    signed = bearer or Issuer(existing(home)).system("order-import", importing.ROLES)
    with importing_progress(screen) as progress:
        importer = importing.Importer(urls["loyalty"], urls["members"], signed, progress)
        try:
            outcome = asyncio.run(importer.run(file))
        except (ImportStopped, Refusal) as why:
            complain(why)
            raise typer.Exit(1) from None
    write_rejects(outcome.rejects, rejects)
    welcome.show_import(screen, format, outcome, rejects)
    raise typer.Exit(0 if outcome.agrees else 1)


@commands.command("balances")
def import_balances(
    file: SourceFile,
    programme: Programme = "",
    name: Annotated[
        str, typer.Option(help="What makes this import the same when it is run again; the file's name.")
    ] = "",
    kind: Annotated[
        ExternalIdKind, typer.Option(help="What external_id is.")
    ] = ExternalIdKind.STOREFRONT_CUSTOMER,
    scope: Scope = "",
    dry_run: DryRun = False,
    rejects: Annotated[
        Path | None, typer.Option(help="Where lines that were not imported go; beside the file by default.")
    ] = None,
    bearer: Bearer = "",
    loyalty_url: LoyaltyUrl = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Import opening balances from a CSV file: member_id or external_id, currency, points, expires_on or earned_on."""
    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    external = ExternalIdentity(kind=f"IDENTITY_KIND_{kind.upper()}", scope=scope)
    meaning = balances.Meaning(programme, name or file.stem, external)
    try:
        if dry_run:
            outcome = balances.Outcome()
            balances.prepared(file, meaning, outcome)
        else:
            url = running_at(home, loyalty=loyalty_url)["loyalty"]
            signed = bearer or Issuer(existing(home)).system("balance-import", balances.ROLES)
            with importing_progress(screen) as progress:
                outcome = asyncio.run(balances.run(url, signed, file, meaning, progress))
    except (FileNotUnderstood, ImportStopped, Refusal) as why:
        complain(why)
        raise typer.Exit(1) from None
    write_rejects(outcome.rejects, rejects)
    welcome.show_balances(screen, outcome, rejects, dry_run=dry_run)
    raise typer.Exit(1 if outcome.rejects else 0)
