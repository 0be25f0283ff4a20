"""Families: a member together with those who were merged into the member, who count as one."""

from dataclasses import dataclass, replace

from services.kit import database
from services.loyalty.rules.tiers.standings import Restriction
from services.loyalty.storage.members import names


@dataclass(frozen=True, slots=True)
class Family:
    """``member_id`` is who remains, ``names`` all ids that lead there; ``restriction`` is what the member may not."""

    member_id: str
    names: tuple[str, ...]
    restriction: Restriction = Restriction.NONE


async def find(reader: names.Reader, member_id: str) -> Family:
    """Who a member is by now."""
    ids = await names.of(reader, member_id)
    return Family(ids[0], tuple(ids))


async def lock(connection: database.RawConnection, member_id: str) -> Family:
    """The same; nobody else counts anything for the member until this transaction ends."""
    family = await find(connection, member_id)
    while True:
        restriction = await connection.fetchval(
            "SELECT restriction FROM members WHERE member_id = $1 FOR NO KEY UPDATE", family.member_id
        )
        # A merge may have come between.
        found, family = family, await find(connection, member_id)
        if found == family:
            return replace(family, restriction=Restriction(restriction or 0))
