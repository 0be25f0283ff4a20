"""The ``huiyuan issue`` commands: give something to a list of members through the services' own doors."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from huiyuan.kit.v1.kit_pb2 import ExternalIdentity

from infra.local import coupon_lists, welcome
from infra.local.delivery import ImportStopped, write_rejects
from infra.local.issuer import Issuer
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

commands = typer.Typer(
    no_args_is_help=True, help="Give something to a list of members through the services' own doors."
)


@commands.callback()
def _group() -> None:
    """Keep the command's name while there is one alone."""


@commands.command("coupons")
def issue_coupons(
    file: SourceFile,
    template: Annotated[str, typer.Option(help="The key of a coupon template that is published.")],
    programme: Programme = "",
    name: Annotated[
        str, typer.Option(help="What makes this list the same when it is run again; the file's name.")
    ] = "",
    reason: Annotated[
        str, typer.Option(help="Why, as a code of A-Z, 0-9 and _; kept with each coupon.")
    ] = "LIST",
    kind: Annotated[
        ExternalIdKind, typer.Option(help="What external_id is.")
    ] = ExternalIdKind.STOREFRONT_CUSTOMER,
    scope: Scope = "",
    dry_run: DryRun = False,
    rejects: Annotated[
        Path | None, typer.Option(help="Where lines without a coupon go; beside the file by default.")
    ] = None,
    bearer: Bearer = "",
    loyalty_url: LoyaltyUrl = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Issue a coupon to each member in a CSV file of member_id or external_id; run again, each still has one."""
    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    external = ExternalIdentity(kind=f"IDENTITY_KIND_{kind.upper()}", scope=scope)
    meaning = coupon_lists.Meaning(programme, template, name or file.stem, reason, external)
    try:
        if dry_run:
            outcome = coupon_lists.Outcome()
            coupon_lists.prepared(file, meaning, outcome)
        else:
            url = running_at(home, loyalty=loyalty_url)["loyalty"]
            signed = bearer or Issuer(existing(home)).system("coupon-issue", coupon_lists.ROLES)
            with importing_progress(screen) as progress:
                outcome = asyncio.run(coupon_lists.run(url, signed, file, meaning, progress))
    except (FileNotUnderstood, ImportStopped, Refusal) as why:
        complain(why)
        raise typer.Exit(1) from None
    write_rejects(outcome.rejects, rejects)
    welcome.show_coupons(screen, outcome, rejects, dry_run=dry_run)
    raise typer.Exit(1 if outcome.rejects else 0)
