"""Opening balances through the service's door on a real database: each judged for itself, and once for good."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.loyalty.conftest import Loyalty, programme
from tests.loyalty.test_integrity import check_everything

IMPORT = "ImportsService/ImportBalances"
NEXT_YEAR = str((datetime.now(UTC) + timedelta(days=365)).date())


def balance(member: str, points: int, **changes: Any) -> dict[str, Any]:
    return {
        "memberId": member,
        "currency": "POINTS",
        "importId": "crm",
        "lots": [{"points": points, "expiresOn": NEXT_YEAR}],
    } | changes


async def bring(loyalty: Loyalty, *balances: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await loyalty.order_system(IMPORT, {"balances": balances}, "order_importer")
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_each_opening_balance_is_judged_for_itself(loyalty: Loyalty) -> None:
    good, bad = loyalty.new_member(), loyalty.new_member()
    customer = secrets.token_hex(4)
    loyalty.members.customers[customer] = by_number = loyalty.new_member()
    identity = {"kind": "IDENTITY_KIND_STOREFRONT_CUSTOMER", "scope": "shop", "value": customer}
    by_identity = balance("", 30, identity=identity)
    del by_identity["memberId"]
    results = await bring(
        loyalty,
        balance(good, 100),
        balance(bad, 100, lots=[{"points": 5, "expiresOn": "2020-01-01"}]),
        by_identity,
        balance(good, 40, currency="GROWTH", importId="crm-growth", lots=[{"points": 40}]),
    )
    assert [next(iter(result)) for result in results] == ["imported", "refusal", "imported", "imported"]
    assert results[1]["refusal"]["code"] == "POINTS_EXPIRED_ALREADY"
    assert results[2]["imported"]["memberId"] == by_number
    assert (await loyalty.balance(good))["available"] == 100
    assert (await loyalty.balance(good, "GROWTH"))["available"] == 40
    assert (await loyalty.balance(bad))["available"] == 0
    assert (await loyalty.balance(by_number))["available"] == 30
    assert [entry["type"] for entry in await loyalty.entries(good)] == ["IMPORT", "IMPORT"]
    assert await loyalty.told(good) == ["PointsImported", "PointsImported"]


async def test_a_promise_that_is_imported_is_pending(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    await bring(loyalty, balance(member, 9, lots=[{"points": 9, "maturesAt": f"{NEXT_YEAR}T00:00:00Z"}]))
    assert await loyalty.balance(member) == {"available": 0, "pending": 9, "held": 0, "debt": 0}


async def test_an_import_sent_many_times_at_once_through_two_services_brings_each_balance_once(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as one, make_loyalty(urls=urls) as two:
        body = {"programme": programme(), "makeDefault": True, "reason": "test"}
        assert (await one.staff("ProgrammesService/CreateProgramme", body)).status_code == 200
        members = [one.new_member() for _ in range(50)]
        balances = [balance(member, 10 + nth) for nth, member in enumerate(members)]
        answers = await asyncio.gather(
            *(bring(door, *order) for door in (one, two) for order in (balances, balances[::-1]))
        )
        firsts = [
            result["imported"]["memberId"]
            for results in answers
            for result in results
            if not result["imported"].get("replayed")
        ]
        assert sorted(firsts) == sorted(members)
        for nth, member in enumerate(members):
            assert (await one.balance(member))["available"] == 10 + nth
        await check_everything(one)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"memberId": "00000000-0000-4000-8000-000000000000"}, "UNKNOWN_MEMBER"),
        ({"memberId": "him"}, "MALFORMED_ID"),
        ({"importId": ""}, "MALFORMED_ID"),
        ({"currency": "GOLD"}, "UNKNOWN_CURRENCY"),
        ({"lots": []}, "OPENING_BALANCE_NOT_WELL_FORMED"),
        ({"lots": [{"points": 5}]}, "OPENING_BALANCE_NOT_WELL_FORMED"),
        ({"lots": [{"points": 0, "expiresOn": NEXT_YEAR}]}, "POINTS_OUT_OF_RANGE"),
        ({"lots": [{"points": 5, "expiresOn": "31.12.2030"}]}, "DATE_NOT_UNDERSTOOD"),
        ({"lots": [{"points": 5, "expiresOn": "9999-12-31"}]}, "DATE_NOT_UNDERSTOOD"),
        ({"lots": [{"points": 5, "earnedOn": "1869-01-01"}]}, "DATE_NOT_UNDERSTOOD"),
    ],
)
async def test_bad_opening_balance_is_refused_by_name(
    loyalty: Loyalty, changes: dict[str, Any], code: str
) -> None:
    member = loyalty.new_member()
    (result,) = await bring(loyalty, balance(member, 10) | changes)
    assert result["refusal"]["code"] == code
    assert (await loyalty.balance(member))["available"] == 0


async def test_only_an_importer_imports_and_a_thousand_at_the_most(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    assert (await loyalty.order_system(IMPORT, {"balances": [balance(member, 10)]})).status_code == 403
    assert (await loyalty.staff(IMPORT, {"balances": [balance(member, 10)]})).status_code == 403
    too_many = {"balances": [balance(member, 10)] * 1001}
    answer = await loyalty.order_system(IMPORT, too_many, "order_importer")
    assert answer.json()["message"].split(":")[0] == "BATCH_TOO_LARGE"
    assert (await loyalty.balance(member))["available"] == 0
