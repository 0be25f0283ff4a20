"""Directives at rest: what was said for after a member's death, under which id, and how the member's epoch was then."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules import directives as rules
from services.consent.rules.directives import Directive, Said
from services.consent.storage import merges

# A trigger keeps what was said before.
_PUT = sa.text(
    """INSERT INTO directives (member_id, directive, set_at) VALUES (:member_id, :directive, :now)
       ON CONFLICT (member_id) DO UPDATE SET directive = excluded.directive, set_at = excluded.set_at"""
)
_SAID = sa.text("SELECT epoch, directive FROM directive_changes WHERE member_id = :member_id ORDER BY number")


async def put(connection: AsyncConnection, member_id: UUID, wanted: Directive, now: datetime) -> None:
    """Let this hold for an id, whose row is held, and whoever is merged into it."""
    await connection.execute(_PUT, {"member_id": member_id, "directive": wanted, "now": now})


async def said(connection: AsyncConnection, member_id: UUID) -> list[Said]:
    """All that was said under this very id, in order."""
    rows = await connection.execute(_SAID, {"member_id": member_id})
    return [Said(row.epoch, Directive(row.directive)) for row in rows]


async def of_person(connection: AsyncConnection, member_id: UUID) -> Directive | None:
    """What stands for whom an id means now; None where nothing was ever said."""
    return await standing(connection, await merges.survivor(connection, member_id))


async def standing(connection: AsyncConnection, member_id: UUID) -> Directive | None:
    """What stands for an id, with all who are merged into it; of one who is merged, what did until then."""
    joined = [
        Said(edge.epoch, brought)
        for edge in await merges.of_survivor(connection, member_id)
        if (brought := await standing(connection, edge.from_member)) is not None
    ]
    return rules.standing(await said(connection, member_id), joined)
