"""Occasions in members' lives, found in their orders: ordered first, or last, or completed in a stretch of time."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.missions.missions import LifecycleKind
from services.loyalty.storage.members.names import DOWN


class Occasion(NamedTuple):
    """Whom it is about, when the order that it comes after was paid or completed, in microseconds since 1970, and
    the ``name`` that tells it from the member's others."""

    member_id: str
    at: int
    name: str


async def occasions(
    connection: database.RawConnection, programme: int, kind: LifecycleKind, since: int, until: int
) -> list[Occasion]:
    """Members whose last order (or first, as the kind says) was paid after ``since`` and not after ``until``, or the
    orders that were completed then.

    Whoever was merged into another is that other; the frozen and the closed are left out. An order that was returned
    whole was not delivered for good, and is nobody's first.
    """
    rows = await connection.fetch(_OF_KIND[kind], programme, instant(since), instant(until))
    return [Occasion(str(row["member_id"]), micros(row["at"]), row["name"]) for row in rows]


async def complete(
    connection: database.RawConnection,
    programme: int,
    mission: tuple[str, int],
    occasions: Sequence[tuple[str, str]],
    now: int,
) -> None:
    """Write that a mission, (key, edition), was completed by members on occasions, (member, name)."""
    await connection.execute(
        "INSERT INTO mission_completions (member_id, programme, mission, period, nth, edition, completed_at) "
        "SELECT o.member_id, $3, $4, o.name, 1, $5, $6 FROM unnest($1::uuid[], $2::text[]) AS o (member_id, name)",
        [member_id for member_id, _ in occasions],
        [name for _, name in occasions],
        programme,
        *mission,
        instant(now),
    )


async def completed(
    connection: database.RawConnection, programme: int, key: str, members: Collection[str]
) -> set[tuple[str, str]]:
    """On which occasions members, or those who were merged into them, completed a mission: (member, name)."""
    rows = await connection.fetch(_COMPLETED, list(members), programme, key)
    return {(str(row["survivor"]), row["period"]) for row in rows}


_COMPLETED = f"""{DOWN}
SELECT n.survivor, c.period FROM down n
JOIN mission_completions c ON c.member_id = n.member_id AND c.programme = $2 AND c.mission = $3
"""  # noqa: S608  # a part of ours

# gone: who was merged into whom, through all merges in between. Merges are few, and orders are many.
_GONE = """
WITH RECURSIVE in_force AS (
  SELECT from_member, into_member FROM merges WHERE programme = $1 AND undone_at IS NULL
), went AS (
  SELECT from_member AS name, into_member AS root FROM in_force
  UNION
  SELECT w.name, m.into_member FROM went w JOIN in_force m ON m.from_member = w.root
), gone AS (
  SELECT name, root FROM went w WHERE NOT EXISTS (SELECT 1 FROM in_force m WHERE m.from_member = w.root)
)
"""

_KEPT = "({0}.refunded_minor < {0}.total_minor OR {0}.total_minor = 0)"
"""Not returned whole."""

_BY_PAYMENT = f"""{_GONE}, found AS (
  SELECT coalesce(g.root, o.member_id) AS member_id, {{edge}}(o.paid_at) AS paid_at
  FROM orders o LEFT JOIN gone g ON g.name = o.member_id
  WHERE o.programme = $1 AND o.paid_at > $2 AND o.paid_at <= $3 AND {{counts_o}} GROUP BY 1
)
SELECT f.member_id, f.paid_at AS at, {{name}} AS name FROM found f
JOIN members m ON m.member_id = f.member_id AND m.restriction = 0
WHERE NOT EXISTS (
    SELECT 1 FROM orders l WHERE l.programme = $1 AND l.member_id = f.member_id AND l.paid_at {{beyond}} f.paid_at
      AND {{counts_l}})
  AND NOT EXISTS (
    SELECT 1 FROM gone g JOIN orders l ON l.member_id = g.name
    WHERE g.root = f.member_id AND l.programme = $1 AND l.paid_at {{beyond}} f.paid_at
      AND {{counts_l}})
ORDER BY f.paid_at, f.member_id
"""  # noqa: S608  # parts of ours
_BY_COMPLETION = f"""{_GONE}
SELECT m.member_id, o.completed_at AS at, 'delivered-' || o.source || ':' || o.order_id AS name
FROM orders o LEFT JOIN gone g ON g.name = o.member_id
JOIN members m ON m.member_id = coalesce(g.root, o.member_id) AND m.restriction = 0
WHERE o.programme = $1 AND o.completed_at > $2 AND o.completed_at <= $3
  AND {_KEPT.format("o")}
ORDER BY o.completed_at, m.member_id, name
"""  # noqa: S608  # a part of ours
_EACH_LAST = "'after-' || (extract(epoch FROM f.paid_at) * 1000000)::bigint"
_OF_KIND = {
    LifecycleKind.NO_ORDER_FOR: _BY_PAYMENT.format(
        edge="max", beyond=">", name=_EACH_LAST, counts_o="true", counts_l="true"
    ),
    LifecycleKind.AFTER_FIRST_ORDER: _BY_PAYMENT.format(
        edge="min", beyond="<", name="'first'", counts_o=_KEPT.format("o"), counts_l=_KEPT.format("l")
    ),
    LifecycleKind.AFTER_DELIVERY: _BY_COMPLETION,
}
