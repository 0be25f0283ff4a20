"""Permissions: which roles may select which fields of the admin schema, denied unless allowed."""

from collections.abc import Mapping
from enum import StrEnum

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from gateway.documents.prepared import Prepared
from services.kit.refusal import Forbidden
from services.kit.rpc import Caller


class Role(StrEnum):
    PROGRAM_ADMIN = "program_admin"
    OPERATIONS = "operations"
    SUPPORT = "support"
    PRIVACY_OFFICER = "privacy_officer"
    AUDITOR = "auditor"
    PROGRAM_PUBLISHER = "program_publisher"


Roles = frozenset[Role]

EVERY_ROLE: Roles = frozenset(Role)
MEMBER_READERS: Roles = EVERY_ROLE - {Role.PROGRAM_PUBLISHER}
"""Who sees anything of members one by one: those who only publish rules need not."""

PROFILE_READERS: Roles = MEMBER_READERS - {Role.AUDITOR}
ORDER_READERS: Roles = MEMBER_READERS - {Role.PRIVACY_OFFICER}
RULE_READERS: Roles = ORDER_READERS | {Role.PROGRAM_PUBLISHER}
"""Who reads programmes as they are, were and are to be."""

CONSENT_READERS: Roles = frozenset({Role.SUPPORT, Role.PRIVACY_OFFICER})
SUPPRESSORS: Roles = CONSENT_READERS
TOPIC_PUBLISHERS: Roles = frozenset({Role.PRIVACY_OFFICER, Role.PROGRAM_ADMIN})
DUE_WATCHERS: Roles = frozenset({Role.OPERATIONS, Role.PROGRAM_ADMIN, Role.AUDITOR})
INTEGRITY_READERS: Roles = DUE_WATCHERS
FINANCE_READERS: Roles = DUE_WATCHERS
HISTORY_READERS: Roles = ORDER_READERS
"""Who looks back on what members had, and why."""

DOCUMENT_KEEPERS: Roles = frozenset({Role.OPERATIONS, Role.PRIVACY_OFFICER})
"""Who puts identity documents on file and takes them off."""

LIFE_KEEPERS: Roles = frozenset({Role.SUPPORT, Role.OPERATIONS, Role.PRIVACY_OFFICER})
"""Who freezes members, and closes memberships for them."""

ERASERS: Roles = frozenset({Role.PRIVACY_OFFICER})
UNMASKERS: Roles = frozenset({Role.OPERATIONS, Role.SUPPORT, Role.PRIVACY_OFFICER})
NOTE_KEEPERS: Roles = UNMASKERS
COMMUNICATION_KEEPERS: Roles = frozenset({Role.OPERATIONS, Role.SUPPORT})
TAGGERS: Roles = frozenset({Role.OPERATIONS, Role.SUPPORT, Role.PROGRAM_ADMIN})
TAG_KEEPERS: Roles = frozenset({Role.PROGRAM_ADMIN})
BENEFIT_KEEPERS: Roles = frozenset({Role.OPERATIONS, Role.SUPPORT})
"""Who claims and uses benefits for members, and gives them back."""

COUPON_ISSUERS: Roles = frozenset({Role.OPERATIONS, Role.PROGRAM_ADMIN})
"""Who issues coupons to members and takes them back."""

ADJUSTERS: Roles = frozenset({Role.OPERATIONS, Role.PROGRAM_ADMIN})
REVERSERS: Roles = frozenset({Role.OPERATIONS})
MOVERS: Roles = frozenset({Role.OPERATIONS})
IDENTITY_READERS: Roles = frozenset({Role.OPERATIONS, Role.SUPPORT, Role.PRIVACY_OFFICER})
LINKERS: Roles = frozenset({Role.OPERATIONS, Role.SUPPORT})
MERGE_READERS: Roles = IDENTITY_READERS | {Role.AUDITOR}
APPROVAL_READERS: Roles = ADJUSTERS | {Role.AUDITOR}
DOCUMENT_READERS: Roles = DUE_WATCHERS
PUBLISHERS: Roles = frozenset({Role.PROGRAM_ADMIN})
DRAFTERS: Roles = PUBLISHERS
DRAFT_PUBLISHERS: Roles = DRAFTERS | {Role.PROGRAM_PUBLISHER}
"""Who publishes drafts; where two persons are demanded, the service takes publishers alone."""

CATALOGUE_READERS: Roles = ORDER_READERS | {Role.PROGRAM_PUBLISHER}
"""Who reads rewards and referral programmes with their drafts: whoever publishes sees what."""

PREVIEW_READERS: Roles = DRAFT_PUBLISHERS | {Role.AUDITOR}

WATCHERS: Roles = frozenset({Role.PRIVACY_OFFICER, Role.AUDITOR})
"""Who watches what staff did."""

EXPORTERS: Roles = frozenset({Role.PRIVACY_OFFICER})
"""Who lets data leave: what tells of nobody, and a member's own to the member."""
RIGHTS_OFFICERS: Roles = frozenset({Role.PRIVACY_OFFICER})
"""Who decides what members ask by right."""

KEY_KEEPERS: Roles = frozenset({Role.PRIVACY_OFFICER})
"""Who has the keys of members' profiles exchanged and destroyed."""

ROTATION_READERS: Roles = KEY_KEEPERS | {Role.OPERATIONS, Role.AUDITOR}

WEBHOOK_KEEPERS: Roles = frozenset({Role.PROGRAM_ADMIN})
"""Who says which systems are told of events and believed about orders; they see secrets, once."""

WEBHOOK_OPERATORS: Roles = frozenset({Role.OPERATIONS, Role.PROGRAM_ADMIN})
WEBHOOK_READERS: Roles = WEBHOOK_OPERATORS | {Role.AUDITOR}


class RoleNeeded(Forbidden):
    """The caller's roles do not reach all that the document selects; nothing of it was run."""


class NoRolesDeclared(Exception):
    """A field of the admin schema does not say who may select it."""


def to(roles: Roles) -> dict[str, Roles]:
    """A field's metadata: who may select it."""
    return {"roles": roles}


class Permissions:
    """Who may select each field: what the field itself declares, or else its type."""

    def __init__(self, schema: GraphQLSchema, types: Mapping[str, Roles]) -> None:
        self.by_field: dict[str, Roles] = {}
        for name, shown in schema.type_map.items():
            if isinstance(shown, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
                for field_name, field in shown.fields.items():
                    definition = field.extensions["strawberry-definition"]
                    roles = definition.metadata.get("roles", types.get(name))
                    if not roles:
                        raise NoRolesDeclared(f"{name}.{field_name} does not declare who may select it")
                    self.by_field[f"{name}.{field_name}"] = roles

    def guard(self, prepared: Prepared, caller: Caller) -> None:
        """Refuse a document that selects more than the caller may. Raises ``RoleNeeded``."""
        denied = sorted(
            coordinate
            for coordinate in prepared.coordinates
            if self.by_field[coordinate].isdisjoint(caller.roles)
        )
        if denied:
            needed = " or ".join(sorted(self.by_field[denied[0]]))
            raise RoleNeeded(f"your roles do not reach {', '.join(denied[:5])}: it takes {needed}")
