"""A lane: one connection that writes the ledger, one batch at a time.

It takes whatever queued while its previous commit ran, locks and reads the state that this touches, folds, appends and
commits. Awards and redemptions that hang on nothing but their wallet go first: by one statement where they can, else by a
fold of their wallets alone. So do those who want a reward of which nothing is left, by an insertion.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from prometheus_client import Counter

from services.kit import clock, database
from services.kit.refusal import Refusal, Unavailable
from services.loyalty import events
from services.loyalty.queues import LedgerBusy, Queue, Task, answered_total
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.moves import Moves, wallets_alone
from services.loyalty.rules.ledger.points import Answer, Folded, fold, fold_alone
from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.programmes.programmes import Programmes
from services.loyalty.storage.ledger import chain, ledger, moves
from services.loyalty.storage.ledger.plans import Plans
from services.loyalty.storage.ledger.standings import Outpaced
from services.loyalty.storage.ledger.state import Touches, came_before, load
from services.loyalty.storage.ledger.telling import TOLD_LANE
from services.loyalty.storage.rewards import sold_out

log = structlog.get_logger()

in_doubt_total = Counter(
    "huiyuan_ledger_commits_in_doubt_total",
    "Commits whose answer was lost, and what looking found.",
    ["found"],
)

TRIES = 8
PATIENCE_S = 4.0
LANES = TOLD_LANE
"""How many lanes there are over all processes."""


class LedgerUnavailable(Unavailable):
    """The ledger's database is away; nothing is lost, try again with the same ids."""


Answers = Sequence[Answer | BaseException | None]  # for each task; None where it was left to other work
Work = Callable[[list[Task]], Awaitable[Answers]]
Opened = tuple[database.RawConnection, chain.Head, State]
"""A transaction that has begun, where the lane ends, and what was read."""


class Lane:
    """One connection, one writer at a time."""

    def __init__(self, url: str, rulebook: Rulebook, now: clock.Clock) -> None:
        self._url = url
        self._rulebook = rulebook
        self._now = now
        self.queue = Queue()
        self._connection: database.RawConnection | None = None
        self._plans = Plans()
        self._head: chain.Head | None = None
        self._in_doubt: chain.Batch | None = None
        self._asked: tuple[Moves, chain.Head] | None = None
        self._careful = self._outpaced = False
        self._last = 0

    async def run(self) -> None:
        try:
            while True:
                tasks = await self.queue.take()
                try:
                    await self._post(tasks)
                except Exception as fault:  # a lane never dies: its callers would wait for ever
                    log.exception("lane fault", tasks=len(tasks))
                    for task in tasks:
                        task.finish(fault)
                self.queue.lay_down()
                await asyncio.sleep(0)  # whoever was answered and asks again is taken along
        finally:
            await self._hang_up()

    async def _post(self, tasks: list[Task]) -> None:
        """Answer all tasks: moves first, as far as that goes, and then whatever is left."""
        self._careful = self._outpaced = False
        if any(task.move is not None for task in tasks):
            tasks = await self._by("nothing", tasks, self._move)
        if any(task.move is not None for task in tasks):
            tasks = await self._by("wallets", tasks, self._fold_alone)
        if any(task.wish is not None for task in tasks):
            tasks = await self._by("nothing", tasks, self._decline)
        together = [task for task in tasks if not task.touches.merges]
        alone = [[task] for task in tasks if task.touches.merges]  # what others read hangs on how they end
        for batch in (together, *alone):
            if batch:
                left = await self._by("members", batch, self._fold)
                assert not left, "a fold answers everything"

    async def _by(self, reading: str, tasks: list[Task], work: Work) -> list[Task]:
        """What is left of tasks that a work was tried on, which answers by ``reading`` so much."""
        left = await self._attempt(tasks, work)
        answered_total.labels(reading).inc(len(tasks) - len(left))
        return left

    async def _attempt(self, tasks: list[Task], work: Work) -> list[Task]:
        """Commit tasks together, or after a fault one by one, so that it hits its own alone; what the work left."""
        try:
            answers = await self._commit(tasks, work)
        except Exception as fault:
            if isinstance(fault, Refusal) and not isinstance(fault.__cause__, ledger.COLLISIONS):
                return self._finish(tasks, [fault] * len(tasks))
            if len(tasks) > 1:
                log.warning("batch fault, going one by one", tasks=len(tasks), because=type(fault).__name__)
                return [left for task in tasks for left in await self._attempt([task], work)]
            answers = [fault]
        return self._finish(tasks, answers)

    def _finish(self, tasks: list[Task], answers: Answers) -> list[Task]:
        """Give the answers; the tasks that have none."""
        for task, answer in zip(tasks, answers, strict=True):
            if answer is not None:
                task.finish(answer)
        return [task for task, answer in zip(tasks, answers, strict=True) if answer is None]

    async def _commit(self, tasks: list[Task], work: Work) -> Answers:
        give_up_at = asyncio.get_running_loop().time() + PATIENCE_S
        answers: Answers = ()
        self._in_doubt = self._asked = None  # what an earlier batch was left in doubt of is no answer to this
        tries = 0
        while True:
            try:
                if self._in_doubt is not None and await self._was_committed(self._in_doubt.head):
                    return answers
                answers = await work(tasks)
                await self._seal()
                return answers
            except Outpaced:
                tries, self._outpaced = tries + 1, True
            except _Again:
                tries, self._careful = tries + 1, True
            except ledger.COLLISIONS as collision:
                tries, self._careful = tries + 1, True
                if collision.table_name == "batches":
                    await self._hang_up()  # another connection writes this lane: claim another
                if tries >= TRIES:
                    raise LedgerBusy("the same orders collide again and again: try again") from collision
            except Exception as error:
                if not database.is_away(error):
                    raise
                await self._hang_up()
                if asyncio.get_running_loop().time() > give_up_at:
                    self._in_doubt = None
                    raise LedgerUnavailable(
                        "the ledger's database is away: try again with the same ids"
                    ) from None
                await asyncio.sleep(0.1)
            finally:
                await self._roll_back()

    async def _move(self, tasks: list[Task]) -> Answers:
        """The fast path, commit and all; no answer to what has to be folded, as all has once a key came twice.

        What a statement did whose answer was lost is looked up before anything else is done.
        """
        connection, head = await self._ready()
        if self._asked is not None:
            asked, before = self._asked
            outcomes, _ = await moves.find(connection, before, asked)
            self._asked = None
            in_doubt_total.labels("kept" if outcomes else "nothing").inc()
            log.warning("answer was lost", lane=before.lane, seq=before.seq + 1, kept=bool(outcomes))
            if outcomes:
                return asked.answers(outcomes)
        known = await self._rulebook.current()
        now = self._tick(len(tasks))
        asked = Moves(known, [task.move for task in tasks], now)
        outcomes = {}
        if asked.steps:
            self._asked = asked, head
            told = events.encode_alike([step.event for step in asked.steps])
            try:
                outcomes, self._head = await moves.post(connection, head, asked, told, known.revision, now)
            except ledger.COLLISIONS as collision:
                self._careful = True
                if collision.table_name == "batches":
                    await self._hang_up()  # another connection writes this lane: claim another
            self._asked = None
        return asked.answers(outcomes)

    async def _decline(self, tasks: list[Task]) -> Answers:
        """Those who want a reward of which nothing is left, commit and all; no answer to what has to be folded."""
        connection, _ = await self._ready()
        return await sold_out.decline(connection, [task.wish for task in tasks], self._tick(1))

    async def _fold_alone(self, tasks: list[Task]) -> Answers:
        """Moves that hang on their wallets alone, as ``_fold`` does; no answer to what may hang on more than that.

        So nothing is refused here: whoever declines a key for good has its member locked.
        """
        known, now = await self._rulebook.current(), self._tick(len(tasks))
        wallets = wallets_alone(known, [task.move for task in tasks], now)
        if self._careful or not any(wallets):
            return [None] * len(tasks)
        opened = _, _, state = await self._open([Touches(wallets=tuple(filter(None, wallets)))], known)
        operations = zip(wallets, (task.operation for task in tasks), strict=True)
        folded, answers = fold_alone(state, operations, known, now)
        await self._append(opened, folded, now)
        return answers

    async def _fold(self, tasks: list[Task]) -> Answers:
        """One batch up to its commit; ``_in_doubt`` then holds it sealed, None when nothing changed."""
        known, touches = await self._rulebook.current(), [task.touches for task in tasks]
        opened = connection, _, state = await self._open(touches, known)
        now = self._tick(len(tasks))
        folded = fold(state, [task.operation for task in tasks], known, now)
        if not self._careful and await came_before(connection, touches, state):
            raise _Again
        await self._append(opened, folded, now)
        return folded.answers

    async def _open(self, touches: Sequence[Touches], known: Programmes) -> Opened:
        """Begin a batch's transaction and read what it touches. Raises ``_Again`` when there are newer rules."""
        connection, head = await self._ready()
        await ledger.begin(connection)
        state = await load(connection, touches, known, careful=self._careful or self._outpaced)
        if state is None:
            await self._roll_back()
            await self._rulebook.refresh()
            raise _Again
        return connection, head, state

    async def _append(self, opened: Opened, folded: Folded, now: int) -> None:
        connection, head, state = opened
        if folded.entries or folded.events or state.changed:
            told = events.encode_each(folded.events)
            self._in_doubt = await ledger.append(connection, head, state, folded.entries, told, now)

    def _tick(self, operations: int) -> int:
        """The first of as many microseconds of the lane's own clock as there are operations."""
        now = max(clock.micros(self._now()), self._last + 1)
        self._last = now + operations
        return now

    async def _seal(self) -> None:
        """Commit. A connection that dies here leaves ``_in_doubt`` behind, to be looked up."""
        if self._in_doubt is None or self._connection is None:
            return
        await chain.commit(self._connection, self._in_doubt)
        self._head, self._in_doubt = self._in_doubt.head, None

    async def _was_committed(self, doubtful: chain.Head) -> bool:
        connection, _ = await self._ready()
        found = await chain.batch_hash(connection, doubtful.lane, doubtful.seq)
        self._in_doubt = None
        kept = found == doubtful.hash
        in_doubt_total.labels("kept" if kept else "nothing").inc()
        log.warning("commit was in doubt", lane=doubtful.lane, seq=doubtful.seq, kept=kept)
        return kept

    async def _ready(self) -> tuple[database.RawConnection, chain.Head]:
        if self._connection is None or self._connection.is_closed() or self._head is None:
            self._connection = await database.connect(self._url, plan_once=True)
            self._plans = Plans()
            self._head = await chain.claim_lane(self._connection, LANES)
            if self._head is None:
                await self._hang_up()
                raise LedgerBusy(f"all {LANES} lanes are claimed by other processes: try again")
            if self._rulebook.outside is not None:
                try:
                    await self._rulebook.outside.agree(self._connection, self._head)
                except BaseException:  # a lane that was not looked at claims nothing
                    await self._hang_up()
                    raise
        await self._plans.keep_young(self._connection)
        return self._connection, self._head

    async def _roll_back(self) -> None:
        if self._connection is not None and self._connection.is_in_transaction():
            self._in_doubt = None
            try:
                await self._connection.execute("ROLLBACK")
            except Exception:
                await self._hang_up()

    async def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
        self._connection = self._head = None


class _Again(Exception):
    """The rules changed under a batch, or a key of it came before: fold it again."""
