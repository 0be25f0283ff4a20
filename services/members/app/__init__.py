"""The wiring of the members service: the only room that knows all the others."""

from services.members.app.serving import application
from services.members.app.tools import migrate, tend_ring
from services.members.app.wiring import NAME
from services.members.app.working import replay_tombstones, workers

__all__ = ["NAME", "application", "migrate", "replay_tombstones", "tend_ring", "workers"]
