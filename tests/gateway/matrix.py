"""The permission matrix: every field of both schemas against every kind of caller, as a committed table.

``python -m tests.gateway.matrix`` writes the table, ``--check`` says whether it is what the code declares. A cell says
"yes" when some document that the caller may run selects the field; what a field declares alone is not enough, since
nobody selects a field without all that is above it.
"""

import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import graphql
from graphql import GraphQLObjectType, GraphQLSchema

from gateway.admin import schema as admin
from gateway.admin.permissions import Role
from gateway.documents import manifest
from gateway.storefront import schema as storefront
from tests.gateway import webhook_rows
from tests.gateway.doors import CHILD

TABLE = Path(__file__).with_name("permissions.txt")

ANYONE, MEMBER, ANOTHER = "anyone", "member", "another"
ROLES = [role.value for role in Role]
CALLERS = [ANYONE, MEMBER, ANOTHER, *ROLES]
"""``another`` is a member who asks for what is this member's; the roles are staff's, one at a time."""

STOREFRONT, ADMIN = "storefront", "admin"
SCHEMAS: dict[str, GraphQLSchema] = {STOREFRONT: storefront.schema._schema, ADMIN: admin.schema._schema}

Way = tuple[tuple[str, str], ...]
"""From a root to a field, by type and field name."""


_WITH_FIELDS = GraphQLObjectType | graphql.GraphQLInterfaceType


class Row(NamedTuple):
    """A field of a surface."""

    surface: str
    field: str


def allows(surface: str, caller: str) -> Callable[[str], bool]:
    """Which fields of a surface the code declares a caller's."""
    if surface == ADMIN:
        return lambda field: caller in admin.permissions.by_field[field]
    if caller in ROLES:
        return lambda _: False
    return lambda field: caller == MEMBER or storefront.permissions.by_field[field]


def rows() -> list[Row]:
    """Every field that there is."""
    return sorted(
        Row(surface, f"{name}.{field}")
        for surface, schema in SCHEMAS.items()
        for name, shown in schema.type_map.items()
        if isinstance(shown, _WITH_FIELDS) and not name.startswith("__")
        for field in shown.fields
    )


@lru_cache
def paths(surface: str, caller: str | None) -> dict[str, Way]:
    """The shortest way to each field that a caller may go; without one, any way."""
    may = allows(surface, caller) if caller else lambda _: True
    schema = SCHEMAS[surface]
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    found: dict[str, Way] = {}
    coming: list[tuple[Any, Way]] = [(root, ()) for root in roots if root]
    for shown, above in coming:
        for name, field in shown.fields.items():
            coordinate = f"{shown.name}.{name}"
            if coordinate in found or not may(coordinate):
                continue
            found[coordinate] = (*above, (shown.name, name))
            coming += [(one, found[coordinate]) for one in _objects(schema, field.type)]
    return found


def _objects(schema: GraphQLSchema, wanted: Any) -> Iterator[Any]:
    named = graphql.get_named_type(wanted)
    if isinstance(named, _WITH_FIELDS):
        yield named


def table() -> str:
    """The table as the code has it, one field a line."""
    width = max(len(f"{surface} {field}") for surface, field in rows())
    lines = [f"{'':{width}}  {'  '.join(CALLERS)}"]
    for surface, field in rows():
        reached = {caller for caller in CALLERS if field in paths(surface, caller)}
        cells = ("yes" if caller in reached else "-" for caller in CALLERS)
        marks = "  ".join(mark.ljust(len(caller)) for mark, caller in zip(cells, CALLERS, strict=True))
        lines.append(f"{f'{surface} {field}':{width}}  {marks}".rstrip())
    return "\n".join(lines) + "\n"


def committed() -> dict[Row, set[str]]:
    """Who may select each field, as the committed table says."""
    told = {}
    for line in TABLE.read_text().splitlines()[1:]:
        surface, field, *marks = line.split()
        told[Row(surface, field)] = {c for c, mark in zip(CALLERS, marks, strict=True) if mark == "yes"}
    return told


# --- documents --------------------------------------------------------------------------------------

ONE, OTHER = "5f0d6e0a-0000-4000-8000-000000000001", "5f0d6e0a-0000-4000-8000-000000000002"
THIRD = "5f0d6e0a-0000-4000-8000-000000000003"
_BY_NAME = {
    "memberId": ONE,
    "fromMemberId": ONE,
    "childId": CHILD,
    "intoMemberId": THIRD,
    "toMemberId": THIRD,
    "source": "shop",
    "orderId": "order-1",
    "entryId": "1-1",
    "phone": "+8613900000001",
    "first": 1,
    "days": {"first": "2026-01-01", "last": "2026-01-31"},
    "reason": "GOODWILL",
    "purpose": "support",
    "purposes": ["marketing_sms"],
    "fields": ["PHONE"],
    "input": {},
    "basedOnVersion": 1,
    "currency": "POINTS",
    "moneyCurrency": "CNY",
    "timeZone": "Asia/Shanghai",
    "documents": ["{ me { id } }"],
    "documentId": manifest.key("{ me { id } }"),
    "at": "2026-03-01T00:00:00Z",
    "url": "http://127.0.0.1:9/hook",
    "eventTypes": ["tier.raised"],
    "deliveryId": str(webhook_rows.DELIVERY),
    "endpointId": webhook_rows.ENDPOINT,
    "sourceId": webhook_rows.SOURCE,
}
"""What arguments and input fields say where any value of their type will not do."""

_BY_PLACE = {
    ("Query", "node", "id"): ONE,
    ("Query", "webhookDelivery", "id"): str(webhook_rows.DELIVERY),
    ("Query", "earnRulesPreview", "days"): 30,
}
"""What arguments say that are named as others are."""

_OF_TYPE = {
    "UUID": ONE,
    "Int": 1,
    "Long": 1,
    "Float": 1.0,
    "Boolean": True,
    "DateTime": "2026-03-01T00:00:00Z",
}


def document(surface: str, *ways: Way) -> str:
    """A document that selects fields of one object, and as little else as can be."""
    schema = SCHEMAS[surface]
    text = " ".join(_selected(_field(schema, *way[-1]), way[-1]) for way in ways)
    for type_name, name in reversed(ways[0][:-1]):
        text = f"{name}{_arguments(_field(schema, type_name, name), (type_name, name))} {{ {text} }}"
    roots = {schema.query_type: "query", schema.mutation_type: "mutation"}
    return f"{roots.get(schema.type_map[ways[0][0][0]], 'subscription')} {{ {text} }}"


def _selected(field: graphql.GraphQLField, step: tuple[str, str]) -> str:
    leaf = graphql.is_leaf_type(graphql.get_named_type(field.type))
    return f"{step[1]}{_arguments(field, step)}{'' if leaf else ' { __typename }'}"


def _field(schema: GraphQLSchema, type_name: str, name: str) -> graphql.GraphQLField:
    shown: Any = schema.type_map[type_name]
    found: graphql.GraphQLField = shown.fields[name]
    return found


def _arguments(field: graphql.GraphQLField, step: tuple[str, str]) -> str:
    said = [
        f"{name}: {_written(_BY_PLACE.get((*step, name)) or _value(name, argument.type), argument.type)}"
        for name, argument in field.args.items()
        if graphql.is_required_argument(argument) or name == "days"
    ]
    return f"({', '.join(said)})" if said else ""


def _value(name: str, wanted: Any) -> Any:
    named = graphql.get_named_type(wanted)
    if isinstance(named, graphql.GraphQLInputObjectType) and not graphql.is_list_type(
        graphql.get_nullable_type(wanted)
    ):
        given = _BY_NAME.get(name) or {}
        return given or {
            key: _value(key, field.type)
            for key, field in named.fields.items()
            if graphql.is_required_input_field(field)
        }
    fits = not isinstance(named, graphql.GraphQLEnumType) and not isinstance(_BY_NAME.get(name), dict)
    if name in _BY_NAME and fits:
        return _BY_NAME[name]
    if graphql.is_list_type(graphql.get_nullable_type(wanted)):
        return _BY_NAME.get(name, [])
    if isinstance(named, graphql.GraphQLEnumType):
        return next(iter(named.values))
    return _OF_TYPE.get(named.name, "x")


def _written(value: Any, wanted: Any) -> str:
    """A value as a document says it."""
    wanted = graphql.get_nullable_type(wanted)
    if isinstance(value, list):
        return f"[{', '.join(_written(one, wanted.of_type) for one in value)}]"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{key}: {_written(one, wanted.fields[key].type)}" for key, one in value.items())
            + "}"
        )
    if isinstance(wanted, graphql.GraphQLEnumType):
        return str(value)
    return (
        graphql.print_ast(graphql.StringValueNode(value=value))
        if isinstance(value, str)
        else str(value).lower()
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if not TABLE.exists() or TABLE.read_text() != table():
            sys.exit(f"{TABLE.name} is not what the schemas declare: run make schema and look at the diff")
    else:
        TABLE.write_text(table())
