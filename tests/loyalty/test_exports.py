"""Exports: the ledger gives the members service all that it holds of one member, and of nobody else."""

import json
from typing import Any

import pytest

from services.kit import rpc
from services.loyalty.rules.referrals.referrals import read_code
from services.loyalty.storage.members import exports
from tests.loyalty.conftest import CALLED_BY_MEMBERS_KEY, Loyalty, order
from tests.loyalty.rewarding import offer, take
from tests.loyalty.spending import done
from tests.loyalty.test_referrals import accept, code_of, joined, publish

signer = rpc.CallerSigner("members", {"loyalty": CALLED_BY_MEMBERS_KEY})
MEMBERS = rpc.Caller(rpc.CallerKind.SERVICE, "members")


async def exported(loyalty: Loyalty, member: str) -> dict[str, list[dict[str, str]]]:
    """Every table of a member, each row by its columns, read portion after portion."""
    tables: dict[str, list[dict[str, str]]] = {}
    after, portions = "", 0
    while portions == 0 or after:
        answer = await loyalty.call(
            "ExportsService/ExportMember",
            {"memberId": member, "after": after},
            headers={rpc.CALLER_HEADER: signer.sign("loyalty", MEMBERS)},
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        for table in body.get("tables", []):
            names = [column["name"] for column in table["columns"]]
            rows = [dict(zip(names, row["cells"], strict=True)) for row in table.get("rows", [])]
            tables.setdefault(table["name"], []).extend(rows)
        after = body.get("next", "")
        portions += 1
    return tables


async def test_everything_of_a_member_is_exported_and_nothing_of_another(
    loyalty: Loyalty, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, other = loyalty.new_member(), loyalty.new_member()
    mine = [order(member, 60_000), order(member, 2_500), order(member, 0)]
    for one in (*mine, order(other, 77_000)):
        assert (await loyalty.order_system("OrdersService/RecordOrder", one)).status_code == 200
    refund = {"source": mine[1]["source"], "orderId": mine[1]["orderId"], "refundId": "r-1"}
    lines = {"amount": {"minorUnits": 500, "currency": "CNY"}}
    assert (await loyalty.order_system("OrdersService/RecordRefund", {**refund, **lines})).status_code == 200
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    tables = await exported(loyalty, member)
    assert set(tables) == {
        "standings",
        "lots",
        "orders",
        "refunds",
        "coupons",
        "activities",
        "missions",
        "grants",
        "entries",
        "benefit_claims",
        "memberships",
        "rewards",
        "invite_codes",
        "referrals",
        "birthday_months",
    }
    assert {row["order_id"] for row in tables["orders"]} == {one["orderId"] for one in mine}
    assert [row["refund_id"] for row in tables["refunds"]] == ["r-1"]
    assert tables["standings"][-1]["tier"] == await loyalty.tier(member)
    rows = await loyalty.sql(
        "SELECT points, reason FROM entries WHERE member_id = $1::uuid ORDER BY recorded_at, ord", member
    )
    assert [int(row["points"]) for row in tables["entries"]] == [row["points"] for row in rows]
    assert len(rows) > 4, "more than two portions"
    available = sum(
        int(row["points"])
        for row in tables["lots"]
        if (row["currency"], row["state"]) == ("POINTS", "AVAILABLE")
    )
    assert available == (await loyalty.balance(member))["available"]
    assert "77000" not in json.dumps(tables)
    assert other not in json.dumps(tables)


async def test_rewards_codes_and_invitations_are_each_ones_own_without_the_other(loyalty: Loyalty) -> None:
    inviter, friend = await joined(loyalty), await joined(loyalty)
    await done(publish(loyalty, "packed"))
    invite = await code_of(loyalty, inviter, "packed")
    await done(accept(loyalty, friend, invite))
    await offer(loyalty, "packed-cup", points=40)
    body = {
        "memberId": friend,
        "currency": "POINTS",
        "points": 50,
        "reason": "GIFT",
        "idempotencyKey": "gift",
    }
    await done(loyalty.staff("PointsService/AdjustPoints", body))
    await done(take(loyalty, friend, "packed-cup", "r"))
    mine, theirs = await exported(loyalty, friend), await exported(loyalty, inviter)
    (reward,) = mine["rewards"]
    assert [reward[name] for name in ("reward", "name_en", "currency", "points", "state")] == [
        "packed-cup",
        "Cup",
        "POINTS",
        "40",
        "PENDING",
    ]
    assert (theirs["rewards"], mine["invite_codes"]) == ([], [])
    assert [row["code"] for row in theirs["invite_codes"]] == [read_code(invite)]
    assert [(row["side"], row["state"]) for row in mine["referrals"]] == [("INVITED", "REWARDED")]
    assert [(row["side"], row["state"]) for row in theirs["referrals"]] == [("INVITER", "REWARDED")]
    assert {row["reason"] for tables in (mine, theirs) for row in tables["grants"]} == {"REFERRAL"}
    assert inviter not in json.dumps(mine)
    assert friend not in json.dumps(theirs)


async def test_only_the_members_service_exports(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    body = {"memberId": member}
    for headers in (
        {},
        {rpc.CALLER_HEADER: loyalty.assertion("member", member)},
        {rpc.CALLER_HEADER: loyalty.assertion("staff", "ada", "privacy_officer", "operations")},
        {"authorization": f"Bearer {loyalty.tokens('members', 'order_importer')}"},
    ):
        refused = await loyalty.call("ExportsService/ExportMember", body, headers=headers)
        assert refused.status_code in (401, 403), refused.text


@pytest.mark.parametrize(
    "wrong",
    [{"memberId": "nobody"}, {"memberId": "", "after": ""}, {"after": "x-1"}, {"after": "9" * 30 + "-1"}],
)
async def test_what_names_no_member_or_no_place_is_refused(loyalty: Loyalty, wrong: dict[str, str]) -> None:
    answer = await loyalty.call(
        "ExportsService/ExportMember",
        {"memberId": loyalty.new_member(), **wrong},
        headers={rpc.CALLER_HEADER: signer.sign("loyalty", MEMBERS)},
    )
    assert answer.status_code == 400
    assert "EXPORT_NOT_UNDERSTOOD" in answer.text


async def test_tiers_are_told_one_for_each_member_that_is_named(loyalty: Loyalty) -> None:
    gold, none = loyalty.new_member(), loyalty.new_member()
    await loyalty.order_system("OrdersService/RecordOrder", order(gold, 300_000))
    headers = {rpc.CALLER_HEADER: signer.sign("loyalty", MEMBERS)}
    asked = {"memberIds": [none, gold, gold]}
    answer = await loyalty.call("ExportsService/ListTiers", asked, headers=headers)
    held = await loyalty.tier(gold)
    assert held
    assert answer.json() == {"tiers": ["", held, held]}
    staff = {rpc.CALLER_HEADER: loyalty.assertion("staff", "ada", "privacy_officer")}
    assert (await loyalty.call("ExportsService/ListTiers", asked, headers=staff)).status_code == 403
    wrong = await loyalty.call("ExportsService/ListTiers", {"memberIds": ["x"]}, headers=headers)
    assert "EXPORT_NOT_UNDERSTOOD" in wrong.text
