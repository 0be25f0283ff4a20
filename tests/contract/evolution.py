"""Evolution: a released GraphQL schema is only added to; what goes was deprecated first, with a date that is past.

``python -m tests.contract.evolution`` compares the committed SDL with the last release's, which lies beside this file;
``--release`` makes the committed SDL the last release's.
"""

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import graphql
from graphql import GraphQLSchema, Visitor

ROOT = Path(__file__).resolve().parents[2]
SURFACES = ("storefront", "admin")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def committed(surface: str) -> Path:
    """What is served."""
    return ROOT / "gateway" / surface / "schema.graphql"


def released(surface: str) -> Path:
    """What clients were built against."""
    return Path(__file__).with_name("released") / f"{surface}.graphql"


def faults(old: str, new: str, today: date) -> Iterator[str]:
    """How a new SDL breaks who relies on an old one, and which deprecations do not say until when."""
    promised = graphql.visit(graphql.parse(old), _WithoutThePast(today))
    old_schema, new_schema = graphql.build_ast_schema(promised), graphql.build_schema(new)
    in_use = _reachable(old_schema)
    for change in graphql.find_breaking_changes(old_schema, new_schema):
        gone = re.match(r"(Standard scalar )?(\w+) was removed", change.description)
        if gone is None or not (gone[1] or gone[2] not in in_use):
            yield f"{change.description} Deprecate it first, with the date it goes."
    for where, reason in _deprecations(new):
        try:
            date.fromisoformat(_DATE.findall(reason)[0])
        except (IndexError, ValueError):
            yield f"{where} is deprecated without a date: say in the reason when it goes, such as 2027-06-30."


class _WithoutThePast(Visitor):
    """Removes what was deprecated until a day that is over."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def enter(self, node: graphql.Node, *_: Any) -> Any:
        days = _DATE.findall(_reason(node) or "")
        return graphql.REMOVE if days and date.fromisoformat(days[0]) < self._today else None


def _reason(node: graphql.Node) -> str | None:
    """Why a definition is deprecated; None when it is not."""
    for directive in getattr(node, "directives", None) or ():
        if directive.name.value == "deprecated":
            said = [one.value.value for one in directive.arguments if one.name.value == "reason"]
            return said[0] if said else ""
    return None


def _deprecations(sdl: str) -> Iterator[tuple[str, str]]:
    for definition in graphql.parse(sdl).definitions:
        owner = getattr(getattr(definition, "name", None), "value", "")
        for member in (
            *(getattr(definition, "fields", None) or ()),
            *(getattr(definition, "values", None) or ()),
        ):
            for node in (member, *(getattr(member, "arguments", None) or ())):
                reason = _reason(node)
                if reason is not None:
                    place = (
                        member.name.value if node is member else f"{member.name.value}({node.name.value}:)"
                    )
                    yield f"{owner}.{place}", reason


def _reachable(schema: GraphQLSchema) -> set[str]:
    """The types that a client can come by."""
    waiting: list[Any] = [schema.query_type, schema.mutation_type, schema.subscription_type]
    found: set[str] = set()
    for one in waiting:
        if one is None or one.name in found:
            continue
        found.add(one.name)
        for field in getattr(one, "fields", {}).values():
            waiting.append(graphql.get_named_type(field.type))
            waiting += [
                graphql.get_named_type(argument.type) for argument in getattr(field, "args", {}).values()
            ]
        if graphql.is_abstract_type(one):
            waiting += schema.get_possible_types(one)
        waiting += getattr(one, "interfaces", ())
    return found


if __name__ == "__main__":
    if sys.argv[1:] == ["--release"]:
        for surface in SURFACES:
            released(surface).parent.mkdir(exist_ok=True)
            released(surface).write_bytes(committed(surface).read_bytes())
    else:
        today = date.today()  # noqa: DTZ011  # a day's difference does not matter
        broken = [
            f"{surface}: {fault}"
            for surface in SURFACES
            for fault in faults(released(surface).read_text(), committed(surface).read_text(), today)
        ]
        for fault in broken:
            print(fault)
        sys.exit(1 if broken else 0)
