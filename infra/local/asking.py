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
    ports = Ports()
    if layout.given_databases(given) is None:
        ports = Ports(postgres=int(running_at(home, postgres="")["postgres"].rpartition(":")[2]))
    told = System(installation, ports, backing(installation, ports, given)).environment(service)
    command_line = [*layout.command(service, command), *more]
    return subprocess.run(command_line, env=told, cwd=layout.ROOT, check=False).returncode
