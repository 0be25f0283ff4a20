"""What must hold of orders and refunds: what they say was earned and taken back is what the ledger posted."""

from services.loyalty.storage.ledger.integrity.checks import Statement

TAKEN_BACK = """CASE WHEN refunded_minor = 0 THEN 0 ELSE (
  SELECT coalesce(sum((line -> 6 ->> code)::bigint), 0) FROM json_array_elements(lines) AS l(line)) END"""
"""What refunds took back of an order in a currency by its ``code``."""

# The entries of an order carry its fingerprint, whose it is, when it was paid and which version judged it; an award
# that names the order gives a reason.
EARNED = Statement(
    "orders",
    "what each order earned, in all and by line, is what its entries brought its member, then and by its version",
    "orders",
    ("entries", "orders"),
    """
    WITH brought AS (
      SELECT order_ref, fingerprint, currency, member_id, occurred_at AS paid_at, recorded_at, rule_version,
             sum(points) AS points
      FROM entries
      WHERE from_account = 'ISSUED' AND type IN ('EARN', 'PENDING_ADDED') AND order_ref <> '' AND reason = ''
      GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), said AS (
      SELECT source || ':' || order_id AS order_ref, fingerprint, number AS currency, member_id, paid_at, recorded_at, rule_version,
             (earned -> code ->> 0)::bigint AS earned,
             (SELECT sum((line -> 5 ->> code)::bigint) FROM json_array_elements(lines) AS line) AS by_line
      FROM orders JOIN currencies USING (programme)
    )
    SELECT json_build_object('order_ref', order_ref) AS place,
           format('in currency %s the order says it earned %s, its lines %s, and its entries brought %s', currency,
                  coalesce(earned, 0), coalesce(by_line, 0), coalesce(points, 0)) AS what
    FROM said FULL JOIN brought USING (order_ref, fingerprint, currency, member_id, paid_at, recorded_at, rule_version)
    WHERE earned IS DISTINCT FROM points OR by_line IS DISTINCT FROM earned
    """,
)

REFUNDED = Statement(
    "refunded",
    "each order's lines sum to its money, and what they say was refunded and taken back is what its refunds sum to",
    "orders",
    ("orders", "refunds"),
    """
    WITH by_refund AS (
      SELECT source, order_id, sum(refunded_minor) AS minor, min(refundable_minor) AS refundable,
             count(DISTINCT refundable_minor + so_far) AS wholes,
             bool_and(refunded_minor = (SELECT sum(share) FROM unnest(shares) AS share)) AS shared,
             array_agg(DISTINCT member_id) AS members
      FROM (
        SELECT *, sum(refunded_minor) OVER (
                 PARTITION BY source, order_id ORDER BY refundable_minor DESC, refunded_minor DESC
                 ROWS UNBOUNDED PRECEDING) AS so_far FROM refunds) AS in_order
      GROUP BY source, order_id
    ), taken AS (
      SELECT source, order_id, code, sum(by_line) AS by_line, sum(by_refund) AS by_refund
      FROM (
        SELECT source, order_id, code, points::bigint AS by_line, 0::bigint AS by_refund
        FROM by_refund JOIN orders USING (source, order_id), json_array_elements(lines) AS l(line),
             json_each_text(line -> 6) AS t(code, points)
        UNION ALL
        SELECT source, order_id, code, 0, (taken ->> 0)::bigint FROM refunds, json_each(taken_back) AS t(code, taken)
      ) AS sides
      GROUP BY 1, 2, 3 HAVING sum(by_line) <> sum(by_refund)
    )
    SELECT json_build_object('source', source, 'order_id', order_id) AS place,
           format('the order says %s of %s was refunded, its lines %s of %s, its refunds %s and that %s were left%s%s%s%s',
                  refunded_minor, total_minor, by_line, money, coalesce(minor, 0), coalesce(refundable, total_minor),
                  CASE WHEN touched THEN '; lines say that points were taken back' END,
                  CASE WHEN wholes > 1 THEN '; what was left after a refund does not follow on the others' END,
                  CASE WHEN NOT shared THEN '; the shares of a refund are not its money' END,
                  CASE WHEN members <> ARRAY[member_id] THEN '; a refund says that it is another member''s' END) AS what
    FROM orders LEFT JOIN by_refund USING (source, order_id)
    CROSS JOIN LATERAL (
      SELECT coalesce(sum((line ->> 3)::bigint), 0) AS money, coalesce(sum((line ->> 4)::bigint), 0) AS by_line,
             bool_or(line ->> 6 <> '{}') AS touched
      FROM json_array_elements(lines) AS line
    ) AS lines
    WHERE refunded_minor <> by_line OR refunded_minor <> coalesce(minor, 0) OR (minor IS NULL AND touched)
      OR total_minor <> money OR refundable <> total_minor - refunded_minor OR wholes > 1
      OR NOT shared
      OR members <> ARRAY[member_id]
    UNION ALL
    SELECT json_build_object('source', source, 'order_id', order_id),
           format('its lines say %s %s were taken back, and its refunds %s', by_line, code, by_refund)
    FROM taken
    """,
)

# What comes true by itself, at an instant, names no order.
COMPLETIONS = Statement(
    "completions",
    "what came true with each order is what its entries activated, when the order says that it was completed",
    "orders",
    ("entries", "orders"),
    """
    WITH activated AS (
      SELECT order_ref, currency, sum(points) AS points, min(occurred_at) AS first, max(occurred_at) AS last
      FROM entries WHERE type = 'PENDING_ACTIVATED' AND order_ref <> '' GROUP BY 1, 2
    ), said AS (
      SELECT source || ':' || order_id AS order_ref, number AS currency, completed_at,
             (earned -> code ->> 5)::bigint AS matured
      FROM orders JOIN currencies USING (programme) WHERE (earned -> code ->> 5)::bigint > 0
    )
    SELECT json_build_object('order_ref', order_ref) AS place,
           format('in currency %s the order says that %s came true %s, and its entries say %s at %s', currency,
                  coalesce(matured, 0), coalesce('at ' || completed_at, 'without being completed'),
                  coalesce(points, 0), first) AS what
    FROM said FULL JOIN activated USING (order_ref, currency)
    WHERE (matured, completed_at, completed_at) IS DISTINCT FROM (points, first, last)
    """,
)
