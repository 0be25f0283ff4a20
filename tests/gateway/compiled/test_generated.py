"""Compiled documents against graphql-core: the same bytes, or no answer, for thousands of made-up documents."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import graphql
import pytest

from gateway.context import Context
from gateway.storefront.schema import schema as storefront
from tests.gateway.compiled import world
from tests.gateway.compiled.documents import document, variables
from tests.gateway.compiled.judging import ANSWERED, FAILED, GIVEN_UP, Case

# graphql-core leaves coroutines behind, where something beside them is wrong.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine '(Executor|GraphQLCoreConverter):RuntimeWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <coroutine object (Executor|GraphQLCoreConverter)"
        ":pytest.PytestUnraisableExceptionWarning"
    ),
]

SHORT = range(64)
IN_FULL = pytest.mark.parametrize(
    "seeds",
    [range(first, first + 1000) for first in range(1000, 11_000, 1000)],
    ids=lambda seeds: str(seeds[0]),
)
"""Ten thousand, by the thousand: what a busy machine does not finish can be gone on with by name."""


async def _judge(
    schema: graphql.GraphQLSchema, depth: int, seeds: range, context_of: Callable[[int], Any]
) -> Counter[str]:
    """What came of documents, sixteen side by side, so that lanes mix what they ask for."""
    came: Counter[str] = Counter()
    for start in range(seeds.start, seeds.stop, 16):
        chunk = range(start, min(start + 16, seeds.stop))
        cases = [_case(schema, depth, seed) for seed in chunk]
        for nth in range(2):
            judged = (case.judge(given[nth], context_of(seed)) for seed, case, given in cases)
            came.update(await asyncio.gather(*judged))
    assert came[ANSWERED] > 0.3 * came.total(), came
    assert came[FAILED] > 0.02 * came.total(), came
    return came


def _case(schema: graphql.GraphQLSchema, depth: int, seed: int) -> tuple[int, Case, list[dict[str, Any]]]:
    """A made-up document with two sets of variables."""
    text, given = document(schema, seed, depth)
    return seed, Case(schema, text), [given, variables(schema, text, seed)]


async def test_any_schema_is_answered_as_graphql_core_answers_it() -> None:
    await _judge(world.SCHEMA, 3, SHORT, world.context)


async def test_the_storefront_is_answered_as_graphql_core_answers_it(
    context_of: Callable[[int], Context],
) -> None:
    _be_rare(await _judge(storefront._schema, 4, SHORT, context_of))


@pytest.mark.torture
@IN_FULL
async def test_any_schema_is_answered_as_graphql_core_answers_it_in_full(seeds: range) -> None:
    await _judge(world.SCHEMA, 3, seeds, world.context)


@pytest.mark.torture
@IN_FULL
async def test_the_storefront_is_answered_as_graphql_core_answers_it_in_full(
    context_of: Callable[[int], Context], seeds: range
) -> None:
    _be_rare(await _judge(storefront._schema, 4, seeds, context_of))


def _be_rare(came: Counter[str]) -> None:
    # Such as null given for a condition of what is left out anyway. A short run may meet a few of them by chance.
    assert came[GIVEN_UP] <= max(3, came.total() / 200), (
        "graphql-core answers what is out of the ordinary, which is rare"
    )
