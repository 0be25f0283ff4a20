"""The executor: graphql-core's, with a short way for what most fields are, a leaf read from an attribute."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeGuard, cast

from graphql import GraphQLNonNull, GraphQLObjectType, GraphQLSchema, is_leaf_type
from graphql.execution import Executor
from strawberry.execution import optimized_is_awaitable

is_awaitable = cast("Callable[[object], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)
"""Strawberry's test, which knows plain values by their type."""


class _Leaf(NamedTuple):
    """A field without arguments and resolver, whose value is written as it is."""

    attribute: str
    write: Callable[[Any], Any]
    nullable: bool


def executor_of(schema: GraphQLSchema) -> type[Executor[Any]]:
    """The executor for one schema. Its answers are graphql-core's, errors included."""
    leaves = {
        shown: _leaves(shown)
        for name, shown in schema.type_map.items()
        if isinstance(shown, GraphQLObjectType) and not name.startswith("__")
    }

    class LeafExecutor(Executor[Any]):
        def execute_field(
            self, parent_type: GraphQLObjectType, source: Any, field_details_list: Any, *place: Any
        ) -> Any:
            leaf = leaves.get(parent_type, _NONE).get(field_details_list[0].node.name.value)
            if leaf is not None:
                try:
                    value = getattr(source, leaf.attribute)
                    if value is None and leaf.nullable:
                        return None
                    if value is not None and (written := leaf.write(value)) is not None:
                        return written
                except Exception:  # noqa: S110  # whatever is wrong, the long way says it with its place
                    pass
            return super().execute_field(parent_type, source, field_details_list, *place)

    return LeafExecutor


_NONE: dict[str, _Leaf] = {}


def _leaves(shown: GraphQLObjectType) -> dict[str, _Leaf]:
    leaves = {}
    for name, field in shown.fields.items():
        definition = field.extensions["strawberry-definition"]
        named = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        if definition.base_resolver is None and not field.args and is_leaf_type(named):
            nullable = not isinstance(field.type, GraphQLNonNull)
            leaves[name] = _Leaf(definition.python_name, named.coerce_output_value, nullable)
    return leaves
