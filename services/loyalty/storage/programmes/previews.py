"""Previews in storage: what was asked for, how far it came, and what was found."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.programmes.previews import Met, MovedMember, PreviewState, Tally, TierCost

MOST_TRIES = 3
LOST_AFTER = timedelta(seconds=30)
"""A worker that noted nothing for so long is gone, and another begins anew."""
SAMPLES_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a pass found as of an instant, in microseconds since 1970."""

    as_of: int
    members: int
    raised: int
    lowered: int
    moves: Sequence[tuple[str, str, int]]
    costs: Sequence[TierCost]
    money_currency: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview of one edition of a draft. Instants are microseconds since 1970, 0 for not yet."""

    preview_id: str
    draft_id: str
    programme_id: str
    edition: int
    state: PreviewState
    asked_by: str
    asked_at: int
    started_at: int = 0
    ended_at: int = 0
    members_seen: int = 0
    members_about: int = 0
    findings: Findings | None = None
    sample: Sequence[MovedMember] = ()


def findings(tally: Tally, as_of: int) -> Findings:
    """What is kept of a finished tally; the most frequent moves first."""
    moves = [(held, then, members) for (held, then), members in tally.moves.most_common()]
    return Findings(as_of, tally.members, *tally.turned(), moves, tally.costs(), tally.after.money_currency)


async def start(connection: database.RawConnection, preview: Preview) -> bool:
    """Have a draft's edition previewed; False while one of it waits or runs already."""
    kept = await connection.fetchval(
        """INSERT INTO draft_previews (preview_id, draft_id, edition, state, asked_by, asked_at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (draft_id, edition) WHERE state IN ('WAITING', 'RUNNING') DO NOTHING RETURNING 1""",
        UUID(preview.preview_id),
        UUID(preview.draft_id),
        preview.edition,
        preview.state,
        preview.asked_by,
        instant(preview.asked_at),
    )
    return kept is not None


async def count_open(connection: database.RawConnection) -> int:
    """How many wait or run."""
    found: int = await connection.fetchval(
        "SELECT count(*) FROM draft_previews WHERE state IN ('WAITING', 'RUNNING')"
    )
    return found


async def find_open(connection: database.RawConnection, draft_id: str, edition: int) -> Preview | None:
    """The one of a draft's edition that waits or runs."""
    row = await connection.fetchrow(
        f"{_SELECT} WHERE v.draft_id = $1 AND v.edition = $2 AND v.state IN ('WAITING', 'RUNNING')",
        UUID(draft_id),
        edition,
    )
    return None if row is None else _preview(row)


async def cancel(connection: database.RawConnection, preview_id: str, now: datetime) -> bool:
    """Let nobody go on with it; False when it had ended."""
    done = await connection.execute(
        """UPDATE draft_previews SET state = 'CANCELLED', ended_at = $2
           WHERE preview_id = $1 AND state IN ('WAITING', 'RUNNING')""",
        UUID(preview_id),
        now,
    )
    return bool(done == "UPDATE 1")


async def find(pool: asyncpg.Pool, preview_id: str) -> Preview | None:
    """A preview with the sample of members that it found."""
    row = await pool.fetchrow(f"{_SELECT} WHERE v.preview_id = $1", UUID(preview_id))
    if row is None:
        return None
    sample = await pool.fetch(
        "SELECT * FROM preview_samples WHERE preview_id = $1 ORDER BY nth", UUID(preview_id)
    )
    return _preview(row, tuple(map(_moved, sample)))


async def page(
    pool: asyncpg.Pool, draft_id: str, first: int, after: str | None
) -> tuple[list[Preview], bool]:
    """A draft's previews without their samples, newest first, behind the one with the id ``after``."""
    rows = await pool.fetch(_PAGE, UUID(draft_id), after, first + 1)
    return [_preview(row) for row in rows[:first]], len(rows) > first


async def take(pool: asyncpg.Pool, now: datetime) -> Preview | None:
    """The next one to work on: that waits, or whose worker is gone. Who was tried too often failed."""
    await pool.execute(
        """UPDATE draft_previews SET state = 'FAILED', ended_at = $1
           WHERE state = 'RUNNING' AND noted_at < $2 AND tries >= $3""",
        now,
        now - LOST_AFTER,
        MOST_TRIES,
    )
    taken = await pool.fetchval(_TAKE, now, now - LOST_AFTER)
    return None if taken is None else await find(pool, str(taken))


async def note(pool: asyncpg.Pool, preview: Preview, seen: int, about: int, now: datetime) -> bool:
    """Keep how far it came; False when it was cancelled, or another worker has it."""
    done = await pool.execute(
        """UPDATE draft_previews SET members_seen = $3, members_about = $4, noted_at = $5
           WHERE preview_id = $1 AND state = 'RUNNING' AND started_at = $2""",
        UUID(preview.preview_id),
        instant(preview.started_at),
        seen,
        about,
        now,
    )
    return bool(done == "UPDATE 1")


async def finish(
    pool: asyncpg.Pool, preview: Preview, found: Findings, sample: Sequence[MovedMember], now: datetime
) -> bool:
    """Keep what was found; False when it was cancelled meanwhile, or another worker has it."""
    async with pool.acquire() as connection, connection.transaction():
        done = await connection.execute(
            """UPDATE draft_previews SET state = 'DONE', ended_at = $3, noted_at = $3, findings = $4,
                 members_seen = $5, members_about = $5
               WHERE preview_id = $1 AND state = 'RUNNING' AND started_at = $2""",
            UUID(preview.preview_id),
            instant(preview.started_at),
            now,
            orjson.dumps(asdict(found)).decode(),
            found.members,
        )
        if done != "UPDATE 1":
            return False
        await connection.copy_records_to_table(
            "preview_samples",
            records=[
                (
                    UUID(preview.preview_id),
                    nth,
                    UUID(moved.member_id),
                    moved.from_tier,
                    moved.to_tier,
                    orjson.dumps([asdict(met) for met in moved.conditions]).decode(),
                )
                for nth, moved in enumerate(sample)
            ],
            columns=("preview_id", "nth", "member_id", "from_tier", "to_tier", "conditions"),
        )
    return True


async def forget_samples(pool: asyncpg.Pool, now: datetime) -> None:
    """Let go of who was sampled long ago; the sums stay."""
    await pool.execute(
        """DELETE FROM preview_samples s USING draft_previews v
           WHERE v.preview_id = s.preview_id AND v.ended_at < $1""",
        now - SAMPLES_KEPT,
    )


_SELECT = """
SELECT v.*, p.programme_id FROM draft_previews v JOIN programme_drafts d USING (draft_id)
JOIN programmes p ON p.number = d.programme
"""

_PAGE = f"""
{_SELECT} WHERE v.draft_id = $1
  AND ($2::uuid IS NULL OR v.nth < (SELECT nth FROM draft_previews WHERE preview_id = $2))
ORDER BY v.nth DESC LIMIT $3
"""  # noqa: S608  # columns of ours

_TAKE = """
UPDATE draft_previews SET state = 'RUNNING', started_at = $1, noted_at = $1, tries = tries + 1, members_seen = 0
WHERE preview_id = (
  SELECT preview_id FROM draft_previews
  WHERE state = 'WAITING' OR (state = 'RUNNING' AND noted_at < $2)
  ORDER BY nth LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING preview_id
"""


def _preview(row: asyncpg.Record, sample: Sequence[MovedMember] = ()) -> Preview:
    return Preview(
        preview_id=str(row["preview_id"]),
        draft_id=str(row["draft_id"]),
        programme_id=row["programme_id"],
        edition=row["edition"],
        state=PreviewState(row["state"]),
        asked_by=row["asked_by"],
        asked_at=micros(row["asked_at"]),
        started_at=micros(row["started_at"]) if row["started_at"] else 0,
        ended_at=micros(row["ended_at"]) if row["ended_at"] else 0,
        members_seen=row["members_seen"],
        members_about=row["members_about"],
        findings=_findings(orjson.loads(row["findings"])) if row["findings"] else None,
        sample=sample,
    )


def _findings(stored: dict[str, Any]) -> Findings:
    costs = [TierCost(**cost | {"unlimited": tuple(cost["unlimited"])}) for cost in stored["costs"]]
    return Findings(**stored | {"moves": [tuple(move) for move in stored["moves"]], "costs": costs})


def _moved(row: asyncpg.Record) -> MovedMember:
    conditions = tuple(Met(**met) for met in orjson.loads(row["conditions"]))
    return MovedMember(str(row["member_id"]), row["from_tier"], row["to_tier"], conditions)
