"""Rows: how what the ledger remembers looks in the database, both ways."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple
from struct import Struct
from typing import Any

import asyncpg
import orjson

from services.kit.clock import instant, micros
from services.loyalty.rules.ledger.slices import Packed
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.orders.judgements import Allowed, Judgement, Past
from services.loyalty.rules.orders.orders import Earned, Line, Order
from services.loyalty.rules.orders.refunds import Refund, TakenBack
from services.loyalty.rules.tiers.standings import Placed, PlacementKind, Restriction, Standing

# Rows of numbers come back by array_send: asyncpg's own decoder of arrays took half of all that reading took. What is
# mostly empty is not sent then, which is a tenth of what a wallet takes to be read.
_SENT_HEADER = 28
"""Dimensions, flags and type, and of both dimensions size and lower bound; of an empty array less, and nothing else."""
_SLICE = Struct("!" + "4xq" * 4)
_SLICES = _SLICE.iter_unpack
_SHAPE = Struct("!12xii8x4xq").unpack_from
"""How many rows an array has, from which number on, and the first number of the first."""
_DAYS = Struct("!" + "4xq" * 3).iter_unpack

WALLET = """
w.member_id::text, w.currency, w.available, w.pending, w.held, w.version, {lots},
CASE WHEN cardinality(w.pending_lots) > 0 THEN array_send(w.pending_lots) END, w.touched_at, w.next_due_at
"""
"""What is selected of wallets ``w`` to make one of a row, once ``lots`` says which; more may follow."""
WALLET_COLUMNS = 10
ALL_LOTS = "array_send(w.lots)"


def wallet(row: asyncpg.Record | tuple[Any, ...], made: Callable[[Any], Any] = list) -> Wallet:
    """A wallet from its row, its lots packed. Who only reads, all of them, has them ``made`` tuples, which cost nothing."""
    member_id, currency, available, pending, held, version, lots, pending_lots, touched_at, due_at = row[
        :WALLET_COLUMNS
    ]
    packed = packable(lots) if made is list else None
    wallet = Wallet(
        member_id,
        currency,
        available,
        pending,
        held,
        version,
        [] if packed else slices(lots, made),
        slices(pending_lots, made),
        touched_at,
        due_at,
        version,
    )
    if packed:
        wallet.keep_packed(packed, list(_SLICE.unpack_from(lots, len(lots) - _SLICE.size)))
    return wallet


def packable(sent: bytes | None) -> Packed | None:
    """Lots, two or more, that need no looking at; None for those of another shape than we write."""
    if sent is None or len(sent) <= _SENT_HEADER + _SLICE.size:
        return None
    count, begins, good_until = _SHAPE(sent)
    if begins != 1 or len(sent) != _SENT_HEADER + count * _SLICE.size:
        return None
    return Packed(sent, slices, good_until, count - 1)


def slices(sent: bytes | None, made: Callable[[Any], Any] = list) -> list[list[int]]:
    """Lots or parts of them, as array_send sends them; none for none."""
    if sent is None or len(sent) <= _SENT_HEADER:
        return []
    return list(map(made, _SLICES(sent[_SENT_HEADER:])))


STANDING_JOINED = """
s.member_id::text, s.programme, s.tier_keys, s.tier_since, array_send(s.days), s.judged_version, s.touched_at,
s.merged_into::text, s.was_merged, s.forfeited_at, s.restriction,
CASE WHEN cardinality(s.earned) > 0 THEN array_send(s.earned) END, s.ladder_since, s.valid_until, s.grace_until,
s.placed, s.automated_refused, {joined_at}
"""
JOINED_AT = "(SELECT m.joined_at FROM members m WHERE m.member_id = s.member_id)"
STANDING = STANDING_JOINED.format(joined_at=JOINED_AT)
"""What is selected of standings ``s`` to make one of a row."""

RESTRICTIONS = {int(restriction): restriction for restriction in Restriction}


def standing(row: asyncpg.Record | tuple[Any, ...], made: Callable[[Any], Any] = list) -> Standing:
    """A standing from its row. Who only reads has its days ``made`` tuples, which cost nothing."""
    member_id, programme, tier_keys, tier_since, days, judged_version, touched_at, *fate, joined_at = row
    merged_into, was_merged, forfeited_at, restriction, earned, *term, automated_refused = fate
    ladder_since, valid_until, grace_until, above = term
    tiers = list(zip(tier_keys, tier_since, strict=True))
    held, since = tiers[-1] if tiers else ("", 0)
    ladder, *placements = orjson.loads(above) if above else (held,)
    return Standing(
        member_id,
        programme,
        tiers,
        list(map(made, _DAYS(days[_SENT_HEADER:]))),
        judged_version,
        touched_at,
        merged_into or "",
        was_merged,
        forfeited_at,
        RESTRICTIONS[restriction],
        list(map(made, _DAYS(earned[_SENT_HEADER:]))) if earned else [],
        ladder,
        ladder_since or since,
        valid_until,
        grace_until,
        placed(placements) if placements else [],
        micros(joined_at) if joined_at else 0,
        automated_refused=automated_refused,
    )


def placements(of: Standing) -> str | None:
    """What stands above the ladder, after what the ladder gives; None where nothing does."""
    return orjson.dumps([of.ladder, *map(astuple, of.placed)]).decode() if of.placed else None


def placed(stored: Iterable[Sequence[Any]]) -> list[Placed]:
    """Placements as they are stored."""
    return [Placed(PlacementKind(kind), tier, until, id) for kind, tier, until, id in stored]


def order(row: asyncpg.Record, programme_id: str, money_currency: str) -> Order:
    earned = {code: Earned(*values) for code, values in orjson.loads(row["earned"]).items()}
    return Order(
        source=row["source"],
        order_id=row["order_id"],
        programme=row["programme"],
        programme_id=programme_id,
        member_id=str(row["member_id"]),
        fingerprint=row["fingerprint"],
        money_currency=money_currency,
        total_minor=row["total_minor"],
        lines=[Line(*values) for values in orjson.loads(row["lines"])],
        channel=row["channel"],
        paid_at=micros(row["paid_at"]),
        recorded_at=micros(row["recorded_at"]),
        rule_version=row["rule_version"],
        tier_at_payment=row["tier_at_payment"],
        tier_after=row["tier_after"],
        refunded_minor=row["refunded_minor"],
        completed_at=micros(row["completed_at"]) if row["completed_at"] else 0,
        earned=earned,
        judgement=judgement(row["judgement"]),
    )


def judgement(stored: str | None) -> Judgement | None:
    """How rules judged an order, from its JSON."""
    if stored is None:
        return None
    found = orjson.loads(stored)
    allowed = {rule: Allowed(*values) for rule, values in found["allowed"].items()}
    orders, spend_minor, days_since_order, is_first, *birthday = found["past"]
    past = Past(orders, spend_minor, days_since_order, is_first, *map(tuple, birthday))
    return Judgement(past, allowed, found["given"], found["coupons"])


def order_judgement(of: Order) -> bytes | None:
    if (kept := of.judgement) is None:
        return None
    allowed = {rule: tuple(most) for rule, most in kept.allowed.items()}
    past = tuple(kept.past if kept.past.birthday_of else kept.past[:-1])  # mostly it was nobody's birthday
    body = {"past": past, "allowed": allowed, "given": kept.given, "coupons": kept.coupons}
    return orjson.dumps(body)


def order_lines(of: Order) -> bytes:
    return orjson.dumps(
        [
            (
                line.line_id,
                line.sku,
                line.quantity,
                line.minor,
                line.refunded_minor,
                line.earned,
                line.taken_back,
            )
            for line in of.lines
        ]
    )


def order_earned(of: Order) -> bytes:
    return orjson.dumps(
        {
            code: (
                e.points,
                e.matures_at,
                e.expires_at,
                e.month,
                e.balance_after,
                e.matured,
                e.matured_balance_after,
                e.waited,
                *((e.on_completion, e.completion_expires_at) if e.on_completion else ()),
            )
            for code, e in of.earned.items()
        }
    )


def refund(row: asyncpg.Record, money_currency: str) -> Refund:
    taken_back = {code: TakenBack(*values) for code, values in orjson.loads(row["taken_back"]).items()}
    return Refund(
        row["source"],
        row["order_id"],
        row["refund_id"],
        str(row["member_id"]),
        row["fingerprint"],
        money_currency,
        row["refunded_minor"],
        row["refundable_minor"],
        taken_back,
        micros(row["recorded_at"]),
        orjson.loads(row["returned"]),
        row["shares"],
        bool(row["by_line"]),
    )


def new_refund(of: Refund) -> tuple[Any, ...]:
    """A refund's row, in the order of ``NEW_REFUND_COLUMNS``."""
    taken_back = {
        code: (t.points, t.became_debt, t.written_off, t.balance_after, t.forfeited)
        for code, t in of.taken_back.items()
    }
    return (
        of.source,
        of.order_id,
        of.refund_id,
        of.member_id,
        of.fingerprint,
        of.refunded_minor,
        of.refundable_minor,
        orjson.dumps(taken_back).decode(),
        instant(of.recorded_at),
        orjson.dumps(of.returned).decode(),
        of.shares,
        of.by_line,
    )


NEW_REFUND_COLUMNS = (
    "source",
    "order_id",
    "refund_id",
    "member_id",
    "fingerprint",
    "refunded_minor",
    "refundable_minor",
    "taken_back",
    "recorded_at",
    "returned",
    "shares",
    "by_line",
)
