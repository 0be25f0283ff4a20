"""Transfers at the door: a member gives points, by the app, the order system or staff."""

from functools import partial
from typing import Any

from huiyuan.loyalty.v1 import transfers_pb2 as wire

from services.kit import rpc
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rpc.ledger.spending import spent
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import own_id
from services.loyalty.rpc.wire import member_id
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.asks import Ask
from services.loyalty.rules.ledger.transfers import Transfer, transfer, transfer_key
from services.loyalty.storage.ledger.points import place
from services.loyalty.storage.ledger.state import Touches


class Transfers:
    """``huiyuan.loyalty.v1.TransfersService``."""

    def __init__(self, lanes: Lanes, rulebook: Rulebook, membership: Membership) -> None:
        self._lanes = lanes
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(rpc.members, rpc.staff("operations"), rpc.systems("order_recorder"))
    async def transfer_points(
        self, request: wire.TransferPointsRequest, _: Any
    ) -> wire.TransferPointsResponse:
        giver = member_id(request.from_member_id, "from_member_id")
        rpc.be_member(giver)
        receiver = member_id(request.to_member_id, "to_member_id")
        key = transfer_key(own_id(request.transfer_id, "transfer_id"))
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        await self._membership.one(giver, "from_member_id")
        await self._membership.one(receiver, "to_member_id")
        who = rpc.caller().actor
        ask = Ask(giver, programme.programme_id, request.currency, request.points, key, who)
        operation = partial(transfer, ask=ask, to_member=receiver, transfer_id=request.transfer_id)
        both = ((giver, programme.number), (receiver, programme.number))
        answer = await self._lanes.submit(Task(operation, Touches(both, keys=(ask.place,))))
        given: Transfer = answer.value
        return wire.TransferPointsResponse(
            transfer_id=request.transfer_id,
            currency=programme.code(given.currency),
            points=given.points,
            given=spent(given.slices),
            balance_after=given.balance_after,
            entry_id=place(given.recorded_at, given.ord),
            replayed=answer.replayed,
        )
