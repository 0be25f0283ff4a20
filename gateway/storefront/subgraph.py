"""The subgraph: the storefront's schema as a part of a shop's supergraph, by Apollo Federation 2.

A router asks in its members' names, with their tokens; a member resolves to nobody but herself.
"""

from dataclasses import replace
from typing import Annotated, Any, NewType, TypeVar, Union

import graphql
import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from gateway.context import Info
from gateway.scalars import SCALARS
from gateway.storefront.member import Member
from gateway.storefront.nodes import own
from gateway.storefront.permissions import PUBLIC, Permissions
from gateway.storefront.schema import MUTATIONS, PUBLIC_TYPES, QUERIES

_LINK = """\
extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.3"
    import: ["@inaccessible", "@key", "@shareable"]
  )

"""
_MARKS = {"Member": '@key(fields: "id")', "PageInfo": "@shareable", "Query.node": "@inaccessible"}
"""What a supergraph is told: how members are known, what other subgraphs may have too, and that ``node`` is not
passed on, since a router could not tell whose id it is."""

Representation = NewType("Representation", object)
Entity = Annotated[Union[Member], strawberry.union("_Entity")]  # noqa: UP007  # a union of one needs it


@strawberry.type(name="_Service")
class SubgraphService:
    sdl: str


@strawberry.type
class SubgraphQueries:
    @strawberry.field(name="_service", metadata=PUBLIC)
    def subgraph_service(self) -> SubgraphService:
        return SubgraphService(sdl=SDL)

    @strawberry.field(name="_entities")
    def entities(self, info: Info, representations: list[Representation]) -> list[Entity | None]:
        member_id = info.context.member_id()
        return [_entity(member_id, one) for one in representations]


def _entity(member_id: str, representation: object) -> Member | None:
    if not isinstance(representation, dict) or representation.get("__typename") != "Member":
        return None
    asked = representation.get("id")
    return own(member_id, asked) if isinstance(asked, str) else None


def _sdl(storefront: str) -> str:
    """What the subgraph brings to a supergraph, marked for it."""
    marked = graphql.visit(graphql.parse(storefront), _Marks())
    return _LINK + graphql.print_ast(marked) + "\n"


class _Marks(graphql.Visitor):
    def leave_object_type_definition(self, node: graphql.ObjectTypeDefinitionNode, *_: Any) -> graphql.Node:
        name = node.name.value
        fields = tuple(_marked(field, f"{name}.{field.name.value}") for field in node.fields or ())
        return _marked(replace(node, fields=fields), name)


Marked = TypeVar("Marked", graphql.ObjectTypeDefinitionNode, graphql.FieldDefinitionNode)


def _marked(node: Marked, coordinate: str) -> Marked:
    if coordinate not in _MARKS:
        return node
    bearer: Any = graphql.parse(f"scalar Any {_MARKS[coordinate]}").definitions[0]
    return replace(node, directives=(*(node.directives or ()), *bearer.directives))


_SCALARS = SCALARS | {
    Representation: strawberry.scalar(
        name="_Any", serialize=lambda value: value, parse_value=lambda value: value
    )
}
_MUTATION = merge_types("Mutation", MUTATIONS)

SDL = _sdl(
    strawberry.Schema(
        query=merge_types("Query", QUERIES), mutation=_MUTATION, config=StrawberryConfig(scalar_map=SCALARS)
    ).as_str()
)

schema = strawberry.Schema(
    query=merge_types("Query", (*QUERIES, SubgraphQueries)),
    mutation=_MUTATION,
    config=StrawberryConfig(scalar_map=_SCALARS),
)

permissions = Permissions(schema._schema, PUBLIC_TYPES | {"_Service"})
