"""The compiler: a document's queries become functions, one for each way that ``@include`` and ``@skip`` can fall."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from types import SimpleNamespace
from typing import Any

import graphql
import orjson
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode
from graphql.execution.collect_fields import FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from strawberry.types.arguments import convert_arguments

from gateway.documents.compiled.source import Asked, NotKnown, Source
from gateway.documents.compiled.values import LASTING, OutOfTheOrdinary

_MOST_CHOICES = 4
_REMEMBERED = 256
_LONGEST_REMEMBERED = 512
_CHOICE = re.compile(r"@(?:include|skip)\(if: \$(\w+)\)")

Given = list[Callable[[], dict[str, Any]]]
"""What resolvers are called with, one for each field that takes arguments."""


class Query:
    """A compiled query."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._variables = operation.variable_definitions or ()
        declared = {node.variable.name.value for node in self._variables}
        self._choices = sorted(declared.intersection(_CHOICE.findall(graphql.print_ast(document))))
        if len(self._choices) > _MOST_CHOICES:
            raise NotKnown(f"more than {_MOST_CHOICES} variables decide what is included")
        fragments = {
            node.name.value: FragmentDetails(node)
            for node in document.definitions
            if isinstance(node, graphql.FragmentDefinitionNode)
        }
        root: Any = schema.query_type
        self._sources: dict[tuple[bool, ...], Source] = {}
        for made in product((False, True), repeat=len(self._choices)):
            # Which fields are selected, and how selections merge, is graphql-core's to say.
            values = VariableValues({}, dict(zip(self._choices, made, strict=True)))
            collect = partial(collect_subfields, schema, fragments, values, operation)
            fields = collect_fields(schema, fragments, values, root, operation)
            self._sources[made] = Source(schema, collect, fields)
        self._prepared: dict[bytes, tuple[Source, Given]] = {}

    async def attempt(self, context: object, variables: dict[str, Any] | None) -> dict[str, Any] | None:
        """What graphql-core would answer, when all goes well; else None."""
        try:
            written = orjson.dumps(variables)
            source, given = self._prepared.get(written) or self._prepare(written, variables or {})
            # Resolvers are told the context alone: asking for more is out of the ordinary.
            answer = source.function(SimpleNamespace(context=context), given)
            data: dict[str, Any] = await answer if source.waits else answer
            return data
        except Exception:
            return None

    def _prepare(self, written: bytes, variables: dict[str, Any]) -> tuple[Source, Given]:
        """What variables come to, by graphql-core's and strawberry's own rules; remembered while it is small."""
        values = get_variable_values(self._schema, self._variables, variables, max_errors=1)
        if isinstance(values, list):
            raise OutOfTheOrdinary
        source = self._sources[tuple(values.coerced[name] for name in self._choices)]
        given: Given = []
        for asked in source.asked:
            keywords = self._keywords(asked, values)
            same = all(isinstance(value, LASTING) for value in keywords.values())
            # What a resolver could change is made anew for each call.
            given.append(keywords.copy if same else partial(self._keywords, asked, values))
        if len(written) <= _LONGEST_REMEMBERED and not any(isinstance(one, partial) for one in given):
            if len(self._prepared) >= _REMEMBERED:
                del self._prepared[next(iter(self._prepared))]
            self._prepared[written] = source, given
        return source, given

    def _keywords(self, asked: Asked, values: VariableValues) -> dict[str, Any]:
        ours = self._schema._strawberry_schema  # type: ignore[attr-defined]  # strawberry leaves itself there
        return convert_arguments(
            get_argument_values(asked.field, asked.node, values),
            asked.definition.arguments,
            scalar_registry=ours.schema_converter.scalar_registry,
            config=ours.config,
        )


def compiled(schema: GraphQLSchema, document: DocumentNode) -> Mapping[str, Query]:
    """The document's queries by name. Raises ``NotKnown``."""
    return {
        node.name.value if node.name else "": Query(schema, document, node)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode) and node.operation is graphql.OperationType.QUERY
    }
