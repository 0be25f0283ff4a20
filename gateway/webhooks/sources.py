"""Sources as staff keep them: order systems that may send, by a secret of their own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from gateway.storage.webhooks import receipts, secrets, sources
from gateway.storage.webhooks.endpoints import State
from gateway.storage.webhooks.receipts import Receipt
from gateway.storage.webhooks.sources import Source
from gateway.webhooks.endpoints import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    TooManyWebhooks,
    check_line,
)
from gateway.webhooks.keeping import Keeper
from gateway.webhooks.secrets import Box
from services.kit import clock, database
from services.kit.refusal import Conflict, Invalid, NotFound

MOST_SOURCES = 100
LONGEST_SOURCE = 40


class UnknownWebhookSource(NotFound):
    """No source has this id."""

    def __init__(self) -> None:
        super().__init__("there is no webhook source of this id", field="source_id")


class WebhookSourceTaken(Conflict):
    """Another source has this name: two systems would write each other's orders."""


class WebhookSourceNotValid(Invalid):
    """A source's name is not one that the ledger takes."""


class Sources:
    """Keeps the sources."""

    def __init__(self, engine: database.Engine, box: Box, *, now: clock.Clock = clock.now) -> None:
        self._engine = engine
        self._box = box
        self._keeper = Keeper(box, now)
        self._now = now

    async def everyone(self) -> list[Source]:
        """All sources, the oldest first."""
        async with self._engine.connect() as connection:
            return await sources.everyone(connection)

    async def previous_secrets_end(self, source_ids: Sequence[str]) -> dict[str, datetime]:
        """Until when the secrets before the newest are good, of those sources that have one."""
        async with self._engine.connect() as connection:
            return await self._keeper.previous_end(connection, source_ids)

    async def create(self, source: str, description: str, programme_id: str) -> tuple[Source, str]:
        """A new source, and its secret, which is never shown again."""
        if not (1 <= len(source) <= LONGEST_SOURCE and source.isprintable() and ":" not in source):
            raise WebhookSourceNotValid(
                f"a source is named by 1 to {LONGEST_SOURCE} printable characters without a colon",
                field="source",
            )
        check_line(description, LONGEST_DESCRIPTION, "description")
        check_line(programme_id, LONGEST_NAME, "programme_id")
        now = self._now()
        made = Source(str(uuid4()), source, description, programme_id, State.ENABLED, now, now)
        async with self._engine.begin() as connection:
            if await sources.count(connection) >= MOST_SOURCES:
                raise TooManyWebhooks("there are too many sources: delete one", most=MOST_SOURCES)
            if not await sources.add(connection, made):
                raise WebhookSourceTaken("another source has this name", field="source")
            return made, await self._keeper.make(connection, made.source_id)

    async def turn(self, source_id: str, state: State) -> Source:
        """Enable, disable or delete a source."""
        async with self._engine.begin() as connection:
            source = await sources.turn(connection, source_id, state, self._now())
            if source is None:
                raise UnknownWebhookSource
            if state is State.DELETED:
                await secrets.forget(connection, source_id)
        return source

    async def rotate(self, source_id: str, *, end_previous: bool) -> tuple[Source, str]:
        """A new secret; for a day the one before is believed too, unless that ends at once."""
        async with self._engine.begin() as connection:
            source = await sources.find(connection, source_id)
            if source is None:
                raise UnknownWebhookSource
            return source, await self._keeper.rotate(connection, source_id, end_previous=end_previous)

    async def receipts(self, *, first: int, before: int | None, source_id: str | None) -> list[Receipt]:
        """What sources sent, newest first, one more than asked when there are more."""
        async with self._engine.connect() as connection:
            return await receipts.page(connection, first=first, before=before, source_id=source_id)

    async def believed(self, source_id: str) -> tuple[Source, list[bytes]] | None:
        """An enabled source and the secrets it may prove itself by; None when there is none."""
        async with self._engine.connect() as connection:
            source = await sources.find(connection, source_id)
            if source is None or source.state is not State.ENABLED:
                return None
            return source, await self._keeper.good(connection, source_id)

    async def proofs(self) -> dict[str, list[bytes]]:
        """The secrets by which each enabled source may prove itself."""
        async with self._engine.connect() as connection:
            enabled = [one for one in await sources.everyone(connection) if one.state is State.ENABLED]
            return await self._keeper.good_of(connection, [one.source_id for one in enabled])

    async def receive(self, source_id: str, webhook_id: str, body: bytes) -> bool:
        """Note that a webhook came; False when its id came before with another body."""
        async with self._engine.begin() as connection:
            digests = self._box.digests(body)
            return await receipts.receive(connection, source_id, webhook_id, digests, self._now())

    async def answer(
        self, source_id: str, webhook_id: str, *, type: str, order_id: str, outcome_code: str
    ) -> None:
        """Note how a webhook was answered."""
        async with self._engine.begin() as connection:
            await receipts.answer(
                connection,
                source_id,
                webhook_id,
                self._now(),
                type=type,
                order_id=order_id,
                outcome_code=outcome_code,
            )
