"""Undoing: an earlier version is restored by a draft, and one that was published ahead is canceled."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.loyalty.conftest import Loyalty, earn_rule, order, tier
from tests.loyalty.test_drafts import LOWER, at, begin, call

DOUBLE = [earn_rule("base", "POINTS", points=2), earn_rule("growth", "GROWTH")]
CANCEL, REVISE = "ProgrammesService/CancelProgrammeVersion", "ProgrammesService/ReviseProgramme"


def ahead(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


async def asked(loyalty: Loyalty, method: str, **body: Any) -> tuple[str, dict[str, Any]]:
    """The code of a refusal or nothing, and the answer."""
    answer = await loyalty.staff(method, {"programmeId": "shop", "reason": "undo", **body})
    told = answer.json()
    return ("" if answer.status_code == 200 else told["message"].split(":")[0]), told


async def states(loyalty: Loyalty) -> list[str]:
    answer = (await loyalty.staff("ProgrammesService/ListProgrammeVersions", {})).json()
    prefix = "PROGRAMME_VERSION_STATE_"
    return [each["state"].removeprefix(prefix) for each in answer["versions"]]


async def changed(loyalty: Loyalty, **compared: Any) -> list[str]:
    _, answer = await call(loyalty, "CompareProgrammes", compared)
    return [each["path"] for each in answer.get("changes", [])]


async def test_a_version_is_restored_but_for_currencies_of_since_and_how_versions_are_published(
    make_loyalty: Any,
) -> None:
    async with make_loyalty() as loyalty:
        gems = {"code": "GEMS", "name": {"zh": "宝石", "en": "gems"}, "spendable": True}
        gems |= {"maturation": {"kind": "MATURATION_KIND_AT_ONCE"}, "expiry": {"kind": "EXPIRY_KIND_NEVER"}}
        gems |= {"negativePolicy": "NEGATIVE_POLICY_CLAMP"}
        currencies = (await begin(loyalty))["programme"]["currencies"]
        draft = await begin(
            loyalty, tiers=LOWER, earnRules=DOUBLE, currencies=[*currencies, gems], twoPersons=True
        )
        status, answer = await call(loyalty, "PublishDraft", at(draft))
        assert status == 200, answer
        body = {"restoredVersion": 1, "reason": "undo", "idempotencyKey": "undo-1"}
        status, answer = await call(loyalty, "CreateDraft", body)
        undo = answer["draft"]
        assert (status, undo["basedOnVersion"], undo["programme"]["version"]) == (200, 2, 3), answer
        assert [one["code"] for one in undo["programme"]["currencies"]] == ["POINTS", "GROWTH", "GEMS"]
        assert undo["programme"]["twoPersons"]
        status, answer = await call(loyalty, "PublishDraft", at(undo), "bob", "program_publisher")
        assert status == 200, answer
        assert await changed(loyalty, fromVersion=1, toVersion=3) == ["currencies[GEMS]", "twoPersons"]
        member = loyalty.new_member()
        await loyalty.order_system("OrdersService/RecordOrder", order(member, 10_000))
        assert (await loyalty.balance(member))["available"] == 100, "one a yuan again"
        unknown = body | {"restoredVersion": 9, "idempotencyKey": "undo-2"}
        _, answer = await call(loyalty, "CreateDraft", unknown)
        assert answer["message"].startswith("UNKNOWN_VERSION")


async def test_a_version_to_come_is_canceled_and_the_one_before_goes_on(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        ready = loyalty.new_member()
        await loyalty.order_system("OrdersService/RecordOrder", order(ready, 30_000))
        wrong, answer = await asked(loyalty, REVISE, basedOnVersion=1, tiers=LOWER, earnRules=DOUBLE)
        assert (wrong, answer["programme"]["version"]) == ("", 2)
        assert (await asked(loyalty, CANCEL, version=2))[0] == "VERSION_IN_FORCE"
        wrong, answer = await asked(
            loyalty, REVISE, basedOnVersion=2, tiers=[tier("silver", 1, "9")], effectiveAt=ahead(60)
        )
        assert (wrong, answer["programme"]["version"]) == ("", 3)
        wrong, answer = await asked(loyalty, REVISE, basedOnVersion=3, tiers=LOWER)
        assert (wrong, "version 3 takes effect at" in answer["message"]) == ("VERSION_SCHEDULED", True)
        stop, _ = await asked(loyalty, "CampaignsService/StopEarnRule", key="growth")
        assert stop == "VERSION_SCHEDULED", "nothing is stopped before what is to come"
        late = await begin(loyalty, earnRules=[earn_rule("base", "POINTS", points=3)])
        assert late["basedOnVersion"] == 3
        assert (await asked(loyalty, CANCEL, version=1))[0] == "VERSION_FOLLOWED"
        assert (await asked(loyalty, CANCEL, version=7))[0] == "UNKNOWN_VERSION"
        wrong, answer = await asked(loyalty, CANCEL, version=3, reason="a slip of the pen")
        following = answer["programme"]
        assert (wrong, following["version"], following["reason"]) == ("", 4, "a slip of the pen")
        assert (await asked(loyalty, CANCEL, version=3))[1]["replayed"]
        assert await states(loyalty) == ["SUPERSEDED", "SUPERSEDED", "CANCELED", "PUBLISHED"]
        assert await changed(loyalty, fromVersion=2, toVersion=4) == []
        assert "tiers[gold]" in await changed(loyalty, fromVersion=2, toVersion=3), (
            "it stays as it was published"
        )
        assert (await asked(loyalty, "CampaignsService/StopEarnRule", key="growth"))[0] == ""
        assert await loyalty.tier(ready) == "silver"
        await loyalty.order_system("OrdersService/RecordOrder", order(ready, 10_000))
        assert (await loyalty.balance(ready))["available"] == 300 + 200, "two a yuan, as version 2 says"
        _, refused = await call(loyalty, "PublishDraft", at(late))
        assert refused["message"].startswith("REVISED_MEANWHILE"), (
            "what was canceled is not carried on by a draft"
        )


async def test_a_version_that_may_have_judged_orders_already_is_not_canceled(make_loyalty: Any) -> None:
    """An order may be paid up to five minutes ahead of our clock."""
    async with make_loyalty() as loyalty:
        await asked(loyalty, REVISE, basedOnVersion=1, earnRules=DOUBLE, effectiveAt=ahead(4))
        member = loyalty.new_member()
        await loyalty.order_system("OrdersService/RecordOrder", order(member, 10_000, paidAt=ahead(4.5)))
        assert (await loyalty.balance(member))["available"] == 200
        wrong, answer = await asked(loyalty, CANCEL, version=2)
        assert (wrong, "restores version 1" in answer["message"]) == ("VERSION_IN_FORCE", True)


async def test_a_draft_upon_what_was_canceled_is_rebased_without_it(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        names = [one["key"] for one in (await begin(loyalty))["programme"]["tiers"]]
        await asked(loyalty, REVISE, basedOnVersion=1, tiers=[tier("only", 1, "9")], effectiveAt=ahead(60))
        late = await begin(loyalty, earnRules=DOUBLE)
        await asked(loyalty, CANCEL, version=2)
        status, answer = await call(loyalty, "RebaseDraft", at(late))
        assert (status, answer["draft"]["basedOnVersion"]) == (200, 3), answer
        assert [one["key"] for one in answer["draft"]["programme"]["tiers"]] == names
        body = {"restoredVersion": 2, "reason": "after all", "idempotencyKey": "again"}
        _, again = await call(loyalty, "CreateDraft", body)
        assert [one["key"] for one in again["draft"]["programme"]["tiers"]] == ["only"]


async def test_a_currency_of_a_canceled_version_keeps_its_number(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        currencies = (await begin(loyalty))["programme"]["currencies"]
        gems, stars = (currencies[0] | {"code": code} for code in ("GEMS", "STARS"))
        await asked(loyalty, REVISE, basedOnVersion=1, currencies=[*currencies, gems], effectiveAt=ahead(60))
        await asked(loyalty, CANCEL, version=2)
        wrong, answer = await asked(loyalty, REVISE, basedOnVersion=3, currencies=[*currencies, gems, stars])
        assert (wrong, len(answer["programme"]["currencies"])) == ("", 4), answer
        rows = await loyalty.sql("SELECT code FROM currencies ORDER BY number")
        assert [row["code"] for row in rows] == ["POINTS", "GROWTH", "GEMS", "STARS"]
