"""The ledger's storage: append what the fold decided, with the batch that seals it."""

import asyncio
from collections.abc import Container, Iterable, Sequence

import asyncpg

from services.kit import database
from services.kit.clock import instant
from services.kit.outbox import NewEvent
from services.loyalty.rules.ledger.entries import Entry
from services.loyalty.rules.ledger.slices import Slices
from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.storage.earning import earn_counts
from services.loyalty.storage.ledger import (
    alone,
    chain,
    columns,
    copying,
    grants,
    new_orders,
    redemptions,
    rows,
)
from services.loyalty.storage.ledger.standings import Outpaced
from services.loyalty.storage.members import merges
from services.loyalty.storage.rewards import takings
from services.loyalty.storage.tiers import placements

PUBLISHING = 0x68796C01
"""The advisory lock that lanes share while they commit, and that publishing a programme takes alone."""

COLLISIONS = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError)
"""Another process posted the same, or locked what we wanted the other way round: fold again."""


async def begin(connection: database.RawConnection) -> None:
    """Open a batch's transaction; no programme is published until it ends."""
    await connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock_shared({PUBLISHING})")


async def append(
    connection: database.RawConnection,
    head: chain.Head,
    state: State,
    entries: Sequence[Entry],
    events: Iterable[NewEvent],
    committed_at: int,
) -> chain.Batch:
    """Write the state that the fold left; returns the batch for ``chain.commit``, entries and all. Raises ``Outpaced``.

    While PostgreSQL writes the state, the batch is sealed here; so ``events`` come best as an iterator that makes them.
    """
    writing = asyncio.ensure_future(_write_state(connection, state))
    try:
        await asyncio.sleep(0)  # it is asked
        copied = copying.rows(entries, head.lane, head.seq + 1)
        batch = chain.seal(head, entries, copied, list(events), committed_at)
    finally:
        await writing
    return batch


async def _write_state(connection: database.RawConnection, state: State) -> None:
    declined = {place: denial for place, denial in state.denials.items() if denial.is_new}
    if declined:
        await _lock_to_decline(connection, state, {member_id for member_id, _ in declined})
    await _write_wallets(connection, state)
    if state.alone:
        await alone.look_for_denials(connection, state)
    await _write_standings(connection, state)
    await _write_orders(connection, state)
    await _write_holds(connection, state)
    await takings.write(connection, state)
    await placements.put(connection, state.placements)
    if state.counts.added:
        await earn_counts.write(connection, state.counts)
    await grants.promise(connection, state.grants)
    if declined:
        denials = [redemptions.new_denial(*place, denial) for place, denial in declined.items()]
        await connection.copy_records_to_table(
            "denials", records=denials, columns=redemptions.NEW_DENIAL_COLUMNS
        )
    reversals = [
        redemptions.new_reversal(*place, reversal_id, reversal)
        for place, known in state.reversals.items()
        for reversal_id, reversal in known.items()
        if reversal.is_new
    ]
    if reversals:
        await connection.copy_records_to_table(
            "reversals", records=reversals, columns=redemptions.NEW_REVERSAL_COLUMNS
        )


async def _write_standings(connection: database.RawConnection, state: State) -> None:
    standings = [standing for standing in state.standings.values() if standing.changed]
    if standings:
        placed = [rows.placements(standing) for standing in standings]
        await connection.execute(
            _PUT_STANDINGS,
            columns.ids([standing.member_id for standing in standings]),
            columns.numbers([standing.programme for standing in standings]),
            columns.texts([columns.texts([key for key, _ in standing.tiers]) for standing in standings]),
            columns.arrays([since for _, since in standing.tiers] for standing in standings),
            columns.arrays(standing.days for standing in standings),
            columns.numbers([standing.judged_version for standing in standings]),
            columns.numbers([standing.touched_at for standing in standings]),
            columns.arrays(standing.earned for standing in standings),
            columns.numbers([standing.ladder_since for standing in standings]),
            columns.numbers([standing.valid_until for standing in standings]),
            columns.numbers([standing.grace_until for standing in standings]),
            placed if any(placed) else None,
            columns.numbers([standing.next_due_at for standing in standings]),
        )
    if fates := [standing for standing in standings if standing.fate_changed]:
        await merges.put_fates(connection, fates)
    if state.merges:
        await merges.put(connection, [merge for known in state.merges.values() for merge in known])


async def _write_wallets(connection: database.RawConnection, state: State) -> None:
    """Write what changed; a member's fate also, since it decides which wallets are plain."""
    standings = state.standings.values()
    fated = {
        s.member_id for s in standings if s.merged_into or s.was_merged or s.forfeited_at or s.restriction
    }
    newly = {s.member_id for s in standings if s.fate_changed}
    places = sorted(  # in the order in which whoever changes wallets locks them
        place for place, w in state.wallets.items() if w.changed or (w.version and w.member_id in newly)
    )
    changed = [state.wallets[place] for place in places]
    if new := [wallet for wallet in changed if wallet.is_new]:
        await connection.execute(_NEW_WALLETS, *_wallets(new, [wallet.lots for wallet in new], fated))
    if known := [wallet for wallet in changed if not wallet.is_new]:
        noted = columns.numbers([wallet.noted_version for wallet in known])
        kept, lots = zip(*(wallet.lots_to_write for wallet in known), strict=True)
        change = _CHANGE_WALLETS_ALONE if state.alone else _CHANGE_WALLETS
        given = _wallets(known, lots, fated)
        done = await connection.execute(change, *given, noted, columns.numbers(kept))
        if done != f"UPDATE {len(known)}":
            raise Outpaced


async def _lock_to_decline(connection: database.RawConnection, state: State, members: set[str]) -> None:
    """Lock the wallets of members who are declined something, with those that change, in the order in which all lock them.

    Raises ``Outpaced`` where they are not as they were read: who posts without the member shows there, and may have
    posted under the key that is declined.
    """
    for member_id, programme in state.standings:
        if member_id in members:
            members = members.union(state.names(member_id, programme))
    changing = {member_id for (member_id, _), wallet in state.wallets.items() if wallet.changed}
    found = await connection.fetch(_LOCK_VERSIONS, columns.ids(members | changing))
    versions = {(row[0], row[1]): row[2] for row in found}
    for place, wallet in state.wallets.items():
        if place[0] in members and versions.get(place, 0) != wallet.noted_version:
            raise Outpaced


def _wallets(wallets: Sequence[Wallet], lots: Iterable[Slices], fated: Container[str]) -> list[str]:
    """Wallets by column, with those lots of each that are written; plain are those over which nothing else decides."""
    return [
        columns.ids([wallet.member_id for wallet in wallets]),
        columns.numbers([wallet.currency for wallet in wallets]),
        columns.numbers([wallet.available for wallet in wallets]),
        columns.numbers([wallet.pending for wallet in wallets]),
        columns.numbers([wallet.held for wallet in wallets]),
        columns.numbers([wallet.version for wallet in wallets]),
        columns.arrays(lots),
        columns.arrays(wallet.pending_lots for wallet in wallets),
        columns.numbers([wallet.touched_at for wallet in wallets]),
        columns.numbers([wallet.next_due_at for wallet in wallets]),
        columns.numbers([wallet.available >= 0 and wallet.member_id not in fated for wallet in wallets]),
    ]


async def _write_orders(connection: database.RawConnection, state: State) -> None:
    if new := [order for order in state.orders.values() if order.is_new]:
        await copying.copy(connection, new_orders.copied(new), "orders", new_orders.COLUMNS)
    changed = [order for order in state.orders.values() if order.changed and not order.is_new]
    if changed:
        await connection.execute(
            _CHANGE_ORDERS,
            [order.source for order in changed],
            [order.order_id for order in changed],
            [order.refunded_minor for order in changed],
            [rows.order_lines(order).decode() for order in changed],
            [rows.order_earned(order).decode() for order in changed],
            [instant(order.completed_at) if order.completed_at else None for order in changed],
        )
    refunds = [rows.new_refund(refund) for refund in state.refunds.values() if refund.is_new]
    if refunds:
        await connection.copy_records_to_table("refunds", records=refunds, columns=rows.NEW_REFUND_COLUMNS)


async def _write_holds(connection: database.RawConnection, state: State) -> None:
    new = [redemptions.new_hold(hold) for hold in state.holds.values() if hold.is_new]
    if new:
        await connection.copy_records_to_table("holds", records=new, columns=redemptions.NEW_HOLD_COLUMNS)
    changed = [hold for hold in state.holds.values() if hold.changed and not hold.is_new]
    if changed:
        await connection.execute(
            _CHANGE_HOLDS,
            [hold.member_id for hold in changed],
            [hold.hold_id for hold in changed],
            columns.arrays(hold.slices for hold in changed),
            [hold.captured for hold in changed],
            [hold.state for hold in changed],
            [hold.closed_at for hold in changed],
        )


_WALLET_COLUMNS = """
member_id, currency, available, pending, held, version, lots, pending_lots, touched_at, next_due_at, plain
"""
_GIVEN_WALLETS = """
$1::text::uuid[], $2::text::smallint[], $3::text::bigint[], $4::text::bigint[], $5::text::bigint[],
$6::text::bigint[], $7::text::text[], $8::text::text[], $9::text::bigint[], $10::text::bigint[], $11::text::boolean[]
"""

_NEW_WALLETS = f"""
INSERT INTO wallets ({_WALLET_COLUMNS})
SELECT n.member_id, n.currency, n.available, n.pending, n.held, n.version, n.lots::bigint[],
       n.pending_lots::bigint[], n.touched_at, n.next_due_at, n.plain
FROM unnest({_GIVEN_WALLETS}) AS n({_WALLET_COLUMNS})
"""  # noqa: S608  # columns of ours

_CHANGE_WALLETS = f"""
UPDATE wallets w SET
  available = n.available, pending = n.pending, held = n.held, version = n.version,
  lots = w.lots[:n.kept] || n.lots::bigint[], pending_lots = n.pending_lots::bigint[], touched_at = n.touched_at,
  next_due_at = n.next_due_at, plain = n.plain
FROM unnest({_GIVEN_WALLETS}, $12::text::bigint[], $13::text::int[]) AS n({_WALLET_COLUMNS}, noted, kept)
WHERE w.member_id = n.member_id AND w.currency = n.currency AND w.version = n.noted
"""  # noqa: S608  # columns of ours
_CHANGE_WALLETS_ALONE = f"{_CHANGE_WALLETS} AND w.plain"

_LOCK_VERSIONS = """
SELECT member_id::text, currency, version FROM wallets
WHERE member_id = ANY($1::text::uuid[]) ORDER BY member_id, currency FOR NO KEY UPDATE
"""

_PUT_STANDINGS = """
UPDATE standings s SET
  tier_keys = n.tier_keys::text[], tier_since = n.tier_since::bigint[], days = n.days::bigint[],
  judged_version = n.judged_version, touched_at = n.touched_at, earned = n.earned::bigint[],
  ladder_since = n.ladder_since, valid_until = n.valid_until, grace_until = n.grace_until, placed = n.placed::json,
  next_due_at = n.next_due_at
FROM unnest($1::text::uuid[], $2::text::smallint[], $3::text::text[], $4::text::text[], $5::text::text[],
            $6::text::int[], $7::text::bigint[], $8::text::text[], $9::text::bigint[], $10::text::bigint[],
            $11::text::bigint[], $12::text[], $13::text::bigint[])
  AS n(member_id, programme, tier_keys, tier_since, days, judged_version, touched_at, earned, ladder_since,
       valid_until, grace_until, placed, next_due_at)
WHERE s.member_id = n.member_id AND s.programme = n.programme
"""

_CHANGE_ORDERS = """
UPDATE orders o SET
  refunded_minor = n.refunded_minor, lines = n.lines::json, earned = n.earned::json,
  completed_at = n.completed_at
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[])
  AS n(source, order_id, refunded_minor, lines, earned, completed_at)
WHERE o.source = n.source AND o.order_id = n.order_id
"""

_CHANGE_HOLDS = """
UPDATE holds h SET slices = n.slices::bigint[], captured = n.captured, state = n.state, closed_at = n.closed_at
FROM unnest($1::uuid[], $2::text[], $3::text::text[], $4::bigint[], $5::text[], $6::bigint[])
  AS n(member_id, hold_id, slices, captured, state, closed_at)
WHERE h.member_id = n.member_id AND h.hold_id = n.hold_id
"""
