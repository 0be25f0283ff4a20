"""Redemptions at the door: spend points, hold them for a checkout, give them back."""

from functools import partial
from typing import Any

from huiyuan.loyalty.v1 import redemptions_pb2 as wire

from services.kit import database, rpc
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rpc.ledger import spending
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import order_ref, own_id, reason_code
from services.loyalty.rpc.wire import READERS, member_id
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger import holding, redemptions
from services.loyalty.rules.ledger.asks import Ask
from services.loyalty.rules.ledger.holds import UnknownHold
from services.loyalty.rules.ledger.moves import Move
from services.loyalty.rules.programmes.programmes import ProgrammeHistory
from services.loyalty.storage.ledger import holds
from services.loyalty.storage.ledger.state import Touches

_recorders = rpc.systems("order_recorder")


class Redemptions:
    """``huiyuan.loyalty.v1.RedemptionsService``."""

    def __init__(self, pool: database.Pool, lanes: Lanes, rulebook: Rulebook, membership: Membership) -> None:
        self._pool = pool
        self._lanes = lanes
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(rpc.members, _recorders)
    async def redeem_points(self, request: wire.RedeemPointsRequest, _: Any) -> wire.RedeemPointsResponse:
        redemption_id = own_id(request.redemption_id, "redemption_id")
        order = order_ref(request.order if request.HasField("order") else None)
        reason = reason_code(request.reason) if request.reason else ""
        member, history = await self._whose(request)
        ask = Ask(
            member,
            history.newest.programme_id,
            request.currency,
            request.points,
            redemptions.redemption_key(redemption_id),
            rpc.caller().actor,
            reason,
            order,
        )
        operation = partial(redemptions.redeem, ask=ask, redemption_id=redemption_id)
        touches = Touches(((member, history.newest.number),), keys=(ask.place,))
        answer = await self._lanes.submit(Task(operation, touches, Move.of(history, ask, redemption_id)))
        used = (await self._rulebook.current()).history(ask.programme_id)  # a lane may have learnt of a newer
        return spending.redeemed(answer, redemption_id, used)

    @rpc.allow(_recorders, rpc.staff("operations"))
    async def reverse_redemption(
        self, request: wire.ReverseRedemptionRequest, _: Any
    ) -> wire.ReverseRedemptionResponse:
        redemption_id = own_id(request.redemption_id, "redemption_id")
        reversal_id = own_id(request.reversal_id, "reversal_id")
        reason = reason_code(request.reason)
        member, history = await self._whose(request)
        asked = redemptions.ReversalAsked(
            member,
            history.newest.programme_id,
            redemption_id,
            reversal_id,
            _given(request, "points"),
            reason,
            rpc.caller().actor,
        )
        operation = partial(redemptions.reverse_redemption, asked=asked)
        place = (member, redemptions.redemption_key(redemption_id))
        touches = Touches(((member, history.newest.number),), redemptions=(place,))
        answer = await self._lanes.submit(Task(operation, touches))
        return spending.given_back(answer, request)

    @rpc.allow(rpc.members, _recorders)
    async def hold_points(self, request: wire.HoldPointsRequest, _: Any) -> wire.HoldPointsResponse:
        hold_id = own_id(request.hold_id, "hold_id")
        order = order_ref(request.order if request.HasField("order") else None)
        member, history = await self._whose(request)
        ask = Ask(
            member,
            history.newest.programme_id,
            request.currency,
            request.points,
            holding.hold_key(hold_id),
            rpc.caller().actor,
            order_ref=order,
        )
        operation = partial(
            holding.hold, ask=ask, hold_id=hold_id, time_to_live_s=_given(request, "time_to_live_seconds")
        )
        touches = Touches(((member, history.newest.number),), keys=(ask.place,), holds=((member, hold_id),))
        answer = await self._lanes.submit(Task(operation, touches))
        return spending.held(answer, history)

    @rpc.allow(_recorders)
    async def capture_hold(self, request: wire.CaptureHoldRequest, _: Any) -> wire.CaptureHoldResponse:
        hold_id = own_id(request.hold_id, "hold_id")
        redemption_id = own_id(request.redemption_id or hold_id, "redemption_id")
        member, history = await self._whose(request)
        asked = holding.Capture(
            member,
            history.newest.programme_id,
            hold_id,
            redemption_id,
            _given(request, "points"),
            not request.keep_rest,
            rpc.caller().actor,
        )
        operation = partial(holding.capture, asked=asked)
        touches = Touches(
            ((member, history.newest.number),),
            keys=((member, redemptions.redemption_key(redemption_id)),),
            holds=((member, hold_id),),
        )
        answer = await self._lanes.submit(Task(operation, touches))
        return spending.captured(answer, redemption_id, history)

    @rpc.allow(rpc.members, _recorders)
    async def release_hold(self, request: wire.ReleaseHoldRequest, _: Any) -> wire.ReleaseHoldResponse:
        hold_id = own_id(request.hold_id, "hold_id")
        member, history = await self._whose(request)
        operation = partial(
            holding.release,
            member_id=member,
            programme_id=history.newest.programme_id,
            hold_id=hold_id,
            actor=rpc.caller().actor,
        )
        touches = Touches(((member, history.newest.number),), holds=((member, hold_id),))
        answer = await self._lanes.submit(Task(operation, touches))
        return wire.ReleaseHoldResponse(hold=spending.hold(answer.value, history), replayed=answer.replayed)

    @rpc.allow(rpc.members, _recorders, READERS)
    async def get_hold(self, request: wire.GetHoldRequest, _: Any) -> wire.GetHoldResponse:
        hold_id = own_id(request.hold_id, "hold_id")
        member, history = await self._whose(request)
        found = await holds.find(self._pool, history.newest.number, member, hold_id)
        if found is None or not history.newest.code(found.currency):
            raise UnknownHold("the member has no hold with this id: hold points first", field="hold_id")
        return wire.GetHoldResponse(hold=spending.hold(found.as_of(self._rulebook.now()), history))

    async def _whose(self, request: Any) -> tuple[str, ProgrammeHistory]:
        """The member that a request names and the programme. Raises ``NotAllowed`` for another member's."""
        member = member_id(request.member_id)
        rpc.be_member(member)
        history = (await self._rulebook.current()).history(request.programme_id)
        return await self._membership.one(member), history


def _given(request: Any, field: str) -> int | None:
    """A number that may be left out, which is not the same as 0."""
    return getattr(request, field) if request.HasField(field) else None
