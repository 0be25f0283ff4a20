"""What staff do at the admin side, and what members then see of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.end_to_end.callers import Json, OrderSystem, Staff, earned, order

ENTRIES = "entries(first: 10) { nodes { type currency points change balanceAfter orderRef reason } }"
REVISE = """
mutation($input: ReviseProgrammeInput!) {
  reviseProgramme(input: $input) { programme { version } userErrors { field code message } }
}"""


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
      tiers { key name { zh en } multiplier conditions { metric atLeast } benefits { key kind name { zh en } } }
    } }"""
    before = staff.data(document)["programme"]
    whole = {"earnRules": before["earnRules"], "tiers": before["tiers"]}

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
