"""Operations submitted to lanes in this process, by callers that the lanes share it with."""

import os
import random
from collections.abc import Awaitable, Callable
from functools import partial

from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rules.ledger.asks import Ask
from services.loyalty.rules.ledger.awards import award
from services.loyalty.rules.ledger.moves import Move
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.ledger.redemptions import redeem
from services.loyalty.storage.ledger.state import Touches
from tests.load import history
from tests.load.arms import LONGEST_WAIT_MS, Arm
from tests.load.callers import crowd

MANY, FEW = 512, 64
PLENTY = 10**9


class Submitted:
    """What callers submit, for one member of many at random or always for the same one."""

    def __init__(self, lanes: Lanes, members: list[str], programme: int) -> None:
        self._lanes = lanes
        self._members = members
        self._programme = programme
        self._hot = random.choice(members)

    async def enrich(self) -> None:
        """Give the hot member points that no round uses up."""
        await self._ask(award, self._hot, PLENTY)

    def arms(self, seconds: float) -> list[Arm]:
        def arm(
            name: str, ask: Callable[[], Awaitable[object]], callers: int, mark: float, of: str = "raw"
        ) -> Arm:
            return Arm(name, partial(crowd, ask, callers, seconds), mark, of)

        fast, redemptions = f"accruals, fast path, {MANY} callers", f"redemptions, {MANY} callers"
        few = arm(f"accruals, fast path, {FEW} callers", self.grant, FEW, 0.5)
        few.longest_wait_ms = LONGEST_WAIT_MS
        return [
            arm(fast, self.grant, MANY, 0.65),
            arm(f"accruals, read and folded, {MANY} callers", self.fold, MANY, 0.45),
            arm(f"accruals, member locked, {MANY} callers", self.accrue, MANY, 0.45),
            few,
            arm("accruals, one hot member", partial(self.grant, self._hot), MANY, 1.5, fast),
            arm(redemptions, self.redeem, MANY, 0.45),
            arm("redemptions, one hot member", partial(self.redeem, self._hot), MANY, 1.5, redemptions),
        ]

    def grant(self, member: str | None = None) -> Awaitable[object]:
        return self._ask(award, member or random.choice(self._members), 10, fast=True)

    def fold(self, member: str | None = None) -> Awaitable[object]:
        return self._ask(award, member or random.choice(self._members), 10, fast=True, read=True)

    def accrue(self, member: str | None = None) -> Awaitable[object]:
        return self._ask(award, member or random.choice(self._members), 10)

    def redeem(self, member: str | None = None) -> Awaitable[object]:
        redemption = partial(redeem, redemption_id="bench")
        return self._ask(
            redemption, member or random.choice(self._members), 1, fast=True, redemption_id="bench"
        )

    def _ask(
        self,
        operation: Callable[..., Answer],
        who: str,
        points: int,
        *,
        fast: bool = False,
        read: bool = False,
        redemption_id: str | None = None,
    ) -> Awaitable[object]:
        ask = Ask(who, history.PROGRAMME, "POINTS", points, os.urandom(16), "service:bench", "BENCH")
        touches = Touches(((who, self._programme),), keys=(ask.place,))
        return self._lanes.submit(
            Task(partial(operation, ask=ask), touches, Move(ask, redemption_id, read) if fast else None)
        )
