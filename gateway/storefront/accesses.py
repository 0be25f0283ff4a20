"""Accesses: who saw the signed-in member's data in clear, and for what."""

from datetime import datetime
from enum import StrEnum

import strawberry
from huiyuan.members.v1 import profiles_pb2

from gateway.paging import Connection, connection
from gateway.scalars import instant
from gateway.views.profiles import PersonalField


@strawberry.enum(description="Whose work it was; no member of staff is named.")
class DataAccessRole(StrEnum):
    SUPPORT = "support"
    OPERATIONS = "operations"
    PRIVACY_OFFICER = "privacy_officer"
    # Of entries older than the record of roles.
    STAFF = ""


@strawberry.type(description="One reading of the member's data in clear.")
class DataAccess:
    id: strawberry.ID
    role: DataAccessRole
    purpose: str = strawberry.field(
        description="The key of the purpose that allowed it, see consentPurposes; support_notes where staff read "
        "what they had written down."
    )
    fields: list[PersonalField]
    accessed_at: datetime


_ROLES = {role.value: role for role in DataAccessRole}


def data_accesses(
    wire: profiles_pb2.ListProfileAccessesResponse, after: str | None
) -> Connection[DataAccess]:
    """A page of what was seen."""
    return connection(
        [
            DataAccess(
                id=strawberry.ID(one.access_id),
                role=_ROLES.get(one.actor_role, DataAccessRole.STAFF),
                purpose=one.purpose,
                fields=[PersonalField(field) for field in one.fields],
                accessed_at=instant(one.accessed_at),
            )
            for one in wire.accesses
        ],
        [one.access_id for one in wire.accesses],
        has_next_page=wire.has_next_page,
        after=after,
    )
