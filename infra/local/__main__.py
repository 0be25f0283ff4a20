"""The ``huiyuan`` command: starts everything on one machine, and gives out tokens to try it with."""

import json
import os
import shutil
import sys
import time
from typing import Annotated, NoReturn

import typer

from infra.local import (
    evidence,
    exports,
    imports,
    issuing,
    layout,
    ledger,
    members,
    seeding,
    system,
    tombstones,
    welcome,
)
from infra.local.installation import AlreadyRunning, Installation, held
from infra.local.issuer import STAFF_ROLES, SYSTEM_ROLES, Issuer
from infra.local.layout import Ports, SettingsIncomplete
from infra.local.processes import ProgramFailed
from infra.local.seeding import SeedRefused, Seeds
from infra.local.system import DatabaseNotReady, PortTaken, StopAsked, System
from infra.local.terminal import DEFAULT_HOME, Home, complain, existing, screen

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
token = typer.Typer(no_args_is_help=True, help="Sign a token of the development issuer, good for 12 hours.")
app.add_typer(token, name="token")
app.add_typer(imports.commands, name="import")
app.add_typer(exports.commands, name="export")
app.add_typer(issuing.commands, name="issue")
app.add_typer(ledger.commands, name="ledger")
app.add_typer(evidence.commands, name="consent")
members.commands.command("replay-tombstones")(tombstones.replay)
app.add_typer(members.commands, name="members")

_DEFAULT = Ports()


def _port(name: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        f"--{name}-port", envvar=f"{name.upper()}_PORT", min=1, max=65535
    )
    return option


@app.command()
def up(
    home: Home = DEFAULT_HOME,
    gateway_port: Annotated[int, _port("gateway")] = _DEFAULT.gateway,
    loyalty_port: Annotated[int, _port("loyalty")] = _DEFAULT.loyalty,
    members_port: Annotated[int, _port("members")] = _DEFAULT.members,
    consent_port: Annotated[int, _port("consent")] = _DEFAULT.consent,
    postgres_port: Annotated[int, _port("postgres")] = _DEFAULT.postgres,
    redis_port: Annotated[int, _port("redis")] = _DEFAULT.redis,
) -> None:
    """Start everything, seed a demo programme on the first run, and stay until Ctrl-C."""
    ports = Ports(gateway_port, loyalty_port, members_port, consent_port, postgres_port, redis_port)
    home = home.resolve()
    try:
        with held(home):
            raise typer.Exit(_run(Installation.open(home), ports))
    except (AlreadyRunning, SettingsIncomplete) as why:
        complain(why)
        raise typer.Exit(1) from None


def _run(installation: Installation, ports: Ports) -> int:
    """Start, seed, tell, watch, stop; what to exit with."""
    started_at = time.monotonic()

    def tell(what: str) -> None:
        screen.print(f"[dim]{time.monotonic() - started_at:5.1f} s[/]  {what}")

    running = System(installation, ports, system.backing(installation, ports, dict(os.environ)))
    with system.stop_asked_by_signals() as turn_deaf:
        try:
            running.start(tell)
            seeds = seeding.seed(installation, ports, tell)
            where = welcome.addresses(running)
            installation.running.write_text(json.dumps(where | {"pids": _pids(running)}, indent=2))
            tell("ready")
            welcome.show(screen, running, seeds)
            running.watch()
        except StopAsked:
            screen.print()
            return 0
        except (ProgramFailed, PortTaken, DatabaseNotReady, SeedRefused) as why:
            complain(why)
            return 1
        finally:
            turn_deaf()
            installation.running.unlink(missing_ok=True)
            running.stop(tell)
            tell("stopped")


def _pids(running: System) -> dict[str, int]:
    return {process.program.name: process.pid for process in running.processes}


@app.command()
def reset(
    home: Home = DEFAULT_HOME,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Throw away the databases, the keys and the logs, so that the next start begins anew."""
    home = home.resolve()
    if not home.exists():
        screen.print(f"nothing to reset: {home} is not there")
        return
    if not yes:
        typer.confirm(f"Delete {home} and all data in it?", abort=True)
    try:
        with held(home):
            system.end_leftovers(home)
            shutil.rmtree(home)
    except AlreadyRunning as why:
        complain(f"{why}; stop it first")
        raise typer.Exit(1) from None
    screen.print(f"{home} is gone; servers named by DATABASE_URL_* or REDIS_URL are left as they are")


@token.command("member")
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


@token.command("admin")
def admin_token(
    subject: Annotated[str, typer.Argument(help="Whom the audit log will name.")] = "ops-1",
    role: Annotated[list[str], typer.Option(help="May be given more than once.")] = list(STAFF_ROLES),  # noqa: B006
    home: Home = DEFAULT_HOME,
) -> None:
    """A token by which a member of staff uses the admin side."""
    print(Issuer(existing(home)).admin(subject, tuple(role)))


@token.command("service")
def service_token(
    subject: Annotated[str, typer.Argument(help="The system's name.")] = "demo-shop",
    role: Annotated[list[str], typer.Option(help="May be given more than once.")] = list(SYSTEM_ROLES),  # noqa: B006
    home: Home = DEFAULT_HOME,
) -> None:
    """A token by which one of your systems calls the services."""
    print(Issuer(existing(home)).system(subject, tuple(role)))


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
