"""Callers: many at once, each asking again as soon as it is answered, for a span of time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Answered:
    """How many answers came in how many seconds, and how long each took."""

    count: int = 0
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of the answers came."""
        return sorted(self.waits)[int(share * (len(self.waits) - 1))] * 1000


async def crowd(ask: Callable[[], Awaitable[object]], callers: int, seconds: float) -> Answered:
    """What ``callers`` get answered who ask until the time is up."""
    answered = Answered()
    clock = time.perf_counter
    started = clock()
    until = started + seconds

    async def call() -> None:
        asked = clock()
        while asked < until:
            await ask()
            now = clock()
            answered.waits.append(now - asked)
            asked = now

    await asyncio.gather(*(call() for _ in range(callers)))
    answered.seconds = clock() - started
    answered.count = len(answered.waits)
    return answered
