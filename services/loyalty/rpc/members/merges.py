"""Merges at the door: staff or the members service say that two members are one, or that it was a mistake."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from huiyuan.loyalty.v1 import merges_pb2 as wire

from services.kit import database, rpc
from services.loyalty.actions.coupon_dues import follow_merge
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import own_id, reason_code
from services.loyalty.rpc.wire import member_id
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.members.merges import Amounts, Merge
from services.loyalty.rules.members.merging import MergeAsked, merge
from services.loyalty.rules.members.unmerging import UnknownMerge, UnmergeAsked, unmerge
from services.loyalty.rules.programmes.programmes import Programme, Programmes
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.members import merges

# The ledger follows what the members service tells; a system that merged here alone would part the two for good.
_mergers = (rpc.staff("operations"), rpc.services("members"))


class Merges:
    """``huiyuan.loyalty.v1.MergesService``."""

    def __init__(self, pool: database.Pool, lanes: Lanes, rulebook: Rulebook, membership: Membership) -> None:
        self._pool = pool
        self._lanes = lanes
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(*_mergers)
    async def merge_members(self, request: wire.MergeMembersRequest, _: Any) -> wire.MergeMembersResponse:
        merge_id, reason = own_id(request.merge_id, "merge_id"), reason_code(request.reason)
        from_member = member_id(request.from_member_id, "from_member_id")
        into_member = member_id(request.into_member_id, "into_member_id")
        await self._membership.one(from_member, "from_member_id")
        await self._membership.one(into_member, "into_member_id")
        known = await self._rulebook.current()
        numbers = known.numbers
        asked = MergeAsked(from_member, into_member, merge_id, numbers, rpc.caller().actor, reason)
        answer = await self._submit(partial(merge, asked=asked), from_member, into_member, numbers)
        await self._follow(from_member, into_member, merge_id, undone=False)
        return wire.MergeMembersResponse(
            merge_id=merge_id,
            moved=[
                wire.MergedPoints(
                    programme_id=programme.programme_id,
                    currency=programme.code(number),
                    available=amounts.available,
                    pending=amounts.pending,
                    debt=amounts.debt,
                )
                for programme, made in _each(known, answer.value)
                for number, amounts in made.moved.items()
            ],
            replayed=answer.replayed,
        )

    @rpc.allow(*_mergers)
    async def unmerge_members(
        self, request: wire.UnmergeMembersRequest, _: Any
    ) -> wire.UnmergeMembersResponse:
        merge_id, reason = own_id(request.merge_id, "merge_id"), reason_code(request.reason)
        from_member = member_id(request.from_member_id, "from_member_id")
        known = await self._rulebook.current()
        numbers = known.numbers
        into_member = await self._survivor(from_member, merge_id)
        asked = UnmergeAsked(from_member, merge_id, numbers, rpc.caller().actor, reason)
        answer = await self._submit(partial(unmerge, asked=asked), from_member, into_member, numbers)
        await self._follow(from_member, into_member, merge_id, undone=True)
        return wire.UnmergeMembersResponse(
            merge_id=merge_id,
            into_member_id=into_member,
            returned=[
                _returned(
                    programme,
                    number,
                    undone.moved.get(number, Amounts()),
                    undone.returned.get(number, Amounts()),
                )
                for programme, undone in _each(known, answer.value)
                for number in sorted({*undone.moved, *undone.returned})
            ],
            replayed=answer.replayed,
        )

    async def _follow(self, from_member: str, into_member: str, merge_id: str, *, undone: bool) -> None:
        """Let coupons go where the points went; whoever asks again heals what a crash in between left."""
        async with self._pool.acquire() as connection, connection.transaction():
            await follow_merge(connection, from_member, into_member, merge_id, undone=undone)

    async def _survivor(self, from_member: str, merge_id: str) -> str:
        """Whom a member was merged into. Raises ``UnknownMerge``."""
        for made in await merges.load(self._pool, [from_member]):
            if made.merge_id == merge_id:
                return made.into_member
        raise UnknownMerge("the member was not merged under this id: check the id", field="merge_id")

    async def _submit(
        self, operation: Any, from_member: str, into_member: str, numbers: frozenset[int]
    ) -> Answer:
        both = tuple((member, number) for member in (from_member, into_member) for number in sorted(numbers))
        return await self._lanes.submit(Task(operation, Touches(both, merges=(from_member,))))


def _each(known: Programmes, made: Sequence[Merge]) -> list[tuple[Programme, Merge]]:
    """Each merge with its programme."""
    by_number = {history.newest.number: history.newest for history in known.by_id.values()}
    return [(by_number[one.programme], one) for one in made]


def _returned(programme: Programme, number: int, moved: Amounts, returned: Amounts) -> wire.UnmergedPoints:
    missing = moved.available + moved.pending - returned.available - returned.pending - returned.held
    return wire.UnmergedPoints(
        programme_id=programme.programme_id,
        currency=programme.code(number),
        available=returned.available,
        pending=returned.pending,
        debt=returned.debt,
        held=returned.held,
        missing=max(0, missing),
    )
