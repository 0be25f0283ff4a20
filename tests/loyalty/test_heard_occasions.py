"""Occasions besides orders: delivered so many days ago, another tier, a coupon about to expire, a segment entered."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from huiyuan.consent.v1.decisions_connect import DecisionsServiceASGIApplication

from services.kit import database
from services.loyalty.actions import heard_occasions
from services.loyalty.jobs.coupons import Coupons
from tests.loyalty.conftest import cny, order, serving
from tests.loyalty.coupons import amount_off, given, published
from tests.loyalty.gate import Gate
from tests.loyalty.hearing import hear_own
from tests.loyalty.missions import (
    Json,
    Operator,
    everybody,
    mission,
    named,
    occasion,
    rfc3339,
    timed,
    wrong_field,
)
from tests.loyalty.test_departures import hear


class Gated(Operator):
    """An operator with a gate that answers what a test says."""

    gate: Gate


@pytest.fixture(scope="module")
async def served(make_loyalty: Any) -> AsyncIterator[Gated]:
    gate = Gate()
    async with (
        serving(DecisionsServiceASGIApplication(gate)) as at,
        timed(make_loyalty, CONSENT_URL=at) as (loyalty, clock),
    ):
        operator = Gated(loyalty, clock)
        operator.gate = gate
        yield operator


@pytest.fixture
async def operator(served: Gated) -> AsyncIterator[Gated]:
    """The operator, with no mission in force but those of the test."""
    served.clock.set("2026-01-01T00:00:00+08:00")
    yield served
    served.allowing = everybody
    for row in await served.loyalty.sql("SELECT key FROM missions WHERE state = 'PUBLISHED'"):
        await served.stop(row["key"])
    await served.look()


async def done(operator: Operator, method: str, body: Json) -> Json:
    answer = await operator.loyalty.order_system(f"OrdersService/{method}", body)
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


async def looked(operator: Operator, at: str) -> None:
    operator.clock.set(at)
    await operator.look()


async def awards(operator: Operator, *members: str) -> list[int]:
    return [len(await operator.promised(member)) for member in members]


def without_days(kind: str, points: int = 50, **changes: Any) -> Json:
    return occasion(kind, 0, points, **changes)


async def placed(operator: Operator, member: str, tier: str, key: str) -> None:
    body = {"memberId": member, "tier": tier, "idempotencyKey": key, "reason": "GIFT"}
    body["until"] = rfc3339(operator.clock() + timedelta(days=90))
    answer = await operator.loyalty.staff("PlacementsService/OverrideTier", body)
    assert answer.status_code == 200, answer.text


async def test_each_delivered_order_is_one_occasion_three_days_later_but_none_that_was_returned_whole(
    operator: Operator,
) -> None:
    await operator.publish(occasion("AFTER_DELIVERY", 3))
    twice, part, whole, never = (operator.loyalty.new_member() for _ in range(4))
    operator.clock.set("2026-01-02T10:00:00+08:00")
    for member in (twice, twice, part, whole, never):
        paid = order(member, [100, 100], paidAt="2026-01-02T10:00:00+08:00")
        await done(operator, "RecordOrder", paid)
        ref = {"source": "shop", "orderId": paid["orderId"]}
        if member is not never:
            await done(operator, "CompleteOrder", ref | {"completedAt": "2026-01-02T10:00:00+08:00"})
        if member in (part, whole):
            back = cny(100 if member is part else 200)
            await done(operator, "RecordRefund", ref | {"refundId": "r", "amount": back})
    await looked(operator, "2026-01-05T09:59:59+08:00")
    assert await awards(operator, twice) == [0]
    operator.clock.set("2026-01-05T10:00:00+08:00")
    await asyncio.gather(*(operator.look() for _ in range(3)))
    await looked(operator, "2026-01-09T10:00:00+08:00")
    assert await awards(operator, twice, part, whole, never) == [2, 1, 0, 0]


async def test_a_tier_reached_is_awarded_once_however_often_it_is_heard_and_one_lost_is_another_occasion(
    operator: Operator,
) -> None:
    gold, cheer = without_days("TIER_RAISED", tiers=["gold"]), without_days("TIER_LOWERED")
    for body in (gold, cheer):
        await operator.publish(body)
    one, other, frozen = (operator.loyalty.new_member() for _ in range(3))
    for member in (one, other, frozen):  # to silver, which is no gold
        await done(operator, "RecordOrder", order(member, 60_000, paidAt="2026-01-01T00:00:00+08:00"))
    for member in (one, frozen):
        await placed(operator, member, "gold", "up")
    await hear(operator.loyalty, frozen, "MemberFrozen")
    for member in (one, other, frozen):
        for _ in range(2):
            await hear_own(operator.loyalty, member, "TierRaised")
    await asyncio.gather(operator.look(), operator.look())
    for member in (one, other, frozen):
        await hear_own(operator.loyalty, member, "TierRaised")  # the stream begins anew
    await looked(operator, "2026-01-02T00:00:00+08:00")
    assert await awards(operator, one, other, frozen) == [1, 0, 0]
    await placed(operator, one, "silver", "down")
    await hear_own(operator.loyalty, one, "TierLowered")
    await operator.look()
    assert sorted(key.split(":")[2] for key in await operator.promised(one)) == sorted(
        (gold["key"], cheer["key"])
    )
    await operator.give()
    assert await operator.available(one) == 600 + 100  # what the order earned, and twice 50
    assert await operator.loyalty.sql("SELECT 1 FROM occasions") == []


async def test_what_was_heard_before_a_mission_starts_or_is_not_allowed_is_nobodys(
    operator: Operator,
) -> None:
    early, refusing = operator.loyalty.new_member(), operator.loyalty.new_member()
    starts = {"startsAt": "2026-02-01T00:00:00+08:00"}
    await operator.publish(without_days("TIER_RAISED", **starts))
    await placed(operator, early, "gold", "up")
    await hear_own(operator.loyalty, early, "TierRaised")
    operator.clock.set("2026-02-01T00:00:00+08:00")
    await placed(operator, refusing, "gold", "up")
    await hear_own(operator.loyalty, refusing, "TierRaised")
    asked: list[Sequence[str]] = []

    async def nobody(some: Sequence[str], *_: object) -> Sequence[str]:
        asked.append(some)
        return ()

    operator.allowing = nobody
    await operator.look()
    operator.allowing = everybody
    await operator.look()
    assert (asked, await awards(operator, early, refusing)) == ([[refusing]], [0, 0])


async def test_killed_while_it_awards_it_awards_once_and_the_budget_goes_to_the_earliest(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await operator.publish(without_days("TIER_RAISED", budget=2))
    members = [operator.loyalty.new_member() for _ in range(3)]
    for nth, member in enumerate(members):
        operator.clock.set(f"2026-03-0{1 + nth}T00:00:00+08:00")
        await placed(operator, member, "gold", "up")
    for member in reversed(members):
        await hear_own(operator.loyalty, member, "TierRaised")

    async def die(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(heard_occasions.lifecycle, "promise", die)
        with pytest.raises(RuntimeError):
            await operator.look()
    await asyncio.gather(*(operator.look() for _ in range(3)))
    assert await awards(operator, *members) == [1, 1, 0]


@pytest.mark.parametrize("again", [False, True])
async def test_what_was_told_of_a_merged_member_is_the_survivors_occasion_and_no_other_by_the_merge(
    operator: Operator, again: bool
) -> None:
    for kind in ("TIER_RAISED", "TIER_LOWERED"):
        await operator.publish(without_days(kind))
    gone, stays = operator.loyalty.new_member(), operator.loyalty.new_member()
    for member in (gone, stays):
        await done(operator, "RecordOrder", order(member, 100, paidAt="2026-01-01T00:00:00+08:00"))
    await placed(operator, gone, "gold", "up")
    await hear_own(operator.loyalty, gone, "TierRaised")
    body = {"fromMemberId": gone, "intoMemberId": stays, "mergeId": "m", "reason": "SAME"}
    assert (await operator.loyalty.staff("MergesService/MergeMembers", body)).status_code == 200
    if again:
        body = {"fromMemberId": gone, "mergeId": "m", "reason": "MISTAKE"}
        assert (await operator.loyalty.staff("MergesService/UnmergeMembers", body)).status_code == 200
    for member in (gone, stays):
        for kind in ("TierRaised", "TierLowered"):
            await hear_own(operator.loyalty, member, kind)
    await operator.look()
    assert await awards(operator, gone, stays) == ([1, 0] if again else [0, 1])


async def test_whose_coupon_is_about_to_expire_is_given_something_once_for_each_coupon(
    operator: Operator,
) -> None:
    ours = await published(operator.loyalty, amount_off(validFor="P10D", remindDays=3))
    others = await published(operator.loyalty, amount_off(validFor="P10D", remindDays=3))
    body = without_days("COUPON_EXPIRING")
    body["lifecycle"]["couponTemplate"] = ours
    await operator.publish(body)
    holder, other = operator.loyalty.new_member(), operator.loyalty.new_member()
    for member, template in ((holder, ours), (holder, ours), (other, others)):
        await given(operator.loyalty, member, template)
    pool = await database.pool(operator.loyalty.database, size=2)
    for at in ("2026-01-05T00:00:00+08:00", "2026-01-09T00:00:00+08:00"):
        operator.clock.set(at)
        await Coupons(pool, operator.clock).look()
        for member in (holder, other):
            await hear_own(operator.loyalty, member, "CouponExpiring")
        await operator.look()
        assert await awards(operator, holder, other) == ([0, 0] if at < "2026-01-06" else [2, 0])
    await pool.close()


async def test_an_occasion_that_could_never_come_or_would_come_for_ever_is_refused_with_its_path(
    operator: Operator,
) -> None:
    forever = await published(operator.loyalty, amount_off(validFor="P10D", remindDays=3))
    silent = await published(operator.loyalty, amount_off(validFor="P10D"))
    expiring = without_days("COUPON_EXPIRING", award={"couponTemplate": forever})
    of = lambda template, body: body | {"lifecycle": body["lifecycle"] | {"couponTemplate": template}}  # noqa: E731
    for body, path in (
        (occasion("TIER_RAISED", 3), "days"),
        (without_days("AFTER_DELIVERY"), "days"),
        (expiring, "coupon_template"),
        (of(forever, expiring), "coupon_template"),
        (of(silent, without_days("COUPON_EXPIRING")), "coupon_template"),
        (of("nowhere", without_days("COUPON_EXPIRING")), "coupon_template"),
        (of(forever, without_days("TIER_RAISED")), "coupon_template"),
        (without_days("TIER_RAISED") | {"purpose": ""}, "purpose"),
    ):
        answer = await operator.draft(body)
        wanted = f"mission.{path}" if path == "purpose" else f"mission.lifecycle.{path}"
        assert (answer.status_code, wrong_field(answer)) == (400, wanted), answer.text


async def test_two_missions_that_would_feed_each_other_are_not_published_both(operator: Operator) -> None:
    one, other = [await published(operator.loyalty, amount_off(validFor="P10D", remindDays=3)) for _ in "12"]
    bodies = []
    for wants, gives in ((one, other), (other, one)):
        body = without_days("COUPON_EXPIRING", award={"couponTemplate": gives})
        bodies.append(body | {"lifecycle": body["lifecycle"] | {"couponTemplate": wants}})
        assert (await operator.draft(bodies[-1])).status_code == 200
    answers = await asyncio.gather(
        *(
            operator.loyalty.staff(
                "MissionsService/PublishMission", {"key": body["key"], "edition": 1, "reason": "go"}
            )
            for body in bodies
        )
    )
    refused = [answer for answer in answers if answer.status_code != 200]
    assert [answer.json()["message"].split(":")[0] for answer in refused] == ["MISSIONS_FEED_EACH_OTHER"]
    assert wrong_field(refused[0]) == "edition"
    again = await operator.draft(bodies[answers.index(refused[0])] | {"key": named()})
    assert wrong_field(again) == "mission.lifecycle.coupon_template", "and is told so while it is drafted"


async def test_a_segment_is_told_under_a_purpose_that_the_member_allows(operator: Gated) -> None:
    segment = {"key": "segment", "type": "ATTRIBUTE_TYPE_STRING", "required": True}
    type = {
        "key": "segment_entered",
        "name": {"zh": "进入分群", "en": "Segment entered"},
        "retentionDays": 30,
        "attributes": [segment],
        "purpose": "personalisation",
    }
    for changes, path in (
        ({"purpose": ""}, "type.purpose"),
        ({"attributes": []}, "type.attributes"),
        ({"attributes": [segment | {"required": False}]}, "type.attributes"),
    ):
        body = {"type": type | changes, "reason": "rfm"}
        answer = await operator.loyalty.staff("ActivitiesService/DeclareActivityType", body)
        assert (answer.status_code, wrong_field(answer)) == (400, path)
    answer = await operator.loyalty.staff(
        "ActivitiesService/DeclareActivityType", {"type": type, "reason": "rfm"}
    )
    assert answer.status_code == 200, answer.text
    entered = {"conditions": [{"attribute": "segment", "equals": "at_risk"}]}
    await operator.publish(mission(named(), "segment_entered", 1, activities=entered))
    willing, unwilling = operator.loyalty.new_member(), operator.loyalty.new_member()
    operator.gate.allowed = {willing}
    said = [
        await operator.tell(operator.activity(member, "segment_entered", attributes={"segment": name}))
        for member, name in ((willing, "champions"), (willing, "at_risk"), (unwilling, "at_risk"))
    ]
    assert [one.status_code == 200 for one in said] == [True, True, False]
    assert await awards(operator, willing, unwilling) == [1, 0]


async def test_nothing_is_kept_of_what_no_mission_waits_for_and_nothing_of_who_left(
    operator: Operator,
) -> None:
    member = operator.loyalty.new_member()
    await placed(operator, member, "gold", "up")
    await hear_own(operator.loyalty, member, "TierRaised")
    assert await operator.loyalty.sql("SELECT 1 FROM occasions WHERE member_id = $1", member) == []
    await operator.publish(without_days("TIER_RAISED"))
    await hear_own(operator.loyalty, member, "TierRaised")
    assert len(await operator.loyalty.sql("SELECT 1 FROM occasions WHERE member_id = $1", member)) == 1
    await hear(operator.loyalty, member, "MemberClosed")
    assert await operator.loyalty.sql("SELECT 1 FROM occasions WHERE member_id = $1", member) == []
