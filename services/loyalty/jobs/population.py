"""The population, gone through: here while it is small, and by several processes side by side when it is not."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

from services.kit import database
from services.loyalty.rules.ledger.reading import snapshot
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.previews import Tally
from services.loyalty.rules.programmes.programmes import Programme, Programmes
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.storage.ledger import points
from services.loyalty.storage.programmes import populations, programmes
from services.loyalty.storage.programmes.populations import Counted, Part

PAGES_EACH = 1_024
"""How much of the table a process takes at once: some ten thousand members, half a second."""
MOST_PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Question:
    """What a draft would do to everybody as of an instant, in microseconds since 1970."""

    url: str
    draft: Programme
    as_of: int


async def tallies(question: Question, connection: database.RawConnection) -> AsyncGenerator[Tally, None]:
    """What is found in one part of the population after the other, as the connection's snapshot shows it."""
    parts = await populations.parts(connection, PAGES_EACH)
    processes = min(MOST_PROCESSES, len(parts), os.cpu_count() or 1)
    if len(parts) == 1 or processes == 1:
        for part in parts:
            async for tally in _count(question, connection, part):
                yield tally
        return
    seen_by = await populations.export(connection)
    executor = ProcessPoolExecutor(processes, get_context("spawn"), _begin)
    try:
        loop = asyncio.get_running_loop()
        counting = [loop.run_in_executor(executor, _count_apart, question, seen_by, part) for part in parts]
        for done in asyncio.as_completed(counting):
            yield await done
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the process that asked; what is made here is nothing that a collection would find."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()


def _count_apart(question: Question, seen_by: str, part: Part) -> Tally:
    return asyncio.run(_counted(question, seen_by, part))


async def _counted(question: Question, seen_by: str, part: Part) -> Tally:
    async with populations.snapshot(question.url, seen_by) as connection:
        counted = [tally async for tally in _count(question, connection, part)]
    whole = counted[0]
    for tally in counted[1:]:
        whole.add(tally)
    return whole


async def _count(question: Question, connection: database.RawConnection, part: Part) -> AsyncIterator[Tally]:
    """A tally of some members after the other; one at the least, be it of nobody."""
    going = _Going(connection, await programmes.load(connection), question)
    yield going.tally
    async for some in populations.everybody(connection, going.wanted, part):
        yield await going.count(some)


class _Going:
    """Goes through members: who has nothing due counts as read, the others as a touch would find them."""

    def __init__(self, connection: database.RawConnection, known: Programmes, question: Question) -> None:
        history = known.history(question.draft.programme_id)
        self._after = replace(question.draft, version=history.newest.version + 1, effective_at=question.as_of)
        self._before = history.at(question.as_of)
        self._connection = connection
        self._known = known
        self._as_of = question.as_of
        # What else falls due moves nobody: a tier only goes with a version or an end, of which standings tell.
        self.wanted = populations.asked(self._after)
        codes = {currency.number: currency.code for currency in self._after.currencies}
        self._codes = [codes[number] for number in self.wanted.currencies]

    @property
    def tally(self) -> Tally:
        """An empty one."""
        return Tally(self._before, self._after)

    async def count(self, some: Sequence[Counted]) -> Tally:
        """Count some members."""
        tally, behind = self.tally, []
        for standing, available, due_at in some:
            due_at = min(due_at, standing.next_due_at)
            if due_at <= self._as_of or standing.judged_version < self._before.version:
                behind.append(standing)
            else:
                tally.count(standing, dict(zip(self._codes, available, strict=True)), self._as_of)
        if behind:
            await self._touch(behind, tally)
        return tally

    async def _touch(self, behind: Sequence[Standing], tally: Tally) -> None:
        """Count members for whom something fell due, as they are with that done."""
        numbers = [currency.number for currency in self._before.currencies]
        ids = [standing.member_id for standing in behind]
        held: dict[str, list[Wallet]] = {}
        for wallet in await points.wallets(self._connection, ids, numbers):
            held.setdefault(wallet.member_id, []).append(wallet)
        for standing in behind:
            wallets = held.get(standing.member_id, [])
            member = snapshot(self._known, self._before.programme_id, standing, wallets, self._as_of)
            tally.count(member.standing, member.balances(), self._as_of)
