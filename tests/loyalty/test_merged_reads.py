"""A merge is a redirect at every door for reading: old names are shown what the survivor has, and to nobody else."""

from typing import Any

from services.kit import rpc
from tests.loyalty.conftest import Loyalty, order, programme
from tests.loyalty.spending import done
from tests.loyalty.test_grants import points, promise
from tests.loyalty.test_merges import MERGE, UNMERGE, adjust, available, merging, pay, undoing
from tests.loyalty.test_quotes import basket_of

BALANCES, LOTS, ENTRIES = (
    f"PointsService/{name}" for name in ("BatchGetBalances", "BatchListLots", "BatchListEntries")
)
STANDINGS, OVERVIEWS = "TiersService/BatchGetStandings", "OverviewsService/BatchGetOverviews"
PARTS = {BALANCES: "balances", STANDINGS: "standings", ENTRIES: "entries"}


async def seen(loyalty: Loyalty, *members: str, after: str = "", by: str = "") -> list[dict[str, Any]]:
    """What each member is shown by every door, asked at once; ``by`` asks for all of them instead."""
    keys = [{"memberId": whose, "caller": loyalty.assertion("member", by or whose)} for whose in members]
    pages = [{"member": key, "first": 2, "after": after} for key in keys]
    asked = {
        door: {"members": pages if door == ENTRIES else keys} for door in (BALANCES, LOTS, STANDINGS, ENTRIES)
    }
    asked[OVERVIEWS] = {part: asked[door]["members"] for door, part in PARTS.items()}
    said = {door: await done(loyalty.call(door, body)) for door, body in asked.items()}
    for door, part in PARTS.items():
        assert said[OVERVIEWS][part] == said[door]["results"], part
    # Alone, each part has to find out for itself who its members are by now.
    for part in PARTS.values():
        alone = await done(loyalty.call(OVERVIEWS, {part: asked[OVERVIEWS][part]}))
        assert alone == {part: said[OVERVIEWS][part]}
    return [
        {door: said[door]["results"][nth] for door in (BALANCES, LOTS, STANDINGS, ENTRIES)}
        for nth in range(len(members))
    ]


async def left(loyalty: Loyalty, *members: str) -> list[int]:
    """What the ledger itself has under members' own ids."""
    query = "SELECT member_id::text, abs(available) + pending + held FROM wallets WHERE member_id = ANY($1::uuid[])"
    rows = await loyalty.sql(query, members)
    return [sum(row[1] for row in rows if row[0] == member) for member in members]


async def test_whoever_was_merged_is_shown_the_survivor_at_every_door_until_it_is_undone(
    loyalty: Loyalty,
) -> None:
    first, second, last, fresh = (loyalty.new_member() for _ in range(4))
    await pay(loyalty, order(first, 60_000))
    await adjust(loyalty, second, -50, "owed")
    await adjust(loyalty, last, 7, "own")
    before = await seen(loyalty, first, second, last, fresh)
    await done(loyalty.staff(MERGE, merging(first, second, "1")))
    await done(loyalty.staff(MERGE, merging(second, last, "2")))
    assert await left(loyalty, first, second) == [0, 0], "what tells who is asked after"
    merged = await seen(loyalty, fresh, first, last, second)
    assert merged == [before[3], *[merged[2]] * 3]
    assert await seen(loyalty, first) == merged[2:3], "also where the survivor is not asked about"
    assert await available(loyalty, first) == await available(loyalty, last) == 557
    assert await loyalty.tier(first) == "silver"
    page = merged[1][ENTRIES]["page"]
    assert page["hasNextPage"]
    older, olders = await seen(loyalty, first, last, after=page["entries"][-1]["entryId"])
    assert older[ENTRIES] == olders[ENTRIES] != page
    newest = {"memberId": first, "entryId": page["entries"][0]["entryId"]}
    headers = {rpc.CALLER_HEADER: loyalty.assertion("member", first)}
    assert await done(loyalty.call("StatementsService/ExplainEntry", newest, headers=headers))
    await done(loyalty.staff(UNMERGE, undoing(second, "2")))
    assert await available(loyalty, first) == await available(loyalty, second) == 550
    assert await available(loyalty, last) == 7
    await done(loyalty.staff(UNMERGE, undoing(first, "1")))
    after = await seen(loyalty, first, second, last)
    assert [one[BALANCES] for one in after] == [one[BALANCES] for one in before[:3]]
    assert [await loyalty.tier(member) for member in (first, last)] == ["silver", ""]


async def test_a_programme_founded_after_a_merge_quotes_the_survivor(make_loyalty: Any) -> None:
    async with make_loyalty() as shop:
        old, new = shop.new_member(), shop.new_member()
        await done(shop.staff(MERGE, merging(old, new, "m")))
        founded = {"programme": programme(programmeId="later"), "reason": "test"}
        await done(shop.staff("ProgrammesService/CreateProgramme", founded))
        await pay(shop, order(new, 60_000, programmeId="later"))
        quotes = [
            await done(shop.order_system("QuotesService/QuoteOrder", basket | {"programmeId": "later"}))
            for basket in (basket_of(order(member, 10_000)) for member in (old, new))
        ]
    assert [quote["tierHeld"]["key"] for quote in quotes] == ["silver", "silver"]
    assert quotes[0]["redeemable"] == quotes[1]["redeemable"]


async def test_neither_name_reads_by_the_others_token(loyalty: Loyalty) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    await adjust(loyalty, old, 100, "o")
    await done(loyalty.staff(MERGE, merging(old, new)))
    for by, whose in ((old, new), (new, old), (loyalty.new_member(), old)):
        (refused,) = await seen(loyalty, whose, by=by)
        assert {one["refusal"]["code"] for one in refused.values()} == {"NOT_ALLOWED"}


async def test_staff_find_placements_under_every_name(loyalty: Loyalty) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    for member in (old, new):
        placing = {
            "memberId": member,
            "tier": "gold",
            "until": "2999-01-01T00:00:00Z",
            "idempotencyKey": f"place-{member}",
            "reason": "TEST",
        }
        await done(loyalty.staff("PlacementsService/OverrideTier", placing))
    await done(loyalty.staff(MERGE, merging(old, new)))

    async def shown(member: str) -> int:
        said = await done(loyalty.staff("PlacementsService/ListPlacements", {"memberId": member, "first": 9}))
        return len(said["placements"])

    assert (await shown(old), await shown(new)) == (2, 2)
    await done(loyalty.staff(UNMERGE, undoing(old)))
    assert (await shown(old), await shown(new)) == (1, 1)


async def test_staff_find_grants_under_every_name(loyalty: Loyalty) -> None:
    old, new, other = (loyalty.new_member() for _ in range(3))
    await promise(loyalty, *(points(member) for member in (old, new, other)))
    await done(loyalty.staff(MERGE, merging(old, new)))

    async def shown(member: str) -> set[str]:
        said = await done(loyalty.staff("GrantsService/ListGrants", {"memberId": member, "first": 9}))
        return {grant["memberId"] for grant in said["grants"]}

    assert await shown(old) == await shown(new) == {old, new}
    assert await shown("") >= {old, new, other}
    await done(loyalty.staff(UNMERGE, undoing(old)))
    assert (await shown(old), await shown(new)) == ({old}, {new})
