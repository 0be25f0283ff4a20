"""The history of a programme's rules in storage: each edition of a draft, and each version published."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.kit.clock import instant, micros
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.programmes import definitions


@dataclass(frozen=True, slots=True)
class Written:
    """Something that somebody did. Instants in microseconds since 1970.

    ``before`` is what was there: the version before, the draft's edition before, or its base. None for a founding.
    ``draft_id`` is empty for a version that was published without a draft, ``version`` 0 for what is none.
    """

    kind: str
    by: str
    at: int
    reason: str
    draft_id: str
    edition: int
    version: int
    after: Programme
    before: Programme | None

    @property
    def place(self) -> str:
        """Its place in the history, by which the next page is asked for."""
        return f"{self.at}.{self.version}.{self.draft_id}.{self.edition}"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the history, newest first: nothing is before the last one of all."""

    at: int
    version: int
    draft_id: str
    edition: int

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Raises ``ValueError`` for what is no place."""
        at, version, draft_id, edition = text.split(".")
        return cls(int(at), int(version), str(UUID(draft_id)) if draft_id else "", int(edition))


async def page(
    pool: asyncpg.Pool, programme: int, first: int, after: Place | None
) -> tuple[list[Written], bool]:
    """A page behind a place, newest first, and whether more follow."""
    place = (instant(after.at), after.version, after.draft_id, after.edition) if after else (None,) * 4
    rows = await pool.fetch(_PAGE, programme, first + 1, *place)
    return [_written(row) for row in rows[:first]], len(rows) > first


def _written(row: asyncpg.Record) -> Written:
    return Written(
        kind=row["kind"],
        by=row["by"],
        at=micros(row["at"]),
        reason=row["reason"],
        draft_id=row["draft_id"],
        edition=row["edition"],
        version=row["version"],
        after=_programme(row, row["after"]),
        before=None if row["before"] is None else _programme(row, row["before"]),
    )


def _programme(row: asyncpg.Record, rules: Any) -> Programme:
    version = {
        "rules": rules,
        "programme_id": row["programme_id"],
        "number": row["number"],
        "version": 0,
        "effective_at": row["at"],
    }
    return definitions.decode(version, Counter(orjson.loads(row["currencies"])))


# Versions of their own kind come after what was drafted at the same instant; texts sort as C does.
_PAGE = """
WITH written AS (
  SELECT 'PUBLISHED' AS kind, v.published_by AS by, v.published_at AS at, v.reason, v.version,
         coalesce(d.draft_id::text, '') AS draft_id, coalesce(d.edition, 0) AS edition
  FROM programme_versions v
  LEFT JOIN programme_drafts d ON d.programme = v.programme AND d.published_version = v.version
  WHERE v.programme = $1
  UNION ALL
  SELECT e.kind, e.written_by, e.written_at, e.reason, 0, e.draft_id::text, e.edition
  FROM programme_draft_editions e JOIN programme_drafts d USING (draft_id) WHERE d.programme = $1
), looked AS (
  SELECT * FROM written
  WHERE $3::timestamptz IS NULL
     OR (at, version, draft_id COLLATE "C", edition) < ($3::timestamptz, $4::int, $5::text, $6::int)
  ORDER BY at DESC, version DESC, draft_id COLLATE "C" DESC, edition DESC LIMIT $2
)
SELECT l.*, p.number, p.programme_id,
  (SELECT jsonb_object_agg(c.code, c.number) FROM currencies c WHERE c.programme = p.number) AS currencies,
  CASE WHEN l.version > 0
    THEN (SELECT v.rules FROM programme_versions v WHERE v.programme = $1 AND v.version = l.version)
    ELSE (SELECT e.content FROM programme_draft_editions e
          WHERE e.draft_id = l.draft_id::uuid AND e.edition = l.edition) END AS after,
  CASE WHEN l.version > 0
    THEN (SELECT v.rules FROM programme_versions v WHERE v.programme = $1 AND v.version = l.version - 1)
    WHEN l.edition > 1
    THEN (SELECT e.content FROM programme_draft_editions e
          WHERE e.draft_id = l.draft_id::uuid AND e.edition = l.edition - 1)
    ELSE (SELECT v.rules FROM programme_draft_editions e
          JOIN programme_versions v ON v.programme = $1 AND v.version = e.based_on_version
          WHERE e.draft_id = l.draft_id::uuid AND e.edition = 1) END AS before
FROM looked l JOIN programmes p ON p.number = $1
ORDER BY l.at DESC, l.version DESC, l.draft_id COLLATE "C" DESC, l.edition DESC
"""
