"""Guardians: the children for whom the signed-in member consents (PIPL 31)."""

import strawberry
from huiyuan.consent.v1 import guardians_pb2

from gateway.clients import CONSENT
from gateway.context import Info
from gateway.costs import ListSize
from gateway.paging import Connection
from gateway.views.consents import Consent, consents
from gateway.views.evidence import ConsentRecord, receipt, records
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

    @strawberry.field(
        description="What was decided about each purpose for a child of the signed-in member.",
        directives=[ListSize(assumed_size=20)],
    )
    async def ward_consents(self, info: Info, child_id: strawberry.ID) -> list[Consent] | None:
        context = info.context
        context.member_id()
        wire = await context.load.consents_by_member.load(context.caller, child_id)
        return consents(wire, context.locale)

    @strawberry.field(
        description="The records of what was decided for a child of the signed-in member, newest first.",
        directives=[ListSize(slicing_arguments=["first"], sized_fields=["edges", "nodes"])],
    )
    async def ward_consent_records(
        self, info: Info, child_id: strawberry.ID, first: int = 20, after: str | None = None
    ) -> Connection[ConsentRecord] | None:
        info.context.member_id()
        return await records(info, child_id, first, after)

    @strawberry.field(
        description="A signed receipt of one of these records; it verifies offline, by the public key alone."
    )
    async def ward_consent_receipt(
        self, info: Info, child_id: strawberry.ID, record_id: strawberry.ID
    ) -> str | None:
        info.context.member_id()
        return await receipt(info, child_id, record_id)
