"""Prepared documents: parsed, validated and measured once, then run as often as asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import structlog
from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    validate,
    visit,
)

from gateway.documents.compiled.compiler import Query, compiled
from gateway.documents.compiled.source import NotKnown
from gateway.errors import PARSE_FAILED, VALIDATION_FAILED, RequestError
from gateway.limits.pricing import Price, Pricing

log = structlog.get_logger()

FREE = "free"
_REMEMBERED = 500
_LONGEST_REMEMBERED = 20_000


_NAMELESS = "leave operationName out: the document's one operation has no name"


class DocumentRefused(Exception):
    """The document cannot run; the errors say why."""

    def __init__(self, code: str, errors: Sequence[GraphQLError]) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors


class NoSuchOperation(RequestError):
    """The request does not say which of the document's operations to run, or names none of them."""

    def __init__(self, names: Sequence[str]) -> None:
        named = [name for name in names if name]
        right = f"operationName must be one of: {', '.join(named)}" if named else _NAMELESS
        super().__init__("OPERATION_NOT_FOUND", right)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A valid document, and which of the schema's fields it selects, as ``Type.field``."""

    node: DocumentNode
    operations: dict[str, OperationType]
    coordinates: frozenset[str]
    label: str
    """Its name in metrics: what a trusted document calls itself; free ones share one."""

    prices: Mapping[str, Price]
    """What each of its operations costs, by name."""

    queries: Mapping[str, Query] = field(default_factory=dict)
    """Its compiled queries by name, once there are any."""

    def operation(self, name: str | None) -> OperationType:
        """What kind of operation a request means. Raises ``NoSuchOperation``."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        try:
            return self.operations[name or ""]
        except KeyError:
            raise NoSuchOperation(list(self.operations)) from None

    def price(self, name: str | None) -> Price:
        """What the operation costs that a request means."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.prices.values()))
        return self.prices[name or ""]

    def query(self, name: str | None) -> Query | None:
        """The compiled query that a request means, if there is one."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.queries.values()), None)
        return self.queries.get(name) if name else None


class Preparer:
    """Prepares documents for one schema under one set of rules, and remembers those it found valid."""

    def __init__(
        self,
        schema: GraphQLSchema,
        rules: Sequence[type[ASTValidationRule]],
        *,
        tokens: int,
        hide_suggestions: bool,
    ) -> None:
        self._schema = schema
        self._rules = rules
        self._tokens = tokens
        self._hide_suggestions = hide_suggestions
        self._pricing = Pricing(schema)
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._prepare)

    def prepare(self, text: str) -> Prepared:
        """The document of a text. Raises ``DocumentRefused``."""
        if len(text) > _LONGEST_REMEMBERED:
            return self._prepare(text)
        return self._remembered(text)

    def compile(self, prepared: Prepared) -> Prepared:
        """The same document with its queries compiled, or as it is when it uses what is not compiled."""
        try:
            return replace(prepared, queries=compiled(self._schema, prepared.node))
        except NotKnown as why:
            log.info("document is not compiled", document=prepared.label, because=str(why))
            return prepared

    @property
    def hits(self) -> int:
        """How many documents needed neither parsing nor validation."""
        return self._remembered.cache_info().hits

    def _prepare(self, text: str) -> Prepared:
        try:
            node = parse(text, max_lexical_tokens=self._tokens)
        except GraphQLError as error:
            raise DocumentRefused(PARSE_FAILED, [error]) from None
        errors = validate(
            self._schema, node, self._rules, max_errors=20, hide_suggestions=self._hide_suggestions
        )
        if errors:
            raise DocumentRefused(VALIDATION_FAILED, errors)
        operations = {
            definition.name.value if definition.name else "": definition.operation
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
        }
        coordinates = _coordinates(self._schema, node)
        return Prepared(node, operations, coordinates, FREE, self._pricing.of(node))


class _Coordinates(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._types.get_parent_type()
        if parent is not None and not node.name.value.startswith("__") and not parent.name.startswith("__"):
            self.found.add(f"{parent.name}.{node.name.value}")


def _coordinates(schema: GraphQLSchema, node: DocumentNode) -> frozenset[str]:
    types = TypeInfo(schema)
    coordinates = _Coordinates(types)
    visit(node, TypeInfoVisitor(types, coordinates))
    return frozenset(coordinates.found)
