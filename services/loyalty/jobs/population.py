"""The population, gone through: by groups of members who are alike, and member by member where they are not.

Where what a ladder compares can be summed up by PostgreSQL, it counts who is settled by what they come to, and one of
each group is judged. Whoever has something due, or is placed, and everybody under a score or by years of membership, is
judged singly: here while they are few, and by several processes side by side when they are not.
"""

import asyncio
import gc
import multiprocessing
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, aclosing, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from typing import Any

from services.kit import database
from services.loyalty.rules.ledger.reading import snapshot
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.previews import SAMPLED_EACH, Tally
from services.loyalty.rules.programmes.programmes import Programme, Programmes
from services.loyalty.rules.tiers.gauges import gauges
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.storage.ledger import points
from services.loyalty.storage.programmes import populations, programmes
from services.loyalty.storage.programmes.groups import Group, groups_of
from services.loyalty.storage.programmes.populations import Counted, Part, Settled

PAGES_EACH = 1_024
"""How much of the table is taken at once: some ten thousand members, and half a second where each is judged singly."""
MOST_PROCESSES = 4
FEW = 20_000
"""So many are judged singly sooner than a process begins."""
_PROCESSES = get_context("spawn")
_told_to: dict[str, Any] = {}
"""What a process beside was begun with: where it counts."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a draft would do to everybody as of an instant, in microseconds since 1970."""

    url: str
    draft: Programme
    as_of: int


class Progress:
    """How many members were looked at, here and by the processes beside."""

    def __init__(self) -> None:
        self._apart = _PROCESSES.Value("q", 0)
        self._here = 0

    @property
    def seen(self) -> int:
        # Without the lock of those who add to it: one that was killed with it would stop this process for good.
        return self._here + int(self._apart.get_obj().value)

    def add(self, tally: Tally) -> Tally:
        """Count what was looked at here."""
        self._here += tally.members
        return tally

    @contextmanager
    def beside(self, processes: int) -> Iterator[ProcessPoolExecutor]:
        """Processes that count here; what they are still at when it is left is of no use to anybody, so they are killed.

        To let them end by themselves took until the last of them had begun, read the code and looked up whether it is to
        end, which our own end waits for: more than ten seconds where a machine is busy.
        """
        others = multiprocessing.active_children()
        executor = ProcessPoolExecutor(processes, _PROCESSES, _begin, (self._apart,))
        try:
            yield executor
        finally:
            for process in multiprocessing.active_children():
                if process not in others:
                    process.kill()
            executor.shutdown(wait=False, cancel_futures=True)


async def tallies(
    question: Question, connection: database.RawConnection, progress: Progress
) -> AsyncGenerator[Tally, None]:
    """What is found in one part of the population after the other, as the connection's snapshot shows it."""
    parts = await populations.parts(connection, PAGES_EACH)
    going = await _Going.begun(connection, question)
    yield going.tally
    if going.gauges is not None:
        left: list[Part] = []
        others = 0
        async with aclosing(_grouped(question, going, parts)) as found:
            async for part, tally, singly in found:
                yield progress.add(tally)
                others += singly
                left += [part] if singly else []
        parts = left
    else:
        others = FEW + 1
    processes = min(MOST_PROCESSES, len(parts), os.cpu_count() or 1)
    if others <= FEW or processes <= 1:
        for part in parts:
            async for tally in going.singly(part):
                yield progress.add(tally)
        return
    seen_by = await populations.export(connection)
    with progress.beside(processes) as executor:
        loop = asyncio.get_running_loop()
        counting = [loop.run_in_executor(executor, _count_apart, question, seen_by, part) for part in parts]
        for each in counting:
            each.add_done_callback(_look)
        for done in asyncio.as_completed(counting):
            yield await done


def _look(counted: asyncio.Future[Tally]) -> None:
    """That nobody waits for it any more is nothing to log; cancelled here, the executor would stumble over it."""
    if not counted.cancelled():
        counted.exception()


async def _grouped(
    question: Question, going: "_Going", parts: Sequence[Part]
) -> AsyncGenerator[tuple[Part, Tally, int], None]:
    """Each part with what is found of its groups, and how many are left to judge singly; a few parts side by side."""
    beside = min(MOST_PROCESSES, len(parts), os.cpu_count() or 1) - 1
    seen_by = await populations.export(going.connection) if beside else ""
    async with AsyncExitStack() as stack:
        also = [
            await stack.enter_async_context(populations.snapshot(question.url, seen_by))
            for _ in range(beside)
        ]
        workers = [going, *map(going.by, also)]
        for first in range(0, len(parts), len(workers)):
            some = parts[first : first + len(workers)]
            found = await asyncio.gather(
                *(each.grouped(part) for each, part in zip(workers, some, strict=False))
            )
            for part, (tally, singly) in zip(some, found, strict=True):
                yield part, tally, singly


def _begin(seen: "Synchronized[int]") -> None:
    """Leave Ctrl-C to the process that asked; what is made here is nothing that a collection would find."""
    _told_to.update(seen=seen)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()


def counted_apart(members: int) -> None:
    """Tell that a process beside looked at so many members."""
    seen = _told_to["seen"]
    with seen.get_lock():
        seen.value += members


def _count_apart(question: Question, seen_by: str, part: Part) -> Tally:
    return asyncio.run(_counted(question, seen_by, part))


async def _counted(question: Question, seen_by: str, part: Part) -> Tally:
    async with populations.snapshot(question.url, seen_by) as connection:
        going = await _Going.begun(connection, question)
        whole = going.tally
        async for tally in going.singly(part):
            whole.add(tally)
            counted_apart(tally.members)
    return whole


class _Going:
    """Goes through members: who has nothing due counts as read, the others as a touch would find them."""

    def __init__(self, connection: database.RawConnection, known: Programmes, question: Question) -> None:
        history = known.history(question.draft.programme_id)
        self._after = replace(question.draft, version=history.newest.version + 1, effective_at=question.as_of)
        self._before = history.at(question.as_of)
        self.connection = connection
        self._known = known
        self._as_of = question.as_of
        # What else falls due moves nobody: a tier only goes with a version or an end, of which standings tell.
        self._wanted = populations.asked(self._after)
        codes = {currency.number: currency.code for currency in self._after.currencies}
        self._codes = [codes[number] for number in self._wanted.currencies]
        self.gauges = gauges(self._after, question.as_of)
        self._settled = Settled(question.as_of, self._before.version)
        self._then: dict[tuple[str, tuple[int, ...]], str] = {}

    @classmethod
    async def begun(cls, connection: database.RawConnection, question: Question) -> "_Going":
        return cls(connection, await programmes.load(connection), question)

    def by(self, connection: database.RawConnection) -> "_Going":
        """The same over another connection."""
        other = copy(self)
        other.connection = connection
        return other

    async def grouped(self, part: Part) -> tuple[Tally, int]:
        """What is found of a part's groups, and how many of it are left."""
        assert self.gauges is not None, "what cannot be summed up is not grouped"
        groups, left = await groups_of(
            self.connection, self._after, self.gauges, self._wanted, part, self._settled, SAMPLED_EACH
        )
        await self._judge([group for group in groups if (group.tier, group.levels) not in self._then])
        tally, sampled = self.tally, []
        for group in groups:
            move = group.tier, self._then[group.tier, group.levels]
            tally.moves[move] += group.members
            if move[0] != move[1]:
                sampled += group.some
        for each in (await self._members(sampled)).values():
            balances = self._balances(each)
            move = each.standing.tier, tally.then(each.standing, balances, self._as_of)
            if tally.asks_why(move):
                tally.say_why(move, each.standing, balances, self._as_of)
        return tally, left

    async def _judge(self, groups: Sequence[Group]) -> None:
        """Judge one of each group; what becomes of that one becomes of all."""
        found = await self._members([group.anyone for group in groups])
        for group in groups:
            one = found[group.anyone]
            self._then[group.tier, group.levels] = self.tally.then(
                one.standing, self._balances(one), self._as_of
            )

    async def _members(self, ids: Sequence[str]) -> dict[str, Counted]:
        return await populations.members(self.connection, self._wanted, ids) if ids else {}

    def _balances(self, counted: Counted) -> dict[str, int]:
        return dict(zip(self._codes, counted.available, strict=True))

    async def singly(self, part: Part) -> AsyncIterator[Tally]:
        """A tally of some of a part after the other: of all of them, or of those whom no group has."""
        but = self._settled if self.gauges is not None else None
        async for some in populations.everybody(self.connection, self._wanted, part, but):
            yield await self._count(some)

    @property
    def tally(self) -> Tally:
        """An empty one."""
        return Tally(self._before, self._after)

    async def _count(self, some: Sequence[Counted]) -> Tally:
        tally, behind = self.tally, []
        for each in some:
            standing = each.standing
            due_at = min(each.due_at, standing.next_due_at)
            if due_at <= self._as_of or standing.judged_version < self._before.version:
                behind.append(standing)
            else:
                tally.count(standing, self._balances(each), self._as_of)
        if behind:
            await self._touch(behind, tally)
        return tally

    async def _touch(self, behind: Sequence[Standing], tally: Tally) -> None:
        """Count members for whom something fell due, as they are with that done."""
        numbers = [currency.number for currency in self._before.currencies]
        ids = [standing.member_id for standing in behind]
        held: dict[str, list[Wallet]] = {}
        for wallet in await points.wallets(self.connection, ids, numbers):
            held.setdefault(wallet.member_id, []).append(wallet)
        for standing in behind:
            wallets = held.get(standing.member_id, [])
            member = snapshot(self._known, self._before.programme_id, standing, wallets, self._as_of)
            tally.count(member.standing, member.balances(), self._as_of)
