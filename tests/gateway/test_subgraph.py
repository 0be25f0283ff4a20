"""The subgraph: the storefront in a supergraph, for its router alone, under the storefront's own permissions."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import graphql
import httpx
import pytest

from gateway.storefront import subgraph
from gateway.storefront.schema import schema as storefront
from infra.local.databases import DatabaseUrls
from tests.gateway.gateway_client import Gateway, code, running

PATH = "/subgraph/graphql"
ROUTER_KEY = secrets.token_hex(32)
ENTITIES = (
    "query($of:[_Any!]!){_entities(representations:$of){__typename ... on Member{id points{available}}}}"
)
NOBODY = "5f0d6e0a-0000-4000-8000-0000000000ff"


@pytest.fixture(scope="session")
async def part(
    tmp_path_factory: pytest.TempPathFactory, redis_url: str, database: DatabaseUrls
) -> AsyncIterator[Gateway]:
    """A gateway in production that is a part of a supergraph."""
    folder = Path(tmp_path_factory.mktemp("subgraph"))
    async with running(
        folder, redis_url, database.app, mode="production", STOREFRONT_SUBGRAPH_KEY=ROUTER_KEY
    ) as gateway:
        yield gateway


async def ask(gateway: Gateway, query: str, token: str | None = None, **more: Any) -> dict[str, Any]:
    return await gateway.ask(query, token, path=PATH, headers={"huiyuan-subgraph-key": ROUTER_KEY}, **more)


def member(member_id: str) -> dict[str, str]:
    return {"__typename": "Member", "id": member_id}


async def test_a_router_reads_the_schema_that_is_committed(part: Gateway) -> None:
    answer = await ask(part, "{_service{sdl}}")
    committed = Path(subgraph.__file__).with_name("subgraph.graphql").read_text()
    assert answer["data"]["_service"]["sdl"] == committed


async def test_a_member_resolves_to_herself(part: Gateway) -> None:
    member_id, token = part.join(available=7)
    answer = await ask(part, ENTITIES, token, variables={"of": [member(member_id)]})
    expected = {"__typename": "Member", "id": member_id, "points": {"available": 7}}
    assert answer == {"data": {"_entities": [expected]}}


async def test_whoever_else_is_named_is_answered_as_nobody_and_not_asked_about(part: Gateway) -> None:
    other_id, _ = part.join()
    member_id, token = part.join()
    part.services.heard.clear()
    strange = [
        member(other_id),
        member(NOBODY),
        {"__typename": "Order", "id": member_id},
        {},
        7,
        {"id": member_id},
    ]
    answer = await ask(part, ENTITIES, token, variables={"of": strange})
    assert answer == {"data": {"_entities": [None] * len(strange)}}
    assert not part.services.heard


async def test_strangers_resolve_nobody(part: Gateway) -> None:
    member_id, _ = part.join()
    answer = await ask(part, ENTITIES, variables={"of": [member(member_id)]})
    assert code(answer) == "UNAUTHENTICATED"
    assert "data" not in answer


async def test_a_router_asks_with_documents_of_its_own(part: Gateway) -> None:
    member_id, token = part.join()
    assert (await ask(part, "{me{id}}", token))["data"] == {"me": {"id": member_id}}


async def test_introspection_is_not_for_the_subgraph_either(part: Gateway) -> None:
    assert code(await ask(part, "{__schema{types{name}}}")) == "VALIDATION_FAILED"


@pytest.mark.parametrize(
    "key", [None, "", ROUTER_KEY[:-1], ROUTER_KEY.upper() + "x"], ids=["none", "empty", "short", "other"]
)
async def test_nobody_but_the_router_asks_the_subgraph(part: Gateway, key: str | None) -> None:
    _, token = part.join()
    headers = {"authorization": f"Bearer {token}"} | ({} if key is None else {"huiyuan-subgraph-key": key})
    answer = await part.http.post(PATH, json={"query": "{_service{sdl}}"}, headers=headers)
    assert (answer.status_code, code(answer.json())) == (401, "UNAUTHENTICATED")


async def test_without_a_key_there_is_no_subgraph(production: Gateway, gateway: Gateway) -> None:
    for one in (production, gateway):
        answer: httpx.Response = await one.http.post(PATH, json={"query": "{_service{sdl}}"})
        assert answer.status_code == 404


def test_the_subgraph_is_the_storefront_without_its_subscriptions() -> None:
    told = graphql.parse(subgraph.SDL)
    types = {d.name.value: d for d in told.definitions if isinstance(d, graphql.ObjectTypeDefinitionNode)}
    assert graphql.print_ast(types["Member"].directives[0]) == '@key(fields: "id")'
    assert "https://specs.apollo.dev/federation/v2" in subgraph.SDL
    left_out = {"Subscription", "MemberChange"}
    for name, shown in storefront._schema.type_map.items():
        if (
            isinstance(shown, graphql.GraphQLObjectType)
            and not name.startswith("__")
            and name not in left_out
        ):
            assert {field.name.value for field in types[name].fields} == set(shown.fields), name


def test_the_subgraph_keeps_to_the_storefronts_permissions() -> None:
    from gateway.storefront.schema import permissions

    ours = subgraph.permissions.by_field
    for field, public in ours.items():
        if field not in ("Query._service", "_Service.sdl"):
            assert public is permissions.by_field.get(field, False), field
    assert ours["Query._entities"] is False
