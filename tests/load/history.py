"""History: members with years of orders behind them, written by SQL alone, as the ledger would have left them.

Every member ordered equally often and for the same money each time, so that each balance follows from the
entry's number. Orders come in the order of time and of all members by turns, as a shop's do.
"""

from collections.abc import Sequence

import asyncpg

from infra.local.databases import DatabaseUrls
from services.kit import clock
from services.loyalty.actions import programmes as actions
from services.loyalty.rules.earning.earn_rules import EarnRounding, EarnRule
from services.loyalty.rules.ledger.expiry import NEVER, Expiry, Maturation, Period, Rounding
from services.loyalty.rules.programmes.programmes import CurrencyRules, NegativePolicy, Programme
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.tiers.tier_schemes import Condition, TierRule
from services.loyalty.storage.programmes.programmes import Publication

PROGRAMME = "bench"
ENTRIES_PER_ORDER = 2
_NAME = Text("名", "name")
_FOUNDED_AT = clock.micros(clock.EPOCH.replace(year=1997))
_LANE = 14  # the last that a lane of ours would claim


def programme() -> Programme:
    """Points that go at the end of a month a year later, growth that stays, two tiers by growth."""
    never, at_once = Expiry(), Maturation()
    year = Expiry(Period.parse("P12M"), Rounding.MONTH)
    return Programme(
        programme_id=PROGRAMME,
        number=0,
        version=1,
        name=_NAME,
        time_zone="Asia/Shanghai",
        money_currency="CNY",
        currencies=(
            CurrencyRules("POINTS", _NAME, True, at_once, year, NegativePolicy.ALLOW_NEGATIVE),
            CurrencyRules("GROWTH", _NAME, False, at_once, never, NegativePolicy.ALLOW_NEGATIVE),
        ),
        earn_rules=(
            EarnRule("points", "POINTS", 1, 100, EarnRounding.WHOLE_STEPS, True),
            EarnRule("growth", "GROWTH", 1, 100, EarnRounding.WHOLE_STEPS, False),
        ),
        tiers=(
            TierRule("silver", _NAME, (Condition("GROWTH", 2_000_000),), 12_000, ()),
            TierRule("gold", _NAME, (Condition("GROWTH", 8_000_000),), 15_000, ()),
        ),
        effective_at=_FOUNDED_AT,
    )


async def write(urls: DatabaseUrls, members: int, orders_each: int) -> None:
    """Found the programme and write what its members did in the past eleven months."""
    owner = await asyncpg.connect(urls.owner)
    try:
        async with owner.transaction():
            published = Publication(programme(), "service:bench", _FOUNDED_AT, "bench", is_default=True)
            founded, _ = await actions.create(owner, published)
        points, growth = (currency.number for currency in founded.programme.currencies)
        names = {
            "members": members,
            "orders": members * orders_each,
            "points": points,
            "growth": growth,
            "programme": founded.programme.number,
            "never": NEVER,
            "lane": _LANE,
        }
        await owner.execute(_ORDERS.format(**names))
        await without_indexes(owner, [step.format(**names) for step in _STEPS])
        await owner.execute("DROP TABLE past")
        await owner.execute("VACUUM (FREEZE, ANALYZE)")
    finally:
        await owner.close()


async def without_indexes(owner: asyncpg.Connection, steps: Sequence[str]) -> None:
    """Write to the ledger's great tables without their indexes, made again afterwards: a quarter of the time.

    Their pages are then as full as keys that come at random leave them, ln 2, and as raw's are. Packed ones would
    nearly all be split by the next tenth of entries, which is no year's work and falls on the ledger's arms alone.
    """
    indexes = await owner.fetch(_INDEXES)
    for index in indexes:
        await owner.execute(index["drop"])
    for step in steps:
        await owner.execute(step)
    await owner.execute("SET maintenance_work_mem = '512MB'")
    for index in indexes:
        await owner.execute(index["make"])


_INDEXES = """
SELECT CASE WHEN c.oid IS NULL THEN 'DROP INDEX ' || i.indexrelid::regclass
            ELSE 'ALTER TABLE ' || i.indrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(c.conname) END AS drop,
       CASE WHEN c.oid IS NULL
            THEN regexp_replace(pg_get_indexdef(i.indexrelid), '( WHERE .*)?$', sparing || '\\1')
            ELSE 'ALTER TABLE ' || i.indrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(c.conname) || ' '
                 || pg_get_constraintdef(c.oid) || sparing END AS make
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
JOIN pg_class of ON of.oid = i.indexrelid JOIN pg_am am ON am.oid = of.relam
CROSS JOIN LATERAL (SELECT CASE amname WHEN 'btree' THEN ' WITH (fillfactor = 69)' ELSE '' END AS sparing) AS pages
WHERE i.indrelid IN ('entries'::regclass, 'orders'::regclass, 'wallets'::regclass, 'standings'::regclass)
"""

# A member's wallets lie side by side, since the first order makes them together.
# 7919 has no divisor in common with a round number of members, so each comes once in every turn.
_ORDERS = """
CREATE UNLOGGED TABLE past AS
SELECT k, k / {members} AS nth, md5('member' || m)::uuid AS member_id, 10 + m % 490 AS points,
       at, (extract(epoch FROM at) * 1000000)::bigint AS us,
       (at AT TIME ZONE 'Asia/Shanghai')::date AS day,
       (extract(year FROM at AT TIME ZONE 'Asia/Shanghai') * 12
        + extract(month FROM at AT TIME ZONE 'Asia/Shanghai') - 1)::int AS month,
       (extract(epoch FROM (date_trunc('month', at AT TIME ZONE 'Asia/Shanghai') + interval '13 months')
          AT TIME ZONE 'Asia/Shanghai') * 1000000)::bigint AS expires_at
FROM (
  SELECT k, k::bigint * 7919 % {members} AS m,
         date_trunc('second', now()) - interval '330 days' + interval '330 days' * (k::float8 / {orders}) AS at
  FROM generate_series(0, {orders} - 1) AS k
) AS numbered
"""

_STEPS = (
    """INSERT INTO members SELECT DISTINCT member_id, timestamptz '1997-01-01' FROM past WHERE nth = 0""",
    """INSERT INTO orders (source, order_id, member_id, programme, fingerprint, total_minor, refunded_minor, lines,
         earned, channel, rule_version, tier_at_payment, tier_after, paid_at, recorded_at)
       SELECT 'past', 'order-' || k, member_id, {programme}, decode(md5('body' || k), 'hex'), points * 100, 0,
              ('[["1","tea",1,' || points * 100 || ',0,{{"POINTS":' || points || ',"GROWTH":' || points
               || '}},{{}}]]')::json,
              ('{{"POINTS":[' || points || ',0,' || expires_at || ',' || month || ',' || (nth + 1) * points
               || ',0,0,false],"GROWTH":[' || points || ',0,{never},0,' || (nth + 1) * points
               || ',0,0,false]}}')::json,
              'web', 1, '', '', at, at
       FROM past ORDER BY k""",
    """INSERT INTO entries (member_id, key, part, currency, type, from_account, to_account, points, lot_expires_at,
         lot_month, lot_source, order_ref, rule_version, actor, reason, balance_after, fingerprint, occurred_at,
         recorded_at, lane, batch, ord)
       SELECT member_id, md5('order' || k)::uuid, part, CASE part WHEN 0 THEN {points} ELSE {growth} END, 'EARN',
              'ISSUED', 'AVAILABLE', points, CASE part WHEN 0 THEN expires_at ELSE {never} END,
              CASE part WHEN 0 THEN month ELSE 0 END, 0, 'past:order-' || k, 1, 'system:bench', '',
              (nth + 1) * points, decode(md5('body' || k), 'hex'), at, at, {lane}, k / 250 + 1, k % 250 * 2 + part
       FROM past, generate_series(0, 1) AS part ORDER BY k, part""",
    """INSERT INTO batches (lane, seq, previous, hash, entries, totals, committed_at)
       SELECT {lane}, k / 250 + 1, '', '', count(*) * 2,
              jsonb_build_object('{points}', jsonb_build_object('ISSUED', -sum(points)),
                                 '{growth}', jsonb_build_object('ISSUED', -sum(points))), max(at)
       FROM past GROUP BY k / 250""",
    """INSERT INTO wallets (member_id, currency, available, pending, held, version, lots, pending_lots, touched_at,
         next_due_at, plain)
       SELECT wallets.* FROM (
       SELECT member_id, {points} AS currency, sum(points)::bigint, 0, 0, sum(count)::bigint,
              array_agg(ARRAY[expires_at, month, 0, points] ORDER BY expires_at), '{{}}'::bigint[], max(us),
              min(expires_at), true
       FROM (SELECT member_id, expires_at, month, sum(points)::bigint AS points, count(*) AS count, max(us) AS us
             FROM past GROUP BY member_id, expires_at, month) AS lots GROUP BY member_id
       UNION ALL
       SELECT member_id, {growth}, sum(points), 0, 0, count(*), ARRAY[ARRAY[{never}, 0, 0, sum(points)]],
              '{{}}'::bigint[], max(us), {never}, true
       FROM past GROUP BY member_id) AS wallets JOIN past USING (member_id)
       WHERE past.nth = 0 ORDER BY past.k, currency""",
    """INSERT INTO standings (member_id, programme, tier_keys, tier_since, days, judged_version, touched_at)
       SELECT member_id, {programme}, '{{}}', '{{}}', array_agg(ARRAY[day - date '0001-01-01' + 1, spend, count]
              ORDER BY day), 1, max(us)
       FROM (SELECT member_id, day, sum(points) * 100 AS spend, count(*) AS count, max(us) AS us
             FROM past GROUP BY member_id, day) AS days GROUP BY member_id""",
)
