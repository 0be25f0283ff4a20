"""Looking back through the service's own doors: any past instant, any period, whoever was late to record it."""

import random
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest

from services.kit import rpc
from tests.loyalty.conftest import Loyalty, cny, order, programme
from tests.loyalty.pasts import Past, Wanderer, lively, past, utc, wire
from tests.loyalty.spending import code, done

MICROSECOND = timedelta(microseconds=1)


class Accounts(NamedTuple):
    """What can be spent less debt, what is promised, what is held."""

    available: int
    pending: int
    held: int

    @classmethod
    def of(cls, said: dict[str, Any]) -> "Accounts":
        return cls(*(int(said.get(name, 0)) for name in cls._fields))

    @classmethod
    def read(cls, balances: list[dict[str, Any]], currency: str) -> "Accounts":
        (said,) = (balance for balance in balances if balance["currency"] == currency)
        read = cls.of(said)
        return read._replace(available=read.available - int(said.get("debt", 0)))

    def plus(self, other: "Accounts") -> "Accounts":
        return Accounts(*map(sum, zip(self, other, strict=True)))


async def test_every_read_of_the_past_is_answered_again(make_loyalty: Any) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    async with past(make_loyalty, "2026-01-20 08:00", lively()) as there:
        wanderer = Wanderer(there, random.Random(seed), [there.loyalty.new_member() for _ in range(3)])
        await wanderer.wander(60)
        while len(await there.loyalty.sql("SELECT DISTINCT type FROM entries")) < 9:
            await wanderer.wander(10)  # until most of what may happen did
        there.wait(days=40)
        for member, instant, (balances, lots) in wanderer.seen:
            answer = await there.as_of(member, instant)
            assert (answer["balances"], answer.get("lots", [])) == (balances, lots)
        for _ in range(60):
            await _lead_from_one_read_to_another(there, wanderer)


async def _lead_from_one_read_to_another(there: Past, wanderer: Wanderer) -> None:
    """Any two reads are the ends of a statement, and its lines lead from one to the other."""
    member = wanderer.dice.choice(wanderer.members)
    currency = wanderer.dice.choice(["POINTS", "SLOW", "SLIDING", "WAITING"])
    seen = {at: balances for who, at, (balances, _) in wanderer.seen if who == member}
    since, until = sorted(wanderer.dice.sample(sorted(seen), 2))
    said = await there.statement(member, since + MICROSECOND, until + MICROSECOND, currency=currency)
    running = Accounts.of(said["opening"])
    assert running == Accounts.read(seen[since], currency)
    by_type: dict[str, Accounts] = {}
    for line in said.get("lines", []):
        change, type = Accounts.of(line["change"]), line["entry"]["type"]
        running = running.plus(change)
        assert Accounts.of(line["after"]) == running
        by_type[type] = by_type.get(type, Accounts(0, 0, 0)).plus(change)
    assert running == Accounts.of(said["closing"]) == Accounts.read(seen[until], currency)
    assert {total["type"]: Accounts.of(total["change"]) for total in said.get("sums", [])} == by_type


async def test_what_expired_is_gone_from_the_past_though_nobody_recorded_it_yet(make_loyalty: Any) -> None:
    async with past(make_loyalty, "2026-01-20 08:00", lively()) as there:
        member = there.loyalty.new_member()
        await there.pay(member, 10_000)
        midnight = utc("2026-02-09 16:00")  # 10 February begins in Shanghai
        there.at = midnight + timedelta(days=3)

        async def looks() -> list[Any]:
            first, last = utc("2026-01-20 00:00"), midnight + timedelta(hours=1)
            statement = await there.statement(member, first, last)
            for line in statement["lines"]:
                for once in ("entryId", "recordedAt"):
                    line["entry"].pop(once, None)
            return [
                Accounts.read((await there.as_of(member, midnight - MICROSECOND))["balances"], "POINTS"),
                Accounts.read((await there.as_of(member, midnight))["balances"], "POINTS"),
                statement,
            ]

        before = await looks()
        assert before[:2] == [Accounts(100, 0, 0), Accounts(0, 0, 0)]
        _, expired = before[2]["lines"]
        assert (expired["entry"]["type"], expired["postedAt"]) == ("EXPIRE", wire(midnight))
        assert Accounts.of(before[2]["closing"]) == Accounts(0, 0, 0)
        await there.adjust(member, 5, "wake up")
        recorded = await there.loyalty.sql("SELECT recorded_at FROM entries WHERE type = 'EXPIRE'")
        assert min(row["recorded_at"] for row in recorded) >= there.at
        assert await looks() == before


async def test_what_nobody_recorded_yet_comes_with_the_last_page(make_loyalty: Any) -> None:
    async with past(make_loyalty, "2026-01-20 08:00", lively()) as there:
        member = there.loyalty.new_member()
        for _ in range(3):
            await there.pay(member, 10_000)
            there.wait(days=1)
        there.wait(days=60)
        seen, after = [], ""
        for _ in range(3):
            page = await there.statement(member, utc("2026-01-01 00:00"), there.at, first=1, after=after)
            seen.append([line["entry"]["type"] for line in page["lines"]])
            after = page["lines"][0]["entry"]["entryId"]
        assert seen == [["EARN"], ["EARN"], ["EARN", "EXPIRE", "EXPIRE", "EXPIRE"]]
        assert page.get("hasNextPage", False) is False


async def test_a_late_order_whose_points_are_past_changes_no_statement_of_before(make_loyalty: Any) -> None:
    async with past(make_loyalty, "2026-03-20 08:00", lively()) as there:
        member = there.loyalty.new_member()
        await there.pay(member, 10_000, paidAt="2026-01-20T08:00:00Z")
        there.wait(seconds=1)
        february = await there.statement(member, utc("2026-02-01 00:00"), utc("2026-03-01 00:00"))
        assert february.get("lines", []) == []
        march = await there.statement(member, utc("2026-03-01 00:00"), there.at)
        assert [line["entry"]["type"] for line in march["lines"]] == ["EARN", "EXPIRE"]
        assert march["lines"][1]["entry"]["occurredAt"] == "2026-02-09T16:00:00Z"
        assert Accounts.of(march["closing"]) == Accounts(0, 0, 0)


async def test_before_the_first_entry_there_was_nothing(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    there = Past(loyalty, utc("2026-01-01 00:00"))
    for instant in ("1990-01-01 00:00", "2020-01-01 00:00"):
        answer = await there.as_of(member, utc(instant))
        assert answer["programmeVersion"] == 1
        assert [Accounts.of(balance) for balance in answer["balances"]] == [Accounts(0, 0, 0)] * 2


async def test_the_future_has_no_as_of_and_a_statement_goes_no_further_than_now(make_loyalty: Any) -> None:
    async with past(make_loyalty, "2026-01-20 08:00") as there:
        member = there.loyalty.new_member()
        ahead = there.at + MICROSECOND
        assert code(await there.ask("GetBalanceAsOf", member, at=wire(ahead))) == "INSTANT_AHEAD"
        await there.as_of(member, there.at)
        said = await there.statement(member, utc("2026-01-01 00:00"), utc("2026-02-01 00:00"))
        assert said["until"] == wire(there.at + MICROSECOND)
        tomorrow = {"since": "2026-01-21T08:00:00Z", "until": "2026-02-01T00:00:00Z"}
        refused = await there.ask("GetStatement", member, instants=tomorrow, first=1)
        assert code(refused) == "INSTANT_AHEAD"


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"first": 10}, "PERIOD_NOT_UNDERSTOOD"),
        ({"first": 0, "days": {"first": "2026-01-01", "last": "2026-01-31"}}, "PERIOD_NOT_UNDERSTOOD"),
        ({"first": 501, "days": {"first": "2026-01-01", "last": "2026-01-31"}}, "PERIOD_NOT_UNDERSTOOD"),
        ({"first": 10, "days": {"first": "2026-02-01", "last": "2026-01-30"}}, "PERIOD_NOT_UNDERSTOOD"),
        ({"first": 10, "days": {"first": "1 January", "last": "2026-01-30"}}, "PERIOD_NOT_UNDERSTOOD"),
        ({"first": 10, "days": {"first": "0001-01-01", "last": "9999-12-31"}}, "PERIOD_NOT_UNDERSTOOD"),
        ({"first": 10, "instants": {"since": "2026-01-01T00:00:00Z"}}, "MALFORMED_INSTANT"),
        (
            {"first": 10, "days": {"first": "2026-01-01", "last": "2026-01-31"}, "currency": "GOLD"},
            "UNKNOWN_CURRENCY",
        ),
        (
            {"first": 10, "days": {"first": "2026-01-01", "last": "2026-01-31"}, "after": "no"},
            "PAGE_NOT_UNDERSTOOD",
        ),
        (
            {"first": 10, "days": {"first": "2026-01-01", "last": "2026-01-31"}, "programmeId": "none"},
            "UNKNOWN_PROGRAMME",
        ),
    ],
)
async def test_a_period_that_makes_no_sense_is_refused(
    loyalty: Loyalty, body: dict[str, Any], refusal: str
) -> None:
    there = Past(loyalty, utc("2026-01-01 00:00"))
    assert code(await there.ask("GetStatement", loyalty.new_member(), **body)) == refusal


async def test_pages_of_a_statement_follow_one_another_and_keep_its_sums(loyalty: Loyalty) -> None:
    member, there = loyalty.new_member(), Past(loyalty, utc("2026-01-01 00:00"))
    for nth in range(7):
        await there.adjust(member, nth + 1, f"{nth}")
    days = {"first": "2020-01-01", "last": "2099-12-31"}
    whole = await done(there.ask("GetStatement", member, days=days, first=500))
    assert [int(line["entry"]["points"]) for line in whole["lines"]] == [1, 2, 3, 4, 5, 6, 7]
    seen, after = [], ""
    while True:
        page = await done(there.ask("GetStatement", member, days=days, first=3, after=after))
        assert {key: page[key] for key in ("closing", "sums")} == {
            key: whole[key] for key in ("closing", "sums")
        }
        seen += page["lines"]
        after = page["lines"][-1]["entry"]["entryId"]
        if not page.get("hasNextPage"):
            break
    assert seen == whole["lines"]


@pytest.mark.parametrize(
    ("zone", "day", "before", "inside", "last", "beyond"),
    [
        # 23 hours: New York's clocks spring forward on 8 March 2026.
        ("America/New_York", "2026-03-08", "03-08 04:59", "03-08 05:00", "03-09 03:59", "03-09 04:00"),
        # 25 hours: they fall back on 1 November 2026.
        ("America/New_York", "2026-11-01", "11-01 03:59", "11-01 04:00", "11-02 04:59", "11-02 05:00"),
        # 29 February 2028 in Shanghai.
        ("Asia/Shanghai", "2028-02-29", "02-28 15:59", "02-28 16:00", "02-29 15:59", "02-29 16:00"),
    ],
)
async def test_a_local_day_has_its_own_length(
    make_loyalty: Any, zone: str, day: str, before: str, inside: str, last: str, beyond: str
) -> None:
    year = day[:4]
    async with past(make_loyalty, f"{year}-{before}", programme(timeZone=zone)) as there:
        member = there.loyalty.new_member()
        for nth, instant in enumerate((before, inside, last, beyond)):
            there.at = utc(f"{year}-{instant}")
            await there.adjust(member, 10**nth, f"{nth}")
        there.wait(days=1)
        said = await done(there.ask("GetStatement", member, days={"first": day, "last": day}, first=10))
        assert [int(line["entry"]["points"]) for line in said["lines"]] == [10, 100]
        assert (Accounts.of(said["opening"])[0], Accounts.of(said["closing"])[0]) == (1, 111)


async def test_a_debt_opens_below_zero(make_loyalty: Any) -> None:
    async with past(make_loyalty, "2026-01-20 08:00") as there:
        member = there.loyalty.new_member()
        bought = await there.pay(member, 10_000)
        await there.adjust(member, -60, "spent")
        there.wait(hours=1)
        await there.refund(bought["order"]["orderId"], "r", amount=cny(10_000))
        there.wait(hours=1)
        await there.adjust(member, 100, "again")
        there.wait(hours=1)
        said = await there.statement(member, utc("2026-01-20 09:30"), there.at)
        assert Accounts.of(said["opening"]) == Accounts(-60, 0, 0)
        assert Accounts.of(said["closing"]) == Accounts(40, 0, 0)
        lots = (await there.as_of(member, there.at))["lots"]
        assert [lot["points"] for lot in lots if lot["currency"] == "POINTS"] == ["40"]


async def test_the_past_shows_the_holds_that_were_open(make_loyalty: Any) -> None:
    async with past(make_loyalty, "2026-01-20 08:00") as there:
        member = there.loyalty.new_member()
        await there.adjust(member, 100, "gift")
        there.wait(minutes=1)
        await there.spend("HoldPoints", member, holdId="cart", points="40", timeToLiveSeconds="3600")
        there.wait(minutes=10)
        await there.spend("CaptureHold", member, holdId="cart", points="15", keepRest=True)
        there.wait(hours=5)
        instants = [utc("2026-01-20 08:05"), utc("2026-01-20 08:59"), utc("2026-01-20 09:30")]
        holds = [(await there.as_of(member, instant)).get("holds", []) for instant in instants]
        assert [[hold["points"] for hold in each] for each in holds] == [["40"], ["25"], []]
        assert holds[0][0]["expiresAt"] == "2026-01-20T09:01:00Z"


async def test_a_changed_entry_shows_in_the_past(make_loyalty: Any) -> None:
    """A positive control: as-of reads entries, and not the wallet."""
    async with past(make_loyalty, "2026-01-20 08:00") as there:
        member = there.loyalty.new_member()
        await there.pay(member, 10_000)
        there.wait(hours=1)
        await there.loyalty.sql(
            "UPDATE entries SET points = points + 1 WHERE member_id = $1 AND to_account = 'AVAILABLE'", member
        )
        assert (await there.look(member))[0][0]["available"] == "100"
        assert (await there.as_of(member, there.at))["balances"][0]["available"] == "101"


@pytest.mark.parametrize("method", ["GetBalanceAsOf", "GetStatement", "ExplainEntry"])
async def test_a_member_looks_back_on_nobody_else(loyalty: Loyalty, method: str) -> None:
    member, other = loyalty.new_member(), loyalty.new_member()
    await loyalty.order_system("OrdersService/RecordOrder", order(member, 100))
    entry_id = (await loyalty.entries(member))[0]["entryId"]
    days = {"first": "2026-01-01", "last": "2026-01-02"}
    body = {"memberId": member} | {
        "GetBalanceAsOf": {"at": "2026-01-01T00:00:00Z"},
        "GetStatement": {"days": days, "first": 1},
        "ExplainEntry": {"entryId": entry_id},
    }[method]

    async def by(kind: str, who: str, *roles: str) -> int:
        headers = {rpc.CALLER_HEADER: loyalty.assertion(kind, who, *roles)}
        return (await loyalty.call(f"StatementsService/{method}", body, headers=headers)).status_code

    assert await by("member", other) == 403
    assert await by("staff", "ada", "privacy_officer") == 403
    assert (await loyalty.call(f"StatementsService/{method}", body)).status_code == 401
    for role in ("operations", "support", "program_admin", "auditor"):
        assert await by("staff", "ada", role) == 200
    assert await by("member", member) == 200


async def test_a_member_merged_away_keeps_a_past_of_its_own(make_loyalty: Any) -> None:
    async with past(make_loyalty, "2026-01-20 08:00") as there:
        gone, survivor = there.loyalty.new_member(), there.loyalty.new_member()
        await there.adjust(gone, 100, "gone")
        await there.adjust(survivor, 7, "survivor")
        there.wait(hours=1)
        one = {"fromMemberId": gone, "intoMemberId": survivor, "mergeId": "m", "reason": "SAME_PERSON"}
        await done(there.loyalty.staff("MergesService/MergeMembers", one))
        there.wait(hours=1)
        before, after = utc("2026-01-20 08:30"), utc("2026-01-20 09:30")

        async def had(member: str, instant: datetime) -> int:
            return Accounts.read((await there.as_of(member, instant))["balances"], "POINTS").available

        assert [await had(gone, before), await had(gone, after)] == [100, 0]
        assert [await had(survivor, before), await had(survivor, after)] == [7, 107]
        said = await there.statement(gone, before, after)
        assert [line["entry"]["type"] for line in said["lines"]] == ["MERGE"]
        assert (Accounts.of(said["opening"]), Accounts.of(said["closing"])) == (
            Accounts(100, 0, 0),
            Accounts(0, 0, 0),
        )
