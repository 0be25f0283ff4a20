"""What must hold of orders and refunds: what they say was earned and taken back is what the ledger posted."""

from services.loyalty.storage.integrity.checks import Statement

# The entries of an order carry its fingerprint; an award that names the order gives a reason.
EARNED = Statement(
    "orders",
    "what each order earned, in all and by line, is what its entries brought",
    "orders",
    ("entries", "orders"),
    """
    WITH brought AS (
      SELECT order_ref, fingerprint, currency, sum(points) AS points FROM entries
      WHERE from_account = 'ISSUED' AND type IN ('EARN', 'PENDING_ADDED') AND order_ref <> '' AND reason = ''
      GROUP BY 1, 2, 3
    ), said AS (
      SELECT source || ':' || order_id AS order_ref, fingerprint, number AS currency,
             (earned -> code ->> 0)::bigint AS earned,
             (SELECT sum((line -> 5 ->> code)::bigint) FROM json_array_elements(lines) AS line) AS by_line
      FROM orders JOIN currencies USING (programme)
    )
    SELECT json_build_object('order_ref', order_ref) AS place,
           format('in currency %s the order says it earned %s, its lines %s, and its entries brought %s', currency,
                  coalesce(earned, 0), coalesce(by_line, 0), coalesce(points, 0)) AS what
    FROM said FULL JOIN brought USING (order_ref, fingerprint, currency)
    WHERE earned IS DISTINCT FROM points OR by_line IS DISTINCT FROM earned
    """,
)

TAKEN_BACK = Statement(
    "taken back",
    "what refunds took back of each order, by line, is what its entries took",
    "orders",
    ("entries", "orders"),
    """
    SELECT json_build_object('order_ref', order_ref) AS place,
           format('in currency %s its lines say %s were taken back, and its entries took %s', currency, said, taken) AS what
    FROM (
      SELECT order_ref, currency, sum(said) AS said, sum(taken) AS taken
      FROM (
        SELECT order_ref, currency, 0::bigint AS said, points AS taken
        FROM entries WHERE to_account = 'ISSUED' AND order_ref <> ''
        UNION ALL
        SELECT source || ':' || order_id, number, points::bigint, 0
        FROM orders JOIN currencies USING (programme), json_array_elements(lines) AS l(line),
             json_each_text(line -> 6) AS t(in_code, points)
        WHERE refunded_minor > 0 AND in_code = code
      ) AS sides
      GROUP BY 1, 2 HAVING sum(said) <> sum(taken)
    ) AS sums
    """,
)

# Two refunds of an order for the same amount have one fingerprint, so they are compared together.
REFUNDS = Statement(
    "refunds",
    "refunds sum to what their orders say, and what each took back and gave back is what its entries say",
    "refunds",
    ("entries", "orders", "refunds"),
    """
    WITH moved AS (
      SELECT order_ref, fingerprint, currency,
             coalesce(sum(points) FILTER (WHERE to_account = 'ISSUED'), 0) AS taken,
             coalesce(sum(points) FILTER (WHERE type = 'WRITE_OFF'), 0) AS written_off,
             coalesce(sum(points) FILTER (WHERE type = 'REDEEM_REVERSAL'), 0) AS given
      FROM entries WHERE order_ref <> '' AND (to_account = 'ISSUED' OR type = 'REDEEM_REVERSAL')
      GROUP BY 1, 2, 3
    ), there AS (
      SELECT source || ':' || order_id AS order_ref, r.fingerprint, number AS currency,
             min(source) AS source, min(order_id) AS order_id, json_agg(refund_id) AS refunds,
             sum(coalesce((taken_back -> code ->> 0)::bigint, 0)) AS taken,
             sum(coalesce((taken_back -> code ->> 2)::bigint, 0)) AS written_off,
             sum(coalesce((returned ->> code)::bigint, 0)) AS given
      FROM refunds r JOIN orders USING (source, order_id) JOIN currencies USING (programme)
      GROUP BY 1, 2, 3
    ), money AS (
      SELECT source, order_id, o.refunded_minor, sum(r.refunded_minor) AS by_refund,
             (SELECT coalesce(sum((line ->> 4)::bigint), 0) FROM json_array_elements(o.lines) AS line) AS by_line
      FROM orders o LEFT JOIN refunds r USING (source, order_id)
      GROUP BY source, order_id
    )
    SELECT json_build_object('source', source, 'order_id', order_id, 'refunds', refunds) AS place,
           format('in currency %s taken back, written off, given back are %s, %s, %s; the entries say %s, %s, %s',
                  currency, t.taken, t.written_off, t.given, coalesce(m.taken, 0), coalesce(m.written_off, 0),
                  coalesce(m.given, 0)) AS what
    FROM there t LEFT JOIN moved m USING (order_ref, fingerprint, currency)
    WHERE (t.taken, t.written_off, t.given)
      IS DISTINCT FROM (coalesce(m.taken, 0), coalesce(m.written_off, 0), coalesce(m.given, 0))
    UNION ALL
    SELECT json_build_object('source', source, 'order_id', order_id, 'refunds', NULL),
           format('the order says %s was refunded, its lines %s, its refunds %s', refunded_minor, by_line, by_refund)
    FROM money WHERE refunded_minor <> by_line OR refunded_minor <> coalesce(by_refund, 0)
    """,
)
