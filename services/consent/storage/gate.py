"""What the gate reads, on the measured path: one statement a question, and purpose versions that never change."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from services.consent.rules.decisions import Decision
from services.consent.rules.purposes import Purpose, UnknownPurpose
from services.consent.rules.records import EventState
from services.consent.storage.purposes import purpose_of
from services.kit.database import RawConnection

_DECIDED = ", ".join(f"s.{name}" for name in Decision._fields)

# Who was merged into another is answered as that other.
_ONE = f"""
SELECT (SELECT version FROM purposes WHERE key = $2 ORDER BY version DESC LIMIT 1) AS in_force,
       m.epoch AS member_epoch, m.automated_refused_at, m.restricted,
       {_DECIDED}
FROM (SELECT coalesce((SELECT merged_into FROM members WHERE member_id = $1), $1) AS member_id) AS who
LEFT JOIN members m ON m.member_id = who.member_id
LEFT JOIN consent_states s ON s.member_id = who.member_id AND s.purpose = $2 AND s.recipient_id = $3"""  # noqa: S608 - our own column names

_MANY = f"""
SELECT (SELECT version FROM purposes WHERE key = $2 ORDER BY version DESC LIMIT 1) AS in_force,
       asked.member_id, m.epoch AS member_epoch, m.automated_refused_at, m.restricted,
       {_DECIDED}
FROM (VALUES (0)) AS once
LEFT JOIN members asked ON asked.member_id = ANY($1)
LEFT JOIN members m ON m.member_id = coalesce(asked.merged_into, asked.member_id)
LEFT JOIN consent_states s ON s.member_id = m.member_id AND s.purpose = $2 AND s.recipient_id = $3"""  # noqa: S608 - our own column names

_ALL = f"""
SELECT asked.member_id, m.epoch AS member_epoch,
       {_DECIDED}
FROM members asked
JOIN members m ON m.member_id = coalesce(asked.merged_into, asked.member_id)
LEFT JOIN consent_states s ON s.member_id = m.member_id
WHERE asked.member_id = ANY($1)"""  # noqa: S608

_STATES = {str(state): state for state in EventState}
_NOTHING: frozenset[str] = frozenset()


class Standing(NamedTuple):
    """A member's epoch and, of the same moment, the decision that stands, if any, whether machines may judge, and what
    is restricted."""

    epoch: int
    decision: Decision | None
    automated_refused: bool = False
    restricted: frozenset[str] = _NOTHING


NOBODY = Standing(0, None)
"""What stands for somebody who is not known."""


class GateReads:
    """Reads for the gate. Purpose versions are kept once read: nothing about them ever changes."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._versions: dict[tuple[str, int], Purpose] = {}

    async def one(self, member_id: UUID, purpose: str, recipient_id: str) -> tuple[Purpose, Standing]:
        """The version in force and what stands for one member, of the same moment."""
        row = await self._pool.fetchrow(_ONE, member_id, purpose, recipient_id)
        assert row is not None
        in_force = await self.version(purpose, row["in_force"] or 0)
        return in_force, _standing(*row[1:])

    async def many(
        self, member_ids: Sequence[UUID], purpose: str, recipient_id: str
    ) -> tuple[Purpose, dict[UUID, Standing]]:
        """The version in force and what stands for many members, of the same moment; those unknown are left out."""
        rows = await self._pool.fetch(_MANY, member_ids, purpose, recipient_id)
        in_force = await self.version(purpose, rows[0]["in_force"] or 0)
        return in_force, {row[1]: _standing(*row[2:]) for row in rows if row[1] is not None}

    async def all(self, member_ids: Sequence[UUID]) -> dict[UUID, tuple[int, list[Decision]]]:
        """Each known member's epoch and everything that stands for them."""
        found: dict[UUID, tuple[int, list[Decision]]] = {}
        for row in await self._pool.fetch(_ALL, member_ids):
            decisions = found.setdefault(row["member_id"], (row["member_epoch"], []))[1]
            if (decision := decision_of(row)) is not None:
                decisions.append(decision)
        return found

    async def in_force(self) -> list[Purpose]:
        """All purposes as they are in force, by key."""
        rows = await self._pool.fetch("SELECT key, max(version) FROM purposes GROUP BY key ORDER BY key")
        return [await self.version(*row) for row in rows]

    async def version(self, key: str, version: int, via: RawConnection | None = None) -> Purpose:
        """One purpose version, read by a connection that is held already, if any. Raises ``UnknownPurpose``."""
        known = self._versions.get((key, version))
        if known is not None:
            return known
        row = await (via or self._pool).fetchrow(
            "SELECT canonical, effective_at FROM purposes WHERE key = $1 AND version = $2", key, version
        )
        if row is None:
            raise UnknownPurpose("no such purpose, or no such version of it, was published", field="purpose")
        return self._versions.setdefault((key, version), purpose_of(*row))

    async def consented(self, decisions: Iterable[Decision]) -> dict[tuple[str, int], Purpose]:
        """The purpose versions that decisions were on."""
        wanted = {(decision.purpose, decision.purpose_version) for decision in decisions}
        return {key: await self.version(*key) for key in wanted}


def _standing(
    epoch: int | None, refused_at: datetime | None, restricted: list[str] | None, *decided: Any
) -> Standing:
    """By a row's columns in their order: by name they take half as long again, ten thousand times a call."""
    return Standing(
        epoch or 0,
        _decision(*decided),
        refused_at is not None,
        frozenset(restricted) if restricted else _NOTHING,
    )


def decision_of(row: asyncpg.Record) -> Decision | None:
    """The decision that a row's columns hold; None where nothing stands."""
    return _decision(*(row[name] for name in Decision._fields))


def _decision(
    purpose: str | None, recipient_id: str, record_id: UUID, version: int, event_state: str, *rest: Any
) -> Decision | None:
    if purpose is None:
        return None
    return Decision(purpose, recipient_id, record_id, version, _STATES[event_state], *rest)
