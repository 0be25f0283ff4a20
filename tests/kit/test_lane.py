"""Who asks one by one and at once shares calls, and is answered, refused and left in the dark for nobody but oneself."""

import asyncio
import itertools
import random
import selectors
from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kit import rpc
from services.kit.refusal import Invalid, NotFound, Unavailable
from services.kit.rpc import lane as lanes
from services.kit.rpc.lane import HOLDS_UP_S


class Asked(NamedTuple):
    member: str
    purpose: str


class Said(NamedTuple):
    asked: Asked
    as_of: int


class Malformed(Invalid):
    """No member has this name."""


class UnknownPurpose(NotFound):
    """Nothing is used for this."""


class Away(Unavailable):
    """The service cannot be asked."""


class Service:
    """Answers with what was asked and the turn it was asked in; refuses a batch as a whole for any one in it."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.turn = 0
        self.batches: list[int] = []

    async def one(self, asked: Asked) -> Said:
        [said] = await self._answered([asked])
        return said

    async def many(self, asked: Sequence[Asked]) -> Sequence[Said]:
        assert len({one.purpose for one in asked}) == 1
        self.batches.append(len(asked))
        return await self._answered(asked)

    async def _answered(self, asked: Sequence[Asked]) -> Sequence[Said]:
        as_of = self.turn
        for _ in range(self._random.randrange(6)):
            await asyncio.sleep(0)
            self.turn += 1
        if self._random.random() < 0.1:
            raise Away("away")
        for one in asked:
            if one.member == "?":
                raise Malformed(one.member)
            if one.purpose == "?":
                raise UnknownPurpose(one.purpose)
        return [Said(one, as_of) for one in asked]


async def _ask_in_disorder(seed: int, askers: int) -> None:
    choose, service = random.Random(seed), Service(seed)
    lane = rpc.Lane(rpc.one_or_many(service.one, service.many), group=lambda asked: asked.purpose)

    async def ask(asked: Asked, start: int, patience: int | None) -> None:
        for _ in range(start):
            await asyncio.sleep(0)
        since = service.turn
        waiting = asyncio.ensure_future(lane.ask(asked))
        for _ in range(patience or 0):
            await asyncio.sleep(0)
        if patience is not None:
            waiting.cancel()
        (outcome,) = await asyncio.gather(waiting, return_exceptions=True)
        if isinstance(outcome, Said):
            assert outcome.asked == asked
            assert outcome.as_of >= since, "an answer is never older than its question"
        elif isinstance(outcome, Malformed):
            assert asked.member == "?"
        elif isinstance(outcome, UnknownPurpose):
            assert asked.purpose == "?"
        elif isinstance(outcome, asyncio.CancelledError):
            assert patience is not None
        else:
            assert isinstance(outcome, Away)

    async with asyncio.timeout(30):
        await asyncio.gather(
            *(
                ask(
                    Asked(choose.choice("abcdef?"), choose.choice("xy?")),
                    choose.randrange(8),
                    choose.choice([None, None, None, 0, 2]),
                )
                for _ in range(askers)
            )
        )


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_nobody_is_answered_or_refused_for_what_another_asked(seed: int, askers: int) -> None:
    asyncio.run(_ask_in_disorder(seed, askers))


async def test_who_asks_at_once_shares_one_call_and_who_asks_alone_takes_the_shorter_way() -> None:
    service = Service(4)
    lane = rpc.Lane(rpc.one_or_many(service.one, service.many), group=lambda asked: asked.purpose)
    everybody = [Asked(str(number), "x") for number in range(64)]
    assert [said.asked for said in await asyncio.gather(*map(lane.ask, everybody))] == everybody
    assert service.batches == [64]
    await lane.ask(everybody[0])
    assert service.batches == [64]


class _Hurried(selectors.SelectSelector):
    """Waits for nothing: where a loop would sleep until its next timer, the clock is put forward."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "whoever still waits would wait for ever"
            self.now_s += timeout
        return ready


class _HurriedLoop(asyncio.SelectorEventLoop):
    """Seconds pass in no time, and the same way each time."""

    def __init__(self) -> None:
        self._clock = _Hurried()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now_s


def _hurry(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=_HurriedLoop) as runner:
        runner.run(work)


Item = tuple[str, int]
"""A group and a number."""


class Slow:
    """Answers within ``TAKES_S``, but for one call, which hangs until its time is up."""

    TAKES_S, HANGS_S = 0.004, 3.0

    def __init__(self, hanging: int, seed: int) -> None:
        self._random = random.Random(seed)
        self._hanging = hanging
        self.calls: list[list[Item]] = []
        self.hung: set[Item] = set()
        self.in_flight = 0

    async def fetch(self, asked: Sequence[Item]) -> Sequence[Item]:
        self.calls.append(list(asked))
        self.in_flight += 1
        assert self.in_flight <= 2
        try:
            if len(self.calls) == self._hanging:
                self.hung.update(asked)
                await asyncio.sleep(self.HANGS_S)
                raise TimeoutError
            await asyncio.sleep(self._random.uniform(0.0005, self.TAKES_S))
        finally:
            self.in_flight -= 1
        return asked


async def _ask_beside_one_that_hangs(seed: int, groups: int, hanging: int) -> None:
    choose, service, most = random.Random(seed), Slow(hanging, seed), 0.0
    lane: rpc.Lane[Item, Item] = rpc.Lane(service.fetch, group=lambda item: item[0])
    clock = asyncio.get_running_loop().time
    asked: dict[str, list[Item]] = {}

    async def ask(item: Item) -> None:
        nonlocal most
        asked.setdefault(item[0], []).append(item)
        since_s = clock()
        try:
            assert await lane.ask(item) == item
        except TimeoutError:
            assert item in service.hung
        else:
            assert item not in service.hung
            most = max(most, clock() - since_s)

    async def keep_asking(group: str, pause_s: float, at_once: int) -> None:
        numbers = itertools.count()
        async with asyncio.TaskGroup() as asking:
            while clock() < 0.4:
                for _ in range(choose.randint(1, at_once)):
                    asking.create_task(ask((group, next(numbers))))
                await asyncio.sleep(choose.uniform(0, pause_s))

    await asyncio.gather(
        *(
            keep_asking(group, choose.choice([0.01, 0.03, 0.1]), choose.choice([1, 1, 3, 20]))
            for group in "abcd"[:groups]
        )
    )
    assert most <= HOLDS_UP_S + 2 * groups * Slow.TAKES_S, "only who is in the call that hangs waits for it"
    for group, items in asked.items():
        left = [item for call in service.calls if call[0][0] == group for item in call]
        assert left == items, "each leaves once, in the order of asking, with its own group"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 20))
def test_beside_a_call_that_hangs_everybody_else_is_answered_soon(
    seed: int, groups: int, hanging: int
) -> None:
    _hurry(_ask_beside_one_that_hangs(seed, groups, hanging))


def test_what_may_not_leave_yet_holds_up_no_other_group() -> None:
    async def ask() -> None:
        service = Slow(1, 0)
        lane: rpc.Lane[Item, Item] = rpc.Lane(service.fetch, group=lambda item: item[0])
        items = [("hangs", 0), ("small", 0), *(("large", number) for number in range(8))]
        for item in items:
            lane.ask(item)
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        assert service.calls == [items[:1], items[2:]]
        await asyncio.sleep(HOLDS_UP_S)
        assert service.calls[2:] == [items[1:2]]

    _hurry(ask())


def test_a_small_group_has_its_turn_beside_one_that_is_asked_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "ITEMS_A_CALL", 5)

    async def ask_both() -> None:
        service, numbers = Slow(0, 0), itertools.count()
        lane: rpc.Lane[Item, Item] = rpc.Lane(service.fetch, group=lambda item: item[0])

        async def ask_without_end() -> None:
            while True:
                await lane.ask(("large", next(numbers)))

        asking = [asyncio.ensure_future(ask_without_end()) for _ in range(100)]
        await asyncio.sleep(0.1)
        before = len(service.calls)
        async with asyncio.timeout(HOLDS_UP_S + 2 * Slow.TAKES_S):  # of the loop's own seconds
            await lane.ask(("small", 0))
        meanwhile = [call[0][0] for call in service.calls[before:]]
        assert {"small", "large"} == set(meanwhile)
        for one in asking:
            one.cancel()

    _hurry(ask_both())
