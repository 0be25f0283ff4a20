"""The audit: every change that staff ask for, written before it is tried and again when it is known how it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.tables import admin_actions
from services.kit import clock
from services.kit.refusal import Unavailable
from services.kit.rpc import Caller


class AuditUnavailable(Unavailable):
    """The audit cannot be written, so nothing was tried."""


class Phase(StrEnum):
    STARTED = "STARTED"
    SUCCEEDED = "SUCCEEDED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"
    # Nobody wrote how it went: the process ended in between. What it was about tells whether it took effect.
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Action:
    """One change that staff asked for; ``subject`` names things by their ids and holds no personal data."""

    action_id: str
    caller: Caller
    operation: str
    subject: Mapping[str, object]
    reason: str
    trace_id: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row of the audit."""

    action_id: str
    phase: Phase
    recorded_at: datetime
    actor: str
    roles: Sequence[str]
    operation: str
    subject: Mapping[str, object]
    reason: str
    trace_id: str
    outcome_code: str
    changes: Sequence[Mapping[str, object]]


Change = Mapping[str, object]
"""What differs at a ``path``: a ``kind``, and plain values ``before`` and ``after``."""


class Place(NamedTuple):
    """Where a row stands in the audit's order."""

    recorded_at: datetime
    action_id: UUID
    phase: Phase


_COLUMNS = list(Recorded.__annotations__)


class Audit:
    """Appends to the audit and reads it; its role can do neither more."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def start(
        self, caller: Caller, operation: str, subject: Mapping[str, object], reason: str, trace_id: str
    ) -> Action:
        """Write down what is about to be tried. Raises ``AuditUnavailable``, and then it must not be tried."""
        action = Action(str(uuid4()), caller, operation, subject, reason, trace_id)
        await self._append(action, Phase.STARTED, "", [])
        return action

    async def finish(
        self, action: Action, phase: Phase, outcome_code: str = "", changes: Sequence[Change] = ()
    ) -> None:
        """Write down how it went, and what it changed. Raises ``AuditUnavailable``."""
        await self._append(action, phase, outcome_code, changes)

    async def _append(
        self, action: Action, phase: Phase, outcome_code: str, changes: Sequence[Change]
    ) -> None:
        row = {
            "action_id": action.action_id,
            "phase": phase,
            "recorded_at": clock.now(),
            "actor": action.caller.actor,
            "roles": sorted(action.caller.roles),
            "operation": action.operation,
            "subject": dict(action.subject),
            "reason": action.reason,
            "trace_id": action.trace_id,
            "outcome_code": outcome_code,
            "changes": list(changes),
        }
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(admin_actions), row)
        except (SQLAlchemyError, OSError) as error:
            raise AuditUnavailable(
                "the audit cannot be written, so nothing was changed: try again"
            ) from error

    async def reach(self) -> None:
        """Return when the audit can be read."""
        async with self._engine.connect() as connection:
            await connection.execute(sa.select(admin_actions.c.action_id).limit(1))

    async def newest(self, *, first: int, after: Place | None) -> list[Recorded]:
        """Rows, newest first, one more than asked when there are more."""
        query = (
            sa.select(*(admin_actions.c[name] for name in _COLUMNS))
            .order_by(
                admin_actions.c.recorded_at.desc(),
                admin_actions.c.action_id.desc(),
                admin_actions.c.phase.desc(),
            )
            .limit(first + 1)
        )
        if after:
            query = query.where(
                sa.tuple_(admin_actions.c.recorded_at, admin_actions.c.action_id, admin_actions.c.phase)
                < sa.tuple_(after.recorded_at, sa.cast(after.action_id, sa.UUID), after.phase)
            )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings()
            return [Recorded(**{**row, "phase": Phase(row["phase"])}) for row in rows]

    async def close_abandoned(self, older_than: timedelta) -> int:
        """Give every action that was started and never finished the outcome ``UNKNOWN``; how many there were."""
        started = admin_actions.alias("started")
        finished = admin_actions.alias("finished")
        abandoned = sa.select(
            started.c.action_id,
            sa.literal(Phase.UNKNOWN.value),
            sa.func.now(),
            started.c.actor,
            started.c.roles,
            started.c.operation,
            started.c.subject,
            started.c.reason,
            started.c.trace_id,
            sa.literal("ABANDONED"),
        ).where(
            started.c.phase == Phase.STARTED.value,
            started.c.recorded_at < clock.now() - older_than,
            ~sa.exists().where(
                finished.c.action_id == started.c.action_id, finished.c.phase != Phase.STARTED.value
            ),
        )
        statement = (
            insert(admin_actions)
            .from_select([column.name for column in admin_actions.columns], abandoned)
            .on_conflict_do_nothing()
        )
        async with self._engine.begin() as connection:
            return (await connection.execute(statement)).rowcount


def key(row: Recorded) -> str:
    """Where a row stands in the audit's order, as text."""
    return f"{row.recorded_at.isoformat()} {row.action_id} {row.phase}"


def place_of(key: str) -> Place:
    """The place that a ``key`` names. Raises ``ValueError`` or ``OverflowError`` when it names none."""
    recorded_at, action_id, phase = key.split(" ")
    return Place(datetime.fromisoformat(recorded_at).astimezone(UTC), UUID(action_id), Phase(phase))
