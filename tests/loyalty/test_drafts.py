"""Drafts through the service's own door: written, checked, compared, and published by whom it may be."""

import asyncio
import base64
from typing import Any
from uuid import uuid4

import pytest
from huiyuan.kit.v1.kit_pb2 import Refusal

from services.kit import rpc
from tests.loyalty.conftest import Loyalty, earn_rule, order, programme, tier

DRAFTS, HISTORY = "DraftsService", "ProgrammeHistoryService"
LOWER = [tier("silver", 300, "1.2"), tier("gold", 2000, "1.5")]


async def call(
    loyalty: Loyalty, method: str, body: dict[str, Any], who: str = "ada", *roles: str
) -> tuple[int, dict[str, Any]]:
    assertion = loyalty.assertion("staff", who, *(roles or ("program_admin",)))
    service = HISTORY if method in ("CompareProgrammes", "ListProgrammeChanges") else DRAFTS
    answer = await loyalty.call(f"{service}/{method}", body, headers={rpc.CALLER_HEADER: assertion})
    return answer.status_code, answer.json()


async def code(loyalty: Loyalty, method: str, body: dict[str, Any], who: str = "ada", *roles: str) -> str:
    _, answer = await call(loyalty, method, body, who, *roles)
    return str(answer.get("message", "none")).split(":")[0]


async def begin(loyalty: Loyalty, who: str = "ada", **parts: Any) -> dict[str, Any]:
    body = {"programme": parts, "reason": "June", "idempotencyKey": str(uuid4())}
    status, answer = await call(loyalty, "CreateDraft", body, who)
    assert status == 200, answer
    draft: dict[str, Any] = answer["draft"]
    return draft


def at(draft: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"draftId": draft["draftId"], "edition": draft["edition"], "reason": "June", **more}


async def published(loyalty: Loyalty) -> list[tuple[int, str]]:
    answer = (await loyalty.staff("ProgrammesService/ListProgrammeVersions", {})).json()
    prefix = "PROGRAMME_VERSION_STATE_"
    return [(each["version"], each["state"].removeprefix(prefix)) for each in answer["versions"]]


async def test_a_draft_changes_nothing_until_it_is_published_and_then_what_it_says(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        member = loyalty.new_member()
        draft = await begin(loyalty, tiers=LOWER)
        assert (draft["edition"], draft["basedOnVersion"], draft["state"]) == (1, 1, "DRAFT_STATE_DRAFT")
        await loyalty.order_system("OrdersService/RecordOrder", order(member, 30_000))
        assert (await loyalty.tier(member), await published(loyalty)) == ("", [(1, "PUBLISHED")])
        status, changed = await call(
            loyalty,
            "ChangeDraft",
            at(draft, programme={"earnRules": [earn_rule("base", "POINTS", points=2)]}),
        )
        assert status == 200, changed
        assert [rule["key"] for rule in changed["draft"]["programme"]["earnRules"]] == ["base"]
        assert changed["draft"]["programme"]["tiers"] == draft["programme"]["tiers"], (
            "what is not given stays"
        )
        status, answer = await call(loyalty, "PublishDraft", at(changed["draft"]))
        assert (status, answer["programme"]["version"]) == (200, 2), answer
        assert await published(loyalty) == [(1, "SUPERSEDED"), (2, "PUBLISHED")]
        assert await loyalty.tier(member) == "silver"
        _, again = await call(loyalty, "PublishDraft", at(changed["draft"]))
        assert (again["replayed"], again["programme"]["version"]) == (True, 2)
        assert await code(loyalty, "ChangeDraft", at(changed["draft"])) == "DRAFT_CLOSED"


async def test_the_same_key_begins_one_draft_and_another_body_is_refused(loyalty: Loyalty) -> None:
    body = {"reason": "June", "idempotencyKey": str(uuid4()), "programme": {"tiers": LOWER}}
    answers = await asyncio.gather(*(call(loyalty, "CreateDraft", body) for _ in range(5)))
    assert {status for status, _ in answers} == {200}
    assert len({answer["draft"]["draftId"] for _, answer in answers}) == 1
    assert sum(answer.get("replayed", False) for _, answer in answers) == 4
    assert await code(loyalty, "CreateDraft", body | {"reason": "July"}) == "IDEMPOTENCY_KEY_REUSED"


async def test_of_two_editors_at_once_one_is_told(loyalty: Loyalty) -> None:
    draft = await begin(loyalty)
    change = at(draft, programme={"tiers": LOWER})
    said = await asyncio.gather(*(code(loyalty, "ChangeDraft", change, who) for who in ("ada", "bob", "cid")))
    assert sorted(said) == ["EDITED_MEANWHILE", "EDITED_MEANWHILE", "none"]


async def test_of_two_drafts_of_one_base_one_is_published_and_the_other_rebased(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        tiers = await begin(loyalty, tiers=LOWER)
        rules = await begin(loyalty, earnRules=[earn_rule("base", "POINTS", points=3)])
        said = dict(
            zip(
                ("tiers", "rules"),
                await asyncio.gather(*(call(loyalty, "PublishDraft", at(draft)) for draft in (tiers, rules))),
                strict=True,
            )
        )
        (loser,) = (name for name, (status, _) in said.items() if status != 200)
        message, refused = said[loser][1]["message"], said[loser][1]["details"][0]["value"]
        assert Refusal.FromString(base64.b64decode(refused + "==")).field == "draft_id", "it names no version"
        assert message.startswith("REVISED_MEANWHILE")
        assert ("tiers[silver]" if loser == "rules" else "earnRules[") in message, "what changed is said"
        late = rules if loser == "rules" else tiers
        assert await code(loyalty, "CheckDraft", {"draftId": late["draftId"]}) == "none"
        status, answer = await call(loyalty, "RebaseDraft", at(late))
        assert (status, answer["draft"]["basedOnVersion"]) == (200, 2), answer
        status, answer = await call(loyalty, "PublishDraft", at(answer["draft"]))
        assert status == 200, answer
        newest = answer["programme"]
        assert [rule["points"] for rule in newest["earnRules"]] == ["3"]
        assert newest["tiers"][0]["conditions"][0]["atLeast"] == "300"


async def test_what_both_changed_is_nobodys_to_guess(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        first = await begin(loyalty, tiers=LOWER)
        second = await begin(loyalty, tiers=[tier("silver", 400, "1.2")])
        await call(loyalty, "PublishDraft", at(first))
        assert await code(loyalty, "RebaseDraft", at(second)) == "DRAFT_CONFLICTS"


async def test_a_check_names_everything_that_is_wrong(loyalty: Loyalty) -> None:
    draft = await begin(
        loyalty,
        currencies=[{**each, "transferLimit": -1} for each in programme()["currencies"]],
        earnRules=[
            earn_rule("Base", "POINTS"),
            earn_rule("growth", "GROWTH"),
            earn_rule("stars", "STARS"),
        ],
        tiers=[tier("silver", -1, "1"), tier("gold", 300, "1"), tier("jade", 300, "1")],
    )
    _, answer = await call(loyalty, "CheckDraft", {"draftId": draft["draftId"]})
    assert [(fault["path"], fault["code"]) for fault in answer["faults"]] == [
        (path, "PROGRAMME_NOT_WELL_FORMED")
        for path in (
            "currencies[0].transfer_limit",
            "currencies[1].transfer_limit",
            "earn_rules[0].key",
            "earn_rules[2].currency",
            "tiers[0].conditions[0].at_least",
            "tiers[2].conditions[0].at_least",
        )
    ]
    assert "tiers[2]" in answer["faults"][-1]["message"]
    assert await code(loyalty, "PublishDraft", at(draft)) == "PROGRAMME_NOT_WELL_FORMED"
    refused = await loyalty.staff(f"{DRAFTS}/PublishDraft", at(draft) | {"reason": "go"})
    (detail,) = refused.json()["details"]
    told = Refusal.FromString(base64.b64decode(detail["value"] + "=="))
    assert (told.field, told.facts["path"]) == ("edition", "currencies[0].transfer_limit"), (
        "by what was given"
    )
    kept = await begin(loyalty, currencies=[programme()["currencies"][0]], earnRules=[], tiers=[])
    _, answer = await call(loyalty, "CheckDraft", {"draftId": kept["draftId"]})
    assert "currencies" in [fault["path"] for fault in answer["faults"]], "a currency must stay"


@pytest.mark.parametrize(
    ("method", "body", "expected"),
    [
        ("ChangeDraft", {"draftId": "none", "edition": 1, "reason": "June"}, "MALFORMED_ID"),
        ("ChangeDraft", {"draftId": str(uuid4()), "edition": 1, "reason": "June"}, "UNKNOWN_DRAFT"),
        ("DiscardDraft", {"draftId": str(uuid4()), "edition": 1}, "REASON_MISSING"),
        ("CreateDraft", {"reason": "June"}, "MALFORMED_ID"),
        ("CreateDraft", {"reason": "June", "idempotencyKey": "k", "basedOnVersion": 7}, "REVISED_MEANWHILE"),
        ("CreateDraft", {"reason": "June", "idempotencyKey": "k", "programmeId": "no"}, "UNKNOWN_PROGRAMME"),
        (
            "CreateDraft",
            {"reason": "June", "idempotencyKey": "k", "programme": {"timeZone": "UTC"}},
            "PART_NOT_CHANGEABLE",
        ),
        ("CompareProgrammes", {"toVersion": 99}, "UNKNOWN_VERSION"),
        ("ListProgrammeChanges", {"first": 1, "after": "1.2"}, "PAGE_NOT_UNDERSTOOD"),
    ],
)
async def test_bad_input_is_refused_by_name(
    loyalty: Loyalty, method: str, body: dict[str, Any], expected: str
) -> None:
    assert await code(loyalty, method, body) == expected


async def test_nothing_is_published_in_the_past(loyalty: Loyalty) -> None:
    draft = await begin(loyalty, tiers=LOWER)
    body = at(draft, effectiveAt="2020-01-01T00:00:00Z")
    assert await code(loyalty, "PublishDraft", body) == "EFFECTIVE_IN_THE_PAST"


async def test_a_part_can_be_emptied_by_naming_it(loyalty: Loyalty) -> None:
    draft = await begin(loyalty)
    _, answer = await call(loyalty, "ChangeDraft", at(draft, programme={}, updateMask="earnRules"))
    assert "earnRules" not in answer["draft"]["programme"]
    assert len(answer["draft"]["programme"]["tiers"]) == 2


async def test_where_two_persons_are_demanded_nobody_publishes_what_they_wrote(make_loyalty: Any) -> None:
    both, publisher = ("program_admin", "program_publisher"), ("program_publisher",)
    async with make_loyalty() as loyalty:
        draft = await begin(loyalty, twoPersons=True)
        status, _ = await call(loyalty, "PublishDraft", at(draft))
        assert status == 200, "before it is demanded one person is enough"
        off = await begin(loyalty)
        _, answer = await call(loyalty, "ChangeDraft", at(off, updateMask="twoPersons"), "bob")
        off = answer["draft"]
        assert "twoPersons" not in off["programme"]
        for who in ("ada", "bob"):
            assert await code(loyalty, "PublishDraft", at(off), who, *both) == "SECOND_PERSON_NEEDED"
        assert await code(loyalty, "PublishDraft", at(off), "cid") == "PUBLISHER_NEEDED"
        revision = {"programmeId": "shop", "basedOnVersion": 2, "tiers": LOWER, "reason": "June"}
        answer = (await loyalty.staff("ProgrammesService/ReviseProgramme", revision)).json()
        assert answer["message"].startswith("SECOND_PERSON_NEEDED")
        assert len(await published(loyalty)) == 2, "nothing was published meanwhile"
        assert await code(loyalty, "CreateDraft", {"reason": "x"}, "eve", *publisher) == "NOT_ALLOWED"
        status, answer = await call(loyalty, "PublishDraft", at(off), "cid", *publisher)
        assert (status, answer["programme"]["version"]) == (200, 3), answer


async def test_changes_are_told_by_keys_with_before_and_after(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        kept, jade = tier("silver", 300, "1.25"), tier("jade", 900, "1.3")
        draft = await begin(loyalty, tiers=[kept, jade])
        _, answer = await call(loyalty, "CompareProgrammes", {"toDraftId": draft["draftId"]})
        told = {
            each["path"]: (each["kind"].removeprefix("CHANGE_KIND_"), each.get("before"), each.get("after"))
            for each in answer["changes"]
        }
        assert told["tiers[silver].multiplier"] == ("CHANGED", '"1.2"', '"1.25"')
        assert told["tiers[silver].conditions[GROWTH].atLeast"] == ("CHANGED", "500", "300")
        assert told["tiers[jade]"][0] == "ADDED"
        assert told["tiers[gold]"][::2] == ("REMOVED", None)
        assert len(told) == 4, told
        await call(loyalty, "PublishDraft", at(draft))
        _, answer = await call(loyalty, "CompareProgrammes", {"toVersion": 2})
        assert {each["path"] for each in answer["changes"]} == set(told)
        _, answer = await call(loyalty, "CompareProgrammes", {"fromVersion": 2, "toVersion": 2})
        assert "changes" not in answer


async def test_history_says_who_changed_what_and_why_page_by_page(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        draft = await begin(loyalty)
        await call(loyalty, "ChangeDraft", at(draft, programme={"tiers": LOWER}), "bob")
        await call(loyalty, "PublishDraft", at(draft | {"edition": 2}), "cid")
        other = await begin(loyalty, "dan")
        await call(loyalty, "DiscardDraft", at(other), "eve")
        told, after = [], ""
        while True:
            _, page = await call(loyalty, "ListProgrammeChanges", {"first": 2, "after": after})
            told += page["changes"]
            after = page["changes"][-1]["place"]
            if not page.get("hasNextPage"):
                break
        said = [
            (
                each["kind"].removeprefix("PROGRAMME_CHANGE_KIND_"),
                each["by"],
                each.get("version", 0),
                [change["path"] for change in each.get("changes", [])],
            )
            for each in told
        ]
        path = ["tiers[silver].conditions[GROWTH].atLeast"]
        assert said == [
            ("DISCARDED", "staff:eve", 0, []),
            ("DRAFTED", "staff:dan", 0, []),
            ("PUBLISHED", "staff:cid", 2, path),
            ("CHANGED", "staff:bob", 0, path),
            ("DRAFTED", "staff:ada", 0, []),
            ("PUBLISHED", "staff:ada", 1, []),
        ]


async def test_a_tier_that_members_hold_is_not_taken_away_unseen(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        await loyalty.order_system("OrdersService/RecordOrder", order(loyalty.new_member(), 60_000))
        draft = await begin(loyalty, tiers=[tier("gold", 2000, "1.5")])
        _, answer = await call(loyalty, "CheckDraft", {"draftId": draft["draftId"]})
        assert [(fault["path"], fault["code"]) for fault in answer["faults"]] == [("tiers", "TIER_HELD")]
        assert await code(loyalty, "PublishDraft", at(draft)) == "TIER_HELD"
        told = {"successors": [{"fromTier": "silver", "toTier": "gold"}]}
        _, answer = await call(loyalty, "ChangeDraft", at(draft, programme={"tierScheme": told}))
        status, answer = await call(loyalty, "PublishDraft", at(answer["draft"]))
        assert status == 200, answer
        following = await begin(loyalty)
        assert "successors" not in following["programme"].get("tierScheme", {}), "that is done with"


async def test_what_an_older_release_published_demands_one_person(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        await loyalty.sql("UPDATE programme_versions SET rules = rules - 'two_persons'")
        draft = await begin(loyalty, tiers=LOWER)
        status, answer = await call(loyalty, "PublishDraft", at(draft))
        assert (status, answer["programme"].get("twoPersons", False)) == (200, False)
