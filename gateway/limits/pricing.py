"""Cost: what an operation may make us do at most, by IBM's cost directives, before anything of it is done.

An object that may come back costs the weight of its type, 1 unless the schema says otherwise, times the size of the
lists it lies in; leaves cost nothing. Fragments and conditional selections count as if all of them applied. A document
is priced once, down to a number or to one that only its slicing variables change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
)

from gateway.costs import Cost, ListSize
from gateway.errors import LIMIT_EXCEEDED, RequestError

ASSUMED_SIZE = 10
"""How long a list is taken to be that says nothing of its size."""

ROOT_WEIGHTS = {"query": 0, "mutation": 10, "subscription": 10}
"""What each field of an operation costs beside what it answers: changes are written down, streams are kept open."""

INTROSPECTION = 100

_NO_INT = 2**31


class TooCostly(RequestError):
    """The operation costs more than one may."""

    def __init__(self, cost: int, most: int) -> None:
        super().__init__(
            LIMIT_EXCEEDED, f"the operation costs {cost} points, at most {most} may be: ask for less at once"
        )


class Slicing(NamedTuple):
    """A variable that says how long a list gets, and how long it gets without it."""

    variable: str
    otherwise: int

    def size(self, variables: Mapping[str, Any]) -> int:
        """How long the list gets. What is no size at all is for others to refuse."""
        value = variables.get(self.variable)
        return value if isinstance(value, int) and 0 <= value < _NO_INT else self.otherwise


@dataclass(frozen=True, slots=True)
class Price:
    """What an operation costs: so much, and so much again for each item of a list that a variable slices."""

    base: int
    sliced: tuple[tuple[Slicing, "Price"], ...] = ()
    spends: bool = False

    def of(self, variables: Mapping[str, Any] | None) -> int:
        """The price under these variables."""
        price = self.base
        for slicing, each in self.sliced:
            price += slicing.size(variables or {}) * each.of(variables)
        return price

    def and_(self, other: "Price") -> "Price":
        return Price(self.base + other.base, self.sliced + other.sliced, self.spends or other.spends)

    def times(self, size: "int | Slicing") -> "Price":
        if isinstance(size, Slicing):
            return Price(0, ((size, self),))
        return Price(self.base * size, tuple((by, each.times(size)) for by, each in self.sliced))


FREE = Price(0)

Sized = tuple[tuple[str, int | Slicing], ...]
"""Which fields of a selection are how long, as the field above said."""


class Pricing:
    """Prices the valid documents of one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def of(self, document: DocumentNode) -> dict[str, Price]:
        """The price of each of a document's operations, by its name."""
        return {
            node.name.value if node.name else "": _Operation(self._schema, document, node).price()
            for node in document.definitions
            if isinstance(node, OperationDefinitionNode)
        }


class _Operation:
    """One operation on its way to a price."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._defaults = {
            node.variable.name.value: node.default_value for node in operation.variable_definitions or ()
        }
        self._root: Any = schema.get_root_type(operation.operation)
        self._priced: dict[tuple[str, Sized], Price] = {}

    def price(self) -> Price:
        return self._selections(self._operation.selection_set, self._root, ())

    def _selections(self, selections: SelectionSetNode | None, shown: Any, sized: Sized) -> Price:
        price = FREE
        for node in selections.selections if selections else ():
            price = price.and_(self._selection(node, shown, sized))
        return price

    def _selection(self, node: SelectionNode, shown: Any, sized: Sized) -> Price:
        if isinstance(node, FieldNode):
            return self._field(node, shown, sized)
        if isinstance(node, FragmentSpreadNode):
            key = node.name.value, sized
            if key not in self._priced:
                fragment = self._fragments[node.name.value]
                on = self._schema.type_map[fragment.type_condition.name.value]
                self._priced[key] = self._selections(fragment.selection_set, on, sized)
            return self._priced[key]
        assert isinstance(node, InlineFragmentNode)
        on = self._schema.type_map[node.type_condition.name.value] if node.type_condition else shown
        return self._selections(node.selection_set, on, sized)

    def _field(self, node: FieldNode, shown: Any, sized: Sized) -> Price:
        name = node.name.value
        if name.startswith("__"):
            return FREE if name == "__typename" else Price(INTROSPECTION)
        field: GraphQLField = shown.fields[name]
        named = get_named_type(field.type)
        definition = field.extensions.get("strawberry-definition")
        told = _directive(definition, ListSize)
        size = self._size(node, told)
        below: Sized = tuple((one, size) for one in (told and told.sized_fields) or ())
        each = self._selections(node.selection_set, named, below)
        price = each.and_(Price(_weight(definition, named)))
        if is_list_type(field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type):
            price = price.times(dict(sized).get(name, size))
        if shown is self._root:
            surcharge = ROOT_WEIGHTS[self._operation.operation.value]
            spends = definition is not None and bool(definition.metadata.get("spends"))
            price = price.and_(Price(surcharge, spends=spends))
        return price

    def _size(self, node: FieldNode, told: ListSize | None) -> int | Slicing:
        """How long the list of a field is, or the lists that it says the size of."""
        assumed = (told and told.assumed_size) or ASSUMED_SIZE
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for name in (told and told.slicing_arguments) or ():
            value = given.get(name)
            if isinstance(value, IntValueNode):
                return max(int(value.value), 0)
            if isinstance(value, VariableNode):
                default = self._defaults.get(value.name.value)
                otherwise = int(default.value) if isinstance(default, IntValueNode) else assumed
                return Slicing(value.name.value, otherwise)
        return assumed


def _directive(definition: object, kind: type[Any]) -> Any:
    told = getattr(definition, "directives", None) or ()
    return next((one for one in told if isinstance(one, kind)), None)


def _weight(definition: Any, named: GraphQLNamedType) -> int:
    """What a field costs by itself, or each object that it answers."""
    told = _directive(definition, Cost)
    if told is None and not is_leaf_type(named):
        told = _directive(named.extensions.get("strawberry-definition"), Cost)
    if told is not None:
        return int(told.weight)
    return 0 if is_leaf_type(named) else 1
