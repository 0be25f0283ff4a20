"""The due run: what falls due is done for members whom nobody touches, in wallets and on the ladder of tiers."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from prometheus_client import Gauge

from services.kit import clock, database
from services.kit.process import every
from services.kit.refusal import Unavailable
from services.loyalty.lanes import Lane
from services.loyalty.queues import Task
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.touching import Settled, Touched, settle_wallets, touch_members
from services.loyalty.storage.ledger import dues
from services.loyalty.storage.ledger.dues import DueWallet, InProgramme
from services.loyalty.storage.ledger.state import Touches

log = structlog.get_logger()

oldest_due_s = Gauge("huiyuan_dues_oldest_seconds", "For how long what fell due first has waited to be done.")

Batch = Sequence[DueWallet] | Sequence[InProgramme]
Batches = asyncio.Queue[Batch]

LOOK_AGAIN_S = 2.0
LANES = 2
"""While one commits, another folds; they are claimed only while there is something to do."""
AT_ONCE = 1_000
"""How many wallets are settled, or members touched, in one transaction."""
LOOK_AHEAD = 50_000
"""How many wallets one look finds. More are memory, fewer are looks past what the looks before found."""
LATE = timedelta(minutes=10)
LEAVE_ALONE_S = 600.0
SETTLING_US = 10_000_000
"""How long after a version came into force all processes' clocks and open transactions have passed that instant."""


@dataclass(slots=True)
class Progress:
    """How far a run came, and what is under way."""

    started_at: datetime
    members: int = 0
    entries: int = 0
    set_aside: int = 0
    logged_at: datetime = field(init=False)
    under_way: set[DueWallet | InProgramme] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.logged_at = self.started_at

    def noted(self, at: datetime, *, finished: bool) -> dues.Run:
        """What is kept of it for staff to see."""
        finished_at = at if finished else None
        return dues.Run(self.started_at, at, finished_at, self.members, self.entries, self.set_aside)


class DueRun:
    """Settles wallets in which something fell due, and touches whom a version that came into force has not judged.

    Its only memory is the due instants in wallets and standings, so that it may be killed at any point and goes on where
    it stopped. One worker runs it at a time; two would find each other's work done and change nothing.
    """

    def __init__(
        self, url: str, pool: database.Pool, rulebook: Rulebook, now: clock.Clock = clock.now
    ) -> None:
        self._url = url
        self._pool = pool
        self._rulebook = rulebook
        self._now = now
        self._judged: dict[int, int] = {}
        self._set_aside: dict[InProgramme, float] = {}

    async def run(self) -> None:
        """Look again and again until cancelled."""
        await asyncio.gather(
            every(LOOK_AGAIN_S, self.look, "do what is due"),
            every(60, self._warn_when_late, "look how late the due run is"),
        )

    async def look(self) -> None:
        """Do all that is due, unless another worker is at it."""
        new_versions = await self._new_versions()
        if new_versions or await dues.anything_due(self._pool, self._micros()):
            async with dues.alone(self._url) as connection:
                if connection is not None:
                    await self._catch_up(connection, new_versions)

    async def _new_versions(self) -> dict[int, int]:
        """The versions in force, by programme, by which this worker has not seen all members judged."""
        known, settled = await self._rulebook.current(), self._micros() - SETTLING_US
        in_force = {
            history.newest.number: history.at(settled).version
            for history in known.by_id.values()
            if history.versions[0].effective_at <= settled
        }
        return {
            number: version for number, version in in_force.items() if self._judged.get(number) != version
        }

    async def _catch_up(self, connection: database.RawConnection, new_versions: Mapping[int, int]) -> None:
        """One run: find, touch and note, side by side, until nothing is left."""
        progress, batches = Progress(self._now()), Batches(LANES)
        lanes = [Lane(self._url, self._rulebook, self._now) for _ in range(LANES)]
        working = asyncio.gather(*(lane.run() for lane in lanes))
        try:
            async with asyncio.TaskGroup() as together:
                # Two for each lane: the next batch waits there while one commits.
                helping = [self._feed(lane, batches, progress) for lane in lanes * 2]
                helping.append(every(1.0, partial(self._note, progress), "note how far the due run came"))
                tasks = [together.create_task(each) for each in helping]
                await self._queue_due(connection, batches, progress)
                await self._queue_not_judged(connection, batches, progress, new_versions)
                for task in tasks:
                    task.cancel()
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        self._judged |= new_versions
        if progress.members:
            await self._note(progress, finished=True)

    async def _queue_due(
        self,
        connection: database.RawConnection,
        batches: Batches,
        progress: Progress,
    ) -> None:
        """Look for what is due, further and further, while what was found before is being done."""
        clock_s = asyncio.get_running_loop().time()
        self._set_aside = {who: until for who, until in self._set_aside.items() if until > clock_s}
        while True:
            under_way = (
                progress.under_way.copy()
            )  # as of before the look: what it finds may be done meanwhile
            most = LOOK_AHEAD + len(under_way)
            found = await dues.due(connection, self._micros(), most, self._set_aside)
            new = [wallet for wallet in found if wallet not in under_way]
            ended = await dues.due_standings(connection, self._micros(), most, self._set_aside)
            members = [who for who in ended if who not in under_way]
            if not new and not members and not under_way:
                return
            await _queue(new, batches, progress)
            await _queue(members, batches, progress)
            if len(new) + len(members) < AT_ONCE:
                await batches.join()

    async def _queue_not_judged(
        self,
        connection: database.RawConnection,
        batches: Batches,
        progress: Progress,
        new_versions: Mapping[int, int],
    ) -> None:
        """Go through all standings once for versions that came into force, in the order of their keys."""
        after: InProgramme | None = dues.FIRST if new_versions else None
        while after is not None:
            found, after = await dues.not_judged(connection, new_versions, after, LOOK_AHEAD)
            await _queue(found, batches, progress)
        await batches.join()

    async def _feed(self, lane: Lane, batches: Batches, progress: Progress) -> None:
        while True:
            batch = await batches.get()
            wallets = [each for each in batch if isinstance(each, DueWallet)]
            members = [each for each in batch if isinstance(each, InProgramme)]
            if wallets:
                members = await self._settle(lane, wallets, progress)
            if members:
                await self._touch(lane, members, progress)
            progress.under_way.difference_update(batch)
            batches.task_done()

    async def _settle(self, lane: Lane, batch: Sequence[DueWallet], progress: Progress) -> list[InProgramme]:
        """Do what is due in wallets, in one transaction; the members who need more than that."""
        ids = await self._programme_ids()
        by_name = {(wallet.member_id, wallet.currency, ids[wallet.programme]): wallet for wallet in batch}
        touches = Touches(wallets=tuple((wallet.member_id, wallet.currency) for wallet in batch))
        task = Task(partial(settle_wallets, wallets=list(by_name)), touches)
        lane.queue.put(task)
        try:
            settled: Settled = (await task.answer).value
        except Unavailable:
            raise
        except Exception:  # who made it fail is found by touching them
            settled = Settled(0, tuple(by_name))
        left = {by_name[name].whose for name in settled.left}
        progress.members += len({wallet.whose for wallet in batch} - left)
        progress.entries += settled.entries
        return sorted(left)

    async def _touch(self, lane: Lane, batch: Sequence[InProgramme], progress: Progress) -> None:
        """Touch members in one transaction. Who makes it fail is found by halves, and set aside for a while."""
        ids = await self._programme_ids()
        members = [(who.member_id, ids[who.programme]) for who in batch]
        task = Task(partial(touch_members, members=members), Touches(tuple(batch)))
        lane.queue.put(task)
        try:
            touched: Touched = (await task.answer).value
        except Unavailable:
            raise
        except Exception as fault:
            if len(batch) == 1:
                log.error("member cannot be brought up to now", member_id=batch[0].member_id, exc_info=fault)
                self._leave_alone(batch, progress)
            else:
                half = len(batch) // 2
                await self._touch(lane, batch[:half], progress)
                await self._touch(lane, batch[half:], progress)
        else:
            progress.members += len(batch)
            progress.entries += touched.entries
            stuck = [who for who in batch if who.member_id in touched.stuck]
            if stuck:
                log.error("members have things due that stay so", members=len(stuck))
                self._leave_alone(stuck, progress)

    async def _programme_ids(self) -> dict[int, str]:
        """The programmes' ids by their numbers."""
        known = await self._rulebook.current()
        return {history.newest.number: programme_id for programme_id, history in known.by_id.items()}

    def _leave_alone(self, members: Sequence[InProgramme], progress: Progress) -> None:
        until = asyncio.get_running_loop().time() + LEAVE_ALONE_S
        self._set_aside |= dict.fromkeys(members, until)
        progress.set_aside += len(members)

    async def _note(self, progress: Progress, *, finished: bool = False) -> None:
        now = self._now()
        if not progress.members:
            return
        await dues.note(self._pool, progress.noted(now, finished=finished))
        if finished or now - progress.logged_at >= timedelta(seconds=10):
            progress.logged_at = now
            seconds = (now - progress.started_at).total_seconds()
            log.info(
                "due run finished" if finished else "due run",
                members=progress.members,
                entries=progress.entries,
                set_aside=progress.set_aside,
                members_per_second=round(progress.members / seconds) if seconds else None,
            )

    async def _warn_when_late(self) -> None:
        now = self._now()
        oldest = await dues.oldest_due_at(self._pool, clock.micros(now))
        late = timedelta(0) if oldest is None else now - clock.instant(oldest)
        oldest_due_s.set(late.total_seconds())
        if late > LATE:
            log.warning("what is due waits too long", late_s=round(late.total_seconds()))

    def _micros(self) -> int:
        return clock.micros(self._now())


async def _queue(found: Batch, batches: Batches, progress: Progress) -> None:
    for first in range(0, len(found), AT_ONCE):
        batch = found[first : first + AT_ONCE]
        progress.under_way.update(batch)
        await batches.put(batch)
