"""Handlers: anybody sees to whom the processing went over, or will (PIPL 22)."""

import strawberry

from gateway.context import Info
from gateway.costs import ListSize
from gateway.storefront.permissions import PUBLIC
from gateway.views.handlers import HandlerTransfer, handler_transfers


@strawberry.type
class HandlerQueries:
    @strawberry.field(
        metadata=PUBLIC,
        description="To whom the processing of members' data went over, and will, the earliest first; empty while "
        "whoever collected it has it. Public.",
        directives=[ListSize(assumed_size=3)],
    )
    async def handler_transfers(self, info: Info) -> list[HandlerTransfer] | None:
        return await handler_transfers(info)
