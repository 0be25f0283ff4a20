"""A schema with everything that ours has or may come to have, over objects that a seed makes up, some of them wrong."""

import asyncio
import random
from collections.abc import Callable
from enum import Enum, StrEnum
from typing import Annotated, Any, NewType

import strawberry
from graphql import GraphQLError, Undefined
from strawberry.schema.config import StrawberryConfig

from gateway.documents.compiled.loads import loaded
from services.kit.chosen import Chosen

Even = NewType("Even", int)


def _even(value: object) -> int | None:
    if not isinstance(value, int) or value % 2:
        raise GraphQLError("only even numbers")
    return None if value == 1000 else value


@strawberry.enum
class Colour(Enum):
    RED = 1
    GREEN = 2


@strawberry.enum
class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


WRONG: list[Callable[[], Any]] = [
    lambda: None,
    lambda: Undefined,
    lambda: ValueError("wrong"),
    lambda: Peculiar("wrong"),
    lambda: object(),
    lambda: 7,
    lambda: 1.5,
    lambda: 2**40,
    lambda: "text",
    lambda: True,
    lambda: {"a": 1},
    lambda: (1,),
    lambda: _later(3),
]


class Peculiar(Exception):
    """An exception that graphql-core would write as a string, had it not to raise it."""


class Fate:
    """What becomes of an object: the same for the same seed and the same way to it. A seed has one kind of wrong."""

    def __init__(self, seed: int, way: str = "") -> None:
        self.seed, self.way = seed, way
        self.wrong = 0.06 if seed % 2 else 0.0
        self.choose = random.Random(f"{seed}{way}")

    def below(self, step: object) -> "Fate":
        return Fate(self.seed, f"{self.way}/{step}")

    def of(self, *good: Any) -> Any:
        if self.choose.random() >= self.wrong:
            return self.choose.choice(good)
        return WRONG[self.seed // 2 % len(WRONG)]()


def _later(value: object) -> Any:
    try:
        future = asyncio.get_running_loop().create_future()
    except RuntimeError:
        return value
    future.set_result(value)
    return future


@strawberry.interface
class Named:
    name: str
    nick: str | None


@strawberry.type
class Cat(Named):
    lives: int


@strawberry.type
class Dog(Named):
    tricks: list[str | None]


@strawberry.type
class Stone:
    weight: float


Pet = Annotated[Cat | Dog | Stone, strawberry.union("Pet")]


def _cat(fate: Fate) -> Cat:
    return Cat(name=fate.of("Mo", "文"), nick=fate.of(None, "m"), lives=fate.of(9, 0))


def _dog(fate: Fate) -> Dog:
    return Dog(name=fate.of("Bo"), nick=fate.of(None, ""), tricks=fate.of([], ["sit", None]))


def _pet(fate: Fate) -> Any:
    made = fate.choose.choice([_cat, _dog, lambda fate: Stone(weight=fate.of(1.5, 2, 0.1))])
    return fate.of(made(fate.below("pet")))


@strawberry.input
class Filter:
    at_least: int = 0
    sizes: list[Size] | None = None
    within: "Filter | None" = None


def _begun(fate: Fate, info: strawberry.Info, make: Callable[[], Any]) -> Any:
    return info.context["begin"](fate, make)


def _shape(box: "Box", info: strawberry.Info) -> Any:
    fate = box.fate.below("shape")
    return _begun(fate, info, lambda: (fate.below("sides").of(4, 6), fate.below("edge").of(None, 0.5)))


def _volume(box: "Box", info: strawberry.Info, of: int = 1, size: Size = Size.LARGE) -> Any:
    if of > 100:
        raise ValueError("too much")
    fate = box.fate.below("volume")
    return _begun(fate, info, lambda: {Size.LARGE: fate.of(of, 2**31 - 1), Size.SMALL: of // 2})


def _stacked(box: "Box", info: strawberry.Info, first: int) -> Any:
    fate = box.fate.below("stacked")
    return Chosen(_begun(fate, info, lambda: {"boxes": _some(fate, first)}), "boxes")


def _some(fate: Fate, first: int) -> Any:
    if fate.choose.random() < fate.wrong:
        return LookupError("there is no such part")
    return [box(fate.below(n)) for n in range(min(3, first))]


@strawberry.type
class Box:
    fate: strawberry.Private[Fate]
    id: strawberry.ID
    width: int
    weight: float | None
    open: bool
    colour: Colour | None
    size: Size
    even: Even | None
    tags: list[str]
    matrix: list[list[int | None] | None] | None
    lid: "Box | None"

    @strawberry.field
    def label(self, prefix: str = "p", times: int | None = 2) -> str:
        return self.fate.below("label").of(prefix * (times or 1))

    @strawberry.field
    def numbered(self, of: list[int], size: Size = Size.LARGE, upto: Filter | None = None) -> list[int]:
        of.append(len(size))  # whoever keeps arguments must not give a list that was changed
        return [*of, upto.at_least] if upto and upto.within is None else of

    @strawberry.field
    def pets(self) -> list[Pet]:
        fate = self.fate.below("pets")
        return fate.of([_pet(fate.below(n)) for n in range(fate.choose.randrange(3))])

    @strawberry.field
    async def named(self, info: strawberry.Info) -> Named | None:
        await asyncio.sleep(0)
        return self.fate.below("named").of(_cat(self.fate.below("cat")), _dog(self.fate.below("dog")), None)

    @strawberry.field
    async def inner(self, info: strawberry.Info) -> "Box | None":
        return await info.context["fetch"](self.fate.below("inner"), lambda: box(self.fate.below("inner")))

    @strawberry.field
    async def boxes(self, first: int, only: Filter | None = None) -> "list[Box]":
        await asyncio.sleep(0)
        if first < 0:
            raise ValueError("too few")
        return [box(self.fate.below(n)) for n in range(min(3, first))]

    @strawberry.field
    async def rows(self) -> "list[list[Box | None]] | None":
        fate = self.fate.below("rows")
        return [[box(fate.below(n)), None] for n in range(fate.choose.randrange(3))]

    @strawberry.field
    async def count(self, info: strawberry.Info) -> int:
        return await info.context["fetch"](self.fate.below("count"), lambda: self.fate.below("count").of(3))

    sides: int = strawberry.field(resolver=loaded(_shape, lambda shape: shape[0]))
    edge: float | None = strawberry.field(resolver=loaded(_shape, lambda shape, info: shape[1]))
    volume: int | None = strawberry.field(
        resolver=loaded(_volume, lambda volumes, size=Size.LARGE, of=1: volumes[size] + of)
    )
    contents: int = strawberry.field(resolver=loaded(_volume, lambda volumes, info: volumes[Size.SMALL]))
    stacked: "list[Box]" = strawberry.field(resolver=loaded(_stacked, lambda boxes, first: boxes[:first]))

    @strawberry.field
    def field_name(self, info: strawberry.Info) -> str:
        return info.field_name

    @strawberry.field
    def disguised(self) -> Even:
        return self.fate.below("disguised").of(2, 2, 4, 1000 if self.fate.wrong else 6)


def box(fate: Fate) -> Any:
    lid = box(fate.below("lid")) if fate.choose.random() < 0.3 else None
    return fate.of(
        Box(
            fate=fate,
            id=fate.of(strawberry.ID("id"), 7),
            width=fate.of(1, 2**31 - 1, "12", 3.0),
            weight=fate.of(None, 0.1, 2),
            open=fate.of(True, False, 1),
            colour=fate.of(None, Colour.RED, Colour.GREEN, 2),
            size=fate.of(Size.SMALL, Size.LARGE, "large"),
            even=fate.of(None, 2, 4),
            tags=fate.of([], ["a", "文"], ("t",)),
            matrix=fate.of(None, [], [[1, None], None, []]),
            lid=fate.of(lid),
        )
    )


async def _fetch(fate: Fate, make: Any) -> Any:
    for _ in range(fate.choose.randrange(3)):
        await asyncio.sleep(0)
    if fate.choose.random() < fate.wrong:
        raise LookupError("could not be fetched")
    return make()


def _begin(fate: Fate, make: Callable[[], Any]) -> asyncio.Future[Any]:
    """The same, begun at once and to be waited for by whoever likes."""
    loop = asyncio.get_running_loop()
    if fate.below("at hand").choose.random() < 0.5:
        return loop.create_task(_fetch(fate, make))
    future = loop.create_future()
    future.set_result(make())
    return future


def context(seed: int) -> dict[str, Any]:
    """What resolvers are told; in every other world, nothing is wrong."""
    return {"fetch": _fetch, "begin": _begin, "fate": Fate(seed)}


@strawberry.type
class Query:
    @strawberry.field
    def box(self, info: strawberry.Info) -> Box | None:
        return box(info.context["fate"].below("box"))

    @strawberry.field
    async def surely(self, info: strawberry.Info) -> Box:
        return box(info.context["fate"].below("surely"))

    @strawberry.field
    def pet(self, info: strawberry.Info, nth: int = 0) -> Pet | None:
        return _pet(info.context["fate"].below(nth))

    @strawberry.field
    def nobody(self, info: strawberry.Info) -> str | None:
        if info.context["fate"].below("nobody").of(0):
            raise PermissionError("nobody may")
        return None


SCHEMA = strawberry.Schema(
    query=Query,
    types=[Cat, Dog],
    config=StrawberryConfig(scalar_map={Even: strawberry.scalar(name="Even", serialize=_even)}),
)._schema
