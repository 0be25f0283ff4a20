"""What must hold of earn rules with a budget or caps: what is counted against them is what orders were given."""

from services.loyalty.storage.ledger.integrity.checks import Statement
from services.loyalty.storage.ledger.integrity.orders import TAKEN_BACK

# An order says by rule what it was given, and the version that judged it which of these rules were limited. A refund gives
# back to them in the proportion in which it took points back; a coupon stays counted.
_GIVEN = f"""
    limited AS MATERIALIZED (
      SELECT programme, version, rules ->> 'time_zone' AS zone, rule ->> 'key' AS rule,
             (rule ->> 'budget')::bigint > 0 AS budgeted,
             ARRAY(SELECT cap ->> 'window' FROM jsonb_array_elements(rule -> 'caps') AS cap
                   WHERE cap ->> 'window' <> 'ORDER') AS spans
      FROM programme_versions CROSS JOIN LATERAL jsonb_array_elements(rules -> 'earn_rules') AS r(rule)
      WHERE (rule ->> 'budget')::bigint > 0 OR rule @? '$.caps[*] ? (@.window <> "ORDER")'
    ), versions AS (
      SELECT DISTINCT programme, version FROM limited
    ), given AS (
      SELECT member_id, orders.programme, version, paid_at, rule, points - CASE WHEN taken = 0 THEN 0
               ELSE div(points::numeric * taken, (earned -> code ->> 0)::numeric) END AS points
      FROM orders JOIN versions ON (orders.programme, rule_version) = (versions.programme, version)
      CROSS JOIN LATERAL json_each(judgement -> 'given') AS c(code, by_rule)
      CROSS JOIN LATERAL (
        SELECT {TAKEN_BACK} AS taken
      ) AS back
      CROSS JOIN LATERAL (SELECT key AS rule, value::bigint AS points FROM json_each_text(by_rule)) AS each
      UNION ALL
      SELECT member_id, orders.programme, version, paid_at, rule, 1
      FROM orders JOIN versions ON (orders.programme, rule_version) = (versions.programme, version)
      CROSS JOIN LATERAL json_array_elements_text(judgement -> 'coupons') AS c(rule)
    )
"""  # noqa: S608  # a part of ours

BUDGETS = Statement(
    "earn budgets",
    "what each earn rule's budget says is spent is what orders were given by it, less what refunds took back",
    "earn_budgets",
    ("orders", "earn_budgets"),
    f"""
    WITH {_GIVEN}, summed AS (
      SELECT programme, rule, sum(points)::bigint AS points
      FROM given JOIN limited USING (programme, version, rule) WHERE budgeted GROUP BY 1, 2
    )
    SELECT json_build_object('programme', programme, 'rule', rule) AS place,
           format('%s are said to be spent, and its orders have %s', coalesce(spent, 0), coalesce(points, 0)) AS what
    FROM earn_budgets FULL JOIN summed USING (programme, rule) WHERE coalesce(spent, 0) <> coalesce(points, 0)
    """,  # noqa: S608  # a part of ours
)

CAPS = Statement(
    "earn caps",
    "what each member is said to have been given within a cap's window is what the member's orders of then were given",
    "earn_caps",
    ("orders", "earn_caps"),
    f"""
    WITH {_GIVEN}, summed AS (
      SELECT member_id, programme, rule, span, CASE span
               WHEN 'DAY' THEN day WHEN 'WEEK' THEN date_trunc('week', day)::date
               WHEN 'MONTH' THEN date_trunc('month', day)::date WHEN 'YEAR' THEN date_trunc('year', day)::date
               ELSE DATE '1970-01-01' END AS first_on,
             sum(points)::bigint AS points
      FROM given JOIN limited USING (programme, version, rule)
      CROSS JOIN LATERAL (SELECT (paid_at AT TIME ZONE zone)::date AS day) AS local
      CROSS JOIN LATERAL unnest(spans) AS span
      GROUP BY 1, 2, 3, 4, 5
    )
    SELECT json_build_object('member_id', member_id, 'programme', programme, 'rule', rule, 'span', span,
                             'first_on', first_on) AS place,
           format('%s are said to be given, and its orders have %s', coalesce(given, 0), coalesce(points, 0)) AS what
    FROM earn_caps FULL JOIN summed USING (member_id, programme, rule, span, first_on)
    WHERE coalesce(given, 0) <> coalesce(points, 0)
    """,  # noqa: S608  # a part of ours
)
