"""Coupons through both schemas: what reaches the service, in whose name, and what is shown of its answer."""

from typing import Any
from uuid import uuid4

import pytest
from huiyuan.loyalty.v1 import coupon_templates_pb2, coupons_pb2

from services.kit.refusal import Conflict
from tests.gateway.gateway_client import Gateway, code
from tests.gateway.wire_coupons import COUPON

MONEY = {"minorUnits": 10_000, "currency": "CNY"}
LINE = {"lineId": "1", "sku": "TEA", "quantity": 1, "money": MONEY}
ORDER = {"source": "shop", "orderId": "7"}


class CouponHeld(Conflict):
    """As the loyalty service says it."""


async def test_a_member_pages_through_the_coupons_that_are_still_good(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    asked = """{me{coupons(first:1,state:ISSUED,expiresBefore:"2026-12-01T00:00:00Z"){
      nodes{id name terms kind amountOff{formatted} threshold{minorUnits} cap{minorUnits} skus code state orderRef}
      pageInfo{hasNextPage endCursor}}}}"""
    answer = await gateway.ask(asked, token)
    page = answer["data"]["me"]["coupons"]
    assert page["nodes"] == [
        {
            "id": COUPON.coupon_id,
            "name": "满百减十",
            "terms": "每单一张",
            "kind": "AMOUNT_OFF",
            "amountOff": {"formatted": "¥10.00"},
            "threshold": {"minorUnits": 10_000},
            "cap": None,
            "skus": ["TEA"],
            "code": COUPON.code,
            "state": "HELD",
            "orderRef": "shop:7",
        }
    ]
    caller, request = gateway.services.requests[-1]
    assert (caller.actor, request.member_id, request.state) == (
        f"member:{member_id}",
        member_id,
        coupons_pb2.COUPON_STATE_ISSUED,
    )
    assert request.expires_before.seconds > 0
    after = page["pageInfo"]["endCursor"]
    rest = await gateway.ask(f'{{me{{coupons(first:1,after:"{after}"){{pageInfo{{hasNextPage}}}}}}}}', token)
    assert rest["data"]["me"]["coupons"]["pageInfo"]["hasNextPage"] is False
    assert gateway.services.requests[-1][1].after == COUPON.coupon_id


async def test_a_quote_says_which_coupons_go_with_the_basket(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    asked = """query($input: QuoteInput!, $shipping: MoneyInput){quote(input:$input){earned{points}
      coupons(shipping:$shipping){off{minorUnits} toPay{minorUnits} chosen{couponId lines{lineId off{minorUnits}}}
        coupons{reason shortBy{minorUnits} takesOff{minorUnits}}}}}"""
    shipping = {"minorUnits": 800, "currency": "CNY"}
    body = {"input": {"lines": [LINE], "total": MONEY}, "shipping": shipping}
    quoted = (await gateway.ask(asked, token, variables=body))["data"]["quote"]["coupons"]
    assert (quoted["off"]["minorUnits"], quoted["toPay"]["minorUnits"]) == (1_000, 9_000)
    assert quoted["chosen"] == [
        {"couponId": COUPON.coupon_id, "lines": [{"lineId": "1", "off": {"minorUnits": 1_000}}]}
    ]
    assert [one["reason"] for one in quoted["coupons"]] == [None, "BELOW_THRESHOLD"]
    _, request = gateway.services.requests[-1]
    assert (request.member_id, request.basket.lines[0].sku, request.basket.shipping.minor_units) == (
        member_id,
        "TEA",
        800,
    )


async def test_a_member_claims_holds_and_releases_in_their_own_name(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    for body, what in (({"code": "HELLO"}, "claim_code"), ({"template": "ten-off"}, "template")):
        document = "mutation($input: ClaimCouponInput!){claimCoupon(input:$input){coupon{id} replayed}}"
        answer = await gateway.ask(document, token, variables={"input": body | {"idempotencyKey": "k"}})
        assert answer["data"]["claimCoupon"] == {"coupon": {"id": COUPON.coupon_id}, "replayed": True}
        _, request = gateway.services.requests[-1]
        assert (request.member_id, request.WhichOneof("what")) == (member_id, what)
    hold = {"order": ORDER, "couponIds": [COUPON.coupon_id], "lines": [LINE], "idempotencyKey": "h"}
    document = """mutation($input: HoldCouponsInput!){holdCoupons(input:$input){
      off{minorUnits} heldUntil held{couponId} userErrors{code field facts{name value}}}}"""
    held = (await gateway.ask(document, token, variables={"input": hold}))["data"]["holdCoupons"]
    assert (held["off"], held["heldUntil"]) == ({"minorUnits": 1_000}, "2026-11-02T00:00:00Z")
    _, request = gateway.services.requests[-1]
    assert (request.member_id, request.order.order_id, request.HasField("time_to_live_seconds")) == (
        member_id,
        "7",
        False,
    )
    gateway.services.refusal = CouponHeld("shop:8 holds it", field="coupon_ids[0]", order_ref="shop:8")
    (error,) = (await gateway.ask(document, token, variables={"input": hold}))["data"]["holdCoupons"][
        "userErrors"
    ]
    assert (error["code"], error["field"]) == ("COUPON_HELD", ["input", "couponIds", "0"])
    assert error["facts"] == [{"name": "orderRef", "value": "shop:8"}]
    gateway.services.refusal = None
    document = "mutation($input: ReleaseCouponsInput!){releaseCoupons(input:$input){released{id}}}"
    released = await gateway.ask(document, token, variables={"input": {"order": ORDER}})
    assert released["data"]["releaseCoupons"]["released"] == [{"id": COUPON.coupon_id}]
    assert code(await gateway.ask(document, variables={"input": {"order": ORDER}})) == "UNAUTHENTICATED"


TERMS: dict[str, Any] = {
    "name": {"zh": "满百减十", "en": "10 off 100"},
    "terms": {"zh": "每单一张", "en": "One an order"},
    "kind": "AMOUNT_OFF",
    "amountOff": {"minorUnits": 1_000, "currency": "CNY"},
    "threshold": MONEY,
    "validUntil": "2026-12-31",
    "claim": "BY_CODE",
    "claimCode": "HELLO",
}


async def test_program_admins_draft_publish_and_stop_templates_and_the_audit_has_it(gateway: Gateway) -> None:
    payload = "template{key state edition revision draft{name{zh} validUntil}} replayed userErrors{code}"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("saveCouponTemplate", {"key": "ten-off", "terms": TERMS, "reason": "autumn"}),
        ("publishCouponTemplate", {"key": "ten-off", "basedOnRevision": 1, "reason": "autumn"}),
        ("stopCouponTemplate", {"key": "ten-off", "reason": "enough"}),
    ]
    for mutation, body in steps:
        name = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = f"mutation($input: {name}!){{{mutation}(input:$input){{{payload}}}}}"
        answer = await gateway.admin(document, "program_admin", variables={"input": body})
        assert answer["data"][mutation]["template"]["state"] == "PUBLISHED", answer
        denied = await gateway.admin(document, "operations", variables={"input": body})
        assert code(denied) == "ROLE_NEEDED"
    saved = next(
        r
        for _, r in gateway.services.requests
        if isinstance(r, coupon_templates_pb2.SaveCouponTemplateRequest)
    )
    assert (saved.terms.valid_until, saved.terms.claim_code, saved.terms.claim) == (
        "2026-12-31",
        "HELLO",
        coupon_templates_pb2.COUPON_CLAIM_BY_CODE,
    )
    seen = await gateway.admin("{adminActions(first:1){nodes{operation subject reason phase}}}", "auditor")
    assert seen["data"]["adminActions"]["nodes"][0]["operation"] == "stopCouponTemplate"
    asked = """{couponTemplate(key:"ten-off"){statistics{issued used takenOff{minorUnits}} editions{edition publishedBy}}
      couponTemplates(first:1){nodes{key terms{mostPerMember claim}} pageInfo{hasNextPage}}}"""
    found = (await gateway.admin(asked, "auditor"))["data"]
    assert found["couponTemplate"]["statistics"] == {
        "issued": 10,
        "used": 3,
        "takenOff": {"minorUnits": 3_000},
    }
    assert found["couponTemplates"]["nodes"] == [
        {"key": "ten-off", "terms": {"mostPerMember": 1, "claim": "OPEN"}}
    ]


async def test_staff_issue_to_a_list_and_see_who_got_none_and_why(gateway: Gateway) -> None:
    one, other = str(uuid4()), str(uuid4())
    document = """mutation($input: IssueCouponsInput!){issueCoupons(input:$input){
      issued{memberId couponId} refused{id error{code}} userErrors{code field}}}"""
    body = {"template": "ten-off", "memberIds": [one, other], "issueId": "spring", "reason": "GOODWILL"}
    answer = (await gateway.admin(document, "operations", variables={"input": body}))["data"]["issueCoupons"]
    assert answer["issued"] == [{"memberId": one, "couponId": COUPON.coupon_id}]
    assert answer["refused"] == [{"id": other, "error": {"code": "COUPON_LIMIT_REACHED"}}]
    revoke = "mutation($input: RevokeCouponsInput!){revokeCoupons(input:$input){revoked refused{id}}}"
    body = {"couponIds": [COUPON.coupon_id], "reason": "FRAUD"}
    answer = await gateway.admin(revoke, "operations", variables={"input": body})
    assert answer["data"]["revokeCoupons"] == {"revoked": [COUPON.coupon_id], "refused": []}
    back = "mutation($input: ReinstateCouponsInput!){reinstateCoupons(input:$input){reinstated{id state}}}"
    body = {"memberId": one, **ORDER, "reason": "REFUND"}
    answer = await gateway.admin(back, "operations", variables={"input": body})
    assert answer["data"]["reinstateCoupons"]["reinstated"] == [{"id": COUPON.coupon_id, "state": "HELD"}]


@pytest.mark.parametrize("role", ["support", "auditor"])
async def test_whose_coupons_expire_is_for_who_issues_them(gateway: Gateway, role: str) -> None:
    asked = '{couponsExpiringSoon(before:"2027-01-01T00:00:00Z",first:1){nodes{memberId coupon{name}}}}'
    found = await gateway.admin(asked, "operations")
    assert found["data"]["couponsExpiringSoon"]["nodes"][0]["memberId"] == COUPON.member_id
    assert code(await gateway.admin(asked, role)) == "ROLE_NEEDED"
    member = await gateway.admin(
        f'{{member(id:"{COUPON.member_id}"){{coupons(first:1){{nodes{{id}}}}}}}}', role
    )
    assert member["data"]["member"]["coupons"]["nodes"] == [{"id": COUPON.coupon_id}]
    by_code = await gateway.admin('{couponByCode(code:"ABCD"){memberId coupon{id}}}', role)
    assert by_code["data"]["couponByCode"]["coupon"]["id"] == COUPON.coupon_id
