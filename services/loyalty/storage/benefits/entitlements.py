"""Entitlements at rest: what members claimed and used of their benefits, and how often within a period."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.benefits.entitlements import Claim
from services.loyalty.rules.benefits.quotas import Taken, Window
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.storage.benefits.benefit_claims import claim
from services.loyalty.storage.ledger import points, rows
from services.loyalty.storage.members import names
from services.loyalty.storage.members.names import DOWN

_Reader = asyncpg.Pool | database.RawConnection


@dataclass(frozen=True, slots=True)
class Held:
    """A member's state, which does not change until the transaction ends, and all ids that are the member's.

    The first id is the one that what is done now goes by; the others are of those who were merged into it.
    """

    names: tuple[str, ...]
    state: State

    @property
    def member_id(self) -> str:
        return self.names[0]


async def hold(connection: database.RawConnection, member_id: str, programme: Programme) -> Held:
    """Lock a member for what is done with benefits: one at a time, and while the tier does not change.

    Whoever was merged into another is that other.
    """

    async def attempt() -> Held | None:
        ids = await names.of(connection, member_id)
        said = await connection.fetchrow(f"{_MEMBER} FOR NO KEY UPDATE", ids[0])
        # Shared, so that whoever posts for the member waits for no longer than this transaction, and the tier stays.
        locked = await connection.fetch(f"{_STANDINGS} FOR SHARE", ids, programme.number)
        # A merge may have come between: it changes standings that are locked now.
        if await names.of(connection, member_id) != ids:
            return None
        return await _held(connection, ids, said, locked, programme)

    return await names.settled(connection, attempt)


async def seen(pool: asyncpg.Pool, member_id: str, programme: Programme) -> Held:
    """The same for reading, with nothing locked."""
    ids = await names.of(pool, member_id)
    said = await pool.fetchrow(_MEMBER, ids[0])
    return await _held(pool, ids, said, await pool.fetch(_STANDINGS, ids, programme.number), programme)


async def _held(
    reader: _Reader,
    ids: list[str],
    said: asyncpg.Record | None,
    found: Sequence[asyncpg.Record],
    programme: Programme,
) -> Held:
    standings = {(each.member_id, each.programme): each for each in map(rows.standing, found)}
    if (ids[0], programme.number) not in standings:
        restriction, refused = said or (0, False)
        free = Standing(
            ids[0],
            programme.number,
            restriction=rows.RESTRICTIONS[restriction],
            automated_refused=refused,
        )
        standings[ids[0], programme.number] = free
    state = State(standings)
    numbers = [currency.number for currency in programme.currencies]
    for wallet in await points.wallets(reader, ids[:1], numbers):
        state.wallets[wallet.member_id, wallet.currency] = wallet
    return Held(tuple(ids), state)


async def take(
    connection: database.RawConnection, names: Sequence[str], made: Claim, programme: int, quota: int | None
) -> bool:
    """Count one more in a claim's period, unless the quota is used up; whatever others do meanwhile.

    What those took who were merged into the member counts, too, and what was taken until the same end.
    """
    place = programme, made.benefit, made.window.begins
    others = await connection.fetchval(_TAKEN_BY, list(names[1:]), *place)
    if made.window.by_end:
        end = None if made.window.ends == NEVER else instant(made.window.ends)
        others += await connection.fetchval(_TAKEN_UNTIL, list(names), *place, made.tier, end)
    left = NEVER if quota is None else quota - others
    if left < 1:
        return False
    return await connection.fetchval(_TAKE, names[0], *place, left) is not None


async def give_back(connection: database.RawConnection, made: Claim, programme: int) -> None:
    """Count one less in the period that a claim was made in."""
    await connection.execute(_GIVE_BACK, made.member_id, programme, made.benefit, made.window.begins)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one member's benefits: what was taken of each within its period, and unused claims."""

    taken: list[Taken]
    unused: list[Claim]


async def kept(pool: asyncpg.Pool, member_ids: Sequence[str], programme: int, now: int) -> dict[str, Kept]:
    """The same of members, with those who were merged into them; periods and claims that are over left out."""
    found = {member: Kept([], []) for member in member_ids}
    for row in await pool.fetch(_TAKEN_BY_ALL, member_ids, programme, instant(now)):
        ends = micros(row["good_until"]) if row["good_until"] else NEVER
        found[str(row["survivor"])].taken.append(
            Taken(
                row["benefit"],
                row["tier"],
                row["own"],
                Window(row["period_from"], ends),
                row["times"],
                row["used"],
            )
        )
    for row in await pool.fetch(_UNUSED_OF_ALL, member_ids, programme, instant(now)):
        found[str(row["survivor"])].unused.append(claim(row))
    return found


_MEMBER = "SELECT restriction, automated_refused FROM members WHERE member_id = $1"

_STANDINGS = f"""
SELECT {rows.STANDING} FROM standings s WHERE s.member_id = ANY($1::uuid[]) AND s.programme = $2 ORDER BY s.member_id
"""  # noqa: S608  # columns of ours

_TAKEN_BY = """
SELECT coalesce(sum(taken), 0)::bigint FROM benefit_counters
WHERE member_id = ANY($1::uuid[]) AND programme = $2 AND benefit = $3 AND period_from = $4
"""

# As Taken.counts_in says it of what did not begin together.
_TAKEN_UNTIL = """
SELECT count(*) FROM benefit_claims
WHERE member_id = ANY($1::uuid[]) AND programme = $2 AND benefit = $3 AND state <> 'RELEASED'
  AND period_from <> $4 AND period_from >= 0 AND tier = $5
  AND CASE WHEN $6::timestamptz IS NULL THEN good_until IS NULL AND member_id <> ($1::uuid[])[1]
      ELSE good_until = $6 END
"""

_TAKE = """
INSERT INTO benefit_counters AS c (member_id, programme, benefit, period_from, taken) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (member_id, programme, benefit, period_from) DO UPDATE SET taken = c.taken + 1 WHERE c.taken < $5
RETURNING taken
"""

_GIVE_BACK = """
UPDATE benefit_counters SET taken = taken - 1
WHERE member_id = $1 AND programme = $2 AND benefit = $3 AND period_from = $4
"""

_TAKEN_BY_ALL = f"""{DOWN}
SELECT n.survivor, c.benefit, c.tier, n.member_id = n.survivor AS own, c.period_from, c.good_until,
  count(*) AS times, count(*) FILTER (WHERE c.state = 'USED') AS used
FROM down n JOIN benefit_claims c USING (member_id)
WHERE c.programme = $2 AND c.state <> 'RELEASED'
  AND (c.good_until IS NULL OR c.good_until > $3 OR c.period_from < -1)  -- a merge may move a placement's end
GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608  # a part of ours

_UNUSED_OF_ALL = f"""{DOWN}
SELECT n.survivor, c.* FROM down n JOIN benefit_claims c USING (member_id)
WHERE c.programme = $2 AND c.state = 'CLAIMED' AND (c.good_until IS NULL OR c.good_until > $3)
ORDER BY c.good_until NULLS LAST, c.claimed_at, c.claim_id
"""  # noqa: S608  # a part of ours
