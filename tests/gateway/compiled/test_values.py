"""What compiled functions call: siblings run side by side, and what is out of the ordinary ends the attempt."""

import asyncio
from collections.abc import Callable, Generator
from types import coroutine
from typing import Any

import pytest
from graphql import Undefined

from gateway.documents.compiled.loads import Slowest
from gateway.documents.compiled.values import (
    OutOfTheOrdinary,
    apart,
    at_hand,
    fit,
    listed,
    together,
    unlike,
)
from services.kit.rpc.connection_pool import ConnectionPool, NoAnswer


@pytest.mark.parametrize("value", ["ab", b"ab", {"a": 1}, {1}, iter([1]), range(2), None, 7])
def test_only_lists_are_lists(value: Any) -> None:
    with pytest.raises(OutOfTheOrdinary):
        listed(value)


@pytest.mark.parametrize("value", [None, Undefined, ValueError("x"), LookupError()])
def test_these_stand_for_no_object(value: Any) -> None:
    with pytest.raises(OutOfTheOrdinary):
        fit(value)


@pytest.mark.parametrize("look", [at_hand, fit, listed, unlike])
def test_a_coroutine_is_not_at_hand_and_is_not_left_lying_about(look: Callable[[Any], Any]) -> None:
    async def later() -> int:
        return 1

    value: Any = later()
    with pytest.raises(OutOfTheOrdinary):
        look(value)
    assert value.cr_frame is None


async def test_siblings_run_side_by_side() -> None:
    meeting = asyncio.Barrier(3)

    async def meet(nth: int) -> int:
        await meeting.wait()  # would wait for ever, if they ran one after another
        return nth

    async with asyncio.timeout(30):
        assert await together(*(meet(nth) for nth in range(3))) == [0, 1, 2]
    assert await together() == []


@pytest.mark.parametrize("failing", [0, 1, 2])
@pytest.mark.parametrize("waits", [False, True])
async def test_when_one_fails_the_others_are_waited_for(failing: int, waits: bool) -> None:
    ended = []

    async def end(nth: int) -> None:
        if nth == failing:
            if waits:
                await asyncio.sleep(0)
            raise LookupError
        await asyncio.sleep(0.01)
        ended.append(nth)

    with pytest.raises(LookupError):
        await together(*(end(nth) for nth in range(3)))
    assert sorted(ended) == sorted({0, 1, 2} - {failing})


async def test_siblings_may_wait_for_the_same() -> None:
    loop = asyncio.get_running_loop()
    same, other = loop.create_future(), loop.create_future()

    async def wait(one: asyncio.Future[str]) -> str:
        return await one

    loop.call_later(0.01, same.set_result, "same")
    loop.call_later(0.02, other.set_result, "other")
    async with asyncio.timeout(10):
        told = await together(wait(same), wait(other), apart(wait(same)), wait(same))
    assert told == ["same", "other", "same", "same"]


async def test_who_was_slowest_is_waited_for_first_the_next_time() -> None:
    loop, slowest = asyncio.get_running_loop(), Slowest()

    async def wait(one: asyncio.Future[int]) -> int:
        return await one

    async def answer(waiting: list[asyncio.Future[int]]) -> None:
        for one in waiting:
            for _ in range(5):  # whoever is woken has run before the next is there
                await asyncio.sleep(0)
            one.set_result(1)

    @coroutine
    def woken(*, last: int) -> Generator[Any, Any, int]:
        """How often whoever asks is woken, when one sibling's answer comes last."""
        waited_for: list[asyncio.Future[int]] = [loop.create_future() for _ in range(4)]
        answering = loop.create_task(answer(sorted(waited_for, key=lambda one: one is waited_for[last])))
        times = 0
        for awaited in together(*map(wait, waited_for), slowest=slowest):
            times += 1
            yield awaited
        assert answering.done() or all(one.done() for one in waited_for)
        return times

    async with asyncio.timeout(30):
        assert [await woken(last=last) for last in (3, 3, 1, 1, 1)] == [4, 1, 2, 1, 1]


async def test_who_leaves_takes_all_of_them_along() -> None:
    left = []

    def never(nth: int) -> Any:
        async def wait() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                left.append(nth)

        return wait()

    asking = asyncio.ensure_future(together(*(never(nth) for nth in range(3))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await asyncio.sleep(0)
    assert asking.cancelled()
    assert sorted(left) == [0, 1, 2]


async def test_what_waits_twice_goes_on_while_its_siblings_still_wait() -> None:
    first, second = asyncio.Event(), asyncio.Event()

    async def slow() -> str:
        await second.wait()
        return "slow"

    async def twice() -> str:
        await first.wait()
        second.set()  # which a part that waited for its siblings would never come to
        await asyncio.sleep(0)
        return "twice"

    asyncio.get_running_loop().call_later(0.01, first.set)
    async with asyncio.timeout(10):
        assert await together(slow(), apart(twice())) == ["slow", "twice"]


async def test_a_sibling_that_is_left_ends_what_it_waits_for() -> None:
    waited_for = [asyncio.get_running_loop().create_future() for _ in range(3)]

    async def wait(nth: int) -> None:
        await waited_for[nth]

    asking = asyncio.ensure_future(together(wait(0), wait(1), apart(wait(2))))
    await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await asyncio.sleep(0)
    assert [one.cancelled() for one in waited_for] == [True] * 3


async def test_a_service_that_cannot_be_reached_in_time_costs_its_siblings_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(*_: Any, **__: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", never)
    ended = []

    async def end() -> None:
        await asyncio.sleep(0.05)
        ended.append(True)

    away = ConnectionPool("http://127.0.0.1:9").post("/", {}, b"", 0.01)
    with pytest.raises(NoAnswer):
        await together(end(), away)
    assert ended
