"""Coupons: issued within budget and limit, held and used once, given back; exact whoever comes at the same time."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import orjson
import pytest

from infra.local.databases import DatabaseUrls
from services.kit import rpc
from tests.loyalty.conftest import Loyalty, cny
from tests.loyalty.coupons import (
    COUPONS,
    TEMPLATES,
    amount_off,
    basket,
    be_counted,
    code_of,
    day,
    drafted,
    field_of,
    given,
    issue,
    listed,
    new,
    of_kind,
    on_order,
    ordered,
    percentage,
    published,
    state,
    waiting_for_locks,
)
from tests.loyalty.test_merges import MERGE, UNMERGE, by_identity, merging, undoing


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        (amount_off(1_000, 999), "terms.threshold"),
        (amount_off(0), "terms.amount_off"),
        (amount_off(offBasisPoints=10), "terms.off_basis_points"),
        (amount_off(amountOff={"minorUnits": 1, "currency": "USD"}), "terms.amount_off.currency"),
        (percentage(0), "terms.off_basis_points"),
        (percentage(10_000), "terms.off_basis_points"),
        (percentage(mostMoney=cny(10_000)), "terms.cap"),
        (of_kind("GIFT"), "terms.gift_sku"),
        (of_kind("GIFT", giftSku="mug", mostMoney=cny(1)), "terms.cost"),
        (amount_off(validFor=""), "terms.valid_until"),
        (amount_off(validFor="30 days"), "terms.valid_for"),
        (amount_off(validFrom=day(5), validUntil=day(4)), "terms.valid_until"),
        (amount_off(validUntil="2026-13-01"), "terms.valid_until"),
        (amount_off(claim="COUPON_CLAIM_OPEN"), "terms.most_per_member"),
        (amount_off(claim="COUPON_CLAIM_BY_CODE", mostPerMember=1), "terms.claim_code"),
        (amount_off(claimCode="HELLO"), "terms.claim_code"),
        (amount_off(skus=["a", "a"]), "terms.skus[1]"),
        (amount_off(stackingGroup="Two words"), "terms.stacking_group"),
        (amount_off(name={"zh": "券"}), "terms.name"),
        (amount_off(kind="COUPON_KIND_UNSPECIFIED"), "terms.kind"),
    ],
)
async def test_terms_that_contradict_themselves_are_refused_with_their_path(
    loyalty: Loyalty, terms: dict[str, Any], path: str
) -> None:
    answer = await drafted(loyalty, terms)
    assert answer.status_code == 400, answer.text
    assert field_of(answer) == path


async def test_what_was_published_stays_for_the_coupons_that_are_out(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    key = await published(loyalty, amount_off(1_000))
    first = await given(loyalty, member, key)
    again = await drafted(loyalty, amount_off(2_000), key, 2)
    assert again.status_code == 200
    told = {one["path"]: one.get("after", "") for one in again.json()["changes"]}
    assert orjson.loads(told["draft"])["amountOff"]["minorUnits"] == 2_000
    assert (await listed(loyalty, member))[0]["terms"]["amountOff"]["minorUnits"] == "1000"
    await published(loyalty, amount_off(3_000), key, 3)
    second = await given(loyalty, member, key)
    found = {
        one["couponId"]: (one["edition"], one["terms"]["amountOff"]["minorUnits"])
        for one in await listed(loyalty, member)
    }
    assert found == {first: (1, "1000"), second: (2, "3000")}
    editions = await loyalty.staff(f"{TEMPLATES}/ListCouponEditions", {"key": key})
    assert [one["edition"] for one in editions.json()["editions"]] == [2, 1]
    assert (
        (
            await loyalty.staff(
                f"{TEMPLATES}/SaveCouponTemplate",
                {"key": key, "terms": amount_off(5), "reason": "x", "basedOnRevision": 2},
            )
        )
        .json()["message"]
        .startswith("COUPON_TEMPLATE_CHANGED")
    )


async def test_a_template_issues_only_while_it_is_published(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    draft = (await drafted(loyalty, amount_off())).json()["template"]["key"]
    key = await published(loyalty, amount_off())
    kept = await given(loyalty, member, key)
    for _ in range(2):
        stopped = await loyalty.staff(f"{TEMPLATES}/StopCouponTemplate", {"key": key, "reason": "enough"})
        assert stopped.json()["template"]["state"] == "COUPON_TEMPLATE_STATE_STOPPED"
    for one in (draft, key):
        (result,) = await issue(loyalty, one, member)
        assert result["refusal"]["code"] == "COUPONS_NOT_ISSUED"
    held = await on_order(loyalty, "Hold", member, uuid4().hex, [kept], basket=basket(10_000))
    assert held.status_code == 200, "what is out stays good"
    ended = await drafted(loyalty, amount_off(validFor="", validUntil=day(-1)))
    body = {"key": ended.json()["template"]["key"], "basedOnRevision": 1, "reason": "x"}
    answer = await loyalty.staff(f"{TEMPLATES}/PublishCouponTemplate", body)
    assert "terms.valid_until" in answer.json()["message"]
    gone = await published(loyalty, amount_off(), key, 3)
    assert (await issue(loyalty, gone, member))[0]["issued"], "a further edition takes it up again"


async def test_a_budget_below_what_is_issued_is_refused(loyalty: Loyalty) -> None:
    members = [loyalty.new_member() for _ in range(3)]
    key = await published(loyalty, amount_off(1_000))
    await issue(loyalty, key, *members)
    for terms, path in (
        (amount_off(1_000, mostCoupons=2), "terms.most_coupons"),
        (amount_off(1_000, mostMoney=cny(2_999)), "terms.most_money"),
    ):
        template = (await loyalty.staff(f"{TEMPLATES}/GetCouponTemplate", {"key": key})).json()["template"]
        saved = await drafted(loyalty, terms, key, template["revision"])
        body = {"key": key, "basedOnRevision": saved.json()["template"]["revision"], "reason": "x"}
        answer = await loyalty.staff(f"{TEMPLATES}/PublishCouponTemplate", body)
        assert path in answer.json()["message"]


@pytest.mark.parametrize(
    ("budget", "code"),
    [({"mostCoupons": 20}, "COUPON_BUDGET_SPENT"), ({"mostMoney": cny(20_999)}, "COUPON_BUDGET_SPENT")],
)
async def test_fifty_issues_at_once_over_two_processes_keep_the_budget_to_the_coupon(
    loyalty: Loyalty, make_loyalty: Any, budget: dict[str, Any], code: str
) -> None:
    key = await published(loyalty, amount_off(1_000) | budget)
    members = [loyalty.new_member() for _ in range(50)]
    async with make_loyalty(urls=DatabaseUrls(loyalty.database, loyalty.owner)) as other:
        answers = await asyncio.gather(
            *(issue((loyalty, other)[nth % 2], key, member) for nth, member in enumerate(members))
        )
    refused = [one["refusal"]["code"] for (one,) in answers if "refusal" in one]
    assert (len(answers) - len(refused), set(refused)) == (20, {code})
    (row,) = await loyalty.sql("SELECT count(*) FROM coupons WHERE template = $1", key)
    assert row["count"] == 20
    await be_counted(loyalty)


async def test_a_members_limit_holds_whoever_issues_at_the_same_time(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    key = await published(loyalty, amount_off(mostPerMember=3))
    answers = await asyncio.gather(*(issue(loyalty, key, member) for _ in range(12)))
    refused = [one["refusal"]["code"] for (one,) in answers if "refusal" in one]
    assert refused == ["COUPON_LIMIT_REACHED"] * 9
    together = await issue(loyalty, await published(loyalty, amount_off(mostPerMember=1)), member, member)
    assert [one["issued"].get("replayed", False) for one in together] == [False, True], "a list names it once"


async def test_one_key_for_two_templates_at_once_issues_one_and_refuses_the_other(loyalty: Loyalty) -> None:
    keys = [await published(loyalty, amount_off(1_000)) for _ in range(4)]
    for nth in range(5):
        to = [{"memberId": loyalty.new_member()}]

        async def one(template: str, to: Any = to, nth: int = nth) -> httpx.Response:
            body = {"template": template, "to": to, "issueId": f"both-{nth}", "reason": "TEST"}
            return await loyalty.staff(f"{COUPONS}/IssueCoupons", body)

        answers = await asyncio.gather(*(one(template) for template in keys))
        refused = [
            code_of(answer) or answer.json()["results"][0].get("refusal", {}).get("code")
            for answer in answers
        ]
        assert sorted(refused, key=str) == ["IDEMPOTENCY_KEY_REUSED"] * 3 + [None]
    await be_counted(loyalty)


async def test_a_list_is_issued_once_and_says_of_each_what_became_of_it(loyalty: Loyalty) -> None:
    one, other, stranger = loyalty.new_member(), loyalty.new_member(), str(uuid4())
    key = await published(loyalty, amount_off(mostCoupons=2))
    first = await issue(loyalty, key, one, stranger, other, issue_id="spring")
    assert first[1]["refusal"]["code"] == "UNKNOWN_MEMBER"
    again = await issue(loyalty, key, one, stranger, other, issue_id="spring")
    assert [each["issued"]["couponId"] for each in (again[0], again[2])] == [
        each["issued"]["couponId"] for each in (first[0], first[2])
    ]
    assert again[0]["issued"]["replayed"]
    other_template = await published(loyalty, amount_off())
    assert (await issue(loyalty, other_template, one, issue_id="spring"))[0]["refusal"][
        "code"
    ] == "IDEMPOTENCY_KEY_REUSED"
    assert (await issue(loyalty, key, one))[0]["refusal"]["code"] == "COUPON_BUDGET_SPENT"
    assert (await loyalty.told(one)).count("CouponIssued") + len(
        await loyalty.sql("SELECT FROM outbox WHERE member_id = $1 AND type = 'CouponIssued'", one)
    ) == 1


async def test_members_claim_what_is_open_or_what_they_know_the_code_of(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    headers = {rpc.CALLER_HEADER: loyalty.assertion("member", member)}
    code = f"HELLO-{uuid4().hex[:6].upper()}"
    by_code = await published(
        loyalty, amount_off(claim="COUPON_CLAIM_BY_CODE", claimCode=code, mostPerMember=1)
    )
    opened = await published(loyalty, amount_off(claim="COUPON_CLAIM_OPEN", mostPerMember=1))
    closed = await published(loyalty, amount_off())

    async def claim(key: str, **what: str) -> Any:
        body = {"memberId": member, "idempotencyKey": key, **what}
        return await loyalty.call(f"{COUPONS}/ClaimCoupon", body, headers=headers)

    claimed = await claim("a", claimCode=f" {code.lower()} ")
    assert claimed.json()["coupon"]["template"] == by_code, claimed.text
    assert (await claim("a", claimCode=code)).json()["replayed"]
    assert code_of(await claim("a", template=opened)) == "IDEMPOTENCY_KEY_REUSED"
    assert code_of(await claim("b", claimCode=code)) == "COUPON_LIMIT_REACHED"
    assert code_of(await claim("c", template=by_code)) == "COUPONS_NOT_ISSUED"
    assert code_of(await claim("c", template=closed)) == "COUPONS_NOT_ISSUED"
    assert code_of(await claim("c", claimCode="GUESSED")) == "UNKNOWN_COUPON_TEMPLATE"
    assert (await claim("c", template=opened)).status_code == 200
    taken = await drafted(loyalty, amount_off(claim="COUPON_CLAIM_BY_CODE", claimCode=code, mostPerMember=1))
    body = {"key": taken.json()["template"]["key"], "basedOnRevision": 1, "reason": "x"}
    assert code_of(await loyalty.staff(f"{TEMPLATES}/PublishCouponTemplate", body)) == "CLAIM_CODE_TAKEN"
    others = {"memberId": loyalty.new_member(), "idempotencyKey": "x", "template": opened}
    assert (await loyalty.call(f"{COUPONS}/ClaimCoupon", others, headers=headers)).status_code == 403


async def test_an_order_holds_uses_and_gives_back_what_the_basket_takes(loyalty: Loyalty) -> None:
    member, order_id = loyalty.new_member(), uuid4().hex
    coupon = await new(loyalty, member, amount_off(1_000))
    body = {"basket": basket(4_000, 6_000), "idempotencyKey": "h"}
    held = await on_order(loyalty, "Hold", member, order_id, [coupon], **body)
    assert held.status_code == 200, held.text
    (off,) = held.json()["held"]
    assert (off["off"]["minorUnits"], [line["off"]["minorUnits"] for line in off["lines"]]) == (
        "1000",
        ["400", "600"],
    )
    again = await on_order(loyalty, "Hold", member, order_id, [coupon], **body)
    assert again.json() == held.json() | {"replayed": True}
    other = await on_order(loyalty, "Hold", member, order_id, [coupon], **body | {"basket": basket(20_000)})
    assert code_of(other) == "IDEMPOTENCY_KEY_REUSED"
    (seen,) = await listed(loyalty, member, "HELD")
    assert (seen["orderRef"], seen["takenOff"]["minorUnits"], seen["code"][:4]) == (
        f"shop:{order_id}",
        "1000",
        "****",
    )
    used = await on_order(loyalty, "Use", member, order_id, [])
    assert used.json()["off"]["minorUnits"] == "1000", used.text
    twice = await on_order(loyalty, "Use", member, order_id, [coupon])
    assert twice.json()["replayed"], "another key, the same order: it is done"
    elsewhere = await on_order(loyalty, "Use", member, "another", [coupon], basket=basket(10_000))
    assert code_of(elsewhere) == "COUPON_USED"
    assert f"shop:{order_id}" in elsewhere.text
    back = await on_order(loyalty, "Reinstate", member, order_id, [])
    assert back.json()["reinstated"][0]["state"] == "COUPON_STATE_ISSUED"
    assert (await on_order(loyalty, "Reinstate", member, order_id, [])).json()["replayed"]
    assert (
        await on_order(loyalty, "Hold", member, "another", [coupon], basket=basket(10_000))
    ).status_code == 200
    released = await on_order(loyalty, "Release", member, "another", [])
    assert [one["couponId"] for one in released.json()["released"]] == [coupon]
    assert (await on_order(loyalty, "Release", member, "another", [])).json()["replayed"]
    await be_counted(loyalty)


async def test_what_the_basket_does_not_take_is_refused_with_its_reason(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    coupon = await new(loyalty, member, amount_off(1_000, 10_000, skus=["tea"]))
    for of, reason in (
        (basket(9_999), "BELOW_THRESHOLD"),
        (basket(20_000, skus=("cup",)), "NOT_IN_SCOPE"),
        (basket(9_999, 20_000, skus=("tea", "cup")), "BELOW_THRESHOLD"),
    ):
        answer = await on_order(loyalty, "Hold", member, "o", [coupon], basket=of)
        assert code_of(answer) == "COUPON_NOT_APPLICABLE"
        assert reason in answer.json()["message"]
    same = [await new(loyalty, member, amount_off(100)) for _ in range(2)]
    both = await on_order(loyalty, "Hold", member, "o", same, basket=basket(20_000))
    assert code_of(both) == "COUPONS_DO_NOT_STACK"
    assert (await on_order(loyalty, "Hold", member, "o", same[:1], basket=basket(20_000))).status_code == 200
    later = await on_order(loyalty, "Use", member, "o", same[1:], basket=basket(20_000))
    assert code_of(later) == "COUPONS_DO_NOT_STACK", "what the order holds counts as well"
    stranger = await on_order(loyalty, "Hold", loyalty.new_member(), "o", [coupon], basket=basket(20_000))
    assert code_of(stranger) == "UNKNOWN_COUPON"


async def test_of_ten_orders_that_use_a_coupon_at_once_one_wins_and_the_others_hear_which(
    loyalty: Loyalty,
) -> None:
    member = loyalty.new_member()
    coupon = await new(loyalty, member, amount_off(1_000))
    answers = await asyncio.gather(
        *(
            on_order(loyalty, "Use", member, f"race-{nth}", [coupon], basket=basket(10_000))
            for nth in range(10)
        )
    )
    (winner,) = [nth for nth, answer in enumerate(answers) if answer.status_code == 200]
    for nth, answer in enumerate(answers):
        assert nth == winner or (code_of(answer), f"shop:race-{winner}" in answer.text) == (
            "COUPON_USED",
            True,
        )
    await be_counted(loyalty)


async def test_a_hold_a_use_and_a_revocation_at_once_leave_one_truth(loyalty: Loyalty) -> None:
    key = await published(loyalty, amount_off(1_000))
    for turn in range(6):
        member = loyalty.new_member()
        coupon = await given(loyalty, member, key)
        answers = await asyncio.gather(
            on_order(loyalty, "Hold", member, f"a-{turn}", [coupon], basket=basket(10_000)),
            on_order(loyalty, "Use", member, f"b-{turn}", [coupon], basket=basket(10_000)),
            loyalty.staff(f"{COUPONS}/RevokeCoupons", {"couponIds": [coupon], "reason": "FRAUD"}),
        )
        held, used = (answer.status_code == 200 for answer in answers[:2])
        revoked = "revoked" in answers[2].json()["results"][0]
        assert held + used + revoked == 1, [answer.text for answer in answers]
        assert await state(loyalty, coupon) == ("HELD" if held else "USED" if used else "REVOKED")
    await be_counted(loyalty)


async def test_an_order_gives_its_coupon_back_once_however_many_ask_and_never_what_it_only_holds(
    loyalty: Loyalty,
) -> None:
    member = loyalty.new_member()
    coupon = await new(loyalty, member, percentage(1_000, cap=cny(5_000), cost=cny(30)))
    await on_order(loyalty, "Hold", member, "back", [coupon], basket=basket(10_000))
    assert (await on_order(loyalty, "Reinstate", member, "back", [])).json()["replayed"]
    assert await state(loyalty, coupon) == "HELD"
    await on_order(loyalty, "Use", member, "back", [])
    async with loyalty.looking.acquire() as holding, holding.transaction():
        await holding.execute("SELECT FROM coupons WHERE coupon_id = $1 FOR NO KEY UPDATE", coupon)
        asked = [asyncio.ensure_future(on_order(loyalty, "Reinstate", member, "back", [])) for _ in range(4)]
        await waiting_for_locks(loyalty, 2)
    answers = [answer.json() for answer in await asyncio.gather(*asked)]
    assert sorted(answer.get("replayed", False) for answer in answers) == [False, True, True, True]
    assert await state(loyalty, coupon) == "ISSUED"
    await be_counted(loyalty)


async def test_staff_who_merge_members_bring_their_coupons_together_and_apart_again(loyalty: Loyalty) -> None:
    old, survivor = loyalty.new_member(), loyalty.new_member()
    key = await published(loyalty, amount_off(1_000))
    mine, theirs = await given(loyalty, old, key), await given(loyalty, survivor, key)

    async def held() -> list[set[str]]:
        rows = await loyalty.sql(
            "SELECT member_id::text, coupon_id::text FROM coupons WHERE template = $1", key
        )
        return [{row["coupon_id"] for row in rows if row["member_id"] == who} for who in (old, survivor)]

    for _ in range(2):
        assert (await loyalty.staff(MERGE, merging(old, survivor), "operations")).status_code == 200
        assert await held() == [set(), {mine, theirs}]
        assert {one["couponId"] for one in await listed(loyalty, old)} >= {mine, theirs}
    late = await given(loyalty, old, await published(loyalty, amount_off(1_000)))
    assert late in {one["couponId"] for one in await listed(loyalty, survivor)}
    for _ in range(2):
        assert (await loyalty.staff(UNMERGE, undoing(old), "operations")).status_code == 200
        assert await held() == [{mine}, {theirs}]
    await loyalty.staff(MERGE, merging(old, survivor), "operations")
    assert await held() == [{mine}, {theirs}], "said again after it was undone"
    await loyalty.staff(MERGE, merging(old, survivor, "again"), "operations")
    await loyalty.staff(UNMERGE, undoing(old), "operations")
    assert await held() == [set(), {mine, theirs}], "undone again after another merge"


async def test_a_till_that_knows_a_merged_member_by_the_old_id_uses_a_coupon_by_its_code(
    loyalty: Loyalty,
) -> None:
    old, survivor, stranger = (loyalty.new_member() for _ in range(3))
    coupon = await new(loyalty, old, amount_off(1_000))
    (row,) = await loyalty.sql("SELECT code FROM coupons WHERE coupon_id = $1", coupon)
    assert (await loyalty.staff(MERGE, merging(old, survivor), "operations")).status_code == 200

    async def use(member: str) -> httpx.Response:
        named = {"coupons": [{"code": row["code"]}], "basket": basket(10_000), "idempotencyKey": "till"}
        body = {"memberId": member, "order": ordered("by-code"), **named}
        return await loyalty.order_system("CouponsService/UseCoupons", body)

    assert code_of(await use(stranger)) == "UNKNOWN_COUPON"
    used = await use(old)
    assert (used.status_code, await state(loyalty, coupon)) == (200, "USED"), used.text


async def test_a_till_finds_and_uses_a_coupon_by_its_code(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    coupon = await new(loyalty, member, amount_off(1_000))
    own = {rpc.CALLER_HEADER: loyalty.assertion("member", member)}
    mine = await loyalty.call(f"{COUPONS}/ListCoupons", {"memberId": member, "first": 5}, headers=own)
    code = mine.json()["coupons"][0]["code"]
    typed = f"{code[:4]}-{code[4:8]} {code[8:]}".lower()
    found = await loyalty.order_system(f"{COUPONS}/FindCoupon", {"code": typed})
    assert found.json()["coupon"]["couponId"] == coupon
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert (
        code_of(await loyalty.order_system(f"{COUPONS}/FindCoupon", {"code": wrong})) == "COUPON_CODE_WRONG"
    )
    body = {
        "order": ordered("till"),
        "coupons": [{"code": typed, "tookOff": cny(900)}],
        "basket": basket(12_000),
        "idempotencyKey": "t",
    }
    too_much = body | {"coupons": [{"code": typed, "tookOff": cny(1_001)}], "idempotencyKey": "m"}
    assert code_of(await loyalty.order_system(f"{COUPONS}/UseCoupons", too_much)) == "COUPON_NOT_APPLICABLE"
    used = await loyalty.order_system(f"{COUPONS}/UseCoupons", body)
    assert (used.json()["memberId"], used.json()["off"]["minorUnits"]) == (member, "900"), used.text
    assert (await loyalty.call(f"{COUPONS}/FindCoupon", {"code": code}, headers=own)).status_code == 403
    await be_counted(loyalty)


async def test_a_quote_says_what_goes_best_together_and_why_the_rest_does_not(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    ten = await new(loyalty, member, amount_off(1_000))
    tenth = await new(loyalty, member, percentage(2_000, cap=cny(1_500)))
    free = await new(loyalty, member, of_kind("FREE_SHIPPING", stackingGroup="shipping"))
    mug = await new(loyalty, member, of_kind("GIFT", giftSku="mug", stackingGroup="gifts"))
    later = await new(loyalty, member, amount_off(5_000, validFrom=day(2)))
    body = {"memberId": member, "basket": basket(10_000, shipping=800)}
    answer = (await loyalty.order_system(f"{COUPONS}/QuoteCoupons", body)).json()
    assert [one["couponId"] for one in answer["chosen"]] == [tenth, free, mug]
    assert (answer["off"]["minorUnits"], answer["toPay"]["minorUnits"]) == ("2300", "8500")
    said = {one["coupon"]["couponId"]: one for one in answer["coupons"]}
    assert said[later]["reason"] == "COUPON_REFUSED_REASON_NOT_YET_VALID"
    assert said[ten]["takesOff"]["minorUnits"] == "1000"
    asked = (await loyalty.order_system(f"{COUPONS}/QuoteCoupons", body | {"couponIds": [ten, tenth]})).json()
    assert [one.get("reason") for one in asked["coupons"]] == [None, "COUPON_REFUSED_REASON_GROUP_TAKEN"]
    assert asked["off"]["minorUnits"] == "1000"
    short = (await loyalty.order_system(f"{COUPONS}/QuoteCoupons", body | {"basket": basket(9_000)})).json()
    said = {one["coupon"]["couponId"]: one for one in short["coupons"]}
    assert said[ten]["shortBy"]["minorUnits"] == "1000"
    assert {await state(loyalty, each) for each in (ten, tenth, free, mug, later)} == {"ISSUED"}


async def test_statistics_say_what_became_of_a_templates_coupons(loyalty: Loyalty) -> None:
    members = [loyalty.new_member() for _ in range(4)]
    key = await published(loyalty, amount_off(1_000, cost=cny(30)))
    ids = [one["issued"]["couponId"] for one in await issue(loyalty, key, *members)]
    await on_order(loyalty, "Use", members[0], uuid4().hex, ids[:1], basket=basket(10_000))
    await on_order(loyalty, "Hold", members[1], uuid4().hex, ids[1:2], basket=basket(10_000))
    await loyalty.staff(f"{COUPONS}/RevokeCoupons", {"couponIds": ids[2:3], "reason": "FRAUD"})
    found = (await loyalty.staff(f"{TEMPLATES}/GetCouponTemplate", {"key": key})).json()["statistics"]
    counts = {name: found.get(name) for name in ("issued", "open", "held", "used", "revoked", "expired")}
    assert counts == {"issued": "4", "open": "1", "held": "1", "used": "1", "revoked": "1", "expired": None}
    assert (found["takenOff"]["minorUnits"], found["cost"]["minorUnits"]) == ("1000", "30")
    assert found["committed"]["minorUnits"] == "3090"


async def test_only_those_who_may_do_what_they_may(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    coupon = await new(loyalty, member, amount_off())
    before = await loyalty.sql("SELECT * FROM coupons WHERE coupon_id = $1", coupon)
    refused = [
        await loyalty.staff(f"{TEMPLATES}/SaveCouponTemplate", {"key": "k"}, "operations"),
        await loyalty.staff(f"{COUPONS}/IssueCoupons", {"template": "k"}, "support"),
        await loyalty.order_system(f"{COUPONS}/IssueCoupons", {"template": "k"}),
        await loyalty.staff(f"{COUPONS}/RevokeCoupons", {"couponIds": [coupon], "reason": "X"}, "auditor"),
        await loyalty.staff(f"{COUPONS}/UseCoupons", {"memberId": member}, "operations"),
        await loyalty.call(
            f"{COUPONS}/UseCoupons",
            {"memberId": member},
            headers={rpc.CALLER_HEADER: loyalty.assertion("member", member)},
        ),
        await loyalty.call(
            f"{COUPONS}/ListCoupons",
            {"memberId": member, "first": 1},
            headers={rpc.CALLER_HEADER: loyalty.assertion("member", loyalty.new_member())},
        ),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert await loyalty.sql("SELECT * FROM coupons WHERE coupon_id = $1", coupon) == before


async def test_a_list_of_identities_sent_again_after_a_merge_issues_nothing_twice(loyalty: Loyalty) -> None:
    old, survivor = loyalty.new_member(), loyalty.new_member()
    template = await published(loyalty, amount_off(1_000))
    body = {"template": template, "to": [by_identity({}, old)], "issueId": "spring", "reason": "TEST"}
    loyalty.members.customers[old] = old
    first = (await loyalty.staff(f"{COUPONS}/IssueCoupons", body)).json()
    assert (await loyalty.staff(MERGE, merging(old, survivor))).status_code == 200
    loyalty.members.customers[old] = survivor
    again = (await loyalty.staff(f"{COUPONS}/IssueCoupons", body)).json()
    assert (first["issued"], again.get("issued", 0)) == (1, 0)
    assert again["results"][0]["issued"]["couponId"] == first["results"][0]["issued"]["couponId"]
    assert len(await listed(loyalty, survivor)) == 1


async def test_who_is_given_a_coupon_by_an_old_name_waits_while_the_survivor_is_merged(
    loyalty: Loyalty,
) -> None:
    old, survivor = loyalty.new_member(), loyalty.new_member()
    template = await published(loyalty, amount_off(1_000))
    assert (await loyalty.staff(MERGE, merging(old, survivor))).status_code == 200
    connection = await asyncpg.connect(loyalty.database)
    try:
        async with connection.transaction():
            # As a merge of the survivor, or a departure, locks it to bring coupons along.
            await connection.execute("SELECT FROM members WHERE member_id = $1 FOR NO KEY UPDATE", survivor)
            giving = asyncio.ensure_future(given(loyalty, old, template))
            await waiting_for_locks(loyalty, 1)
        assert await giving
    finally:
        await connection.close()
    assert len(await listed(loyalty, survivor)) == 1
