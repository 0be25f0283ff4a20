"""Data that leaves: exports for analysis, and packages that the officer requests for members who cannot themselves."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from huiyuan.members.v1 import analyses_pb2, packages_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import EXPORTERS, WATCHERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError
from gateway.scalars import instant, optional_instant


@strawberry.enum(description="How far an export is.")
class AnalysisState(Enum):
    REQUESTED = analyses_pb2.ANALYSIS_STATE_REQUESTED
    READY = analyses_pb2.ANALYSIS_STATE_READY
    FAILED = analyses_pb2.ANALYSIS_STATE_FAILED
    # Its rows were destroyed; what it was stays known.
    GONE = analyses_pb2.ANALYSIS_STATE_GONE


@strawberry.type(description="How coarse a column of an export became.")
class AnalysisColumn:
    name: str
    level: int | None = strawberry.field(description="Steps of generalisation; null until it is ready.")


@strawberry.type(description="An export for analysis; its rows are read by `huiyuan export` alone.")
class Analysis:
    id: strawberry.ID
    state: AnalysisState
    k: int = strawberry.field(description="Every row is one of at least so many alike.")
    columns: list[AnalysisColumn]
    purpose: str
    reason: str
    requested_by: str
    requested_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None = strawberry.field(description="When its rows are destroyed.")
    rows: int
    suppressed: int = strawberry.field(description="Rows left out since too few were like them.")
    not_consented: int = strawberry.field(description="Members left out whose consent does not allow it.")
    refusal_code: str | None = strawberry.field(description="Why it failed.")


@strawberry.input(description="Which rows are to leave, for which purpose, and why.")
class CreateAnalysisInput:
    k: int = strawberry.field(default=10, description="10 or more.")
    columns: list[str] = strawberry.field(description="For instance age_band, joined_month, tier, language.")
    purpose: str = strawberry.field(description="The key of a consent purpose.")
    reason: str = strawberry.field(description="Kept, so without personal data.")


@strawberry.type
class CreateAnalysisPayload:
    analysis: Analysis | None
    user_errors: list[UserError]


@strawberry.input(description="Whose data is to be gathered, and why the officer asks.")
class RequestMemberDataInput:
    member_id: UUID
    reason: str


@strawberry.type
class RequestMemberDataPayload:
    package_id: strawberry.ID | None = strawberry.field(
        description="The package, which the member alone can fetch."
    )
    user_errors: list[UserError]


@strawberry.type
class AnalysisQueries:
    @strawberry.field(metadata=to(WATCHERS), description="Exports for analysis, the newest 100.")
    async def analyses(self, info: Info) -> list[Analysis] | None:
        clients = info.context.clients
        wire = await clients.analyses.list_analyses(
            analyses_pb2.ListAnalysesRequest(), headers=info.context.named(MEMBERS)
        )
        return [_analysis(one) for one in wire.analyses]


@strawberry.type
class AnalysisMutations:
    @strawberry.mutation(
        metadata=to(EXPORTERS), description="Asks for rows about members that tell of nobody (k-anonymity)."
    )
    async def create_analysis(self, info: Info, input: CreateAnalysisInput) -> CreateAnalysisPayload:
        clients = info.context.clients
        request = analyses_pb2.CreateAnalysisRequest(
            k=input.k, columns=input.columns, purpose=input.purpose, reason=input.reason
        )
        wire, refused = await audited(
            info,
            "createAnalysis",
            {"k": input.k, "columns": input.columns, "purpose": input.purpose},
            input.reason,
            lambda: clients.analyses.create_analysis(request, headers=info.context.named(MEMBERS)),
        )
        return CreateAnalysisPayload(analysis=_analysis(wire.analysis) if wire else None, user_errors=refused)

    @strawberry.mutation(
        metadata=to(EXPORTERS),
        description="Has a member's own data gathered, for whom asked for it on paper; the member alone fetches it.",
    )
    async def request_member_data(
        self, info: Info, input: RequestMemberDataInput
    ) -> RequestMemberDataPayload:
        clients = info.context.clients
        request = packages_pb2.RequestPackageRequest(member_id=str(input.member_id))
        wire, refused = await audited(
            info,
            "requestMemberData",
            {"memberId": request.member_id},
            input.reason,
            lambda: clients.packages.request_package(request, headers=info.context.named(MEMBERS)),
        )
        return RequestMemberDataPayload(
            package_id=strawberry.ID(wire.package.package_id) if wire else None, user_errors=refused
        )


def _analysis(wire: analyses_pb2.Analysis) -> Analysis:
    levels: list[int | None] = [*wire.levels] or [None] * len(wire.columns)
    return Analysis(
        id=strawberry.ID(wire.analysis_id),
        state=AnalysisState(wire.state),
        k=wire.k,
        columns=[
            AnalysisColumn(name=name, level=level) for name, level in zip(wire.columns, levels, strict=True)
        ],
        purpose=wire.purpose,
        reason=wire.reason,
        requested_by=wire.requested_by,
        requested_at=instant(wire.requested_at),
        ready_at=optional_instant(wire, "ready_at"),
        expires_at=optional_instant(wire, "expires_at"),
        rows=wire.rows,
        suppressed=wire.suppressed,
        not_consented=wire.not_consented,
        refusal_code=wire.refusal_code or None,
    )
