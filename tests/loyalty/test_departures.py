"""Departures: who is frozen or gone spends nothing, by either path, and what is left of an ended membership goes."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import msgpack
import pytest
from huiyuan.loyalty.v1.events_pb2 import LoyaltyEvent
from huiyuan.members.v1.events_pb2 import MembersEvent

from infra.local.databases import DatabaseUrls
from services.kit import database, stream
from services.loyalty.consumers import hear_members
from services.loyalty.jobs.departures import Departures
from services.loyalty.rulebook import Rulebook
from tests.loyalty.conftest import Loyalty, order
from tests.loyalty.rewarding import decide, left, offer, take
from tests.loyalty.spending import done
from tests.loyalty.test_adjustments import adjust
from tests.loyalty.test_forfeits import with_points
from tests.loyalty.test_imports import balance, bring
from tests.loyalty.test_integrity import check_everything
from tests.loyalty.torture.judge import be_sound

REDEEM, HOLD, AWARD = (
    "RedemptionsService/RedeemPoints",
    "RedemptionsService/HoldPoints",
    "PointsService/AwardPoints",
)
ERASURE = str(uuid4())


async def hear(loyalty: Loyalty, member: str, kind: str, **said: Any) -> None:
    """What the members service tells."""
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind).lstrip("_")
    event = MembersEvent(member_id=member, occurred_at=datetime.now(UTC))
    getattr(event, name).SetInParent()
    for field, value in said.items():
        setattr(getattr(event, name), field, value)
    heard = stream.Event("huiyuan:members:0", 1, 0, member, kind, event.SerializeToString())
    engine = database.engine(loyalty.database, size=1)
    async with engine.begin() as connection:
        await hear_members(connection, heard)
    await engine.dispose()


async def settle(loyalty: Loyalty) -> None:
    pool = await database.pool(loyalty.database, size=2)
    await Departures(loyalty.database, pool, Rulebook(pool)).settle()
    await pool.close()


def redemption(member: str, redemption_id: str, **more: Any) -> dict[str, Any]:
    return {"memberId": member, "points": 10, "redemptionId": redemption_id} | more


async def outcome(loyalty: Loyalty, method: str, body: dict[str, Any]) -> str:
    """The code of the refusal, or nothing."""
    answer = await loyalty.order_system(method, body, "order_recorder", "point_awarder")
    return "" if answer.status_code == 200 else answer.json()["message"].split(":")[0]


@pytest.mark.parametrize("kind", ["MemberFrozen", "MemberClosing"])
async def test_a_frozen_or_closing_member_earns_and_reads_but_spends_nothing(
    loyalty: Loyalty, kind: str
) -> None:
    member, friend = await with_points(loyalty, 100), loyalty.new_member()
    assert await outcome(loyalty, REDEEM, redemption(member, "before")) == ""
    await hear(loyalty, member, kind)
    given = {"fromMemberId": member, "toMemberId": friend, "points": 1, "transferId": "t"}
    hold = {"memberId": member, "points": 10, "holdId": "h"}
    assert await outcome(loyalty, REDEEM, redemption(member, "frozen")) == "MEMBER_FROZEN"
    assert await outcome(loyalty, HOLD, hold) == "MEMBER_FROZEN"
    assert await outcome(loyalty, "TransfersService/TransferPoints", given) == "MEMBER_FROZEN"
    assert await outcome(loyalty, REDEEM, redemption(member, "before")) == "", "what was done is told again"
    assert await outcome(loyalty, "OrdersService/RecordOrder", order(member, 1_000)) == ""
    assert (await loyalty.balance(member))["available"] == 100
    await hear(loyalty, member, "MemberUnfrozen")
    assert await outcome(loyalty, REDEEM, redemption(member, "frozen")) == ""
    assert (await loyalty.balance(member))["available"] == 90
    await check_everything(loyalty)


async def test_once_a_freeze_is_heard_nothing_slips_through_whatever_was_under_way(loyalty: Loyalty) -> None:
    member = await with_points(loyalty, 5_000)
    for turn in range(2):
        under_way = [
            asyncio.create_task(outcome(loyalty, REDEEM, redemption(member, f"{turn}-{nth}")))
            for nth in range(20)
        ]
        under_way += [
            asyncio.create_task(
                outcome(loyalty, HOLD, {"memberId": member, "points": 1, "holdId": f"{turn}-{nth}"})
            )
            for nth in range(10)
        ]
        await asyncio.sleep(0.01 * turn)
        await hear(loyalty, member, "MemberFrozen")
        assert await outcome(loyalty, REDEEM, redemption(member, f"{turn}-late")) == "MEMBER_FROZEN"
        assert set(await asyncio.gather(*under_way)) <= {"", "MEMBER_FROZEN"}
        assert await outcome(loyalty, REDEEM, redemption(member, f"{turn}-later")) == "MEMBER_FROZEN"
        await hear(loyalty, member, "MemberUnfrozen")
    await check_everything(loyalty)


async def test_a_closing_that_was_taken_back_leaves_who_was_frozen_frozen(loyalty: Loyalty) -> None:
    member = await with_points(loyalty, 100)
    await hear(loyalty, member, "MemberClosing")
    await hear(loyalty, member, "MemberClosingCanceled", frozen=True)
    assert await outcome(loyalty, REDEEM, redemption(member, "r")) == "MEMBER_FROZEN"
    await hear(loyalty, member, "MemberClosingCanceled", frozen=False)
    assert await outcome(loyalty, REDEEM, redemption(member, "r")) == ""


async def test_a_member_frozen_before_anything_was_earned_does_not_spend_it(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    await hear(loyalty, member, "MemberFrozen")
    assert await outcome(loyalty, "OrdersService/RecordOrder", order(member, 10_000)) == ""
    assert await outcome(loyalty, REDEEM, redemption(member, "r")) == "MEMBER_FROZEN"


async def test_a_closed_membership_loses_what_is_left_once_and_earns_nothing_more(loyalty: Loyalty) -> None:
    member = await with_points(loyalty, 100)
    assert await outcome(loyalty, HOLD, {"memberId": member, "points": 30, "holdId": "h"}) == ""
    await hear(loyalty, member, "MemberClosed")
    await settle(loyalty)
    assert await loyalty.balance(member) == {"available": 0, "pending": 0, "held": 0, "debt": 0}
    for method, body in (
        ("OrdersService/RecordOrder", order(member, 1_000)),
        (AWARD, {"memberId": member, "points": 5, "reason": "CHECK_IN", "idempotencyKey": "a"}),
        (REDEEM, redemption(member, "r")),
    ):
        assert await outcome(loyalty, method, body) == "MEMBER_CLOSED"
    before = await loyalty.entries(member)
    await hear(loyalty, member, "MemberClosed")
    await settle(loyalty)
    assert await loyalty.entries(member) == before, "heard again, it takes nothing more"
    assert (await loyalty.told(member)).count("PointsForfeited") == 2, "one for each currency"
    await check_everything(loyalty)


async def test_no_door_gives_anything_to_whoever_is_gone(loyalty: Loyalty) -> None:
    giver, member = await with_points(loyalty, 50), await with_points(loyalty, 100)
    before = (await adjust(loyalty, member, 5, "before")).json()
    await hear(loyalty, member, "MemberClosed")
    await settle(loyalty)
    assert (await adjust(loyalty, member, 5, "before")).json() == before | {"replayed": True}
    assert "MEMBER_CLOSED" in (await adjust(loyalty, member, 5, "late")).text
    assert (await adjust(loyalty, member, -5, "debit")).status_code == 200, "staff put right what is owed"
    brought = await bring(loyalty, balance(member, 70))
    assert brought[0]["refusal"]["code"] == "MEMBER_CLOSED"
    for method, body in (
        (AWARD, {"memberId": member, "points": 5, "reason": "CHECK_IN", "idempotencyKey": "a"}),
        (
            "TransfersService/TransferPoints",
            {"fromMemberId": giver, "toMemberId": member, "points": 1, "transferId": "t"},
        ),
        ("OrdersService/RecordOrder", order(member, 1_000)),
    ):
        assert await outcome(loyalty, method, body) == "MEMBER_CLOSED"
    assert await loyalty.balance(member) == {"available": 0, "pending": 0, "held": 0, "debt": 5}
    await check_everything(loyalty)


async def test_an_erased_member_is_proved_once_settled_and_again_when_told_again(loyalty: Loyalty) -> None:
    member, stranger = await with_points(loyalty, 100), loyalty.new_member()
    for one in (member, stranger):
        await hear(loyalty, one, "MemberErased", erasure_id=ERASURE)
    await settle(loyalty)
    assert (await loyalty.balance(member))["available"] == 0
    rows = await loyalty.sql("SELECT event FROM outbox WHERE type = 'Packed' ORDER BY lane, seq")
    done = {
        who: LoyaltyEvent.FromString(body).member_erasure_done
        for row in rows
        for who, kind, body in msgpack.unpackb(row["event"])
        if kind == "MemberErasureDone"
    }
    assert {done[member].erasure_id, done[stranger].erasure_id} == {ERASURE}
    kept = {one.store: one.count for one in done[member].proof}
    assert kept["entries"] == len(await loyalty.entries(member)) - (await loyalty.told(member)).count(
        "PointsForfeited"
    )
    await hear(loyalty, member, "MemberErased", erasure_id=ERASURE)
    await settle(loyalty)
    assert (await loyalty.told(member)).count("MemberErasureDone") == 2
    await check_everything(loyalty)


async def test_where_no_programme_was_ever_founded_an_erasure_is_proved_all_the_same(
    new_database: Callable[[str], DatabaseUrls],
) -> None:
    empty: Any = SimpleNamespace(database=new_database("loyalty").app)
    member = str(uuid4())
    await hear(empty, member, "MemberErased", erasure_id=ERASURE)
    await settle(empty)
    pool = await database.pool(empty.database, size=1)
    row = await pool.fetchrow("SELECT type, event FROM outbox WHERE member_id = $1", member)
    left = await pool.fetchval("SELECT count(*) FROM departures WHERE settled_at IS NULL")
    await pool.close()
    assert row["type"] == "MemberErasureDone"
    assert LoyaltyEvent.FromString(row["event"]).member_erasure_done.erasure_id == ERASURE
    assert left == 0


async def test_what_comes_back_to_an_ended_membership_goes_at_once_and_the_piece_is_there_again(
    loyalty: Loyalty,
) -> None:
    await offer(loyalty, "sundial", 1)
    member = await with_points(loyalty, 250)
    await done(take(loyalty, member, "sundial", "r"))
    assert await outcome(loyalty, REDEEM, redemption(member, "spent", points=150)) == ""
    await hear(loyalty, member, "MemberClosed")
    await settle(loyalty)
    cancelled = await done(decide(loyalty, "Cancel", member, "r", reason="BROKEN"))
    assert (cancelled["returned"], cancelled.get("balanceAfter")) == ("100", None)
    assert await done(decide(loyalty, "Cancel", member, "r", reason="BROKEN")) == cancelled | {
        "replayed": True
    }
    assert await left(loyalty, "sundial") == (1, 0)
    reversal = {"memberId": member, "redemptionId": "spent", "reversalId": "v", "reason": "BROKEN"}
    assert await outcome(loyalty, "RedemptionsService/ReverseRedemption", reversal) == ""
    assert (await loyalty.balance(member))["available"] == 0
    gone = [one for one in await loyalty.entries(member) if one["type"] == "FORFEIT"]
    assert [(one["points"], one["reason"]) for one in gone if one["currency"] == "POINTS"] == [
        ("150", "MEMBER_CLOSED"),
        ("100", "MEMBER_CLOSED"),
    ]
    await be_sound(loyalty)
