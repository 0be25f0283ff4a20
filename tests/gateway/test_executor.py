"""The executor: its short way for leaves gives graphql-core's answers, to the byte, also when values are wrong."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import orjson
from graphql import GraphQLObjectType, execute, get_nullable_type, is_leaf_type, parse
from graphql.execution import Executor
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.serving.executor import executor_of
from gateway.storefront.schema import schema

WRONG = [None, None, object(), "text", -1, 2**60, float("nan"), [], {}, True, ""]


class Anything:
    """A view whose attributes hold good values, wrong ones or none at all, as a seed decides."""

    def __init__(self, shown: GraphQLObjectType, choose: random.Random) -> None:
        for field in shown.fields.values():
            name = field.extensions["strawberry-definition"].python_name
            fate = choose.random()
            if fate < 0.8:
                setattr(self, name, _good(field.type, choose))
            elif fate < 0.95:
                setattr(self, name, choose.choice(WRONG))


def _good(wanted: Any, choose: random.Random) -> Any:
    bare = get_nullable_type(wanted)
    if hasattr(bare, "of_type"):
        return [_good(bare.of_type, choose) for _ in range(choose.randrange(3))]
    if isinstance(bare, GraphQLObjectType):
        return Anything(bare, choose)
    if hasattr(bare, "values"):
        return next(iter(bare.values.values())).value
    return {"Boolean": True, "Int": 7, "Long": 2**40, "String": "文", "ID": "id"}.get(bare.name)


def _selection(shown: GraphQLObjectType) -> str:
    parts = ["__typename"]
    for name, field in shown.fields.items():
        if field.args or field.extensions["strawberry-definition"].base_resolver is not None:
            continue
        bare: Any = field.type
        while hasattr(bare, "of_type"):
            bare = bare.of_type
        parts.append(name if is_leaf_type(bare) else f"{name}{_selection(bare)}")
    return "{" + " ".join(parts) + "}"


TYPES = [
    shown
    for name in ("Balance", "Standing", "Consent", "EntryConnection", "ConsentPurpose", "UserError")
    if isinstance(shown := schema._schema.type_map[name], GraphQLObjectType)
]


def _answer(executor: type[Executor], shown: GraphQLObjectType, seed: int) -> bytes:
    """One type's fields, all of them, executed as if they stood at the root."""
    root = Anything(shown, random.Random(seed))
    at_root = schema._schema.to_kwargs() | {"query": shown, "mutation": None, "subscription": None}
    result = execute(
        type(schema._schema)(**at_root),
        parse(_selection(shown)),
        root_value=root,
        executor_class=executor,
    )
    assert not asyncio.iscoroutine(result)
    errors = [(error.message, error.path, error.locations) for error in result.errors or ()]  # type: ignore[union-attr]
    return orjson.dumps([result.data, [str(error) for error in errors]])  # type: ignore[union-attr]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TYPES), st.integers(0, 2**32))
def test_answers_and_errors_are_graphql_cores(shown: GraphQLObjectType, seed: int) -> None:
    ours: Callable[..., bytes] = _answer
    assert ours(executor_of(schema._schema), shown, seed) == _answer(Executor, shown, seed)
