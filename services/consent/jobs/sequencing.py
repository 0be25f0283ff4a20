"""Sequencing: behind the writers, records get their leaves in the log, and the log its signed checkpoints."""

import asyncio

import structlog
from prometheus_client import Gauge

from services.consent.rules.evidence import Checkpoint, Keys, NotACheckpoint, checkpoint, read_checkpoint
from services.consent.storage import log as stored
from services.consent.storage.witness import line_of, note_of
from services.kit import database
from services.kit.appended import AppendedFile, HeldElsewhere
from services.kit.process import every
from services.kit.signing import SigningKey, key_id

log = structlog.get_logger()

oldest_waiting_s = Gauge(
    "huiyuan_consent_log_oldest_waiting_seconds", "For how long the oldest record without a leaf has waited."
)
checkpoints_lost = Gauge(
    "huiyuan_consent_checkpoints_lost",
    "1 while the log does not hold the checkpoint that was published last.",
)

LOOK_EVERY_S = 1.0
AT_ONCE = 500
"""So many statements' records get their leaves at once; each waits with up to 32 in a row."""
LATE_S = 60.0


class Sequencer:
    """Appends leaves, and signs and publishes checkpoints. No writer ever waits for it.

    Nothing is published over a log that lost what was published before. Without a key, leaves are appended all the
    same, and receipts wait for the key.
    """

    def __init__(
        self, pool: database.Pool, origin: str, key: SigningKey | None, witness: AppendedFile | None
    ) -> None:
        self._pool = pool
        self._origin = origin
        self._key = key
        self._witness = witness
        self._kept = 0

    async def run(self) -> None:
        """Work until cancelled."""
        await every(LOOK_EVERY_S, self._look, "sequence the log")

    async def _look(self) -> None:
        try:
            while await self.append():
                pass
            if self._key is not None:
                await self.publish(self._key)
            waited_s = await stored.lag_s(self._pool)
            oldest_waiting_s.set(waited_s)
            if waited_s > LATE_S:
                log.warning("records wait for their leaves", oldest_s=round(waited_s))
        except HeldElsewhere:
            return  # another worker is at it

    async def append(self) -> int:
        """Give the records of up to ``AT_ONCE`` rows of the queue their leaves; how many records."""
        async with self._pool.acquire() as connection:
            return await stored.append_pending(connection, AT_ONCE)

    async def publish(self, key: SigningKey) -> None:
        """Sign and publish a checkpoint when the log has grown. Raises ``HeldElsewhere``.

        The witness has it before the database, so that no receipt rests on a checkpoint that was not published.
        """
        name = key_id(key.public_key())
        keys = {name: key.public_key()}
        if self._witness is None:
            await self._go_on(await stored.newest_checkpoint(self._pool, keys), name, key)
            return
        with self._witness.held():
            await self._go_on(_published(self._witness, keys), name, key)

    async def _go_on(self, before: Checkpoint | None, name: str, key: SigningKey) -> None:
        """Publish what follows on a checkpoint; over a log that does not hold that any more, nothing."""
        size = await stored.tree_size(self._pool)
        if before is not None:
            lost = not await self._holds(before, size)
            checkpoints_lost.set(lost)
            if lost:
                log.error("the log lost a published checkpoint", size=before.size, leaves=size)
                return
            if self._kept != before.size:  # a crash may have come before it was kept
                await stored.keep_checkpoint(self._pool, before)
                self._kept = before.size
        if size == (before.size if before is not None else 0):
            return
        signed = checkpoint(self._origin, size, await stored.root(self._pool, size), name, key)
        if self._witness is not None:
            await asyncio.to_thread(self._witness.append, line_of(signed.note))
        await stored.keep_checkpoint(self._pool, signed)

    async def _holds(self, before: Checkpoint, size: int) -> bool:
        if size < before.size:
            return False
        try:
            return await stored.root(self._pool, before.size) == before.root
        except KeyError:  # a leaf or a run is missing
            return False


def _published(witness: AppendedFile, keys: Keys) -> Checkpoint | None:
    """What the witness holds last; a line by another key is older than ours, and stands for itself."""
    note = note_of(witness.last())
    if note is None:
        return None
    try:
        return read_checkpoint(note, keys)
    except NotACheckpoint:
        log.warning("the witness's last checkpoint was signed by another key")
        return None
