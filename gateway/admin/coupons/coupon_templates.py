"""Coupon templates as staff see them and program admins draft, publish and stop them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from huiyuan.loyalty.v1 import coupon_templates_pb2 as wire

from gateway.admin.audit import audited
from gateway.admin.coupons.coupon_terms import CouponTerms, CouponTermsInput, terms
from gateway.admin.permissions import DRAFT_PUBLISHERS, DRAFTERS, RULE_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Long, Money, instant, money
from services.kit.refusal import Kind, Refusal

_REASON = "What the audit keeps: 1 to 200 characters, in one line."


@strawberry.enum(description="Whether coupons are issued by a template.")
class CouponTemplateState(Enum):
    # Never published.
    DRAFT = wire.COUPON_TEMPLATE_STATE_DRAFT
    PUBLISHED = wire.COUPON_TEMPLATE_STATE_PUBLISHED
    # Nothing more is issued; what is out stays good.
    STOPPED = wire.COUPON_TEMPLATE_STATE_STOPPED


@strawberry.type(description="What became of a template's coupons, as of now.")
class CouponStatistics:
    issued: Long = strawberry.field(description="All of them.")
    open: Long
    held: Long
    used: Long
    expired: Long
    revoked: Long
    taken_off: Money
    cost: Money
    committed: Money = strawberry.field(
        description="What was taken off, cost, and may come still: what the budget counts."
    )


@strawberry.type(description="What an edition says, for good.")
class CouponEdition:
    edition: int
    terms: CouponTerms
    published_by: str
    published_at: datetime
    reason: str


@strawberry.type(description="A template of coupons.")
class CouponTemplate:
    programme_id: str
    key: str
    state: CouponTemplateState
    edition: int | None = strawberry.field(description="The newest; null while there is none.")
    terms: CouponTerms | None = strawberry.field(description="What the newest edition says.")
    draft: CouponTerms | None = strawberry.field(description="What is not published yet.")
    changed_at: datetime
    revision: int = strawberry.field(
        description="Grows with every change; a change names the one it is made from."
    )

    @strawberry.field
    async def statistics(self, info: Info) -> CouponStatistics | None:
        found = await _get(info, self.programme_id, self.key)
        return _statistics(found.statistics) if found else None

    @strawberry.field(description="Every edition, newest first.")
    async def editions(self, info: Info) -> list[CouponEdition] | None:
        clients = info.context.clients
        found = await clients.coupon_templates.list_coupon_editions(
            wire.ListCouponEditionsRequest(programme_id=self.programme_id, key=self.key),
            headers=info.context.named(LOYALTY),
        )
        return [
            CouponEdition(
                edition=one.edition,
                terms=terms(one.terms),
                published_by=one.published_by,
                published_at=instant(one.published_at),
                reason=one.reason,
            )
            for one in found.editions
        ]


@strawberry.input(description="Terms to keep as a template's draft.")
class SaveCouponTemplateInput:
    key: str = strawberry.field(description="1 to 40 characters of a-z, 0-9, _ and -.")
    terms: CouponTermsInput
    based_on_revision: int = strawberry.field(
        default=0, description="The revision that is changed; left out for a new template."
    )
    programme_id: str = DEFAULT_PROGRAMME
    reason: str = strawberry.field(description=_REASON)


@strawberry.input(description="A template whose draft becomes its next edition.")
class PublishCouponTemplateInput:
    key: str
    based_on_revision: int = strawberry.field(description="The revision that was looked at.")
    programme_id: str = DEFAULT_PROGRAMME
    reason: str = strawberry.field(description=_REASON)


@strawberry.input(description="A template that is to issue nothing more.")
class StopCouponTemplateInput:
    key: str
    programme_id: str = DEFAULT_PROGRAMME
    reason: str = strawberry.field(description=_REASON)


@strawberry.type
class CouponTemplatePayload:
    template: CouponTemplate | None
    replayed: bool = strawberry.field(description="True when it was so already.")
    user_errors: list[UserError]


@strawberry.type
class CouponTemplateQueries:
    @strawberry.field(
        metadata=to(RULE_READERS),
        description="The templates of coupons by their keys; at most 100 a page.",
        directives=[PAGED],
    )
    async def coupon_templates(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        state: CouponTemplateState | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Connection[CouponTemplate] | None:
        found = await info.context.clients.coupon_templates.list_coupon_templates(
            wire.ListCouponTemplatesRequest(
                programme_id=programme_id,
                state=state.value if state else wire.COUPON_TEMPLATE_STATE_UNSPECIFIED,
                first=page_size(first),
                after=key_of(after),
            ),
            headers=info.context.named(LOYALTY),
        )
        return connection(
            [_template(one) for one in found.templates],
            [one.key for one in found.templates],
            has_next_page=found.has_next_page,
            after=after,
        )

    @strawberry.field(
        metadata=to(RULE_READERS), description="A template of coupons; null when there is none."
    )
    async def coupon_template(
        self, info: Info, key: str, programme_id: str = DEFAULT_PROGRAMME
    ) -> CouponTemplate | None:
        found = await _get(info, programme_id, key)
        return _template(found.template) if found else None


@strawberry.type
class CouponTemplateMutations:
    @strawberry.mutation(
        metadata=to(DRAFTERS), description="Keeps terms as a template's draft; what is published stays."
    )
    async def save_coupon_template(self, info: Info, input: SaveCouponTemplateInput) -> CouponTemplatePayload:
        request = wire.SaveCouponTemplateRequest(
            programme_id=input.programme_id,
            key=input.key,
            terms=input.terms.wire(),
            based_on_revision=input.based_on_revision,
            reason=input.reason,
        )
        call = info.context.clients.coupon_templates.save_coupon_template
        return await _changed(info, "saveCouponTemplate", request, call)

    @strawberry.mutation(
        metadata=to(DRAFT_PUBLISHERS),
        description="Makes the draft the next edition, by which coupons are issued from now on.",
    )
    async def publish_coupon_template(
        self, info: Info, input: PublishCouponTemplateInput
    ) -> CouponTemplatePayload:
        request = wire.PublishCouponTemplateRequest(
            programme_id=input.programme_id,
            key=input.key,
            based_on_revision=input.based_on_revision,
            reason=input.reason,
        )
        call = info.context.clients.coupon_templates.publish_coupon_template
        return await _changed(info, "publishCouponTemplate", request, call)

    @strawberry.mutation(
        metadata=to(DRAFT_PUBLISHERS), description="Issues no more coupons; those that are out stay good."
    )
    async def stop_coupon_template(self, info: Info, input: StopCouponTemplateInput) -> CouponTemplatePayload:
        request = wire.StopCouponTemplateRequest(
            programme_id=input.programme_id, key=input.key, reason=input.reason
        )
        call = info.context.clients.coupon_templates.stop_coupon_template
        return await _changed(info, "stopCouponTemplate", request, call)


async def _changed(
    info: Info, operation: str, request: Any, call: Callable[..., Awaitable[Any]]
) -> CouponTemplatePayload:
    """Change a template between two rows of the audit, which names the revision before; editions keep the terms."""
    subject = {"template": request.key, "revision": getattr(request, "based_on_revision", 0)}
    done, refused = await audited(
        info, operation, subject, request.reason, lambda: call(request, headers=info.context.named(LOYALTY))
    )
    return CouponTemplatePayload(
        template=_template(done.template) if done else None,
        replayed=bool(getattr(done, "replayed", False)),
        user_errors=refused,
    )


async def _get(info: Info, programme_id: str, key: str) -> wire.GetCouponTemplateResponse | None:
    request = wire.GetCouponTemplateRequest(programme_id=programme_id, key=key)
    try:
        return await info.context.clients.coupon_templates.get_coupon_template(
            request, headers=info.context.named(LOYALTY)
        )
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            return None
        raise


def _template(told: wire.CouponTemplate) -> CouponTemplate:
    return CouponTemplate(
        programme_id=told.programme_id,
        key=told.key,
        state=CouponTemplateState(told.state),
        edition=told.edition or None,
        terms=terms(told.terms) if told.HasField("terms") else None,
        draft=terms(told.draft) if told.HasField("draft") else None,
        changed_at=instant(told.changed_at),
        revision=told.revision,
    )


def _statistics(told: wire.CouponStatistics) -> CouponStatistics:
    return CouponStatistics(
        issued=Long(told.issued),
        open=Long(told.open),
        held=Long(told.held),
        used=Long(told.used),
        expired=Long(told.expired),
        revoked=Long(told.revoked),
        taken_off=money(told.taken_off),
        cost=money(told.cost),
        committed=money(told.committed),
    )
