"""Guardians: the children for whom the signed-in member consents (PIPL 31)."""

import strawberry
from huiyuan.consent.v1 import guardians_pb2

from gateway.clients import CONSENT
from gateway.context import Info
from gateway.costs import ListSize
from gateway.views.guardians import Ward, ward


@strawberry.type
class GuardianQueries:
    @strawberry.field(
        description="The children under fourteen for whom the signed-in member consents.",
        directives=[ListSize(assumed_size=3)],
    )
    async def my_wards(self, info: Info) -> list[Ward] | None:
        context = info.context
        wire = await context.clients.guardians.list_wards(
            guardians_pb2.ListWardsRequest(guardian_id=context.member_id()),
            headers=context.named(CONSENT),
        )
        return [ward(one) for one in wire.wards]
