"""Merges, followed: whom the members service took for one has one wallet, and two again when that was a mistake."""

import asyncio
from functools import partial

import structlog

from services.kit import clock, database
from services.kit.refusal import Refusal
from services.loyalty.actions.coupon_dues import follow_merge
from services.loyalty.lanes import Lanes, one_lane
from services.loyalty.queues import Task
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.points import Operation
from services.loyalty.rules.members.merging import MergeAsked, merge
from services.loyalty.rules.members.unmerging import UnknownMerge, UnmergeAsked, disown, unmerge
from services.loyalty.rules.programmes.programmes import Programmes
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.members import heard_merges
from services.loyalty.storage.members.heard_merges import Heard

log = structlog.get_logger()

_AT_ONCE = 1_000
_LEAVE_ALONE_S = 5.0
"""For how long what could not be followed is left alone before it is tried again."""

_ACTOR = "service:members"


class Merges:
    """Works off what was heard, in its order. What it did before it was killed is found done: merges go by their ids.

    The events that the ledger writes with a merge tell the members service that it was followed. What cannot be
    followed yet, as while a checkout is open, waits and is tried again, and whatever else is about its members with it.
    """

    def __init__(
        self, url: str, pool: database.Pool, rulebook: Rulebook, now: clock.Clock = clock.now
    ) -> None:
        self._url = url
        self._pool = pool
        self._rulebook = rulebook
        self._now = now
        self._left_alone: dict[int, float] = {}

    async def follow(self) -> None:
        """Follow everything that waits; a lane is claimed only while something does."""
        heard = await heard_merges.waiting(self._pool, _AT_ONCE)
        clock_s = asyncio.get_running_loop().time()
        self._left_alone = {nth: until for nth, until in self._left_alone.items() if until > clock_s}
        if all(one.nth in self._left_alone for one in heard):
            return
        held_up: set[str] = set()
        async with one_lane(self._url, self._rulebook, self._now) as lanes:
            for one in heard:
                if one.nth in self._left_alone:
                    held_up |= one.members
                elif one.members.isdisjoint(held_up) or _takes_back(one, heard):
                    held_up |= await self._follow(lanes, one, heard)

    async def _follow(self, lanes: Lanes, one: Heard, heard: list[Heard]) -> frozenset[str]:
        """Do what was heard; whom it holds up when it cannot be done yet."""
        known = await self._rulebook.current()
        operation = _unmerging(one, known) if one.undone else _merging(one, known)
        done = [one.nth]
        try:
            try:
                await lanes.submit(_task(one, known, operation))
            except UnknownMerge:
                # It was undone before the ledger could follow it: nothing was moved, and nothing is to be.
                await lanes.submit(_task(one, known, _disowning(one, known)))
                done += [other.nth for other in heard if _is_of(other, one)]
        except Refusal as refusal:
            log.warning("merge waits", member_id=one.from_member, because=refusal.code)
            self._left_alone[one.nth] = asyncio.get_running_loop().time() + _LEAVE_ALONE_S
            return one.members
        async with self._pool.acquire() as connection, connection.transaction():
            await follow_merge(connection, one.from_member, one.into_member, one.merge_id, undone=one.undone)
            await heard_merges.followed(connection, done, self._now())
        log.info("merge followed", member_id=one.from_member, undone=one.undone)
        return frozenset()


def _merging(one: Heard, known: Programmes) -> Operation:
    """What the ledger does to follow a merge."""
    asked = MergeAsked(one.from_member, one.into_member, one.merge_id, known.numbers, _ACTOR, one.reason)
    return partial(merge, asked=asked)


def _unmerging(one: Heard, known: Programmes) -> Operation:
    """What the ledger does to follow its undoing."""
    return partial(unmerge, asked=_unmerge_asked(one, known))


def _disowning(one: Heard, known: Programmes) -> Operation:
    return partial(disown, asked=_unmerge_asked(one, known), into_member=one.into_member)


def _unmerge_asked(one: Heard, known: Programmes) -> UnmergeAsked:
    return UnmergeAsked(one.from_member, one.merge_id, known.numbers, _ACTOR, one.reason)


def _task(one: Heard, known: Programmes, operation: Operation) -> Task:
    both = tuple(
        (member, number) for member in (one.from_member, one.into_member) for number in sorted(known.numbers)
    )
    return Task(operation, Touches(both, merges=(one.from_member,)))


def _is_of(other: Heard, one: Heard) -> bool:
    return (other.from_member, other.merge_id) == (one.from_member, one.merge_id)


def _takes_back(one: Heard, heard: list[Heard]) -> bool:
    """True of the undoing of a merge that itself still waits."""
    return one.undone and any(_is_of(other, one) and not other.undone for other in heard)
