"""The delivery log as staff read it, and the webhooks they send again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway.storage.webhooks import delivery_log, endpoints, receipts
from gateway.storage.webhooks.deliveries import DeliveryState
from gateway.storage.webhooks.delivery_log import Logged
from gateway.webhooks.endpoints import UnknownWebhookEndpoint
from services.kit import clock, database
from services.kit.refusal import NotFound

KEPT = timedelta(days=30)
"""How long the log is kept, and with it what can be sent again."""


class UnknownWebhookDelivery(NotFound):
    """The log holds no delivery of this id whose endpoint is there."""

    def __init__(self) -> None:
        super().__init__("the log holds no such delivery, or its endpoint was deleted", field="delivery_id")


class DeliveryLog:
    """Reads the log, sends again, and forgets what is old."""

    def __init__(self, engine: database.Engine, *, now: clock.Clock = clock.now) -> None:
        self._engine = engine
        self._now = now

    async def page(
        self,
        *,
        first: int,
        before: int | None,
        endpoint_id: str | None = None,
        state: DeliveryState | None = None,
        type: str | None = None,
    ) -> Sequence[Logged]:
        """Deliveries, newest first, one more than asked when there are more."""
        async with self._engine.connect() as connection:
            return await delivery_log.page(
                connection, first=first, before=before, endpoint_id=endpoint_id, state=state, type=type
            )

    async def one(self, delivery_id: int) -> Logged | None:
        """One delivery."""
        async with self._engine.connect() as connection:
            return await delivery_log.one(connection, delivery_id)

    async def replay(self, delivery_id: int) -> Logged:
        """Send a delivery again, whatever became of it. Raises ``UnknownWebhookDelivery``."""
        async with self._engine.begin() as connection:
            sent = await delivery_log.replay(connection, delivery_id, self._now())
            found = await delivery_log.one(connection, delivery_id) if sent else None
        if found is None:
            raise UnknownWebhookDelivery
        return found

    async def replay_failed(self, endpoint_id: str, since: datetime) -> int:
        """Send again what failed of what was written since; how many there are."""
        async with self._engine.begin() as connection:
            if await endpoints.find(connection, endpoint_id) is None:
                raise UnknownWebhookEndpoint
            return await delivery_log.replay_failed(connection, endpoint_id, since, self._now())

    async def forget(self) -> int:
        """Delete what is older than the log is kept; how many deliveries and receipts went."""
        before, gone = self._now() - KEPT, 0
        while True:
            async with self._engine.begin() as connection:
                went = await delivery_log.forget(connection, before)
                went += await receipts.forget(connection, before)
            gone += went
            if not went:
                return gone
