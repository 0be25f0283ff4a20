"""The main route, walked as its users walk it: an order is paid, and the storefront shows points and tier."""

from datetime import UTC, datetime, timedelta

from tests.end_to_end.callers import Json, OrderSystem, Staff, ago, cny, earned, order, text, written
from tests.end_to_end.house import House

ENTRIES = "entries(first: 10) { nodes { type currency points change balanceAfter orderRef reason } }"
PROFILE = """
mutation($input: UpdateProfileInput!) {
  updateProfile(input: $input) { member { displayName language } userErrors { code } }
}"""
FOUND = """
mutation($input: CreateProgrammeInput!) {
  createProgramme(input: $input) { programme { id version isDefault } userErrors { field code message } }
}"""


def test_a_paid_order_is_shown_at_the_storefront(shop: OrderSystem) -> None:
    shopper = shop.register("沈知微")
    paid = order(shopper.member_id, 9_950, 2_900)
    assert earned(shop.record(paid)) == {"POINTS": 128, "GROWTH": 128}

    me = shopper.me(
        "displayName phoneMasked tier { key nextTier { key } progress { metric actual required missing } }"
        "points { currency available pending held debt expiringSoon { points expiresAt } }"
        "benefits { key name } " + ENTRIES
    )
    assert me["displayName"] == "沈知微"
    assert me["phoneMasked"] == f"{shopper.phone[3:6]}****{shopper.phone[-4:]}"
    assert me["tier"] == {
        "key": None,
        "nextTier": {"key": "silver"},
        "progress": [{"metric": "GROWTH", "actual": 128, "required": 500, "missing": 372}],
    }
    empty: Json = {"pending": 0, "held": 0, "debt": 0, "expiringSoon": []}
    assert me["points"] == {"currency": "POINTS", "available": 128} | empty
    assert me["benefits"] == []
    assert [(e["type"], e["currency"], e["change"], e["orderRef"]) for e in me["entries"]["nodes"]] == [
        ("EARN", "GROWTH", 128, f"tea-shop:{paid['orderId']}"),
        ("EARN", "POINTS", 128, f"tea-shop:{paid['orderId']}"),
    ]


def test_the_tier_rises_with_the_order_that_reaches_it_and_later_orders_earn_its_rate(
    shop: OrderSystem,
) -> None:
    shopper = shop.register()
    tier = "tier { key name rank nextTier { key } } benefits { key }"
    assert shop.record(order(shopper.member_id, 49_900))["order"].get("tierAfter", "") == ""
    assert shopper.me(tier)["tier"]["key"] is None

    lifting = shop.record(order(shopper.member_id, 150_100))
    assert (lifting["order"].get("tierAtPayment", ""), lifting["order"]["tierAfter"]) == ("", "gold")
    assert earned(lifting)["POINTS"] == 1_501
    me = shopper.me(tier)
    assert me["tier"] == {"key": "gold", "name": "Gold", "rank": 2, "nextTier": {"key": "platinum"}}
    assert {benefit["key"] for benefit in me["benefits"]} == {
        "birthday_gift",
        "tier_badge",
        "free_delivery",
        "priority_support",
    }

    assert earned(shop.record(order(shopper.member_id, 10_000))) == {"POINTS": 120, "GROWTH": 100}
    assert shopper.points() == 499 + 1_501 + 120


def test_the_same_order_twice_gives_the_first_answer(shop: OrderSystem) -> None:
    shopper = shop.register()
    paid = order(shopper.member_id, 60_000)
    first = shop.record(paid)
    assert shop.record(paid) == first | {"replayed": True}
    assert shopper.points() == 600


def test_orders_come_in_batches_and_by_identities(shop: OrderSystem) -> None:
    shopper = shop.register()
    by_phone = order("", 20_000, identity={"kind": "IDENTITY_KIND_PHONE", "value": shopper.phone})
    del by_phone["memberId"]
    answer = shop.done("OrdersService/RecordOrders", {"orders": [by_phone, order(shopper.member_id, 10_000)]})
    assert [earned(result["recorded"])["POINTS"] for result in answer["results"]] == [200, 100]
    assert shopper.points() == 300


def test_a_refund_takes_back_what_its_lines_earned(shop: OrderSystem, staff: Staff) -> None:
    shopper = shop.register()
    paid = order(shopper.member_id, 10_000, 30_000)
    shop.record(paid)
    named = {"source": paid["source"], "orderId": paid["orderId"]}
    refund = {**named, "refundId": "r-1", "lines": {"lines": [{"lineId": "2"}]}}
    answer = shop.done("OrdersService/RecordRefund", refund)
    assert (answer["refunded"], answer["refundable"]) == (cny(30_000), cny(10_000))
    assert shop.done("OrdersService/RecordRefund", refund) == answer | {"replayed": True}

    me = shopper.me("points { available } " + ENTRIES)
    assert me["points"]["available"] == 100
    assert [(e["type"], e["currency"], e["change"]) for e in me["entries"]["nodes"][:2]] == [
        ("EARN_REVERSAL", "GROWTH", -300),
        ("EARN_REVERSAL", "POINTS", -300),
    ]
    seen = staff.data(
        'query($id: ID!) { order(source: "tea-shop", orderId: $id) { total { minorUnits } completed '
        "lines { lineId refunded { minorUnits } } } }",
        id=paid["orderId"],
    )["order"]
    assert seen["total"]["minorUnits"] == 40_000
    assert [line["refunded"]["minorUnits"] for line in seen["lines"]] == [0, 30_000]


def test_an_order_paid_long_before_it_is_recorded_earns_at_the_rate_of_its_day(shop: OrderSystem) -> None:
    shopper = shop.register()
    shop.record(order(shopper.member_id, 200_000))
    late = shop.record(order(shopper.member_id, 10_000, paidAt=ago(days=3)))
    assert earned(late)["POINTS"] == 100, "gold came after it was paid"
    assert (
        shop.record(order(shopper.member_id, 10_000, paidAt=written(datetime.now(UTC))))["order"][
            "tierAtPayment"
        ]
        == "gold"
    )


def test_a_programme_that_staff_found_holds_points_back_until_completion(lodger: House) -> None:
    shop, staff = OrderSystem(lodger), Staff(lodger)
    currency = {
        "code": "LEAVES",
        "name": text("Leaves", "茶叶"),
        "spendable": True,
        "maturation": "ON_ORDER_COMPLETED",
        "expiry": "AFTER_PERIOD",
        "expiryPeriod": "P20D",
    }
    per = {"minorUnits": 100, "currency": "CNY"}
    founded = {
        "programmeId": "leaves",
        "name": text("Leaf Club", "茶叶会"),
        "timeZone": "Asia/Shanghai",
        "moneyCurrency": "CNY",
        "currencies": [currency],
        "earnRules": [{"key": "base", "currency": "LEAVES", "points": 1, "per": per}],
        "tiers": [
            {
                "key": "leaf",
                "name": text("Leaf", "叶"),
                "conditions": [{"metric": "ORDERS", "atLeast": 2}],
                "benefits": [{"key": "tasting", "kind": "ACCESS", "name": text("Tastings", "品鉴会")}],
            }
        ],
        "makeDefault": True,
        "reason": "opening",
    }
    payload = staff.data(FOUND, input=founded)["createProgramme"]
    assert payload == {"programme": {"id": "leaves", "version": 1, "isDefault": True}, "userErrors": []}

    shopper = shop.register()
    storefront = "points { currency available pending expiringSoon { points expiresAt } } benefits { name }"
    paid = order(shopper.member_id, 5_000, 7_000)
    del paid["programmeId"]
    assert shop.record(paid)["order"]["earned"][0]["pending"]
    assert shopper.me(storefront) == {
        "points": {"currency": "LEAVES", "available": 0, "pending": 120, "expiringSoon": []},
        "benefits": [],
    }

    named = {"source": paid["source"], "orderId": paid["orderId"]}
    shop.done("OrdersService/RecordRefund", {**named, "refundId": "r-1", "amount": cny(2_000)})
    completed = shop.done("OrdersService/CompleteOrder", named)
    assert [each["points"] for each in completed["matured"]] == ["100"]
    assert shop.done("OrdersService/CompleteOrder", named) == completed | {"replayed": True}

    shop.record(order(shopper.member_id, 100, programmeId="leaves"))
    points = shopper.me(storefront)
    (soon,) = points["points"].pop("expiringSoon")
    assert points == {
        "points": {"currency": "LEAVES", "available": 100, "pending": 1},
        "benefits": [{"name": "Tastings"}],
    }
    days_left = datetime.fromisoformat(soon["expiresAt"]) - datetime.now(UTC)
    assert soon["points"] == 100
    assert timedelta(days=19) < days_left <= timedelta(days=21)


def test_a_watching_member_is_told_of_every_change(shop: OrderSystem, staff: Staff) -> None:
    shopper = shop.register()
    paid = order(shopper.member_id, 50_000)
    with shopper.watching("kind occurredAt member { tier { key } points { available } }") as changes:
        shop.record(paid)
        first, second = changes.next(), changes.next()
        assert (first["kind"], first["occurredAt"]) == ("ORDER_RECORDED", paid["paidAt"])
        assert first["member"] == {"tier": {"key": "silver"}, "points": {"available": 500}}
        assert second["kind"] == "TIER_RAISED"

        shop.record(paid)  # a repetition is nothing new, and is not told
        staff.adjust(shopper.member_id, 50)
        adjusted = changes.next()
        assert (adjusted["kind"], adjusted["member"]["points"]["available"]) == ("POINTS_ADJUSTED", 550)

        named = {"source": paid["source"], "orderId": paid["orderId"]}
        shop.done("OrdersService/CompleteOrder", named)
        assert changes.next()["kind"] == "ORDER_COMPLETED"
        shop.done("OrdersService/RecordRefund", {**named, "refundId": "r", "amount": cny(10_000)})
        refunded = changes.next()
        assert (refunded["kind"], refunded["member"]["points"]["available"]) == ("ORDER_REFUNDED", 450)

        shopper.data(PROFILE, input={"displayName": "小满", "idempotencyKey": "n"})
        assert changes.next()["kind"] == "PROFILE_UPDATED"
