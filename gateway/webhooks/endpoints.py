"""Endpoints as staff keep them: made, changed, turned off and on, given a new secret, tried out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from gateway.storage.webhooks import delivery_log, endpoints, messages, secrets
from gateway.storage.webhooks.endpoints import Because, Endpoint, State
from gateway.storage.webhooks.messages import Message
from gateway.webhooks import events
from gateway.webhooks.addresses import check_url
from gateway.webhooks.keeping import Keeper
from gateway.webhooks.secrets import Box
from services.kit import clock, database
from services.kit.refusal import Declined, Invalid, NotFound

MOST_ENDPOINTS = 100
LONGEST_NAME = 64
LONGEST_DESCRIPTION = 200


class UnknownWebhookEndpoint(NotFound):
    """No endpoint has this id."""

    def __init__(self) -> None:
        super().__init__("there is no webhook endpoint of this id", field="endpoint_id")


class UnknownEventType(Invalid):
    """An event type that there is not, or none at all."""


class DescriptionNotValid(Invalid):
    """A description or a name is too long, or not one line of printable characters."""


class TooManyWebhooks(Declined):
    """There are as many endpoints, or sources, as one installation has."""


class WebhookEndpointDisabled(Declined):
    """The endpoint is disabled, so nothing is sent to it."""


class Endpoints:
    """Keeps the endpoints; ``closed``, they are on the public internet."""

    def __init__(
        self, engine: database.Engine, box: Box, *, closed: bool, now: clock.Clock = clock.now
    ) -> None:
        self._engine = engine
        self._keeper = Keeper(box, now)
        self._closed = closed
        self._now = now

    async def everyone(self) -> list[Endpoint]:
        """All endpoints, the oldest first."""
        async with self._engine.connect() as connection:
            return await endpoints.everyone(connection)

    async def previous_secrets_end(self, endpoint_ids: Sequence[str]) -> dict[str, datetime]:
        """Until when the secrets before the newest are good, of those endpoints that have one."""
        async with self._engine.connect() as connection:
            return await self._keeper.previous_end(connection, endpoint_ids)

    async def create(
        self, url: str, description: str, event_types: Sequence[str], programme_id: str
    ) -> tuple[Endpoint, str]:
        """A new endpoint, and its secret, which is never shown again."""
        self._check(url=url, description=description, event_types=event_types, programme_id=programme_id)
        now = self._now()
        endpoint = Endpoint(
            endpoint_id=str(uuid4()),
            url=url,
            description=description,
            event_types=sorted(set(event_types)),
            programme_id=programme_id,
            state=State.ENABLED,
            disabled_because=Because.NOTHING,
            failing_since=None,
            created_at=now,
            updated_at=now,
        )
        async with self._engine.begin() as connection:
            if await endpoints.count(connection) >= MOST_ENDPOINTS:
                raise TooManyWebhooks("there are too many endpoints: delete one", most=MOST_ENDPOINTS)
            await endpoints.add(connection, endpoint)
            return endpoint, await self._keeper.make(connection, endpoint.endpoint_id)

    async def update(self, endpoint_id: str, **changed: object) -> Endpoint:
        """Change what is given: ``url``, ``description``, ``event_types``, ``programme_id``."""
        self._check(**changed)
        return await self._change(endpoint_id, **changed)

    async def enable(self, endpoint_id: str) -> Endpoint:
        """Send to it again, what waits for it first; events from while it was disabled are not made up for."""
        told = {"state": State.ENABLED, "disabled_because": Because.NOTHING, "failing_since": None}
        return await self._change(endpoint_id, **told)

    async def disable(self, endpoint_id: str) -> Endpoint:
        """Send it nothing; what waits for it goes on waiting."""
        return await self._change(endpoint_id, state=State.DISABLED, disabled_because=Because.STAFF)

    async def delete(self, endpoint_id: str) -> Endpoint:
        """Give up what waits for it, and forget its secrets; its log stays for its time."""
        now = self._now()
        async with self._engine.begin() as connection:
            endpoint = await endpoints.find(connection, endpoint_id)
            if endpoint is None:
                raise UnknownWebhookEndpoint
            await endpoints.change(connection, endpoint_id, now, state=State.DELETED)
            await secrets.forget(connection, endpoint_id)
            await delivery_log.cancel(connection, endpoint_id, now)
        return replace(endpoint, state=State.DELETED)

    async def rotate(self, endpoint_id: str, *, end_previous: bool) -> tuple[Endpoint, str]:
        """A new secret; for a day webhooks are signed by the one before too, unless that ends at once."""
        async with self._engine.begin() as connection:
            endpoint = await endpoints.change(connection, endpoint_id, self._now())
            if endpoint is None:
                raise UnknownWebhookEndpoint
            return endpoint, await self._keeper.rotate(connection, endpoint_id, end_previous=end_previous)

    async def test(self, endpoint_id: str) -> int:
        """Send a webhook that says nothing but that it is a test, once; its delivery's id."""
        now = self._now()
        async with self._engine.begin() as connection:
            endpoint = await endpoints.find(connection, endpoint_id)
            if endpoint is None:
                raise UnknownWebhookEndpoint
            if endpoint.state is not State.ENABLED:
                raise WebhookEndpointDisabled("enable the endpoint first", field="endpoint_id")
            body = events.body(events.TEST, now, {"endpointId": endpoint_id})
            message = Message(f"test_{uuid4().hex}", events.TEST, "", now, body)
            return await messages.add_for_one(connection, message, endpoint_id, now)

    async def _change(self, endpoint_id: str, **changed: object) -> Endpoint:
        async with self._engine.begin() as connection:
            endpoint = await endpoints.change(connection, endpoint_id, self._now(), **changed)
        if endpoint is None:
            raise UnknownWebhookEndpoint
        return endpoint

    def _check(self, **told: object) -> None:
        if "url" in told:
            check_url(str(told["url"]), closed=self._closed)
        if "description" in told:
            check_line(str(told["description"]), LONGEST_DESCRIPTION, "description")
        if "programme_id" in told:
            check_line(str(told["programme_id"]), LONGEST_NAME, "programme_id")
        if "event_types" in told:
            wanted = told["event_types"]
            assert isinstance(wanted, Sequence)
            if not wanted or not set(wanted) <= set(events.TYPES):
                raise UnknownEventType(
                    "name at least one event type of webhookEventTypes, and no other", field="event_types"
                )


def check_line(text: str, longest: int, field: str) -> None:
    """Refuse what is longer than one short line. Raises ``DescriptionNotValid``."""
    if len(text) > longest or (text and not text.isprintable()):
        raise DescriptionNotValid(f"at most {longest} characters, in one line", field=field)
