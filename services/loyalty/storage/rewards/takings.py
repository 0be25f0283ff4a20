"""Rewards as a batch of the ledger takes them: terms and stock, what members took, and what it changes of both."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
from asyncpg.pgproto.pgproto import UUID

from services.kit import database
from services.loyalty.rules.ledger.state import Place, State
from services.loyalty.rules.rewards.rewards import Offer, RewardKind, RewardState
from services.loyalty.rules.rewards.takings import Taking, TakingState
from services.loyalty.storage.members.names import DOWN
from services.loyalty.storage.programmes.definitions import rewards as definitions

RewardOf = tuple[int, str, str]
"""A programme's number, a reward's key, and the member who wants one."""


async def load(
    connection: database.RawConnection, wanted: set[RewardOf], takings: set[Place], state: State
) -> None:
    """What members took, rewards with what limits count of them, and the stock, which is locked last.

    What is sold out is refused by what was read, without asking for its lock; of what is left, the lock tells again.
    """
    if takings:
        members, keys = zip(*takings, strict=True)
        for row in await connection.fetch(_TAKINGS, members, [UUID(key) for key in keys]):
            found = taking(row)
            state.takings[found.member_id, found.key] = found
    if not wanted:
        return
    state.offers = await offers(connection, {(programme, reward) for programme, reward, _ in wanted})
    counted = [
        (member, programme, reward)
        for programme, reward, member in wanted
        if (programme, reward) in state.offers and state.offers[programme, reward].terms.limits
    ]
    if counted:
        for row in await connection.fetch(_TAKEN_AT, *zip(*counted, strict=True)):
            state.taken_at[str(row["survivor"]), row["programme"], row["reward"]] = row["taken_at"]
    if there := sorted(name for name, offer in state.offers.items() if offer.left):
        locked = await connection.fetch(_LOCK_STOCK, *zip(*there, strict=True))
        still = {(row["programme"], row["reward"]): row["left"] for row in locked}
        for name in there:
            state.offers[name].left = still.get(name, 0)


async def offers(
    connection: database.RawConnection, names: set[tuple[int, str]]
) -> dict[tuple[int, str], Offer]:
    """Rewards that were ever published, by programme number and key, with what is left of each at this moment."""
    columns = [programme for programme, _ in names], [reward for _, reward in names]
    found = {}
    for row in await connection.fetch(_OFFERS, *columns):
        left = max(0, row["left"]) if row["limited"] else None
        offer = Offer(RewardState(row["state"]), row["edition"], definitions.decode(row["terms"]), left)
        found[row["programme"], row["reward"]] = offer
    return found


async def write(connection: database.RawConnection, state: State) -> None:
    """Write what members took, what was cancelled, and how much of the stock moved."""
    new = [_record(one) for one in state.takings.values() if one.is_new]
    if new:
        await connection.copy_records_to_table("reward_redemptions", records=new, columns=_COLUMNS)
    for changed in state.takings.values():
        if changed.changed and not changed.is_new:
            await change(connection, changed)
    moved = sorted((name, count) for name, count in state.stock_moved.items() if count)
    if moved:
        await connection.execute(
            _MOVE_STOCK,
            [programme for (programme, _), _ in moved],
            [reward for (_, reward), _ in moved],
            [count for _, count in moved],
        )


async def change(connection: database.RawConnection, of: Taking) -> None:
    """Write how far a locked redemption got."""
    await connection.execute(
        "UPDATE reward_redemptions SET state = $3, changed_at = $4, changed_by = $5, reason = $6, code = $7 "
        "WHERE member_id = $1 AND key = $2",
        of.member_id,
        UUID(of.key),
        of.state,
        of.changed_at,
        of.changed_by,
        of.reason,
        of.code,
    )


def taking(row: asyncpg.Record) -> Taking:
    return Taking(
        str(row["member_id"]),
        row["key"].bytes,
        row["redemption_id"],
        row["programme"],
        row["reward"],
        row["edition"],
        RewardKind(row["kind"]),
        row["gives"],
        row["currency"],
        row["points"],
        row["redeemed_at"],
        TakingState(row["state"]),
        row["changed_at"],
        row["changed_by"],
        row["reason"],
        row["code"],
    )


def _record(of: Taking) -> Sequence[Any]:
    """A redemption's row, in the order of ``_COLUMNS``."""
    values: Iterable[Any] = (UUID(of.key) if column == "key" else getattr(of, column) for column in _COLUMNS)
    return tuple(values)


_COLUMNS = (
    "member_id",
    "key",
    "redemption_id",
    "programme",
    "reward",
    "edition",
    "kind",
    "gives",
    "currency",
    "points",
    "redeemed_at",
    "state",
    "changed_at",
    "changed_by",
    "reason",
    "code",
)

_TAKINGS = """
SELECT t.* FROM reward_redemptions t JOIN unnest($1::uuid[], $2::uuid[]) AS k(member_id, key) USING (member_id, key)
ORDER BY t.member_id, t.key FOR UPDATE OF t
"""

_OFFERS = """
SELECT programme, reward, r.state, r.limited, r.stock - r.taken AS left, e.edition, e.terms
FROM rewards r JOIN unnest($1::smallint[], $2::text[]) AS k(programme, reward) USING (programme, reward)
JOIN reward_editions e USING (programme, reward, edition)
"""

# What those took who were merged into the member is the member's.
_TAKEN_AT = f"""{DOWN}
SELECT k.member_id AS survivor, k.programme, k.reward, array_agg(t.redeemed_at) AS taken_at
FROM unnest($1::uuid[], $2::smallint[], $3::text[]) AS k(member_id, programme, reward)
JOIN down n ON n.survivor = k.member_id
JOIN reward_redemptions t ON (t.member_id, t.programme, t.reward) = (n.member_id, k.programme, k.reward)
WHERE t.state <> 'CANCELLED' GROUP BY 1, 2, 3
"""  # noqa: S608  # a part of ours

# Whoever waited for the row looks again, once it may have it, whether anything is left; of nothing there is no row.
_LOCK_STOCK = """
SELECT programme, reward, r.stock - r.taken AS left
FROM rewards r JOIN unnest($1::smallint[], $2::text[]) AS k(programme, reward) USING (programme, reward)
WHERE r.limited AND r.taken < r.stock ORDER BY programme, reward FOR NO KEY UPDATE OF r
"""

_MOVE_STOCK = """
UPDATE rewards r SET taken = r.taken + n.count
FROM unnest($1::smallint[], $2::text[], $3::bigint[]) AS n(programme, reward, count)
WHERE r.programme = n.programme AND r.reward = n.reward AND r.limited
"""
