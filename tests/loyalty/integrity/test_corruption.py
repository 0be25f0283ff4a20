"""Positive controls: whatever somebody with all rights does to the ledger, the check meant for it names the row."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import asyncpg
import orjson
import pytest

from services.kit import database
from services.loyalty.storage.ledger.integrity.checks import gone_through
from services.loyalty.storage.ledger.integrity.verifications import CHECKS
from tests.loyalty.integrity.conftest import Ledger


class Corruption(NamedTuple):
    """What is done, as a statement that returns the place of the row that must be named, and the check meant for it."""

    check: str
    plant: str


ENTRY = "json_build_object('member_id', member_id, 'key', key, 'part', part)"
OF_ENTRY = "json_build_object('lane', lane, 'seq', batch)"
BATCH = "json_build_object('lane', lane, 'seq', seq)"
WALLET = "json_build_object('member_id', member_id, 'currency', currency)"
TAKING = "json_build_object('member_id', member_id, 'key', key)"
HOLD = "json_build_object('member_id', member_id, 'hold_id', hold_id)"


def of(table: str, where: str = "true") -> str:
    """One row of a table, always the same."""
    return f"ctid = (SELECT ctid FROM {table} WHERE {where} ORDER BY md5({table}::text) LIMIT 1)"


def lots(column: str, first: str) -> str:
    """The lots of a column with something else for the first of them."""
    return f"ARRAY[{first}] || {column}[2:]"


SPENT = of("entries", "type = 'REDEEM'")
SLIDES = "currency = (SELECT number FROM currencies WHERE code = 'SLIDING')"
PLAIN = f"NOT {SLIDES} AND cardinality(lots) > 4"
SLID = f"{SLIDES} AND cardinality(lots) > 0"
OPEN = "state = 'OPEN'"
EARNING = "order_ref <> '' AND type = 'EARN' AND reason = ''"
EARNED = "earned::text <> '{}'"
ORDER = "json_build_object('source', source, 'order_id', order_id)"
ORDER_REF = "json_build_object('order_ref', source || ':' || order_id)"
STANDING = "json_build_object('member_id', member_id, 'programme', programme)"
ALONE = "(source, order_id) IN (SELECT source, order_id FROM refunds GROUP BY 1, 2 HAVING count(*) = 1)"
COUNTS = "merged_into IS NULL AND (SELECT sum(days[nth][3]) FROM generate_subscripts(days, 1) AS nth) > 0"
COMPLETED = "order_id IN (SELECT substr(order_ref, 6) FROM entries WHERE type = 'PENDING_ACTIVATED' AND order_ref <> '')"
DECLINED = """because = '' AND available > 0 AND NOT EXISTS (
  SELECT FROM standings s WHERE s.member_id = denials.member_id AND (s.merged_into IS NOT NULL OR s.was_merged))"""
MOVED = "EXISTS (SELECT FROM json_each(moved) AS m(currency, said) WHERE (said ->> 0)::bigint > 0)"
REFUND = "(taken_back -> 'POINTS' ->> 0)::bigint > 0"

CLOSED, TIMED_OUT, CAPTURED = "state <> 'OPEN'", "state = 'TIMED_OUT'", "state = 'CAPTURED'"
FATED = "member_id IN (SELECT member_id FROM standings WHERE forfeited_at > 0 OR merged_into IS NOT NULL)"
IN_BETWEEN = """refunded_minor > 0 AND refundable_minor > (
  SELECT min(r.refundable_minor) FROM refunds r
  WHERE (r.source, r.order_id) = (refunds.source, refunds.order_id))"""
MERGE = "json_build_object('member_id', from_member, 'programme', programme, 'merge_id', merge_id)"
RETURNED = "EXISTS (SELECT FROM json_each(returned) AS m(currency, said) WHERE (said ->> 0)::bigint > 0)"
LEFT = "EXISTS (SELECT FROM entries e WHERE e.member_id = standings.member_id AND e.type = 'FORFEIT')"

BUDGET = "json_build_object('programme', programme, 'rule', rule)"
CAP = "json_build_object('member_id', member_id, 'programme', programme, 'rule', rule, 'span', span)"
REVERSAL = "json_build_object('key', key)"
BY_REFUND = "reversal_id LIKE 'refund:%' AND cardinality(slices) > 0"
OTHERS = """SELECT e.key FROM entries e WHERE e.member_id = reversals.member_id AND e.type = 'REDEEM'
  AND e.key <> reversals.redemption AND NOT EXISTS (
    SELECT FROM entries o, generate_subscripts(reversals.slices, 1) AS nth
    WHERE (o.member_id, o.key, o.lot_expires_at, o.lot_month::bigint, o.lot_source::bigint)
      = (e.member_id, e.key, slices[nth][1], slices[nth][2], slices[nth][3]))"""
STANDS = """undone_at IS NULL AND into_member NOT IN (SELECT from_member FROM merges) AND (SELECT count(*) FROM json_each(share -> 'currencies') AS c(number, of)
  WHERE json_array_length(of -> 0) > 0) > 0"""
CURRENCY = "(SELECT min(number) FROM json_each(share -> 'currencies') AS c(number, of) WHERE json_array_length(of -> 0) > 0)"
MONEY = "cardinality(days) > 3 AND days[1][2] > 0"


def shared(part: int, said: str) -> str:
    """A merge that stands, with something else for a part of what it would give back of one currency."""
    return f"""UPDATE merges SET share = jsonb_set(share::jsonb, ARRAY['currencies', {CURRENCY}, '{part}'], {said})
               WHERE {of("merges", STANDS)} RETURNING {MERGE}"""


CORRUPTIONS = {
    "a refund under another id": Corruption(
        "refunds",
        f"UPDATE refunds SET refund_id = refund_id || 'x' WHERE {of('refunds', REFUND)} RETURNING {ORDER_REF}",
    ),
    "a refund with another body": Corruption(
        "refunds",
        f"UPDATE refunds SET fingerprint = 'x' WHERE {of('refunds', REFUND)} RETURNING {ORDER_REF}",
    ),
    "a reversal by another refund": Corruption(
        "refunds",
        f"""UPDATE reversals SET reversal_id = reversal_id || 'x' WHERE {of("reversals", BY_REFUND)}
            RETURNING {REVERSAL}""",
    ),
    "a reversal that is said to be by hand": Corruption(
        "refunds",
        f"UPDATE reversals SET reversal_id = 'x' WHERE {of('reversals', BY_REFUND)} RETURNING {REVERSAL}",
    ),
    "a reversal said to be of another day": Corruption(
        "reversals",
        f"""UPDATE reversals SET recorded_at = recorded_at - interval '1 day'
            WHERE {of("reversals", "cardinality(slices) > 0")} RETURNING {REVERSAL}""",
    ),
    "a reversal with another body": Corruption(
        "reversals",
        f"""UPDATE reversals SET fingerprint = 'x' WHERE {of("reversals", "cardinality(slices) > 0")}
            RETURNING {REVERSAL}""",
    ),
    "a reversal that is gone": Corruption(
        "reversals", f"DELETE FROM reversals WHERE {of('reversals')} RETURNING {REVERSAL}"
    ),
    "a reversal of another redemption": Corruption(
        "redemptions",
        f"""UPDATE reversals SET redemption = ({OTHERS} LIMIT 1) WHERE {of("reversals", f"cardinality(slices) > 0 AND EXISTS ({OTHERS})")}
            RETURNING json_build_object('member_id', member_id, 'key', redemption)""",
    ),
    "a budget of which more is spent": Corruption(
        "earn budgets",
        f"UPDATE earn_budgets SET spent = spent + 1 WHERE {of('earn_budgets')} RETURNING {BUDGET}",
    ),
    "a budget of which nothing is spent": Corruption(
        "earn budgets",
        f"DELETE FROM earn_budgets WHERE {of('earn_budgets', 'spent > 0')} RETURNING {BUDGET}",
    ),
    "an order that was given less by a rule": Corruption(
        "earn budgets",
        f"""UPDATE orders SET judgement = jsonb_set(judgement::jsonb, '{{given,POINTS,festive}}', '1')
            WHERE {of("orders", "refunded_minor = 0 AND (judgement -> 'given' -> 'POINTS' ->> 'festive')::int > 5")}
            RETURNING json_build_object('programme', programme, 'rule', 'festive')""",
    ),
    "an order that was given a coupon": Corruption(
        "earn budgets",
        f"""UPDATE orders SET judgement = jsonb_set(judgement::jsonb, '{{coupons}}', '["coupons", "coupons"]')
            WHERE {of("orders")} RETURNING json_build_object('programme', programme, 'rule', 'coupons')""",
    ),
    "a cap of which less is used": Corruption(
        "earn caps",
        f"UPDATE earn_caps SET given = given - 1 WHERE {of('earn_caps', 'given > 0')} RETURNING {CAP}",
    ),
    "a cap of another week": Corruption(
        "earn caps",
        f"""UPDATE earn_caps SET first_on = first_on - 7000 WHERE {of("earn_caps", "given > 0 AND span = 'WEEK'")}
            RETURNING {CAP}""",
    ),
    "a cap that is gone": Corruption(
        "earn caps", f"DELETE FROM earn_caps WHERE {of('earn_caps', 'given > 0')} RETURNING {CAP}"
    ),
    "a merge that would give more back": Corruption(
        "merge shares", shared(0, "jsonb_build_array(jsonb_build_array(1, 1, 1, 99))")
    ),
    "a merge that would give a promise back": Corruption(
        "merge shares", shared(2, "jsonb_build_array(jsonb_build_array(1, 1, 1, 99))")
    ),
    "a merge that would give a debt back": Corruption("merge shares", shared(4, "'7'")),
    "money counted on another day": Corruption(
        "counted orders",
        f"""UPDATE standings SET days[1][2] = days[1][2] - 1, days[2][2] = days[2][2] + 1
            WHERE {of("standings", MONEY)} RETURNING {STANDING}""",
    ),
    "a day that is another": Corruption(
        "counted orders",
        f"""UPDATE standings SET days[1][1] = days[1][1] - 1 WHERE {of("standings", MONEY)} RETURNING {STANDING}""",
    ),
    "a standing that counts more points": Corruption(
        "counted points",
        f"""UPDATE standings SET earned[1][3] = earned[1][3] + 1
            WHERE {of("standings", "cardinality(earned) > 0")} RETURNING {STANDING}""",
    ),
    "points counted on another day": Corruption(
        "counted points",
        f"""UPDATE standings SET earned[1][1] = earned[1][1] - 1
            WHERE {of("standings", "earned[1][3] > 0")} RETURNING {STANDING}""",
    ),
    "a tier that never was": Corruption(
        "tiers",
        f"""UPDATE standings SET tier_keys = '{{platinum}}', tier_since = '{{1}}', placed = NULL
            WHERE {of("standings")} RETURNING {STANDING}""",
    ),
    "a placement by nobody": Corruption(
        "placements",
        f"""UPDATE standings SET placed = '["", ["OVERRIDE", "gold", 4102444800000000, "{"ab" * 16}"]]'
            WHERE {of("standings")} RETURNING {STANDING}""",
    ),
    "a placement that lasts longer": Corruption(
        "placements",
        f"""UPDATE standings SET placed = jsonb_set(placed::jsonb, '{{1,2}}', '4102444800000000')
            WHERE {of("standings", "placed -> 1 ->> 0 = 'OVERRIDE'")} RETURNING {STANDING}""",
    ),
    "points of whoever left": Corruption(
        "ended memberships",
        f"""WITH has AS (SELECT member_id, currency FROM wallets WHERE {of("wallets", "available > 0")}),
                 gone AS (INSERT INTO members (member_id, joined_at, restriction) SELECT member_id, now(), 2 FROM has
                          ON CONFLICT (member_id) DO UPDATE SET restriction = 2),
                 settled AS (INSERT INTO departures (member_id, erasure_id, heard_at, settled_at)
                             SELECT member_id, member_id, now(), now() FROM has)
            SELECT {WALLET} FROM has""",
    ),
    "a changed amount, to the entry": Corruption(
        "running balances", f"UPDATE entries SET points = points + 1 WHERE {SPENT} RETURNING {ENTRY}"
    ),
    "a changed amount, to the batch": Corruption(
        "content", f"UPDATE entries SET points = points + 1 WHERE {SPENT} RETURNING {OF_ENTRY}"
    ),
    "a changed amount, to the wallet": Corruption(
        "balances", f"UPDATE entries SET points = points + 1 WHERE {SPENT} RETURNING {WALLET}"
    ),
    "a changed balance": Corruption(
        "running balances",
        f"UPDATE entries SET balance_after = balance_after - 1 WHERE {SPENT} RETURNING {ENTRY}",
    ),
    "a changed reason": Corruption(
        "content", f"UPDATE entries SET reason = 'OTHER' WHERE {SPENT} RETURNING {OF_ENTRY}"
    ),
    "an entry given to another member": Corruption(
        "content",
        f"UPDATE entries SET member_id = gen_random_uuid() WHERE {SPENT} RETURNING {OF_ENTRY}",
    ),
    "a dropped entry": Corruption("content", f"DELETE FROM entries WHERE {SPENT} RETURNING {OF_ENTRY}"),
    "an inserted entry": Corruption(
        "content",
        f"""INSERT INTO entries SELECT (e).* FROM (
              SELECT jsonb_populate_record(entries, jsonb_build_object('key', gen_random_uuid(), 'ord', 9999)) AS e
              FROM entries WHERE {SPENT}) AS copied RETURNING {OF_ENTRY}""",
    ),
    "an entry outside any batch": Corruption(
        "content",
        f"""INSERT INTO entries SELECT (e).* FROM (
              SELECT jsonb_populate_record(entries, jsonb_build_object('key', gen_random_uuid(), 'batch', 9999)) AS e
              FROM entries WHERE {SPENT}) AS copied RETURNING {OF_ENTRY}""",
    ),
    "a torn batch": Corruption(
        "content",
        f"""DELETE FROM entries e USING (SELECT lane, seq FROM batches WHERE {of("batches", "entries > 5")}) AS b
            WHERE e.lane = b.lane AND e.batch = b.seq AND e.ord > 1
            RETURNING json_build_object('lane', e.lane, 'seq', e.batch)""",
    ),
    "a broken link": Corruption(
        "links",
        f"UPDATE batches SET previous = sha256('other') WHERE {of('batches', 'seq > 3')} RETURNING {BATCH}",
    ),
    "a changed time": Corruption(
        "content",
        f"UPDATE batches SET committed_at = committed_at + interval '1 hour' WHERE {of('batches')} RETURNING {BATCH}",
    ),
    "a batch said to be of a format that is not recomputed": Corruption(
        "links", f"UPDATE batches SET format = 1 WHERE {of('batches')} RETURNING {BATCH}"
    ),
    "a batch that is missing with all its entries": Corruption(
        "links",
        f"""WITH gone AS (DELETE FROM batches WHERE {of("batches", "seq BETWEEN 5 AND 20")} RETURNING lane, seq),
                 entries AS (DELETE FROM entries e USING gone WHERE (e.lane, e.batch) = (gone.lane, gone.seq)),
                 events AS (DELETE FROM outbox o USING gone WHERE (o.lane, o.seq) = (gone.lane, gone.seq))
            SELECT json_build_object('lane', lane, 'seq', seq + 1) FROM gone""",
    ),
    "a changed batch total": Corruption(
        "batch totals",
        f"""UPDATE batches SET totals = jsonb_set(totals, '{{1,ISSUED}}', '-1')
            WHERE {of("batches", "totals -> '1' ? 'ISSUED'")} RETURNING {BATCH}""",
    ),
    "a wallet with more than was posted": Corruption(
        "zero sum",
        f"""UPDATE wallets SET available = available + 1 WHERE {of("wallets")}
            RETURNING json_build_object('currency', currency)""",
    ),
    "a changed event": Corruption(
        "events",
        f"""UPDATE outbox SET event = set_byte(event, 9, 1 + get_byte(event, 9) % 200)
            WHERE {of("outbox", "lane < 15")} RETURNING {BATCH}""",
    ),
    "an event that nobody sealed": Corruption(
        "events",
        f"""INSERT INTO outbox (lane, seq, ord, type, event) VALUES (3, 1, 0, 'PointsAwarded', '')
            RETURNING {BATCH}""",
    ),
    "a wallet and its lots with more than was posted": Corruption(
        "balances",
        f"""UPDATE wallets SET available = available + 1,
              lots = {lots("lots", "ARRAY[lots[1][1], lots[1][2], lots[1][3], lots[1][4] + 1]")}
            WHERE {of("wallets", PLAIN)} RETURNING {WALLET}""",
    ),
    "a wallet that is gone": Corruption(
        "balances", f"DELETE FROM wallets WHERE {of('wallets', PLAIN)} RETURNING {WALLET}"
    ),
    "a lot that lasts longer": Corruption(
        "lots",
        f"""UPDATE wallets SET next_due_at = lots[1][1] + 1,
              lots = {lots("lots", "ARRAY[lots[1][1] + 1, lots[1][2], lots[1][3], lots[1][4]]")}
            WHERE {of("wallets", PLAIN)} RETURNING {WALLET}""",
    ),
    "a promise that comes true sooner": Corruption(
        "pending lots",
        f"""UPDATE wallets SET next_due_at = 0, pending_lots = {
            lots(
                "pending_lots",
                "ARRAY[pending_lots[1][1] - 1, pending_lots[1][2], pending_lots[1][3], pending_lots[1][4]]",
            )
        }
            WHERE {of("wallets", f"NOT {SLIDES} AND cardinality(pending_lots) > 0")} RETURNING {WALLET}""",
    ),
    "a promise of sliding points that is worth more": Corruption(
        "sliding lots",
        f"""UPDATE wallets SET pending = pending + 1, pending_lots = {
            lots(
                "pending_lots",
                "ARRAY[pending_lots[1][1], pending_lots[1][2], pending_lots[1][3], pending_lots[1][4] + 1]",
            )
        }
            WHERE {of("wallets", f"{SLIDES} AND cardinality(pending_lots) > 0")} RETURNING {WALLET}""",
    ),
    "a hold of sliding points that keeps another lot's": Corruption(
        "sliding lots",
        f"""UPDATE holds SET slices = {lots("slices", "ARRAY[slices[1][1] + 1, slices[1][2], slices[1][3], slices[1][4]]")}
            WHERE {of("holds", f"{OPEN} AND {SLIDES}")} RETURNING {WALLET}""",
    ),
    "a sliding lot that lasts longer": Corruption(
        "sliding lots",
        f"""UPDATE wallets SET next_due_at = 0,
              lots = {lots("lots", "ARRAY[lots[1][1] + 1, lots[1][2], lots[1][3], lots[1][4]]")}
            WHERE {of("wallets", SLID)} RETURNING {WALLET}""",
    ),
    "a due instant put off": Corruption(
        "wallets",
        f"""UPDATE wallets SET next_due_at = next_due_at + 1
            WHERE {of("wallets", "next_due_at < 9223372036854775807")} RETURNING {WALLET}""",
    ),
    "lots in another order": Corruption(
        "wallets",
        f"""UPDATE wallets SET next_due_at = 0, lots = lots[2:2] || lots[1:1] || lots[3:]
            WHERE {of("wallets", PLAIN)} RETURNING {WALLET}""",
    ),
    "a hold that keeps more": Corruption(
        "holds",
        f"""UPDATE holds SET slices = {lots("slices", "ARRAY[slices[1][1], slices[1][2], slices[1][3], slices[1][4] + 1]")}
            WHERE {of("holds", OPEN)} RETURNING {HOLD}""",
    ),
    "a hold that keeps points of another lot": Corruption(
        "held lots",
        f"""UPDATE holds SET slices = {
            lots("slices", "ARRAY[slices[1][1] + 1, slices[1][2], slices[1][3], slices[1][4]]")
        }
            WHERE {
            of(
                "holds",
                "state = 'OPEN' AND currency IN (SELECT number FROM currencies WHERE code <> 'SLIDING')",
            )
        } RETURNING {HOLD}""",
    ),
    "a hold captured for less": Corruption(
        "holds",
        f"UPDATE holds SET captured = captured - 1 WHERE {of('holds', 'captured > 1')} RETURNING {HOLD}",
    ),
    "a hold closed by a word": Corruption(
        "holds", f"UPDATE holds SET state = 'RELEASED' WHERE {of('holds', OPEN)} RETURNING {HOLD}"
    ),
    "a reversal that gave less": Corruption(
        "reversals",
        f"""UPDATE reversals SET slices = {
            lots("slices", "ARRAY[slices[1][1], slices[1][2], slices[1][3], slices[1][4] - 1]")
        }
            WHERE {of("reversals")} RETURNING json_build_object('key', key)""",
    ),
    "a reversal of which nothing expired": Corruption(
        "reversals",
        f"UPDATE reversals SET expired = expired - 1 WHERE {of('reversals', 'expired > 0')} RETURNING json_build_object('key', key)",
    ),
    "a redemption given back again and again": Corruption(
        "redemptions",
        f"""INSERT INTO reversals SELECT (r).* FROM (
              SELECT jsonb_populate_record(reversals, jsonb_build_object('reversal_id', 'again' || nth)) AS r
              FROM reversals, generate_series(1, 1000) AS nth  -- whatever part of it was given back before
              WHERE {of("reversals", "reversal_id LIKE 'refund:%' AND cardinality(slices) > 0")}
            ) AS copied
            RETURNING json_build_object('member_id', member_id, 'key', redemption)""",
    ),
    "a denial of what was posted": Corruption(
        "redemptions",
        f"""INSERT INTO denials SELECT member_id, key, fingerprint, points, 0, 0, recorded_at FROM entries
            WHERE {SPENT} RETURNING json_build_object('member_id', member_id, 'key', key)""",
    ),
    "a reward of which less is taken": Corruption(
        "reward stock",
        f"""UPDATE rewards SET taken = taken - 1 WHERE {of("rewards")}
            RETURNING json_build_object('programme', programme, 'reward', reward)""",
    ),
    "a redeemed reward that is gone": Corruption(
        "reward stock",
        f"""WITH gone AS (DELETE FROM reward_redemptions WHERE {of("reward_redemptions", "state = 'PENDING'")} RETURNING *)
            SELECT json_build_object('programme', programme, 'reward', reward) FROM gone""",
    ),
    "a reward said to have cost less": Corruption(
        "reward points",
        f"UPDATE reward_redemptions SET points = points - 1 WHERE {of('reward_redemptions')} RETURNING {TAKING}",
    ),
    "a reward cancelled by a word": Corruption(
        "reward points",
        f"""UPDATE reward_redemptions SET state = 'CANCELLED'
            WHERE {of("reward_redemptions", "state = 'PENDING'")} RETURNING {TAKING}""",
    ),
    "an order said to have earned more": Corruption(
        "orders",
        f"""UPDATE orders SET earned = jsonb_set(earned::jsonb, '{{POINTS,0}}', '100000')
            WHERE {of("orders", "earned -> 'POINTS' IS NOT NULL")}
            RETURNING json_build_object('order_ref', source || ':' || order_id)""",
    ),
    "an order line said to have earned more": Corruption(
        "orders",
        f"""UPDATE orders SET lines = jsonb_set(lines::jsonb, '{{0,5,POINTS}}', '100000')
            WHERE {of("orders", "earned -> 'POINTS' IS NOT NULL")}
            RETURNING json_build_object('order_ref', source || ':' || order_id)""",
    ),
    "an order that is gone": Corruption(
        "orders",
        f"""DELETE FROM orders WHERE {of("orders", "earned -> 'POINTS' IS NOT NULL")}
            RETURNING json_build_object('order_ref', source || ':' || order_id)""",
    ),
    "an order line of which less was taken back": Corruption(
        "refunded",
        f"""UPDATE orders o SET lines = jsonb_set(lines::jsonb, '{{0,6}}', '{{}}')
            WHERE {of("orders", "(lines -> 0 -> 6 ->> 'POINTS')::bigint > 0")}
            RETURNING json_build_object('source', source, 'order_id', order_id)""",
    ),
    "an order of which more was refunded": Corruption(
        "refunded",
        f"""UPDATE orders SET refunded_minor = refunded_minor + 1
            WHERE {of("orders", "refunded_minor < total_minor")}
            RETURNING json_build_object('source', source, 'order_id', order_id)""",
    ),
    "a refund that took back less": Corruption(
        "refunds",
        f"""UPDATE refunds SET taken_back = jsonb_set(taken_back::jsonb, '{{POINTS,0}}', '0')
            WHERE {of("refunds", REFUND)} RETURNING json_build_object('order_ref', source || ':' || order_id)""",
    ),
    "a refund that is gone": Corruption(
        "refunds",
        f"""DELETE FROM refunds WHERE {of("refunds", REFUND)}
            RETURNING json_build_object('order_ref', source || ':' || order_id)""",
    ),
    "an order that is said to be another member's": Corruption(
        "orders",
        f"UPDATE orders SET member_id = gen_random_uuid() WHERE {of('orders', EARNED)} RETURNING {ORDER_REF}",
    ),
    "an order said to be paid on another day": Corruption(
        "orders",
        f"UPDATE orders SET paid_at = paid_at - interval '40 days' WHERE {of('orders', EARNED)} RETURNING {ORDER_REF}",
    ),
    "an order said to be judged by another version": Corruption(
        "orders",
        f"UPDATE orders SET rule_version = rule_version + 1 WHERE {of('orders', EARNED)} RETURNING {ORDER_REF}",
    ),
    "an order over more money": Corruption(
        "refunded",
        f"UPDATE orders SET total_minor = total_minor + 100 WHERE {of('orders')} RETURNING {ORDER}",
    ),
    "an order line over other money": Corruption(
        "refunded",
        f"""UPDATE orders SET lines = jsonb_set(lines::jsonb, '{{0,3}}', '1')
            WHERE {of("orders", "total_minor > 1")} RETURNING {ORDER}""",
    ),
    "a refund that is said to be another member's": Corruption(
        "refunded",
        f"UPDATE refunds SET member_id = gen_random_uuid() WHERE {of('refunds')} RETURNING {ORDER}",
    ),
    "a refund after which more is left": Corruption(
        "refunded",
        f"""UPDATE refunds SET refundable_minor = refundable_minor + 1
            WHERE {of("refunds", ALONE)} RETURNING {ORDER}""",
    ),
    "a refund of other lines' money": Corruption(
        "refunded", f"UPDATE refunds SET shares[1] = shares[1] + 1 WHERE {of('refunds')} RETURNING {ORDER}"
    ),
    "a refund said to have left debt": Corruption(
        "refunds",
        f"""UPDATE refunds SET taken_back = jsonb_set(taken_back::jsonb, '{{POINTS,1}}', '77777')
            WHERE {of("refunds", REFUND)} RETURNING {ORDER_REF}""",
    ),
    "a hold for another order": Corruption(
        "holds", f"UPDATE holds SET order_ref = 'shop:other' WHERE {of('holds', OPEN)} RETURNING {HOLD}"
    ),
    "a standing that counts more money": Corruption(
        "counted orders",
        f"""UPDATE standings SET days[1][2] = days[1][2] + 1
            WHERE {of("standings", COUNTS)} RETURNING {STANDING}""",
    ),
    "a standing that is gone": Corruption(
        "counted orders",
        f"DELETE FROM standings WHERE {of('standings', COUNTS)} RETURNING {STANDING}",
    ),
    "a member merged by a word": Corruption(
        "merges",
        f"""UPDATE standings SET merged_into = gen_random_uuid()
            WHERE {of("standings", "merged_into IS NULL")} RETURNING {STANDING}""",
    ),
    "a gap that nobody explained": Corruption(
        "links",
        f"""WITH gone AS (DELETE FROM reopenings WHERE {of("reopenings", "lane < 15")} RETURNING lane, seq)
            SELECT {BATCH} FROM gone""",
    ),
    "a gap that is said to be another": Corruption(
        "links",
        f"""UPDATE reopenings SET statement = jsonb_set(statement::jsonb, '{{after}}', '7')::text
            WHERE {of("reopenings", "lane = 0")} RETURNING {BATCH}""",
    ),
    "a gap explained by somebody else": Corruption(
        "reopenings",
        f"""UPDATE reopenings SET statement = replace(statement, 'staff:ada', 'staff:eve')
            WHERE {of("reopenings", "lane < 15")} RETURNING {BATCH}""",
    ),
    "a gap explained where there is none": Corruption(
        "reopenings",
        f"""INSERT INTO reopenings SELECT lane, seq + 1, statement FROM reopenings
            WHERE {of("reopenings", "lane < 15")} RETURNING {BATCH}""",
    ),
    "a denial of fewer than there were": Corruption(
        "denials",
        f"UPDATE denials SET available = available + 1 WHERE {of('denials', DECLINED)} RETURNING {TAKING}",
    ),
    "a denial of what was there": Corruption(
        "denials", f"UPDATE denials SET asked = available WHERE {of('denials', DECLINED)} RETURNING {TAKING}"
    ),
    "an order of which more came true": Corruption(
        "completions",
        f"""UPDATE orders SET earned = jsonb_set(earned::jsonb, '{{PROMISED,5}}', '100000')
            WHERE {of("orders", COMPLETED)} RETURNING {ORDER_REF}""",
    ),
    "an order that was never completed": Corruption(
        "completions",
        f"UPDATE orders SET completed_at = NULL WHERE {of('orders', COMPLETED)} RETURNING {ORDER_REF}",
    ),
    "an order completed sooner": Corruption(
        "completions",
        f"""UPDATE orders SET completed_at = completed_at - interval '1 day'
            WHERE {of("orders", COMPLETED)} RETURNING {ORDER_REF}""",
    ),
    "a merge that moved more": Corruption(
        "merged points",
        f"""UPDATE merges SET moved = (
              SELECT json_object_agg(currency, json_build_array((said ->> 0)::bigint + 1, said -> 1, said -> 2))
              FROM json_each(moved) AS m(currency, said)) WHERE {of("merges", MOVED)}
            RETURNING json_build_object('member_id', from_member, 'programme', programme, 'merge_id', merge_id)""",
    ),
    "a merge into another member": Corruption(
        "merged points",
        f"""UPDATE merges SET into_member = gen_random_uuid() WHERE {of("merges", MOVED)}
            RETURNING json_build_object('member_id', from_member, 'programme', programme, 'merge_id', merge_id)""",
    ),
    "a tier that ends later": Corruption(
        "tiers",
        f"UPDATE standings SET valid_until = 1 WHERE {of('standings', 'grace_until = 0')} RETURNING {STANDING}",
    ),
    "a tier that is never looked at": Corruption(
        "tiers",
        f"UPDATE standings SET next_due_at = next_due_at - 1 WHERE {of('standings')} RETURNING {STANDING}",
    ),
    "tiers held in another order": Corruption(
        "tiers",
        f"""UPDATE standings SET tier_keys = '{{silver,gold}}', tier_since = '{{2,1}}'
            WHERE {of("standings")} RETURNING {STANDING}""",
    ),
    "a tier that nothing gives": Corruption(
        "tiers",
        f"""UPDATE standings SET tier_keys = '{{gold}}', tier_since = '{{1}}',
              placed = '["silver", ["OVERRIDE", "bronze", 9223372036854775807, "p"]]'
            WHERE {of("standings")} RETURNING {STANDING}""",
    ),
    "a hold said to be of another currency": Corruption(
        "holds", f"UPDATE holds SET currency = currency + 1 WHERE {of('holds', CLOSED)} RETURNING {HOLD}"
    ),
    "a hold said to be made later": Corruption(
        "holds", f"UPDATE holds SET held_at = held_at + 1 WHERE {of('holds', CLOSED)} RETURNING {HOLD}"
    ),
    "a hold said to have ended later": Corruption(
        "holds", f"UPDATE holds SET closed_at = closed_at + 1 WHERE {of('holds', CLOSED)} RETURNING {HOLD}"
    ),
    "a hold that had not timed out yet": Corruption(
        "holds",
        f"UPDATE holds SET expires_at = expires_at + 1 WHERE {of('holds', TIMED_OUT)} RETURNING {HOLD}",
    ),
    "a hold captured after its time": Corruption(
        "holds",
        f"UPDATE holds SET expires_at = closed_at WHERE {of('holds', CAPTURED)} RETURNING {HOLD}",
    ),
    "a wallet said to be touched later": Corruption(
        "balances", f"UPDATE wallets SET touched_at = touched_at + 1 WHERE {of('wallets')} RETURNING {WALLET}"
    ),
    "a debt that is passed over": Corruption(
        "wallets",
        f"UPDATE wallets SET plain = true WHERE {of('wallets', 'available < 0')} RETURNING {WALLET}",
    ),
    "a fate that is passed over": Corruption(
        "wallets",
        f"UPDATE wallets SET plain = true WHERE {of('wallets', f'NOT plain AND available >= 0 AND {FATED}')} RETURNING {WALLET}",
    ),
    "an order said to be recorded later": Corruption(
        "orders",
        f"UPDATE orders SET recorded_at = recorded_at + interval '1 day' WHERE {of('orders', EARNED)} RETURNING {ORDER_REF}",
    ),
    "a refund in between after which more is left": Corruption(
        "refunded",
        f"""UPDATE refunds SET refundable_minor = refundable_minor + 1
            WHERE {of("refunds", IN_BETWEEN)} RETURNING {ORDER}""",
    ),
    "a merge that gave more back": Corruption(
        "merged points",
        f"""UPDATE merges SET returned = (
              SELECT json_object_agg(currency, json_build_array((said ->> 0)::bigint + 1, said -> 1, said -> 2))
              FROM json_each(returned) AS m(currency, said)) WHERE {of("merges", RETURNED)} RETURNING {MERGE}""",
    ),
    "a merge that gave back more of what is held": Corruption(
        "merged points",
        f"""UPDATE merges SET returned = (
              SELECT json_object_agg(currency, json_build_array(said -> 0, said -> 1, said -> 2, 1))
              FROM json_each(returned) AS m(currency, said)) WHERE {of("merges", RETURNED)} RETURNING {MERGE}""",
    ),
    "a merge undone later": Corruption(
        "merged points",
        f"""UPDATE merges SET undone_at = undone_at + interval '1 day'
            WHERE {of("merges", RETURNED)} RETURNING {MERGE}""",
    ),
    "a member who is said to have left": Corruption(
        "forfeits",
        f"UPDATE standings SET forfeited_at = 1 WHERE {of('standings', 'forfeited_at = 0')} RETURNING {STANDING}",
    ),
    "a member who is said not to have left": Corruption(
        "forfeits",
        f"""UPDATE standings SET forfeited_at = 0
            WHERE {of("standings", LEFT)} RETURNING {STANDING}""",
    ),
    "a merge that is gone": Corruption(
        "merges",
        f"""DELETE FROM merges WHERE {of("merges", "undone_at IS NULL")}
            RETURNING json_build_object('member_id', from_member, 'programme', programme)""",
    ),
}


@pytest.fixture(scope="module")
async def hand(one_copy: Ledger) -> AsyncIterator[asyncpg.Connection]:
    """A connection to one ledger for all, with all rights; what is done by it is taken back."""
    connection = await database.connect(one_copy.superuser, patient=True)
    yield connection
    await connection.close()


@pytest.mark.parametrize("name", CORRUPTIONS)
async def test_the_check_that_is_meant_for_it_names_the_row(hand: asyncpg.Connection, name: str) -> None:
    corruption = CORRUPTIONS[name]
    (check,) = (each for each in CHECKS if each.name == corruption.check)
    ruining = hand.transaction(isolation="repeatable_read")
    await ruining.start()
    try:
        (planted, *_) = await hand.fetch(corruption.plant)
        findings = await gone_through(check, hand)
    finally:
        await ruining.rollback()
    place = orjson.loads(planted[0])
    assert [each for each in findings.first if place.items() <= each.place.items()], (
        f"{place} is none of {findings.first}"
    )
    assert findings.wrong


async def test_what_was_planted_was_taken_back(hand: asyncpg.Connection, one_copy: Ledger) -> None:
    """Else a check might have named the row for what an earlier test did to it."""
    assert await one_copy.mismatches() == {}


@pytest.mark.torture
@pytest.mark.parametrize("name", CORRUPTIONS)
async def test_a_whole_verification_names_the_row_by_that_check(ledger: Ledger, name: str) -> None:
    """In full: each on a copy of its own, committed, and by all checks, as the service's own role goes through them."""
    corruption = CORRUPTIONS[name]
    (planted, *_) = await ledger.sql(corruption.plant)
    place = orjson.loads(planted[0])
    outcome = await ledger.verify()
    found = [each for each in outcome.verification.mismatches if each.check == corruption.check]
    assert [each for each in found if place.items() <= each.place.items()], f"{place} is none of {found}"
    assert not outcome.agrees


UNREADABLE = {
    "reopenings": f"""UPDATE reopenings SET statement = 'x' || statement
                      WHERE {of("reopenings", "lane < 15")} RETURNING {BATCH}""",
    "orders": f"""UPDATE orders SET earned = '{{"POINTS": ["many"]}}' WHERE {of("orders", EARNED)}
                  RETURNING '{{"check": "orders"}}'::json""",
}


@pytest.mark.parametrize("check", UNREADABLE)
async def test_what_cannot_be_read_is_found_and_everything_else_still_checked(
    ledger: Ledger, check: str
) -> None:
    (planted, *_) = await ledger.sql(UNREADABLE[check])
    (other, *_) = await ledger.sql(CORRUPTIONS["a hold closed by a word"].plant)
    found = await ledger.mismatches()
    assert any(orjson.loads(planted[0]).items() <= each.place.items() for each in found[check])
    assert any(orjson.loads(other[0]).items() <= each.place.items() for each in found["holds"])


def test_every_check_has_a_corruption_that_it_must_catch() -> None:
    assert {corruption.check for corruption in CORRUPTIONS.values()} == {check.name for check in CHECKS}
