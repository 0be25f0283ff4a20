"""Previews made: one pass over everybody as of one snapshot, which changes nothing, and may be cancelled."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from services.kit import clock, database
from services.loyalty.rules.previews import Tally
from services.loyalty.rules.programmes import Programme, Programmes
from services.loyalty.rules.reading import snapshot
from services.loyalty.rules.standings import Standing
from services.loyalty.rules.wallets import Wallet
from services.loyalty.storage import drafts, points, populations, previews, programmes
from services.loyalty.storage.populations import Counted
from services.loyalty.storage.previews import Preview

log = structlog.get_logger()

NOTE_EACH_S = 1.0


class Cancelled(Exception):
    """Somebody called it off, or another worker has it by now."""


class Previews:
    """Makes what staff ask for, one after the other. Killed at any point, another worker begins the same anew."""

    def __init__(self, url: str, pool: database.Pool, now: clock.Clock = clock.now) -> None:
        self._url = url
        self._pool = pool
        self._now = now

    async def make(self) -> None:
        """Make all that wait. A database that is away is waited for."""
        try:
            while (preview := await previews.take(self._pool, self._now())) is not None:
                await self._make(preview)
            await previews.forget_samples(self._pool, self._now())
        except Exception as error:
            if not database.is_away(error):
                raise
            log.warning("previews wait", because=type(error).__name__)

    async def _make(self, preview: Preview) -> None:
        try:
            tally, as_of = await self._pass(preview)
        except Cancelled:
            log.info("preview was called off", preview_id=preview.preview_id)
            return
        found = previews.findings(tally, as_of)
        if await previews.finish(self._pool, preview, found, tally.sample, self._now()):
            seconds = (clock.micros(self._now()) - preview.started_at) / 1_000_000
            log.info(
                "preview made",
                preview_id=preview.preview_id,
                members=found.members,
                seconds=round(seconds, 3),
            )

    async def _pass(self, preview: Preview) -> tuple[Tally, int]:
        """Go through everybody; the tally, and the instant as of which it was made."""
        draft = await drafts.edition(self._pool, preview.draft_id, preview.edition)
        assert draft is not None, "a preview is of an edition that is there"
        clock_s = asyncio.get_running_loop().time
        noted_at = clock_s()
        async with populations.snapshot(self._url) as connection:
            going = Going(connection, await programmes.load(connection), draft, clock.micros(self._now()))
            about = await populations.about(connection)
            async for some in populations.everybody(connection, draft.number, going.currencies):
                await going.count(some)
                if clock_s() - noted_at >= NOTE_EACH_S:
                    noted_at = clock_s()
                    await self._note(preview, going.tally.members, max(about, going.tally.members))
        return going.tally, going.as_of

    async def _note(self, preview: Preview, seen: int, about: int) -> None:
        if not await previews.note(self._pool, preview, seen, about, self._now()):
            raise Cancelled


class Going:
    """Goes through members as of one instant: who has nothing due is counted as read, the others as a touch finds them."""

    def __init__(
        self, connection: database.RawConnection, known: Programmes, draft: Programme, as_of: int
    ) -> None:
        history = known.history(draft.programme_id)
        following = replace(draft, version=history.newest.version + 1, effective_at=as_of)
        self.as_of = as_of
        self.tally = Tally(history.at(as_of), following)
        self._connection = connection
        self._known = known
        self._in_force = self.tally.before.version
        counted = [
            currency
            for currency in following.currencies
            if currency.number and currency.code in following.metrics | history.metrics
        ]
        self.currencies = [currency.number for currency in counted]
        self._codes = [currency.code for currency in counted]

    async def count(self, some: Sequence[Counted]) -> None:
        """Count some members."""
        behind = []
        for counted in some:
            standing = counted.standing
            due_at = min(counted.due_at, standing.next_due_at)
            if due_at <= self.as_of or standing.judged_version < self._in_force:
                behind.append(standing)
            else:
                balances = dict(zip(self._codes, counted.available, strict=True))
                self.tally.count(standing, balances, self.as_of)
        if behind:
            await self._touch(behind)

    async def _touch(self, behind: Sequence[Standing]) -> None:
        """Count members for whom something fell due, as they are with that done."""
        programme = self.tally.before
        numbers = [currency.number for currency in programme.currencies]
        held: dict[str, list[Wallet]] = {}
        for wallet in await points.wallets(
            self._connection, [standing.member_id for standing in behind], numbers
        ):
            held.setdefault(wallet.member_id, []).append(wallet)
        for standing in behind:
            wallets = held.get(standing.member_id, [])
            member = snapshot(self._known, programme.programme_id, standing, wallets, self.as_of)
            self.tally.count(member.standing, member.balances(), self.as_of)
