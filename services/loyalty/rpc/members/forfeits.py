"""Forfeits at the door: staff or the members service close a membership."""

from functools import partial
from typing import Any

from huiyuan.loyalty.v1 import forfeits_pb2 as wire

from services.kit import rpc
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import own_id, reason_code
from services.loyalty.rpc.wire import member_id
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.members.forfeits import Forfeited, Forfeiture, forfeit, forfeit_key
from services.loyalty.storage.ledger.state import Touches


class Forfeits:
    """``huiyuan.loyalty.v1.ForfeitsService``."""

    def __init__(self, lanes: Lanes, rulebook: Rulebook, membership: Membership) -> None:
        self._lanes = lanes
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(rpc.staff("operations"), rpc.services("members"))
    async def forfeit_points(self, request: wire.ForfeitPointsRequest, _: Any) -> wire.ForfeitPointsResponse:
        forfeit_id, reason = own_id(request.forfeit_id, "forfeit_id"), reason_code(request.reason)
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        member = await self._membership.one(member_id(request.member_id))
        asked = Forfeiture(member, programme.programme_id, forfeit_id, rpc.caller().actor, reason)
        key = forfeit_key(programme.number, forfeit_id)
        touches = Touches(((member, programme.number),), keys=((member, key),))
        answer = await self._lanes.submit(Task(partial(forfeit, asked=asked), touches))
        forfeited: list[Forfeited] = answer.value
        return wire.ForfeitPointsResponse(
            forfeited=[
                wire.ForfeitedPoints(
                    currency=programme.code(each.currency),
                    available=each.available,
                    pending=each.pending,
                    released=each.released,
                )
                for each in forfeited
            ],
            replayed=answer.replayed,
        )
