"""Wallets alone: read without their members, and looked at again when they are written.

That is for moves that a statement by itself does not post, and for what falls due: where nothing but the wallet decides,
a standing is neither locked nor read, which is a third of what an award takes by the locked path. Nobody is kept away
in between: whoever was quicker is seen by the wallet's version, and then it is read once more, under a lock.
"""

from services.kit import database
from services.loyalty.rules.ledger.entries import EntryType
from services.loyalty.rules.ledger.state import State
from services.loyalty.storage.ledger import columns, rows


async def read(
    connection: database.RawConnection, wanted: set[tuple[str, int]], state: State, *, lock: bool
) -> int | None:
    """Read those of the wanted (member, currency) that stand alone; the programmes' revision, None where none does."""
    members, numbers = zip(*sorted(wanted), strict=True)
    statement = _LOCK if lock else _READ
    found = await connection.fetch(statement, columns.ids(members), columns.numbers(numbers))
    for row in found:
        wallet = rows.wallet(row)
        if (wallet.member_id, wallet.currency) in wanted:
            state.wallets[wallet.member_id, wallet.currency] = wallet
    return int(found[0]["revision"]) if found else None


async def look_for_denials(connection: database.RawConnection, state: State) -> None:
    """See that nothing that was spent was declined under its key, which may just have happened.

    Raises ``UniqueViolationError``. Whoever declines has the wallet locked, as we have by now.
    """
    spent = [place for place, parts in state.posted.items() if parts[0].type is EntryType.REDEEM]
    if spent:
        members, keys = zip(*spent, strict=True)
        await connection.execute(_KEYS_ARE_FREE, columns.ids(members), columns.keys(keys))


# A fate, a debt or a hold is more than the wallet.
_READ = f"""
SELECT {rows.WALLET.format(lots=rows.ALL_LOTS)}, (SELECT revision FROM programme_revision) AS revision FROM wallets w
WHERE w.member_id = ANY($1::text::uuid[]) AND w.currency = ANY($2::text::smallint[]) AND w.plain AND w.held = 0
"""  # noqa: S608  # columns of ours
_LOCK = f"{_READ} ORDER BY w.member_id, w.currency FOR UPDATE OF w"

_KEYS_ARE_FREE = "SELECT keys_are_free($1::text::uuid[], $2::text::uuid[])"
