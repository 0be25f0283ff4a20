"""Answers about coupons, kept under the callers' keys to be given again, for good."""

from typing import Any

import orjson

from services.kit import database
from services.kit.clock import instant
from services.loyalty.rules.ledger.asks import IdempotencyKeyReused


async def claim(
    connection: database.RawConnection, member_id: str, key: str, fingerprint: bytes, now: int
) -> Any | None:
    """What was answered under a key, or None to whoever comes first; others wait for that one's transaction.

    Raises ``IdempotencyKeyReused`` for another body.
    """
    done = await connection.execute(
        """INSERT INTO coupon_answers (member_id, key, fingerprint, answered_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (member_id, key) DO NOTHING""",
        member_id,
        key,
        fingerprint,
        instant(now),
    )
    if done == "INSERT 0 1":
        return None
    row = await connection.fetchrow(
        "SELECT fingerprint, answer FROM coupon_answers WHERE member_id = $1 AND key = $2", member_id, key
    )
    assert row is not None, "it is there by now"
    if row["fingerprint"] != fingerprint:
        message = "this idempotency key was used for another request: take a new one"
        raise IdempotencyKeyReused(message, field="idempotency_key")
    return orjson.loads(row["answer"])


async def keep(connection: database.RawConnection, member_id: str, key: str, answer: Any) -> None:
    """Keep what is answered under a claimed key."""
    await connection.execute(
        "UPDATE coupon_answers SET answer = $3 WHERE member_id = $1 AND key = $2",
        member_id,
        key,
        orjson.dumps(answer).decode(),
    )
