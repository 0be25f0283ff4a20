"""Placements at the door: staff place members on tiers, and let the ladder decide again."""

from functools import partial
from typing import Any
from uuid import UUID

from huiyuan.loyalty.v1 import placements_pb2 as wire

from services.kit import database, rpc
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import own_id, reason_code
from services.loyalty.rpc.wire import choice, member_id, micros, page_size, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.ledger.points import Operation
from services.loyalty.rules.ledger.state import Place, PlacementRecorded
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.placements import Ending, Placement, end_placement, place
from services.loyalty.rules.tiers.standings import PlacementKind
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.members import families
from services.loyalty.storage.tiers import placements

MOST_SHOWN = 100
_placers = rpc.staff("operations", "program_admin")
_readers = rpc.staff("operations", "program_admin", "support", "auditor")


class Placements:
    """``huiyuan.loyalty.v1.PlacementsService``."""

    def __init__(self, pool: database.Pool, lanes: Lanes, rulebook: Rulebook, membership: Membership) -> None:
        self._pool = pool
        self._lanes = lanes
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(_placers)
    async def override_tier(self, request: wire.OverrideTierRequest, _: Any) -> wire.OverrideTierResponse:
        programme, key = await self._asked(request.programme_id, request.idempotency_key)
        asked = Placement(
            await self._membership.one(member_id(request.member_id)),
            programme.programme_id,
            request.tier,
            micros(request.until, "until"),
            PlacementKind.OVERRIDE,
            key,
            rpc.caller().actor,
            reason_code(request.reason),
        )
        made, replayed = await self._post(programme, asked.place, partial(place, asked=asked))
        return wire.OverrideTierResponse(placement=placement(UUID(bytes=key), made), replayed=replayed)

    @rpc.allow(_placers)
    async def end_tier_override(
        self, request: wire.EndTierOverrideRequest, _: Any
    ) -> wire.EndTierOverrideResponse:
        programme, key = await self._asked(request.programme_id, request.idempotency_key)
        asked = Ending(
            await self._membership.one(member_id(request.member_id)),
            programme.programme_id,
            PlacementKind.OVERRIDE,
            key,
            rpc.caller().actor,
            reason_code(request.reason),
        )
        made, replayed = await self._post(programme, asked.place, partial(end_placement, asked=asked))
        return wire.EndTierOverrideResponse(placement=placement(UUID(bytes=key), made), replayed=replayed)

    @rpc.allow(_readers)
    async def list_placements(
        self, request: wire.ListPlacementsRequest, _: Any
    ) -> wire.ListPlacementsResponse:
        page_size(request.first, MOST_SHOWN)
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        whose = await families.find(self._pool, member_id(request.member_id))
        found = await placements.newest(self._pool, whose.names, programme.number, request.first)
        return wire.ListPlacementsResponse(placements=[placement(UUID(key), made) for key, made in found])

    async def _asked(self, programme_id: str, idempotency_key: str) -> tuple[Programme, bytes]:
        """The programme meant, and the key under which the ledger remembers."""
        used = own_id(idempotency_key, "idempotency_key")
        programme = (await self._rulebook.current()).history(programme_id).newest
        return programme, key_of("place", programme.number, used)

    async def _post(
        self, programme: Programme, at: Place, operation: Operation
    ) -> tuple[PlacementRecorded, bool]:
        touches = Touches(((at[0], programme.number),), placements=(at,))
        answer = await self._lanes.submit(Task(operation, touches))
        made: PlacementRecorded = answer.value
        return made, answer.replayed


def placement(placement_id: UUID, made: PlacementRecorded) -> wire.Placement:
    """A placement, or the end of one, as it was recorded."""
    return wire.Placement(
        placement_id=str(placement_id),
        kind=choice(wire.PlacementKind, "PLACEMENT_KIND_", made.kind),
        tier=made.tier,
        until=timestamp(made.until),
        tier_before=made.tier_before,
        tier_after=made.tier_after,
        placed_at=timestamp(made.placed_at),
        placed_by=made.actor,
        reason=made.reason,
        ended=made.ended,
    )
