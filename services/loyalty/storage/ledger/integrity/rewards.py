"""What must hold of rewards that members took: their points, and the stock that they are of."""

from services.loyalty.storage.ledger.integrity.checks import Statement

REWARD_STOCK = Statement(
    "reward stock",
    "what is taken of each limited reward is as many as were redeemed and not cancelled, and no more than there was",
    "rewards",
    ("rewards", "reward_redemptions"),
    """
    SELECT json_build_object('programme', programme, 'reward', reward) AS place,
           format('%s are taken of %s, and %s were redeemed and not cancelled', taken, stock, redeemed) AS what
    FROM (
      SELECT r.*, (SELECT count(*) FROM reward_redemptions t
                   WHERE t.programme = r.programme AND t.reward = r.reward AND t.state <> 'CANCELLED') AS redeemed
      FROM rewards r WHERE r.limited
    ) AS counted
    WHERE taken <> redeemed OR taken > stock
    """,
)

# An entry of a reward says so by its reason; captures of holds and redemptions by themselves have reasons without one.
REWARD_POINTS = Statement(
    "reward points",
    "each reward's redemption took its points under its key, and gave all back where it was cancelled",
    "reward_redemptions",
    ("reward_redemptions", "entries", "reversals"),
    """
    WITH spent AS (
      SELECT member_id, key, sum(points) AS points FROM entries
      WHERE type = 'REDEEM' AND starts_with(reason, 'reward:') GROUP BY 1, 2
    ), given AS (
      SELECT member_id, redemption AS key, sum(points) AS points
      FROM reversals, LATERAL (
        SELECT sum(slices[nth][4]) AS points FROM generate_subscripts(slices, 1) AS nth) AS each
      GROUP BY 1, 2
    )
    SELECT json_build_object('member_id', member_id, 'key', key) AS place,
           format('%s is said to have cost %s, while %s were spent and %s given back',
                  coalesce(t.state, 'nothing'), t.points, s.points, g.points) AS what
    FROM reward_redemptions t FULL JOIN spent s USING (member_id, key) LEFT JOIN given g USING (member_id, key)
    WHERE t.points IS DISTINCT FROM s.points
      OR coalesce(g.points, 0) <> CASE WHEN t.state = 'CANCELLED' THEN t.points ELSE 0 END
    """,
)
