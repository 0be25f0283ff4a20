"""Webhook sources: order systems that may send orders, as staff keep them, and what they sent."""

from datetime import datetime
from uuid import UUID

import strawberry

from gateway.admin.audit import audited
from gateway.admin.permissions import WEBHOOK_KEEPERS, WEBHOOK_READERS, to
from gateway.admin.webhooks.webhook_deliveries import number_of
from gateway.admin.webhooks.webhook_endpoints import WebhookState
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import UserError
from gateway.paging import Connection, connection, page_size
from gateway.storage.webhooks.endpoints import State
from gateway.storage.webhooks.receipts import Receipt
from gateway.storage.webhooks.sources import Source


@strawberry.type(description="An order system whose webhooks are believed.")
class WebhookSource:
    id: strawberry.ID = strawberry.field(description="It sends to POST /webhooks/orders/{id}.")
    source: str = strawberry.field(description="What it is called in the ledger.")
    description: str
    programme_id: str | None = strawberry.field(
        description="It records orders of this programme alone; null for any."
    )
    state: WebhookState
    previous_secret_ends_at: datetime | None = strawberry.field(
        description="Until when the secret before is believed, too."
    )
    created_at: datetime
    updated_at: datetime


@strawberry.type(description="A webhook that a source sent, proven by its secret.")
class WebhookReceipt:
    id: strawberry.ID
    source_id: strawberry.ID
    webhook_id: str
    type: str | None = strawberry.field(description="Null when it was not understood.")
    order_id: str | None
    outcome_code: str | None = strawberry.field(
        description="SUCCEEDED or why it was refused; null while nobody knows."
    )
    times: int = strawberry.field(description="How often it came.")
    received_at: datetime
    answered_at: datetime | None


@strawberry.input(description="A new source, and why it is made.")
class CreateWebhookSourceInput:
    source: str = strawberry.field(description="What it is called in the ledger; without a colon.")
    description: str = ""
    programme_id: str = strawberry.field(default="", description="Empty for any programme.")
    reason: str


@strawberry.input(description="A source, and why it is acted on.")
class WebhookSourceInput:
    source_id: UUID
    reason: str


@strawberry.input(description="A source that gets a new secret, and why.")
class RotateWebhookSourceSecretInput:
    source_id: UUID
    end_previous: bool = strawberry.field(
        default=False, description="True when the secret has leaked; otherwise it is good for another day."
    )
    reason: str


@strawberry.type
class WebhookSourcePayload:
    source: WebhookSource | None
    user_errors: list[UserError]


@strawberry.type
class WebhookSourceSecretPayload:
    source: WebhookSource | None
    secret: str | None = strawberry.field(description="whsec_…; shown this once and never again.")
    user_errors: list[UserError]


@strawberry.type
class WebhookSourceQueries:
    @strawberry.field(
        metadata=to(WEBHOOK_READERS), description="All sources, the oldest first; 100 at the most."
    )
    async def webhook_sources(self, info: Info) -> list[WebhookSource] | None:
        kept = info.context.services.webhooks.sources
        found = await kept.everyone()
        ends = await kept.previous_secrets_end([one.source_id for one in found])
        return [_source(one, ends.get(one.source_id)) for one in found]

    @strawberry.field(
        metadata=to(WEBHOOK_READERS),
        description="What sources sent in the last 30 days, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def webhook_receipts(
        self, info: Info, first: int, after: str | None = None, source_id: UUID | None = None
    ) -> Connection[WebhookReceipt] | None:
        asked = page_size(first)
        found = await info.context.services.webhooks.sources.receipts(
            first=asked, before=number_of(after), source_id=str(source_id) if source_id else None
        )
        shown = found[:asked]
        return connection(
            [_receipt(one) for one in shown],
            [str(one.receipt_id) for one in shown],
            has_next_page=len(found) > asked,
            after=after,
        )


@strawberry.type
class WebhookSourceMutations:
    @strawberry.mutation(
        metadata=to(WEBHOOK_KEEPERS), description="Lets an order system send orders and refunds, signed."
    )
    async def create_webhook_source(
        self, info: Info, input: CreateWebhookSourceInput
    ) -> WebhookSourceSecretPayload:
        kept = info.context.services.webhooks.sources
        made, refused = await audited(
            info,
            "createWebhookSource",
            {"source": input.source, "programmeId": input.programme_id},
            input.reason,
            lambda: kept.create(input.source, input.description, input.programme_id),
        )
        return WebhookSourceSecretPayload(
            source=_source(made[0]) if made else None, secret=made[1] if made else None, user_errors=refused
        )

    @strawberry.mutation(metadata=to(WEBHOOK_KEEPERS), description="Believes a source again.")
    async def enable_webhook_source(self, info: Info, input: WebhookSourceInput) -> WebhookSourcePayload:
        return await _turn(info, "enableWebhookSource", input, State.ENABLED)

    @strawberry.mutation(metadata=to(WEBHOOK_KEEPERS), description="Believes a source nothing.")
    async def disable_webhook_source(self, info: Info, input: WebhookSourceInput) -> WebhookSourcePayload:
        return await _turn(info, "disableWebhookSource", input, State.DISABLED)

    @strawberry.mutation(
        metadata=to(WEBHOOK_KEEPERS), description="Deletes a source and its secrets for good."
    )
    async def delete_webhook_source(self, info: Info, input: WebhookSourceInput) -> WebhookSourcePayload:
        return await _turn(info, "deleteWebhookSource", input, State.DELETED)

    @strawberry.mutation(
        metadata=to(WEBHOOK_KEEPERS),
        description="Gives a source a new secret; for a day either is believed.",
    )
    async def rotate_webhook_source_secret(
        self, info: Info, input: RotateWebhookSourceSecretInput
    ) -> WebhookSourceSecretPayload:
        kept = info.context.services.webhooks.sources
        source_id = str(input.source_id)
        made, refused = await audited(
            info,
            "rotateWebhookSourceSecret",
            {"sourceId": source_id, "endPrevious": input.end_previous},
            input.reason,
            lambda: kept.rotate(source_id, end_previous=input.end_previous),
        )
        ends = await kept.previous_secrets_end([source_id]) if made else {}
        return WebhookSourceSecretPayload(
            source=_source(made[0], ends.get(source_id)) if made else None,
            secret=made[1] if made else None,
            user_errors=refused,
        )


async def _turn(info: Info, operation: str, input: WebhookSourceInput, state: State) -> WebhookSourcePayload:
    kept = info.context.services.webhooks.sources
    source_id = str(input.source_id)
    subject = {"sourceId": source_id}
    turned, refused = await audited(
        info, operation, subject, input.reason, lambda: kept.turn(source_id, state)
    )
    ends = await kept.previous_secrets_end([source_id]) if turned else {}
    return WebhookSourcePayload(
        source=_source(turned, ends.get(source_id)) if turned else None, user_errors=refused
    )


def _source(kept: Source, previous_secret_ends_at: datetime | None = None) -> WebhookSource:
    return WebhookSource(
        id=strawberry.ID(kept.source_id),
        source=kept.source,
        description=kept.description,
        programme_id=kept.programme_id or None,
        state=WebhookState(kept.state),
        previous_secret_ends_at=previous_secret_ends_at,
        created_at=kept.created_at,
        updated_at=kept.updated_at,
    )


def _receipt(kept: Receipt) -> WebhookReceipt:
    return WebhookReceipt(
        id=strawberry.ID(str(kept.receipt_id)),
        source_id=strawberry.ID(kept.source_id),
        webhook_id=kept.webhook_id,
        type=kept.type or None,
        order_id=kept.order_id or None,
        outcome_code=kept.outcome_code or None,
        times=kept.times,
        received_at=kept.received_at,
        answered_at=kept.answered_at,
    )
