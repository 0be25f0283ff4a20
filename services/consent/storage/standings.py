"""Kept standings: what stands for a member is kept for two seconds at the most, so that the gate need not read it again.

The two seconds run from when the question was sent to the database, by the monotonic clock, and no use extends them;
they hold even when no event of a change ever arrives. An event makes it sooner: whatever is older than the epoch that
it tells is dropped, and never put in again.

What is still asked for when its two seconds are nearly over is read anew while it still answers: else all who ask about
that member would wait for the database every two seconds, and they were the slowest hundredth of all answers.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from prometheus_client import Counter

from services.consent.rules.gate import KEEP, fresh_only
from services.consent.rules.purposes import Purpose
from services.consent.storage.gate import GateReads, Standing
from services.kit.clock import Clock

log = structlog.get_logger()

_answers = Counter("huiyuan_consent_gate_reads_total", "Standings that the gate answered by.", ["found"])
_kept, _read = _answers.labels("kept"), _answers.labels("read")

MOST_MEMBERS = 50_000
"""Members of whom anything is kept; the oldest are forgotten first."""

MOST_SEEN = 100_000

RENEW_S = 0.5
"""So long before its end, what is asked for is read anew: longer than a read takes, short beside the two seconds."""
RENEW_MOST = 200
"""By one statement: the loop answers nobody while it goes through the rows."""


class Known(NamedTuple):
    """The version in force and what stands, as they were at an instant.

    ``answers`` is the door's own: what it answered by this goes when this goes.
    """

    in_force: Purpose
    standing: Standing
    read_at: datetime
    answers: dict[Any, Any]
    is_kept: bool = False


class _Kept(NamedTuple):
    known: Known
    until: float


_About = tuple[str, str]
"""A purpose and a recipient."""


class KeptStandings:
    """In front of the gate's reads, for one process."""

    def __init__(
        self, reads: GateReads, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._reads = reads
        self._clock = clock
        self._monotonic = monotonic
        self._by_member: dict[UUID, dict[_About, _Kept]] = {}
        self._seen: dict[UUID, int] = {}
        self._purposes_changed = 0
        self._due: dict[_About, set[UUID]] = {}
        self._renewing: dict[_About, asyncio.Task[None]] = {}
        self.answered = 0
        """Questions answered by what was kept, which the door counts, since the last read told of them."""

    def at_hand(self, member_id: UUID, purpose: str, recipient_id: str, min_epoch: int = 0) -> Known | None:
        """What is kept, when it is no older than two seconds and of at least this epoch."""
        of_member = self._by_member.get(member_id)
        kept = of_member.get((purpose, recipient_id)) if of_member is not None else None
        if kept is None or kept.known.standing.epoch < min_epoch:
            return None
        left_s = kept.until - self._monotonic()
        if left_s <= 0:
            return None
        if left_s < RENEW_S:
            self._renew(member_id, (purpose, recipient_id))
        return kept.known

    async def fresh(self, member_id: UUID, purpose: str, recipient_id: str) -> Known:
        """What the database says now."""
        # What was kept is told with the next read, two seconds away at most: to count each took as long as to find it.
        _read.inc()
        _kept.inc(self.answered)
        self.answered = 0
        while True:
            sent, read_at, before = self._monotonic(), self._clock(), self._heard(member_id)
            known = Known(*await self._reads.one(member_id, purpose, recipient_id), read_at, {})
            if self._heard(member_id) == before:
                break  # else it was overtaken while it travelled
        if not fresh_only(known.in_force, recipient_id):
            self._keep(
                member_id,
                (purpose, recipient_id),
                _Kept(known._replace(is_kept=True), sent + KEEP.total_seconds()),
            )
        return known

    def _renew(self, member_id: UUID, about: _About) -> None:
        """Read anew, together with who else is due. What is kept lasts no longer for it: only a new answer takes its
        place."""
        self._due.setdefault(about, set()).add(member_id)
        if about not in self._renewing:
            self._renewing[about] = asyncio.get_running_loop().create_task(self._renewed(about))

    async def _renewed(self, about: _About) -> None:
        try:
            while due := list(self._due.pop(about, ())):
                for start in range(0, len(due), RENEW_MOST):
                    await self.fresh_many(due[start : start + RENEW_MOST], *about)
        except Exception as error:  # whoever asks once this is over reads it, and hears why not
            log.warning("what the gate keeps was not read anew", because=type(error).__name__)
        finally:
            del self._renewing[about]

    async def fresh_many(
        self, members: Sequence[UUID], purpose: str, recipient_id: str
    ) -> tuple[Purpose, dict[UUID, Standing]]:
        """What the database says now about many members, by one statement; kept but for who was heard of meanwhile."""
        _read.inc(len(members))
        sent, read_at = self._monotonic(), self._clock()
        before = [self._heard(member_id) for member_id in members]
        in_force, standings = await self._reads.many(members, purpose, recipient_id)
        if not fresh_only(in_force, recipient_id):
            until = sent + KEEP.total_seconds()
            for member_id, heard in zip(members, before, strict=True):
                if self._heard(member_id) == heard:
                    known = Known(in_force, standings[member_id], read_at, {}, is_kept=True)
                    self._keep(member_id, (purpose, recipient_id), _Kept(known, until))
        return in_force, standings

    def decided(self, member_id: UUID, epoch: int) -> None:
        """The member decided something: what is older is void."""
        if epoch <= self._seen.get(member_id, 0):
            return
        self._seen.pop(member_id, None)
        self._seen[member_id] = epoch
        if len(self._seen) > MOST_SEEN:
            del self._seen[next(iter(self._seen))]
        self._by_member.pop(member_id, None)

    def forget(self) -> None:
        """A purpose changed, or events may have been missed: everything is read anew."""
        self._purposes_changed += 1
        self._by_member.clear()

    def _heard(self, member_id: UUID) -> tuple[int, int]:
        """What was heard so far that bears on the member; what is read after it is no older, whatever it says."""
        return self._seen.get(member_id, 0), self._purposes_changed

    def _keep(self, member_id: UUID, about: _About, kept: _Kept) -> None:
        if member_id not in self._by_member and len(self._by_member) >= MOST_MEMBERS:
            del self._by_member[next(iter(self._by_member))]
        self._by_member.setdefault(member_id, {})[about] = kept
