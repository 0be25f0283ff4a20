"""Rights requests as both schemas show them: what was asked, how far it came, and what proves it."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.consent.v1 import rights_pb2

from gateway.costs import FREE, ListSize
from gateway.scalars import Long, instant, optional_instant


@strawberry.enum(description="What may be asked of whoever processes personal data (PIPL 44 to 50).")
class RightsKind(Enum):
    KNOW = rights_pb2.RIGHTS_KIND_KNOW
    ACCESS = rights_pb2.RIGHTS_KIND_ACCESS
    COPY = rights_pb2.RIGHTS_KIND_COPY
    PORT = rights_pb2.RIGHTS_KIND_PORT
    CORRECT = rights_pb2.RIGHTS_KIND_CORRECT
    DELETE = rights_pb2.RIGHTS_KIND_DELETE
    RESTRICT = rights_pb2.RIGHTS_KIND_RESTRICT
    WITHDRAW = rights_pb2.RIGHTS_KIND_WITHDRAW
    CLOSE_ACCOUNT = rights_pb2.RIGHTS_KIND_CLOSE_ACCOUNT
    EXPLAIN_RULES = rights_pb2.RIGHTS_KIND_EXPLAIN_RULES
    EXPLAIN_DECISION = rights_pb2.RIGHTS_KIND_EXPLAIN_DECISION
    REFUSE_AUTOMATED = rights_pb2.RIGHTS_KIND_REFUSE_AUTOMATED
    # Asked by the kin of the deceased, and noted by the officer.
    POSTHUMOUS = rights_pb2.RIGHTS_KIND_POSTHUMOUS


@strawberry.enum(description="Whether the member's kin may ask for the data after the member's death.")
class PosthumousDirective(Enum):
    KIN_MAY_ASK = rights_pb2.DIRECTIVE_KIN_MAY_ASK
    KIN_MAY_NOT_ASK = rights_pb2.DIRECTIVE_KIN_MAY_NOT_ASK


def directive_of(wire: rights_pb2.GetDirectiveResponse) -> PosthumousDirective | None:
    """What a member said; None where nothing was."""
    return PosthumousDirective(wire.directive) if wire.directive else None


@strawberry.enum(description="How far a rights request came.")
class RightsState(Enum):
    RECEIVED = rights_pb2.RIGHTS_STATE_RECEIVED
    # It is not known yet who asks.
    VERIFYING = rights_pb2.RIGHTS_STATE_VERIFYING
    ACCEPTED = rights_pb2.RIGHTS_STATE_ACCEPTED
    RUNNING = rights_pb2.RIGHTS_STATE_RUNNING
    FULFILLED = rights_pb2.RIGHTS_STATE_FULFILLED
    PARTIAL = rights_pb2.RIGHTS_STATE_PARTIAL
    # What must be kept is kept, and used for nothing else.
    RESTRICTED = rights_pb2.RIGHTS_STATE_RESTRICTED
    REFUSED = rights_pb2.RIGHTS_STATE_REFUSED
    CANCELLED = rights_pb2.RIGHTS_STATE_CANCELLED


@strawberry.enum(description="Why a rights request is refused, in whole or in part.")
class RefusalGround(Enum):
    NOT_VERIFIED = rights_pb2.REFUSAL_GROUND_NOT_VERIFIED
    LAW_FORBIDS = rights_pb2.REFUSAL_GROUND_LAW_FORBIDS
    RETENTION_BY_LAW = rights_pb2.REFUSAL_GROUND_RETENTION_BY_LAW
    RIGHTS_OF_OTHERS = rights_pb2.REFUSAL_GROUND_RIGHTS_OF_OTHERS
    NOT_FEASIBLE = rights_pb2.REFUSAL_GROUND_NOT_FEASIBLE
    NOTHING_HELD = rights_pb2.REFUSAL_GROUND_NOTHING_HELD
    DIRECTIVE = rights_pb2.REFUSAL_GROUND_DIRECTIVE


@strawberry.type(description="Why not, by which article, and what may be done now.", directives=[FREE])
class RightsRefusal:
    ground: RefusalGround
    article: str = strawberry.field(description='For instance "PIPL 47".')
    remedy: str


@strawberry.type(description="That a request came into a state.", directives=[FREE])
class RightsStep:
    state: RightsState
    at: datetime
    actor: str = strawberry.field(description='"member", a service, or a member of staff by id.')
    note: str | None


@strawberry.type(description="What a store did about a request.", directives=[FREE])
class RightsProof:
    store: str = strawberry.field(description='For instance "loyalty/orders".')
    action: str = strawberry.field(description='For instance "DELETED".')
    count: Long
    reference: str | None = strawberry.field(description="A package, a record, a notice with its digest.")
    proved_at: datetime


@strawberry.type(description="A request by right, and how far it came.")
class RightsRequest:
    id: strawberry.ID
    member_id: strawberry.ID | None = strawberry.field(description="Null once the member is erased.")
    kind: RightsKind
    state: RightsState
    purposes: list[str]
    subject: str | None
    wanted: RightsKind | None = strawberry.field(description="Of POSTHUMOUS: what the kin want.")
    channel: str
    received_at: datetime
    due_at: datetime
    due_source: str = strawberry.field(description="Where the number of days comes from.")
    due_soon: bool
    overdue: bool
    ended_at: datetime | None
    refusal: RightsRefusal | None
    appeal_of: strawberry.ID | None = strawberry.field(description="The request whose refusal it is against.")
    steps: list[RightsStep] = strawberry.field(directives=[ListSize(assumed_size=5)])
    proofs: list[RightsProof] = strawberry.field(directives=[ListSize(assumed_size=10)])


def rights_request(wire: rights_pb2.RightsRequest) -> RightsRequest:
    """The view of a request."""
    refusal = wire.refusal if wire.HasField("refusal") else None
    return RightsRequest(
        id=strawberry.ID(wire.request_id),
        member_id=strawberry.ID(wire.member_id) if wire.member_id else None,
        kind=RightsKind(wire.kind),
        state=RightsState(wire.state),
        purposes=list(wire.purposes),
        subject=wire.subject or None,
        wanted=RightsKind(wire.wanted) if wire.wanted else None,
        channel=wire.channel,
        received_at=instant(wire.received_at),
        due_at=instant(wire.due_at),
        due_source=wire.due_source,
        due_soon=wire.due_soon,
        overdue=wire.overdue,
        ended_at=optional_instant(wire, "ended_at"),
        refusal=RightsRefusal(
            ground=RefusalGround(refusal.ground), article=refusal.article, remedy=refusal.remedy
        )
        if refusal
        else None,
        appeal_of=strawberry.ID(wire.appeal_of) if wire.appeal_of else None,
        steps=[
            RightsStep(
                state=RightsState(one.state), at=instant(one.at), actor=one.actor, note=one.note or None
            )
            for one in wire.steps
        ],
        proofs=[
            RightsProof(
                store=one.store,
                action=one.action,
                count=Long(one.count),
                reference=one.reference or None,
                proved_at=instant(one.proved_at),
            )
            for one in wire.proofs
        ],
    )
