"""How rights requests travel: wire messages to values, and values to wire messages."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.consent.v1 import rights_pb2

from services.consent.rpc.wire import uuid_of
from services.consent.rules.asking import Asking
from services.consent.rules.checklists import Malformed
from services.consent.rules.directives import Directive
from services.consent.rules.rights import (
    RefusalGround,
    RefusalNotReasoned,
    Refused,
    RightsKind,
    RightsRequest,
    RightsRequestMalformed,
    RightsState,
    UnknownRightsRequest,
)
from services.consent.storage.rights_queue import Queue

_KINDS = {rights_pb2.RightsKind.Value(f"RIGHTS_KIND_{one}"): one for one in RightsKind}
_STATES = {rights_pb2.RightsState.Value(f"RIGHTS_STATE_{one}"): one for one in RightsState}
_GROUNDS = {rights_pb2.RefusalGround.Value(f"REFUSAL_GROUND_{one}"): one for one in RefusalGround}
_DIRECTIVES = {rights_pb2.Directive.Value(f"DIRECTIVE_{one}"): one for one in Directive}
_LONGEST_PAGE = 100


def kind_of(number: int, field: str = "kind") -> RightsKind:
    """A kind. Raises when it is none."""
    if number not in _KINDS:
        raise RightsRequestMalformed(f"{field} must be one of {', '.join(RightsKind)}", field=field)
    return _KINDS[number]


def state_of(number: int) -> RightsState:
    if number not in _STATES:
        raise RightsRequestMalformed(f"state must be one of {', '.join(RightsState)}", field="state")
    return _STATES[number]


def directive_of(number: int) -> Directive:
    if number not in _DIRECTIVES:
        raise RightsRequestMalformed(f"directive must be one of {', '.join(Directive)}", field="directive")
    return _DIRECTIVES[number]


def asking_of(said: rights_pb2.AskRightRequest, *, by_staff: bool) -> Asking:
    return Asking(
        uuid_of(said.member_id),
        kind_of(said.kind),
        tuple(said.purposes),
        said.subject,
        kind_of(said.wanted, "wanted") if said.wanted else None,
        said.channel,
        said.idempotency_key,
        by_staff,
    )


def refused_of(said: rights_pb2.RightsRefusal) -> Refused:
    if said.ground not in _GROUNDS:
        raise RefusalNotReasoned(
            f"say why: refusal.ground must be one of {', '.join(RefusalGround)} (PIPL 50)",
            field="refusal.ground",
            article="PIPL 50",
        )
    return Refused(_GROUNDS[said.ground], said.article, said.remedy)


def request_id_of(text: str) -> UUID:
    """Raises ``UnknownRightsRequest``: no request can have such an id."""
    try:
        return UUID(text)
    except ValueError:
        raise UnknownRightsRequest("there is no such request", field="request_id") from None


def instant_of(message: Any, field: str) -> datetime | None:
    """The instant in a message's field; None when there is none, or none that a calendar of ours has."""
    if not message.HasField(field):
        return None
    stamp: Timestamp = getattr(message, field)
    try:
        return stamp.ToDatetime(UTC)
    except (ValueError, OverflowError):
        return None


def page_of(first: int) -> int:
    if not 1 <= first <= _LONGEST_PAGE:
        raise Malformed(f"first must be between 1 and {_LONGEST_PAGE}", field="first")
    return first


def number_of(cursor: str) -> int | None:
    """The place in a member's list that a cursor names."""
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise Malformed("after must be a cursor that an earlier page gave", field="after")
    return int(cursor)


def queue_of(said: rights_pb2.ListRightsQueueRequest, now: datetime) -> Queue:
    after = None
    if said.after:
        due, _, number = said.after.partition(".")
        if not (due.isdigit() and len(due) <= 17):
            raise Malformed("after must be a cursor that an earlier page gave", field="after")
        after = datetime.fromtimestamp(int(due) / 1e6, UTC), number_of(number) or 0
    return Queue(
        page_of(said.first) + 1,
        after,
        said.ended_too,
        now if said.due_soon_only else None,
        kind_of(said.kind) if said.kind else None,
    )


def queue_cursor(request: RightsRequest) -> str:
    """Where a request stands in the officer's queue."""
    since = request.due_at - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{int(since.total_seconds()) * 1_000_000 + since.microseconds}.{request.number}"


def wire_request(
    request: RightsRequest, now: datetime, shown: UUID | None = None
) -> rights_pb2.RightsRequest:
    """A request as it is told; ``shown`` is the id under which its member asks."""
    return rights_pb2.RightsRequest(
        request_id=str(request.request_id),
        member_id="" if request.erasure_id else str(shown or request.member_id),
        kind=f"RIGHTS_KIND_{request.kind}",
        state=f"RIGHTS_STATE_{request.state}",
        purposes=request.purposes,
        subject=request.subject,
        wanted=f"RIGHTS_KIND_{request.wanted}" if request.wanted else None,
        received_at=request.received_at,
        due_at=request.due_at,
        due_source=request.due_source,
        ended_at=request.ended_at,
        refusal=_wire_refused(request.refused),
        appeal_of=str(request.appeal_of or ""),
        steps=[
            rights_pb2.RightsStep(
                state=f"RIGHTS_STATE_{one.state}", at=one.at, actor=one.actor, note=one.note
            )
            for one in request.steps
        ],
        proofs=[
            rights_pb2.RightsProof(
                store=one.store,
                action=one.action,
                count=one.count,
                reference=one.reference,
                proved_at=one.proved_at,
            )
            for one in request.proofs
        ],
        due_soon=request.is_open and request.alarm_at <= now < request.due_at,
        overdue=request.is_open and request.due_at <= now,
        channel=request.channel,
    )


def wire_directive(directive: Directive) -> Any:
    return f"DIRECTIVE_{directive}"


def _wire_refused(refused: Refused | None) -> rights_pb2.RightsRefusal | None:
    if refused is None:
        return None
    return rights_pb2.RightsRefusal(
        ground=f"REFUSAL_GROUND_{refused.ground}", article=refused.article, remedy=refused.remedy
    )
