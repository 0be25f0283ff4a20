"""Asking a service's own command, with the settings of the installation that runs."""

import os
import subprocess

from infra.local import layout
from infra.local.layout import Ports
from infra.local.system import System, backing
from infra.local.terminal import Home, existing, running_at


def ask(name: str, command: str, home: Home) -> int:
    """Run a command of a service as `huiyuan up` runs the service; its exit code."""
    installation, given = existing(home), dict(os.environ)
    ports = Ports()
    if layout.given_databases(given) is None:
        ports = Ports(postgres=int(running_at(home, postgres="")["postgres"].rpartition(":")[2]))
    told = System(installation, ports, backing(installation, ports, given)).environment(name)
    return subprocess.run(layout.command(name, command), env=told, cwd=layout.ROOT, check=False).returncode
