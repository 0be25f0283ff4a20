"""Deliveries: events become messages in the transaction that counts them, and messages reach their endpoints.

Both halves are at least once. An event's deliveries and its place in the stream are committed together. A delivery
is taken on a lease and its outcome written down after it: a worker that dies in between lets the lease end, and the
endpoint sees the same ``webhook-id`` again.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import prometheus_client
import structlog
from cryptography.exceptions import InvalidTag

from gateway.storage.webhooks import deliveries, endpoints, messages, secrets
from gateway.storage.webhooks.deliveries import Attempt, DeliveryState, Taken
from gateway.storage.webhooks.endpoints import Because
from gateway.webhooks import events, schedule
from gateway.webhooks.secrets import Box
from gateway.webhooks.sender import TIMEOUT_S, Answer, Failure, Sender
from gateway.webhooks.signatures import signed
from services.kit import clock, database, stream

log = structlog.get_logger()

attempts_total = prometheus_client.Counter(
    "huiyuan_webhook_attempts_total", "Webhooks that were sent, by how that went.", ["outcome"]
)
overdue_s = prometheus_client.Gauge(
    "huiyuan_webhooks_overdue_seconds", "For how long the webhook that is due first has waited to be sent."
)

UNDER_WAY_AT_MOST = 8
"""So many at a time to one endpoint; what others have under way does not count, so that none waits for another."""

LEASE = timedelta(seconds=TIMEOUT_S + 45)
_LOOK_AGAIN_S = 0.3
_TOGETHER_S = 0.01
_SEE_OUT_S = 5.0


async def tell(
    connection: database.Connection, heard: Sequence[stream.Event], *, now: clock.Clock = clock.now
) -> None:
    """Write what endpoints are to be told of events, inside the transaction that counts these."""
    wanted = await messages.wanted_types(connection)
    if wanted:
        told = [message for message in map(events.message, heard) if message and message.type in wanted]
        if told:
            await messages.add(connection, told, now())


class Deliverer:
    """Sends what is due, for as long as it runs; any number of them share the work."""

    def __init__(
        self,
        engine: database.Engine,
        box: Box,
        sender: Sender,
        *,
        now: clock.Clock = clock.now,
        chance: random.Random | None = None,
    ) -> None:
        self._engine = engine
        self._box = box
        self._sender = sender
        self._now = now
        self._chance = chance or random.Random()  # noqa: S311  # it spreads retries, it is no secret
        self._under_way: dict[asyncio.Task[None], str] = {}
        self._finished = asyncio.Event()

    async def run(self) -> None:
        """Send until cancelled; a database that goes away is waited for."""
        try:
            while True:
                try:
                    await self.start_due()
                except Exception as error:
                    if not database.is_away(error):
                        log.exception("webhooks could not be taken, will try again")
                with suppress(TimeoutError):
                    # wait_for of Python 3.11 would forget a cancellation that comes together with what it waits for.
                    async with asyncio.timeout(_LOOK_AGAIN_S):
                        await self._finished.wait()
                    await asyncio.sleep(_TOGETHER_S)
                self._finished.clear()
        finally:
            await self._see_out()

    async def deliver_due(self) -> None:
        """Send what is due now, and return when it is sent."""
        await self.start_due()
        await asyncio.gather(*self._under_way)

    async def measure(self) -> None:
        """Say for how long the delivery that is due first has waited for a worker."""
        async with self._engine.connect() as connection:
            due_at = await deliveries.oldest_due_at(connection)
        late = timedelta(0) if due_at is None else self._now() - due_at
        overdue_s.set(max(0.0, late.total_seconds()))

    async def start_due(self) -> None:
        """Begin to send what is due and has room."""
        now = self._now()
        under_way = Counter(self._under_way.values())
        async with self._engine.begin() as connection:
            taken = await deliveries.take(
                connection, now, now + LEASE, under_way=under_way, most=UNDER_WAY_AT_MOST
            )
            owners = {one.endpoint_id for one in taken}
            sealed = await secrets.current(connection, owners, now) if owners else {}
        for one in taken:
            task = asyncio.ensure_future(self._deliver(one, sealed.get(one.endpoint_id, [])))
            self._under_way[task] = one.endpoint_id
            task.add_done_callback(self._forget)

    async def _deliver(self, taken: Taken, sealed: Sequence[secrets.Sealed]) -> None:
        try:
            started_at, began = self._now(), time.perf_counter()
            answer = await self._send(taken, sealed, started_at)
            took_ms = round((time.perf_counter() - began) * 1000)
            error = "" if answer.failure is None else answer.failure.value
            attempts_total.labels(error or "SUCCEEDED").inc()
            await self._note(taken, Attempt(started_at, took_ms, answer.status_code, error), answer)
        except Exception:
            # The lease ends, and the delivery is tried again.
            log.exception("webhook attempt failed", delivery_id=taken.delivery_id)

    async def _send(self, taken: Taken, sealed: Sequence[secrets.Sealed], at: datetime) -> Answer:
        try:
            opened = [self._box.open(one.sealed, taken.endpoint_id) for one in sealed]
        except InvalidTag:
            opened = []
        if not opened:
            return Answer(Failure.NOT_SIGNED)
        headers = {
            **signed(opened, taken.message_id, at, taken.body),
            "content-type": "application/json",
            "user-agent": "huiyuan-webhooks/1",
        }
        return await self._sender.send(taken.url, headers, taken.body)

    async def _note(self, taken: Taken, attempt: Attempt, answer: Answer) -> None:
        """Write down how an attempt went, when the next one is, and what that says of the endpoint."""
        now = self._now()
        state, due_at = self._next(taken, answer, now)
        finished_at = None if state is DeliveryState.PENDING else now
        async with self._engine.begin() as connection:
            # First the endpoint, then the delivery, as whoever deletes an endpoint does: none waits for the other.
            disabled = await self._note_endpoint(connection, taken.endpoint_id, answer.failure, now)
            await deliveries.note(connection, taken, attempt, state, due_at=due_at, finished_at=finished_at)
        if disabled is not Because.NOTHING:
            log.warning("webhook endpoint disabled", endpoint_id=taken.endpoint_id, because=disabled)

    @staticmethod
    async def _note_endpoint(
        connection: database.Connection, endpoint_id: str, failure: Failure | None, now: datetime
    ) -> Because:
        if failure is None:
            await endpoints.note_success(connection, endpoint_id)
            return Because.NOTHING
        return await endpoints.note_failure(
            connection,
            endpoint_id,
            now,
            gone=failure is Failure.GONE,
            failing_before=now - schedule.FAILING_FOR,
        )

    def _next(self, taken: Taken, answer: Answer, now: datetime) -> tuple[DeliveryState, datetime | None]:
        if answer.failure is None:
            return DeliveryState.SUCCEEDED, None
        if answer.failure is Failure.GONE or taken.type == events.TEST:
            return DeliveryState.FAILED, None
        delay = schedule.delay_after(taken.tries, answer.retry_after_s, self._chance)
        return (DeliveryState.FAILED, None) if delay is None else (DeliveryState.PENDING, now + delay)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self._finished.set()

    async def _see_out(self) -> None:
        """Let what is under way end; what takes longer is tried again when its lease ends."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=_SEE_OUT_S)
            for task in late:
                task.cancel()
        await self._sender.close()
