"""Fields that say what they load: asked for once, waited for in one place, and nothing is left behind when that fails."""

import asyncio
from collections.abc import Generator
from types import coroutine
from typing import Any

import graphql
import orjson
import pytest
import strawberry

from gateway.documents.compiled.compiler import Query, compiled
from gateway.documents.compiled.loads import Slowest, brought, found, loaded
from services.kit.chosen import Chosen


class Shelf:
    """Lends futures by name, and knows what it lent."""

    def __init__(self) -> None:
        self.lent: list[tuple[str, asyncio.Future[Any]]] = []

    def lend(self, name: str) -> asyncio.Future[Any]:
        self.lent.append((name, asyncio.get_running_loop().create_future()))
        return self.lent[-1][1]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.lent]

    async def give(self, value: Any) -> None:
        for _, future in self.lent:
            await asyncio.sleep(0)
            if not future.done():
                future.set_result(value)


def _first(book: "Book", info: strawberry.Info) -> Any:
    return info.context.lend("first")


def _chosen(book: "Book", info: strawberry.Info) -> Any:
    return Chosen(info.context.lend("chosen"), "n")


def _paged(book: "Book", info: strawberry.Info, page: int, plus: int = 0) -> Any:
    if page < 0:
        raise ValueError("there is no such page")
    return info.context.lend(f"page {page}")


@strawberry.type
class Book:
    inside: strawberry.Private[Any]
    one: int = strawberry.field(resolver=loaded(_first, lambda value: value["n"]))
    same: int | None = strawberry.field(resolver=loaded(_first, lambda value, info: value["n"] + 1))
    part: int = strawberry.field(resolver=loaded(_chosen, lambda value: value))
    paged: int = strawberry.field(
        resolver=loaded(_paged, lambda value, plus, page: 100 * page + 10 * value["n"] + plus)
    )
    pages: int = strawberry.field(resolver=found("inside.pages"))

    @strawberry.field
    async def by_itself(self, info: strawberry.Info) -> int:
        return (await info.context.lend("by itself"))["n"]


class _Inside:
    pages = 7


@strawberry.type
class _Query:
    @strawberry.field
    def book(self) -> Book:
        return Book(inside=_Inside())


SCHEMA = strawberry.Schema(query=_Query)._schema


def _compiled(text: str) -> Query:
    (query,) = compiled(SCHEMA, graphql.parse(text)).values()
    return query


@pytest.mark.parametrize(
    ("asked", "loads", "said"),
    [
        ("one same again: one", ["first"], b'{"one":3,"same":4,"again":3}'),
        ("part one", ["chosen", "first"], b'{"part":3,"one":3}'),
        ("paged(page: 2) pages", ["page 2"], b'{"paged":230,"pages":7}'),
        ("paged(page: 1, plus: 5) b: paged(page: 1)", ["page 1"] * 2, b'{"paged":135,"b":130}'),
        ("byItself same", ["first", "by itself"], b'{"byItself":3,"same":4}'),
    ],
)
async def test_what_fields_load_is_asked_for_once_at_once_and_shown_by_each(
    asked: str, loads: list[str], said: bytes
) -> None:
    compiled_shelf, usual_shelf = Shelf(), Shelf()
    text = f"{{book{{{asked}}}}}"
    asking = asyncio.ensure_future(_compiled(text).attempt(compiled_shelf, None))
    usual: Any = graphql.execute(SCHEMA, graphql.parse(text), context_value=usual_shelf)
    running = asyncio.ensure_future(usual)
    for _ in range(3):
        await asyncio.sleep(0)
    assert compiled_shelf.names == loads  # all of it before anything came
    for shelf in (compiled_shelf, usual_shelf):
        await shelf.give({"n": 3})
    async with asyncio.timeout(10):
        assert orjson.dumps(await asking) == b'{"book":' + said + b"}" == orjson.dumps((await running).data)


@pytest.mark.parametrize("failing", [0, 1])
async def test_when_a_load_fails_the_others_are_waited_for(failing: int) -> None:
    shelf = Shelf()
    asking = asyncio.ensure_future(_compiled("{book{one part}}").attempt(shelf, None))
    await asyncio.sleep(0)
    shelf.lent[failing][1].set_exception(LookupError())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not asking.done()
    shelf.lent[1 - failing][1].set_result({"n": 1})
    async with asyncio.timeout(10):
        assert await asking is None


async def test_what_had_begun_is_waited_for_when_the_next_cannot_begin() -> None:
    shelf = Shelf()
    asking = asyncio.ensure_future(_compiled("{book{one paged(page: -1)}}").attempt(shelf, None))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not asking.done()
    await shelf.give({"n": 1})
    async with asyncio.timeout(10):
        assert await asking is None


async def test_who_leaves_ends_what_it_waits_for() -> None:
    shelf = Shelf()
    asking = asyncio.ensure_future(_compiled("{book{one part byItself}}").attempt(shelf, None))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert asking.cancelled()
    assert [future.cancelled() for _, future in shelf.lent] == [True] * 3


async def test_a_part_that_is_an_exception_is_raised_wherever_it_is_waited_for() -> None:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_result({"good": 1, "bad": LookupError()})
    assert await Chosen(future, "good") == 1
    for waiting in (
        Chosen(future, "bad"),
        brought([Chosen(future, "good"), Chosen(future, "bad")], Slowest()),
    ):
        with pytest.raises(LookupError):
            await waiting


async def test_whoever_was_slowest_is_waited_for_first_the_next_time() -> None:
    loop, slowest = asyncio.get_running_loop(), Slowest()

    @coroutine
    def woken(last: int) -> Generator[Any, Any, int]:
        waited_for: list[asyncio.Future[int]] = [loop.create_future() for _ in range(4)]
        for nth, one in enumerate(sorted(waited_for, key=lambda one: one is waited_for[last])):
            loop.call_later(0.01 * (nth + 1), one.set_result, nth)
        times = 0
        for awaited in brought(waited_for, slowest):
            times += 1
            yield awaited
        return times

    async with asyncio.timeout(30):
        assert [await woken(last) for last in (3, 3, 1, 1)] == [4, 1, 2, 1]
