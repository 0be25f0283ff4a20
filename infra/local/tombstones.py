"""``huiyuan members replay-tombstones``: what to run after a backup of the members' databases was restored."""

import typer

from infra.local.asking import ask
from infra.local.terminal import DEFAULT_HOME, Home


def replay(home: Home = DEFAULT_HOME) -> None:
    """Erase again whoever a restored backup brought back, and tell the other services.

    Servers do the same by themselves before they answer; this says how many there were.
    """
    raise typer.Exit(ask("members", "replay-tombstones", home))
