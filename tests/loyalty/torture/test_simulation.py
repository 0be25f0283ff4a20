"""A lane simulated: a clock of the test's, callers that give up, a line that breaks by a seeded plan; nothing slips.

With one service everything follows from the seed: requests come in rounds, inside this process, to one lane. With
two services the faults do, and who comes first is left to chance.
"""

import asyncio
import os
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.loyalty import app
from services.loyalty.settings import Settings
from tests.loyalty.conftest import Loyalty, look
from tests.loyalty.torture.acts import Act, Shop, transferable
from tests.loyalty.torture.judge import be_sound, judge
from tests.loyalty.torture.line import Cut, Line, commits, line_to


@dataclass
class Hands:
    """A clock that goes on, jumps, and goes back, as the dice say."""

    dice: random.Random
    at: datetime = datetime(2026, 6, 1, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self) -> None:
        steps = (
            timedelta(milliseconds=3),
            timedelta(seconds=20),
            timedelta(minutes=7),
            timedelta(seconds=-4),
        )
        self.at += self.dice.choice(steps)
        if self.dice.random() < 0.15:
            self.at += timedelta(days=self.dice.choice((-1, 2, 5)))


@dataclass
class Faults:
    """Decides, when a transaction begins, whether its line breaks and at which of its requests; and then, how.

    A look-up of what became of a commit is broken off now and then, too. ``leaving`` are callers who give up when
    so many requests were made.
    """

    dice: random.Random
    share: float
    cuts: Counter[Cut] = field(default_factory=Counter)
    leaving: list[tuple[int, asyncio.Task[None]]] = field(default_factory=list)
    _deck: list[Cut] = field(default_factory=list)
    _within: int = 0
    _left: int | None = None
    _requests: int = 0

    async def plan(self, connection: int, request: bytes) -> Cut | None:
        if b"SELECT hash FROM batches" in request:
            return Cut.BEFORE if self.dice.random() < self.share / 2 else None
        if b"BEGIN" in request:
            breaks = self.dice.random() < self.share
            early = self.dice.choice((0, 0, 0, 1, 2, 3, 4))  # 0: at its COMMIT, which matters most
            self._left = early if breaks else None
            self._within = connection
        if connection != self._within:
            return None
        self._requests += 1
        for number, task in self.leaving:
            if number == self._requests:
                task.cancel()
        return self._cut(request) if self._left is not None else None

    def _cut(self, request: bytes) -> Cut | None:
        assert self._left is not None
        self._left -= 1
        if not (self._left == 0 or (self._left < 0 and commits(request))):
            return None
        self._left = None
        if not self._deck:
            self._deck = self.dice.sample(list(Cut), len(Cut))
        cut = self._deck.pop()
        self.cuts[cut] += 1
        return cut

    def let_go(self, tasks: list[asyncio.Task[None]]) -> None:
        """Choose who of the callers of a round will give up, and when."""
        self._requests = 0
        self.leaving = [
            (self.dice.randrange(1, 12), task) for task in tasks if self.share and self.dice.random() < 0.2
        ]


class Simulation:
    """Rounds of acts at doors whose lines break; what is not settled comes again, in another order."""

    def __init__(self, doors: list[Loyalty], faults: list[Faults], clock: Hands, shop: Shop) -> None:
        self.doors = doors
        self.faults = faults
        self.clock = clock
        self.shop = shop
        self.dice = shop.dice
        self.outcomes: Counter[str] = Counter()
        self._open: list[Act] = []

    async def play(self, rounds: int, a_round: int) -> None:
        for _ in range(rounds):
            again = [act for act in self._open if self.dice.random() < 0.7]
            fresh = self.shop.some(a_round)
            coming = again + fresh
            self.dice.shuffle(coming)
            await self._round(coming)
            self._open = [act for act in self._open + fresh if not act.settled]
            verdict = await judge(self.doors[0], [act for act in self.shop.acts if act.settled])
            # Acts that were kept and never answered are told apart from lost ones only in the end.
            assert not verdict.lost, verdict.lost

    async def _round(self, coming: list[Act]) -> None:
        async def call(act: Act, door: Loyalty) -> None:
            self.outcomes[await act.attempt(door)] += 1

        self.clock.turn()
        calls = [asyncio.create_task(call(act, self.dice.choice(self.doors))) for act in coming]
        for faults in self.faults:
            faults.let_go(calls)
        for done in await asyncio.gather(*calls, return_exceptions=True):
            if isinstance(done, asyncio.CancelledError):
                self.outcomes["gave up"] += 1
            elif done is not None:
                raise done

    async def settle(self) -> None:
        """Mend the lines, try everything again until all is settled, and once more after that."""
        for faults in self.faults:
            faults.share = 0
        while waiting := [act for act in self.shop.acts if not act.settled]:
            await self._round(waiting)
        for act in self.shop.acts:
            assert await act.attempt(self.dice.choice(self.doors)) == (
                "refused" if act.refusal else "answered"
            )


@asynccontextmanager
async def doors(
    count: int, new_database: Any, environment: Any, members: Any, tokens: Any, clock: Hands
) -> AsyncIterator[tuple[list[Loyalty], list[Line]]]:
    """Services in this process on one database, each by a line of its own; the calls do not leave the process."""
    urls = new_database("loyalty")
    found: list[Loyalty] = []
    lines = []
    async with AsyncExitStack() as stack:
        looking = await stack.enter_async_context(look(urls.owner))
        for _ in range(count):
            line, through = await stack.enter_async_context(line_to(urls.app))
            settings = Settings(**environment(through), LOYALTY_LANES=1)
            application = app.application(settings, clock)
            await stack.enter_async_context(_living(application))
            transport = httpx.ASGITransport(application)
            client = await stack.enter_async_context(httpx.AsyncClient(transport=transport))
            found.append(Loyalty("http://loyalty", urls.app, urls.owner, members[0], tokens, client, looking))
            lines.append(line)
        yield found, lines


@asynccontextmanager
async def _living(application: Any) -> AsyncIterator[None]:
    """From an ASGI application's startup to its shutdown, as a server leads it through them."""
    told: asyncio.Queue[Any] = asyncio.Queue()
    said: asyncio.Queue[Any] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    life = asyncio.create_task(application(scope, told.get, said.put))
    await told.put({"type": "lifespan.startup"})
    assert (await said.get())["type"] == "lifespan.startup.complete"
    try:
        yield
    finally:
        await told.put({"type": "lifespan.shutdown"})
        await life


async def simulate(seed: int, there: Any, services: int, rounds: int, a_round: int) -> str:
    """One simulation from a seed; what it went through."""
    dice = random.Random(seed)
    clock = Hands(dice)
    async with doors(services, *there, clock) as (found, lines):
        body = {"programme": transferable(), "makeDefault": True, "reason": "test"}
        assert (await found[0].staff("ProgrammesService/CreateProgramme", body)).status_code == 200
        names = [found[0].new_member() for _ in range(5)]
        shop = Shop(names, dice, clock)
        for door in found:  # who they are is asked by each service once, before anything breaks
            for name in names:
                assert await shop.welcome(name).attempt(door) == "answered"
        faults = [Faults(random.Random(dice.random()), 0.5) for _ in found]
        for line, broken in zip(lines, faults, strict=True):
            line.plan = broken.plan
        simulation = Simulation(found, faults, clock, shop)
        await simulation.play(rounds, a_round)
        await simulation.settle()
        verdict = await judge(found[0], shop.acts)
        assert verdict.clean, (verdict.lost, verdict.doubled)
        await be_sound(found[0])
        cuts = sum((broken.cuts for broken in faults), Counter())
        assert set(cuts) == set(Cut), "every way of breaking came up"
        refused = Counter(f"{act.kind}{act.refusal}" for act in shop.acts if act.refusal)
        said = ", ".join(f"{count} {outcome}" for outcome, count in simulation.outcomes.most_common())
        return f"{verdict}; {said}; refused {dict(refused)}; line cut {sum(cuts.values())} times"


def seeds(count: int) -> list[int]:
    """Those of HUIYUAN_SEED, or new ones."""
    given = os.environ.get("HUIYUAN_SEED")
    return [int(given)] if given else [secrets.randbelow(2**32) for _ in range(count)]


@pytest.fixture
def there(new_database: Any, environment: Any, members: Any, tokens: Any) -> Any:
    return new_database, environment, members, tokens


@pytest.mark.parametrize("services", [1, 2])
async def test_whatever_breaks_every_answer_is_kept_once(there: Any, services: int) -> None:
    for seed in seeds(1):
        print(f"HUIYUAN_SEED={seed}")
        print(await simulate(seed, there, services, rounds=8, a_round=8))


@pytest.mark.torture
@pytest.mark.parametrize("services", [1, 2])
async def test_whatever_breaks_however_often_every_answer_is_kept_once(there: Any, services: int) -> None:
    for seed in seeds(10):
        print(f"HUIYUAN_SEED={seed}")
        print(await simulate(seed, there, services, rounds=40, a_round=12))
