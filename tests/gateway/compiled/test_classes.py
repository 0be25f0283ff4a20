"""What stands for an object: of its class, or else graphql-core is left to say what that means."""

from typing import Any

import graphql
import pytest
import strawberry

from gateway.documents.compiled.compiler import compiled


@strawberry.type
class Stone:
    @strawberry.field
    def always(self) -> int:
        return 1


@strawberry.interface
class Named:
    @strawberry.field
    def name(self) -> str:
        return "Mimi"


@strawberry.type
class Cat(Named):
    pass


@strawberry.type
class Dog(Named):
    pass


class Pebble(Stone):
    """A stone by another class, which is as good."""


@strawberry.type
class _Query:
    @strawberry.field
    def stone(self, info: strawberry.Info) -> Stone | None:
        given: Stone | None = info.context
        return given

    @strawberry.field
    def cat(self, info: strawberry.Info) -> Cat | None:
        given: Cat | None = info.context
        return given


SCHEMA = strawberry.Schema(query=_Query, types=[Dog])._schema


@pytest.mark.parametrize(
    ("text", "given", "answer"),
    [
        ("{stone{always}}", Stone(), {"stone": {"always": 1}}),
        ("{stone{always}}", Pebble(), {"stone": {"always": 1}}),
        ("{stone{always}}", None, {"stone": None}),
        ("{stone{always}}", ValueError("no"), None),
        ("{cat{name}}", Cat(), {"cat": {"name": "Mimi"}}),
        ("{cat{name}}", Dog(), None),
    ],
)
async def test_only_what_can_stand_for_an_object_is_written(
    text: str, given: object, answer: dict[str, Any] | None
) -> None:
    document = graphql.parse(text)
    (query,) = compiled(SCHEMA, document).values()
    usual: Any = graphql.execute(SCHEMA, document, context_value=given)
    assert await query.attempt(given, None) == answer
    assert answer is None or (usual.data, usual.errors) == (answer, None)
