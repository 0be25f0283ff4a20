"""Retention at rest: what is due by a rule, its end, and what each run did."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.members import MemberStatus
from services.members.rules.retention import RetentionAction, Rule, RuleState
from services.members.storage.databases import Databases, raw

FUNCTIONS = """
CREATE OR REPLACE FUNCTION due_in(asked text, before timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE floor public.retention_floors; due bigint;
BEGIN
  SELECT * INTO floor FROM public.retention_floors WHERE store = asked;
  IF floor.store IS NULL THEN RETURN 0; END IF;
  EXECUTE format('SELECT count(*) FROM public.%I WHERE %s AND %s < $1', asked, floor.only_where, floor.aged_by)
    INTO due USING before;
  RETURN due;
END $$;

CREATE OR REPLACE FUNCTION retire(asked text, before timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE floor public.retention_floors; gone bigint;
BEGIN
  SELECT * INTO floor FROM public.retention_floors WHERE store = asked;
  IF floor.store IS NULL OR before > now() - make_interval(days => floor.least_days) THEN
    RAISE EXCEPTION 'this is not to be deleted yet';
  END IF;
  EXECUTE format('DELETE FROM public.%1$I WHERE ctid = ANY(ARRAY('
    'SELECT ctid FROM public.%1$I WHERE %2$s AND %3$s < $1 LIMIT $2))', asked, floor.only_where, floor.aged_by)
    USING before, most;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$
"""
"""The same, of the rows of a table that a condition names alone; parted by empty lines, for either database."""

# An order of long ago may come in after whom it is about: to register is to be there too.
_INACTIVE = """FROM members m LEFT JOIN activities a USING (member_id)
               WHERE m.status = ANY($1) AND m.merged_into IS NULL
                 AND greatest(a.last_on, m.registered_at::date) < $2
                 AND NOT EXISTS (
                   SELECT FROM members other LEFT JOIN activities seen USING (member_id)
                   WHERE other.merged_into = m.member_id
                     AND greatest(seen.last_on, other.registered_at::date) >= $2)"""


async def see(connection: AsyncConnection, days: Mapping[str, date]) -> None:
    """Keep that members were seen on a day; of the erased nothing is kept.

    Whose day is new is held until the commit, so that nobody ends them for inactivity who has not read it.
    """
    await connection.execute(
        text(
            """INSERT INTO activities (member_id, last_on)
               SELECT seen.member_id, seen.last_on
               FROM unnest(CAST(:members AS uuid[]), CAST(:days AS date[])) AS seen (member_id, last_on)
               JOIN members m ON m.member_id = seen.member_id AND m.status NOT IN (:abandoned, :erased)
               WHERE NOT EXISTS (
                 SELECT FROM activities a WHERE a.member_id = seen.member_id AND a.last_on >= seen.last_on)
               ORDER BY 1 FOR KEY SHARE OF m
               ON CONFLICT (member_id) DO UPDATE SET last_on = excluded.last_on
                 WHERE activities.last_on < excluded.last_on"""
        ),
        {
            "members": list(days),
            "days": list(days.values()),
            "abandoned": MemberStatus.ABANDONED,
            "erased": MemberStatus.ERASED,
        },
    )


async def inactive(
    databases: Databases, statuses: tuple[MemberStatus, ...], before: datetime, limit: int
) -> list[UUID]:
    """Members in one of some statuses who were last seen before a day."""
    rows = await databases.members_pool.fetch(
        f"SELECT m.member_id {_INACTIVE} ORDER BY m.member_id LIMIT $3",
        [int(status) for status in statuses],
        before.date(),
        limit,
    )
    return [row[0] for row in rows]


async def is_inactive(
    connection: AsyncConnection, member_id: UUID, statuses: tuple[MemberStatus, ...], before: datetime
) -> bool:
    """Whether a member is one of those now; true until the commit only where their merge set is held."""
    query = f"SELECT EXISTS (SELECT {_INACTIVE} AND m.member_id = $3)"
    asked = ([int(status) for status in statuses], before.date(), member_id)
    return bool(await (await raw(connection)).fetchval(query, *asked))


async def count_inactive(databases: Databases, statuses: tuple[MemberStatus, ...], before: datetime) -> int:
    """How many that are."""
    count: int = await databases.members_pool.fetchval(
        f"SELECT count(*) {_INACTIVE}",
        [int(status) for status in statuses],
        before.date(),
    )
    return count


async def count_due(databases: Databases, rule: Rule, before: datetime) -> int:
    """How many rows of a rule's table are older; none of a table that there is not."""
    pool = databases.keys_pool if rule.among_keys else databases.members_pool
    count: int = await pool.fetchval("SELECT due_in($1, $2)", rule.store, before)
    return count


async def delete(connection: AsyncConnection, store: str, before: datetime, most: int) -> int:
    """Delete rows of a table that are older; how many went."""
    gone: int = await connection.scalar(
        text("SELECT retire(:store, :before, :most)"), {"store": store, "before": before, "most": most}
    )
    return gone


async def note_run(connection: AsyncConnection, category: str, rows: int, now: datetime) -> None:
    """Keep what a run did."""
    await connection.execute(
        text(
            "INSERT INTO retention_runs (category, ran_at, rows) VALUES (:category, :now, :rows) "
            "ON CONFLICT (category) DO UPDATE SET ran_at = excluded.ran_at, rows = excluded.rows"
        ),
        {"category": category, "now": now, "rows": rows},
    )


async def report(databases: Databases, rules: tuple[Rule, ...], now: datetime) -> list[RuleState]:
    """Every rule with what a run would find due now, and what its last run did."""
    rows = await databases.members_pool.fetch("SELECT category, ran_at, rows FROM retention_runs")
    runs = {row[0]: (row[1], row[2]) for row in rows}
    return [
        RuleState(rule, await _due(databases, rule, now), *runs.get(rule.category, (None, 0)))
        for rule in rules
    ]


async def _due(databases: Databases, rule: Rule, now: datetime) -> int:
    if not rule.period_days:
        return 0
    if rule.action is RetentionAction.DELETE:
        return await count_due(databases, rule, rule.before(now))
    return await count_inactive(databases, rule.about, rule.before(now))
