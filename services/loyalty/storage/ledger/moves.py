"""Moves: awards and redemptions of plain wallets, posted and sealed by one statement, which is its own transaction."""

from collections.abc import Sequence
from itertools import accumulate
from struct import Struct
from typing import Any

import msgpack
from asyncpg.pgproto.pgproto import UUID

from services.kit import database, outbox
from services.kit.clock import instant
from services.loyalty.rules.ledger.asks import MOST_POINTS
from services.loyalty.rules.ledger.entries import LotKey
from services.loyalty.rules.ledger.moves import Moves, Outcome, Purse, Step
from services.loyalty.storage.ledger import chain, columns, copying

Posted = tuple[dict[int, Outcome], chain.Head]
"""What came of those moves that were posted, by their place among those asked for, and where the lane ends now."""


async def post(
    connection: database.RawConnection,
    head: chain.Head,
    moves: Moves,
    told: Sequence[outbox.NewEvent],
    revision: int,
    committed_at: int,
) -> Posted:
    """Move the points of wallets that stand plain, and commit. None is moved under newer rules.

    ``told`` are the events of the moves' steps, encoded.

    Raises ``UniqueViolationError`` when a key came before, and then nothing is moved.
    """
    purses = moves.purses
    found = await connection.fetch(
        _POST,
        *_wanted(purses),
        *_asked(moves.steps, purses, told, head),
        *_sealing(head, committed_at),
        revision,
        MOST_POINTS,
    )
    return _read(found, head)


async def find(connection: database.RawConnection, head: chain.Head, moves: Moves) -> Posted:
    """What a ``post`` did whose answer was lost: all of it, or nothing."""
    asked = [
        (entry.member_id, UUID(entry.key), nth, entry.fingerprint, instant(entry.recorded_at))
        for nth, entry, _, _ in moves.steps
    ]
    found = await connection.fetch(_FIND, *zip(*asked, strict=True), head.lane, head.seq + 1)
    return _read(found, head)


def _read(found: Sequence[Any], head: chain.Head) -> Posted:
    """What one row says of all that was moved, or what no row says of nothing."""
    if not found:
        return {}, head
    ((hash, sent),) = found
    outcomes = {nth: Outcome(balance, LotKey(*lot)) for nth, balance, *lot in _OUTCOMES(sent[_SENT_HEADER:])}
    return outcomes, chain.Head(head.lane, head.seq + 1, hash)


def _wanted(purses: Sequence[Purse]) -> list[Any]:
    """The columns of what each wallet is to have moved."""
    return [
        columns.ids([purse.member_id for purse in purses]),
        columns.numbers([purse.currency for purse in purses]),
        columns.numbers([purse.points for purse in purses]),
        columns.numbers([purse.count for purse in purses]),
        columns.numbers([purse.version for purse in purses]),
        columns.numbers([purse.lot.expires_at for purse in purses]),
        columns.numbers([purse.lot.month for purse in purses]),
        columns.numbers([purse.lot.source for purse in purses]),
        columns.numbers([purse.first_at for purse in purses]),
        columns.numbers([purse.last_at for purse in purses]),
    ]


def _asked(
    steps: Sequence[Step], purses: Sequence[Purse], told: Sequence[outbox.NewEvent], head: chain.Head
) -> list[Any]:
    """The columns of each move; and as one run of bytes, to be cut up again, what is long or sealed as it is."""
    places = {(purse.member_id, purse.currency): nth for nth, purse in enumerate(purses, 1)}
    nths, entries, _, so_far = zip(*steps, strict=True)
    members, keys, _, currencies, _, _, _, points, _, order_refs, _, actors, reasons, *_ = zip(
        *entries, strict=True
    )
    pieces: list[bytes] = []
    cut, pack, lane, seq = copying.cut, _PACKER.pack, head.lane, head.seq + 1
    for nth, entry, event in zip(nths, entries, told, strict=True):
        before, between, behind = cut(entry, lane, seq, nth)
        told_before, told_behind = pack(event).split(_OPEN)
        pieces += (entry.fingerprint + before, between, behind, told_before, told_behind)
    ends = list(accumulate(map(len, pieces)))
    return [
        columns.numbers([places[place] for place in zip(members, currencies, strict=True)]),
        columns.numbers(nths),
        columns.numbers(so_far),
        columns.keys(keys),
        columns.numbers(points),
        columns.texts(order_refs),
        columns.texts(actors),
        columns.texts(reasons),
        *(columns.numbers(ends[nth :: len(_PIECES)]) for nth in range(len(_PIECES))),
        b"".join(pieces),
        copying.BEFORE_BALANCE,
    ]


def _sealing(head: chain.Head, committed_at: int) -> list[Any]:
    seq = head.seq + 1
    begun = chain.begun(head.hash, head.lane, seq, committed_at)
    return [head.lane, seq, head.hash, begun, instant(committed_at), chain.FORMAT, outbox.PACKED]


_PIECES = (
    "fingerprint, and row before the balance, each of the same length in all",
    "… before the lot",
    "… behind",
    "event before the balance",
    "… behind",
)
"""What of a move is sent as bytes."""

_PACKER = msgpack.Packer()
"""Kept, since one is made for each call of ``packb``."""

_OPEN = b"\xff" * 8
"""``OPEN`` as an event has it. No text has such a byte, and no varint of what a move counts has eight of them."""

# A wallet is plain when nothing but itself decides over a move: it owes nothing, and its member was never merged
# into another, which has keys under two names, nor forfeited anything. What is left to look at is in its row, which
# the update locks, and looks at again when it had to wait: nothing due, nothing recorded later; where points are
# added, a last lot that the new one is or follows on, and where they are taken, a first lot that holds more than
# that, and does not slide (month -1) while a hold has parts that would slide along. Whoever locks
# wallets to read them does so in the same order.
#
# Of what was moved one row tells all, since each row more costs both sides as much as what it says.
#
# rules_stand comes before everything and keeps new rules away until the commit. keys_are_free comes last: a
# redemption may have been declined under its key by somebody whom the update waited for.
_POST = """
WITH moved AS (
  UPDATE wallets w SET
    available = w.available + n.points, version = w.version + n.count, touched_at = n.last_at,
    next_due_at = CASE WHEN n.points > 0 THEN least(w.next_due_at, n.expires_at) ELSE w.next_due_at END,
    lots = CASE
      WHEN n.points < 0
      THEN ARRAY[ARRAY[w.lots[1][1], w.lots[1][2], w.lots[1][3], w.lots[1][4] + n.points]] || w.lots[2:]
      WHEN (w.lots[array_upper(w.lots, 1)][1], w.lots[array_upper(w.lots, 1)][2], w.lots[array_upper(w.lots, 1)][3])
           = (n.expires_at, n.month, n.source)
      THEN w.lots[:array_upper(w.lots, 1) - 1]
           || ARRAY[ARRAY[n.expires_at, n.month, n.source, w.lots[array_upper(w.lots, 1)][4] + n.points]]
      ELSE w.lots || ARRAY[ARRAY[n.expires_at, n.month, n.source, n.points]] END
  FROM unnest($1::text::uuid[], $2::text::smallint[], $3::text::bigint[], $4::text::bigint[], $5::text::int[],
              $6::text::bigint[], $7::text::bigint[], $8::text::bigint[], $9::text::bigint[], $10::text::bigint[]) WITH ORDINALITY
    AS n(member_id, currency, points, count, rule_version, expires_at, month, source, first_at, last_at, purse)
  WHERE w.member_id = n.member_id AND w.currency = n.currency AND w.plain
    AND w.touched_at < n.first_at AND w.next_due_at > n.last_at
    AND CASE WHEN n.points < 0 THEN w.lots[1][4] > -n.points AND (w.held = 0 OR w.lots[1][2] <> -1)
      ELSE w.available + w.pending + w.held + n.points <= $34
        AND (cardinality(w.lots) = 0
          OR (w.lots[array_upper(w.lots, 1)][1], w.lots[array_upper(w.lots, 1)][2], w.lots[array_upper(w.lots, 1)][3])
             <= (n.expires_at, n.month, n.source)) END
    AND (SELECT rules_stand($33))
  RETURNING n.purse, w.member_id, w.currency, w.available - n.points AS before, n.points < 0 AS takes, n.rule_version,
    CASE WHEN n.points < 0 THEN w.lots[1][1] ELSE n.expires_at END AS expires_at,
    CASE WHEN n.points < 0 THEN w.lots[1][2] ELSE n.month END::int AS month,
    CASE WHEN n.points < 0 THEN w.lots[1][3] ELSE n.source END::smallint AS source
), posted AS MATERIALIZED (
  SELECT member_id, currency, takes, rule_version, expires_at, month, source, nth, key, points, order_ref, actor, reason,
         row_open, row_lot, row_end, told_open, told_end, before + so_far AS balance_after,
         $30::timestamptz + nth * interval '1 microsecond' AS recorded_at
  FROM moved
  JOIN unnest($11::text::int[], $12::text::int[], $13::text::bigint[], $14::text::uuid[], $15::text::bigint[],
              $16::text::text[], $17::text::text[], $18::text::text[],
              $19::text::int[], $20::text::int[], $21::text::int[], $22::text::int[], $23::text::int[])
    AS a(purse, nth, so_far, key, points, order_ref, actor, reason, row_open, row_lot, row_end, told_open, told_end)
    USING (purse)
), entered AS (
  INSERT INTO entries (member_id, key, part, currency, type, from_account, to_account, points, lot_expires_at,
    lot_month, lot_source, order_ref, rule_version, actor, reason, balance_after, fingerprint, occurred_at,
    recorded_at, lane, batch, ord)
  SELECT member_id, key, 0, currency, CASE WHEN takes THEN 'REDEEM'::entry_type ELSE 'EARN' END,
    CASE WHEN takes THEN 'AVAILABLE'::account ELSE 'ISSUED' END,
    CASE WHEN takes THEN 'REDEEMED'::account ELSE 'AVAILABLE' END, points, expires_at,
    month, source, order_ref, rule_version, actor, reason, balance_after,
    substring($24::bytea, row_open - $25::int - 15, 16), recorded_at, recorded_at, $26, $27, nth
  FROM posted
), totals AS (
  SELECT jsonb_object_agg(currency, accounts) AS totals
  FROM (
    SELECT currency, jsonb_object_agg(CASE WHEN takes THEN 'REDEEMED' ELSE 'ISSUED' END,
                                      CASE WHEN takes THEN points ELSE -points END) AS accounts
    FROM (SELECT currency, takes, sum(points) AS points FROM posted GROUP BY currency, takes) AS each
    GROUP BY currency) AS moved
), content AS (
  SELECT count(*)::int AS entries,
    '\\xdd'::bytea || int4send(count(*)::int)
      || string_agg(
           substring($24::bytea, row_end + 1, told_open - row_end) || sfixed64(balance_after)
             || substring($24::bytea, told_open + 1, told_end - told_open), '' ORDER BY nth) AS told,
    string_agg(
      (substring($24::bytea, row_open - $25::int + 1, $25::int) || int8send(balance_after))
        || substring($24::bytea, row_open + 1, row_lot - row_open)
        || ('\\x00000008'::bytea || int8send(expires_at)) || ('\\x00000004'::bytea || int4send(month))
        || ('\\x00000002'::bytea || int2send(source))
        || substring($24::bytea, row_lot + 1, row_end - row_lot), '' ORDER BY nth) AS rows,
    array_send(array_agg(ARRAY[nth, balance_after, expires_at, month, source] ORDER BY nth)) AS outcomes,
    keys_are_free(
      array_agg(member_id) FILTER (WHERE takes), array_agg(key) FILTER (WHERE takes)) AS free
  FROM posted HAVING count(*) > 0
), sealed AS MATERIALIZED (
  SELECT entries, told, events_hash, sha256($29 || rows || events_hash) AS hash, outcomes
  FROM content, LATERAL (SELECT sha256(told) AS events_hash OFFSET 0) AS digest
  WHERE free IS NOT FALSE
), batch AS (
  INSERT INTO batches (lane, seq, previous, hash, entries, totals, committed_at, format, events, events_hash)
  SELECT $26, $27, $28, hash, entries, totals, $30, $31, entries, events_hash FROM sealed, totals
), tell AS (
  INSERT INTO outbox (lane, seq, ord, type, event) SELECT $26, $27, entries - 1, $32, told FROM sealed
)
SELECT hash, outcomes FROM sealed
"""

_OUTCOMES = Struct("!" + "4xq" * 5).iter_unpack
_SENT_HEADER = 28
"""Of both dimensions, as array_send writes it; ``rows`` reads lots alike."""

_FIND = """
SELECT b.hash, array_send(
  array_agg(ARRAY[e.ord, e.balance_after, e.lot_expires_at, e.lot_month, e.lot_source] ORDER BY e.ord))
FROM entries e
JOIN unnest($1::uuid[], $2::uuid[], $3::int[], $4::bytea[], $5::timestamptz[])
  AS k(member_id, key, nth, fingerprint, recorded_at) USING (member_id, key)
JOIN batches b ON (b.lane, b.seq) = (e.lane, e.batch)
WHERE e.lane = $6 AND e.batch = $7 AND (e.ord, e.fingerprint, e.recorded_at) = (k.nth, k.fingerprint, k.recorded_at)
GROUP BY b.hash
"""
