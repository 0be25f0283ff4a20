"""Families: a member together with those who were merged into the member, who count as one."""

from collections.abc import Iterable
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


async def be_alone_with(connection: database.RawConnection, member_ids: Iterable[str]) -> None:
    """Wait for who counts or gives anything to members, or to whom they were merged into, and let none begin.

    Until the transaction ends. Call it first: who locks standings as well takes members before them.
    """
    asked = list(member_ids)

    async def attempt() -> set[str] | None:
        wanted = await _all_names(connection, asked)
        await connection.execute(_LOCK, list(wanted))
        return wanted if await _all_names(connection, asked) <= wanted else None

    await names.settled(connection, attempt)


async def lock(connection: database.RawConnection, member_id: str) -> Family:
    """The same; nobody else counts anything for the member until this transaction ends."""

    async def attempt() -> Family | None:
        family = await find(connection, member_id)
        restriction = await connection.fetchval(_LOCK_ONE, family.member_id)
        now = await find(connection, member_id)
        return replace(family, restriction=Restriction(restriction or 0)) if family == now else None

    return await names.settled(connection, attempt)


async def _all_names(connection: database.RawConnection, member_ids: list[str]) -> set[str]:
    return {row[0] for row in await connection.fetch(_ALL_NAMES, member_ids)}


_ALL_NAMES = f"{names.UP} SELECT DISTINCT name::text FROM up"  # noqa: S608  # a part of ours
_LOCK = "SELECT FROM members WHERE member_id = ANY($1::uuid[]) ORDER BY member_id FOR NO KEY UPDATE"
_LOCK_ONE = "SELECT restriction FROM members WHERE member_id = $1 FOR NO KEY UPDATE"
