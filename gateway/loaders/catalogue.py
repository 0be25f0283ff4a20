"""The catalogue: what is the same for every caller, kept until something is published."""

import time
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime
from typing import Any, NamedTuple

from prometheus_client import Counter

from services.kit import clock

asked_total = Counter(
    "huiyuan_graphql_catalogue_total", "Answers that are the same for every caller.", ["kept"]
)
_kept, _fetched = asked_total.labels("yes"), asked_total.labels("no")

KEPT_S = 30.0
"""How long an answer is kept at most, should nobody tell what was published."""

_MOST = 64


class Answer(NamedTuple):
    """What a service answered, and when that changes by time alone; None where only publishing changes it."""

    value: Any
    changes_at: datetime | None = None


class _Kept(NamedTuple):
    value: Any
    edition: int
    until_s: float


class Catalogue:
    """Answers of one edition. ``edition`` changes whenever something is published, and is None while nobody would tell.

    An answer counts for the edition under which it was asked for: what was on its way when something was published is
    answered once, and not kept. Nothing that hangs on a caller belongs here: ``fetch`` is told of none.
    """

    def __init__(
        self,
        edition: Callable[[], int | None],
        *,
        now: clock.Clock = clock.now,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._edition = edition
        self._now = now
        self._now_s = now_s
        self._answers: dict[Hashable, _Kept] = {}

    async def get(self, key: Hashable, fetch: Callable[[], Awaitable[Answer]]) -> Any:
        """What is kept under a key, or what ``fetch`` brings; raises what it raises, and keeps nothing then."""
        edition = self._edition()
        kept = self._answers.get(key)
        if kept is not None and kept.edition == edition and self._now_s() < kept.until_s:
            _kept.inc()
            return kept.value
        _fetched.inc()
        asked_at_s = self._now_s()
        value, changes_at = await fetch()
        if edition is not None:
            lasts_s = KEPT_S
            if changes_at is not None:
                lasts_s = min(lasts_s, (changes_at - self._now()).total_seconds())
            if len(self._answers) >= _MOST and key not in self._answers:
                del self._answers[next(iter(self._answers))]
            self._answers[key] = _Kept(value, edition, asked_at_s + lasts_s)
        return value
