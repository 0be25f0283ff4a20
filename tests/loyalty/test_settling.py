"""Settling: wallets that stand alone are brought up to now without their members, and come out as a touch leaves them."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from services.loyalty.jobs.verification import verify
from services.loyalty.rules.ledger.points import Answer, Book
from services.loyalty.rules.ledger.touching import touch_members
from tests.loyalty.integrity.conftest import Silent
from tests.loyalty.spending import done, spend
from tests.loyalty.timed import Timed, expiring, going_by, utc


@pytest.fixture(scope="module")
def timed(make_loyalty: Any) -> Callable[..., Any]:
    """Makes services that go by a clock of the test's."""
    return partial(going_by, make_loyalty)


def currency(**changes: Any) -> dict[str, Any]:
    """A programme whose points are otherwise; growth is lost in time, too."""
    body = expiring()
    body["currencies"][0] |= changes
    body["currencies"][1] |= {"expiry": {"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": "P3M"}}
    return body


def after(period: str, rounding: str = "NONE") -> dict[str, Any]:
    kind = {"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": period, "rounding": f"EXPIRY_ROUNDING_{rounding}"}
    return {"expiry": kind}


LATER = {"maturation": {"kind": "MATURATION_KIND_AFTER_PERIOD", "period": "P20D"}}

FOUNDED = {
    "good for ten days": currency(**after("P10D")),
    "many lots to the end of one year": currency(**after("P1M", "YEAR")),
    "ripe after twenty days and gone after ten more": currency(**after("P10D"), **LATER),
    "good while something happens": currency(
        expiry={"kind": "EXPIRY_KIND_AFTER_INACTIVITY", "period": "P45D"}, **LATER
    ),
}


@pytest.mark.parametrize("founded", FOUNDED.values(), ids=FOUNDED)
async def test_a_wallet_by_itself_comes_out_as_by_a_touch_of_its_member(
    timed: Any, founded: dict[str, Any]
) -> None:
    async with timed("2026-06-01 04:00", founded) as there:
        alone, touched = there.loyalty.new_member(), there.loyalty.new_member()
        for month in range(10):
            there.clock.at = utc("2026-06-01 04:00") + timedelta(days=30 * month)
            for member in (alone, touched):
                if month % 5 < 3:
                    await there.pay(member, 10_000 + month)
                if month == 2:
                    await spend(there.loyalty, "RedeemPoints", member, points=40, redemptionId="r")
                if month == 3:
                    await spend(there.loyalty, "HoldPoints", member, points=1, holdId="h")
            for days in (9, 21):
                there.clock.at += timedelta(days=days)
                await there.loyalty.sql("UPDATE wallets SET plain = false WHERE member_id = $1", touched)
                await there.run.look()
                assert await found(there, alone) == await found(there, touched), (month, days)
        assert {row["type"] for row in (await found(there, alone))[0]} >= {"EXPIRE"}
        verified = await verify(there.loyalty.database, None, {}, Silent())
        assert not verified.verification.mismatches


async def found(there: Timed, member: str) -> tuple[list[Any], list[Any], list[str]]:
    """A member's entries and wallets, without what tells one member from another, and what was told of it."""
    entries = await there.loyalty.sql(
        """SELECT type::text, from_account, to_account, currency, part, points, balance_after, lot_expires_at,
                  lot_month, lot_source, rule_version, actor, reason,
                  date_trunc('second', occurred_at) AS occurred_at
           FROM entries WHERE member_id = $1 ORDER BY recorded_at, ord""",
        member,
    )
    wallets = await there.loyalty.sql(
        """SELECT currency, available, pending, held, version, lots, pending_lots, next_due_at
           FROM wallets WHERE member_id = $1 ORDER BY currency""",
        member,
    )
    return entries, wallets, await there.loyalty.told(member)


async def test_only_who_needs_it_is_touched(timed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    touched = []

    def touch(book: Book, members: Sequence[tuple[str, str]]) -> Answer:
        touched.extend(member for member, _ in members)
        return touch_members(book, members)

    monkeypatch.setattr("services.loyalty.jobs.dues.touch_members", touch)
    async with timed("2026-06-01 04:00") as there:
        members = [there.loyalty.new_member() for _ in range(3)]
        for member in members:
            await there.pay(member, 10_000)
        await done(spend(there.loyalty, "HoldPoints", members[0], points=1, holdId="h"))
        there.clock.at = utc("2026-07-01 00:00")
        await there.run.look()
        assert touched == members[:1]
        run = (await there.state())["run"]
        assert (run["members"], run["entries"]) == ("3", "4"), "one of them is of the hold that timed out"
