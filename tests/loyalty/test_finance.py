"""Finance: every figure equals what the entries sum to by SQL of the tests' own, on days as long as they were."""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from services.kit import database, rpc
from services.loyalty.storage.ledger import finance
from tests.loyalty.conftest import Loyalty, cny, order, programme
from tests.loyalty.pasts import Past, Wanderer, lively, past, utc
from tests.loyalty.spending import code, done, facts
from tests.loyalty.test_statements import Accounts

MEMBERS_OWN = ("AVAILABLE", "PENDING", "HELD")


async def report(loyalty: Loyalty, method: str, **body: Any) -> list[dict[str, Any]]:
    """What the FinanceService says of each currency."""
    answer = await done(loyalty.staff(f"FinanceService/{method}", body, "auditor"))
    currencies: list[dict[str, Any]] = answer["currencies"]
    return currencies


def numbers(said: dict[str, Any], *names: str) -> tuple[int, ...]:
    return tuple(int(said.get(name, 0)) for name in names)


async def accounts_by_entries(loyalty: Loyalty) -> dict[str, Counter[str]]:
    """What every account of every currency gained, from the entries alone."""
    sums: dict[str, Counter[str]] = {}
    for row in await loyalty.sql(
        """SELECT code, account::text, sum(points)::bigint AS points FROM (
             SELECT currency, to_account AS account, points FROM entries
             UNION ALL SELECT currency, from_account, -points FROM entries
           ) AS sides JOIN currencies ON number = currency GROUP BY 1, 2"""
    ):
        sums.setdefault(row["code"], Counter())[row["account"]] = row["points"]
    return sums


# By the zone, so that the days which a change of the clock makes longer or shorter lie in the history.
BEGINS = {
    "America/New_York": "2026-02-25 08:00",
    "America/Santiago": "2026-08-25 08:00",
    "Asia/Shanghai": "2028-02-10 08:00",
    "Australia/Lord_Howe": "2026-03-20 08:00",
    "Pacific/Apia": "2026-01-20 08:00",
}


async def test_reports_of_any_history_equal_the_sums_of_its_entries(make_loyalty: Any) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    zone = sorted(BEGINS)[seed % len(BEGINS)]
    founded = lively() | {"timeZone": zone}
    founded["currencies"] = [
        each | {"transferable": each.get("spendable", False)} for each in founded["currencies"]
    ]
    async with past(make_loyalty, BEGINS[zone], founded) as there:
        members = [there.loyalty.new_member() for _ in range(4)]
        wanderer = Wanderer(there, random.Random(seed), members, kin=True)
        await wanderer.wander(70)
        await _statements_join(there, wanderer)
        sums = await accounts_by_entries(there.loyalty)
        await _trial_balance_agrees(there.loyalty, sums)
        await _outstanding_agrees(there.loyalty, sums)
        await _breakage_agrees(there.loyalty, sums)
        await _daily_movements_agree(there, zone, utc(BEGINS[zone]).date())


async def _statements_join(there: Past, wanderer: Wanderer) -> None:
    """Under each name, also of who was merged: where one statement ends the next one begins, as a look back says."""
    instants = sorted({at for _, at, _ in wanderer.seen})
    for _ in range(12):
        member = wanderer.dice.choice(wanderer.members)
        currency = wanderer.dice.choice(["POINTS", "SLOW", "SLIDING", "WAITING"])
        first, middle, last = sorted(wanderer.dice.sample(instants, 3))
        spans = (first, middle), (middle, last), (first, last)
        one, two, whole = [await there.statement(member, *span, currency=currency) for span in spans]
        opening, *joints, closing = (
            Accounts.of(end) for said in (one, two) for end in (said["opening"], said["closing"])
        )
        assert (opening, closing) == (Accounts.of(whole["opening"]), Accounts.of(whole["closing"]))
        back = await there.as_of(member, middle - timedelta(microseconds=1))
        assert joints == [Accounts.read(back["balances"], currency)] * 2
        for line in whole.get("lines", []):
            opening = opening.plus(Accounts.of(line["change"]))
            assert Accounts.of(line["after"]) == opening
        assert opening == closing


async def _trial_balance_agrees(loyalty: Loyalty, sums: dict[str, Counter[str]]) -> None:
    for said in await report(loyalty, "GetTrialBalance"):
        accounts = {each["account"]: int(each.get("points", 0)) for each in said["accounts"]}
        assert len(accounts) == 11
        assert {name: points for name, points in accounts.items() if points} == {
            name: points for name, points in sums[said["currency"]].items() if points
        }
        assert int(said.get("sum", 0)) == sum(accounts.values()) == 0


async def _outstanding_agrees(loyalty: Loyalty, sums: dict[str, Counter[str]]) -> None:
    wallets = await loyalty.sql("SELECT code, w.* FROM wallets w JOIN currencies ON number = currency")
    for said in await report(loyalty, "GetOutstanding"):
        account = sums[said["currency"]]
        mine = [wallet for wallet in wallets if wallet["code"] == said["currency"]]
        assert int(said.get("total", 0)) == sum(account[name] for name in MEMBERS_OWN)
        assert numbers(said, "pending", "held") == (account["PENDING"], account["HELD"])
        assert numbers(said, "open", "debt") == (
            sum(max(0, wallet["available"]) for wallet in mine),
            sum(max(0, -wallet["available"]) for wallet in mine),
        )
        holders = [w for w in mine if max(w["available"], 0) + w["pending"] + w["held"]]
        assert int(said.get("members", 0)) == len(holders)
        for parts in ("byMonthEarned", "byMonthOfExpiry", "bySource"):
            assert sum(int(part["points"]) for part in said.get(parts, [])) == int(said.get("open", 0))


async def _breakage_agrees(loyalty: Loyalty, sums: dict[str, Counter[str]]) -> None:
    issued = {
        (row["code"], row["month"]): row["points"]
        for row in await loyalty.sql(
            """SELECT code, CASE WHEN lot_month > 0 THEN format('%s-%s', lot_month / 12,
                 lpad((lot_month % 12 + 1)::text, 2, '0')) ELSE '' END AS month, sum(points)::bigint AS points
               FROM entries JOIN currencies ON number = currency
               WHERE type IN ('EARN', 'PENDING_ADDED', 'ADJUST_CREDIT', 'IMPORT') GROUP BY 1, 2"""
        )
    }
    for said in await report(loyalty, "GetBreakage"):
        account, total = sums[said["currency"]], said["total"]
        redeemed, expired, open = numbers(total, "redeemed", "expired", "open")
        (forfeited,) = numbers(total, "forfeited")
        ended = account["REDEEMED"], account["EXPIRED"], account["FORFEITED"]
        assert (redeemed, expired, forfeited) == ended
        left = numbers(total, "issued")[0] - sum(ended) - numbers(total, "takenBack")[0]
        # What was written off was taken back by nobody; what became debt is no lot's.
        assert left == sum(account[name] for name in MEMBERS_OWN)
        all_said = await report(loyalty, "GetOutstanding")
        debt = next(each for each in all_said if each["currency"] == said["currency"])
        assert open - int(debt.get("debt", 0)) == left
        for month in said["months"]:
            assert numbers(month, "issued")[0] == issued.get((said["currency"], month.get("month", "")), 0)
        for name in ("issued", "redeemed", "expired", "forfeited", "takenBack", "open"):
            assert sum(numbers(month, name)[0] for month in said["months"]) == numbers(total, name)[0]


async def _daily_movements_agree(there: Past, zone: str, begins: date) -> None:
    """By the local day of the batch, from its entries and not from its totals."""
    moved: dict[tuple[str, str], Counter[str]] = {}
    for row in await there.loyalty.sql(
        """SELECT code, (committed_at AT TIME ZONE $1)::date::text AS day, account::text,
                  sum(points)::bigint AS points
           FROM (SELECT lane, batch, currency, to_account AS account, points FROM entries
                 UNION ALL SELECT lane, batch, currency, from_account, -points FROM entries) AS sides
           JOIN batches b ON (b.lane, b.seq) = (sides.lane, batch) JOIN currencies ON number = currency
           GROUP BY 1, 2, 3""",
        zone,
    ):
        moved.setdefault((row["code"], row["day"]), Counter())[row["account"]] = row["points"]
    first = begins + timedelta(days=10)
    last = min(first + timedelta(days=40), there.at.date())
    days = {"first": str(first), "last": str(last)}
    for said in await report(there.loyalty, "ListDailyMovements", days=days):
        running = int(said.get("opening", 0))
        before = [c for (code, day), c in moved.items() if code == said["currency"] and day < str(first)]
        assert running == sum(c[name] for c in before for name in MEMBERS_OWN)
        for day in said["days"]:
            account = moved.get((said["currency"], day["day"]), Counter())
            gained = ("issued", "writtenOff", "adjusted", "transferred", "imported")
            given = ("ISSUED", "WRITTEN_OFF", "ADJUSTMENTS", "TRANSFERS", "IMPORTED")
            assert numbers(day["moved"], *gained) == tuple(-account[name] for name in given)
            lost = account["REDEEMED"], account["EXPIRED"], account["FORFEITED"]
            assert numbers(day["moved"], "redeemed", "expired", "forfeited") == lost
            running += sum(account[name] for name in MEMBERS_OWN)
            assert int(day.get("outstanding", 0)) == running
        assert int(said.get("closing", 0)) == running


@pytest.mark.parametrize(
    ("zone", "year", "day", "instants"),
    [
        # The day before its first instant, its first, its last, and the next day's first.
        ("America/New_York", 2026, "03-08", ("03-08 04:59", "03-08 05:00", "03-09 03:59", "03-09 04:00")),
        ("America/New_York", 2026, "11-01", ("11-01 03:59", "11-01 04:00", "11-02 04:59", "11-02 05:00")),
        ("Asia/Shanghai", 2028, "02-29", ("02-28 15:59", "02-28 16:00", "02-29 15:59", "02-29 16:00")),
        # In Santiago clocks skip the midnight that 6 September 2026 would begin with: it has 23 hours.
        ("America/Santiago", 2026, "09-06", ("09-06 03:59", "09-06 04:00", "09-07 02:59", "09-07 03:00")),
    ],
)
async def test_a_local_day_counts_what_was_committed_on_it(
    make_loyalty: Any, zone: str, year: int, day: str, instants: tuple[str, ...]
) -> None:
    async with past(make_loyalty, f"{year}-{instants[0]}", programme(timeZone=zone)) as there:
        member = there.loyalty.new_member()
        for nth, instant in enumerate(instants):
            there.at = utc(f"{year}-{instant}")
            await there.adjust(member, 10**nth, f"{nth}")
        there.wait(days=1)
        middle = date.fromisoformat(f"{year}-{day}")
        around = {"first": str(middle - timedelta(days=1)), "last": str(middle + timedelta(days=1))}
        points, _ = await report(there.loyalty, "ListDailyMovements", days=around)
        assert [int(each["moved"]["adjusted"]) for each in points["days"]] == [1, 110, 1000]
        assert [int(each["outstanding"]) for each in points["days"]] == [1, 111, 1111]
        alone = {"first": str(middle), "last": str(middle)}
        points, _ = await report(there.loyalty, "ListDailyMovements", days=alone)
        assert numbers(points, "opening", "closing") == (1, 111)
        assert points["total"] == {"adjusted": "110"}


async def test_debt_write_offs_and_overdue_points_are_shown_apart(make_loyalty: Any) -> None:
    founded = programme()
    founded["currencies"][0] |= {"debtFloor": "30", "costMicros": "10000"}
    async with past(make_loyalty, "2026-01-20 08:00", founded) as there:
        debtor, holder = there.loyalty.new_member(), there.loyalty.new_member()
        bought = await there.pay(debtor, 10_000)
        await there.spend("RedeemPoints", debtor, points="100", redemptionId="all")
        await there.refund(bought["order"]["orderId"], "all", amount=cny(10_000))
        await there.adjust(holder, 300, "gift")
        await there.spend("HoldPoints", holder, holdId="cart", points="40")
        days = {"first": "2026-01-20", "last": "2026-01-20"}
        movements, _ = await report(there.loyalty, "ListDailyMovements", days=days)
        assert movements["total"] == {"redeemed": "100", "writtenOff": "70", "adjusted": "300"}
        points, _ = await report(there.loyalty, "GetOutstanding")
        assert numbers(points, "open", "held", "debt", "total", "members") == (260, 40, 30, 270, 1)
        (breakage,) = await report(there.loyalty, "GetBreakage")
        assert numbers(breakage["total"], "issued", "redeemed", "takenBack", "open") == (400, 100, 30, 300)
        there.at = utc("2027-02-01 00:00")  # past the end of January, and nobody recorded it
        points, _ = await report(there.loyalty, "GetOutstanding")
        assert numbers(points, "open", "overdue") == (260, 260)
        (liability,) = await report(there.loyalty, "GetLiability")
        assert numbers(liability, "points") == (40,)


async def test_liability_beyond_what_is_counted_is_refused_with_the_bound(make_loyalty: Any) -> None:
    founded = programme()
    founded["currencies"][0] |= {"costMicros": str(10**12)}
    async with past(make_loyalty, "2026-01-20 08:00", founded) as there:
        member = there.loyalty.new_member()
        await there.pay(member, 1_000)
        await there.adjust(member, 2**50, "absurd")
        refused = await there.loyalty.staff("FinanceService/GetLiability", {}, "auditor")
        assert (code(refused), facts(refused)) == (
            "LIABILITY_BEYOND_MEASURE",
            {"points": str(2**50 + 10), "cost_micros": str(10**12), "most_minor": str(2**53 - 1)},
        )


async def test_liability_is_points_by_cost_less_the_breakage_to_be_expected(make_loyalty: Any) -> None:
    founded = programme()
    founded["currencies"][0] |= {"costMicros": "12500"}  # 80 points cost 1.00
    async with past(make_loyalty, "2026-01-20 08:00", founded) as there:
        member = there.loyalty.new_member()
        await there.pay(member, 10_000)
        await there.spend("RedeemPoints", member, points="25", redemptionId="some")
        there.at = utc("2027-02-01 00:00")
        await there.pay(member, 20_000)  # and the 75 of the year before have expired
        (liability,) = await report(there.loyalty, "GetLiability")
        assert numbers(liability, "points", "expired", "redeemed", "expectedBreakage") == (200, 75, 25, 150)
        assert liability["breakageRate"] == "0.7500"
        assert liability["gross"] == {"minorUnits": "250", "currency": "CNY"}
        assert liability["expectedBreakageWorth"] == {"minorUnits": "188", "currency": "CNY"}
        assert liability["net"] == {"minorUnits": "62", "currency": "CNY"}
        (breakage,) = await report(there.loyalty, "GetBreakage")
        january, february = breakage["months"]
        assert january == {
            "month": "2026-01",
            "issued": "100",
            "redeemed": "25",
            "expired": "75",
            "rate": "0.7500",
        }
        assert february == {"month": "2027-02", "issued": "200", "open": "200"}


async def test_outstanding_points_are_divided_by_month_expiry_and_source(make_loyalty: Any) -> None:
    async with past(make_loyalty, "2026-01-20 08:00") as there:
        member = there.loyalty.new_member()
        await there.pay(member, 10_000)
        there.wait(days=20)
        await there.adjust(member, 7, "gift")
        points, growth = await report(there.loyalty, "GetOutstanding")
        assert points["byMonthEarned"] == [
            {"month": "2026-01", "points": "100"},
            {"month": "2026-02", "points": "7"},
        ]
        assert points["byMonthOfExpiry"] == [
            {"month": "2027-01", "points": "100"},
            {"month": "2027-02", "points": "7"},
        ]
        assert points["bySource"] == [
            {"source": "LOT_SOURCE_EARNED", "points": "100"},
            {"source": "LOT_SOURCE_ADJUSTED", "points": "7"},
        ]
        assert growth["byMonthEarned"] == growth["byMonthOfExpiry"] == [{"points": "100"}]


async def test_the_halves_of_a_report_are_of_one_instant(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        await loyalty.order_system("OrdersService/RecordOrder", order(loyalty.new_member(), 10_000))
        pool = await database.pool(loyalty.database)
        async with finance.snapshot(pool) as connection:
            members = (await finance.holdings(connection, [1]))[1].total
            await loyalty.order_system("OrdersService/RecordOrder", order(loyalty.new_member(), 5_000))
            programmes = sum((await finance.account_totals(connection, [1]))[1].values())
            assert (members, programmes) == (100, -100)
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await connection.execute("INSERT INTO members VALUES (gen_random_uuid(), now())")
        async with finance.snapshot(pool) as connection:
            assert (await finance.holdings(connection, [1]))[1].total == 150
        await pool.close()


@pytest.mark.parametrize(
    "corruption",
    [
        "UPDATE wallets SET available = available + 1 WHERE ctid IN (SELECT ctid FROM wallets LIMIT 1)",
        """UPDATE batches SET totals = jsonb_set(totals, '{1,ISSUED}', '-999')
           WHERE (lane, seq) IN (SELECT lane, seq FROM batches WHERE totals ? '1' LIMIT 1)""",
        "DELETE FROM batches WHERE (lane, seq) IN (SELECT lane, seq FROM batches WHERE totals ? '1' LIMIT 1)",
    ],
)
async def test_a_trial_balance_shows_what_was_changed_behind_the_ledgers_back(
    make_loyalty: Any, corruption: str
) -> None:
    """A positive control."""
    async with make_loyalty() as loyalty:
        await loyalty.order_system("OrdersService/RecordOrder", order(loyalty.new_member(), 10_000))
        assert [int(said.get("sum", 0)) for said in await report(loyalty, "GetTrialBalance")] == [0, 0]
        await loyalty.sql(corruption)
        assert any(int(said.get("sum", 0)) for said in await report(loyalty, "GetTrialBalance"))


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        ("2026-01-02", "2026-01-01", "PERIOD_NOT_UNDERSTOOD"),
        ("2024-01-01", "2025-03-01", "PERIOD_NOT_UNDERSTOOD"),
        ("", "2025-03-01", "PERIOD_NOT_UNDERSTOOD"),
        ("2025-02-29", "2025-03-01", "PERIOD_NOT_UNDERSTOOD"),
        ("0001-01-01", "0001-01-02", "PERIOD_NOT_UNDERSTOOD"),
        ("9000-01-01", "9000-01-01", "INSTANT_AHEAD"),
    ],
)
async def test_days_that_make_no_sense_are_refused(
    loyalty: Loyalty, first: str, last: str, refusal: str
) -> None:
    body = {"days": {"first": first, "last": last}}
    assert code(await loyalty.staff("FinanceService/ListDailyMovements", body)) == refusal


@pytest.mark.parametrize(
    "method", ["GetOutstanding", "GetLiability", "GetBreakage", "GetTrialBalance", "ListDailyMovements"]
)
async def test_figures_are_for_finance_alone(loyalty: Loyalty, method: str) -> None:
    body = {"days": {"first": "2025-01-01", "last": "2025-01-01"}} if method.startswith("List") else {}

    async def by(kind: str, *roles: str) -> int:
        headers = {rpc.CALLER_HEADER: loyalty.assertion(kind, "ada", *roles)}
        return (await loyalty.call(f"FinanceService/{method}", body, headers=headers)).status_code

    for role in ("program_admin", "operations", "auditor"):
        assert await by("staff", role) == 200
    for role in ("support", "privacy_officer"):
        assert await by("staff", role) == 403
    assert await by("member") == 403
    assert (await loyalty.order_system(f"FinanceService/{method}", body)).status_code == 403
    reader = await loyalty.order_system(f"FinanceService/{method}", body, "finance_reader")
    assert reader.status_code == 200
    assert (await loyalty.call(f"FinanceService/{method}", body)).status_code == 401
