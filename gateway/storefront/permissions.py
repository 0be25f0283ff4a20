"""Permissions: what of the storefront anyone may select; all the rest is for signed-in members, about themselves."""

from collections.abc import Set

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from gateway.auth import NotSignedIn
from gateway.documents.prepared import Prepared
from services.kit.rpc import Caller, CallerKind

PUBLIC = {"public": True}
"""A field's metadata: strangers may select it too."""


class Permissions:
    """Which fields are public: those that say so themselves, and all of the public types."""

    def __init__(self, schema: GraphQLSchema, public_types: Set[str]) -> None:
        self.by_field: dict[str, bool] = {
            f"{name}.{field_name}": name in public_types
            or "public" in field.extensions["strawberry-definition"].metadata
            for name, shown in schema.type_map.items()
            if isinstance(shown, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
            for field_name, field in shown.fields.items()
        }
        self._public = frozenset(field for field, public in self.by_field.items() if public)

    def guard(self, prepared: Prepared, caller: Caller) -> None:
        """Refuse strangers a document that selects more than is public. Raises ``NotSignedIn``."""
        if caller.kind is not CallerKind.MEMBER and not prepared.coordinates <= self._public:
            raise NotSignedIn("sign in: send a member's bearer token by POST (that of a GET is not read)")
