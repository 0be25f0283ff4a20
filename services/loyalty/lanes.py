"""Lanes: many callers' operations on the ledger, folded and committed together.

A door submits an operation and waits. Within a process it goes to the lane that has least to do, unless one works for
the same member already: that keeps a member's operations in order, but for moves when the lane has far more to do than
another. Who wants a reward goes where others do who want the same, since lanes would but wait for each other over its
stock. There and between processes row locks and unique keys give correctness, so any process may serve any member.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from operator import attrgetter

from services.kit import clock
from services.loyalty.lane import Lane
from services.loyalty.queues import About, Queue, Task, waiting
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.points import Answer

UNEVEN = 128
"""By so much a member's lane may have more to do than another before moves of that member go to the other, too: what
is made for it in this process then overlaps with what PostgreSQL does for the first. Row locks keep it right.
Whatever else a member does keeps to one lane, where it is done in the order in which it came: tiers hang on that."""

_load = attrgetter("load")


class Lanes:
    """The process's lanes; ``submit`` is the only way to change the ledger."""

    def __init__(self, url: str, rulebook: Rulebook, count: int, now: clock.Clock = clock.now) -> None:
        self._lanes = [Lane(url, rulebook, now) for _ in range(count)]
        self._queues = [lane.queue for lane in self._lanes]

    async def run(self) -> None:
        """Work until cancelled."""
        waiting.set_function(lambda: sum(map(_load, self._queues)))
        await asyncio.gather(*(lane.run() for lane in self._lanes))

    def submit(self, task: Task) -> asyncio.Future[Answer]:
        """Queue an operation; the future gives its answer or raises its refusal."""
        least, may_part = min(self._queues, key=_load), task.move is not None and not task.move.read
        queue = self._about(task.member_id)
        if queue is None and (reward := task.reward) is not None:
            queue = self._about(reward)
            may_part = True
        if queue is None or (may_part and queue.load - least.load > UNEVEN):
            queue = least
        queue.put(task)
        return task.answer

    def _about(self, what: About) -> Queue | None:
        """The queue in which there is anything about a member or a reward."""
        for queue in self._queues:
            if queue.is_about(what):
                return queue
        return None


@asynccontextmanager
async def one_lane(url: str, rulebook: Rulebook, now: clock.Clock) -> AsyncIterator[Lanes]:
    """A lane for a job that has something to post, given back once that is done."""
    lanes = Lanes(url, rulebook, 1, now)
    working = asyncio.ensure_future(lanes.run())
    try:
        yield lanes
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
