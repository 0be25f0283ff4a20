"""What limited earn rules gave: budgets are locked, last of all and in order; caps belong to members, who are locked."""

from collections.abc import Iterable

import asyncpg

from services.kit import database
from services.loyalty.rules.earning.earn_limits import Count, Counts, counts_of
from services.loyalty.rules.ledger.expiry import local_time
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.members.names import DOWN


def asked(programme: Programme, member_id: str, paid_at: int) -> list[Count]:
    """What decides over an order of a member that was paid at an instant."""
    plan = programme.earning
    if not plan.limited:
        return []
    local = local_time(paid_at, programme.time_zone)
    return [
        count
        for rule in plan.limited
        if rule.schedule.holds(local)
        for count in counts_of(programme, rule, member_id, local.date())
    ]


async def load(
    connection: database.RawConnection | asyncpg.Pool, wanted: Iterable[Count], counts: Counts, *, lock: bool
) -> None:
    """Read what was given before; with ``lock``, nobody else gives of these budgets until the transaction ends."""
    places = set(wanted)
    budgets = sorted((count.programme, count.rule) for count in places if not count.member_id)
    caps = [count for count in places if count.member_id]
    if budgets:
        asked = tuple(zip(*budgets, strict=True))
        found = await connection.fetch(_LOCK_BUDGETS if lock else _BUDGETS, *asked)
        if lock and len(found) < len(budgets):
            await connection.execute(_NEW_BUDGETS, *asked)
            found = await connection.fetch(_LOCK_BUDGETS, *asked)
        counts.given.update({Count(row["programme"], row["rule"]): row["spent"] for row in found})
    if caps:
        members, programmes, rules, spans, days = zip(
            *((c.member_id, c.programme, c.rule, c.window, c.first_on) for c in caps), strict=True
        )
        for row in await connection.fetch(_CAPS, members, programmes, rules, spans, days):
            place = Count(row["programme"], row["rule"], row["member_id"], row["span"], row["first_on"])
            counts.given[place], counts.under_others[place] = row["given"], row["under_others"]


async def write(connection: database.RawConnection, counts: Counts) -> None:
    """Write what a fold added, or took away again: to budgets the difference, of locked members the whole."""
    added = {count: points for count, points in counts.added.items() if points}
    budgets = sorted((c.programme, c.rule, points) for c, points in added.items() if not c.member_id)
    caps = [
        (*count, counts.of(count) - counts.under_others.get(count, 0)) for count in added if count.member_id
    ]
    if budgets:
        await connection.execute(_SPEND, *zip(*budgets, strict=True))
    if caps:
        programmes, rules, members, spans, days, points = zip(*caps, strict=True)
        await connection.execute(_GIVE, members, programmes, rules, spans, days, points)


_BUDGETS = """
SELECT b.programme, b.rule, b.spent FROM earn_budgets b
JOIN unnest($1::smallint[], $2::text[]) AS k(programme, rule) USING (programme, rule)
"""

_LOCK_BUDGETS = f"{_BUDGETS} ORDER BY b.programme, b.rule FOR UPDATE OF b"

_NEW_BUDGETS = """
INSERT INTO earn_budgets (programme, rule) SELECT * FROM unnest($1::smallint[], $2::text[]) ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""

_SPEND = """
UPDATE earn_budgets b SET spent = b.spent + n.points
FROM unnest($1::smallint[], $2::text[], $3::bigint[]) AS n(programme, rule, points)
WHERE b.programme = n.programme AND b.rule = n.rule
"""

# Whoever was merged into a member counts as that member, and keeps what is counted under the id of before.
_CAPS = f"""{DOWN}
SELECT k.programme, k.rule, k.member_id::text, k.span, k.first_on, sum(c.given)::bigint AS given,
       coalesce(sum(c.given) FILTER (WHERE c.member_id <> k.member_id), 0)::bigint AS under_others
FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::date[])
  AS k(member_id, programme, rule, span, first_on)
JOIN down n ON n.survivor = k.member_id
JOIN earn_caps c ON (c.member_id, c.programme, c.rule, c.span, c.first_on)
  = (n.member_id, k.programme, k.rule, k.span, k.first_on)
GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608  # a part of ours

_GIVE = """
INSERT INTO earn_caps (member_id, programme, rule, span, first_on, given)
SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::date[], $6::bigint[])
ON CONFLICT (member_id, programme, rule, span, first_on) DO UPDATE SET given = excluded.given
"""
