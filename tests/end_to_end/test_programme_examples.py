"""The example programmes: set up by what their pages say, and lived through, against what the pages promise."""

import os
import secrets
import subprocess
import sys
import time

import pytest

from infra.local import layout
from tests.end_to_end.callers import OrderSystem, Shopper, Staff, ago, order
from tests.end_to_end.house import House

EXAMPLE = layout.ROOT / "examples" / "programmes"
_IMPORTER = ("order_importer", "member_registrar")
_WAIT_S = 30


def run(house: House, *words: str) -> str:
    """What the example's command says; it must end well."""
    told = dict(os.environ) | {
        "ADMIN_URL": house.admin,
        "LOYALTY_URL": house.url("loyalty"),
        "MEMBERS_URL": house.url("members"),
        "ADMIN_TOKEN": house.issuer.admin("ops-9"),
        "SHOP_TOKEN": house.issuer.system("examples", _IMPORTER),
        "NO_PROXY": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, EXAMPLE, *words], env=told, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def marketplace(running: House) -> str:
    assert "done: createProgramme" in run(running, "set-up", "marketplace")
    return "marketplace"


@pytest.fixture(scope="module")
def small_shop(running: House) -> str:
    assert "done: publishMission" in run(running, "set-up", "small-shop")
    return "small-shop"


def test_a_year_at_the_marketplace_is_as_its_page_promises(running: House, marketplace: str) -> None:
    assert "as promised" in run(running, "year", marketplace, "--members", "24")


def test_a_year_at_the_small_shop_is_as_its_page_promises(running: House, small_shop: str) -> None:
    assert "as promised" in run(running, "year", small_shop, "--members", "24")


def offer(shop: OrderSystem, shopper: Shopper, programme: str) -> dict[str, object]:
    asked = {"memberId": shopper.member_id, "programmeId": programme, "tier": "vip"}
    told: dict[str, object] = shop.done("MembershipsService/OfferMembership", asked)["offer"]
    return told


def test_the_marketplace_sells_its_paid_tier_at_a_price_by_score(
    shop: OrderSystem, staff: Staff, marketplace: str
) -> None:
    newcomer, regular = shop.register(), shop.register()
    shop.record(order(regular.member_id, 500_000, programmeId=marketplace))
    assert offer(shop, newcomer, marketplace)["price"] == {"currency": "CNY", "minorUnits": "88800"}
    cheap = offer(shop, regular, marketplace)
    assert cheap["price"] == {"currency": "CNY", "minorUnits": "8800"}
    paid = {
        "source": "tea-shop",
        "orderId": secrets.token_hex(6),
        "memberId": regular.member_id,
        "programmeId": marketplace,
        "offerId": cheap["offerId"],
        "paidAt": ago(),
        "price": cheap["price"],
    }
    shop.done("MembershipsService/RecordMembership", paid)
    assert shop.done("MembershipsService/RecordMembership", paid)["replayed"]
    standing = 'standing(programmeId: "marketplace") { key }'
    assert staff.member(regular.member_id, standing)["standing"]["key"] == "vip"
    assert staff.member(newcomer.member_id, standing)["standing"]["key"] is None


def test_three_shares_at_the_small_shop_earn_their_points_once(
    running: House, shop: OrderSystem, staff: Staff, small_shop: str
) -> None:
    shopper = shop.register()
    recorder = running.issuer.system("tea-app", ("activity_recorder",))
    occurred_at = ago()

    def share(number: int) -> None:
        shared = {
            "memberId": shopper.member_id,
            "programmeId": small_shop,
            "source": "tea-app",
            "activityId": f"{shopper.member_id}-{number}",
            "type": "share",
            "occurredAt": occurred_at,
        }
        assert shop.call("ActivitiesService/RecordActivity", shared, recorder).status_code == 200

    def points() -> int:
        balances = f'balances(programmeId: "{small_shop}") {{ currency available }}'
        [balance] = staff.member(shopper.member_id, balances)["balances"]
        return int(balance["available"])

    share(1)
    share(1)
    share(2)
    assert points() == 0
    share(3)
    deadline = time.monotonic() + _WAIT_S
    while not points() and time.monotonic() < deadline:
        time.sleep(0.2)
    share(4)
    assert points() == 200
