"""Drafts in storage: the newest edition of each, and beside it who wrote which."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import orjson

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.programmes.drafts import Draft, DraftState, EditionKind
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.programmes import definitions

Reading = database.RawConnection | asyncpg.Pool


async def find(connection: Reading, draft_id: str) -> Draft | None:
    """A draft as it is."""
    row = await connection.fetchrow(f"{_SELECT} WHERE d.draft_id = $1", UUID(draft_id))
    return None if row is None else _draft(row)


async def lock(connection: database.RawConnection, draft_id: str) -> Draft | None:
    """The same, which nobody else changes until this transaction ends."""
    locked = await connection.fetchval(
        "SELECT 1 FROM programme_drafts WHERE draft_id = $1 FOR UPDATE", UUID(draft_id)
    )
    return None if locked is None else await find(connection, draft_id)


async def insert(connection: database.RawConnection, draft: Draft) -> Draft:
    """Keep a new draft; the one that is there when its programme's key was used before."""
    kept = await connection.fetchval(
        """INSERT INTO programme_drafts (draft_id, programme, based_on_version, content, state, edition, created_by,
             created_at, changed_by, changed_at, reason, idempotency_key, fingerprint)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           ON CONFLICT (programme, idempotency_key) DO NOTHING RETURNING 1""",
        UUID(draft.draft_id),
        draft.programme.number,
        draft.based_on_version,
        definitions.encode(draft.programme),
        draft.state,
        draft.edition,
        draft.created_by,
        instant(draft.created_at),
        draft.changed_by,
        instant(draft.changed_at),
        draft.reason,
        draft.idempotency_key,
        draft.fingerprint,
    )
    if kept:
        await _keep_edition(connection, draft, EditionKind.DRAFTED)
        return draft
    row = await connection.fetchrow(
        f"{_SELECT} WHERE d.programme = $1 AND d.idempotency_key = $2",
        draft.programme.number,
        draft.idempotency_key,
    )
    assert row is not None, "it is there by now"
    return _draft(row)


async def write(connection: database.RawConnection, draft: Draft, kind: EditionKind) -> None:
    """Write a locked draft's next edition."""
    await connection.execute(
        """UPDATE programme_drafts SET based_on_version = $2, content = $3, state = $4, edition = $5,
             changed_by = $6, changed_at = $7, reason = $8 WHERE draft_id = $1""",
        UUID(draft.draft_id),
        draft.based_on_version,
        definitions.encode(draft.programme),
        draft.state,
        draft.edition,
        draft.changed_by,
        instant(draft.changed_at),
        draft.reason,
    )
    await _keep_edition(connection, draft, kind)


async def publish(connection: database.RawConnection, draft_id: str, version: int) -> None:
    """Note as which version a locked draft was published."""
    await connection.execute(
        "UPDATE programme_drafts SET state = 'PUBLISHED', published_version = $2 WHERE draft_id = $1",
        UUID(draft_id),
        version,
    )


async def writers(connection: database.RawConnection, draft_id: str) -> frozenset[str]:
    """Who wrote any edition of a draft."""
    rows = await connection.fetch(
        "SELECT DISTINCT written_by FROM programme_draft_editions WHERE draft_id = $1", UUID(draft_id)
    )
    return frozenset(row[0] for row in rows)


async def edition(connection: Reading, draft_id: str, number: int) -> Programme | None:
    """A draft's programme as one edition had it."""
    row = await connection.fetchrow(
        f"""SELECT e.content, e.based_on_version, e.written_at AS changed_at, {_WHOSE}
            FROM programme_draft_editions e JOIN programme_drafts d USING (draft_id)
            JOIN programmes p ON p.number = d.programme WHERE e.draft_id = $1 AND e.edition = $2""",  # noqa: S608
        UUID(draft_id),
        number,
    )
    return None if row is None else _programme(row)


@dataclass(frozen=True, slots=True)
class DraftsAsked:
    """A page of a programme's drafts, newest first, behind the one with the id ``after``."""

    programme: int
    state: DraftState | None
    first: int
    after: str | None


async def page(pool: asyncpg.Pool, asked: DraftsAsked) -> tuple[list[Draft], bool]:
    """The page, and whether more follow."""
    rows = await pool.fetch(_PAGE, asked.programme, asked.state, asked.after, asked.first + 1)
    return [_draft(row) for row in rows[: asked.first]], len(rows) > asked.first


async def _keep_edition(connection: database.RawConnection, draft: Draft, kind: EditionKind) -> None:
    await connection.execute(
        """INSERT INTO programme_draft_editions (draft_id, edition, kind, based_on_version, content, written_by,
             written_at, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        UUID(draft.draft_id),
        draft.edition,
        kind,
        draft.based_on_version,
        definitions.encode(draft.programme),
        draft.changed_by,
        instant(draft.changed_at),
        draft.reason,
    )


_WHOSE = """p.number, p.programme_id,
  (SELECT jsonb_object_agg(c.code, c.number) FROM currencies c WHERE c.programme = p.number) AS currencies
"""

_SELECT = f"""
SELECT d.*, {_WHOSE} FROM programme_drafts d JOIN programmes p ON p.number = d.programme
"""  # noqa: S608  # columns of ours

_PAGE = f"""
{_SELECT} WHERE d.programme = $1 AND ($2::text IS NULL OR d.state = $2)
  AND ($3::uuid IS NULL OR d.nth < (SELECT nth FROM programme_drafts WHERE draft_id = $3))
ORDER BY d.nth DESC LIMIT $4
"""  # noqa: S608  # columns of ours


def _draft(row: asyncpg.Record) -> Draft:
    return Draft(
        draft_id=str(row["draft_id"]),
        programme=_programme(row),
        based_on_version=row["based_on_version"],
        state=DraftState(row["state"]),
        edition=row["edition"],
        created_by=row["created_by"],
        created_at=micros(row["created_at"]),
        changed_by=row["changed_by"],
        changed_at=micros(row["changed_at"]),
        reason=row["reason"],
        idempotency_key=row["idempotency_key"],
        fingerprint=row["fingerprint"],
        published_version=row["published_version"] or 0,
    )


def _programme(row: asyncpg.Record) -> Programme:
    """A draft's programme; currencies that it adds have no number yet."""
    version = {
        "rules": row["content"],
        "programme_id": row["programme_id"],
        "number": row["number"],
        "version": row["based_on_version"] + 1,
        "effective_at": row["changed_at"],
    }
    return definitions.decode(version, Counter(orjson.loads(row["currencies"])))
