"""The catalogue of rewards at rest: each reward, its editions, and how its stock was changed."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.rewards.rewards import MOST_OFFERED, RewardState, Terms
from services.loyalty.storage.programmes.definitions import rewards as definitions


@dataclass(frozen=True, slots=True)
class Edition:
    """What one edition says, who wrote it and who published it. ``published_at`` is 0 while it is a draft."""

    edition: int
    terms: Terms
    drafted_by: str
    drafted_at: int
    reason: str
    published_by: str = ""
    published_at: int = 0


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward with the edition in force and its draft, where there is one."""

    programme: int
    reward: str
    state: RewardState
    limited: bool
    stock: int
    taken: int
    in_force: Edition | None
    draft: Edition | None


@dataclass(frozen=True, slots=True)
class StockChange:
    change_id: str
    delta: int
    stock_after: int
    reason: str
    changed_by: str
    changed_at: int


async def lock(connection: database.RawConnection, programme: int, reward: str) -> Reward | None:
    """A reward, which nobody else changes and of which nobody takes the last until this transaction ends."""
    await connection.execute(
        "SELECT FROM rewards WHERE programme = $1 AND reward = $2 FOR UPDATE", programme, reward
    )
    return await find(connection, programme, reward)


async def find(
    connection: database.RawConnection | asyncpg.Pool, programme: int, reward: str
) -> Reward | None:
    row = await connection.fetchrow(f"{_REWARDS} AND r.reward = $2", programme, reward)
    return None if row is None else _reward(row)


async def offered(pool: asyncpg.Pool, programme: int) -> list[Reward]:
    """Every reward that is published, by its key."""
    rows = await pool.fetch(
        f"{_REWARDS} AND r.state = 'PUBLISHED' ORDER BY r.reward LIMIT $2", programme, MOST_OFFERED
    )
    return [_reward(row) for row in rows]


async def count_offered(connection: database.RawConnection, programme: int) -> int:
    """How many rewards are published."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM rewards WHERE programme = $1 AND state = 'PUBLISHED'", programme
    )
    return count


async def page(
    pool: asyncpg.Pool, programme: int, state: RewardState | None, first: int, after: str
) -> tuple[list[Reward], bool]:
    """Rewards by their keys behind ``after``, and whether more follow."""
    rows = await pool.fetch(
        f"{_REWARDS} AND r.reward > $2 AND ($3::text IS NULL OR r.state = $3) ORDER BY r.reward LIMIT $4",
        programme,
        after,
        state,
        first + 1,
    )
    return [_reward(row) for row in rows[:first]], len(rows) > first


async def editions(pool: asyncpg.Pool, programme: int, reward: str) -> Sequence[Edition]:
    """All editions, newest first."""
    rows = await pool.fetch(
        "SELECT * FROM reward_editions WHERE programme = $1 AND reward = $2 ORDER BY edition DESC LIMIT 500",
        programme,
        reward,
    )
    return [_edition(row) for row in rows]


async def stock_changes(pool: asyncpg.Pool, programme: int, reward: str) -> Sequence[StockChange]:
    """How the stock was changed, newest first; the last 500 times."""
    rows = await pool.fetch(
        "SELECT * FROM reward_stock_changes WHERE programme = $1 AND reward = $2 "
        "ORDER BY changed_at DESC, change_id LIMIT 500",
        programme,
        reward,
    )
    return [_stock_change(row) for row in rows]


async def found(connection: database.RawConnection, programme: int, reward: str, *, limited: bool) -> None:
    """Make a reward that nobody sees yet; one that is there stays as it is."""
    await connection.execute(
        "INSERT INTO rewards (programme, reward, state, limited) VALUES ($1, $2, 'DRAFT', $3) "
        "ON CONFLICT DO NOTHING",
        programme,
        reward,
        limited,
    )


async def put_draft(
    connection: database.RawConnection, programme: int, reward: str, draft: Edition, *, in_place_of: int
) -> None:
    """Write a draft, in place of the draft with another number; 0 where there is none. The reward is locked."""
    await connection.execute(
        _REDRAFT if in_place_of else _DRAFT,
        programme,
        reward,
        draft.edition,
        definitions.encode(draft.terms),
        draft.drafted_by,
        instant(draft.drafted_at),
        draft.reason,
        *((in_place_of,) if in_place_of else ()),
    )


async def publish(connection: database.RawConnection, programme: int, reward: str, edition: Edition) -> None:
    """Put an edition in force. The reward is locked."""
    await connection.execute(
        "UPDATE reward_editions SET published_by = $4, published_at = $5, reason = $6 "
        "WHERE programme = $1 AND reward = $2 AND edition = $3",
        programme,
        reward,
        edition.edition,
        edition.published_by,
        instant(edition.published_at),
        edition.reason,
    )
    await connection.execute(
        "UPDATE rewards SET state = 'PUBLISHED', edition = $3, limited = $4 WHERE programme = $1 AND reward = $2",
        programme,
        reward,
        edition.edition,
        edition.terms.limited,
    )


async def stop(connection: database.RawConnection, programme: int, reward: str) -> None:
    await connection.execute(
        "UPDATE rewards SET state = 'STOPPED' WHERE programme = $1 AND reward = $2", programme, reward
    )


async def stock_change(
    connection: database.RawConnection, programme: int, reward: str, change_id: str
) -> StockChange | None:
    row = await connection.fetchrow(
        "SELECT * FROM reward_stock_changes WHERE programme = $1 AND reward = $2 AND change_id = $3",
        programme,
        reward,
        change_id,
    )
    return None if row is None else _stock_change(row)


async def change_stock(
    connection: database.RawConnection, programme: int, reward: str, change: StockChange
) -> None:
    """Write a change of the stock. The reward is locked."""
    await connection.execute(
        "UPDATE rewards SET stock = $3 WHERE programme = $1 AND reward = $2",
        programme,
        reward,
        change.stock_after,
    )
    await connection.execute(
        "INSERT INTO reward_stock_changes (programme, reward, change_id, delta, stock_after, reason, changed_by, "
        "changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        programme,
        reward,
        change.change_id,
        change.delta,
        change.stock_after,
        change.reason,
        change.changed_by,
        instant(change.changed_at),
    )


def _reward(row: asyncpg.Record) -> Reward:
    return Reward(
        row["programme"],
        row["reward"],
        RewardState(row["state"]),
        row["limited"],
        row["stock"],
        row["taken"],
        _edition(row["in_force"]) if row["in_force"] else None,
        _edition(row["draft"]) if row["draft"] else None,
    )


def _edition(row: asyncpg.Record) -> Edition:
    return Edition(
        row["edition"],
        definitions.decode(row["terms"]),
        row["drafted_by"],
        micros(row["drafted_at"]),
        row["reason"],
        row["published_by"],
        micros(row["published_at"]) if row["published_at"] else 0,
    )


def _stock_change(row: asyncpg.Record) -> StockChange:
    return StockChange(
        row["change_id"],
        row["delta"],
        row["stock_after"],
        row["reason"],
        row["changed_by"],
        micros(row["changed_at"]),
    )


_REWARDS = """
SELECT r.*, f AS in_force, d AS draft FROM rewards r
LEFT JOIN reward_editions f ON (f.programme, f.reward, f.edition) = (r.programme, r.reward, r.edition)
LEFT JOIN reward_editions d ON (d.programme, d.reward) = (r.programme, r.reward) AND d.published_at IS NULL
WHERE r.programme = $1
"""

_DRAFT = """
INSERT INTO reward_editions (programme, reward, edition, terms, drafted_by, drafted_at, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_REDRAFT = """
UPDATE reward_editions SET edition = $3, terms = $4, drafted_by = $5, drafted_at = $6, reason = $7
WHERE programme = $1 AND reward = $2 AND edition = $8 AND published_at IS NULL
"""
