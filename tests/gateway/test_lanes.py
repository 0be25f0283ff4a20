"""Lanes: many requests share few calls, and no item of one caller ever reaches another."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.loaders.lane import Answers, Asked, Lane, kept
from services.kit.refusal import NotFound, Refusal, Unavailable
from services.kit.rpc import Caller, CallerKind, lane


@pytest.fixture(autouse=True)
def calls_hold_up_whoever_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as a test says: a machine that is busy elsewhere lets the clock run on."""
    monkeypatch.setattr(lane, "HOLDS_UP_S", 60)


class UnknownMember(NotFound):
    """Refused by the service, for one item."""


class Away(Unavailable):
    """Refused by the service, for a whole call."""


def member(name: str) -> Caller:
    return Caller(CallerKind.MEMBER, name)


class Service:
    """Answers each item with who asked for what, after turns of the loop that a seed decides."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self.calls: list[list[Asked[str]]] = []
        self.in_flight = self.most_in_flight = 0

    async def fetch(self, asked: Sequence[Asked[str]]) -> Sequence[str | Refusal]:
        self.calls.append(list(asked))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            for _ in range(self._random.randrange(6)):
                await asyncio.sleep(0)
            fate = self._random.random()
            if fate < 0.15:
                raise Away("the call failed")
            if fate < 0.2:
                raise TimeoutError
            return [self._answer(one) for one in asked]
        finally:
            self.in_flight -= 1

    def _answer(self, one: Asked[str]) -> str | Refusal:
        if self._random.random() < 0.15:
            return UnknownMember(f"{one.caller.id} may not see {one.key}")
        return f"{one.key} as {one.caller.id} sees it"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_no_item_of_one_caller_ever_reaches_another(seed: int, askers: int) -> None:
    asyncio.run(_ask_in_disorder(seed, askers))


async def _ask_in_disorder(seed: int, askers: int) -> None:
    choose = random.Random(seed)
    service = Service(seed)
    lane: Lane[str, str] = Lane(service.fetch)

    async def ask(caller: str, key: str, patience: int | None) -> None:
        for _ in range(choose.randrange(8)):
            await asyncio.sleep(0)
        waiting = asyncio.ensure_future(lane.load(member(caller), key))
        if patience is not None:
            for _ in range(patience):
                await asyncio.sleep(0)
            waiting.cancel()
        (outcome,) = await asyncio.gather(waiting, return_exceptions=True)
        if isinstance(outcome, asyncio.CancelledError):
            assert patience is not None
        elif isinstance(outcome, UnknownMember):
            assert str(outcome) == f"{caller} may not see {key}"
        elif isinstance(outcome, Away | TimeoutError):
            assert any(Asked(key, member(caller)) in call for call in service.calls)
        else:
            assert outcome == f"{key} as {caller} sees it"

    async with asyncio.timeout(30):
        await asyncio.gather(
            *(
                ask(choose.choice("abc"), choose.choice("xyz"), choose.choice([None, None, 0, 1, 3]))
                for _ in range(askers)
            )
        )
    assert service.most_in_flight <= 2
    assert all(len(set(call)) == len(call) <= 500 for call in service.calls)


class Gate:
    """A service that answers when it is told to."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.may_answer = asyncio.Semaphore(0)

    async def fetch(self, asked: Sequence[Asked[str]]) -> list[str]:
        self.calls.append([one.key for one in asked])
        await self.may_answer.acquire()
        return [one.key.upper() for one in asked]


async def _turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_is_asked_side_by_side_goes_in_one_call() -> None:
    gate = Gate()
    lane: Lane[str, str] = Lane(gate.fetch)
    gate.may_answer.release()
    assert await asyncio.gather(*(lane.load(member("a"), key) for key in "xyx")) == ["X", "Y", "X"]
    assert gate.calls == [["x", "y"]]


async def test_what_arrives_while_a_call_is_in_flight_leaves_together_with_the_next() -> None:
    gate = Gate()
    lane: Lane[str, str] = Lane(gate.fetch)
    waiting = [lane.load(member("m"), key) for key in "abc"]
    for key in "defg":
        await _turns()
        waiting.append(lane.load(member("m"), key))
    await _turns()
    assert gate.calls == [["a", "b", "c"]]
    gate.may_answer.release()
    await _turns()
    assert gate.calls == [["a", "b", "c"], ["d", "e", "f", "g"]]
    gate.may_answer.release()
    assert await asyncio.gather(*waiting) == list("ABCDEFG")


async def test_beside_a_call_that_hangs_a_second_leaves_once_it_carries_four_times_as_much() -> None:
    gate = Gate()
    lane: Lane[str, str] = Lane(gate.fetch)
    waiting = [lane.load(member("m"), "a")]
    for key in "bcdefghijk":
        await _turns()
        waiting.append(lane.load(member("m"), key))
    assert gate.calls == [["a"], ["b", "c", "d", "e"]]
    gate.may_answer.release()  # the first
    await _turns()
    assert gate.calls[2:] == [], "six items wait for what carries four"
    gate.may_answer.release()
    await _turns()
    assert gate.calls[2:] == [["f", "g", "h", "i", "j", "k"]]
    gate.may_answer.release()
    assert await asyncio.gather(*waiting) == list("ABCDEFGHIJK")


async def test_the_next_call_is_made_before_anybody_is_told_what_the_last_one_brought() -> None:
    gate = Gate()
    lane: Lane[str, str] = Lane(gate.fetch)
    made: list[int] = []
    waiting = [lane.load(member("m"), key) for key in "abc"]
    waiting[0].add_done_callback(lambda _: made.append(len(gate.calls)))
    await _turns()
    waiting += [lane.load(member("m"), key) for key in "defghijk"]
    gate.may_answer.release()
    await waiting[0]
    assert made == [2]
    gate.may_answer.release()
    assert await asyncio.gather(*waiting) == list("ABCDEFGHIJK")


async def test_who_asks_turn_after_turn_goes_together_until_there_are_eight() -> None:
    gate = Gate()
    lane: Lane[str, str] = Lane(gate.fetch)
    for key in "abcdefghij":
        lane.load(member("m"), key)
        await asyncio.sleep(0)
    await _turns()
    assert gate.calls == [list("abcdefgh")]
    gate.may_answer.release()
    await _turns()
    assert gate.calls == [list("abcdefgh"), list("ij")]


async def test_an_item_in_flight_is_asked_for_again_so_that_no_answer_is_older_than_its_question() -> None:
    gate = Gate()
    lane: Lane[str, str] = Lane(gate.fetch)
    first = lane.load(member("m"), "a")
    await _turns()
    second = lane.load(member("m"), "a")
    gate.may_answer.release()
    await first
    await _turns()
    assert gate.calls == [["a"], ["a"]]
    assert not second.done()
    gate.may_answer.release()
    await second


async def test_a_call_holds_at_most_500_items_and_one_group() -> None:
    gate = Gate()
    lane: Lane[str, str] = Lane(gate.fetch, group=lambda key: key[0])
    waiting = [lane.load(member("m"), f"{number % 2}-{number}") for number in range(1200)]
    for _ in range(4):
        gate.may_answer.release()
    assert await asyncio.gather(*waiting) == [f"{number % 2}-{number}" for number in range(1200)]
    assert Counter(len(call) for call in gate.calls) == {500: 2, 100: 2}
    assert all(len({key[0] for key in call}) == 1 for call in gate.calls)


async def test_a_waiter_that_leaves_disturbs_nobody() -> None:
    gate = Gate()
    lane: Lane[str, str] = Lane(gate.fetch)
    leaving, staying = (lane.load(member("m"), "a") for _ in range(2))
    await _turns()
    leaving.cancel()
    gate.may_answer.release()
    assert await staying == "A"


async def test_what_nobody_waits_for_any_more_is_not_asked() -> None:
    gate = Gate()
    lane: Lane[str, str] = Lane(gate.fetch)
    lane.load(member("m"), "a").cancel()
    await _turns()
    assert gate.calls == []


async def test_an_answer_of_the_wrong_length_reaches_nobody() -> None:
    async def fetch(asked: Sequence[Asked[str]]) -> list[str]:
        return ["somebody else's"]

    lane: Lane[str, str] = Lane(fetch)
    waiting = [lane.load(member(caller), "a") for caller in "xy"]
    for one in waiting:
        with pytest.raises(RuntimeError, match="asked for 2 items, 1 came back"):
            await one


async def test_what_was_answered_to_a_query_is_not_asked_again_while_it_is_kept() -> None:
    asked: list[tuple[str, str]] = []

    async def fetch(wanted: Sequence[Asked[str]]) -> list[str | Refusal]:
        asked.extend((one.key, one.caller.id) for one in wanted)
        return [UnknownMember(one.key) if one.key == "?" else one.key.upper() for one in wanted]

    first: Lane[str, str] = Lane(fetch)
    second: Lane[str, str] = Lane(fetch)
    before = kept.set(Answers())
    try:
        for _ in range(2):
            assert await first.load(member("m"), "a") == "A"
            assert await first.load(member("n"), "a") == "A"
            assert await second.load(member("m"), "a") == "A"
            with pytest.raises(UnknownMember):
                await first.load(member("m"), "?")
        assert asked == [("a", "m"), ("a", "n"), ("a", "m"), ("?", "m")]
        first.load(member("m"), "left").cancel()
        assert await first.load(member("m"), "left") == "LEFT"
    finally:
        kept.reset(before)
    await first.load(member("m"), "a")
    assert asked[-1] == ("a", "m")
    assert len(asked) == 6
