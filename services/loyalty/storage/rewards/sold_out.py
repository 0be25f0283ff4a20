"""Rewards of which nothing is left: who wants one is declined by an insertion; no wallet is read, no stock locked."""

from collections.abc import Sequence

from services.kit import database
from services.kit.clock import instant
from services.kit.refusal import Refusal
from services.loyalty.rules.ledger.state import Place
from services.loyalty.rules.rewards.reward_redemptions import (
    RewardAsked,
    RewardSoldOut,
    is_sold_out,
    nothing_left,
)
from services.loyalty.storage.ledger import columns
from services.loyalty.storage.rewards import takings

Wish = tuple[int, RewardAsked]
"""What is asked, with the number of the programme whose reward it is."""


async def decline(
    connection: database.RawConnection, wishes: Sequence[Wish | None], now: int
) -> list[Refusal | None]:
    """Decline for good, and commit, those who want what is sold out; None for all others.

    What is not plain is left to the fold, which says the same: ids that were used before, members in other hands at
    this moment or with a fate, and rewards that are refused for another reason first.
    """
    rewards = {(wish[0], wish[1].reward) for wish in wishes if wish is not None}
    offers = await takings.offers(connection, rewards)
    sold_out: dict[Place, tuple[int, Wish]] = {}
    for nth, wish in enumerate(wishes):
        offer = offers.get((wish[0], wish[1].reward)) if wish is not None else None
        if wish is not None and offer is not None and is_sold_out(offer, wish[1], now):
            sold_out.setdefault(wish[1].place, (nth, wish))  # the same id once more is a replay
    answers: list[Refusal | None] = [None] * len(wishes)
    if not sold_out:
        return answers
    async with connection.transaction():
        free = await _lock(connection, {(member, wish[0]) for (member, _), (_, wish) in sold_out.items()})
        plain = [wish for _, wish in sold_out.values() if (wish[1].member_id, wish[0]) in free]
        declined = await connection.fetch(
            _DECLINE,
            columns.ids([asked.member_id for _, asked in plain]),
            columns.keys([asked.key for _, asked in plain]),
            [asked.fingerprint for _, asked in plain],
            columns.numbers([number for number, _ in plain]),
            [asked.reward for _, asked in plain],
            columns.numbers([offers[number, asked.reward].edition for number, asked in plain]),
            instant(now),
            RewardSoldOut.code,
        )
    for row in declined:
        nth, _ = sold_out[row[0], row[1].bytes]
        answers[nth] = nothing_left()
    return answers


async def _lock(connection: database.RawConnection, members: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Of members and programmes' numbers, those that are free and plain, which are locked now."""
    ordered = sorted(members)
    ids, numbers = columns.ids([member for member, _ in ordered]), [number for _, number in ordered]
    return {(row[0], row[1]) for row in await connection.fetch(_LOCK, ids, columns.numbers(numbers))}


# Of a member in other hands nobody waits: there the same id may be in use. Who was merged may have used it elsewhere.
_LOCK = """
SELECT s.member_id::text, s.programme
FROM standings s JOIN unnest($1::text::uuid[], $2::text::smallint[]) AS k(member_id, programme)
  USING (member_id, programme)
WHERE s.merged_into IS NULL AND NOT s.was_merged AND s.restriction = 0
FOR UPDATE OF s SKIP LOCKED
"""

# A statement of its own, so that it sees what was committed before the members were locked. OFFSET 0 keeps it to a
# look-up by each key.
_DECLINE = """
INSERT INTO denials (member_id, key, fingerprint, asked, available, held, recorded_at, because)
SELECT k.member_id, k.key, k.fingerprint, 0, 0, 0, $7, $8
FROM unnest($1::text::uuid[], $2::text::uuid[], $3::bytea[], $4::text::smallint[], $5::text[], $6::text::int[])
  AS k(member_id, key, fingerprint, programme, reward, edition)
JOIN rewards r USING (programme, reward, edition)
WHERE r.state = 'PUBLISHED' AND r.limited AND r.taken >= r.stock AND NOT EXISTS (
  SELECT FROM reward_redemptions t WHERE t.member_id = k.member_id AND t.key = k.key OFFSET 0)
ON CONFLICT DO NOTHING RETURNING member_id::text, key
"""
