"""Birthdays: rules and missions look at them for members who allow it, once a year, and nothing is kept for long."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from huiyuan.consent.v1 import events_pb2 as consent_events
from huiyuan.consent.v1.decisions_connect import DecisionsServiceASGIApplication
from huiyuan.members.v1.events_pb2 import MembersEvent

from services.kit import database, rpc, stream
from services.loyalty.consumers import hear_consent, hear_members
from services.loyalty.jobs.birthdays import Birthdays
from tests.loyalty.conftest import CALLED_BY_MEMBERS_KEY, Loyalty, cny, earn_rule, order, programme, serving
from tests.loyalty.coupons import amount_off, published
from tests.loyalty.gate import Gate
from tests.loyalty.missions import Json, Operator, named, occasion, timed, wrong_field
from tests.loyalty.spending import code, done
from tests.loyalty.test_consenting import our_gate
from tests.loyalty.test_departures import hear, settle
from tests.loyalty.test_earn_rules import doubled, explained, gift, points
from tests.loyalty.test_exports import exported
from tests.loyalty.test_merges import MERGE, merging

CARE = "birthday_care"
IN_MONTH = {"birthdayMonthPurpose": CARE}
RULES = [
    earn_rule("base", "POINTS"),
    doubled(schedule=IN_MONTH),
    gift("cake", 30, schedule=IN_MONTH, caps=[{"window": "CAP_WINDOW_YEAR", "points": 30}]),
    earn_rule("growth", "GROWTH"),
]


class Party(Operator):
    """An operator whose programme celebrates, with the gate that says who allows it."""

    gate: Gate
    at: str

    async def told(self, member: str, month: str, *purposes: str) -> None:  # type: ignore[override]
        """The members service tells in which month a birthday lies."""
        event = MembersEvent(member_id=member, occurred_at=self.clock())
        began = event.month_celebrated
        began.year, began.month = int(month[:4]), int(month[5:])
        began.purposes.extend(purposes or [CARE])
        await self.hear(hear_members, "MemberBirthdayMonth", member, event.SerializeToString())

    async def joined(self) -> str:
        """A member whom the members service told of."""
        member = self.loyalty.new_member()
        await hear(self.loyalty, member, "MemberRegistered")
        return member

    async def celebrated(self, member: str, year: int) -> None:
        event = MembersEvent(member_id=member, occurred_at=self.clock())
        event.member_celebrated.year = year
        await self.hear(hear_members, "MemberBirthday", member, event.SerializeToString())

    async def consent(self, kind: str, member: str, **said: Any) -> None:
        """The consent service tells something."""
        event = consent_events.ConsentEvent(member_id=member, **said)
        await self.hear(hear_consent, kind, member, event.SerializeToString())

    async def hear(self, door: Any, kind: str, member: str, body: bytes) -> None:
        engine = database.engine(self.loyalty.database, size=1)
        async with engine.begin() as connection:
            await door(connection, stream.Event("huiyuan:told:0", 1, 0, member, kind, body))
        await engine.dispose()

    async def checked(self, allowing: Any = None) -> None:
        """A round of the worker that checks what was told."""
        pool = await database.pool(self.loyalty.database, size=2)
        await Birthdays(pool, allowing or our_gate(self.at).allowing, self.clock).keep()
        await pool.close()

    async def allowed(self, member: str, month: str) -> str:
        """A member whose month was told and checked."""
        self.gate.allowed.add(member)
        await self.told(member, month)
        await self.checked()
        return member

    async def pay(self, member: str, at: str, told_at: str = "") -> Json:
        self.clock.set(told_at or at)
        body = order(member, 10_000, paidAt=at)
        made = await done(self.loyalty.order_system("OrdersService/RecordOrder", body))
        return dict(made["order"])

    async def kept(self, member: str) -> int:
        rows = await self.loyalty.sql("SELECT FROM birthday_months WHERE member_id = $1", member)
        return len(rows)


@pytest.fixture(scope="module")
async def served(make_loyalty: Any) -> AsyncIterator[Party]:
    gate = Gate()
    gate.lists |= {CARE: {"birth_date"}, "treats": {"birth_date", "name"}}
    async with (
        serving(DecisionsServiceASGIApplication(gate)) as at,
        timed(make_loyalty, founded=programme(earnRules=RULES), CONSENT_URL=at) as (loyalty, clock),
    ):
        party = Party(loyalty, clock)
        party.gate, party.at, party.allowing = gate, at, our_gate(at).allowing
        yield party


@pytest.fixture
async def party(served: Party) -> AsyncIterator[Party]:
    served.clock.set("2026-06-30T10:00:00+08:00")
    yield served
    for row in await served.loyalty.sql("SELECT key FROM missions WHERE state = 'PUBLISHED'"):
        await served.stop(row["key"])
    await served.look()


async def test_what_is_bought_in_the_month_of_the_birthday_earns_more_by_the_programmes_midnights(
    party: Party,
) -> None:
    member = await party.allowed(party.loyalty.new_member(), "2026-07")
    other = party.loyalty.new_member()
    paid = [
        await party.pay(member, f"2026-{at}+08:00")
        for at in ("06-30T23:59:59", "07-01T00:00:00", "07-31T23:59:59", "08-01T00:00:00")
    ]
    assert [points(one) for one in paid] == [100, 260, 200, 100]  # the cake is there once a year
    nobodys = await party.pay(other, "2026-07-10T10:00:00+08:00")
    assert points(nobodys) == 100
    said = await explained(party.loyalty, other, nobodys)
    assert {said[key]["reason"] for key in ("double", "cake")} == {"NOT_COUNTED_REASON_NOT_BIRTHDAY_MONTH"}
    await party.checked()
    assert await party.kept(member) == 1
    party.clock.set("2026-09-03T00:00:00+08:00")
    await party.checked()
    assert await party.kept(member) == 0
    said = await explained(party.loyalty, member, paid[1])
    assert (said["double"]["counted"], said["cake"]["points"]) == (True, "30"), "explained as of then"


async def test_a_quote_says_what_is_posted(party: Party) -> None:
    member = await party.allowed(party.loyalty.new_member(), "2026-07")
    party.clock.set("2026-07-05T10:00:00+08:00")
    headers = {rpc.CALLER_HEADER: party.loyalty.assertion("member", member)}
    basket = {"memberId": member, "lines": order(member, 10_000)["lines"], "total": cny(10_000)}
    quoted = await done(party.loyalty.call("QuotesService/QuoteOrder", basket, headers=headers))
    assert points(quoted) == points(await party.pay(member, "2026-07-05T10:00:00+08:00")) == 260


async def test_an_order_told_late_is_judged_by_the_month_that_it_was_paid_in(party: Party) -> None:
    member = await party.allowed(party.loyalty.new_member(), "2026-07")
    late = await party.pay(member, "2026-07-20T10:00:00+08:00", told_at="2026-08-15T10:00:00+08:00")
    too_late = await party.pay(member, "2026-07-21T10:00:00+08:00", told_at="2026-08-30T10:00:00+08:00")
    party.clock.set("2026-09-03T00:00:00+08:00")
    await party.checked()
    forgotten = await party.pay(member, "2026-07-22T10:00:00+08:00", told_at="2026-09-03T10:00:00+08:00")
    assert [points(one) for one in (late, too_late, forgotten)] == [260, 200, 100]


async def test_nothing_counts_before_the_gate_said_yes_and_what_it_denies_is_forgotten(party: Party) -> None:
    willing, refusing = party.loyalty.new_member(), party.loyalty.new_member()
    party.gate.allowed.add(willing)
    for member in (willing, refusing):
        await party.told(member, "2026-07")
    assert points(await party.pay(willing, "2026-07-02T10:00:00+08:00")) == 100
    party.gate.away = True
    await party.checked()
    party.gate.away = False
    assert points(await party.pay(willing, "2026-07-03T10:00:00+08:00")) == 100
    await party.checked()
    assert [await party.kept(one) for one in (willing, refusing)] == [1, 0]
    assert points(await party.pay(willing, "2026-07-03T10:01:00+08:00")) == 260
    party.gate.allowed.discard(willing)  # it ran out, say, which no event tells
    party.clock.set("2026-07-03T10:59:00+08:00")
    await party.checked()
    assert await party.kept(willing) == 1
    party.clock.set("2026-07-03T11:01:00+08:00")
    await party.checked()
    assert await party.kept(willing) == 0


async def test_a_withdrawal_ends_it_at_once_and_only_for_what_was_withdrawn(party: Party) -> None:
    member, other = [await party.allowed(party.loyalty.new_member(), "2026-07") for _ in range(2)]
    withdrawn = {"consent_withdrawn": {"purposes": ["marketing_sms"]}}
    await party.consent("ConsentWithdrawn", member, **withdrawn)
    elsewhere = {"consent_withdrawn": {"purposes": [CARE], "recipient_id": "partner"}}
    await party.consent("ConsentWithdrawn", member, **elsewhere)
    assert points(await party.pay(member, "2026-07-05T10:00:00+08:00")) == 260
    party.gate.allowed.discard(member)
    await party.consent("ConsentWithdrawn", member, consent_withdrawn={"purposes": ["x", CARE]})
    assert await party.kept(member) == 0
    assert points(await party.pay(member, "2026-07-06T10:00:00+08:00")) == 100
    assert points(await party.pay(other, "2026-07-06T10:00:00+08:00")) == 260
    party.gate.allowed.add(member)
    await party.told(member, "2026-07")  # heard again, by whatever way
    party.gate.allowed.discard(member)
    await party.checked()
    assert await party.kept(member) == 0, "the gate is asked before it counts"


async def test_what_is_doubted_while_the_gate_is_asked_is_asked_again(party: Party) -> None:
    restricted, asked_anew, withdrawing = [
        await party.allowed(party.loyalty.new_member(), "2026-07") for _ in range(3)
    ]
    gate = our_gate(party.at)
    rounds = 0

    async def asking(members: Any, purpose: str, categories: Any) -> Any:
        nonlocal rounds
        rounds += 1
        answer = await gate.allowing(members, purpose, categories)
        if rounds == 1:
            party.gate.allowed -= {restricted, withdrawing}
            restriction = {"processing_restricted": {"purposes": [CARE]}}
            await party.consent("ProcessingRestricted", restricted, **restriction)
            await party.consent("ConsentWithdrawn", withdrawing, consent_withdrawn={"purposes": [CARE]})
        return answer

    published = {"purpose_published": {"key": CARE, "version": 2}}
    await party.consent("PurposePublished", "", **published)
    assert points(await party.pay(asked_anew, "2026-07-05T10:00:00+08:00")) == 100
    await party.checked(asking)
    assert [await party.kept(one) for one in (restricted, asked_anew, withdrawing)] == [0, 1, 0]
    assert points(await party.pay(asked_anew, "2026-07-06T10:00:00+08:00")) == 260


async def test_who_leaves_is_forgotten_and_stays_so(party: Party) -> None:
    member = await party.allowed(party.loyalty.new_member(), "2026-07")
    await party.publish(occasion("BIRTHDAY_MONTH", 0) | {"purpose": CARE})
    await party.told(member, "2026-07", "treats")
    await hear(party.loyalty, member, "MemberErased", erasure_id="0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0002")
    await party.told(member, "2026-07")
    await settle(party.loyalty)
    assert await party.kept(member) == 0
    party.clock.set("2026-07-02T00:00:00+08:00")
    await party.look()
    assert await party.promised(member) == []


async def test_a_birth_date_that_is_corrected_or_deleted_takes_its_month_along(party: Party) -> None:
    member = await party.allowed(party.loyalty.new_member(), "2026-07")
    for fields, wanted in ((["full_name"], 1), (["display_name", "birth_date"], 0)):
        event = MembersEvent(member_id=member, profile_updated={"fields": fields})
        await party.hear(hear_members, "ProfileUpdated", member, event.SerializeToString())
        assert await party.kept(member) == wanted


async def test_who_was_merged_has_the_month_of_who_remains(party: Party) -> None:
    gone = await party.allowed(party.loyalty.new_member(), "2026-07")
    stays = await party.allowed(party.loyalty.new_member(), "2026-08")
    await done(party.loyalty.staff(MERGE, merging(gone, stays), "operations"))
    assert points(await party.pay(gone, "2026-07-05T10:00:00+08:00")) == 100
    assert points(await party.pay(gone, "2026-08-05T10:00:00+08:00")) == 260
    tables = await exported(party.loyalty, stays)
    assert tables["birthday_months"] == [{"purpose": CARE, "month": "2026-08"}]


async def test_rules_are_tried_on_a_member_and_on_one_made_up(party: Party) -> None:
    member = await party.allowed(party.loyalty.new_member(), "2026-07")
    sample = {name: order("", 10_000)[name] for name in ("total", "lines")}
    tried: list[Any] = []
    for who in ({"memberId": member}, {"facts": {"birthdayMonth": True}}, {"facts": {}}):
        body = sample | who | {"paidAt": "2026-07-05T10:00:00+08:00"}
        tried.append(await done(party.loyalty.staff("CampaignsService/TryEarnRules", body)))
    assert [points(one) for one in tried] == [260, 260, 100]
    assert [one["facts"].get("birthdayMonth", False) for one in tried] == [True, True, False]
    assert tried[2]["verdicts"][1]["reason"] == "NOT_COUNTED_REASON_NOT_BIRTHDAY_MONTH"
    # A purpose of another rule is another question.
    other = {"rules": {"rules": {"rules": [RULES[0], doubled(schedule={"birthdayMonthPurpose": "treats"})]}}}
    body = sample | other | {"memberId": member, "paidAt": "2026-07-05T10:00:00+08:00"}
    assert points(await done(party.loyalty.staff("CampaignsService/TryEarnRules", body))) == 100


async def test_a_preview_counts_the_months_that_are_known(party: Party) -> None:
    member = await party.allowed(party.loyalty.new_member(), "2026-07")
    await party.pay(member, "2026-07-05T10:00:00+08:00")
    await party.pay(member, "2026-06-05T10:00:00+08:00", told_at="2026-07-05T10:00:00+08:00")
    thrice = doubled(key="thrice", multiplier="3", schedule=IN_MONTH)
    seen = {}
    for rule in (RULES[0], thrice):
        rules = {"rules": {"rules": [RULES[0], thrice] if rule is thrice else [rule]}}
        body = {"rules": rules, "days": 60}
        told = await done(party.loyalty.staff("CampaignsService/PreviewEarnRules", body))
        assert told["done"]
        seen[rule["key"]] = {one["key"]: int(one.get("given", 0)) for one in told["rules"]}
    celebrated = await party.loyalty.sql(
        "SELECT FROM orders o LEFT JOIN birthday_months b ON b.member_id = o.member_id AND b.checked_at IS NOT NULL "
        "AND b.first_on = date_trunc('month', o.paid_at AT TIME ZONE 'Asia/Shanghai') "
        "WHERE o.paid_at > $1::timestamptz - interval '60 days' AND o.paid_at < $1 "
        "AND (b.member_id IS NOT NULL OR json_array_length(o.judgement -> 'past') > 4)",
        party.clock(),
    )
    assert seen["thrice"]["thrice"] == 200 * len(celebrated) >= 200
    assert "thrice" not in seen["base"]


async def test_members_is_told_which_purposes_look_at_birthdays_and_nobody_else_is(party: Party) -> None:
    signer = rpc.CallerSigner("members", {"loyalty": CALLED_BY_MEMBERS_KEY})
    members = {rpc.CALLER_HEADER: signer.sign("loyalty", rpc.Caller(rpc.CallerKind.SERVICE, "members"))}

    async def asked(loyalty: Loyalty, headers: Any) -> Any:
        return await loyalty.call("BirthdaysService/ListBirthdayPurposes", {}, headers=headers)

    assert (await done(asked(party.loyalty, members)))["ofMonths"] == [CARE]
    await party.publish(occasion("BIRTHDAY_MONTH", 0) | {"purpose": "treats"})
    await party.publish(occasion("NO_ORDER_FOR", 5))
    assert (await done(asked(party.loyalty, members)))["ofMonths"] == [CARE, "treats"]
    member = party.loyalty.assertion("member", party.loyalty.new_member())
    for headers in ({}, {rpc.CALLER_HEADER: member}):
        assert (await asked(party.loyalty, headers)).status_code in (401, 403)


async def test_a_rule_looks_at_birthdays_for_a_purpose_that_lists_them(party: Party) -> None:
    for purpose, wanted in (
        ("personalisation", "PURPOSE_LISTS_OTHERWISE"),
        ("birthday_gifts", "PURPOSE_NOT_PUBLISHED"),
        ("Not a key", "PROGRAMME_NOT_WELL_FORMED"),
    ):
        rules = [RULES[0], doubled(schedule={"birthdayMonthPurpose": purpose}), RULES[3]]
        answer = await party.loyalty.staff(
            "DraftsService/CreateDraft",
            {"programme": {"earnRules": rules}, "reason": "try", "idempotencyKey": named()},
        )
        if wanted == "PROGRAMME_NOT_WELL_FORMED":
            body = {"rules": {"rules": {"rules": rules}}, "days": 1}
            answer = await party.loyalty.staff("CampaignsService/PreviewEarnRules", body)
        assert code(answer) == wanted
        assert wrong_field(answer) == "earn_rules[1].schedule.birthday_month_purpose"
    answer = await party.draft(occasion("BIRTHDAY", 0))
    assert (code(answer), wrong_field(answer)) == ("PURPOSE_LISTS_OTHERWISE", "mission.purpose")
    answer = await party.draft(occasion("BIRTHDAY", 3) | {"purpose": CARE})
    assert (code(answer), wrong_field(answer)) == ("MISSION_NOT_WELL_FORMED", "mission.lifecycle.days")


async def test_a_birthday_is_awarded_once_a_year_to_who_allows_it(party: Party) -> None:
    template = await published(party.loyalty, amount_off())
    await party.publish(occasion("BIRTHDAY", 0) | {"purpose": CARE})
    await party.publish(occasion("BIRTHDAY", 0) | {"purpose": CARE, "award": {"couponTemplate": template}})
    willing, refusing = await party.joined(), await party.joined()
    party.gate.allowed.add(willing)
    party.clock.set("2026-07-07T00:03:00+08:00")
    for member in (willing, refusing, willing):
        await party.celebrated(member, 2026)
    await party.look()
    await party.celebrated(willing, 2026)  # told again, or for a birthday that was changed since
    await party.look()
    assert [len(await party.promised(one)) for one in (willing, refusing)] == [2, 0]
    await party.give()
    assert await party.available(willing) == 50
    party.clock.set("2027-07-07T00:03:00+08:00")
    await party.celebrated(willing, 2027)
    await party.look()
    assert len(await party.promised(willing)) == 4
    assert not await party.loyalty.sql("SELECT FROM occasions")


async def test_who_was_awarded_under_another_name_is_not_awarded_again(party: Party) -> None:
    await party.publish(occasion("BIRTHDAY", 0) | {"purpose": CARE})
    gone, stays = await party.joined(), await party.joined()
    party.gate.allowed |= {gone, stays}
    await party.celebrated(gone, 2026)
    await party.look()
    await done(party.loyalty.staff(MERGE, merging(gone, stays), "operations"))
    await party.celebrated(stays, 2026)
    await party.look()
    assert [len(await party.promised(one)) for one in (gone, stays)] == [1, 0]
    await party.celebrated(stays, 2027)
    await party.look()
    assert len(await party.promised(stays)) == 1


async def test_the_month_is_awarded_when_it_begins_where_the_programme_is(party: Party) -> None:
    await party.publish(occasion("BIRTHDAY_MONTH", 0) | {"purpose": CARE})
    early, late = await party.joined(), await party.joined()
    party.gate.allowed |= {early, late}
    await party.told(early, "2026-07")
    for at, wanted in (("06-30T23:59:59", 0), ("07-01T00:00:00", 1), ("07-02T00:00:00", 1)):
        party.clock.set(f"2026-{at}+08:00")
        await party.look()
        assert len(await party.promised(early)) == wanted
    await party.told(late, "2026-07")
    await party.look()
    assert len(await party.promised(late)) == 1


def test_a_month_is_a_month_of_one_year() -> None:
    from services.loyalty.rules.earning.birthdays import BirthdayMonth, celebrating
    from services.loyalty.rules.orders.judgements import Past

    july = [BirthdayMonth(CARE, datetime(2026, 7, 1, tzinfo=UTC).date())]
    days = [
        datetime(year, month, 15, tzinfo=UTC).date() for year in (2025, 2026, 2027) for month in range(1, 13)
    ]
    found = [day.isoformat()[:7] for day in days if celebrating(Past(), july, day, [CARE]).birthday_of]
    assert found == ["2026-07"]
    assert not celebrating(Past(), july, days[18], ["treats"]).birthday_of
