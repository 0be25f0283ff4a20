"""Retention as the privacy officer sees it: the rules, and what is due by each."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.members.v1 import retention_pb2

from gateway.admin.permissions import WATCHERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.scalars import Long, instant


@strawberry.enum(description="What becomes of data when its time is over.")
class RetentionAction(Enum):
    DELETE = retention_pb2.RETENTION_ACTION_DELETE
    ERASE = retention_pb2.RETENTION_ACTION_ERASE
    RESTRICT = retention_pb2.RETENTION_ACTION_RESTRICT


@strawberry.type(description="How long one category of members' data is kept, and what becomes of it then.")
class RetentionRule:
    category: str
    lawful_basis: str
    period_days: int | None = strawberry.field(description="Null: kept for as long as the member.")
    action: RetentionAction
    due: Long = strawberry.field(description="How many rows or members the next run would find: the dry run.")
    last_run_at: datetime | None = strawberry.field(description="When a run last found anything.")
    last_run_rows: Long


@strawberry.type
class RetentionQueries:
    @strawberry.field(metadata=to(WATCHERS), description="The retention rules, with what is due by each now.")
    async def retention(self, info: Info) -> list[RetentionRule] | None:
        clients = info.context.clients
        wire = await clients.retention.get_retention(
            retention_pb2.GetRetentionRequest(), headers=info.context.named(MEMBERS)
        )
        return [
            RetentionRule(
                category=one.category,
                lawful_basis=one.lawful_basis,
                period_days=one.period_days or None,
                action=RetentionAction(one.action),
                due=Long(one.due),
                last_run_at=instant(one.last_run_at) if one.HasField("last_run_at") else None,
                last_run_rows=Long(one.last_run_rows),
            )
            for one in wire.rules
        ]
