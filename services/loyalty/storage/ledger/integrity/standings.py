"""What must hold of standings: the money and orders that tiers are measured by, and who is whom by now."""

from services.loyalty.storage.ledger.integrity.checks import Statement

# Whatever was merged and undone: a survivor counts the orders of all names that lead there now.
_SURVIVORS = """
    up AS (
      SELECT member_id, programme, merged_into AS name FROM standings WHERE merged_into IS NOT NULL
      UNION
      SELECT u.member_id, u.programme, s.merged_into FROM up u
      JOIN standings s ON s.member_id = u.name AND s.programme = u.programme WHERE s.merged_into IS NOT NULL
    ), survivors AS (
      SELECT u.member_id, u.programme, u.name AS survivor FROM up u WHERE NOT EXISTS (
        SELECT FROM standings s WHERE s.member_id = u.name AND s.programme = u.programme AND s.merged_into IS NOT NULL)
    )
"""

COUNTED = Statement(
    "counted orders",
    "the days of each standing sum to the orders of its member, less what was refunded",
    "standings",
    ("orders", "standings"),
    f"""
    WITH RECURSIVE {_SURVIVORS}, counted AS (
      SELECT coalesce(survivor, s.member_id) AS member_id, programme, sum(spend)::bigint AS spend,
             sum(orders)::bigint AS orders
      FROM standings s LEFT JOIN survivors USING (member_id, programme)
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(days[nth][2]), 0) AS spend, coalesce(sum(days[nth][3]), 0) AS orders
        FROM generate_subscripts(days, 1) AS nth) AS sums
      GROUP BY 1, 2
    ), paid AS (
      SELECT coalesce(survivor, o.member_id) AS member_id, programme,
             sum(total_minor - refunded_minor)::bigint AS spend,
             count(*) FILTER (WHERE refunded_minor < total_minor OR total_minor = 0) AS orders
      FROM orders o LEFT JOIN survivors USING (member_id, programme) GROUP BY 1, 2
    )
    SELECT json_build_object('member_id', member_id, 'programme', programme) AS place,
           format('its days count %s orders over %s, and there are %s over %s', coalesce(c.orders, 0),
                  coalesce(c.spend, 0), coalesce(p.orders, 0), coalesce(p.spend, 0)) AS what
    FROM counted c FULL JOIN paid p USING (member_id, programme)
    WHERE (coalesce(c.spend, 0), coalesce(c.orders, 0)) <> (coalesce(p.spend, 0), coalesce(p.orders, 0))
    """,  # noqa: S608  # a part of ours
)

# In a programme that was founded after a merge, the standing says so alone.
MERGED = Statement(
    "merges",
    "whoever is merged into another was merged by a merge that stands, and whom one merged is so",
    "standings",
    ("merges", "standings"),
    """
    SELECT json_build_object('member_id', member_id, 'programme', programme) AS place,
           format('it is merged into %s, and by its merges that stand into %s', coalesce(merged_into::text, 'nobody'),
                  coalesce(into_member::text, 'nobody')) AS what
    FROM standings s FULL JOIN (
      SELECT from_member AS member_id, programme, into_member FROM merges WHERE undone_at IS NULL) AS m
      USING (member_id, programme)
    WHERE s.merged_into IS DISTINCT FROM m.into_member AND NOT EXISTS (
      SELECT FROM merges e WHERE e.from_member = s.member_id AND e.into_member = s.merged_into
        AND e.undone_at IS NULL AND m.into_member IS NULL)
    """,
)

# A merge has an instant of its own in its survivor's entries.
MOVED = Statement(
    "merged points",
    "what each merge says it moved and gave back, of points, promises and debts, is what its entries did to the survivor",
    "merges",
    ("merges", "entries"),
    """
    WITH said AS (
      SELECT from_member, programme, merge_id, into_member, at, way, m.currency::smallint,
             (m.moved ->> 0)::bigint AS available, (m.moved ->> 1)::bigint AS pending, (m.moved ->> 2)::bigint AS debt,
             coalesce((m.moved ->> 3)::bigint, 0) AS held
      FROM merges
      CROSS JOIN LATERAL (VALUES (merged_at, 'moved', moved), (undone_at, 'gave back', returned)) AS w(at, way, of_all)
      CROSS JOIN LATERAL json_each(of_all) AS m(currency, moved)
    ), brought AS (
      SELECT member_id AS into_member, recorded_at AS at, currency,
             coalesce(sum(points) FILTER (WHERE to_account = 'AVAILABLE'), 0) AS into_available,
             coalesce(sum(points) FILTER (WHERE to_account = 'PENDING'), 0) AS into_pending,
             coalesce(sum(points) FILTER (WHERE from_account = 'AVAILABLE'), 0) AS from_available,
             coalesce(sum(points) FILTER (WHERE from_account = 'PENDING'), 0) AS from_pending,
             coalesce(sum(points) FILTER (WHERE from_account = 'HELD'), 0) AS from_held
      FROM entries WHERE type = 'MERGE' GROUP BY 1, 2, 3
    ), compared AS (
      SELECT s.*, coalesce(CASE way WHEN 'moved' THEN into_available ELSE from_available END, 0) AS points,
             coalesce(CASE way WHEN 'moved' THEN into_pending ELSE from_pending END, 0) AS promised,
             coalesce(CASE way WHEN 'moved' THEN from_available ELSE into_available END, 0) AS owed,
             coalesce(from_held, 0) AS parted
      FROM said s LEFT JOIN brought b USING (into_member, at, currency)
    )
    SELECT json_build_object('member_id', from_member, 'programme', programme, 'merge_id', merge_id) AS place,
           format('in currency %s it says it %s %s, %s promised, a debt of %s and %s held, and its entries %s, %s, %s and %s',
                  currency, way, available, pending, debt, held, points, promised, owed, parted) AS what
    FROM compared WHERE (available, pending, debt, held) IS DISTINCT FROM (points, promised, owed, parted)
    """,
)

# Whoever parts from somebody who left while they were one has left as well, and then.
FORFEITED = Statement(
    "forfeits",
    "whose points were forfeited has left by then, and whoever left did so as something was forfeited, cancelled or released",
    "standings",
    ("standings", "entries"),
    """
    SELECT json_build_object('member_id', member_id, 'programme', programme) AS place,
           format('it says that all was forfeited at %s, and its entries say %s', nullif(forfeited_at, 0), at) AS what
    FROM standings s
    CROSS JOIN LATERAL (SELECT to_timestamp(0) + s.forfeited_at * interval '1 microsecond' AS said) AS instant
    LEFT JOIN (
      SELECT member_id, programme, max(recorded_at) AS at FROM entries JOIN currencies ON number = currency
      WHERE type = 'FORFEIT' GROUP BY 1, 2) AS forfeited USING (member_id, programme)
    WHERE at > said OR (forfeited_at > 0 AND NOT EXISTS (
      SELECT FROM entries e WHERE e.recorded_at = said AND e.type IN ('FORFEIT', 'PENDING_CANCELED', 'HOLD_RELEASE')))
    """,
)

ENDED = Statement(
    "ended memberships",
    "nothing is with whoever left, from when that was settled: neither points nor promises nor open holds",
    "wallets",
    ("wallets",),
    """
    SELECT json_build_object('member_id', member_id, 'currency', currency) AS place,
           format('available, pending, held are %s, %s, %s, and the membership is over since %s',
                  available, pending, held, settled_at) AS what
    FROM (
      SELECT member_id, min(settled_at) AS settled_at FROM departures GROUP BY 1
      HAVING bool_and(settled_at IS NOT NULL)) AS d
    JOIN members m USING (member_id) JOIN wallets w USING (member_id)
    WHERE m.restriction = 2 AND (available > 0 OR pending > 0 OR held > 0)
    """,
)

# placed: what the ladder gives, and then each placement as its kind, its tier, until when, and its id.
TIERS = Statement(
    "tiers",
    "the tiers that each standing held are in order, the last is the ladder's or a placement's, and its due instant is right",
    "standings",
    ("standings",),
    """
    SELECT json_build_object('member_id', member_id, 'programme', programme) AS place,
           concat_ws('; ',
             CASE WHEN disordered THEN 'the tiers held are out of order' END,
             CASE WHEN NOT held THEN format('%s is held, which neither the ladder nor a placement gives',
                                            coalesce(nullif(tier, ''), 'no tier')) END,
             CASE WHEN next_due_at <> due_at
               THEN format('next_due_at is %s, and %s is the first that falls due', next_due_at, due_at) END
           ) AS what
    FROM (
      SELECT s.*, tier, cardinality(tier_keys) <> cardinality(tier_since)
               OR tier_since <> ARRAY(SELECT unnest(tier_since) ORDER BY 1) AS disordered,
             placed IS NULL OR tier = placed ->> 0 OR tier IN (
               SELECT p.one ->> 1 FROM json_array_elements(placed) AS p(one) WHERE json_typeof(p.one) = 'array') AS held,
             least(CASE grace_until WHEN 0 THEN valid_until ELSE grace_until END, (
               SELECT min((p.one ->> 2)::bigint) FROM json_array_elements(placed) AS p(one)
               WHERE json_typeof(p.one) = 'array')) AS due_at
      FROM standings s CROSS JOIN LATERAL (
        SELECT coalesce(tier_keys[cardinality(tier_keys)], '') AS tier) AS last
    ) AS looked
    WHERE disordered OR NOT held OR next_due_at <> due_at
    """,
)
