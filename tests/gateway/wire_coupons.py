"""Coupons as the gateway meets them on the wire, with canned answers."""

from typing import Any

from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import coupon_templates_connect, coupons_connect
from huiyuan.loyalty.v1 import coupon_templates_pb2 as templates
from huiyuan.loyalty.v1 import coupons_pb2 as wire

from services.kit import rpc
from tests.gateway.answers import at
from tests.gateway.doors import Door

_READERS = rpc.staff("operations", "support", "program_admin", "auditor", "privacy_officer")
_ISSUERS = rpc.staff("operations", "program_admin")
_DRAFTERS = rpc.staff("program_admin")
_PUBLISHERS = rpc.staff("program_admin", "program_publisher")
_RULE_READERS = rpc.staff("program_admin", "program_publisher", "operations", "support", "auditor")


def _money(minor: int) -> kit_pb2.Money:
    return kit_pb2.Money(minor_units=minor, currency="CNY")


TERMS = templates.CouponTerms(
    name=kit_pb2.LocalizedText(zh="满百减十", en="10 off 100"),
    terms=kit_pb2.LocalizedText(zh="每单一张", en="One an order"),
    kind=templates.COUPON_KIND_AMOUNT_OFF,
    amount_off=_money(1_000),
    threshold=_money(10_000),
    skus=["TEA"],
    stacking_group="default",
    valid_for="P30D",
    most_per_member=1,
    claim=templates.COUPON_CLAIM_OPEN,
    hold_minutes=30,
)
TEMPLATE = templates.CouponTemplate(
    programme_id="demo",
    key="ten-off",
    state=templates.COUPON_TEMPLATE_STATE_PUBLISHED,
    edition=1,
    terms=TERMS,
    draft=TERMS,
    changed_at=at(2026, 11),
    revision=2,
)
STATISTICS = templates.CouponStatistics(
    issued=10,
    open=4,
    held=1,
    used=3,
    expired=1,
    revoked=1,
    taken_off=_money(3_000),
    cost=_money(0),
    committed=_money(8_000),
)
COUPON = wire.Coupon(
    coupon_id="5f0d6e0a-0000-4000-8000-00000000000c",
    member_id="5f0d6e0a-0000-4000-8000-000000000001",
    template="ten-off",
    edition=1,
    terms=TERMS,
    code="ABCD1234EFGH5678",
    state=wire.COUPON_STATE_HELD,
    issued_at=at(2026, 11),
    valid_from=at(2026, 11),
    expires_at=at(2026, 12),
    order_ref="shop:7",
    held_until=at(2026, 11, 2),
    taken_off=_money(1_000),
    programme_id="demo",
)
OFF = wire.CouponOff(
    coupon_id=COUPON.coupon_id,
    off=_money(1_000),
    lines=[wire.CouponLineOff(line_id="1", off=_money(1_000))],
)
REFUSAL = kit_pb2.Refusal(
    code="COUPON_LIMIT_REACHED", message="one is all one may", kind=kit_pb2.REFUSAL_KIND_DECLINED
)


class CouponTemplates(Door):
    @rpc.allow(_DRAFTERS)
    async def save_coupon_template(self, request: templates.SaveCouponTemplateRequest, _: Any) -> Any:
        self.services.change(request)
        return templates.SaveCouponTemplateResponse(template=TEMPLATE, replayed=True)

    @rpc.allow(_PUBLISHERS)
    async def publish_coupon_template(self, request: templates.PublishCouponTemplateRequest, _: Any) -> Any:
        self.services.change(request)
        return templates.PublishCouponTemplateResponse(template=TEMPLATE)

    @rpc.allow(_PUBLISHERS)
    async def stop_coupon_template(self, request: templates.StopCouponTemplateRequest, _: Any) -> Any:
        self.services.change(request)
        return templates.StopCouponTemplateResponse(template=TEMPLATE)

    @rpc.allow(_RULE_READERS)
    async def get_coupon_template(self, request: templates.GetCouponTemplateRequest, _: Any) -> Any:
        return templates.GetCouponTemplateResponse(template=TEMPLATE, statistics=STATISTICS)

    @rpc.allow(_RULE_READERS)
    async def list_coupon_templates(self, request: templates.ListCouponTemplatesRequest, _: Any) -> Any:
        return templates.ListCouponTemplatesResponse(templates=[TEMPLATE], has_next_page=not request.after)

    @rpc.allow(_RULE_READERS)
    async def list_coupon_editions(self, request: templates.ListCouponEditionsRequest, _: Any) -> Any:
        edition = templates.CouponEdition(
            edition=1, terms=TERMS, published_by="staff:ada", published_at=at(2026, 11), reason="autumn"
        )
        return templates.ListCouponEditionsResponse(editions=[edition])


class Coupons(Door):
    @rpc.allow(_ISSUERS)
    async def issue_coupons(self, request: wire.IssueCouponsRequest, _: Any) -> wire.IssueCouponsResponse:
        self.services.change(request)
        issued = [
            wire.IssueCouponResult(
                issued=wire.IssuedCoupon(
                    coupon_id=COUPON.coupon_id, member_id=one.member_id, expires_at=at(2026, 12)
                )
            )
            if nth == 0
            else wire.IssueCouponResult(refusal=REFUSAL)
            for nth, one in enumerate(request.to)
        ]
        return wire.IssueCouponsResponse(results=issued, issued=1)

    @rpc.allow(rpc.members)
    async def claim_coupon(self, request: wire.ClaimCouponRequest, _: Any) -> wire.ClaimCouponResponse:
        self.services.change(request)
        return wire.ClaimCouponResponse(coupon=COUPON, replayed=True)

    @rpc.allow(rpc.members, _READERS)
    async def list_coupons(self, request: wire.ListCouponsRequest, _: Any) -> wire.ListCouponsResponse:
        self.services.requests.append((rpc.caller(), request))
        return wire.ListCouponsResponse(coupons=[COUPON], has_next_page=not request.after)

    @rpc.allow(_READERS)
    async def find_coupon(self, request: wire.FindCouponRequest, _: Any) -> wire.FindCouponResponse:
        return wire.FindCouponResponse(coupon=COUPON)

    @rpc.allow(rpc.members)
    async def quote_coupons(self, request: wire.QuoteCouponsRequest, _: Any) -> wire.QuoteCouponsResponse:
        self.services.requests.append((rpc.caller(), request))
        refused = wire.QuotedCoupon(
            coupon=COUPON,
            takes_off=_money(0),
            reason=wire.COUPON_REFUSED_REASON_BELOW_THRESHOLD,
            short_by=_money(10),
        )
        return wire.QuoteCouponsResponse(
            coupons=[wire.QuotedCoupon(coupon=COUPON, takes_off=_money(1_000)), refused],
            chosen=[OFF],
            off=_money(1_000),
            to_pay=_money(9_000),
        )

    @rpc.allow(rpc.members)
    async def hold_coupons(self, request: wire.HoldCouponsRequest, _: Any) -> wire.HoldCouponsResponse:
        self.services.change(request)
        return wire.HoldCouponsResponse(held=[OFF], off=_money(1_000), held_until=at(2026, 11, 2))

    @rpc.allow(rpc.members)
    async def release_coupons(
        self, request: wire.ReleaseCouponsRequest, _: Any
    ) -> wire.ReleaseCouponsResponse:
        self.services.change(request)
        return wire.ReleaseCouponsResponse(released=[COUPON])

    @rpc.allow(rpc.staff("operations"))
    async def reinstate_coupons(
        self, request: wire.ReinstateCouponsRequest, _: Any
    ) -> wire.ReinstateCouponsResponse:
        self.services.change(request)
        return wire.ReinstateCouponsResponse(reinstated=[COUPON])

    @rpc.allow(_ISSUERS)
    async def revoke_coupons(self, request: wire.RevokeCouponsRequest, _: Any) -> wire.RevokeCouponsResponse:
        self.services.change(request)
        results = [
            wire.RevokeCouponResult(revoked=wire.RevokedCoupon(coupon_id=one)) for one in request.coupon_ids
        ]
        return wire.RevokeCouponsResponse(results=results)

    @rpc.allow(_ISSUERS)
    async def list_expiring_coupons(
        self, request: wire.ListExpiringCouponsRequest, _: Any
    ) -> wire.ListExpiringCouponsResponse:
        return wire.ListExpiringCouponsResponse(coupons=[COUPON], has_next_page=not request.after)

    @rpc.allow(rpc.systems("order_recorder"))
    async def use_coupons(self, request: Any, _: Any) -> Any:
        """Order systems use them, and the gateway never."""
        raise NotImplementedError


DOORS: list[tuple[type[Door], Any]] = [
    (CouponTemplates, coupon_templates_connect.CouponTemplatesServiceASGIApplication),
    (Coupons, coupons_connect.CouponsServiceASGIApplication),
]
