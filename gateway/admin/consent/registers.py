"""The officer's registers: what is processed and what covers it, ways abroad, and breaches."""

from dataclasses import replace
from datetime import datetime

import strawberry
from huiyuan.consent.v1 import registers_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import RIGHTS_OFFICERS, WATCHERS, to
from gateway.clients import CONSENT
from gateway.context import Info
from gateway.costs import ListSize
from gateway.errors import UserError
from gateway.scalars import timestamp
from gateway.views import registers as views
from gateway.views.registers import (
    Breach,
    BreachNoticeKind,
    ExportRegister,
    ExportRoute,
    ExportRouteKind,
    ImpactAssessment,
    ProcessingRecord,
    ProcessorAgreement,
)

_AUDITED = "What the audit keeps: 1 to 200 characters, in one line."
_FILE = "A reference to the file, without personal data."


@strawberry.input(description="An impact assessment that was concluded.")
class RegisterImpactAssessmentInput:
    id: strawberry.ID
    purposes: list[str]
    concluded_at: datetime
    reference: str = strawberry.field(description=_FILE)
    reason: str = strawberry.field(description=_AUDITED)


@strawberry.input
class DeleteImpactAssessmentInput:
    id: strawberry.ID
    reason: str = strawberry.field(description=_AUDITED)


@strawberry.input(description="A term for which a processor is covered by contract.")
class RegisterProcessorAgreementInput:
    id: strawberry.ID
    recipient_id: str
    starts_at: datetime
    ends_at: datetime
    reference: str = strawberry.field(description=_FILE)
    reason: str = strawberry.field(description=_AUDITED)


@strawberry.input(description="A way by which a purpose's data goes abroad.")
class RegisterExportRouteInput:
    purpose: str
    kind: ExportRouteKind
    starts_at: datetime
    ends_at: datetime
    reference: str = strawberry.field(description=_FILE)
    reason: str = strawberry.field(description=_AUDITED)


@strawberry.input(description="Data leaked, was altered or lost.")
class OpenBreachInput:
    id: strawberry.ID
    found_at: datetime
    categories: list[str]
    cause: str = strawberry.field(description='A plain key, for instance "lost_laptop".')
    reason: str = strawberry.field(description=_AUDITED)


@strawberry.input(description="That somebody was told of a breach, now.")
class RecordBreachNoticeInput:
    breach_id: strawberry.ID
    kind: BreachNoticeKind
    reference: str = strawberry.field(description=_FILE)
    reason: str = strawberry.field(description=_AUDITED)


@strawberry.type
class ImpactAssessmentPayload:
    assessment: ImpactAssessment | None
    user_errors: list[UserError]


@strawberry.type
class ProcessorAgreementPayload:
    agreement: ProcessorAgreement | None
    user_errors: list[UserError]


@strawberry.type
class ExportRoutePayload:
    route: ExportRoute | None
    user_errors: list[UserError]


@strawberry.type
class BreachPayload:
    breach: Breach | None
    user_errors: list[UserError]


@strawberry.type
class RegisterQueries:
    @strawberry.field(
        metadata=to(WATCHERS),
        description="Every use of personal data: purpose by recipient, with what covers it.",
        directives=[ListSize(assumed_size=50)],
    )
    async def processing_records(self, info: Info) -> list[ProcessingRecord] | None:
        request = registers_pb2.ListProcessingRecordsRequest()
        wire = await info.context.clients.registers.list_processing_records(
            request, headers=info.context.named(CONSENT)
        )
        return [views.processing_record(one) for one in wire.records]

    @strawberry.field(
        metadata=to(WATCHERS),
        description="The impact assessments that are kept.",
        directives=[ListSize(assumed_size=20)],
    )
    async def impact_assessments(self, info: Info) -> list[ImpactAssessment] | None:
        request = registers_pb2.ListAssessmentsRequest()
        wire = await info.context.clients.registers.list_assessments(
            request, headers=info.context.named(CONSENT)
        )
        return [views.assessment(one) for one in wire.assessments]

    @strawberry.field(
        metadata=to(WATCHERS),
        description="Processors' terms; outside of them the gate denies the recipient.",
        directives=[ListSize(assumed_size=20)],
    )
    async def processor_agreements(self, info: Info) -> list[ProcessorAgreement] | None:
        request = registers_pb2.ListAgreementsRequest()
        wire = await info.context.clients.registers.list_agreements(
            request, headers=info.context.named(CONSENT)
        )
        return [views.agreement(one) for one in wire.agreements]

    @strawberry.field(metadata=to(WATCHERS), description="The routes abroad, and how far they are used.")
    async def export_register(self, info: Info) -> ExportRegister | None:
        request = registers_pb2.ListExportRoutesRequest()
        wire = await info.context.clients.registers.list_export_routes(
            request, headers=info.context.named(CONSENT)
        )
        return views.export_register(wire)

    @strawberry.field(
        metadata=to(WATCHERS),
        description="The last 100 breaches, newest first.",
        directives=[ListSize(assumed_size=10)],
    )
    async def breaches(self, info: Info) -> list[Breach] | None:
        request = registers_pb2.ListBreachesRequest()
        wire = await info.context.clients.registers.list_breaches(
            request, headers=info.context.named(CONSENT)
        )
        return [views.breach(one) for one in wire.breaches]


@strawberry.type
class RegisterMutations:
    @strawberry.mutation(metadata=to(RIGHTS_OFFICERS), description="Keeps an impact assessment.")
    async def register_impact_assessment(
        self, info: Info, input: RegisterImpactAssessmentInput
    ) -> ImpactAssessmentPayload:
        said = registers_pb2.Assessment(
            assessment_id=input.id,
            purposes=input.purposes,
            concluded_at=timestamp(input.concluded_at),
            reference=input.reference,
        )
        request = registers_pb2.RegisterAssessmentRequest(assessment=said)
        done, refused = await audited(
            info,
            "registerImpactAssessment",
            {"assessmentId": input.id},
            input.reason,
            lambda: info.context.clients.registers.register_assessment(
                request, headers=info.context.named(CONSENT)
            ),
        )
        return ImpactAssessmentPayload(
            assessment=views.assessment(done.assessment) if done else None, user_errors=refused
        )

    @strawberry.mutation(
        metadata=to(RIGHTS_OFFICERS), description="Deletes an impact assessment whose three years are over."
    )
    async def delete_impact_assessment(
        self, info: Info, input: DeleteImpactAssessmentInput
    ) -> ImpactAssessmentPayload:
        request = registers_pb2.DeleteAssessmentRequest(assessment_id=input.id)
        _, refused = await audited(
            info,
            "deleteImpactAssessment",
            {"assessmentId": input.id},
            input.reason,
            lambda: info.context.clients.registers.delete_assessment(
                request, headers=info.context.named(CONSENT)
            ),
        )
        return ImpactAssessmentPayload(assessment=None, user_errors=refused)

    @strawberry.mutation(metadata=to(RIGHTS_OFFICERS), description="Keeps a processor's term.")
    async def register_processor_agreement(
        self, info: Info, input: RegisterProcessorAgreementInput
    ) -> ProcessorAgreementPayload:
        said = registers_pb2.Agreement(
            recipient_id=input.recipient_id,
            agreement_id=input.id,
            starts_at=timestamp(input.starts_at),
            ends_at=timestamp(input.ends_at),
            reference=input.reference,
        )
        request = registers_pb2.RegisterAgreementRequest(agreement=said)
        done, refused = await audited(
            info,
            "registerProcessorAgreement",
            {"agreementId": input.id, "recipientId": input.recipient_id},
            input.reason,
            lambda: info.context.clients.registers.register_agreement(
                request, headers=info.context.named(CONSENT)
            ),
        )
        return ProcessorAgreementPayload(
            agreement=views.agreement(done.agreement) if done else None, user_errors=refused
        )

    @strawberry.mutation(metadata=to(RIGHTS_OFFICERS), description="Keeps a way abroad.")
    async def register_export_route(self, info: Info, input: RegisterExportRouteInput) -> ExportRoutePayload:
        said = registers_pb2.ExportRoute(
            purpose=input.purpose,
            kind=input.kind.value,
            starts_at=timestamp(input.starts_at),
            ends_at=timestamp(input.ends_at),
            reference=input.reference,
        )
        request = registers_pb2.RegisterExportRouteRequest(route=said)
        done, refused = await audited(
            info,
            "registerExportRoute",
            {"purpose": input.purpose, "kind": input.kind.name},
            input.reason,
            lambda: info.context.clients.registers.register_export_route(
                request, headers=info.context.named(CONSENT)
            ),
        )
        return ExportRoutePayload(route=views.export_route(done.route) if done else None, user_errors=refused)

    @strawberry.mutation(metadata=to(RIGHTS_OFFICERS), description="Opens a breach; its clock runs.")
    async def open_breach(self, info: Info, input: OpenBreachInput) -> BreachPayload:
        request = registers_pb2.OpenBreachRequest(
            breach_id=input.id,
            found_at=timestamp(input.found_at),
            categories=input.categories,
            cause=input.cause,
        )
        done, refused = await audited(
            info,
            "openBreach",
            {"breachId": input.id},
            input.reason,
            lambda: info.context.clients.registers.open_breach(request, headers=info.context.named(CONSENT)),
        )
        # The service spells it as where a notice names its breach; here it is the breach's own.
        refused = [
            replace(one, field=["input", "id"]) if one.field == ["input", "breachId"] else one
            for one in refused
        ]
        return BreachPayload(breach=views.breach(done.breach) if done else None, user_errors=refused)

    @strawberry.mutation(
        metadata=to(RIGHTS_OFFICERS), description="Notes that somebody was told of a breach."
    )
    async def record_breach_notice(self, info: Info, input: RecordBreachNoticeInput) -> BreachPayload:
        request = registers_pb2.RecordBreachNoticeRequest(
            breach_id=input.breach_id, kind=input.kind.value, reference=input.reference
        )
        done, refused = await audited(
            info,
            "recordBreachNotice",
            {"breachId": input.breach_id, "kind": input.kind.name},
            input.reason,
            lambda: info.context.clients.registers.record_breach_notice(
                request, headers=info.context.named(CONSENT)
            ),
        )
        return BreachPayload(breach=views.breach(done.breach) if done else None, user_errors=refused)
