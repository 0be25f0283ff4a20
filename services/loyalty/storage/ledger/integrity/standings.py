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
