"""What must hold of points that were set aside, spent and given back."""

from services.loyalty.storage.ledger.integrity.checks import Statement

# A transfer holds what it gives for no longer than its transaction, so that no hold is left to be kept. Undoing a
# merge gives each side the part of a hold that is theirs.
HOLDS = Statement(
    "holds",
    "what each hold set aside, for whom and when, captured and keeps is what its entries say; only open ones keep anything",
    "holds",
    ("entries", "holds"),
    """
    WITH moved AS (
      SELECT member_id, substr(reason, 6) AS hold_id, sum(points) FILTER (WHERE to_account = 'HELD') AS points,
             coalesce(sum(points) FILTER (WHERE from_account = 'HELD' AND to_account = 'REDEEMED'), 0) AS captured,
             sum(CASE WHEN to_account = 'HELD' THEN points ELSE -points END) AS kept,
             min((currency, order_ref, actor, fingerprint, recorded_at)::text) FILTER (WHERE to_account = 'HELD') AS asked,
             max(occurred_at) FILTER (WHERE from_account = 'HELD') AS ended,
             bool_and(to_account IN ('HELD', 'TRANSFERS')) AS transferred
      FROM entries WHERE from_account = 'HELD' OR to_account = 'HELD'
      GROUP BY 1, 2
    ), there AS (
      SELECT member_id, hold_id, points, captured, state, expires_at,
             (currency, order_ref, actor, fingerprint, to_timestamp(0) + held_at * interval '1 microsecond')::text AS asked,
             CASE WHEN state <> 'OPEN' THEN to_timestamp(0) + closed_at * interval '1 microsecond' END AS closed, closed_at,
             (SELECT coalesce(sum(slices[nth][4]), 0) FROM generate_subscripts(slices, 1) AS nth) AS kept
      FROM holds
    )
    SELECT json_build_object('member_id', member_id, 'hold_id', hold_id) AS place,
           CASE WHEN h.points IS NULL THEN 'there is no hold'
             ELSE format('set aside, captured, kept are %s, %s, %s while it is %s',
                         h.points, h.captured, h.kept, h.state) END
           || CASE WHEN e.kept IS NULL THEN ' and no entry'
             ELSE format(', and the entries say %s, %s, %s', e.points, e.captured, e.kept) END
           || CASE WHEN h.asked <> e.asked
             THEN format('; it says that %s was asked, and its entries %s', h.asked, e.asked) ELSE '' END
           || CASE WHEN h.closed <> e.ended OR (h.state = 'OPEN') <> (h.closed_at = 0)
             THEN format('; it says that it ended at %s, and its entries %s', h.closed, e.ended) ELSE '' END
           || CASE WHEN NOT in_time THEN format('; it was to last until %s', h.expires_at) ELSE '' END AS what
    FROM moved e FULL JOIN there h USING (member_id, hold_id)
    CROSS JOIN LATERAL (
      SELECT CASE h.state WHEN 'OPEN' THEN true WHEN 'TIMED_OUT' THEN h.expires_at = h.closed_at
        ELSE h.expires_at > h.closed_at END AS in_time) AS lasted
    WHERE (h.points, h.captured, h.kept, h.asked) IS DISTINCT FROM (e.points, e.captured, e.kept, e.asked)
        AND NOT (h.points IS NULL AND e.transferred AND e.kept = 0)
      OR (h.state = 'OPEN') <> (h.kept > 0) OR (h.state = 'OPEN') <> (h.closed_at = 0)
      OR h.closed <> e.ended OR NOT in_time
    """,
)

HELD_LOTS = Statement(
    "held lots",
    "the slices that each hold keeps are of the lots that its entries took them from",
    "holds",
    ("entries", "holds"),
    """
    SELECT json_build_object('member_id', member_id, 'hold_id', hold_id) AS place,
           format('the slice {%s, %s, %s} keeps %s, and the entries left %s of it',
                  expires_at, month, source, kept, brought) AS what
    FROM (
      SELECT member_id, hold_id, expires_at, month, source, sum(brought) AS brought, sum(kept) AS kept
      FROM (
        SELECT member_id, substr(reason, 6) AS hold_id, lot_expires_at AS expires_at, lot_month AS month,
               lot_source AS source, CASE WHEN to_account = 'HELD' THEN points ELSE -points END AS brought,
               0::bigint AS kept
        FROM entries WHERE from_account = 'HELD' OR to_account = 'HELD'
        UNION ALL
        SELECT member_id, hold_id, slices[nth][1], slices[nth][2]::int, slices[nth][3]::smallint, 0, slices[nth][4]
        FROM holds, generate_subscripts(slices, 1) AS nth
      ) AS sides
      GROUP BY 1, 2, 3, 4, 5 HAVING sum(brought) <> sum(kept)
    ) AS sums
    WHERE NOT EXISTS (
      SELECT FROM holds h JOIN entries e USING (member_id, currency)
      WHERE h.member_id = sums.member_id AND h.hold_id = sums.hold_id AND e.lot_month = -1)
    """,
)

# One refund gives back what several redemptions on its order took, all under its own key.
REVERSALS = Statement(
    "reversals",
    "what each reversal gave back, by lot, and what of it expired at once are what its entries say",
    "reversals",
    ("entries", "reversals"),
    """
    WITH moved AS (
      SELECT key, lot_expires_at AS expires_at, lot_month AS month, lot_source AS source, points, 0::bigint AS expired
      FROM entries WHERE type = 'REDEEM_REVERSAL'
      UNION ALL
      SELECT e.key, NULL, NULL, NULL, 0, e.points FROM entries e
      WHERE e.type = 'EXPIRE' AND EXISTS (SELECT FROM reversals r WHERE r.key = e.key)
    ), there AS (
      SELECT key, slices[nth][1], slices[nth][2]::int, slices[nth][3], slices[nth][4] AS points, 0::bigint AS expired
      FROM reversals, generate_subscripts(slices, 1) AS nth
      UNION ALL
      SELECT key, NULL, NULL, NULL, 0, expired FROM reversals
    ), compared AS (
      SELECT key, expires_at, month, source, sum(given)::bigint AS given, sum(posted)::bigint AS posted,
             sum(gone)::bigint AS gone, sum(posted_gone)::bigint AS posted_gone
      FROM (SELECT *, 0 AS given, points AS posted, 0 AS gone, expired AS posted_gone FROM moved
            UNION ALL SELECT *, there.points, 0, there.expired, 0 FROM there) AS both_sides
      GROUP BY 1, 2, 3, 4
    )
    SELECT json_build_object('key', key, 'reversals', (
             SELECT json_agg(json_build_object('member_id', member_id, 'redemption', redemption,
                                               'reversal_id', reversal_id))
             FROM reversals r WHERE r.key = compared.key)) AS place,
           CASE WHEN gone <> posted_gone
             THEN format('%s are said to have expired at once, and %s did', gone, posted_gone)
             ELSE format('%s are said to have come back to {%s, %s, %s}, and %s did',
                         given, expires_at, month, source, posted) END AS what
    FROM compared WHERE given <> posted OR gone <> posted_gone
    UNION ALL
    SELECT json_build_object('key', r.key, 'member_id', member_id, 'redemption', redemption, 'reversal_id', reversal_id),
           format('it says that %s was asked at %s, and no entry of its key does', fingerprint, recorded_at)
    FROM reversals r LEFT JOIN (
      SELECT DISTINCT key, fingerprint, recorded_at, true AS there FROM entries WHERE type = 'REDEEM_REVERSAL') AS e
      USING (key, fingerprint, recorded_at)
    WHERE there IS NULL AND cardinality(slices) > 0
    """,
)

REDEMPTIONS = Statement(
    "redemptions",
    "no redemption was given back beyond what it took, of each lot, and what was declined posted nothing",
    "entries",
    ("reversals", "denials"),
    """
    SELECT json_build_object('member_id', member_id, 'key', key) AS place,
           format('%s were given back to {%s, %s, %s} of %s redeemed', sum(given), expires_at, month, source, sum(taken)) AS what
    FROM (
      SELECT member_id, redemption AS key, slices[nth][1] AS expires_at, slices[nth][2]::int AS month,
             slices[nth][3]::smallint AS source, slices[nth][4] AS given, 0::bigint AS taken
      FROM reversals, generate_subscripts(slices, 1) AS nth
      UNION ALL
      SELECT e.member_id, e.key, lot_expires_at, lot_month, lot_source, 0, points
      FROM (SELECT DISTINCT member_id, redemption AS key FROM reversals) AS r JOIN entries e USING (member_id, key)
      WHERE e.type IN ('REDEEM', 'HOLD_CAPTURE')
    ) AS sides
    GROUP BY member_id, key, expires_at, month, source HAVING sum(given) > sum(taken)
    UNION ALL
    SELECT json_build_object('member_id', member_id, 'key', key), format('declined, and posted %s entries', count(*))
    FROM denials JOIN entries USING (member_id, key) GROUP BY member_id, key
    """,
)

# A denial says no currency, so that one of the member's must have had what it says; a wallet with nothing always does.
# Whoever left with nothing was denied nothing. Who was merged may have been declined under another name, and who wanted
# what was sold out is answered without a lock. A denial moves no member's time on: what another lane posts next may be
# recorded before it by that one's clock, so that what was had some minutes around it will do.
DENIALS = Statement(
    "denials",
    "whoever was declined for too few points asked for more than there was, and had at that instant what is said",
    "denials",
    ("denials", "entries"),
    """
    WITH declined AS (
      SELECT * FROM denials d WHERE because IN ('', 'NOT_ENOUGH_POINTS') AND asked > 0 AND NOT EXISTS (
        SELECT FROM standings s WHERE s.member_id = d.member_id AND (s.merged_into IS NOT NULL OR s.was_merged))
    ), line AS (
      SELECT member_id, currency, recorded_at, ord, balance_after, NULL::uuid AS key FROM entries
      WHERE member_id IN (SELECT member_id FROM declined)
      UNION ALL
      SELECT member_id, currency, recorded_at, 2147483647, NULL, key
      FROM declined JOIN (SELECT DISTINCT member_id, currency FROM entries) AS theirs USING (member_id)
    ), counted AS (
      SELECT *, count(balance_after) OVER (PARTITION BY member_id, currency ORDER BY recorded_at, ord) AS nth FROM line
    ), had AS (
      SELECT member_id, key, first_value(balance_after) OVER (
               PARTITION BY member_id, currency, nth ORDER BY recorded_at, ord) AS available FROM counted
      UNION ALL
      SELECT d.member_id, d.key, unnest(ARRAY[balance_after, balance_after - CASE WHEN to_account = 'AVAILABLE' THEN points
               WHEN from_account = 'AVAILABLE' THEN -points ELSE 0 END])
      FROM declined d JOIN entries e ON e.member_id = d.member_id
        AND e.recorded_at BETWEEN d.recorded_at - interval '5 minutes' AND d.recorded_at + interval '5 minutes'
    )
    SELECT json_build_object('member_id', member_id, 'key', key) AS place,
           format('%s were declined of %s, and no currency of the member had as many then', asked, available) AS what
    FROM declined d
    WHERE asked <= available OR (available > 0 AND NOT EXISTS (
      SELECT FROM had h WHERE (h.member_id, h.key, h.available) = (d.member_id, d.key, d.available)))
    """,
)
