"""Adjustments at the door: posted at once, or kept for a second pair of eyes, who approves or rejects them."""

import re
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from huiyuan.loyalty.v1 import adjustments_pb2 as wire
from huiyuan.loyalty.v1 import points_pb2

from services.kit import database, rpc
from services.kit.refusal import Invalid, Kind, Refusal
from services.loyalty.actions import approvals as actions
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import reason_code
from services.loyalty.rpc.wire import MalformedId, choice, member_id, page_size, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.adjustments import ApprovalNeeded, adjust
from services.loyalty.rules.ledger.approvals import AdjustmentRequest, RequestState
from services.loyalty.rules.ledger.asks import Ask
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.ledger.state import Part
from services.loyalty.rules.orders.orders import LONGEST_ID, is_name
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.ledger import approvals, points
from services.loyalty.storage.ledger.state import Touches

MOST_REQUESTS = 100
_STATE = "ADJUSTMENT_REQUEST_STATE_"
_deciders = rpc.staff("operations", "program_admin")
_readers = rpc.staff("operations", "program_admin", "auditor")


class AdjustmentNotUnderstood(Invalid):
    """An adjustment needs a reason code and an idempotency key."""


class Adjustments:
    """``huiyuan.loyalty.v1.AdjustmentsService``, and the adjustments of ``PointsService``."""

    def __init__(self, pool: database.Pool, lanes: Lanes, rulebook: Rulebook, membership: Membership) -> None:
        self._pool = pool
        self._lanes = lanes
        self._rulebook = rulebook
        self._membership = membership

    async def adjust(self, request: points_pb2.AdjustPointsRequest) -> points_pb2.AdjustPointsResponse:
        """Post an adjustment; one that is too large for one person waits for another."""
        _be_understood(request)
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        member = await self._membership.one(member_id(request.member_id))
        key, who = request.idempotency_key, rpc.caller().actor
        ask = _ask(programme, member, request.currency, request.points, request.reason, key, who)
        if known := await approvals.find(self._pool, member, key):
            actions.be_the_same(known, ask.fingerprint)
            return _waiting(known, replayed=True)
        try:
            answer = await self._post(programme, ask)
        except ApprovalNeeded:
            return await self._file(programme, ask, key)
        posted: Part = answer.value
        return points_pb2.AdjustPointsResponse(
            balance_after=posted.balance_after,
            entry_id=points.place(posted.recorded_at, posted.ord),
            replayed=answer.replayed,
            status=points_pb2.ADJUSTMENT_STATUS_POSTED,
        )

    @rpc.allow(_deciders)
    async def approve_adjustment(
        self, request: wire.ApproveAdjustmentRequest, _: Any
    ) -> wire.ApproveAdjustmentResponse:
        request_id, note = _id(request.request_id), reason_code(request.reason)
        who, now = rpc.caller().actor, self._rulebook.now()
        async with self._pool.acquire() as connection, connection.transaction():
            claimed = await actions.claim(connection, request_id, who, note, now)
        programme = await self._programme(claimed)
        ask = _ask(
            programme,
            claimed.member_id,
            claimed.currency,
            claimed.points,
            claimed.reason,
            claimed.idempotency_key,
            claimed.requested_by,
        )
        try:
            answer = await self._post(programme, ask, approved=True)
        except Refusal as refusal:
            if refusal.kind is not Kind.UNAVAILABLE:  # then nobody knows yet: it is approved again
                async with self._pool.acquire() as connection, connection.transaction():
                    await actions.let_go(connection, claimed)
            raise
        async with self._pool.acquire() as connection, connection.transaction():
            approved = await actions.settle(connection, request_id)
        posted: Part = answer.value
        return wire.ApproveAdjustmentResponse(
            request=_wire(approved, programme),
            balance_after=posted.balance_after,
            entry_id=points.place(posted.recorded_at, posted.ord),
            replayed=claimed.state is RequestState.APPROVED,
        )

    @rpc.allow(_deciders)
    async def reject_adjustment(
        self, request: wire.RejectAdjustmentRequest, _: Any
    ) -> wire.RejectAdjustmentResponse:
        request_id, note = _id(request.request_id), reason_code(request.reason)
        who, now = rpc.caller().actor, self._rulebook.now()
        async with self._pool.acquire() as connection, connection.transaction():
            rejected, replayed = await actions.reject(connection, request_id, who, note, now)
        programme = await self._programme(rejected)
        return wire.RejectAdjustmentResponse(request=_wire(rejected, programme), replayed=replayed)

    @rpc.allow(_readers)
    async def list_adjustment_requests(
        self, request: wire.ListAdjustmentRequestsRequest, _: Any
    ) -> wire.ListAdjustmentRequestsResponse:
        page_size(request.first, MOST_REQUESTS)
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        names = {choice(wire.AdjustmentRequestState, _STATE, state): state for state in RequestState}
        after = _id(request.after, "after") if request.after else None
        asked = approvals.RequestsAsked(programme.number, names.get(request.state), request.first, after)
        page, more = await approvals.page(self._pool, asked)
        return wire.ListAdjustmentRequestsResponse(
            requests=[_wire(each, programme) for each in page], has_next_page=more
        )

    async def _post(self, programme: Programme, ask: Ask, *, approved: bool = False) -> Answer:
        touches = Touches(((ask.member_id, programme.number),), keys=(ask.place,))
        return await self._lanes.submit(Task(partial(adjust, ask=ask, approved=approved), touches))

    async def _file(
        self, programme: Programme, ask: Ask, idempotency_key: str
    ) -> points_pb2.AdjustPointsResponse:
        request = AdjustmentRequest(
            str(uuid4()),
            ask.member_id,
            programme.number,
            ask.currency,
            ask.points,
            ask.reason,
            idempotency_key,
            ask.fingerprint,
            ask.actor,
            self._rulebook.now(),
        )
        async with self._pool.acquire() as connection, connection.transaction():
            kept, replayed = await actions.file(connection, request)
        return _waiting(kept, replayed=replayed)

    async def _programme(self, request: AdjustmentRequest) -> Programme:
        histories = (await self._rulebook.current()).by_id.values()
        return next(history.newest for history in histories if history.newest.number == request.programme)


def _be_understood(request: points_pb2.AdjustPointsRequest) -> None:
    if re.fullmatch(r"[A-Z0-9_]{1,64}", request.reason) is None:
        message = "give a reason code of A-Z, 0-9 and _, 1 to 64 of them, such as GOODWILL"
        raise AdjustmentNotUnderstood(message, field="reason")
    if not is_name(request.idempotency_key, LONGEST_ID):
        message = f"give an idempotency key of 1 to {LONGEST_ID} printable characters"
        raise AdjustmentNotUnderstood(message, field="idempotency_key")


def _ask(
    programme: Programme, member: str, currency: str, points: int, reason: str, key: str, actor: str
) -> Ask:
    return Ask(member, programme.programme_id, currency, points, key_of("adjust", key), actor, reason)


def _id(text: str, field: str = "request_id") -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise MalformedId("the id of a request is a UUID", field=field) from None


def _waiting(request: AdjustmentRequest, *, replayed: bool) -> points_pb2.AdjustPointsResponse:
    return points_pb2.AdjustPointsResponse(
        status=points_pb2.ADJUSTMENT_STATUS_WAITING_FOR_APPROVAL,
        request_id=request.request_id,
        replayed=replayed,
    )


def _wire(request: AdjustmentRequest, programme: Programme) -> wire.AdjustmentRequest:
    return wire.AdjustmentRequest(
        request_id=request.request_id,
        member_id=request.member_id,
        programme_id=programme.programme_id,
        currency=request.currency,
        points=request.points,
        reason=request.reason,
        requested_by=request.requested_by,
        requested_at=timestamp(request.requested_at),
        state=choice(wire.AdjustmentRequestState, _STATE, request.state),
        decided_by=request.decided_by,
        decided_at=timestamp(request.decided_at) if request.decided_at else None,
        decision_reason=request.note,
    )
