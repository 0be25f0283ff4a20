"""Webhook endpoints: other systems that are told of events, as staff keep them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import strawberry

from gateway.admin.audit import audited
from gateway.admin.permissions import WEBHOOK_KEEPERS, WEBHOOK_OPERATORS, WEBHOOK_READERS, to
from gateway.context import Info
from gateway.errors import UserError
from gateway.storage.webhooks.endpoints import Because, Endpoint, State
from gateway.webhooks.events import TYPES


@strawberry.enum(description="Whether an endpoint is told of events, or a source believed.")
class WebhookState(StrEnum):
    ENABLED = State.ENABLED
    DISABLED = State.DISABLED
    DELETED = State.DELETED


@strawberry.enum(description="Why an endpoint is disabled.")
class WebhookDisabledBecause(StrEnum):
    STAFF = Because.STAFF
    # It answered 410: it wants no more.
    GONE = Because.GONE
    # It took nothing for five days.
    FAILING = Because.FAILING


@strawberry.type(description="Where events are sent, and which.")
class WebhookEndpoint:
    id: strawberry.ID
    url: str
    description: str
    event_types: list[str]
    programme_id: str | None = strawberry.field(
        description="Only events of this programme, and those of none; null for all."
    )
    state: WebhookState
    disabled_because: WebhookDisabledBecause | None
    failing_since: datetime | None = strawberry.field(description="Since when it took nothing.")
    previous_secret_ends_at: datetime | None = strawberry.field(
        description="Until when webhooks are signed by the secret before, too."
    )
    created_at: datetime
    updated_at: datetime


@strawberry.input(
    description="A new endpoint, and why it is made. Consent is not asked before it is told of members: it is your own, or that "
    "of who processes for you (PIPL 21), never a third party's (PIPL 23)."
)
class CreateWebhookEndpointInput:
    url: str = strawberry.field(description="In production https, on the public internet.")
    event_types: list[str] = strawberry.field(description="Of webhookEventTypes, at least one.")
    description: str = ""
    programme_id: str = strawberry.field(default="", description="Empty for all programmes.")
    reason: str


@strawberry.input(description="What to change of an endpoint, and why; what is left out stays.")
class UpdateWebhookEndpointInput:
    endpoint_id: UUID
    url: str | None = None
    event_types: list[str] | None = None
    description: str | None = None
    programme_id: str | None = strawberry.field(default=None, description="Empty for all programmes.")
    reason: str


@strawberry.input(description="An endpoint, and why it is acted on.")
class WebhookEndpointInput:
    endpoint_id: UUID
    reason: str


@strawberry.input(description="An endpoint that gets a new secret, and why.")
class RotateWebhookEndpointSecretInput:
    endpoint_id: UUID
    end_previous: bool = strawberry.field(
        default=False, description="True when the secret has leaked; otherwise it is good for another day."
    )
    reason: str


@strawberry.type
class WebhookEndpointPayload:
    endpoint: WebhookEndpoint | None
    user_errors: list[UserError]


@strawberry.type
class WebhookEndpointSecretPayload:
    endpoint: WebhookEndpoint | None
    secret: str | None = strawberry.field(description="whsec_…; shown this once and never again.")
    user_errors: list[UserError]


@strawberry.type
class SendTestWebhookPayload:
    delivery_id: strawberry.ID | None = strawberry.field(description="How it went is in webhookDelivery.")
    user_errors: list[UserError]


@strawberry.type
class WebhookEndpointQueries:
    @strawberry.field(
        metadata=to(WEBHOOK_READERS), description="The types of events that endpoints may ask for."
    )
    def webhook_event_types(self) -> list[str]:
        return list(TYPES)

    @strawberry.field(
        metadata=to(WEBHOOK_READERS), description="All endpoints, the oldest first; 100 at the most."
    )
    async def webhook_endpoints(self, info: Info) -> list[WebhookEndpoint] | None:
        kept = info.context.services.webhooks.endpoints
        found = await kept.everyone()
        ends = await kept.previous_secrets_end([one.endpoint_id for one in found])
        return [_endpoint(one, ends.get(one.endpoint_id)) for one in found]


@strawberry.type
class WebhookEndpointMutations:
    @strawberry.mutation(
        metadata=to(WEBHOOK_KEEPERS), description="Tells another system of events, from now on."
    )
    async def create_webhook_endpoint(
        self, info: Info, input: CreateWebhookEndpointInput
    ) -> WebhookEndpointSecretPayload:
        kept = info.context.services.webhooks.endpoints
        made, refused = await audited(
            info,
            "createWebhookEndpoint",
            {"eventTypes": input.event_types, "programmeId": input.programme_id},
            input.reason,
            lambda: kept.create(input.url, input.description, input.event_types, input.programme_id),
        )
        return WebhookEndpointSecretPayload(
            endpoint=_endpoint(made[0]) if made else None,
            secret=made[1] if made else None,
            user_errors=refused,
        )

    @strawberry.mutation(metadata=to(WEBHOOK_KEEPERS), description="Changes where events go, or which.")
    async def update_webhook_endpoint(
        self, info: Info, input: UpdateWebhookEndpointInput
    ) -> WebhookEndpointPayload:
        given = {
            "url": input.url,
            "description": input.description,
            "event_types": None if input.event_types is None else sorted(set(input.event_types)),
            "programme_id": input.programme_id,
        }
        changed = {name: value for name, value in given.items() if value is not None}
        kept = info.context.services.webhooks.endpoints
        return await _act(
            info,
            "updateWebhookEndpoint",
            input,
            lambda endpoint_id: kept.update(endpoint_id, **changed),
            changed=sorted(changed),
        )

    @strawberry.mutation(
        metadata=to(WEBHOOK_KEEPERS), description="Sends to an endpoint again, what waits for it first."
    )
    async def enable_webhook_endpoint(
        self, info: Info, input: WebhookEndpointInput
    ) -> WebhookEndpointPayload:
        kept = info.context.services.webhooks.endpoints
        return await _act(info, "enableWebhookEndpoint", input, kept.enable)

    @strawberry.mutation(
        metadata=to(WEBHOOK_KEEPERS),
        description="Sends an endpoint nothing. What waits goes on waiting; what happens meanwhile is not kept for it.",
    )
    async def disable_webhook_endpoint(
        self, info: Info, input: WebhookEndpointInput
    ) -> WebhookEndpointPayload:
        kept = info.context.services.webhooks.endpoints
        return await _act(info, "disableWebhookEndpoint", input, kept.disable)

    @strawberry.mutation(
        metadata=to(WEBHOOK_KEEPERS),
        description="Deletes an endpoint and its secrets for good; its deliveries stay in the log for their time.",
    )
    async def delete_webhook_endpoint(
        self, info: Info, input: WebhookEndpointInput
    ) -> WebhookEndpointPayload:
        kept = info.context.services.webhooks.endpoints
        return await _act(info, "deleteWebhookEndpoint", input, kept.delete)

    @strawberry.mutation(
        metadata=to(WEBHOOK_KEEPERS),
        description="Gives an endpoint a new secret; for a day webhooks are signed by both.",
    )
    async def rotate_webhook_endpoint_secret(
        self, info: Info, input: RotateWebhookEndpointSecretInput
    ) -> WebhookEndpointSecretPayload:
        kept = info.context.services.webhooks.endpoints
        endpoint_id = str(input.endpoint_id)
        made, refused = await audited(
            info,
            "rotateWebhookEndpointSecret",
            {"endpointId": endpoint_id, "endPrevious": input.end_previous},
            input.reason,
            lambda: kept.rotate(endpoint_id, end_previous=input.end_previous),
        )
        ends = await kept.previous_secrets_end([endpoint_id]) if made else {}
        return WebhookEndpointSecretPayload(
            endpoint=_endpoint(made[0], ends.get(endpoint_id)) if made else None,
            secret=made[1] if made else None,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(WEBHOOK_OPERATORS), description="Sends a webhook of the type webhook.test, once."
    )
    async def send_test_webhook(self, info: Info, input: WebhookEndpointInput) -> SendTestWebhookPayload:
        kept = info.context.services.webhooks.endpoints
        endpoint_id = str(input.endpoint_id)
        delivery_id, refused = await audited(
            info,
            "sendTestWebhook",
            {"endpointId": endpoint_id},
            input.reason,
            lambda: kept.test(endpoint_id),
        )
        return SendTestWebhookPayload(
            delivery_id=strawberry.ID(str(delivery_id)) if delivery_id else None, user_errors=refused
        )


async def _act(
    info: Info,
    operation: str,
    input: WebhookEndpointInput | UpdateWebhookEndpointInput,
    act: Callable[[str], Awaitable[Endpoint]],
    **subject: object,
) -> WebhookEndpointPayload:
    endpoint_id = str(input.endpoint_id)
    subject = {"endpointId": endpoint_id, **subject}
    changed, refused = await audited(info, operation, subject, input.reason, lambda: act(endpoint_id))
    kept = info.context.services.webhooks.endpoints
    ends = await kept.previous_secrets_end([endpoint_id]) if changed else {}
    return WebhookEndpointPayload(
        endpoint=_endpoint(changed, ends.get(endpoint_id)) if changed else None, user_errors=refused
    )


def _endpoint(kept: Endpoint, previous_secret_ends_at: datetime | None = None) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=strawberry.ID(kept.endpoint_id),
        url=kept.url,
        description=kept.description,
        event_types=list(kept.event_types),
        programme_id=kept.programme_id or None,
        state=WebhookState(kept.state),
        disabled_because=WebhookDisabledBecause(kept.disabled_because) if kept.disabled_because else None,
        failing_since=kept.failing_since,
        previous_secret_ends_at=previous_secret_ends_at,
        created_at=kept.created_at,
        updated_at=kept.updated_at,
    )
