"""Dues at the door: how much is due, and how the due run gets on."""

from typing import Any

from huiyuan.loyalty.v1 import dues_pb2 as wire

from services.kit import clock, database, rpc
from services.loyalty.rpc.wire import timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.storage.ledger import dues


class Dues:
    """``huiyuan.loyalty.v1.DuesService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.allow(rpc.staff("operations", "program_admin", "auditor"))
    async def get_due_state(self, request: wire.GetDueStateRequest, _: Any) -> wire.GetDueStateResponse:
        now = self._rulebook.now()
        oldest = await dues.oldest_due_at(self._pool, now)
        run = await dues.last_run(self._pool)
        return wire.GetDueStateResponse(
            due=await dues.count_due(self._pool, now),
            oldest_due_at=None if oldest is None else timestamp(oldest),
            lag_seconds=0 if oldest is None else (now - oldest) // 1_000_000,
            run=None if run is None else _run(run),
        )


def _run(run: dues.Run) -> wire.DueRun:
    seconds = (run.noted_at - run.started_at).total_seconds()
    return wire.DueRun(
        started_at=timestamp(clock.micros(run.started_at)),
        finished_at=None if run.finished_at is None else timestamp(clock.micros(run.finished_at)),
        noted_at=timestamp(clock.micros(run.noted_at)),
        members=run.members,
        entries=run.entries,
        set_aside=run.set_aside,
        members_per_second=run.members / seconds if seconds > 0 else 0,
    )
