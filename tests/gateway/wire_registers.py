"""The consent service's door to the officer's registers, with canned answers."""

from typing import Any

from huiyuan.consent.v1 import (
    handlers_connect,
    handlers_pb2,
    purposes_pb2,
    registers_connect,
    registers_pb2,
)
from huiyuan.kit.v1.kit_pb2 import LocalizedText

from services.kit import rpc
from tests.gateway.answers import at
from tests.gateway.doors import Door

PROCESSING_RECORD = registers_pb2.ProcessingRecord(
    purpose="marketing_sms", purpose_version=1, lawful_basis=purposes_pb2.LAWFUL_BASIS_CONSENT
)
ASSESSMENT = registers_pb2.Assessment(
    assessment_id="PIA-1",
    purposes=["faces"],
    concluded_at=at(2026),
    locked_until=at(2029),
    reference="file 1",
)
AGREEMENT = registers_pb2.Agreement(
    recipient_id="printer", agreement_id="DPA-1", starts_at=at(2026), ends_at=at(2027), reference="file 2"
)
EXPORT_ROUTE = registers_pb2.ExportRoute(
    purpose="cloud",
    kind=registers_pb2.EXPORT_ROUTE_KIND_CONTRACT,
    starts_at=at(2026),
    ends_at=at(2027),
    reference="file 3",
)
BREACH = registers_pb2.Breach(
    breach_id="breach-1",
    found_at=at(2026),
    categories=["phone"],
    cause="lost_laptop",
    notify_by=at(2026, 1, 4),
    notices=[
        registers_pb2.BreachNotice(
            kind=registers_pb2.BREACH_NOTICE_KIND_AUTHORITY, sent_at=at(2026), reference="file 4"
        )
    ],
    affected_members=2**40,
)


AFFECTED = [f"0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f000{digit}" for digit in range(3)]
TRANSFER = handlers_pb2.HandlerTransfer(
    transfer_id="merger-1",
    handler_id="urn:example:new",
    name=LocalizedText(zh="新茶会", en="New Tea Club"),
    contact="privacy@new.example",
    notice_key="merger",
    effective_at=at(2027),
)


class Handlers(Door):
    @rpc.allow(rpc.staff("privacy_officer"))
    async def transfer_handling(
        self, request: handlers_pb2.TransferHandlingRequest, _: Any
    ) -> handlers_pb2.TransferHandlingResponse:
        self.services.change(request)
        return handlers_pb2.TransferHandlingResponse(transfer=request.transfer)

    @rpc.allow(rpc.anyone)
    async def list_transfers(
        self, _: handlers_pb2.ListTransfersRequest, __: Any
    ) -> handlers_pb2.ListTransfersResponse:
        return handlers_pb2.ListTransfersResponse(transfers=[TRANSFER])


class Registers(Door):
    @rpc.allow(rpc.staff("privacy_officer"))
    async def list_affected_members(
        self, request: registers_pb2.ListAffectedMembersRequest, _: Any
    ) -> registers_pb2.ListAffectedMembersResponse:
        ids = [one for one in AFFECTED if one > request.after]
        return registers_pb2.ListAffectedMembersResponse(
            member_ids=ids[: request.first], has_next_page=len(ids) > request.first
        )

    @rpc.allow(rpc.staff("privacy_officer", "auditor"))
    async def list_processing_records(
        self, _: registers_pb2.ListProcessingRecordsRequest, __: Any
    ) -> registers_pb2.ListProcessingRecordsResponse:
        return registers_pb2.ListProcessingRecordsResponse(records=[PROCESSING_RECORD])

    @rpc.allow(rpc.staff("privacy_officer"))
    async def register_assessment(
        self, request: registers_pb2.RegisterAssessmentRequest, _: Any
    ) -> registers_pb2.RegisterAssessmentResponse:
        self.services.change(request)
        return registers_pb2.RegisterAssessmentResponse(assessment=ASSESSMENT)

    @rpc.allow(rpc.staff("privacy_officer"))
    async def delete_assessment(
        self, request: registers_pb2.DeleteAssessmentRequest, _: Any
    ) -> registers_pb2.DeleteAssessmentResponse:
        self.services.change(request)
        return registers_pb2.DeleteAssessmentResponse()

    @rpc.allow(rpc.staff("privacy_officer", "auditor"))
    async def list_assessments(
        self, _: registers_pb2.ListAssessmentsRequest, __: Any
    ) -> registers_pb2.ListAssessmentsResponse:
        return registers_pb2.ListAssessmentsResponse(assessments=[ASSESSMENT])

    @rpc.allow(rpc.staff("privacy_officer"))
    async def register_agreement(
        self, request: registers_pb2.RegisterAgreementRequest, _: Any
    ) -> registers_pb2.RegisterAgreementResponse:
        self.services.change(request)
        return registers_pb2.RegisterAgreementResponse(agreement=AGREEMENT)

    @rpc.allow(rpc.staff("privacy_officer", "auditor"))
    async def list_agreements(
        self, _: registers_pb2.ListAgreementsRequest, __: Any
    ) -> registers_pb2.ListAgreementsResponse:
        return registers_pb2.ListAgreementsResponse(agreements=[AGREEMENT])

    @rpc.allow(rpc.staff("privacy_officer"))
    async def register_export_route(
        self, request: registers_pb2.RegisterExportRouteRequest, _: Any
    ) -> registers_pb2.RegisterExportRouteResponse:
        self.services.change(request)
        return registers_pb2.RegisterExportRouteResponse(route=EXPORT_ROUTE)

    @rpc.allow(rpc.staff("privacy_officer", "auditor"))
    async def list_export_routes(
        self, _: registers_pb2.ListExportRoutesRequest, __: Any
    ) -> registers_pb2.ListExportRoutesResponse:
        return registers_pb2.ListExportRoutesResponse(
            routes=[EXPORT_ROUTE], counters=[registers_pb2.ExportCounter(year=2026)]
        )

    @rpc.allow(rpc.staff("privacy_officer"))
    async def open_breach(
        self, request: registers_pb2.OpenBreachRequest, _: Any
    ) -> registers_pb2.OpenBreachResponse:
        self.services.change(request)
        return registers_pb2.OpenBreachResponse(breach=BREACH)

    @rpc.allow(rpc.staff("privacy_officer"))
    async def record_breach_notice(
        self, request: registers_pb2.RecordBreachNoticeRequest, _: Any
    ) -> registers_pb2.RecordBreachNoticeResponse:
        self.services.change(request)
        return registers_pb2.RecordBreachNoticeResponse(breach=BREACH)

    @rpc.allow(rpc.staff("privacy_officer", "auditor"))
    async def list_breaches(
        self, _: registers_pb2.ListBreachesRequest, __: Any
    ) -> registers_pb2.ListBreachesResponse:
        return registers_pb2.ListBreachesResponse(breaches=[BREACH])


DOORS: list[tuple[type[Door], Any]] = [
    (Registers, registers_connect.RegistersServiceASGIApplication),
    (Handlers, handlers_connect.HandlersServiceASGIApplication),
]
