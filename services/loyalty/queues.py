"""Queues: the operations that wait for a lane, each with what it touches and the future of its answer."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from prometheus_client import Counter, Gauge, Histogram

from services.kit.refusal import Unavailable
from services.loyalty.rules.ledger.moves import Move
from services.loyalty.rules.ledger.points import Answer, Operation
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.rewards.sold_out import Wish

waiting = Gauge("huiyuan_ledger_waiting", "Operations that wait for a lane, or are worked on by one.")
batch_operations = Histogram(
    "huiyuan_ledger_batch_operations",
    "How many operations a lane took at once.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000),
)
batch_seconds = Histogram(
    "huiyuan_ledger_batch_seconds",
    "How long it took until all that a lane took at once was answered.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
turned_away_total = Counter(
    "huiyuan_ledger_turned_away_total", "Operations that were refused, since too many waited."
)
answered_total = Counter(
    "huiyuan_ledger_answered_total",
    "Operations that were answered, by what was read for it: nothing, wallets alone, whole members.",
    ["reading"],
)

MOST_AT_ONCE = 2_000
MOST_WAITING = 20_000

About = str | tuple[int, str]
"""A member's id, or a programme's number and the key of a reward."""


class LedgerBusy(Unavailable):
    """More operations wait than a lane takes; try again in a moment."""


@dataclass(slots=True)
class Task:
    """One operation with what it touches, the future of its answer, and the move or the wish that it is, if it is."""

    operation: Operation
    touches: Touches
    move: Move | None = None
    wish: Wish | None = None
    answer: asyncio.Future[Answer] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def member_id(self) -> str:
        """The member whom the operation is about, the first of several; nobody where it is about wallets alone."""
        members = self.touches.members
        return members[0][0] if members else ""

    @property
    def reward(self) -> tuple[int, str] | None:
        """The programme's number and the key of the reward that is wished for."""
        return (self.wish[0], self.wish[1].reward) if self.wish is not None else None

    def finish(self, answer: Answer | BaseException) -> None:
        if self.answer.done():
            return
        if isinstance(answer, BaseException):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


class Queue:
    """What a lane has to do: tasks that wait, and those that were taken and are worked on."""

    def __init__(self) -> None:
        self._waiting: deque[Task] = deque()
        self._working_on = 0
        self.load = 0
        """How many operations wait or are worked on."""
        self._taken_at = 0.0
        self._about_waiting: set[About] = set()
        self._about_at_work: set[About] = set()
        self._woken = asyncio.Event()

    def is_about(self, what: About) -> bool:
        """Whether anything about a member, or about a reward, waits or is worked on."""
        return what in self._about_waiting or what in self._about_at_work

    def put(self, task: Task) -> None:
        """Let a task wait; where too many do, it is refused at once."""
        if len(self._waiting) >= MOST_WAITING:
            turned_away_total.inc()
            message = "the ledger has more to do than it takes on: try again in a second"
            task.finish(LedgerBusy(message, waiting=len(self._waiting), retry_after_ms=1000))
            return
        self._waiting.append(task)
        self.load += 1
        self._about_waiting.add(task.member_id)
        if (reward := task.reward) is not None:
            self._about_waiting.add(reward)
        self._woken.set()

    async def take(self) -> list[Task]:
        """The tasks to work on next, in the order in which they came; waits until there are any."""
        await self._woken.wait()
        tasks = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
        self._working_on = len(tasks)
        self._taken_at = time.perf_counter()
        self._about_at_work = self._about_waiting
        if not self._waiting:
            self._about_waiting = set()
            self._woken.clear()
        return tasks

    def lay_down(self) -> None:
        """What was taken is done."""
        batch_operations.observe(self._working_on)
        batch_seconds.observe(time.perf_counter() - self._taken_at)
        self.load -= self._working_on
        self._working_on = 0
        self._about_at_work = set()
