"""Who asks one by one and at once shares calls, and is answered, refused and left in the dark for nobody but oneself."""

import asyncio
import random
from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from services.kit import rpc
from services.kit.refusal import Invalid, NotFound, Unavailable


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
