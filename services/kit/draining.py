"""Draining: a process that is told to stop says so first, while it still serves, and then ends what never would."""

import asyncio


class Draining:
    """How far the process is on its way out."""

    def __init__(self) -> None:
        self.begun = False
        self._over = asyncio.Event()

    def begin(self) -> None:
        """Say that the process stops soon: whoever spreads requests sends it no more."""
        self.begun = True

    def end(self) -> None:
        """Stop: what goes on for ever ends now, so that clients come again somewhere else."""
        self.begun = True
        self._over.set()

    async def over(self) -> None:
        """Return when the process stops."""
        await self._over.wait()


draining = Draining()
"""The process's own; only ``process.serve`` moves it."""
