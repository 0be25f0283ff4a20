"""Reading wallets, standings and entries of many members at once."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import asyncpg

from services.kit import database
from services.kit.clock import instant
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.storage.ledger import columns, redemptions, rows
from services.loyalty.storage.members.names import MERGED_INTO, survivors

EntryRow = asyncpg.Record
"""An entry of a page, its columns those of ``_PAGED``."""


async def wallets(
    pool: asyncpg.Pool | database.RawConnection,
    member_ids: Sequence[str],
    currencies: Sequence[int],
    *,
    due_by: int = NEVER,
) -> list[Wallet]:
    """The wallets that there are, of these members in these currencies, with their open holds.

    Where nothing falls due until ``due_by`` the lots are left out: they are half of what reading takes.
    """
    return [_whole(row) for row in await pool.fetch(WALLETS, member_ids, currencies, due_by)]


def _whole(row: asyncpg.Record | tuple[Any, ...], made: Callable[[Any], Any] = list) -> Wallet:
    wallet = rows.wallet(row, made)
    if wallet.held and (holds := row[_HOLDS]) is not None:
        wallet.holds = redemptions.holds_of(wallet, holds)
    return wallet


Sums = tuple[int, int, int]
"""What a wallet holds: available, pending and held points."""


async def sums(
    pool: asyncpg.Pool, member_ids: Sequence[str], currencies: Sequence[int], *, due_by: int
) -> dict[tuple[str, int], Sums | Wallet]:
    """What the wallets hold that there are, by member and currency; the wallet whole where something falls due by then.

    Mostly nothing does, and a wallet made and settled to say three numbers costs more than all else there is to it.
    Whoever was merged into another has what the survivor holds.
    """
    found: dict[tuple[str, int], Sums | Wallet] = {}
    holding: set[str] = set()
    for row in await pool.fetch(WALLETS, member_ids, currencies, due_by):
        found[row[0], row[1]] = row[2:5] if row[6] is None else _whole(row)
        if row[2] or row[3] or row[4]:
            holding.add(row[0])
    # A merge leaves nothing behind: whoever holds anything needs no asking.
    if went := await survivors(pool, set(member_ids) - holding):
        theirs = await sums(pool, list(set(went.values())), currencies, due_by=due_by)
        found |= {
            (member, number): theirs[survivor, number]
            for member, survivor in went.items()
            for number in currencies
            if (survivor, number) in theirs
        }
    return found


async def wallets_by_member(
    reader: asyncpg.Pool | database.RawConnection,
    member_ids: Collection[str],
    currencies: Sequence[int],
    *,
    remaining: Collection[str] = (),
) -> dict[str, dict[int, Wallet]]:
    """The wallets that there are, by member and currency; the survivor's for whoever was merged into another.

    ``remaining`` were just seen not to be: of these, whoever never had a wallet had nothing then.
    """
    found: dict[str, dict[int, Wallet]] = defaultdict(dict)
    holding: set[str] = set()
    for wallet in await wallets(reader, list(member_ids), currencies):
        found[wallet.member_id][wallet.currency] = wallet
        if wallet.available or wallet.pending or wallet.held:
            holding.add(wallet.member_id)
    asking = set(member_ids) - holding - (set(remaining) - found.keys())
    if went := await survivors(reader, asking):
        theirs = await wallets_by_member(reader, set(went.values()), currencies)
        found |= {member: theirs.get(survivor, {}) for member, survivor in went.items()}
    return found


async def positions(
    reader: asyncpg.Pool | database.RawConnection,
    member_ids: Sequence[str],
    programme: int,
    currencies: Sequence[int],
    *,
    joining: bool,
) -> tuple[dict[str, Standing], dict[str, dict[int, Wallet]]]:
    """The standings that there are, and of whose there are the wallets in these currencies, both of one moment.

    Nobody is followed to a survivor: whoever was merged has a standing that says so. With ``joining``, standings say
    when the member joined. They are to be looked at: what is changed is a copy.
    """
    standings: dict[str, Standing] = {}
    wallets: dict[str, dict[int, Wallet]] = {}
    if not member_ids:
        return standings, wallets
    statement = _POSITIONS_JOINED if joining else _POSITIONS
    for row in await reader.fetch(statement, member_ids, currencies, programme):
        member_id = row[_OF_STANDING]
        if member_id not in standings:
            standings[member_id] = rows.standing(row[_OF_STANDING:], tuple)
            wallets[member_id] = {}
        if row[0] is not None:
            wallets[member_id][row[1]] = _whole(row, tuple)
    return standings, wallets


async def standings(
    pool: asyncpg.Pool | database.RawConnection, member_ids: Sequence[str], programme: int
) -> dict[str, Standing]:
    """The standings that there are, by member."""
    found = map(rows.standing, await pool.fetch(_STANDINGS, member_ids, programme))
    return {standing.member_id: standing for standing in found}


class EntriesAsked(NamedTuple):
    """A page of a member's entries, newest first: ``after`` is (recorded_at in microseconds, ord)."""

    member_id: str
    currencies: tuple[int, ...]
    first: int
    after: tuple[int, int] | None


async def entries(
    pool: asyncpg.Pool | database.RawConnection,
    asked: Sequence[EntriesAsked],
    *,
    unmerged: Collection[str] = (),
) -> dict[int, tuple[list[asyncpg.Record], bool]]:
    """For each place in ``asked`` that has entries: its page and whether more follow.

    Whoever was merged into another has the survivor's, and not what is of the time before under the own id. Of those
    that were just seen to be ``unmerged`` this is not looked at again.
    """
    if not asked:
        return {}
    found = await pool.fetch(
        _ENTRIES,
        columns.ids([page.member_id for page in asked]),
        columns.arrays([page.currencies for page in asked]),
        columns.numbers([page.first + 1 for page in asked]),
        columns.ids([instant(page.after[0]).isoformat() if page.after else "null" for page in asked]),
        columns.numbers([page.after[1] if page.after else None for page in asked]),
        columns.numbers([page.member_id in unmerged for page in asked]),
    )
    pages: dict[int, list[asyncpg.Record]] = defaultdict(list)
    merged: set[int] = set()
    for row in found:
        nth, is_merged, recorded_at = row[:3]
        if is_merged:
            merged.add(nth - 1)
        elif recorded_at is not None:
            pages[nth - 1].append(row)
    told = {nth: (page[: asked[nth].first], len(page) > asked[nth].first) for nth, page in pages.items()}
    if merged:
        went = await survivors(pool, {asked[nth].member_id for nth in merged})
        again = {nth: asked[nth]._replace(member_id=went.get(asked[nth].member_id, "")) for nth in merged}
        places = [nth for nth, page in again.items() if page.member_id]
        theirs = await entries(pool, [again[nth] for nth in places])
        told |= {places[place]: page for place, page in theirs.items()}
    return told


def place(recorded_at: int, ordinal: int) -> str:
    """An entry's id for the outside: when it was recorded, and its place in its batch."""
    return f"{recorded_at}-{ordinal}"


_SOME_LOTS = rows.WALLET.format(lots="CASE WHEN w.next_due_at <= $3 THEN array_send(w.lots) END")
_WITH_HOLDS = """{wallet}, CASE WHEN w.held > 0 THEN (
  SELECT json_agg(json_build_array(hold_id, points, order_ref, held_at, expires_at, slices) ORDER BY expires_at)
  FROM holds h WHERE h.member_id = w.member_id AND h.currency = w.currency AND h.state = 'OPEN') END AS holds"""
_HOLDS = rows.WALLET_COLUMNS
_OF_STANDING = _HOLDS + 1
"""From which column on a row of positions is a standing."""

WALLETS = f"""
SELECT {_WITH_HOLDS.format(wallet=_SOME_LOTS)}
FROM wallets w WHERE w.member_id = ANY($1::uuid[]) AND w.currency = ANY($2::smallint[])
"""  # noqa: S608  # columns of ours

_STANDINGS = f"""
SELECT {rows.STANDING} FROM standings s WHERE member_id = ANY($1::uuid[]) AND programme = $2
"""  # noqa: S608  # columns of ours

_POSITIONS, _POSITIONS_JOINED = (
    f"""
SELECT {_WITH_HOLDS.format(wallet=rows.WALLET.format(lots=rows.ALL_LOTS))}, {standing}
FROM standings s LEFT JOIN wallets w ON w.member_id = s.member_id AND w.currency = ANY($2::smallint[])
WHERE s.member_id = ANY($1::uuid[]) AND s.programme = $3
"""  # noqa: S608  # columns of ours
    for standing in (rows.STANDING_JOINED.format(joined_at="NULL"), rows.STANDING)
)

# As text, since enumerations are looked up by name for each row that is sent; the whole row is twice as long. Instants
# as they are sent, since datetimes that are made only to be taken apart took half of what else there is to an entry.
_PAGED = """timestamptz_send(e.recorded_at), e.ord, e.currency, e.type::text, e.points, e.from_account::text,
e.to_account::text, e.balance_after, timestamptz_send(e.occurred_at), e.order_ref, e.rule_version, e.reason, e.actor,
e.lot_expires_at"""

_ENTRIES = f"""
SELECT k.nth, k.merged_into IS NOT NULL AS is_merged, {_PAGED} FROM (
  SELECT k.*, CASE WHEN NOT k.unmerged THEN ({MERGED_INTO.format("k.member_id")}) END AS merged_into
  FROM unnest($1::text::uuid[], $2::text::text[], $3::text::int[], $4::text::timestamptz[], $5::text::int[],
    $6::text::boolean[]) WITH ORDINALITY AS k(member_id, currencies, most, after_at, after_ord, unmerged, nth) OFFSET 0
) AS k LEFT JOIN LATERAL (
  SELECT * FROM entries
  WHERE k.merged_into IS NULL AND entries.member_id = k.member_id AND entries.currency = ANY(k.currencies::smallint[])
    AND (k.after_at IS NULL OR (entries.recorded_at, entries.ord) < (k.after_at, k.after_ord))
  ORDER BY entries.recorded_at DESC, entries.ord DESC LIMIT k.most
) AS e ON true
ORDER BY k.nth, e.recorded_at DESC, e.ord DESC
"""  # noqa: S608  # a part of ours
