"""Reward redemptions as they are looked for and fulfilled, beside the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
from asyncpg.pgproto.pgproto import UUID

from services.kit import database
from services.loyalty.rules.rewards.takings import Taking, TakingState
from services.loyalty.storage.members import names
from services.loyalty.storage.rewards.takings import taking


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the instant and the key of its last redemption."""

    redeemed_at: int
    key: bytes

    @classmethod
    def of(cls, taking: Taking) -> "Place":
        return cls(taking.redeemed_at, taking.key)

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Raises ``ValueError`` for what ``str`` did not make."""
        at, _, key = text.partition(".")
        if len(key) != 32:
            raise ValueError
        return cls(int(at), bytes.fromhex(key))

    def __str__(self) -> str:
        return f"{self.redeemed_at}.{self.key.hex()}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose redemptions, by all their names (none: everyone's), of which reward (empty: all), in which state; newest first."""

    programme: int
    names: Sequence[str]
    reward: str
    state: TakingState | None
    first: int
    after: Place | None


async def page(pool: asyncpg.Pool, asked: Asked) -> tuple[list[Taking], bool]:
    """The page, and whether more follow."""
    values: list[object] = [asked.programme, asked.first + 1]
    wanted = ""
    for condition, value in (
        ("member_id = ANY(${}::uuid[])", asked.names),
        ("reward = ${}", asked.reward),
        ("state = ${}", asked.state),
    ):
        if value:
            values.append(value)
            wanted += f" AND {condition.format(len(values))}"
    if asked.after is not None:
        values += [asked.after.redeemed_at, UUID(asked.after.key)]
        wanted += f" AND (redeemed_at, key) < (${len(values) - 1}, ${len(values)})"
    rows = await pool.fetch(
        f"SELECT * FROM reward_redemptions WHERE programme = $1{wanted} "  # noqa: S608  # conditions of ours
        "ORDER BY redeemed_at DESC, key DESC LIMIT $2",
        *values,
    )
    return [taking(row) for row in rows[: asked.first]], len(rows) > asked.first


async def find(pool: asyncpg.Pool, programme: int, member_id: str, key: bytes) -> Taking | None:
    """A member's redemption by its key, be it under another of the ids that are the member's by merges.

    The member's own comes first, then that of whom the member was merged into. Of two that were merged into the member
    and used the same id, nobody knows whose is meant, so it is neither's.
    """
    rows = await pool.fetch(_FIND_UP, [member_id], UUID(key), programme)
    if not rows:
        rows = await pool.fetch(_FIND_DOWN, await names.of(pool, member_id), UUID(key), programme)
    return taking(rows[0]) if len(rows) == 1 else None


async def lock(connection: database.RawConnection, of: Taking) -> Taking:
    """A redemption as it is now, which nobody else changes until this transaction ends."""
    row = await connection.fetchrow(
        "SELECT * FROM reward_redemptions WHERE member_id = $1 AND key = $2 FOR UPDATE",
        of.member_id,
        UUID(of.key),
    )
    assert row is not None, "redemptions stay"
    return taking(row)


_FIND_UP = f"""{names.UP}
SELECT t.* FROM up n JOIN reward_redemptions t ON t.member_id = n.name
WHERE t.key = $2 AND t.programme = $3 ORDER BY n.nth LIMIT 1
"""  # noqa: S608  # a part of ours
_FIND_DOWN = (
    "SELECT * FROM reward_redemptions WHERE member_id = ANY($1::uuid[]) AND key = $2 AND programme = $3"
)
