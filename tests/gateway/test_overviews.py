"""Overviews: what is asked together leaves as one call, and a fault of one stays its own."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import overviews_pb2, points_pb2, tiers_pb2

from gateway.loaders.overviews import Overviews
from services.kit.rpc import ServiceFailed, ServiceUnavailable


class Loyalty:
    """Answers every item with a currency or a page that names its member, or fails as it is told to."""

    def __init__(self, failing: dict[str, Exception] | None = None) -> None:
        self.calls: list[str] = []
        self._failing = failing or {}
        self.points = SimpleNamespace(
            batch_get_balances=self._answering("balances", lambda r: [_balances(one) for one in r.members]),
            batch_list_entries=self._answering("entries", lambda r: [_page(one) for one in r.members]),
        )
        self.tiers = SimpleNamespace(
            batch_get_standings=self._answering("standings", lambda r: [_standing(one) for one in r.members])
        )
        self.overviews = SimpleNamespace(batch_get_overviews=self._overviews)

    def _answering(self, name: str, results: Callable[[Any], list[Any]]) -> Callable[[Any], Any]:
        async def answer(request: Any) -> Any:
            await self._turn(name)
            return SimpleNamespace(results=results(request))

        return answer

    async def _overviews(
        self, request: overviews_pb2.BatchGetOverviewsRequest
    ) -> overviews_pb2.BatchGetOverviewsResponse:
        await self._turn(f"overviews of {request.programme_id}")
        return overviews_pb2.BatchGetOverviewsResponse(
            balances=[_balances(one) for one in request.balances],
            standings=[_standing(one) for one in request.standings],
            entries=[_page(one) for one in request.entries],
        )

    async def _turn(self, name: str) -> None:
        self.calls.append(name)
        await asyncio.sleep(0)
        if name in self._failing:
            raise self._failing[name]


def _balances(key: kit_pb2.MemberKey) -> points_pb2.BalancesResult:
    return points_pb2.BalancesResult(
        balances=points_pb2.MemberBalances(balances=[points_pb2.Balance(currency=key.member_id)])
    )


def _standing(key: kit_pb2.MemberKey) -> tiers_pb2.StandingResult:
    return tiers_pb2.StandingResult(standing=tiers_pb2.Standing(money_currency=key.member_id))


def _page(key: points_pb2.EntriesKey) -> points_pb2.EntriesResult:
    entry = points_pb2.Entry(entry_id=key.member.member_id)
    return points_pb2.EntriesResult(page=points_pb2.EntryPage(entries=[entry]))


def _balances_asked(*members: str, programme: str = "shop") -> points_pb2.BatchGetBalancesRequest:
    keys = [kit_pb2.MemberKey(member_id=member) for member in members]
    return points_pb2.BatchGetBalancesRequest(members=keys, programme_id=programme)


def _standings_asked(*members: str, programme: str = "shop") -> tiers_pb2.BatchGetStandingsRequest:
    keys = [kit_pb2.MemberKey(member_id=member) for member in members]
    return tiers_pb2.BatchGetStandingsRequest(members=keys, programme_id=programme)


def _pages_asked(*members: str, programme: str = "shop") -> points_pb2.BatchListEntriesRequest:
    keys = [points_pb2.EntriesKey(member=kit_pb2.MemberKey(member_id=member)) for member in members]
    return points_pb2.BatchListEntriesRequest(members=keys, programme_id=programme)


async def _all(overviews: Overviews, **programmes: str) -> list[Any]:
    return await asyncio.gather(
        overviews.balances(_balances_asked("a", "b", programme=programmes.get("balances", "shop"))),
        overviews.standings(_standings_asked("b", programme=programmes.get("standings", "shop"))),
        overviews.entries(_pages_asked("c", "a", programme=programmes.get("entries", "shop"))),
        return_exceptions=True,
    )


def _are_right(balances: Any, standings: Any, pages: Any) -> None:
    assert [one.balances.balances[0].currency for one in balances] == ["a", "b"]
    assert [one.standing.money_currency for one in standings] == ["b"]
    assert [one.page.entries[0].entry_id for one in pages] == ["c", "a"]


async def test_what_is_asked_in_one_turn_leaves_as_one_call() -> None:
    loyalty = Loyalty()
    _are_right(*await _all(Overviews(loyalty)))  # type: ignore[arg-type]
    assert loyalty.calls == ["overviews of shop"]


async def test_what_is_asked_alone_is_asked_by_its_own_method() -> None:
    loyalty = Loyalty()
    overviews = Overviews(loyalty)  # type: ignore[arg-type]
    first = await overviews.balances(_balances_asked("a"))
    assert first[0].balances.balances[0].currency == "a"
    await overviews.standings(_standings_asked("a"))
    assert loyalty.calls == ["balances", "standings"]


async def test_programmes_are_never_mixed_and_neither_are_two_calls_of_a_kind() -> None:
    loyalty = Loyalty()
    overviews = Overviews(loyalty)  # type: ignore[arg-type]
    _are_right(*await _all(overviews, entries="club"))
    assert sorted(loyalty.calls) == ["entries", "overviews of shop"]
    one, two = await asyncio.gather(
        overviews.balances(_balances_asked("a")), overviews.balances(_balances_asked("b"))
    )
    assert [one[0].balances.balances[0].currency, two[0].balances.balances[0].currency] == ["a", "b"]


@pytest.mark.parametrize("broken", ["balances", "standings", "entries"])
async def test_a_fault_of_one_takes_nothing_from_the_others(broken: str) -> None:
    fault = ServiceFailed("the loyalty service failed: try again")
    loyalty = Loyalty({"overviews of shop": fault, broken: fault})
    balances, standings, entries = await _all(Overviews(loyalty))  # type: ignore[arg-type]
    found = {"balances": balances, "standings": standings, "entries": entries}
    assert isinstance(found.pop(broken), ServiceFailed)
    assert all(len(results) for results in found.values())


async def test_a_service_that_is_away_is_asked_once() -> None:
    loyalty = Loyalty(
        {"overviews of shop": ServiceUnavailable("the loyalty service did not answer: try again")}
    )
    answers = await _all(Overviews(loyalty))  # type: ignore[arg-type]
    assert all(isinstance(answer, ServiceUnavailable) for answer in answers)
    assert loyalty.calls == ["overviews of shop"]
