"""Guardians as both schemas show them: a child, and who consents for it."""

from datetime import datetime

import strawberry
from huiyuan.consent.v1 import guardians_pb2

from gateway.scalars import optional_instant


@strawberry.type(description="A member under fourteen, and who consents for it (PIPL 31).")
class Ward:
    child_id: strawberry.ID
    guardian_id: strawberry.ID | None = strawberry.field(
        description="Null while nobody was verified: then nobody consents."
    )
    linked_at: datetime | None


def ward(wire: guardians_pb2.Ward) -> Ward:
    return Ward(
        child_id=strawberry.ID(wire.child_id),
        guardian_id=strawberry.ID(wire.guardian_id) if wire.guardian_id else None,
        linked_at=optional_instant(wire, "linked_at"),
    )
