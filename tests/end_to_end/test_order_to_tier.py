"""The main route, walked as its users walk it: an order is paid, and the storefront shows points and tier."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.end_to_end.callers import Json, OrderSystem, Shopper, Staff, ago, cny, order, written
from tests.end_to_end.conftest import House

ENTRIES = "entries(first: 10) { nodes { type currency points change balanceAfter orderRef reason } }"
PROFILE = """
mutation($input: UpdateProfileInput!) {
  updateProfile(input: $input) { member { displayName language } userErrors { code } }
}"""
UNMASK = """
mutation($input: UnmaskProfileInput!) {
  unmaskProfile(input: $input) { fields { field value } accessId userErrors { field code facts { name value } } }
}"""
GIVE = """
mutation($input: GiveConsentInput!) {
  giveConsent(input: $input) { consents { purpose state } replayed userErrors { code } }
}"""
WITHDRAW = """
mutation($input: WithdrawConsentInput!) {
  withdrawConsent(input: $input) { consents { purpose state } replayed userErrors { code } }
}"""
REVISE = """
mutation($input: ReviseProgrammeInput!) {
  reviseProgramme(input: $input) { programme { version } userErrors { field code message } }
}"""
FOUND = """
mutation($input: CreateProgrammeInput!) {
  createProgramme(input: $input) { programme { id version isDefault } userErrors { field code message } }
}"""


@pytest.fixture(scope="module")
def shop(running: House) -> OrderSystem:
    return OrderSystem(running)


@pytest.fixture(scope="module")
def staff(running: House) -> Staff:
    return Staff(running)


def text(en: str, zh: str) -> Json:
    return {"en": en, "zh": zh}


def earned(answer: Json) -> dict[str, int]:
    return {each["currency"]: int(each["points"]) for each in answer["order"]["earned"]}


# --- order, storefront, tier -----------------------------------------------------------------------------


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


# --- what staff do ---------------------------------------------------------------------------------------


def test_staff_find_a_member_by_phone_masked_and_see_the_ledger(shop: OrderSystem, staff: Staff) -> None:
    shopper = shop.register()
    paid = order(shopper.member_id, 12_800)
    shop.record(paid)
    found = staff.data(
        "query($phone: String!) { memberByPhone(phone: $phone) { id "
        "profile { displayName fullName phone email } standing { key } balances { currency available } "
        "entries(first: 5) { nodes { type currency points fromAccount toAccount balanceAfter orderRef ruleVersion"
        " actor } } } }",
        phone=f"{shopper.phone[3:6]} {shopper.phone[6:10]} {shopper.phone[10:]}",
    )["memberByPhone"]
    assert found["id"] == shopper.member_id
    assert found["profile"] == {
        "displayName": "沈**",
        "fullName": "沈**",
        "phone": f"{shopper.phone[3:6]}****{shopper.phone[-4:]}",
        "email": "r***@example.com",
    }
    assert found["balances"] == [
        {"currency": "POINTS", "available": 128},
        {"currency": "GROWTH", "available": 128},
    ]
    points = found["entries"]["nodes"][1]
    assert (points["fromAccount"], points["toAccount"], points["points"]) == ("ISSUED", "AVAILABLE", 128)
    assert (points["actor"], points["orderRef"]) == ("system:tea-shop", f"tea-shop:{paid['orderId']}")
    assert staff.data('{ memberByPhone(phone: "+8613900999999") { id } }') == {"memberByPhone": None}


def test_points_are_adjusted_with_a_reason(shop: OrderSystem, staff: Staff) -> None:
    shopper = shop.register()
    once = {"idempotencyKey": "sorry-1", "reason": "LATE_DELIVERY"}
    payload = staff.adjust(shopper.member_id, 300, **once)
    assert (payload["balanceAfter"], payload["replayed"], payload["userErrors"]) == (300, False, [])
    assert staff.adjust(shopper.member_id, 300, **once) == payload | {"replayed": True}
    staff.adjust(shopper.member_id, -120, reason="MISTAKE")
    me = shopper.me("points { available } " + ENTRIES)
    assert me["points"]["available"] == 180
    assert [(e["type"], e["change"], e["reason"]) for e in me["entries"]["nodes"]] == [
        ("ADJUST_DEBIT", -120, "MISTAKE"),
        ("ADJUST_CREDIT", 300, "LATE_DELIVERY"),
    ]
    trail = staff.data("{ adminActions(first: 4) { nodes { operation phase actor reason subject } } }")
    mine = [row for row in trail["adminActions"]["nodes"] if row["subject"]["memberId"] == shopper.member_id]
    assert [(row["phase"], row["actor"], row["reason"]) for row in mine[:2]] == [
        ("SUCCEEDED", "staff:ops-7", "MISTAKE"),
        ("STARTED", "staff:ops-7", "MISTAKE"),
    ]


@contextmanager
def revised(staff: Staff, **parts: Any) -> Iterator[int]:
    """The demo programme in a new version, and as it was before once the test is done with it."""
    document = """{ programme(id: "demo") {
      version earnRules { key currency points per { minorUnits currency } rounding tierMultiplied }
      tiers { key name { zh en } multiplier conditions { metric atLeast } benefits { key kind name } }
    } }"""
    chinese = Staff(staff.house)
    chinese.language = "zh"
    before, in_chinese = staff.data(document)["programme"], chinese.data(document)["programme"]
    tiers = before["tiers"]
    for tier, other in zip(tiers, in_chinese["tiers"], strict=True):
        for benefit, there in zip(tier["benefits"], other["benefits"], strict=True):
            benefit["name"] = text(benefit["name"], there["name"])
    whole = {"earnRules": before["earnRules"], "tiers": tiers}

    def publish(based_on: int, parts: Json) -> int:
        given = {"programmeId": "demo", "basedOnVersion": based_on, "reason": "new season", **parts}
        payload = staff.data(REVISE, input=given)["reviseProgramme"]
        assert payload["userErrors"] == []
        version: int = payload["programme"]["version"]
        return version

    version = publish(before["version"], {name: change(whole[name]) for name, change in parts.items()})
    try:
        yield version
    finally:
        publish(version, whole)


def test_a_new_version_takes_effect_on_the_next_order_and_raises_who_qualifies(
    shop: OrderSystem, staff: Staff
) -> None:
    shopper, other = shop.register(), shop.register()
    late = order(other.member_id, 10_000)
    shop.record(order(shopper.member_id, 20_000))
    assert shopper.me("tier { key }")["tier"]["key"] is None

    def cheaper(tiers: list[Json]) -> list[Json]:
        return [tiers[0] | {"conditions": [{"metric": "GROWTH", "atLeast": 200}]}, *tiers[1:]]

    def double(rules: list[Json]) -> list[Json]:
        return [rule | {"points": 2} if rule["currency"] == "POINTS" else rule for rule in rules]

    with revised(staff, tiers=cheaper, earnRules=double) as version:
        assert shopper.me("tier { key }")["tier"]["key"] == "silver"
        assert earned(shop.record(order(shopper.member_id, 10_000))) == {"POINTS": 200, "GROWTH": 100}
        assert earned(shop.record(late)) == {"POINTS": 100, "GROWTH": 100}, "it was paid before the version"
        entries = staff.member(shopper.member_id, "entries(first: 4) { nodes { ruleVersion points } }")
        assert [e["ruleVersion"] for e in entries["entries"]["nodes"]] == [version] * 2 + [version - 1] * 2
    assert shopper.me("tier { key } points { available }") == {
        "tier": {"key": "silver"},
        "points": {"available": 400},
    }
    assert earned(shop.record(order(shopper.member_id, 10_000))) == {"POINTS": 100, "GROWTH": 100}


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


# --- changes as they happen ------------------------------------------------------------------------------


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


# --- profile and consent ---------------------------------------------------------------------------------


def test_a_member_changes_the_profile(shop: OrderSystem) -> None:
    shopper = shop.register("沈知微")
    change = {"displayName": "小满", "language": "en-GB", "idempotencyKey": "rename"}
    payload = shopper.data(PROFILE, input=change)["updateProfile"]
    assert payload == {"member": {"displayName": "小满", "language": "en-GB"}, "userErrors": []}
    assert shopper.me("displayName") == {"displayName": "小满"}
    assert shopper.data(PROFILE, input=change)["updateProfile"] == payload


def test_a_phone_is_shown_for_marketing_only_while_there_is_consent_and_each_look_is_logged(
    shop: OrderSystem, staff: Staff
) -> None:
    shopper = shop.register()

    def look() -> Json:
        asked = {
            "memberId": shopper.member_id,
            "fields": ["PHONE"],
            "purpose": "marketing_sms",
            "reason": "spring campaign",
        }
        payload: Json = staff.data(UNMASK, input=asked)["unmaskProfile"]
        return payload

    def refused(payload: Json, because: str) -> bool:
        (error,) = payload["userErrors"]
        facts = {fact["name"]: fact["value"] for fact in error["facts"]}
        return (payload["fields"], error["code"], facts["reason"]) == ([], "CONSENT_MISSING", because)

    assert refused(look(), "NOT_ASKED")
    give(shopper, "marketing_sms")
    shown = look()
    assert (shown["fields"], shown["userErrors"]) == ([{"field": "PHONE", "value": shopper.phone}], [])
    withdrawal = {"purposes": ["marketing_sms"], "channel": "app", "idempotencyKey": "w-1"}
    withdrawn = shopper.data(WITHDRAW, input=withdrawal)["withdrawConsent"]
    assert withdrawn["consents"] == [{"purpose": "marketing_sms", "state": "WITHDRAWN"}]
    assert refused(look(), "CONSENT_WITHDRAWN")

    log = staff.member(
        shopper.member_id,
        "accesses(first: 10) { nodes { id actor purpose reason fields allowed refusalCode } }",
    )["accesses"]["nodes"]
    assert [(row["allowed"], row["refusalCode"]) for row in log] == [
        (False, "CONSENT_MISSING"),
        (True, None),
        (False, "CONSENT_MISSING"),
    ]
    same = {
        "actor": "staff:ops-7",
        "purpose": "marketing_sms",
        "reason": "spring campaign",
        "fields": ["PHONE"],
    }
    assert all(same.items() <= row.items() for row in log)
    assert log[1]["id"] == shown["accessId"]
    consents = {
        each["purpose"]: each["state"] for each in shopper.me("consents { purpose state }")["consents"]
    }
    assert consents["marketing_sms"] == "WITHDRAWN"


def give(shopper: Shopper, purpose: str) -> None:
    """Give consent as a screen does: read the notice, and name it by its digest."""
    asked = shopper.data("{ consentPurposes(locale: EN) { key notices { id digest locale } } }")
    (notice,) = next(p["notices"] for p in asked["consentPurposes"] if p["key"] == purpose)
    act = {
        "purposes": [purpose],
        "noticeId": notice["id"],
        "noticeDigest": notice["digest"],
        "affirmativeAct": True,
        "channel": "app",
        "idempotencyKey": f"give-{purpose}",
    }
    given = shopper.data(GIVE, input=act)["giveConsent"]
    assert given == {
        "consents": [{"purpose": purpose, "state": "GIVEN"}],
        "replayed": False,
        "userErrors": [],
    }
    assert shopper.data(GIVE, input=act)["giveConsent"] == given | {"replayed": True}


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
