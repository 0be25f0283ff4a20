"""Overviews: a member's page is one item of one call, a fault of one stays its own, and nobody gets another's part."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import overviews_pb2, points_pb2, tiers_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.loaders.lane import Answers, kept
from gateway.loaders.overviews import EntriesOf, InProgramme, Overviews
from services.kit.rpc import Caller, CallerKind, RemoteRefusal, ServiceFailed, ServiceUnavailable

HIDDEN = "hidden"
"""The member whose standing nobody may see."""


class Loyalty:
    """Answers every item with what was asked and by whom, or fails as it is told to."""

    def __init__(self, failing: dict[str, Exception] | None = None) -> None:
        self.calls: list[str] = []
        self.items: list[int] = []
        self._failing = failing or {}
        self.points = SimpleNamespace(
            batch_get_balances=self._answering("balances", _balances),
            batch_list_entries=self._answering("entries", _page),
        )
        self.tiers = SimpleNamespace(batch_get_standings=self._answering("standings", _standing))
        self.overviews = SimpleNamespace(batch_get_overviews=self._overviews)

    def assertion(self, _: str, caller: Caller) -> str:
        return caller.id

    def _answering(self, name: str, one: Callable[[Any, str], Any]) -> Callable[[Any], Any]:
        async def answer(request: Any) -> Any:
            await self._turn(name, request.members)
            return SimpleNamespace(results=[one(each, request.programme_id) for each in request.members])

        return answer

    async def _overviews(
        self, request: overviews_pb2.BatchGetOverviewsRequest
    ) -> overviews_pb2.BatchGetOverviewsResponse:
        programme = request.programme_id
        await self._turn(f"overviews of {programme}", request.balances, request.standings, request.entries)
        return overviews_pb2.BatchGetOverviewsResponse(
            balances=[_balances(one, programme) for one in request.balances],
            standings=[_standing(one, programme) for one in request.standings],
            entries=[_page(one, programme) for one in request.entries],
        )

    async def _turn(self, name: str, *asked: Any) -> None:
        self.calls.append(name)
        self.items += map(len, asked)
        await asyncio.sleep(0)
        if name in self._failing:
            raise self._failing[name]


def _balances(key: kit_pb2.MemberKey, programme: str) -> points_pb2.BalancesResult:
    shown = points_pb2.Balance(currency=f"{programme} {key.member_id} {key.caller}")
    return points_pb2.BalancesResult(balances=points_pb2.MemberBalances(balances=[shown]))


def _standing(key: kit_pb2.MemberKey, programme: str) -> tiers_pb2.StandingResult:
    if key.member_id == HIDDEN:
        return tiers_pb2.StandingResult(refusal=kit_pb2.Refusal(code="NOT_YOURS", message="not yours"))
    said = f"{programme} {key.member_id} {key.caller}"
    return tiers_pb2.StandingResult(standing=tiers_pb2.Standing(money_currency=said))


def _page(key: points_pb2.EntriesKey, programme: str) -> points_pb2.EntriesResult:
    said = f"{programme} {key.member.member_id} {key.member.caller} {key.first}"
    return points_pb2.EntriesResult(page=points_pb2.EntryPage(entries=[points_pb2.Entry(entry_id=said)]))


def _overviews(loyalty: Loyalty) -> Overviews:
    return Overviews(loyalty)  # type: ignore[arg-type]


async def _ask(overviews: Overviews, part: str, member: str, caller: str, programme: str, first: int) -> str:
    """What a caller is told of a member's part."""
    who = Caller(CallerKind.MEMBER, caller)
    if part == "entries":
        page = await overviews.entries.load(who, EntriesOf(programme, member, first, "", ""))
        return page.entries[0].entry_id
    if part == "balances":
        return (await overviews.balances.load(who, InProgramme(programme, member))).balances[0].currency
    return (await overviews.standings.load(who, InProgramme(programme, member))).money_currency


def _right(part: str, member: str, caller: str, programme: str, first: int) -> str:
    return f"{programme} {member} {caller}" + (f" {first}" if part == "entries" else "")


async def _whole(overviews: Overviews, member: str, programme: str = "shop") -> list[Any]:
    """The three parts of a member's page, or why there is none."""
    parts = ("balances", "standings", "entries")
    asking = (_ask(overviews, part, member, "me", programme, 5) for part in parts)
    return await asyncio.gather(*asking, return_exceptions=True)


async def test_what_is_asked_in_one_turn_leaves_as_one_call() -> None:
    loyalty = Loyalty()
    overviews = _overviews(loyalty)
    answers = await asyncio.gather(*(_whole(overviews, one) for one in "ab"))
    assert answers == [[f"shop {one} me", f"shop {one} me", f"shop {one} me 5"] for one in "ab"]
    assert (loyalty.calls, loyalty.items) == (["overviews of shop"], [2, 2, 2])


async def test_what_is_asked_alone_is_asked_by_its_own_method() -> None:
    loyalty = Loyalty()
    overviews = _overviews(loyalty)
    assert await _ask(overviews, "balances", "a", "me", "shop", 0) == "shop a me"
    assert await _ask(overviews, "standings", "a", "me", "shop", 0) == "shop a me"
    assert await _ask(overviews, "entries", "a", "me", "shop", 2) == "shop a me 2"
    assert loyalty.calls == ["balances", "standings", "entries"]


_ASKED = st.tuples(
    st.sampled_from(["balances", "standings", "entries"]),
    st.sampled_from("ab"),
    st.sampled_from(["me", "you"]),
    st.sampled_from(["shop", "club"]),
    st.integers(1, 2),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_ASKED, st.integers(0, 8), st.booleans()), max_size=30), st.booleans())
async def test_everybody_is_told_what_they_asked(
    asks: list[tuple[tuple[str, str, str, str, int], int, bool]], in_one_query: bool
) -> None:
    """Whatever is asked when, by whom, in which programme, and whoever leaves meanwhile."""
    overviews = _overviews(Loyalty())
    before = kept.set(Answers() if in_one_query else None)
    if in_one_query and (answers := kept.get()) is not None:
        answers.in_one_task = False

    async def ask(asked: tuple[str, str, str, str, int], turns: int) -> str:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await _ask(overviews, *asked)

    try:
        asking = [asyncio.ensure_future(ask(asked, turns)) for asked, turns, _ in asks]
        for _ in range(3):
            await asyncio.sleep(0)
        for one, (_, _, leaves) in zip(asking, asks, strict=True):
            if leaves:
                one.cancel()
        async with asyncio.timeout(30):
            told = await asyncio.gather(*asking, return_exceptions=True)
    finally:
        kept.reset(before)
    for said, (asked, _, leaves) in zip(told, asks, strict=True):
        assert said == _right(*asked) or (leaves and isinstance(said, asyncio.CancelledError))


async def test_the_fields_of_one_query_ask_once_and_wait_for_the_same() -> None:
    overviews, before = _overviews(Loyalty()), kept.set(Answers())
    try:
        me, page = Caller(CallerKind.MEMBER, "me"), InProgramme("shop", "a")
        parts: list[str | EntriesOf] = ["balances", "standings", EntriesOf("shop", "a", 5, "", "")]
        waited_for = {id(overviews._ask(me, page, part)) for part in [*parts, *parts]}
    finally:
        kept.reset(before)
    assert len(waited_for) == 1
    # Another query waits by itself: who leaves takes nothing from it.
    assert id(overviews._ask(me, page, "balances")) not in waited_for


async def test_of_one_query_each_part_is_answered_whenever_and_by_whomever_it_is_asked() -> None:
    loyalty = Loyalty()
    overviews, before = _overviews(loyalty), kept.set(Answers())
    try:
        async with asyncio.timeout(30):
            told = await asyncio.gather(
                _ask(overviews, "balances", "a", "me", "shop", 0),
                _ask(overviews, "standings", "a", "me", "shop", 0),
                _ask(overviews, "balances", "a", "you", "shop", 0),
            )
            # The page has left: what is asked from now on leaves with another.
            later = await _ask(overviews, "entries", "a", "me", "shop", 2)
    finally:
        kept.reset(before)
    assert (told, later) == (["shop a me", "shop a me", "shop a you"], "shop a me 2")
    assert loyalty.calls == ["overviews of shop", "entries"]


async def test_a_part_that_may_not_be_seen_takes_nothing_from_the_others() -> None:
    balances, standing, entries = await _whole(_overviews(Loyalty()), HIDDEN)
    assert (balances, entries) == (f"shop {HIDDEN} me", f"shop {HIDDEN} me 5")
    assert isinstance(standing, RemoteRefusal)
    assert standing.code == "NOT_YOURS"


@pytest.mark.parametrize("broken", ["balances", "standings", "entries"])
async def test_a_fault_of_one_takes_nothing_from_the_others(broken: str) -> None:
    fault = ServiceFailed("the loyalty service failed: try again")
    loyalty = Loyalty({"overviews of shop": fault, broken: fault})
    balances, standing, entries = await _whole(_overviews(loyalty), "a")
    found = {"balances": balances, "standings": standing, "entries": entries}
    assert isinstance(found.pop(broken), ServiceFailed)
    assert all(isinstance(one, str) for one in found.values())


async def test_a_service_that_is_away_is_asked_once() -> None:
    loyalty = Loyalty(
        {"overviews of shop": ServiceUnavailable("the loyalty service did not answer: try again")}
    )
    answers = await _whole(_overviews(loyalty), "a")
    assert all(isinstance(answer, ServiceUnavailable) for answer in answers)
    assert loyalty.calls == ["overviews of shop"]


async def test_more_pages_than_a_call_holds_are_asked_in_several() -> None:
    loyalty = Loyalty()
    overviews = _overviews(loyalty)
    asking = (_ask(overviews, "entries", "a", "me", "shop", first) for first in range(1101))
    told = await asyncio.gather(_ask(overviews, "balances", "a", "me", "shop", 0), *asking)
    assert told == ["shop a me", *(f"shop a me {first}" for first in range(1101))]
    assert max(loyalty.items) <= 500
