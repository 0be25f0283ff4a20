"""Asking: a service's own command, run with the settings of the installation that runs."""

import json
import os
import subprocess
from pathlib import Path

from infra.local import layout
from infra.local.installation import Installation
from infra.local.layout import Ports
from infra.local.system import System, backing
from infra.local.terminal import existing, running_at


def ask(service: str, command: str, home: Path, *more: str) -> int:
    """Run a command of a service as `huiyuan up` runs the service; its exit code."""
    installation, given = existing(home), dict(os.environ)
    ports = Ports(redis=_redis_port(installation))
    if layout.given_databases(given) is None:
        port = int(running_at(home, postgres="")["postgres"].rpartition(":")[2])
        ports = Ports(redis=ports.redis, postgres=port)
    told = System(installation, ports, backing(installation, ports, given)).environment(service)
    command_line = [*layout.command(service, command), *more]
    return subprocess.run(command_line, env=told, cwd=layout.ROOT, check=False).returncode


def _redis_port(installation: Installation) -> int:
    """Where the installation's own Redis listens, if it runs; most commands do without one."""
    where = json.loads(installation.running.read_text()) if installation.running.exists() else {}
    return int(where["redis"].rpartition(":")[2]) if "redis" in where else Ports().redis
