"""Shared views: written once for each selection, and only where nothing but the view has a say."""

import strawberry

from gateway.documents.compiled.values import Shared, keep, shared
from tests.gateway.compiled.judging import ANSWERED, Case

_written: list[str] = []


@strawberry.type
class Under(Shared):
    name: str

    @strawberry.field
    def loud(self) -> str:
        _written.append(self.name)
        return self.name.upper()


@strawberry.type
class Thing(Shared):
    name: str
    under: Under

    @strawberry.field
    def loud(self) -> str:
        _written.append(self.name)
        return self.name.upper()

    @strawberry.field
    def asker(self, info: strawberry.Info[str, None]) -> str:
        return info.context

    @strawberry.field
    def times(self, count: int) -> str:
        return self.name * count


_SHARED = shared(Thing(name="a", under=Under(name="b")))


@strawberry.type
class Query:
    @strawberry.field
    def shared(self) -> Thing:
        return _SHARED

    @strawberry.field
    def others(self) -> list[Thing]:
        return [Thing(name=name, under=shared(Under(name=name))) for name in ("x", "y")]


_SCHEMA = strawberry.Schema(Query)._schema


async def _resolved(case: Case, context: str, **variables: object) -> list[str]:
    """Whose resolvers ran in three runs, of which the first is graphql-core's; all agreed."""
    _written.clear()
    assert await case.judge(variables, context) == ANSWERED
    return list(_written)


async def test_a_shared_view_is_written_once_for_each_selection() -> None:
    case = Case(_SCHEMA, "{ shared { loud under { loud } } }")
    assert await _resolved(case, "me") == ["a", "b"] * 2
    assert await _resolved(case, "you") == ["a", "b"]
    assert await _resolved(Case(_SCHEMA, "{ shared { l: loud } }"), "me") == ["a", "a"]


async def test_what_hangs_on_the_caller_or_on_arguments_is_asked_each_time() -> None:
    case = Case(_SCHEMA, "query Q($n: Int!) { shared { loud asker times(count: $n) } }")
    for context, count in (("me", 1), ("you", 2), ("me", 3)):
        assert await _resolved(case, context, n=count) == ["a"] * 3


async def test_views_that_are_not_shared_stay_their_own() -> None:
    case = Case(_SCHEMA, "{ others { loud under { name } } }")
    assert await _resolved(case, "me") == ["x", "y"] * 3


def test_so_many_selections_are_kept_and_no_more() -> None:
    written: dict[object, dict[str, object]] = {}
    for _ in range(1000):
        keep(written, object(), {})
    assert len(written) <= 64
