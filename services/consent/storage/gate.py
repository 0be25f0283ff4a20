"""What the gate reads, on the measured path: one statement for who asks at once, and purpose versions that never change."""

import asyncio
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

_STANDS = "s.record_id, s.purpose_version, s.event_state, s.event_time, s.valid_until, s.epoch"

# Who was merged into another is answered as that other. OFFSET 0 keeps it to look-ups by key, for one member as for ten
# thousand: planned while a table is empty, a join would read all of it ever after.
_MANY = f"""
SELECT (SELECT version FROM purposes WHERE key = $2 ORDER BY version DESC LIMIT 1) AS in_force,
       asked.member_id, who.merged_into, m.epoch AS member_epoch, m.automated_refused_at, m.restricted, {_STANDS}
FROM (VALUES (0)) AS once
LEFT JOIN unnest($1::uuid[]) AS asked (member_id) ON true
LEFT JOIN LATERAL (SELECT coalesce(merged_into, member_id) AS member_id, merged_into FROM members
                   WHERE member_id = asked.member_id OFFSET 0) AS who ON true
LEFT JOIN LATERAL (SELECT epoch, automated_refused_at, restricted FROM members
                   WHERE member_id = who.member_id OFFSET 0) AS m ON true
LEFT JOIN LATERAL (SELECT * FROM consent_states
                   WHERE member_id = who.member_id AND purpose = $2 AND recipient_id = $3 OFFSET 0) AS s ON true"""  # noqa: S608 - our own column names

# What is in force has rows of its own, without a member: one statement takes half of what two take.
_ALL = f"""
SELECT stands.*, in_force.* FROM (
  SELECT asked.member_id AS asked, m.epoch AS member_epoch, m.automated_refused_at, m.restricted,
         {_DECIDED}
  FROM members asked
  JOIN members m ON m.member_id = coalesce(asked.merged_into, asked.member_id)
  LEFT JOIN consent_states s ON s.member_id = m.member_id
  WHERE asked.member_id = ANY($1)) AS stands
FULL JOIN (SELECT key, max(version) FROM purposes GROUP BY key) AS in_force (key, version) ON false"""  # noqa: S608

_STATES = {str(state): state for state in EventState}
_NOTHING: frozenset[str] = frozenset()


class Standing(NamedTuple):
    """A member's epoch and, of the same moment, the decision that stands, if any, whether machines may judge, and what
    is restricted; all of it the survivor's where the member was merged into one."""

    epoch: int
    decision: Decision | None
    automated_refused: bool = False
    restricted: frozenset[str] = _NOTHING
    survivor: UUID | None = None


class Everything(NamedTuple):
    """A member's epoch and all decisions that stand, whether machines may judge, and what is restricted."""

    epoch: int
    decisions: list[Decision]
    automated_refused: bool = False
    restricted: frozenset[str] = _NOTHING


NOTHING = Everything(0, [])
"""What stands for somebody who is not known."""

_Waiting = tuple[UUID, asyncio.Future[tuple[Purpose, Standing]]]
"""A member who is asked about, and where the answer goes."""


class GateReads:
    """Reads for the gate. Purpose versions are kept once read: nothing about them ever changes."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._versions: dict[tuple[str, int], Purpose] = {}
        self._waiting: dict[tuple[str, str], list[_Waiting]] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def one(self, member_id: UUID, purpose: str, recipient_id: str) -> tuple[Purpose, Standing]:
        """The version in force and what stands for one member, of the same moment, which is after this was asked.

        Questions that come while a statement about the same is under way leave together with the next: one statement
        for each cost a third more than everything else about a question together.
        """
        about = purpose, recipient_id
        answer: asyncio.Future[tuple[Purpose, Standing]] = asyncio.get_running_loop().create_future()
        if about in self._waiting:
            self._waiting[about].append((member_id, answer))
        else:
            self._waiting[about] = [(member_id, answer)]
            task = asyncio.create_task(self._read(about))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return await answer

    async def _read(self, about: tuple[str, str]) -> None:
        """Answer who waits, until nobody does."""
        while asked := self._waiting[about]:
            self._waiting[about] = []
            try:
                in_force, standings = await self.many([member_id for member_id, _ in asked], *about)
            except Exception as error:
                for _, answer in asked:
                    if not answer.done():
                        answer.set_exception(error)
                continue
            for member_id, answer in asked:
                if not answer.done():  # whoever asked may have gone
                    answer.set_result((in_force, standings[member_id]))
        del self._waiting[about]

    async def many(
        self, member_ids: Sequence[UUID], purpose: str, recipient_id: str
    ) -> tuple[Purpose, dict[UUID, Standing]]:
        """The version in force and what stands for each of many members, of the same moment."""
        rows = await self._pool.fetch(_MANY, member_ids, purpose, recipient_id)
        in_force = await self.version(purpose, rows[0]["in_force"] or 0)
        return in_force, {row[1]: _standing(purpose, recipient_id, *row[2:]) for row in rows}

    async def all(
        self, member_ids: Sequence[UUID], via: RawConnection | None = None
    ) -> tuple[list[Purpose], dict[UUID, Everything]]:
        """All purposes as they are in force, by key, and of each known member everything that stands, of one moment:
        that of a connection that is held already, if any."""
        found: dict[UUID, Everything] = {}
        in_force: list[tuple[str, int]] = []
        for row in await (via or self._pool).fetch(_ALL, member_ids):
            if (member_id := row[0]) is None:
                in_force.append((row["key"], row["version"]))
                continue
            refused, restricted = row["automated_refused_at"] is not None, frozenset(row["restricted"] or ())
            of_member = found.setdefault(member_id, Everything(row["member_epoch"], [], refused, restricted))
            if (decision := decision_of(row)) is not None:
                of_member.decisions.append(decision)
        return [await self.version(*one, via) for one in sorted(in_force)], found

    def known(self, key: str, version: int) -> Purpose | None:
        """One purpose version, where it was read before."""
        return self._versions.get((key, version))

    async def version(self, key: str, version: int, via: RawConnection | None = None) -> Purpose:
        """One purpose version, read by a connection that is held already, if any. Raises ``UnknownPurpose``."""
        known = self.known(key, version)
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
    purpose: str,
    recipient_id: str,
    merged_into: UUID | None,
    epoch: int | None,
    refused_at: datetime | None,
    restricted: list[str] | None,
    record_id: UUID | None,
    *decided: Any,
) -> Standing:
    """By a row's columns in their order: by name they take half as long again, ten thousand times a call."""
    return Standing(
        epoch or 0,
        None if record_id is None else _decision(purpose, recipient_id, record_id, *decided),
        refused_at is not None,
        frozenset(restricted) if restricted else _NOTHING,
        merged_into,
    )


def decision_of(row: asyncpg.Record) -> Decision | None:
    """The decision that a row's columns hold; None where nothing stands."""
    return None if row["purpose"] is None else _decision(*(row[name] for name in Decision._fields))


def _decision(
    purpose: str, recipient_id: str, record_id: UUID, version: int, event_state: str, *rest: Any
) -> Decision:
    return Decision(purpose, recipient_id, record_id, version, _STATES[event_state], *rest)
