"""The ``huiyuan token`` commands: what the development issuer signs, to try everything with."""

from typing import Annotated

import typer

from infra.local.issuer import STAFF_ROLES, SYSTEM_ROLES, Issuer
from infra.local.seeds import Seeds
from infra.local.terminal import DEFAULT_HOME, Home, existing

commands = typer.Typer(
    no_args_is_help=True, help="Sign a token of the development issuer, good for 12 hours."
)


@commands.command("member")
def member_token(
    member_id: Annotated[
        str, typer.Argument(help="The member's id; the first demo member's when left out.")
    ] = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """A token by which a member uses the storefront."""
    installation = existing(home)
    if not member_id:
        seeds = Seeds.kept(installation)
        if seeds is None:
            raise typer.BadParameter("nothing was seeded yet: run `huiyuan up`, or name a member id")
        member_id = seeds.members[0].member_id
    print(Issuer(installation).member(member_id))


@commands.command("admin")
def admin_token(
    subject: Annotated[str, typer.Argument(help="Whom the audit log will name.")] = "ops-1",
    role: Annotated[list[str], typer.Option(help="May be given more than once.")] = list(STAFF_ROLES),  # noqa: B006
    home: Home = DEFAULT_HOME,
) -> None:
    """A token by which a member of staff uses the admin side."""
    print(Issuer(existing(home)).admin(subject, tuple(role)))


@commands.command("service")
def service_token(
    subject: Annotated[str, typer.Argument(help="The system's name.")] = "demo-shop",
    role: Annotated[list[str], typer.Option(help="May be given more than once.")] = list(SYSTEM_ROLES),  # noqa: B006
    home: Home = DEFAULT_HOME,
) -> None:
    """A token by which one of your systems calls the services."""
    print(Issuer(existing(home)).system(subject, tuple(role)))
