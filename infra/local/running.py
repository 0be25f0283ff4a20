"""The ``huiyuan up`` and ``huiyuan reset`` commands: everything on one machine, from its start to its end."""

import json
import os
import shutil
import time
from typing import Annotated

import typer

from infra.local import officers, seeding, system, welcome
from infra.local.installation import AlreadyRunning, Installation, held
from infra.local.layout import Ports, SettingsIncomplete
from infra.local.processes import ProgramFailed
from infra.local.seeding import SeedRefused
from infra.local.system import DatabaseNotReady, KeyRingMissing, PortTaken, StopAsked, System
from infra.local.terminal import DEFAULT_HOME, Home, complain, screen

commands = typer.Typer()

_DEFAULT = Ports()

OFFICER = "CONSENT_OFFICER_CONTACT"


def _port(name: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        f"--{name}-port", envvar=f"{name.upper()}_PORT", min=1, max=65535
    )
    return option


@commands.command("up")
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
    except (AlreadyRunning, SettingsIncomplete, officers.ContactNotReachable) as why:
        complain(why)
        raise typer.Exit(1) from None


def _run(installation: Installation, ports: Ports) -> int:
    """Start, seed, tell, watch, stop; what to exit with."""
    started_at = time.monotonic()

    def tell(what: str) -> None:
        screen.print(f"[dim]{time.monotonic() - started_at:5.1f} s[/]  {what}")

    officer = officers.check(os.environ.get(OFFICER, "").strip())
    running = System(installation, ports, system.backing(installation, ports, dict(os.environ)))
    with system.stop_asked_by_signals() as turn_deaf:
        try:
            running.start(tell)
            seeds = seeding.seed(installation, ports, officer, tell)
            where = welcome.addresses(running)
            installation.running.write_text(json.dumps(where | {"pids": _pids(running)}, indent=2))
            tell("ready")
            welcome.show(screen, running, seeds)
            running.watch()
        except StopAsked:
            screen.print()
            return 0
        except (ProgramFailed, PortTaken, KeyRingMissing, DatabaseNotReady, SeedRefused) as why:
            complain(why)
            return 1
        finally:
            turn_deaf()
            installation.running.unlink(missing_ok=True)
            running.stop(tell)
            tell("stopped")


def _pids(running: System) -> dict[str, int]:
    return {process.program.name: process.pid for process in running.processes}


@commands.command("reset")
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
