"""Coupons as staff issue them to members, find, give back and revoke them."""

from datetime import datetime
from uuid import UUID

import strawberry
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import coupons_pb2 as wire
from huiyuan.loyalty.v1 import redemptions_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import COUPON_ISSUERS, MEMBER_READERS, REVERSERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import PAGED, ListSize
from gateway.errors import UserError, user_error
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import instant, timestamp
from gateway.views.coupons import Coupon, coupon
from services.kit.refusal import Kind, Refusal
from services.kit.rpc import RemoteRefusal

_REASON = "A reason code: 1 to 64 characters of A-Z, 0-9 and _."


@strawberry.type(description="A member's coupon.")
class MemberCoupon:
    member_id: strawberry.ID
    coupon: Coupon


@strawberry.type(description="A coupon that was issued to a member.")
class IssuedCoupon:
    coupon_id: strawberry.ID
    member_id: strawberry.ID
    expires_at: datetime
    replayed: bool = strawberry.field(description="True when it was issued before, under the same id.")


@strawberry.type(description="Why one of a list got no coupon, or kept it.")
class CouponRefusal:
    id: strawberry.ID = strawberry.field(description="The member's id, or the coupon's.")
    error: UserError


@strawberry.input(description="Members to issue a coupon of a template to, at most 250 a call.")
class IssueCouponsInput:
    template: str
    member_ids: list[UUID]
    issue_id: str = strawberry.field(
        description="1 to 100 printable characters; names the list, so that each member gets one of it."
    )
    programme_id: str = DEFAULT_PROGRAMME
    reason: str = strawberry.field(description=_REASON)


@strawberry.type
class IssueCouponsPayload:
    issued: list[IssuedCoupon]
    refused: list[CouponRefusal]
    user_errors: list[UserError]


@strawberry.input(description="Coupons to take from their members for good, at most 250.")
class RevokeCouponsInput:
    coupon_ids: list[UUID]
    reason: str = strawberry.field(description=_REASON)


@strawberry.type
class RevokeCouponsPayload:
    revoked: list[strawberry.ID]
    refused: list[CouponRefusal]
    user_errors: list[UserError]


@strawberry.input(description="An order whose coupons are given back.")
class ReinstateCouponsInput:
    member_id: UUID
    source: str
    order_id: str
    coupon_ids: list[UUID] | None = strawberry.field(
        default=None, description="Without them, all that were used on it."
    )
    programme_id: str = DEFAULT_PROGRAMME
    reason: str = strawberry.field(description=_REASON)


@strawberry.type
class ReinstateCouponsPayload:
    reinstated: list[Coupon]
    replayed: bool = strawberry.field(description="True when nothing of it was used on the order any more.")
    user_errors: list[UserError]


@strawberry.type
class CouponQueries:
    @strawberry.field(
        metadata=to(MEMBER_READERS),
        description="The coupon of a code as it stands on it; null when there is none.",
    )
    async def coupon_by_code(self, info: Info, code: str) -> MemberCoupon | None:
        clients = info.context.clients
        try:
            found = await clients.coupons.find_coupon(
                wire.FindCouponRequest(code=code), headers=info.context.named(LOYALTY)
            )
        except Refusal as refusal:
            if refusal.kind is Kind.NOT_FOUND:
                return None
            raise
        return _of(info, found.coupon)

    @strawberry.field(
        metadata=to(COUPON_ISSUERS),
        description="Whose open coupons expire before an instant, the first of them first; at most 100 a page. "
        "Whether a member may be reminded is judged when that is sent.",
        directives=[PAGED],
    )
    async def coupons_expiring_soon(
        self,
        info: Info,
        before: datetime,
        first: int,
        after: str | None = None,
        template: str | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Connection[MemberCoupon] | None:
        found = await info.context.clients.coupons.list_expiring_coupons(
            wire.ListExpiringCouponsRequest(
                programme_id=programme_id,
                expires_before=timestamp(before),
                template=template,
                first=page_size(first),
                after=key_of(after),
            ),
            headers=info.context.named(LOYALTY),
        )
        return connection(
            [_of(info, one) for one in found.coupons],
            [one.coupon_id for one in found.coupons],
            has_next_page=found.has_next_page,
            after=after,
        )


@strawberry.type
class CouponMutations:
    @strawberry.mutation(
        metadata=to(COUPON_ISSUERS),
        description="Issues a coupon to each of some members, in their order, while the budget lasts.",
        directives=[ListSize(assumed_size=10, sized_fields=["issued", "refused"])],
    )
    async def issue_coupons(self, info: Info, input: IssueCouponsInput) -> IssueCouponsPayload:
        context, members = info.context, [str(one) for one in input.member_ids]
        request = wire.IssueCouponsRequest(
            programme_id=input.programme_id,
            template=input.template,
            to=[wire.IssuedTo(member_id=one) for one in members],
            issue_id=input.issue_id,
            reason=input.reason,
        )

        subject = {"template": input.template, "issueId": input.issue_id, "members": len(members)}
        done, refused = await audited(
            info,
            "issueCoupons",
            subject,
            input.reason,
            lambda: context.clients.coupons.issue_coupons(request, headers=info.context.named(LOYALTY)),
        )
        results = list(zip(members, done.results, strict=True)) if done else []
        return IssueCouponsPayload(
            issued=[
                IssuedCoupon(
                    coupon_id=strawberry.ID(one.issued.coupon_id),
                    member_id=strawberry.ID(one.issued.member_id),
                    expires_at=instant(one.issued.expires_at),
                    replayed=one.issued.replayed,
                )
                for _, one in results
                if one.HasField("issued")
            ],
            refused=[_refused(info, who, one.refusal) for who, one in results if one.HasField("refusal")],
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(COUPON_ISSUERS),
        description="Takes coupons from their members for good; what is held or used is refused.",
        directives=[ListSize(assumed_size=10, sized_fields=["refused"])],
    )
    async def revoke_coupons(self, info: Info, input: RevokeCouponsInput) -> RevokeCouponsPayload:
        context, ids = info.context, [str(one) for one in input.coupon_ids]
        request = wire.RevokeCouponsRequest(coupon_ids=ids, reason=input.reason)

        subject = {"coupons": ids}
        done, refused = await audited(
            info,
            "revokeCoupons",
            subject,
            input.reason,
            lambda: context.clients.coupons.revoke_coupons(request, headers=info.context.named(LOYALTY)),
        )
        results = list(zip(ids, done.results, strict=True)) if done else []
        return RevokeCouponsPayload(
            revoked=[strawberry.ID(which) for which, one in results if one.HasField("revoked")],
            refused=[_refused(info, which, one.refusal) for which, one in results if one.HasField("refusal")],
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(REVERSERS),
        description="Gives back what was used on an order, with the validity it had.",
        directives=[ListSize(assumed_size=5, sized_fields=["reinstated"])],
    )
    async def reinstate_coupons(self, info: Info, input: ReinstateCouponsInput) -> ReinstateCouponsPayload:
        context = info.context
        request = wire.ReinstateCouponsRequest(
            programme_id=input.programme_id,
            member_id=str(input.member_id),
            order=redemptions_pb2.OrderReference(source=input.source, order_id=input.order_id),
            coupon_ids=[str(one) for one in input.coupon_ids or []],
            reason=input.reason,
        )
        subject = {"memberId": request.member_id, "source": input.source, "orderId": input.order_id}
        done, refused = await audited(
            info,
            "reinstateCoupons",
            subject,
            input.reason,
            lambda: context.clients.coupons.reinstate_coupons(request, headers=info.context.named(LOYALTY)),
        )
        return ReinstateCouponsPayload(
            reinstated=[coupon(one, context.locale) for one in done.reinstated] if done else [],
            replayed=done is not None and done.replayed,
            user_errors=refused,
        )


def _of(info: Info, told: wire.Coupon) -> MemberCoupon:
    return MemberCoupon(member_id=strawberry.ID(told.member_id), coupon=coupon(told, info.context.locale))


def _refused(info: Info, which: str, refusal: kit_pb2.Refusal) -> CouponRefusal:
    error = user_error(RemoteRefusal(refusal), info.context.locale)
    return CouponRefusal(id=strawberry.ID(which), error=error)
