"""Overviews: what lanes ask of loyalty in the same turn of the loop leaves as one call."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from huiyuan.loyalty.v1 import overviews_pb2, points_pb2, tiers_pb2

from gateway.clients import Clients
from services.kit.rpc import ServiceFailed


class _Part(NamedTuple):
    """One lane's question, and what waits for the results."""

    request: Any
    results: asyncio.Future[Sequence[Any]]

    def tell(self, results: Sequence[Any]) -> None:
        if not self.results.done():  # who asked may have gone meanwhile, and takes nothing from the others
            self.results.set_result(results)

    def fail(self, error: Exception) -> None:
        if not self.results.done():
            self.results.set_exception(error)


class Overviews:
    """Batch reads of loyalty, joined: a member's page asks for several at once, and each call costs more than an item.

    What is asked for alone is asked by its own method. Where the service is there and fails, each is asked alone after
    all: one's fault stays its own, and a service of the last release, which knows no joined call, answers too.
    """

    def __init__(self, clients: Clients) -> None:
        self._together = clients.overviews.batch_get_overviews
        self._alone: dict[str, Callable[[Any], Any]] = {
            "balances": clients.points.batch_get_balances,
            "standings": clients.tiers.batch_get_standings,
            "entries": clients.points.batch_list_entries,
        }
        self._waiting: dict[str, _Part] = {}
        self._calls: set[asyncio.Task[None]] = set()

    async def balances(self, request: points_pb2.BatchGetBalancesRequest) -> Sequence[Any]:
        """The results in their order. Raises what the call raises, as the others do."""
        return await self._ask("balances", request)

    async def standings(self, request: tiers_pb2.BatchGetStandingsRequest) -> Sequence[Any]:
        return await self._ask("standings", request)

    async def entries(self, request: points_pb2.BatchListEntriesRequest) -> Sequence[Any]:
        return await self._ask("entries", request)

    def _ask(self, part: str, request: Any) -> asyncio.Future[Sequence[Any]]:
        loop = asyncio.get_running_loop()
        others = next(iter(self._waiting.values()), None)
        if others and (part in self._waiting or others.request.programme_id != request.programme_id):
            self._leave()
        if not self._waiting:
            loop.call_soon(self._leave)
        results: asyncio.Future[Sequence[Any]] = loop.create_future()
        self._waiting[part] = _Part(request, results)
        return results

    def _leave(self) -> None:
        parts, self._waiting = self._waiting, {}
        if parts:
            call = asyncio.get_running_loop().create_task(self._call(parts))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    async def _call(self, parts: dict[str, _Part]) -> None:
        if len(parts) > 1 and await self._joined(parts):
            return
        await asyncio.gather(*(self._answer_alone(name, part) for name, part in parts.items()))

    async def _joined(self, parts: dict[str, _Part]) -> bool:
        """Whether one call answered all of them, if only by a refusal."""
        programme_id = next(iter(parts.values())).request.programme_id
        asked = {name: part.request.members for name, part in parts.items()}
        request = overviews_pb2.BatchGetOverviewsRequest(programme_id=programme_id, **asked)
        try:
            answer = await self._together(request)
        except ServiceFailed:
            return False
        except Exception as error:
            for part in parts.values():
                part.fail(error)
            return True
        for name, part in parts.items():
            part.tell(getattr(answer, name))
        return True

    async def _answer_alone(self, name: str, part: _Part) -> None:
        try:
            part.tell((await self._alone[name](part.request)).results)
        except Exception as error:
            part.fail(error)
