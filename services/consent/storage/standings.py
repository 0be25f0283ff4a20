"""Kept standings: what stands for a member is kept for two seconds at the most, so that the gate need not read it again.

The two seconds run from when the question was sent to the database, by the monotonic clock, and no use extends them;
they hold even when no event of a change ever arrives. An event makes it sooner: whatever is older than the epoch that
it tells is dropped, and never put in again. Whoever was merged into another is answered as that one, and goes with it.

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
        self._merged: dict[UUID, set[UUID]] = {}
        """By survivor, as whom others are answered: under which of their ids something is kept."""
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
        survivor: UUID | None = None
        while True:
            sent, read_at, before = self._monotonic(), self._clock(), self._heard(member_id, survivor)
            known = Known(*await self._reads.one(member_id, purpose, recipient_id), read_at, {})
            answers_as, survivor = survivor, known.standing.survivor
            if self._heard(member_id, answers_as) == before and self._is_followed(known.standing, answers_as):
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
                standing = standings[member_id]
                if self._heard(member_id) == heard and self._is_followed(standing):
                    known = Known(in_force, standing, read_at, {}, is_kept=True)
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
        self._drop(member_id)
        for merged in self._merged.pop(member_id, ()):
            self._drop(merged)

    def forget(self) -> None:
        """A purpose changed, or events may have been missed: everything is read anew."""
        self._purposes_changed += 1
        self._by_member.clear()
        self._merged.clear()

    def _heard(self, member_id: UUID, survivor: UUID | None = None) -> tuple[int, int, int]:
        """What was heard so far that bears on the member; what is read after it is no older, whatever it says."""
        of_survivor = 0 if survivor is None else self._seen.get(survivor, 0)
        return self._seen.get(member_id, 0), of_survivor, self._purposes_changed

    def _is_followed(self, standing: Standing, answers_as: UUID | None = None) -> bool:
        """Whether what was heard of the survivor, whom only the answer names, is no newer than the answer.

        True of one who was known to be the survivor when it was asked for: what was heard before then is in it, also of
        one who was erased and has no epoch any more.
        """
        survivor = standing.survivor
        return survivor in (None, answers_as) or standing.epoch >= self._seen.get(survivor, 0)

    def _keep(self, member_id: UUID, about: _About, kept: _Kept) -> None:
        if member_id not in self._by_member and len(self._by_member) >= MOST_MEMBERS:
            self._drop(next(iter(self._by_member)))
        self._by_member.setdefault(member_id, {})[about] = kept
        if (survivor := kept.known.standing.survivor) is not None:
            self._merged.setdefault(survivor, set()).add(member_id)

    def _drop(self, member_id: UUID) -> None:
        for kept in self._by_member.pop(member_id, {}).values():
            survivor = kept.known.standing.survivor
            if survivor is not None and (ids := self._merged.get(survivor)) is not None:
                ids.discard(member_id)
                if not ids:
                    del self._merged[survivor]
