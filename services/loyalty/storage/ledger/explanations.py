"""Reading what explains an entry: the reversals and the hold that belong to it."""

from dataclasses import dataclass

from asyncpg.pgproto.pgproto import UUID

from services.kit import database
from services.loyalty.rules.ledger.entries import Entry
from services.loyalty.rules.ledger.holds import Hold
from services.loyalty.rules.ledger.state import Reversal
from services.loyalty.storage.ledger import redemptions


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A reversal with its id and the key of the redemption that it gave back."""

    reversal_id: str
    redemption: bytes
    reversal: Reversal


async def reversals_by(connection: database.RawConnection, entry: Entry) -> list[GivenBack]:
    """What the operation that posted an entry gave back of redemptions."""
    found = await connection.fetch(
        "SELECT * FROM reversals WHERE member_id = $1 AND key = $2 ORDER BY redemption",
        entry.member_id,
        UUID(entry.key),
    )
    return [
        GivenBack(row["reversal_id"], row["redemption"].bytes, redemptions.reversal(row)) for row in found
    ]


async def returned_of(connection: database.RawConnection, entry: Entry) -> int:
    """How many points were given back of the redemption that posted an entry."""
    found = await connection.fetch(
        "SELECT * FROM reversals WHERE member_id = $1 AND redemption = $2", entry.member_id, UUID(entry.key)
    )
    return sum(redemptions.reversal(row).points for row in found)


async def hold(connection: database.RawConnection, member_id: str, hold_id: str) -> Hold | None:
    """A hold of the member under this very name."""
    row = await connection.fetchrow(
        "SELECT * FROM holds WHERE member_id = $1 AND hold_id = $2", member_id, hold_id
    )
    return None if row is None else redemptions.hold(row)
