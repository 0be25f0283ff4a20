"""Dues as staff watch them: how much is due, and how the due run gets on."""

from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import dues_pb2

from gateway.admin.permissions import DUE_WATCHERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.scalars import Long, instant, optional_instant


@strawberry.type(description="One pass of the due run: it goes on until nothing is due.")
class DueRun:
    started_at: datetime
    finished_at: datetime | None = strawberry.field(description="Null while it is under way.")
    noted_at: datetime = strawberry.field(
        description="When its progress was last noted; one that noted nothing for a minute was interrupted."
    )
    members: Long = strawberry.field(description="Members brought up to now, each in one programme.")
    entries: Long = strawberry.field(description="Entries that this took.")
    set_aside: Long = strawberry.field(
        description="Members it could not settle; they are tried again, and the log says why."
    )
    members_per_second: float


@strawberry.type(
    description="What matures, times out or expires by itself and is not posted yet. No balance waits for it."
)
class DueState:
    due: Long = strawberry.field(description="Wallets in which something is due, counted up to a million.")
    oldest_due_at: datetime | None
    lag_seconds: Long = strawberry.field(description="How long ago the oldest fell due.")
    run: DueRun | None = strawberry.field(description="The run under way, or the last one.")


@strawberry.type
class DueQueries:
    @strawberry.field(
        metadata=to(DUE_WATCHERS), description="How far what falls due by itself is posted to the ledger."
    )
    async def due_run(self, info: Info) -> DueState | None:
        clients = info.context.clients
        wire = await clients.dues.get_due_state(
            dues_pb2.GetDueStateRequest(), headers=info.context.named(LOYALTY)
        )
        return DueState(
            due=Long(wire.due),
            oldest_due_at=optional_instant(wire, "oldest_due_at"),
            lag_seconds=Long(wire.lag_seconds),
            run=_run(wire.run) if wire.HasField("run") else None,
        )


def _run(wire: dues_pb2.DueRun) -> DueRun:
    return DueRun(
        started_at=instant(wire.started_at),
        finished_at=optional_instant(wire, "finished_at"),
        noted_at=instant(wire.noted_at),
        members=Long(wire.members),
        entries=Long(wire.entries),
        set_aside=Long(wire.set_aside),
        members_per_second=wire.members_per_second,
    )
