"""Referrals: both sides get theirs once, and nobody gets anything for bringing who was there, or oneself."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from services.kit import clock, database, rpc
from services.kit.refusal import Refusal
from services.loyalty.jobs.referrals import SettledReferrals
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.referrals.referrals import make_code, read_code
from tests.loyalty.conftest import Loyalty, cny, order
from tests.loyalty.coupons import amount_off, published, waiting_for_locks
from tests.loyalty.hearing import hear_own
from tests.loyalty.spending import code, done
from tests.loyalty.test_merges import MERGE, UNMERGE, merging, undoing

NAME = {"zh": "邀请", "en": "Bring a friend"}


@pytest.fixture(scope="module")
async def settling(loyalty: Loyalty) -> AsyncIterator[SettledReferrals]:
    """The worker's job on the shared service's database."""
    pool = await database.pool(loyalty.database, size=2)
    yield SettledReferrals(pool, Rulebook(pool), clock.now)
    await pool.close()


async def publish(loyalty: Loyalty, referral: str, based_on: int = 0, **changes: Any) -> httpx.Response:
    terms = {
        "name": NAME,
        "inviter": {"points": 50},
        "invited": {"points": 20},
        "trigger": "REFERRAL_TRIGGER_SIGN_UP",
    } | changes
    body = {"referral": referral, "basedOnEdition": based_on, "terms": terms, "reason": "spring"}
    return await loyalty.staff("ReferralsService/PublishReferralProgramme", body)


async def joined(loyalty: Loyalty, *, days_ago: float = 0) -> str:
    """A member who the members service says joined so long ago."""
    member = loyalty.new_member()
    at = datetime.now(UTC) - timedelta(days=days_ago)
    await loyalty.sql("INSERT INTO members (member_id, joined_at) VALUES ($1, $2)", member, at)
    return member


async def as_member(loyalty: Loyalty, method: str, member: str, **body: Any) -> httpx.Response:
    headers = {rpc.CALLER_HEADER: loyalty.assertion("member", member)}
    return await loyalty.call(f"ReferralsService/{method}", {"memberId": member, **body}, headers=headers)


async def code_of(loyalty: Loyalty, member: str, referral: str) -> str:
    said = await done(as_member(loyalty, "GetInviteCode", member, referral=referral))
    return str(said["code"])


async def accept(loyalty: Loyalty, member: str, invite: str) -> httpx.Response:
    return await as_member(loyalty, "AcceptInvite", member, code=invite)


async def promised(loyalty: Loyalty, *members: str) -> list[tuple[Any, ...]]:
    rows = await loyalty.sql(
        "SELECT member_id::text, kind, points, template FROM grants WHERE member_id = ANY($1::uuid[])",
        members,
    )
    return sorted(tuple(row) for row in rows)


async def state_of(loyalty: Loyalty, member: str) -> tuple[str, str]:
    (row,) = await loyalty.sql("SELECT state, because FROM referrals WHERE member_id = $1", member)
    return row["state"], row["because"]


async def test_both_get_theirs_once_however_often_it_is_accepted(loyalty: Loyalty) -> None:
    await done(publish(loyalty, "friends"))
    inviter, friend = await joined(loyalty, days_ago=100), await joined(loyalty)
    invite = await code_of(loyalty, inviter, "friends")
    assert await code_of(loyalty, inviter, "friends") == invite
    spelled = f"{invite[:4]}-{invite[4:8]} {invite[8:]}".lower()
    answers = await asyncio.gather(*(accept(loyalty, friend, spelled) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert sum(answer.json().get("replayed", False) for answer in answers) == 3
    assert await promised(loyalty, inviter, friend) == sorted(
        [(inviter, "POINTS", 50, ""), (friend, "POINTS", 20, "")]
    )
    mine = await done(_mine(loyalty, inviter))
    (one,) = mine["referrals"]
    assert one["state"] == "REFERRAL_STATE_REWARDED"
    assert "memberId" not in one, "who came is theirs to say"
    survivor = await joined(loyalty)
    await done(loyalty.staff(MERGE, merging(inviter, survivor)))
    assert [await done(_mine(loyalty, member)) for member in (inviter, survivor)] == [mine, mine]
    await done(loyalty.staff(UNMERGE, undoing(inviter)))
    assert "referrals" not in await done(_mine(loyalty, survivor))


def _mine(loyalty: Loyalty, member: str) -> Any:
    headers = {rpc.CALLER_HEADER: loyalty.assertion("member", member)}
    return loyalty.call("ReferralsService/ListReferrals", {"inviterId": member, "first": 5}, headers=headers)


async def test_who_counts_for_nobody(loyalty: Loyalty) -> None:
    await done(publish(loyalty, "strict", trigger="REFERRAL_TRIGGER_ORDER", withinDays=30))
    one, other, old = await joined(loyalty), await joined(loyalty), await joined(loyalty, days_ago=8)
    shopper, third = await joined(loyalty), await joined(loyalty)
    invite = await code_of(loyalty, one, "strict")
    assert code(await accept(loyalty, one, invite)) == "INVITE_OF_ONESELF"
    assert code(await accept(loyalty, old, invite)) == "MEMBER_NOT_NEW"
    await done(loyalty.order_system("OrdersService/RecordOrder", order(shopper, 100)))
    assert code(await accept(loyalty, shopper, invite)) == "MEMBER_NOT_NEW"
    await done(accept(loyalty, other, invite))
    assert code(await accept(loyalty, one, await code_of(loyalty, other, "strict"))) == "INVITE_CIRCLE"
    assert code(await accept(loyalty, other, await code_of(loyalty, third, "strict"))) == "ALREADY_INVITED"
    assert code(await accept(loyalty, third, "0" * 11 + "1")) == "UNKNOWN_INVITE"
    stop = {"referral": "strict", "reason": "over"}
    await done(loyalty.staff("ReferralsService/StopReferralProgramme", stop))
    assert code(await accept(loyalty, third, invite)) == "INVITES_NOT_OFFERED"


async def test_the_order_that_is_asked_for_rewards_once(loyalty: Loyalty, settling: SettledReferrals) -> None:
    asked = {"trigger": "REFERRAL_TRIGGER_ORDER", "orderAtLeast": cny(10_000), "withinDays": 30}
    await published(loyalty, amount_off(), "ten-off-for-a-friend")
    await done(publish(loyalty, "order", **asked, inviter={"template": "ten-off-for-a-friend"}))
    inviter, friend = await joined(loyalty), await joined(loyalty)
    await done(accept(loyalty, friend, await code_of(loyalty, inviter, "order")))
    before = "JOINED"
    for minor, state in ((9_999, "JOINED"), (10_000, "REWARDED"), (10_000, "REWARDED")):
        await done(loyalty.order_system("OrdersService/RecordOrder", order(friend, minor)))
        await settling.settle()
        assert (await state_of(loyalty, friend))[0] == before, "nothing was heard of the order yet"
        await hear_own(loyalty, friend, "OrderRecorded")
        await settling.settle()
        before = state
        assert (await state_of(loyalty, friend))[0] == state
    assert await promised(loyalty, inviter, friend) == sorted(
        [(inviter, "COUPON", 0, "ten-off-for-a-friend"), (friend, "POINTS", 20, "")]
    )


async def test_a_worker_cut_off_while_it_rewards_rewards_once_in_the_end(
    loyalty: Loyalty, settling: SettledReferrals, servers: Any
) -> None:
    await done(publish(loyalty, "cut", trigger="REFERRAL_TRIGGER_ORDER", withinDays=30, mostRewarded="1"))
    inviter, friend = await joined(loyalty), await joined(loyalty)
    await done(accept(loyalty, friend, await code_of(loyalty, inviter, "cut")))
    await done(loyalty.order_system("OrdersService/RecordOrder", order(friend, 10_000)))
    await hear_own(loyalty, friend, "OrderRecorded")
    pool = await database.pool(loyalty.database, size=2)
    try:
        killer = await asyncpg.connect(servers.postgres_url)
        async with loyalty.looking.acquire() as holding, holding.transaction():
            # The worker has promised nothing yet, and its transaction has begun.
            await holding.execute("SELECT FROM referral_programmes WHERE referral = 'cut' FOR UPDATE")
            rewarding = asyncio.ensure_future(SettledReferrals(pool, Rulebook(pool), clock.now).settle())
            await waiting_for_locks(loyalty, 1)
            await killer.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
                await rewarding
        await killer.close()
    finally:
        pool.terminate()
    assert (await state_of(loyalty, friend), await promised(loyalty, inviter, friend)) == (("JOINED", ""), [])
    for _ in range(2):
        await settling.settle()
        await hear_own(loyalty, friend, "OrderRecorded")
    assert await state_of(loyalty, friend) == ("REWARDED", "")
    assert len(await promised(loyalty, inviter, friend)) == 2
    (row,) = await loyalty.sql("SELECT rewarded FROM referral_programmes WHERE referral = 'cut'")
    assert row["rewarded"] == 1


async def test_who_is_too_late_gets_nothing(loyalty: Loyalty, settling: SettledReferrals) -> None:
    await done(publish(loyalty, "late", trigger="REFERRAL_TRIGGER_ORDER", withinDays=1))
    inviter, friend = await joined(loyalty), await joined(loyalty)
    await done(accept(loyalty, friend, await code_of(loyalty, inviter, "late")))
    await loyalty.sql("UPDATE referrals SET qualifies_until = 1 WHERE member_id = $1", friend)
    await settling.settle()
    assert await state_of(loyalty, friend) == ("LAPSED", "LATE")
    assert await promised(loyalty, inviter, friend) == []


async def test_haste_is_held_for_staff_and_limits_and_budgets_are_exact(loyalty: Loyalty) -> None:
    limits = [{"most": 4, "period": "REWARD_LIMIT_PERIOD_EVER"}]
    await done(publish(loyalty, "crowd", heldAboveHourly=2, limits=limits, mostRewarded=3))
    inviter = await joined(loyalty)
    invite = await code_of(loyalty, inviter, "crowd")
    friends = [await joined(loyalty) for _ in range(6)]
    answers = await asyncio.gather(*(accept(loyalty, friend, invite) for friend in friends))
    states = {
        friend: answer.json()["referral"]["state"].removeprefix("REFERRAL_STATE_")
        for friend, answer in zip(friends, answers, strict=True)
        if answer.status_code == 200
    }
    assert sorted(states.values()) == ["HELD", "HELD", "REWARDED", "REWARDED"]
    assert {code(answer) for answer in answers if answer.status_code != 200} == {"INVITER_LIMIT_REACHED"}
    first, second = (friend for friend, state in states.items() if state == "HELD")
    for friend, expected in ((first, "REWARDED"), (second, "LAPSED")):
        body = {"memberId": friend, "approve": True, "reason": "KNOWN"}
        said = await done(loyalty.staff("ReferralsService/DecideReferral", body))
        assert said["referral"]["state"] == f"REFERRAL_STATE_{expected}"
        assert (await done(loyalty.staff("ReferralsService/DecideReferral", body)))["replayed"]
    assert await state_of(loyalty, second) == ("LAPSED", "BUDGET")
    refuse = {"memberId": first, "reason": "FRAUD"}
    assert code(await loyalty.staff("ReferralsService/DecideReferral", refuse)) == "REFERRAL_DECIDED"
    assert len(await promised(loyalty, inviter)) == 3


async def test_an_edition_says_what_it_changed(loyalty: Loyalty) -> None:
    first = (await done(publish(loyalty, "told")))["changes"]
    assert {"terms", "edition"} <= {
        one["path"] for one in first if "before" not in one or one["before"] == "0"
    }
    second = (await done(publish(loyalty, "told", 1, invited={"points": 30})))["changes"]
    told = {one["path"]: (one.get("before"), one.get("after")) for one in second}
    assert told["terms.invited.points"] == ("20", "30")
    body = {"referral": "told", "reason": "over"}
    stopped = await done(loyalty.staff("ReferralsService/StopReferralProgramme", body))
    assert [(one["path"], one["before"], one["after"]) for one in stopped["changes"]] == [
        ("stopped", "false", "true"),
        ("state", '"PUBLISHED"', '"STOPPED"'),
    ]


async def test_editions_follow_on_each_other(loyalty: Loyalty) -> None:
    await done(publish(loyalty, "series"))
    assert code(await publish(loyalty, "series")) == "REFERRAL_REVISED_MEANWHILE"
    assert (await done(publish(loyalty, "series", 1)))["referralProgramme"]["edition"] == 2
    nobody = {"inviter": {}, "invited": {}}
    assert code(await publish(loyalty, "none", **nobody)) == "PROGRAMME_NOT_WELL_FORMED"
    assert (await loyalty.staff("ReferralsService/StopReferralProgramme", {}, "support")).status_code == 403


def test_a_code_survives_how_people_write_and_no_slip_of_the_pen() -> None:
    made = make_code(bytes(range(7, 18)))
    assert read_code(made.lower()) == made
    for nth in range(len(made)):
        slipped = made[:nth] + ("Z" if made[nth] != "Z" else "Y") + made[nth + 1 :]
        with pytest.raises(Refusal):
            read_code(slipped)


async def drafted(loyalty: Loyalty, referral: str, points: int) -> dict[str, Any]:
    terms = {"name": NAME, "inviter": {"points": points}, "trigger": "REFERRAL_TRIGGER_SIGN_UP"}
    body = {"referral": referral, "terms": terms, "reason": "spring"}
    told = await done(loyalty.staff("ReferralsService/DraftReferralProgramme", body))
    programme: dict[str, Any] = told["referralProgramme"]
    return programme


async def as_drafted(loyalty: Loyalty, referral: str, based_on: int, edition: int) -> httpx.Response:
    body = {"referral": referral, "basedOnEdition": based_on, "edition": edition, "reason": "spring"}
    return await loyalty.staff("ReferralsService/PublishReferralProgramme", body)


async def seen(loyalty: Loyalty, referral: str) -> list[tuple[int, str, str]]:
    every = (await done(loyalty.staff("ReferralsService/ListReferralProgrammes", {})))["referralProgrammes"]
    prefix = "REFERRAL_PROGRAMME_STATE_"
    return [
        (one["edition"], one["state"].removeprefix(prefix), one["terms"]["inviter"]["points"])
        for one in every
        if one["referral"] == referral
    ]


async def test_a_draft_offers_nothing_until_it_is_published_as_it_was_drafted(loyalty: Loyalty) -> None:
    first = await drafted(loyalty, "drafted", 5)
    assert (first["edition"], first["draftedBy"], "publishedAt" in first) == (1, "staff:ada", False)
    again = [await drafted(loyalty, "drafted", 7) for _ in range(2)]
    assert [one["edition"] for one in again] == [2, 2]
    assert await seen(loyalty, "drafted") == [(2, "DRAFT", "7")]
    inviter = await joined(loyalty)
    unknown = await as_member(loyalty, "GetInviteCode", inviter, referral="drafted")
    assert code(unknown) == "UNKNOWN_REFERRAL_PROGRAMME"
    assert code(await as_drafted(loyalty, "drafted", 1, 2)) == "REFERRAL_REVISED_MEANWHILE"
    for looked_at in (0, 1):
        assert code(await as_drafted(loyalty, "drafted", 0, looked_at)) == "REFERRAL_DRAFT_GONE"
    await done(as_drafted(loyalty, "drafted", 0, 2))
    assert await seen(loyalty, "drafted") == [(2, "PUBLISHED", "7")]
    assert code(await as_drafted(loyalty, "drafted", 2, 2)) == "REFERRAL_DRAFT_GONE"
    await drafted(loyalty, "drafted", 9)
    await drafted(loyalty, "drafted", 10)
    assert await seen(loyalty, "drafted") == [(2, "PUBLISHED", "7"), (4, "DRAFT", "10")]
    await done(publish(loyalty, "drafted", 2, inviter={"points": 8}))
    assert await seen(loyalty, "drafted") == [(5, "PUBLISHED", "8"), (4, "DRAFT", "10")]
    assert code(await as_drafted(loyalty, "drafted", 5, 4)) == "REFERRAL_DRAFT_GONE", (
        "it was made from edition 2"
    )
    await done(accept(loyalty, friend := await joined(loyalty), await code_of(loyalty, inviter, "drafted")))
    assert ((inviter, "POINTS", 8, "") in await promised(loyalty, inviter, friend)) is True
