"""Webhook deliveries: what was sent where, how each attempt went, and what is sent again."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import strawberry

from gateway.admin.audit import audited
from gateway.admin.permissions import WEBHOOK_OPERATORS, WEBHOOK_READERS, to
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import UserError
from gateway.paging import Connection, CursorNotOurs, connection, key_of, page_size
from gateway.scalars import Long
from gateway.storage.webhooks.deliveries import Attempt, DeliveryState
from gateway.storage.webhooks.delivery_log import Logged
from gateway.webhooks.log import UnknownWebhookDelivery
from gateway.webhooks.sender import Failure

_LARGEST_ID = 2**63 - 1


@strawberry.enum(description="How far a delivery got.")
class WebhookDeliveryState(StrEnum):
    # It waits for its first attempt, or the next one.
    PENDING = DeliveryState.PENDING
    SUCCEEDED = DeliveryState.SUCCEEDED
    # It was given up; it can be sent again.
    FAILED = DeliveryState.FAILED
    # Its endpoint was deleted.
    CANCELLED = DeliveryState.CANCELLED


@strawberry.enum(description="Why an endpoint did not take a webhook.")
class WebhookFailure(StrEnum):
    # The status was neither 2xx, 3xx nor 410.
    STATUS = Failure.STATUS
    # The status was 3xx, and redirects are not followed.
    REDIRECTED = Failure.REDIRECTED
    # The status was 410, and the endpoint was disabled.
    GONE = Failure.GONE
    # No answer within 15 seconds.
    TIMED_OUT = Failure.TIMED_OUT
    NOT_CONNECTED = Failure.NOT_CONNECTED
    # Its TLS certificate is not good.
    NOT_SECURE = Failure.NOT_SECURE
    NAME_NOT_RESOLVED = Failure.NAME_NOT_RESOLVED
    # Its name leads to an address that is not on the public internet.
    ADDRESS_REFUSED = Failure.ADDRESS_REFUSED
    NOT_HTTP = Failure.NOT_HTTP
    # Its secret does not open with this gateway's WEBHOOK_KEY.
    NOT_SIGNED = Failure.NOT_SIGNED


@strawberry.type(description="One attempt. What the endpoint said beside its status is not kept.")
class WebhookAttempt:
    number: int
    started_at: datetime
    duration_ms: int
    status_code: int | None
    failure: WebhookFailure | None = strawberry.field(description="Null when the endpoint took it.")


@strawberry.type(description="A webhook on its way to one endpoint.")
class WebhookDelivery:
    id: strawberry.ID
    webhook_id: str = strawberry.field(description="The webhook-id header, the same at every attempt.")
    endpoint_id: strawberry.ID
    event_type: str
    state: WebhookDeliveryState
    created_at: datetime
    finished_at: datetime | None
    next_attempt_at: datetime | None = strawberry.field(description="Null unless it is pending.")
    attempt_count: int
    attempts: list[WebhookAttempt] = strawberry.field(description="The newest 50 at the most, in order.")
    body: str = strawberry.field(description="What is sent, to the byte.")


@strawberry.input(description="A delivery to send again, and why.")
class ReplayWebhookDeliveryInput:
    delivery_id: strawberry.ID
    reason: str


@strawberry.input(description="Which failed deliveries to send again, and why.")
class ReplayFailedWebhooksInput:
    endpoint_id: UUID
    since: datetime = strawberry.field(description="Those that were written at this instant or later.")
    reason: str


@strawberry.type
class ReplayWebhookDeliveryPayload:
    delivery: WebhookDelivery | None
    user_errors: list[UserError]


@strawberry.type
class ReplayFailedWebhooksPayload:
    replayed: Long | None = strawberry.field(description="How many are sent again.")
    user_errors: list[UserError]


@strawberry.type
class WebhookDeliveryQueries:
    @strawberry.field(
        metadata=to(WEBHOOK_READERS),
        description="What was sent in the last 30 days, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def webhook_deliveries(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        endpoint_id: UUID | None = None,
        state: WebhookDeliveryState | None = None,
        event_type: str | None = None,
    ) -> Connection[WebhookDelivery] | None:
        asked = page_size(first)
        found = await info.context.services.webhooks.log.page(
            first=asked,
            before=number_of(after),
            endpoint_id=str(endpoint_id) if endpoint_id else None,
            state=DeliveryState(state) if state else None,
            type=event_type,
        )
        shown = found[:asked]
        return connection(
            [_delivery(one) for one in shown],
            [str(one.delivery_id) for one in shown],
            has_next_page=len(found) > asked,
            after=after,
        )

    @strawberry.field(
        metadata=to(WEBHOOK_READERS), description="One delivery; null when the log does not hold it."
    )
    async def webhook_delivery(self, info: Info, id: strawberry.ID) -> WebhookDelivery | None:
        delivery_id = _number(id)
        found = None if delivery_id is None else await info.context.services.webhooks.log.one(delivery_id)
        return None if found is None else _delivery(found)


@strawberry.type
class WebhookDeliveryMutations:
    @strawberry.mutation(
        metadata=to(WEBHOOK_OPERATORS),
        description="Sends a delivery again from the start, whatever became of it, or at once what waits.",
    )
    async def replay_webhook_delivery(
        self, info: Info, input: ReplayWebhookDeliveryInput
    ) -> ReplayWebhookDeliveryPayload:
        log = info.context.services.webhooks.log
        delivery_id = _number(input.delivery_id)

        async def replay() -> Logged:
            if delivery_id is None:
                raise UnknownWebhookDelivery
            return await log.replay(delivery_id)

        sent, refused = await audited(
            info, "replayWebhookDelivery", {"deliveryId": str(delivery_id)}, input.reason, replay
        )
        return ReplayWebhookDeliveryPayload(delivery=_delivery(sent) if sent else None, user_errors=refused)

    @strawberry.mutation(
        metadata=to(WEBHOOK_OPERATORS),
        description="Sends again what an endpoint did not take and what was given up since an instant.",
    )
    async def replay_failed_webhooks(
        self, info: Info, input: ReplayFailedWebhooksInput
    ) -> ReplayFailedWebhooksPayload:
        log = info.context.services.webhooks.log
        endpoint_id = str(input.endpoint_id)
        replayed, refused = await audited(
            info,
            "replayFailedWebhooks",
            {"endpointId": endpoint_id},
            input.reason,
            lambda: log.replay_failed(endpoint_id, input.since),
        )
        return ReplayFailedWebhooksPayload(
            replayed=None if replayed is None else Long(replayed), user_errors=refused
        )


def number_of(after: str | None) -> int | None:
    """The place that a cursor names. Raises ``CursorNotOurs``."""
    if after is None:
        return None
    number = _number(key_of(after))
    if number is None:
        raise CursorNotOurs("after must be a cursor that an earlier page gave", field="after")
    return number


def _number(id: str) -> int | None:
    known = id.isascii() and id.isdigit() and len(id) < 20 and int(id) <= _LARGEST_ID
    return int(id) if known else None


def _delivery(logged: Logged) -> WebhookDelivery:
    return WebhookDelivery(
        id=strawberry.ID(str(logged.delivery_id)),
        webhook_id=logged.message_id,
        endpoint_id=strawberry.ID(logged.endpoint_id),
        event_type=logged.type,
        state=WebhookDeliveryState(logged.state),
        created_at=logged.created_at,
        finished_at=logged.finished_at,
        next_attempt_at=logged.due_at if logged.state is DeliveryState.PENDING else None,
        attempt_count=logged.attempt_count,
        attempts=[_attempt(number, one) for number, one in logged.attempts.items()],
        body=logged.body.decode(),
    )


def _attempt(number: int, attempt: Attempt) -> WebhookAttempt:
    return WebhookAttempt(
        number=number,
        started_at=attempt.started_at,
        duration_ms=attempt.duration_ms,
        status_code=attempt.status_code,
        failure=WebhookFailure(attempt.error) if attempt.error else None,
    )
