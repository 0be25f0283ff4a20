"""Campaigns at the service's door: tried out, previewed on real orders, watched, stopped; a budget is never undercut."""

from typing import Any

import pytest

from tests.loyalty.conftest import Loyalty, cny, earn_rule, order, programme
from tests.loyalty.spending import code, done
from tests.loyalty.test_drafts import begin, call
from tests.loyalty.test_earn_rules import doubled, gift, paid, points

BASE = earn_rule("base", "POINTS")
GROWTH = earn_rule("growth", "GROWTH")
FESTIVAL = gift("festival", 60, budget=100, condition="order.channel == 'fair'")


@pytest.fixture(scope="module")
async def there(make_loyalty: Any) -> Any:
    async with make_loyalty(programme(earnRules=[BASE, FESTIVAL, GROWTH])) as running:
        yield running


def sample(minor: int, **changes: Any) -> dict[str, Any]:
    made = order("", minor)
    return {name: made[name] for name in ("total", "lines", "channel")} | changes


async def tried(there: Loyalty, **body: Any) -> dict[str, Any]:
    return await done(there.staff("CampaignsService/TryEarnRules", body))


async def previewed(there: Loyalty, rules: dict[str, Any], days: int = 30) -> tuple[dict[str, Any], int]:
    body: dict[str, Any] = {"rules": rules, "days": days}
    for calls in range(1, 100):
        told = await done(there.staff("CampaignsService/PreviewEarnRules", body))
        if told.get("done"):
            return told, calls
        body["continueFrom"] = told["continueFrom"]
    raise AssertionError("it never ends")


async def test_a_sample_order_is_judged_without_a_trace(there: Loyalty) -> None:
    member = there.new_member()
    real = await paid(there, member, 10_000)
    arrived = gift("arrived", 4, trigger="EARN_TRIGGER_ORDER_COMPLETED")
    rules = {"rules": {"rules": [BASE, doubled(condition="member.orders == 1"), FESTIVAL, arrived]}}
    told = await tried(there, rules=rules, memberId=member, **sample(5_000))
    assert [(v["rule"]["key"], v.get("points")) for v in told["verdicts"]] == [
        ("base", "50"),
        ("double", "50"),
        ("festival", None),
        ("arrived", "4"),
    ]
    assert [(one["points"], one.get("pending", False)) for one in told["earned"]] == [
        ("100", False),
        ("4", True),
    ]
    assert (told["facts"]["orders"], told["facts"]["daysSinceOrder"]) == ("1", "0")
    assert points(told) == 104
    made_up = await tried(
        there, rules=rules, facts={"orders": 7, "tier": "gold"}, **sample(5_000, channel="fair")
    )
    assert points(made_up) == 50 + 60 + 4
    assert (await there.balance(member))["available"] == points(real)
    assert not await there.sql("SELECT FROM earn_budgets WHERE spent > 0")


@pytest.mark.parametrize(
    ("body", "wanted", "where"),
    [
        (
            {"rules": {"rules": {"rules": [gift("g", 1, condition="order.totl > 1")]}}},
            "PROGRAMME_NOT_WELL_FORMED",
            "column 6",
        ),
        ({"facts": {"tier": "jade"}}, "PROGRAMME_NOT_WELL_FORMED", "facts.tier"),
        ({"total": cny(1)}, "ORDER_NOT_WELL_FORMED", "total"),
        ({"rules": {"draftId": "0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0001"}}, "UNKNOWN_DRAFT", "draft"),
        ({"rules": {"version": 9}}, "UNKNOWN_VERSION", "version"),
    ],
)
async def test_a_trial_that_means_nothing_is_refused(
    there: Loyalty, body: dict[str, Any], wanted: str, where: str
) -> None:
    answer = await there.staff("CampaignsService/TryEarnRules", sample(5_000) | body)
    assert (code(answer), where in answer.text) == (wanted, True)


async def test_a_preview_gives_what_posting_under_these_rules_gives(make_loyalty: Any) -> None:
    """The oracle is another ledger, where the same orders are posted under the rules themselves."""
    rules = [
        BASE,
        doubled(condition="member.orders >= 1", caps=[{"window": "CAP_WINDOW_EVER", "points": 120}]),
        gift("welcome", 30, trigger="EARN_TRIGGER_FIRST_ORDER"),
        gift("fair", 9, condition="order.channel == 'fair' && order.total_minor > 2000", budget=25),
        gift("arrived", 3, trigger="EARN_TRIGGER_ORDER_COMPLETED"),
        GROWTH,
    ]
    async with (
        make_loyalty(programme(earnRules=[BASE, GROWTH])) as before,
        make_loyalty(programme(earnRules=rules)) as after,
    ):
        members = [before.new_member() for _ in range(5)]
        after.members.ids |= before.members.ids
        posted = 0
        for nth in range(25):
            made = order(members[nth % 5], 1_000 + nth * 170, channel="fair" if nth % 3 else "web")
            await done(before.order_system("OrdersService/RecordOrder", made))
            told = await done(after.order_system("OrdersService/RecordOrder", made))
            posted += points(told["order"])
        found, _ = await previewed(before, {"rules": {"rules": rules}})
        (was,) = await before.sql("SELECT sum((earned->'POINTS'->>0)::bigint) AS points FROM orders")
        by_code = {each["currency"]: each for each in found["currencies"]}
        assert int(by_code["POINTS"]["wouldHaveEarned"]) == posted
        assert int(by_code["POINTS"]["earned"]) == was["points"]
        assert by_code["GROWTH"]["earned"] == by_code["GROWTH"]["wouldHaveEarned"]
        assert (found["ordersSeen"], found["ordersInAll"]) == ("25", "25")
        fair = next(each for each in found["rules"] if each["key"] == "fair")
        assert (fair["given"], fair["budgetSpent"]) == ("25", True)
        assert not await before.sql("SELECT FROM earn_budgets UNION ALL SELECT FROM earn_caps")


async def test_a_preview_goes_on_where_it_was_and_not_under_other_rules(
    there: Loyalty, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await paid(there, there.new_member(), 1_000)
    monkeypatch.setattr("services.loyalty.rpc.earning.campaigns.AT_ONCE", 1)
    monkeypatch.setattr("services.loyalty.rpc.earning.campaigns.PATIENCE_S", 0.0001)
    found, calls = await previewed(there, {"rules": {"rules": [BASE]}})
    assert calls > 1
    assert found["ordersSeen"] == found["ordersInAll"]
    first = await done(there.staff("CampaignsService/PreviewEarnRules", {"days": 30}))
    other = {"days": 30, "rules": {"rules": {"rules": [BASE]}}, "continueFrom": first["continueFrom"]}
    for wrong in (other, other | {"continueFrom": "AAAA"}, other | {"continueFrom": "§"}):
        answer = await there.staff("CampaignsService/PreviewEarnRules", wrong)
        assert code(answer) == "PAGE_NOT_UNDERSTOOD"


async def test_campaigns_are_watched_and_stopped_and_a_budget_is_never_undercut(make_loyalty: Any) -> None:
    coming = gift("coming", 5, schedule={"firstOn": "2999-01-01"})
    over = gift("over", 5, schedule={"lastOn": "2020-01-01"})
    rules = [BASE, FESTIVAL, coming, over, GROWTH]
    async with make_loyalty(programme(earnRules=rules)) as there:

        async def listed() -> dict[str, tuple[str, str | None]]:
            told = await done(there.staff("CampaignsService/ListCampaigns", {}))
            return {
                each["rule"]["key"]: (each["state"].removeprefix("CAMPAIGN_STATE_"), each.get("budgetSpent"))
                for each in told["campaigns"]
            }

        await paid(there, there.new_member(), 100, channel="fair")
        assert await listed() == {
            "festival": ("RUNNING", "60"),
            "coming": ("SCHEDULED", None),
            "over": ("ENDED", None),
        }
        smaller = [BASE, FESTIVAL | {"budget": 59}, GROWTH]
        revision = {"programmeId": "shop", "basedOnVersion": 1, "earnRules": smaller, "reason": "test"}
        answer = await there.staff("ProgrammesService/ReviseProgramme", revision)
        assert (code(answer), "earn_rules[1].budget" in answer.text) == ("PROGRAMME_NOT_WELL_FORMED", True)
        draft = await begin(there, earnRules=smaller)
        _, checked = await call(there, "CheckDraft", {"draftId": draft["draftId"]})
        assert [fault["path"] for fault in checked["faults"]] == ["earn_rules[1].budget"]
        stop = {"programmeId": "shop", "key": "festival", "reason": "sold out"}
        stopped = await done(there.staff("CampaignsService/StopEarnRule", stop))
        again = await done(there.staff("CampaignsService/StopEarnRule", stop))
        assert (stopped["version"], again["version"], again["replayed"]) == (2, 2, True)
        assert points(await paid(there, there.new_member(), 100, channel="fair")) == 1
        assert (await listed())["festival"] == ("STOPPED", "60")
        unknown = await there.staff("CampaignsService/StopEarnRule", stop | {"key": "never"})
        assert code(unknown) == "UNKNOWN_EARN_RULE"
        denied = await there.staff("CampaignsService/StopEarnRule", stop | {"key": "coming"}, "support")
        assert denied.status_code == 403
        assert (await listed())["coming"] == ("SCHEDULED", None)
