"""The ``huiyuan token`` commands: what the development issuer signs, to try everything with."""

from typing import Annotated
from uuid import UUID

import typer

from infra.local.installation import Installation
from infra.local.issuer import STAFF_ROLES, SYSTEM_ROLES, Issuer
from infra.local.seeds import Seeds
from infra.local.terminal import DEFAULT_HOME, Home, existing

commands = typer.Typer(
    no_args_is_help=True, help="Sign a token of the development issuer, good for 12 hours."
)


@commands.command("member")
def member_token(
    member_id: Annotated[
        str,
        typer.Argument(help="The member's id, or which demo member in number; the first when left out."),
    ] = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """A token by which a member uses the storefront."""
    installation = existing(home)
    print(Issuer(installation).member(_member_id(installation, member_id)))


def _member_id(installation: Installation, said: str) -> str:
    """The id of whom somebody means. Raises ``typer.BadParameter``."""
    if said and not said.isdecimal():
        try:
            return str(UUID(said))
        except ValueError:
            raise typer.BadParameter("a member's id is a UUID") from None
    seeds = Seeds.kept(installation)
    if seeds is None:
        raise typer.BadParameter("nothing was seeded yet: run `huiyuan up`, or name a member id")
    which = int(said or "1")
    if not 1 <= which <= len(seeds.members):
        raise typer.BadParameter(f"there are {len(seeds.members)} demo members")
    return seeds.members[which - 1].member_id


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
