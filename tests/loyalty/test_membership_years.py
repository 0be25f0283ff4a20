"""Years of membership: lanes read when a member joined, where tiers ask for it."""

from typing import Any

from tests.loyalty.conftest import programme
from tests.loyalty.test_tier_schemes import spending
from tests.loyalty.timed import going_by, utc


async def test_a_year_of_membership_is_counted_from_joining_and_not_from_the_first_order(
    make_loyalty: Any,
) -> None:
    yearly = {"metric": "SPEND", "atLeast": 100_000, "window": {"kind": "TIER_WINDOW_KIND_ANNIVERSARY"}}
    body = programme(tiers=[spending("silver", 100_000, conditions=[yearly])])
    async with going_by(make_loyalty, "2025-12-20 04:00", body) as there:
        member = there.loyalty.new_member()  # who joined on a first of January
        tiers = []
        for at in ("2025-12-20 04:00", "2026-01-10 04:00", "2026-01-11 04:00"):
            there.clock.at = utc(at)
            await there.pay(member, 60_000)
            tiers.append(await there.loyalty.tier(member))
            asked = [{"memberId": member, "caller": there.loyalty.assertion("member", member)}]
            alone = await there.loyalty.call("TiersService/BatchGetStandings", {"members": asked})
            joined = await there.loyalty.call("OverviewsService/BatchGetOverviews", {"standings": asked})
            assert joined.json()["standings"] == alone.json()["results"], "an overview knows who joined when"
        assert tiers == ["", "", "silver"]
