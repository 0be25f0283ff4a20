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
    OVERLAP,
    TooManyWebhooks,
    check_line,
)
from gateway.webhooks.secrets import Box, new_secret, spelled
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
        self._now = now

    async def everyone(self) -> list[Source]:
        """All sources, the oldest first."""
        async with self._engine.connect() as connection:
            return await sources.everyone(connection)

    async def previous_secrets_end(self, source_ids: Sequence[str]) -> dict[str, datetime]:
        """Until when the secrets before the newest are good, of those sources that have one."""
        async with self._engine.connect() as connection:
            found = await secrets.current(connection, source_ids, self._now())
        return {owner: one.expires_at for owner, kept in found.items() for one in kept if one.expires_at}

    async def create(self, source: str, description: str, programme_id: str) -> tuple[Source, str]:
        """A new source, and its secret, which is never shown again."""
        if not (1 <= len(source) <= LONGEST_SOURCE and source.isprintable() and ":" not in source):
            raise WebhookSourceNotValid(
                f"a source is named by 1 to {LONGEST_SOURCE} printable characters without a colon",
                field="source",
            )
        check_line(description, LONGEST_DESCRIPTION, "description")
        check_line(programme_id, LONGEST_NAME, "programme_id")
        now, secret = self._now(), new_secret()
        made = Source(str(uuid4()), source, description, programme_id, State.ENABLED, now, now)
        async with self._engine.begin() as connection:
            if await sources.count(connection) >= MOST_SOURCES:
                raise TooManyWebhooks("there are too many sources: delete one", most=MOST_SOURCES)
            if not await sources.add(connection, made):
                raise WebhookSourceTaken("another source has this name", field="source")
            await secrets.add(connection, made.source_id, self._box.seal(secret, made.source_id), now)
        return made, spelled(secret)

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
        now, secret = self._now(), new_secret()
        async with self._engine.begin() as connection:
            source = await sources.find(connection, source_id)
            if source is None:
                raise UnknownWebhookSource
            until = now if end_previous else now + OVERLAP
            sealed = self._box.seal(secret, source_id)
            await secrets.rotate(connection, source_id, sealed, now, previous_until=until)
        return source, spelled(secret)

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
            kept = (await secrets.current(connection, [source_id], self._now())).get(source_id, [])
        return source, [self._box.open(one.sealed, source_id) for one in kept]

    async def receive(self, source_id: str, webhook_id: str, body: bytes) -> bool:
        """Note that a webhook came; False when its id came before with another body."""
        async with self._engine.begin() as connection:
            digest = self._box.digest(body)
            return await receipts.receive(connection, source_id, webhook_id, digest, self._now())

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
