"""What must hold of standings: the money and orders that tiers are measured by, and who is whom by now."""

from services.loyalty.rules.tiers.standings import KEPT_DAYS
from services.loyalty.storage.ledger.integrity.checks import Statement
from services.loyalty.storage.ledger.integrity.orders import TAKEN_BACK

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

_ZONES = """zones AS (
      SELECT programme, min(rules ->> 'time_zone') AS zone, count(DISTINCT rules ->> 'time_zone') = 1 AS lasted
      FROM programme_versions GROUP BY 1
    )"""
_ORDINAL = "({at} AT TIME ZONE zone)::date - DATE '0001-01-01' + 1"
_WHEN = "CASE WHEN day IS NULL THEN 'in all' ELSE 'on ' || (DATE '0001-01-01' + day - 1) END"
# In all, and by the day: but for those that lie so far back that they are kept as one sum, and where the programme once
# had another time zone, of which some days are.
_TOLD_APART = f"""day IS NULL OR (lasted AND day >= (
      SELECT coalesce(max(days[array_length(days, 1)][1]), 0) - {KEPT_DAYS} FROM standings s
      WHERE (s.member_id, s.programme) = (sums.member_id, sums.programme)))"""  # noqa: S608  # a number of ours

COUNTED = Statement(
    "counted orders",
    "each standing counts the orders of its member, less what was refunded, in all and on the local day of each",
    "standings",
    ("orders", "standings"),
    f"""
    WITH RECURSIVE {_SURVIVORS}, {_ZONES}, sides AS (
      SELECT coalesce(survivor, s.member_id) AS member_id, programme, days[nth][1]::int AS day,
             days[nth][2] AS spend, days[nth][3] AS orders, 0::bigint AS paid, 0 AS there
      FROM standings s LEFT JOIN survivors USING (member_id, programme)
      CROSS JOIN LATERAL generate_subscripts(days, 1) AS nth
      UNION ALL
      SELECT coalesce(survivor, o.member_id), programme, {_ORDINAL.format(at="paid_at")},
             0, 0, total_minor - refunded_minor, (refunded_minor < total_minor OR total_minor = 0)::int
      FROM orders o JOIN zones USING (programme) LEFT JOIN survivors USING (member_id, programme)
    )
    SELECT json_build_object('member_id', member_id, 'programme', programme) AS place,
           format('%s it counts %s orders over %s, and there are %s over %s',
                  {_WHEN},
                  orders, spend, there, paid) AS what
    FROM (
      SELECT member_id, programme, day, sum(spend) AS spend, sum(orders) AS orders, sum(paid) AS paid, sum(there) AS there
      FROM sides GROUP BY GROUPING SETS ((member_id, programme), (member_id, programme, day))
      HAVING sum(spend) <> sum(paid) OR sum(orders) <> sum(there)
    ) AS sums JOIN zones USING (programme)
    WHERE {_TOLD_APART}
    """,  # noqa: S608  # a part of ours
)

# Of what tiers asked for from the programme's first version on: of other currencies some was earned before it counted.
COUNTED_EARNED = Statement(
    "counted points",
    "where tiers count what is earned, each standing counts what orders and awards brought its member, on the day of each",
    "standings",
    ("orders", "standings"),
    f"""
    WITH RECURSIVE {_SURVIVORS}, {_ZONES}, asked AS MATERIALIZED (
      SELECT programme, number AS currency, code, zone, lasted
      FROM programme_versions JOIN currencies USING (programme) JOIN zones USING (programme)
      WHERE version = 1 AND jsonb_path_exists(rules, '$.**.metric ? (@ == $asked)', jsonb_build_object('asked', 'EARNED:' || code))
    ), sides AS (
      SELECT s.member_id, programme, currency, earned[nth][1]::int AS day, earned[nth][3] AS counted, 0::bigint AS brought
      FROM standings s JOIN asked a USING (programme) CROSS JOIN LATERAL generate_subscripts(earned, 1) AS nth
      WHERE earned[nth][2] = currency
      UNION ALL
      SELECT o.member_id, programme, currency, {_ORDINAL.format(at="paid_at")}, 0,
             (earned -> code ->> 0)::bigint - {TAKEN_BACK}
      FROM orders o JOIN asked a USING (programme) WHERE earned -> code IS NOT NULL
      UNION ALL
      SELECT e.member_id, programme, currency, {_ORDINAL.format(at="recorded_at")}, 0, points
      FROM entries e JOIN asked a USING (currency)
      WHERE from_account = 'ISSUED' AND type IN ('EARN', 'PENDING_ADDED') AND reason <> ''
    )
    SELECT json_build_object('member_id', member_id, 'programme', programme) AS place,
           format('of currency %s %s it counts %s, and %s were earned', currency,
                  {_WHEN}, counted, brought) AS what
    FROM (
      SELECT coalesce(survivor, s.member_id) AS member_id, programme, currency, day, sum(counted) AS counted,
             sum(brought) AS brought
      FROM sides s LEFT JOIN survivors USING (member_id, programme)
      GROUP BY GROUPING SETS ((1, 2, 3), (1, 2, 3, 4)) HAVING sum(counted) <> sum(brought)
    ) AS sums JOIN asked USING (programme, currency)
    WHERE {_TOLD_APART}
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
PLACED = Statement(
    "placements",
    "what each standing is placed on was placed by what is on record, and an override lasts as long as that says",
    "standings",
    ("standings", "placements"),
    """
    SELECT json_build_object('member_id', member_id, 'programme', programme) AS place,
           format('it is placed on %s by %s until %s, and %s', tier, kind, s.until,
                  CASE WHEN p.key IS NULL THEN 'nobody placed it so' ELSE 'that was until ' || p.until END) AS what
    FROM (
      SELECT member_id, programme, one ->> 0 AS kind, one ->> 1 AS tier,
             to_timestamp(0) + (one ->> 2)::bigint * interval '1 microsecond' AS until, (one ->> 3)::uuid AS key
      FROM standings CROSS JOIN LATERAL json_array_elements(placed) AS p(one) WHERE json_typeof(one) = 'array'
    ) AS s LEFT JOIN (
      SELECT DISTINCT programme, kind, tier, key, until FROM placements WHERE NOT ended) AS p
      USING (programme, kind, tier, key)
    WHERE p.key IS NULL OR (kind = 'OVERRIDE' AND p.until <> s.until)
    """,
)

TIERS = Statement(
    "tiers",
    "the tiers that each standing held are in order, the programme's own, the last is the ladder's or a placement's, and its due instant is right",
    "standings",
    ("standings",),
    """
    SELECT json_build_object('member_id', member_id, 'programme', programme) AS place,
           concat_ws('; ',
             CASE WHEN disordered THEN 'the tiers held are out of order' END,
             CASE WHEN NOT held THEN format('%s is held, which neither the ladder nor a placement gives',
                                            coalesce(nullif(tier, ''), 'no tier')) END,
             CASE WHEN next_due_at <> due_at
               THEN format('next_due_at is %s, and %s is the first that falls due', next_due_at, due_at) END,
             CASE WHEN unknown IS NOT NULL THEN format('%s was never a tier of the programme', unknown) END
           ) AS what
    FROM (
      SELECT s.*, tier, cardinality(tier_keys) <> cardinality(tier_since)
               OR tier_since <> ARRAY(SELECT unnest(tier_since) ORDER BY 1) AS disordered,
             placed IS NULL OR tier = placed ->> 0 OR tier IN (
               SELECT p.one ->> 1 FROM json_array_elements(placed) AS p(one) WHERE json_typeof(p.one) = 'array') AS held,
             least(CASE grace_until WHEN 0 THEN valid_until ELSE grace_until END, (
               SELECT min((p.one ->> 2)::bigint) FROM json_array_elements(placed) AS p(one)
               WHERE json_typeof(p.one) = 'array')) AS due_at,
             (SELECT min(key) FROM unnest(tier_keys) AS key WHERE key <> '' AND NOT key = ANY (keys)) AS unknown
      FROM standings s CROSS JOIN LATERAL (
        SELECT coalesce(tier_keys[cardinality(tier_keys)], '') AS tier) AS last
      LEFT JOIN (
        SELECT programme, array_agg(DISTINCT tier ->> 'key') AS keys
        FROM programme_versions, jsonb_array_elements(rules -> 'tiers') AS t(tier) GROUP BY 1) AS ladder USING (programme)
    ) AS looked
    WHERE disordered OR NOT held OR next_due_at <> due_at OR unknown IS NOT NULL
    """,
)
