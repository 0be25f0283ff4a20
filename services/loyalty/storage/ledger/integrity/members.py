"""What must hold of a member's wallets: each is the sum of its entries, to the point and to the lot."""

from services.loyalty.storage.ledger.integrity.checks import Statement

BALANCES = Statement(
    "balances",
    "available, pending and held of each wallet are the sums of its entries, the last of which touched it last",
    "wallets",
    ("entries", "wallets"),
    """
    WITH moved AS (
      SELECT member_id, currency,
             sum(CASE WHEN to_account = 'AVAILABLE' THEN points WHEN from_account = 'AVAILABLE' THEN -points
                 ELSE 0 END)::bigint AS available,
             sum(CASE WHEN to_account = 'PENDING' THEN points WHEN from_account = 'PENDING' THEN -points
                 ELSE 0 END)::bigint AS pending,
             sum(CASE WHEN to_account = 'HELD' THEN points WHEN from_account = 'HELD' THEN -points
                 ELSE 0 END)::bigint AS held,
             count(*) FILTER (WHERE to_account IN ('AVAILABLE', 'PENDING', 'HELD')
               OR from_account IN ('AVAILABLE', 'PENDING', 'HELD')) AS version,
             max(recorded_at) FILTER (WHERE to_account IN ('AVAILABLE', 'PENDING', 'HELD')
               OR from_account IN ('AVAILABLE', 'PENDING', 'HELD')) AS moved_at
      FROM entries GROUP BY member_id, currency
    )
    SELECT json_build_object('member_id', member_id, 'currency', currency) AS place,
           CASE WHEN w.version IS NULL THEN 'there is no wallet'
             ELSE format('available, pending, held are %s, %s, %s after %s movements',
                         w.available, w.pending, w.held, w.version) END
           || CASE WHEN e.version IS NULL THEN ' and no entry'
             ELSE format(', and the entries sum to %s, %s, %s in %s',
                         e.available, e.pending, e.held, e.version) END
           || CASE WHEN touched <> moved_at
             THEN format('; it was last touched at %s, and they moved at %s', touched, moved_at) ELSE '' END AS what
    FROM moved e FULL JOIN wallets w USING (member_id, currency)
    CROSS JOIN LATERAL (SELECT to_timestamp(0) + w.touched_at * interval '1 microsecond' AS touched) AS last
    WHERE (coalesce(e.available, 0), coalesce(e.pending, 0), coalesce(e.held, 0), coalesce(e.version, 0))
      IS DISTINCT FROM (w.available, w.pending, w.held, w.version) OR touched <> moved_at
    """,  # names of ours
)

RUNNING_BALANCES = Statement(
    "running balances",
    "balance_after of each entry is the one before it and what the entry moves",
    "entries",
    ("entries",),
    """
    SELECT json_build_object('member_id', member_id, 'key', key, 'part', part) AS place,
           format('balance_after is %s, and it was %s before it moved %s', balance_after, before, change) AS what
    FROM (
      SELECT member_id, key, part, balance_after,
             CASE WHEN to_account = 'AVAILABLE' THEN points WHEN from_account = 'AVAILABLE' THEN -points
               ELSE 0 END AS change,
             lag(balance_after, 1, 0::bigint) OVER (
               PARTITION BY member_id, currency ORDER BY recorded_at, ord) AS before
      FROM entries
    ) AS e
    WHERE balance_after <> before + change
    """,  # names of ours
)

_SLID = (
    "SELECT FROM entries e WHERE (e.member_id, e.currency, e.lot_month) = (sums.member_id, sums.currency, -1)"
)
"""Where expiry slides, lots move on without an entry of their own: those wallets are judged by replay."""

# A credit repays debt first, and what is left becomes a lot: of its points, as many as balance_after still shows.
LOTS = Statement(
    "lots",
    "the lots of each wallet are what its entries brought and took, by expiry, month and source",
    "wallets",
    ("entries", "wallets"),
    f"""
    SELECT json_build_object('member_id', member_id, 'currency', currency) AS place,
           format('the lot {{%s, %s, %s}} holds %s, and the entries left %s in it',
                  expires_at, month, source, kept, brought) AS what
    FROM (
      SELECT member_id, currency, expires_at, month, source, sum(brought) AS brought, sum(kept) AS kept
      FROM (
        SELECT member_id, currency, lot_expires_at AS expires_at, lot_month AS month, lot_source AS source,
               CASE WHEN to_account = 'AVAILABLE' THEN least(points, greatest(balance_after, 0))
                 ELSE -points END AS brought, 0::bigint AS kept
        FROM entries WHERE (from_account = 'AVAILABLE' OR to_account = 'AVAILABLE') AND lot_month IS NOT NULL
        UNION ALL
        SELECT member_id, currency, lots[nth][1], lots[nth][2]::int, lots[nth][3]::smallint, 0, lots[nth][4]
        FROM wallets, generate_subscripts(lots, 1) AS nth
      ) AS sides
      GROUP BY 1, 2, 3, 4, 5 HAVING sum(brought) <> sum(kept)
    ) AS sums
    WHERE NOT EXISTS ({_SLID})
    """,  # noqa: S608  # names of ours
)

# What came true says until when it is good, and not which promise it was: one that matured at that instant, or one
# that waited for its order.
PENDING_LOTS = Statement(
    "pending lots",
    "the pending lots of each wallet are what its entries promised and kept, by instant, month and source",
    "wallets",
    ("entries", "wallets"),
    f"""
    SELECT json_build_object('member_id', member_id, 'currency', currency) AS place,
           format('the pending lot {{%s, %s, %s}} holds %s, and the entries left %s in it',
                  matures_at, month, source, kept, brought) AS what
    FROM (
      SELECT member_id, currency, matures_at, month, source, sum(brought) AS brought, sum(kept) AS kept
      FROM (
        SELECT member_id, currency,
               CASE WHEN type <> 'PENDING_ACTIVATED' THEN lot_expires_at
                 WHEN order_ref = '' THEN (extract(epoch FROM occurred_at) * 1000000)::bigint
                 ELSE 9223372036854775807 END AS matures_at,
               lot_month AS month, lot_source AS source,
               CASE WHEN to_account = 'PENDING' THEN points ELSE -points END AS brought, 0::bigint AS kept
        FROM entries WHERE from_account = 'PENDING' OR to_account = 'PENDING'
        UNION ALL
        SELECT member_id, currency, pending_lots[nth][1], pending_lots[nth][2]::int, pending_lots[nth][3]::smallint,
               0, pending_lots[nth][4]
        FROM wallets, generate_subscripts(pending_lots, 1) AS nth
      ) AS sides
      GROUP BY 1, 2, 3, 4, 5 HAVING sum(brought) <> sum(kept)
    ) AS sums
    WHERE NOT EXISTS ({_SLID})
    """,  # noqa: S608  # names of ours
)

WALLETS = Statement(
    "wallets",
    "each wallet agrees with itself: available is its lots less debt, lots are in order, its due instant is the first; "
    "those with a debt or of who was merged, left or may not spend are not plain",
    "wallets",
    ("wallets", "standings"),
    """
    SELECT json_build_object('member_id', member_id, 'currency', currency) AS place,
           concat_ws('; ',
             CASE WHEN available <> in_lots AND NOT (available < 0 AND in_lots = 0)
               THEN format('available is %s and its lots hold %s', available, in_lots) END,
             CASE WHEN pending <> in_pending
               THEN format('pending is %s and its pending lots hold %s', pending, in_pending) END,
             CASE WHEN disordered > 0 THEN 'its lots are out of order or empty' END,
             CASE WHEN next_due_at NOT IN (0, due_at)
               THEN format('next_due_at is %s, and %s is the first that falls due', next_due_at, due_at) END,
             CASE WHEN plain AND available < 0 THEN 'it is plain, and owes points' END
           ) AS what
    FROM wallets AS w
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(points) FILTER (WHERE NOT waits), 0) AS in_lots,
             coalesce(sum(points) FILTER (WHERE waits), 0) AS in_pending,
             count(*) FILTER (WHERE points <= 0 OR (at, month, source) <= before) AS disordered,
             least(min(at), (SELECT min(h.expires_at) FROM holds h WHERE h.member_id = w.member_id
                             AND h.currency = w.currency AND h.state = 'OPEN'), 9223372036854775807) AS due_at
      FROM (
        SELECT *, lag((at, month, source)) OVER (PARTITION BY waits ORDER BY nth) AS before
        FROM (
          SELECT false AS waits, nth, lots[nth][1] AS at, lots[nth][2] AS month, lots[nth][3] AS source,
                 lots[nth][4] AS points
          FROM generate_subscripts(lots, 1) AS nth
          UNION ALL
          SELECT true, nth, pending_lots[nth][1], pending_lots[nth][2], pending_lots[nth][3], pending_lots[nth][4]
          FROM generate_subscripts(pending_lots, 1) AS nth
        ) AS either
      ) AS in_order
    ) AS sums
    WHERE (available <> in_lots AND NOT (available < 0 AND in_lots = 0)) OR pending <> in_pending OR disordered > 0
      OR next_due_at NOT IN (0, due_at) OR (plain AND available < 0)
    UNION ALL
    SELECT json_build_object('member_id', member_id, 'currency', currency),
           'it is plain, and its member was merged, left or may not spend'
    FROM standings s JOIN currencies c USING (programme) JOIN wallets w USING (member_id)
    WHERE w.currency = c.number AND w.plain
      AND (s.merged_into IS NOT NULL OR s.was_merged OR s.forfeited_at > 0 OR s.restriction > 0)
    """,  # names of ours
)
