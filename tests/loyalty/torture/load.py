"""Load: callers at the doors of one ledger, each trying an act again, at any door, until it is settled."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from tests.loyalty.conftest import Loyalty
from tests.loyalty.torture.acts import Act, Shop

CALLERS = 16
PATIENCE_S = 120


@dataclass
class Load:
    """Runs until ``stopped``; then every act it began is settled."""

    doors: list[Loyalty]
    shop: Shop
    outcomes: Counter[str] = field(default_factory=Counter)
    stopped: bool = False

    async def run(self) -> None:
        async with asyncio.TaskGroup() as together:
            for _ in range(CALLERS):
                together.create_task(self._call())

    async def _call(self) -> None:
        while not self.stopped:
            await self._settle(self.shop.one())

    async def _settle(self, act: Act) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                self.outcomes[await act.attempt(self.shop.dice.choice(self.doors))] += 1
                if act.settled:
                    return
                await asyncio.sleep(0.3)

    @property
    def answered(self) -> int:
        return self.outcomes["answered"]

    @property
    def sent_back(self) -> int:
        """How often a caller was told to try again."""
        return sum(count for outcome, count in self.outcomes.items() if outcome.startswith("retry"))

    async def until(self, *, answered: int = 0, sent_back: int = 0) -> None:
        """Until so many more acts were answered, and sent back."""
        answered, sent_back = answered + self.answered, sent_back + self.sent_back
        async with asyncio.timeout(PATIENCE_S):
            while self.answered < answered or self.sent_back < sent_back:  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0.005)

    async def again(self) -> None:
        """Try everything once more: every answer is the first again."""
        waiting = iter(self.shop.acts)

        async def call() -> None:
            for act in waiting:
                outcome = await act.attempt(self.shop.dice.choice(self.doors))
                assert outcome == ("refused" if act.refusal else "answered"), (act.name, outcome)

        await asyncio.gather(*(call() for _ in range(CALLERS)))
