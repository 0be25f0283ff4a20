"""Previews made: one pass over everybody as of one snapshot, which changes nothing, and may be cancelled."""

import asyncio
from contextlib import aclosing

import structlog

from services.kit import clock, database
from services.loyalty.jobs.population import Progress, Question, tallies
from services.loyalty.rules.programmes.previews import Tally
from services.loyalty.storage.programmes import drafts, populations, previews
from services.loyalty.storage.programmes.previews import Preview

log = structlog.get_logger()

NOTE_EACH_S = 1.0


class Cancelled(Exception):
    """Somebody called it off, or another worker has it by now."""


class Previews:
    """Makes what staff ask for, one after the other. Killed at any point, another worker begins the same anew.

    Called off, it ends within a second and what else it takes to look at a thousand members.
    """

    def __init__(self, url: str, pool: database.Pool, now: clock.Clock = clock.now) -> None:
        self._url = url
        self._pool = pool
        self._now = now

    async def make(self) -> None:
        """Make all that wait."""
        while (preview := await previews.take(self._pool, self._now())) is not None:
            await self._make(preview)
        await previews.forget_samples(self._pool, self._now())

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
        question, progress = Question(self._url, draft, clock.micros(self._now())), Progress()
        async with populations.snapshot(self._url) as connection:
            about = await populations.about(connection)
            going = asyncio.create_task(_whole(question, connection, progress))
            try:
                while not (await asyncio.wait({going}, timeout=NOTE_EACH_S))[0]:
                    await self._note(preview, progress.seen, max(about, progress.seen))
            finally:
                going.cancel()
                await asyncio.wait({going})
            return await going, question.as_of

    async def _note(self, preview: Preview, seen: int, about: int) -> None:
        if not await previews.note(self._pool, preview, seen, about, self._now()):
            raise Cancelled


async def _whole(question: Question, connection: database.RawConnection, progress: Progress) -> Tally:
    whole: Tally | None = None
    async with aclosing(tallies(question, connection, progress)) as found:
        async for tally in found:
            whole = tally if whole is None else whole.add(tally)
    assert whole is not None, "there is a tally, be it of nobody"
    return whole
