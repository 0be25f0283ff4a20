"""Overviews: what a member's page asks of loyalty is one item of one lane, however many fields ask for parts of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import overviews_pb2, points_pb2, tiers_pb2

from gateway.clients import LOYALTY, Clients
from gateway.loaders.lane import kept, values
from services.kit import rpc
from services.kit.chosen import Chosen
from services.kit.rpc import Caller, ServiceFailed
from services.kit.rpc.lane import ITEMS_A_CALL


class InProgramme(NamedTuple):
    """A member within a programme; a call can ask for one programme only."""

    programme_id: str
    member_id: str


class EntriesOf(NamedTuple):
    """A page of a member's ledger."""

    programme_id: str
    member_id: str
    first: int
    after: str
    currency: str


Key = TypeVar("Key", InProgramme, EntriesOf)
Value = TypeVar("Value")

_VALUES = {"balances": "balances", "standings": "standing", "entries": "page"}
"""What the value of each part is called in its result."""

_Asked = str | EntriesOf
"""A part by its name, entries by what is asked of them: one query may show several pages."""

_Parts = dict[_Asked, Any]
"""What was answered to each part that was asked for: its value, or why there is none."""


class _Page:
    """One member's page for one caller: the parts of it that are asked for, until it leaves."""

    __slots__ = ("caller", "has_left", "member", "parts")

    def __init__(self, caller: Caller, member: InProgramme) -> None:
        self.caller = caller
        self.member = member
        self.parts: dict[_Asked, None] = {}
        self.has_left = False


class _Own:
    """What one query asked of a member's page: by part, the answer it waits for; and the page that it asked last."""

    __slots__ = ("answer", "page", "parts")

    def __init__(self, page: _Page, answer: asyncio.Future[_Parts]) -> None:
        self.page = page
        self.answer = answer
        self.parts: dict[_Asked, asyncio.Future[_Parts]] = {}


class Part(Generic[Key, Value]):
    """One part of members' pages, loaded as if it had a lane of its own."""

    def __init__(
        self, ask: Callable[[Caller, InProgramme, _Asked], asyncio.Future[_Parts]], name: str
    ) -> None:
        self._ask = ask
        self._name = name

    def load(self, caller: Caller, key: Key) -> Chosen[Value]:
        """The value, once a call has brought it; raises the part's refusal, or why its call failed."""
        if isinstance(key, EntriesOf):
            return Chosen(self._ask(caller, InProgramme(key.programme_id, key.member_id), key), key)
        return Chosen(self._ask(caller, key, self._name), self._name)


class Overviews:
    """Balances, standings and entries. A member's page asks for several at once, and each item costs more than a part.

    What is asked for alone is asked by its own method. Where the service is there and fails, each is asked alone after
    all: one's fault stays its own, and a service of the last release, which knows no joined call, answers too.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._lane: rpc.Lane[_Page, _Parts] = rpc.Lane(
            self._fetch, group=lambda page: page.member.programme_id
        )
        self._open: dict[tuple[Caller, InProgramme], _Page] = {}
        self._one_part: dict[str, Callable[[str, list[Any]], Awaitable[Sequence[Any]]]] = {
            "balances": self._balances,
            "standings": self._standings,
            "entries": self._entries,
        }
        self.balances: Part[InProgramme, points_pb2.MemberBalances] = Part(self._ask, "balances")
        self.standings: Part[InProgramme, tiers_pb2.Standing] = Part(self._ask, "standings")
        self.entries: Part[EntriesOf, points_pb2.EntryPage] = Part(self._ask, "entries")

    def _ask(self, caller: Caller, member: InProgramme, part: _Asked) -> asyncio.Future[_Parts]:
        """What is answered to the page that this part is asked for with."""
        answers = kept.get()
        if answers is None:
            return self._lane.ask(self._opened(caller, member, part))
        place = self, caller, member
        own: _Own | None = answers.get(place)
        if own is None:
            page = self._opened(caller, member, part)
            own = answers[place] = _Own(page, self._lane.ask(page))
        elif (known := answers.usable(own.parts.get(part))) is not None:
            return known
        elif own.page.has_left or answers.usable(own.answer) is None:
            own.page = self._opened(caller, member, part)
            own.answer = self._lane.ask(own.page)
        else:  # of one query's fields, all wait for what the first of them asked
            own.page.parts[part] = None
        own.parts[part] = own.answer
        return own.answer

    def _opened(self, caller: Caller, member: InProgramme, part: _Asked) -> _Page:
        page = self._open.get((caller, member))
        if page is None:
            page = self._open[caller, member] = _Page(caller, member)
        page.parts[part] = None
        return page

    async def _fetch(self, pages: Sequence[_Page]) -> list[_Parts]:
        self._open = {}  # what is asked for from now on leaves with the next call
        programme_id = pages[0].member.programme_id
        wanted: dict[str, list[Any]] = {"balances": [], "standings": [], "entries": []}
        for page in pages:
            page.has_left = True
            member = self._key(page)
            for part in page.parts:
                if isinstance(part, str):
                    wanted[part].append(member)
                else:
                    wanted["entries"].append(_entries_key(member, part))
        results = await self._results(programme_id, wanted)
        each = {name: iter(found) for name, found in results.items()}
        return [
            {part: next(each[part if isinstance(part, str) else "entries"]) for part in page.parts}
            for page in pages
        ]

    def _key(self, page: _Page) -> kit_pb2.MemberKey:
        caller = self._clients.assertion(LOYALTY, page.caller)
        return kit_pb2.MemberKey(member_id=page.member.member_id, caller=caller)

    async def _results(self, programme_id: str, wanted: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """What came of each part, in its order."""
        asked = {part: items for part, items in wanted.items() if items}
        if len(asked) > 1 and max(map(len, asked.values())) <= ITEMS_A_CALL:
            request = overviews_pb2.BatchGetOverviewsRequest(programme_id=programme_id, **asked)
            try:
                answer = await self._clients.overviews.batch_get_overviews(request)
            except ServiceFailed:
                pass
            else:
                return {part: _each(getattr(answer, part), part, items) for part, items in asked.items()}
        found = await asyncio.gather(*(self._alone(programme_id, part, asked[part]) for part in asked))
        return dict(zip(asked, found, strict=True))

    async def _alone(self, programme_id: str, part: str, items: list[Any]) -> list[Any]:
        """The same of one part, by its own method; of one member, several pages of entries may be asked for."""
        found: list[Any] = []
        for at in range(0, len(items), ITEMS_A_CALL):
            some = items[at : at + ITEMS_A_CALL]
            try:
                found += _each(await self._one_part[part](programme_id, some), part, some)
            except Exception as error:
                found += [error] * len(some)
        return found

    async def _balances(self, programme_id: str, members: list[kit_pb2.MemberKey]) -> Sequence[Any]:
        request = points_pb2.BatchGetBalancesRequest(members=members, programme_id=programme_id)
        return (await self._clients.points.batch_get_balances(request)).results

    async def _standings(self, programme_id: str, members: list[kit_pb2.MemberKey]) -> Sequence[Any]:
        request = tiers_pb2.BatchGetStandingsRequest(members=members, programme_id=programme_id)
        return (await self._clients.tiers.batch_get_standings(request)).results

    async def _entries(self, programme_id: str, pages: list[points_pb2.EntriesKey]) -> Sequence[Any]:
        request = points_pb2.BatchListEntriesRequest(members=pages, programme_id=programme_id)
        return (await self._clients.points.batch_list_entries(request)).results


def _entries_key(member: kit_pb2.MemberKey, page: EntriesOf) -> points_pb2.EntriesKey:
    return points_pb2.EntriesKey(member=member, first=page.first, after=page.after, currency=page.currency)


def _each(results: Sequence[Any], part: str, asked: Sequence[Any]) -> list[Any]:
    """Each result's value, or its refusal."""
    if len(results) != len(asked):
        raise RuntimeError(f"asked for {len(asked)} items, {len(results)} came back")
    return values(results, _VALUES[part])
