"""Compiled documents against graphql-core: the same bytes, or no answer, for thousands of made-up documents."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import graphql
import orjson
import pytest

from gateway.auth import UNKNOWN, Identity
from gateway.clients import Clients
from gateway.context import Context, Services
from gateway.documents.compiled.compiler import compiled
from gateway.loaders.members import Loaders
from gateway.scalars import Locale
from gateway.serving.executor import executor_of
from gateway.storefront.schema import schema as storefront_schema
from services.kit.rpc import Caller, CallerKind, CallerSigner
from tests.gateway import wire_services
from tests.gateway.compiled import world
from tests.gateway.compiled.any_services import any_services
from tests.gateway.compiled.documents import document

STOREFRONT = storefront_schema._schema
_EXECUTORS = {id(schema): executor_of(schema) for schema in (STOREFRONT, world.SCHEMA)}


async def judge(schema: graphql.GraphQLSchema, text: str, variables: dict[str, Any], context: Any) -> str:
    """Run a document both ways; what came of it, when the two agree."""
    node = graphql.parse(text)
    answer = graphql.execute(
        schema, node, context_value=context, variable_values=variables, executor_class=_EXECUTORS[id(schema)]
    )
    if not isinstance(answer, graphql.ExecutionResult):
        answer = await answer
    (query,) = compiled(schema, node).values()
    for _ in range(2):  # the second time, arguments may be remembered
        data = await query.attempt(context, variables)
        if data is None:
            continue
        assert not answer.errors, (text, variables, answer.errors)
        assert orjson.dumps({"data": data}) == orjson.dumps({"data": answer.data}), (text, variables)
    if data is None and not answer.errors:
        # Giving up is always allowed; it only must not become a habit.
        return "given up"
    return "answered" if data is not None else "failed"


async def _judge_world(seed: int) -> str:
    text, variables = document(world.SCHEMA, seed, 3)
    return await judge(world.SCHEMA, text, variables, world.context(seed))


async def _all(seeds: range, judged: Any) -> Counter[str]:
    came: Counter[str] = Counter()
    for start in range(seeds.start, seeds.stop, 16):
        chunk = range(start, min(start + 16, seeds.stop))
        came.update(await asyncio.gather(*(judged(seed) for seed in chunk)))
    return came


def _is_exercised(came: Counter[str]) -> bool:
    return came["answered"] > 0.4 * came.total() and came["failed"] > 0.02 * came.total()


async def test_any_schema_is_answered_as_graphql_core_answers_it() -> None:
    came = await _all(range(150), _judge_world)
    assert _is_exercised(came), came


@pytest.mark.torture
async def test_any_schema_is_answered_as_graphql_core_answers_it_in_full() -> None:
    came = await _all(range(1000, 11_000), _judge_world)
    assert _is_exercised(came), came


@pytest.fixture(scope="module")
async def services() -> AsyncIterator[Services]:
    async with wire_services.serving(any_services) as address:
        clients = Clients(
            dict.fromkeys(("loyalty", "members", "consent"), address),
            CallerSigner("gateway", dict.fromkeys(("loyalty", "members", "consent"), b"k" * 32)),
        )
        yield Services(clients, Loaders(clients), None, None)  # type: ignore[arg-type]  # queries need no more


def _judge_storefront(services: Services) -> Any:
    async def judged(seed: int) -> str:
        text, variables = document(STOREFRONT, seed, 4)
        member = Identity(Caller(CallerKind.MEMBER, str(UUID(int=seed))))
        context = Context(UNKNOWN if seed % 25 == 0 else member, list(Locale)[seed % 2], services)
        return await judge(STOREFRONT, text, variables, context)

    return judged


async def test_the_storefront_is_answered_as_graphql_core_answers_it(services: Services) -> None:
    came = await _all(range(150), _judge_storefront(services))
    assert _is_exercised(came), came
    assert came["given up"] == 0, came


@pytest.mark.torture
async def test_the_storefront_is_answered_as_graphql_core_answers_it_in_full(services: Services) -> None:
    came = await _all(range(1000, 11_000), _judge_storefront(services))
    assert _is_exercised(came), came
    assert came["given up"] == 0, came
