"""``huiyuan members replay-tombstones``: what to run after a backup of the members' databases was restored."""

from typing import Annotated

import typer

from infra.local.asking import ask
from infra.local.terminal import DEFAULT_HOME, Home


def replay(
    tell_all: Annotated[
        bool,
        typer.Option(
            "--tell-all", help="Tell of everyone ever erased again: after loyalty or consent was restored."
        ),
    ] = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Erase again whoever a restored backup brought back, and tell the other services of them.

    Servers do the same by themselves before they answer; this says how many there were.
    """
    more = ("--tell-all",) if tell_all else ()
    raise typer.Exit(ask("members", "replay-tombstones", home, *more))
