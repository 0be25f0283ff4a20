"""The officer's registers as the admin schema shows them."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.consent.v1 import registers_pb2

from gateway.costs import FREE, ListSize
from gateway.scalars import Long, instant, optional_instant
from gateway.views.consents import LawfulBasis


@strawberry.enum(description="The ways by which data may go abroad (PIPL 38).")
class ExportRouteKind(Enum):
    ASSESSMENT = registers_pb2.EXPORT_ROUTE_KIND_ASSESSMENT
    CONTRACT = registers_pb2.EXPORT_ROUTE_KIND_CONTRACT
    CERTIFICATION = registers_pb2.EXPORT_ROUTE_KIND_CERTIFICATION
    EXEMPTION = registers_pb2.EXPORT_ROUTE_KIND_EXEMPTION


@strawberry.enum(description="Who is told of a breach.")
class BreachNoticeKind(Enum):
    AUTHORITY = registers_pb2.BREACH_NOTICE_KIND_AUTHORITY
    MEMBERS = registers_pb2.BREACH_NOTICE_KIND_MEMBERS


@strawberry.type(description="One use of personal data, with what covers it (PIPL 54, 55).")
class ProcessingRecord:
    purpose: str
    purpose_version: int
    lawful_basis: LawfulBasis
    recipient_id: str | None = strawberry.field(description="Null: our own use.")
    categories: list[str]
    retention: str
    storage_locations: list[str]
    assessment_id: str | None
    assessed: bool = strawberry.field(description="True when the assessment is in the register.")
    agreement_until: datetime | None = strawberry.field(
        description="The end of the term that covers the recipient now; null where none does."
    )
    export_route: ExportRouteKind | None = strawberry.field(
        description="Of what goes abroad: the route in force."
    )


@strawberry.type(description="An impact assessment, kept for three years (PIPL 55, 56).")
class ImpactAssessment:
    id: strawberry.ID
    purposes: list[str]
    concluded_at: datetime
    reference: str = strawberry.field(description="Where it is kept.")
    locked_until: datetime = strawberry.field(description="Until when it may not be deleted.")


@strawberry.type(description="A term for which a processor is covered by contract (PIPL 21).")
class ProcessorAgreement:
    id: strawberry.ID
    recipient_id: str
    starts_at: datetime
    ends_at: datetime
    reference: str


@strawberry.type(description="A way by which a purpose's data goes abroad (PIPL 38).")
class ExportRoute:
    purpose: str
    kind: ExportRouteKind
    starts_at: datetime
    ends_at: datetime
    reference: str


@strawberry.type(description="How many people's data went abroad since 1 January.", directives=[FREE])
class ExportCounter:
    year: int
    sensitive: bool
    members: Long
    exemption_ceiling: Long
    contract_ceiling: Long


@strawberry.type(description="The routes abroad, and how far they are used.")
class ExportRegister:
    routes: list[ExportRoute] = strawberry.field(directives=[ListSize(assumed_size=10)])
    counters: list[ExportCounter] = strawberry.field(directives=[ListSize(assumed_size=4)])
    source: str = strawberry.field(description="Where the ceilings come from.")


@strawberry.type(description="That somebody was told of a breach.", directives=[FREE])
class BreachNotice:
    kind: BreachNoticeKind
    sent_at: datetime
    reference: str


@strawberry.type(description="Data leaked, was altered or lost (PIPL 57).")
class Breach:
    id: strawberry.ID
    found_at: datetime
    categories: list[str]
    cause: str
    notify_by: datetime
    notices: list[BreachNotice] = strawberry.field(directives=[ListSize(assumed_size=2)])
    overdue: bool = strawberry.field(description="True while a notice is missing after its time.")
    affected_members: Long


def processing_record(wire: registers_pb2.ProcessingRecord) -> ProcessingRecord:
    return ProcessingRecord(
        purpose=wire.purpose,
        purpose_version=wire.purpose_version,
        lawful_basis=LawfulBasis(wire.lawful_basis),
        recipient_id=wire.recipient_id or None,
        categories=list(wire.categories),
        retention=wire.retention,
        storage_locations=list(wire.storage_locations),
        assessment_id=wire.assessment_id or None,
        assessed=wire.assessed,
        agreement_until=optional_instant(wire, "agreement_until"),
        export_route=ExportRouteKind(wire.route) if wire.route else None,
    )


def assessment(wire: registers_pb2.Assessment) -> ImpactAssessment:
    return ImpactAssessment(
        id=strawberry.ID(wire.assessment_id),
        purposes=list(wire.purposes),
        concluded_at=instant(wire.concluded_at),
        reference=wire.reference,
        locked_until=instant(wire.locked_until),
    )


def agreement(wire: registers_pb2.Agreement) -> ProcessorAgreement:
    return ProcessorAgreement(
        id=strawberry.ID(wire.agreement_id),
        recipient_id=wire.recipient_id,
        starts_at=instant(wire.starts_at),
        ends_at=instant(wire.ends_at),
        reference=wire.reference,
    )


def export_route(wire: registers_pb2.ExportRoute) -> ExportRoute:
    return ExportRoute(
        purpose=wire.purpose,
        kind=ExportRouteKind(wire.kind),
        starts_at=instant(wire.starts_at),
        ends_at=instant(wire.ends_at),
        reference=wire.reference,
    )


def export_register(wire: registers_pb2.ListExportRoutesResponse) -> ExportRegister:
    return ExportRegister(
        routes=[export_route(one) for one in wire.routes],
        counters=[
            ExportCounter(
                year=one.year,
                sensitive=one.sensitive,
                members=Long(one.members),
                exemption_ceiling=Long(one.exemption_ceiling),
                contract_ceiling=Long(one.contract_ceiling),
            )
            for one in wire.counters
        ],
        source=wire.source,
    )


def breach(wire: registers_pb2.Breach) -> Breach:
    return Breach(
        id=strawberry.ID(wire.breach_id),
        found_at=instant(wire.found_at),
        categories=list(wire.categories),
        cause=wire.cause,
        notify_by=instant(wire.notify_by),
        notices=[
            BreachNotice(
                kind=BreachNoticeKind(one.kind), sent_at=instant(one.sent_at), reference=one.reference
            )
            for one in wire.notices
        ],
        overdue=wire.overdue,
        affected_members=Long(wire.affected_members),
    )
