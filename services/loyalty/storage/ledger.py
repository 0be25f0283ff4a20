"""The ledger's storage: lock and read the state that a batch touches, and append what the fold decided."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
from asyncpg.pgproto.pgproto import UUID  # asyncpg's own, an order of magnitude cheaper to make

from services.kit import database
from services.kit.clock import instant, micros
from services.kit.outbox import NewEvent
from services.loyalty.rules.entries import Entry
from services.loyalty.rules.points import Posted, State
from services.loyalty.rules.programmes import Programmes
from services.loyalty.storage import rows
from services.loyalty.storage.chain import Head, extend, seal

PUBLISHING = 0x68796C01
"""The advisory lock that lanes share while they commit, and that publishing a programme takes alone."""

COLLISIONS = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError)
"""Another process posted the same, or locked what we wanted the other way round: fold again."""


@dataclass(slots=True)
class Touched:
    """What a batch of operations is about: which members, orders, refunds and keys to read."""

    members: set[tuple[str, int]] = field(default_factory=set)
    orders: set[tuple[str, str]] = field(default_factory=set)
    refunds: set[tuple[str, str, str]] = field(default_factory=set)
    keys: set[tuple[str, bytes]] = field(default_factory=set)


async def begin(connection: database.RawConnection) -> None:
    """Open a batch's transaction; no programme is published until it ends."""
    await connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock_shared({PUBLISHING})")


async def load(connection: database.RawConnection, touched: Touched, programmes: Programmes) -> State | None:
    """Lock the members' standings in id order, then read the rest in later statements.

    None when a programme was published since ``programmes`` was read.
    """
    state = State()
    wanted = sorted(touched.members)
    members, numbers = [member for member, _ in wanted], [number for _, number in wanted]
    locked = await connection.fetch(_LOCK_STANDINGS, members, numbers)
    if len(locked) < len(wanted):
        await connection.execute(_NEW_STANDINGS, members, numbers)
        locked = await connection.fetch(_LOCK_STANDINGS, members, numbers)
    for row in locked:
        standing = rows.standing(row)
        state.standings[standing.member_id, standing.programme] = standing
    if await connection.fetchval("SELECT revision FROM programme_revision") != programmes.revision:
        return None
    for row in await connection.fetch(_WALLETS, members):
        wallet = rows.wallet(row)
        state.wallets[wallet.member_id, wallet.currency] = wallet
    await _load_known(connection, touched, programmes, state)
    return state


async def _load_known(
    connection: database.RawConnection, touched: Touched, programmes: Programmes, state: State
) -> None:
    by_number = {history.newest.number: history.newest for history in programmes.by_id.values()}
    money = {}
    if touched.orders:
        sources, ids = zip(*touched.orders, strict=True)
        for row in await connection.fetch(_ORDERS, sources, ids):
            programme = by_number[row["programme"]]
            order = rows.order(row, programme.programme_id, programme.money_currency)
            state.orders[order.source, order.order_id] = order
            money[order.source, order.order_id] = order.money_currency
    if touched.refunds:
        sources, ids, refund_ids = zip(*touched.refunds, strict=True)
        for row in await connection.fetch(_REFUNDS, sources, ids, refund_ids):
            refund = rows.refund(row, money[row["source"], row["order_id"]])
            state.refunds[refund.source, refund.order_id, refund.refund_id] = refund
    if touched.keys:
        members, keys = zip(*touched.keys, strict=True)
        for row in await connection.fetch(_POSTED, members, [UUID(key) for key in keys]):
            state.posted[str(row["member_id"]), row["key"].bytes] = Posted(
                row["fingerprint"], row["balance_after"], micros(row["recorded_at"]), row["ord"]
            )


async def append(
    connection: database.RawConnection,
    head: Head,
    state: State,
    entries: Sequence[Entry],
    events: Sequence[NewEvent],
    committed_at: int,
) -> Head:
    """Write what the fold changed and the batch that seals it; returns the chain's new head."""
    new = Head(head.lane, head.seq + 1, seal(head, entries, [event.body for event in events]))
    await _write_state(connection, state)
    if entries:
        await connection.copy_records_to_table(
            "entries",
            records=[_entry_row(entry, new, ordinal) for ordinal, entry in enumerate(entries)],
            columns=_ENTRY_COLUMNS,
        )
    if events:
        await connection.copy_records_to_table(
            "outbox",
            records=[(new.lane, new.seq, nth, *event) for nth, event in enumerate(events)],
            columns=("lane", "seq", "ord", "member_id", "type", "event"),
        )
    await extend(connection, head, new, entries, committed_at)
    return new


async def _write_state(connection: database.RawConnection, state: State) -> None:
    wallets = [wallet for wallet in state.wallets.values() if wallet.changed]
    if wallets:
        await connection.execute(
            _PUT_WALLETS,
            [wallet.member_id for wallet in wallets],
            [wallet.currency for wallet in wallets],
            [wallet.available for wallet in wallets],
            [wallet.pending for wallet in wallets],
            [wallet.held for wallet in wallets],
            [wallet.version for wallet in wallets],
            [rows.array(wallet.lots) for wallet in wallets],
            [rows.array(wallet.pending_lots) for wallet in wallets],
        )
    standings = [standing for standing in state.standings.values() if standing.changed]
    if standings:
        await connection.execute(
            _PUT_STANDINGS,
            [standing.member_id for standing in standings],
            [standing.programme for standing in standings],
            [rows.texts(key for key, _ in standing.tiers) for standing in standings],
            ["{" + ",".join(str(since) for _, since in standing.tiers) + "}" for standing in standings],
            [rows.array(standing.days) for standing in standings],
            [standing.judged_version for standing in standings],
            [standing.touched_at for standing in standings],
        )
    await _write_orders(connection, state)


async def _write_orders(connection: database.RawConnection, state: State) -> None:
    new = [rows.new_order(order) for order in state.orders.values() if order.is_new]
    if new:
        await connection.copy_records_to_table("orders", records=new, columns=rows.NEW_ORDER_COLUMNS)
    changed = [order for order in state.orders.values() if order.changed and not order.is_new]
    if changed:
        await connection.execute(
            _CHANGE_ORDERS,
            [order.source for order in changed],
            [order.order_id for order in changed],
            [order.refunded_minor for order in changed],
            [rows.order_lines(order) for order in changed],
            [rows.order_earned(order) for order in changed],
            [instant(order.completed_at) if order.completed_at else None for order in changed],
        )
    refunds = [rows.new_refund(refund) for refund in state.refunds.values() if refund.is_new]
    if refunds:
        await connection.copy_records_to_table("refunds", records=refunds, columns=rows.NEW_REFUND_COLUMNS)


def _entry_row(entry: Entry, head: Head, ordinal: int) -> tuple[object, ...]:
    lot = entry.lot or (None, None, None)
    return (
        entry.member_id,
        UUID(entry.key),
        entry.part,
        entry.currency,
        entry.type,
        entry.from_account,
        entry.to_account,
        entry.points,
        *lot,
        entry.order_ref,
        entry.rule_version,
        entry.actor,
        entry.reason,
        entry.balance_after,
        entry.fingerprint,
        instant(entry.occurred_at),
        instant(entry.recorded_at),
        head.lane,
        head.seq,
        ordinal,
    )


_ENTRY_COLUMNS = (
    "member_id",
    "key",
    "part",
    "currency",
    "type",
    "from_account",
    "to_account",
    "points",
    "lot_expires_at",
    "lot_month",
    "lot_source",
    "order_ref",
    "rule_version",
    "actor",
    "reason",
    "balance_after",
    "fingerprint",
    "occurred_at",
    "recorded_at",
    "lane",
    "batch",
    "ord",
)

_LOCK_STANDINGS = """
SELECT s.* FROM standings s JOIN unnest($1::uuid[], $2::smallint[]) AS k(member_id, programme)
  USING (member_id, programme)
ORDER BY s.member_id, s.programme FOR UPDATE OF s
"""

_NEW_STANDINGS = """
INSERT INTO standings (member_id, programme)
SELECT * FROM unnest($1::uuid[], $2::smallint[]) AS k(member_id, programme) ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""

_WALLETS = "SELECT * FROM wallets WHERE member_id = ANY($1::uuid[])"

_ORDERS = """
SELECT o.* FROM orders o JOIN unnest($1::text[], $2::text[]) AS k(source, order_id) USING (source, order_id)
"""

_REFUNDS = """
SELECT r.* FROM refunds r
JOIN unnest($1::text[], $2::text[], $3::text[]) AS k(source, order_id, refund_id)
  USING (source, order_id, refund_id)
"""

_POSTED = """
SELECT DISTINCT ON (e.member_id, e.key) e.member_id, e.key, e.fingerprint, e.balance_after, e.recorded_at, e.ord
FROM entries e JOIN unnest($1::uuid[], $2::uuid[]) AS k(member_id, key) USING (member_id, key)
ORDER BY e.member_id, e.key, e.part DESC
"""

_PUT_WALLETS = """
INSERT INTO wallets (member_id, currency, available, pending, held, version, lots, pending_lots)
SELECT w.member_id, w.currency, w.available, w.pending, w.held, w.version, w.lots::bigint[],
       w.pending_lots::bigint[]
FROM unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
            $8::text[])
  AS w(member_id, currency, available, pending, held, version, lots, pending_lots)
ON CONFLICT (member_id, currency) DO UPDATE SET
  available = EXCLUDED.available, pending = EXCLUDED.pending, held = EXCLUDED.held,
  version = EXCLUDED.version, lots = EXCLUDED.lots, pending_lots = EXCLUDED.pending_lots
"""

_PUT_STANDINGS = """
UPDATE standings s SET
  tier_keys = n.tier_keys::text[], tier_since = n.tier_since::bigint[],
  days = n.days::bigint[], judged_version = n.judged_version, touched_at = n.touched_at
FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[])
  AS n(member_id, programme, tier_keys, tier_since, days, judged_version, touched_at)
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
