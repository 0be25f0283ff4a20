"""A checkout with points as its people walk it: quoted, held, captured, told live, and given back by staff."""

from gateway.documents import manifest
from tests.end_to_end.callers import Json, OrderSystem, Staff, cny, order
from tests.end_to_end.house import House

STOREFRONT = manifest.texts(manifest.STOREFRONT_EXAMPLES)
ADMIN = manifest.texts(manifest.ADMIN_EXAMPLES)


def test_points_pay_for_half_an_order_and_come_back_with_its_refund(shop: OrderSystem, staff: Staff) -> None:
    shopper = shop.register()
    shop.record(order(shopper.member_id, 60_000))
    paid = order(shopper.member_id, 10_000)
    on = {"source": paid["source"], "orderId": paid["orderId"]}
    basket: Json = {
        "lines": [
            {"lineId": "1", "sku": "puer", "quantity": 1, "money": {"minorUnits": 10_000, "currency": "CNY"}}
        ],
        "total": {"minorUnits": 10_000, "currency": "CNY"},
    }
    quote = shopper.data(STOREFRONT["quote"], input=basket)["quote"]
    assert (quote["redeemable"]["points"], quote["redeemable"]["worth"]["formatted"]) == (600, "¥6.00")

    with shopper.watching("kind member { points { available held } }") as changes:
        held = shopper.data(STOREFRONT["hold_points"], input={"points": 400, "holdId": "cart", "order": on})[
            "holdPoints"
        ]
        assert (held["hold"]["state"], held["balanceAfter"], held["userErrors"]) == ("OPEN", 200, [])
        told = changes.until("POINTS_HELD")
        assert told["member"]["points"] == {"available": 200, "held": 400}
        recorded = shop.record(paid)["order"]
        assert [(one["currency"], int(one["points"])) for one in recorded["earned"]] == [
            (one["currency"], one["points"]) for one in quote["earned"]
        ]
        captured = shop.done(
            "RedemptionsService/CaptureHold",
            {"memberId": shopper.member_id, "holdId": "cart", "points": 300},
        )
        assert (captured["points"], captured["released"]) == ("300", "100")
        kinds = [changes.next()["kind"] for _ in range(2)]
        assert kinds == ["ORDER_RECORDED", "HOLD_CAPTURED"]

    spent = shopper.points()
    assert spent == 600 - 300 + int(recorded["earned"][0]["points"])
    refund = {**on, "refundId": "all", "amount": cny(10_000)}
    assert shop.done("OrdersService/RecordRefund", refund)["returned"] == [
        {"currency": "POINTS", "points": "300"}
    ]
    assert shopper.points() == 600
    seen = staff.data(ADMIN["hold"], memberId=shopper.member_id, id="cart")["member"]
    assert (seen["hold"]["state"], seen["hold"]["captured"]) == ("CAPTURED", 300)
    assert sum(lot["points"] for lot in seen["lots"] if lot["currency"] == "POINTS") == 600


def test_a_gift_is_redeemed_once_and_given_back_by_staff_who_say_why(
    shop: OrderSystem, staff: Staff, running: House
) -> None:
    shopper = shop.register()
    award = {"memberId": shopper.member_id, "points": 250, "reason": "CHECK_IN", "idempotencyKey": "day-1"}
    assert shop.done("PointsService/AwardPoints", award)["balanceAfter"] == "250"
    asked = {"points": 200, "redemptionId": "gift"}
    answers = [shopper.data(STOREFRONT["redeem_points"], input=asked)["redeemPoints"] for _ in range(2)]
    assert [answer["replayed"] for answer in answers] == [False, True]
    assert answers[0]["redemption"] == answers[1]["redemption"]
    declined = shopper.data(STOREFRONT["redeem_points"], input={**asked, "redemptionId": "more"})
    (error,) = declined["redeemPoints"]["userErrors"]
    assert (error["code"], {fact["name"]: fact["value"] for fact in error["facts"]}) == (
        "NOT_ENOUGH_POINTS",
        {"asked": "200", "available": "50", "held": "0", "replayed": "false"},
    )
    back: Json = {
        "memberId": shopper.member_id,
        "redemptionId": "gift",
        "reversalId": "back",
        "reason": "DAMAGED",
    }
    given = staff.data(ADMIN["reverse_redemption"], input=back)["reverseRedemption"]
    assert (given["points"], given["expired"], given["balanceAfter"]) == (200, 0, 250)
    assert shopper.points() == 250
    support = Staff(running, "support").ask(ADMIN["reverse_redemption"], input=back)
    assert support["errors"][0]["extensions"]["code"] == "ROLE_NEEDED"
