"""Groups: a population's members counted by what a ladder can tell of them, so that one of each group is judged."""

from collections.abc import Sequence
from typing import NamedTuple

from services.kit import database
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.gauges import Gauge
from services.loyalty.rules.tiers.standings import Restriction
from services.loyalty.rules.tiers.tier_schemes import EARNED, ORDERS, SPEND
from services.loyalty.storage.programmes.populations import WALLET_JOINED, Asked, Part, Settled


class Group(NamedTuple):
    """Members who hold one tier by the ladder alone, and of whom all gauges say the same.

    ``levels`` says of each gauge how many of its limits are reached. ``anyone`` is one of them, ``some`` are a few who
    have not left, by their ids.
    """

    tier: str
    levels: tuple[int, ...]
    members: int
    anyone: str
    some: list[str]


async def groups_of(
    connection: database.RawConnection,
    programme: Programme,
    gauges: Sequence[Gauge],
    wanted: Asked,
    part: Part,
    settled: Settled,
    some: int,
) -> tuple[list[Group], int]:
    """The groups of a part's members of whom nothing is due, and how many others there are."""
    rows = await connection.fetch(_grouped(programme, gauges, wanted, part, settled, some), wanted.programme)
    others = sum(members for is_settled, _, members, *_ in rows if not is_settled)
    return [
        Group(tier, tuple(levels), members, str(anyone), [str(each) for each in few or ()])
        for is_settled, tier, members, anyone, few, *levels in rows
        if is_settled
    ], others


def _grouped(
    programme: Programme, gauges: Sequence[Gauge], wanted: Asked, part: Part, settled: Settled, some: int
) -> str:
    levels = [f"level_{nth:d}" for nth in range(len(gauges))]
    of_gauges = [
        f"CASE WHEN is_settled THEN width_bucket({_value(programme, gauge, nth)}, "
        f"'{{{','.join(map(str, gauge.limits))}}}'::bigint[]) END AS level_{nth:d}"
        for nth, gauge in enumerate(gauges)
    ]
    joins = " ".join(WALLET_JOINED.format(number=number) for number in wanted.currencies)
    columns = ", ".join(["is_settled", "tier", *levels])
    return f"""
SELECT is_settled, tier, count(*), any_value(member_id),
       (array_agg(member_id) FILTER (WHERE restriction <> {Restriction.CLOSED:d}))[1:{some:d}]
       {"".join(f", {level}" for level in levels)}
FROM (
  SELECT s.member_id, s.restriction, is_settled,
         CASE WHEN is_settled THEN coalesce(s.tier_keys[cardinality(s.tier_keys)], '') END AS tier
         {"".join(f", {each}" for each in of_gauges)}
  FROM standings s {joins}
  CROSS JOIN LATERAL (SELECT {settled.condition(wanted)} AS is_settled) AS due
  {_sums(programme, gauges, "days", SPEND, ORDERS)}
  {_sums(programme, gauges, "earned", EARNED)}
  WHERE {part.condition} AND s.programme = $1 AND s.merged_into IS NULL
) AS each GROUP BY {columns}
"""  # noqa: S608  # numbers and columns of ours


def _value(programme: Programme, gauge: Gauge, nth: int) -> str:
    """The expression of a gauge's value."""
    if gauge.metric in (SPEND, ORDERS) or gauge.metric.startswith(EARNED):
        return f"coalesce(sum_{nth:d}, 0)"
    rules = programme.currency(gauge.metric)
    return f"coalesce(w{rules.number:d}.available, 0)" if rules and rules.number else "0::bigint"


def _sums(programme: Programme, gauges: Sequence[Gauge], rows: str, *metrics: str) -> str:
    """Joins what gauges add up of a standing's rows, where any does."""
    sums = [
        _sum(programme, gauge, nth, rows)
        for nth, gauge in enumerate(gauges)
        if gauge.metric.startswith(metrics)
    ]
    if not sums:
        return ""
    return (
        f"LEFT JOIN LATERAL (SELECT {', '.join(sums)} FROM generate_subscripts(s.{rows}, 1) AS n) "  # noqa: S608
        f"AS of_{rows} ON is_settled"
    )


def _sum(programme: Programme, gauge: Gauge, nth: int, rows: str) -> str:
    place, which = 2 if gauge.metric == SPEND else 3, ""
    if gauge.metric.startswith(EARNED):
        rules = programme.currency(gauge.metric.removeprefix(EARNED))
        which = f" AND s.earned[n][2] = {rules.number if rules else 0:d}"
    return (
        f"sum(s.{rows}[n][{place:d}]) FILTER (WHERE s.{rows}[n][1] BETWEEN {gauge.first_day:d} AND "
        f"{gauge.last_day:d}{which})::bigint AS sum_{nth:d}"
    )
