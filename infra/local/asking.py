"""Asking: a service's own command, run with the settings of the installation that runs."""

import os
import subprocess
from pathlib import Path

from infra.local import layout
from infra.local.layout import Ports
from infra.local.system import System, backing
from infra.local.terminal import existing, running_at


def ask(service: str, command: str, home: Path, *more: str) -> int:
    """Run a command of a service as `huiyuan up` runs the service; its exit code."""
    installation, given = existing(home), dict(os.environ)
    told_ports: dict[str, int] = {}
    if layout.given_databases(given) is None:
        told_ports["postgres"] = _port(home, "postgres")
    if not given.get("REDIS_URL"):
        told_ports["redis"] = _port(home, "redis")
    ports = Ports(**told_ports)
    told = System(installation, ports, backing(installation, ports, given)).environment(service)
    command_line = [*layout.command(service, command), *more]
    return subprocess.run(command_line, env=told, cwd=layout.ROOT, check=False).returncode


def _port(home: Path, of: str) -> int:
    """Where a server of the running installation's own listens."""
    return int(running_at(home, **{of: ""})[of].rpartition(":")[2])
