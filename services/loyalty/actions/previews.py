"""Previews: asked for and called off, each in one transaction; the pass itself is a job's."""

from services.kit import clock, database
from services.loyalty.rules.programmes.previews import PreviewClosed, PreviewsRunning
from services.loyalty.storage.programmes import previews
from services.loyalty.storage.programmes.previews import Preview

MOST_OPEN = 20


async def start(connection: database.RawConnection, preview: Preview) -> tuple[Preview, bool]:
    """Have a draft's edition previewed; while one of it waits or runs, that one is the answer (True)."""
    if not await previews.start(connection, preview):
        known = await previews.find_open(connection, preview.draft_id, preview.edition)
        if known is not None:
            return known, True
        await previews.start(connection, preview)  # that one ended between the two
    if await previews.count_open(connection) > MOST_OPEN:
        message = f"{MOST_OPEN} previews wait already: wait for one, or cancel one"
        raise PreviewsRunning(message, field="draft_id", most=MOST_OPEN)
    return preview, False


async def cancel(connection: database.RawConnection, known: Preview, now: int) -> None:
    """Call a preview off. Raises ``PreviewClosed`` when it had ended."""
    if not await previews.cancel(connection, known.preview_id, clock.instant(now)):
        message = "the preview ended before it was cancelled: look at it again"
        raise PreviewClosed(message, field="preview_id")
