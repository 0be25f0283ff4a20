"""Serving: trusted queries run compiled, free ones once they repeat, and what goes wrong is graphql-core's to tell."""

import asyncio
import json

import pytest

from gateway.documents import manifest
from gateway.documents.prepared import Preparer
from gateway.documents.repeated import Repeated
from gateway.documents.store import Documents
from gateway.limits import OPEN_RULES, TOKENS
from gateway.serving.surface import attempts_discarded
from gateway.storefront.schema import schema
from tests.gateway.gateway_client import Gateway, code

DOCUMENTS = manifest.texts(manifest.STOREFRONT_EXAMPLES)
QUERIES = {
    name: text for name, text in DOCUMENTS.items() if not ("mutation" in text or "subscription" in text)
}


def _discarded(operation: str) -> float:
    return attempts_discarded.labels("storefront", operation)._value.get()


def _asked(name: str) -> dict[str, object]:
    first, _, _ = DOCUMENTS[name].partition("\n")
    given = first.removeprefix("# variables ") if first.startswith("# variables ") else "{}"
    return {"documentId": manifest.key(DOCUMENTS[name]), "variables": json.loads(given)}


@pytest.mark.parametrize("name", QUERIES)
async def test_a_trusted_query_answers_what_the_same_free_one_answers_uncompiled(
    gateway: Gateway, name: str
) -> None:
    member_id, token = gateway.join()
    headers = {"authorization": f"Bearer {token}"}
    asked = _asked(name)
    trusted = await gateway.http.post("/graphql", json=asked, headers=headers)
    # A text that was never seen is not compiled.
    free = {"query": DOCUMENTS[name] + f"\n# {member_id}", "variables": asked["variables"]}
    assert trusted.content == (await gateway.http.post("/graphql", json=free, headers=headers)).content


async def test_the_whole_of_a_member_needs_no_second_run(gateway: Gateway) -> None:
    _, token = gateway.join()
    before = _discarded("Me")
    answer = await gateway.http.post(
        "/graphql", json=_asked("me"), headers={"authorization": f"Bearer {token}"}
    )
    assert "errors" not in answer.json()
    assert _discarded("Me") == before


async def test_a_service_that_is_away_is_asked_once_and_takes_only_its_own_fields(gateway: Gateway) -> None:
    _, token = gateway.join(name="小满")
    gateway.services.away.add("loyalty")
    gateway.services.calls.clear()
    before = _discarded("Me")
    answer = await gateway.http.post(
        "/graphql", json=_asked("me"), headers={"authorization": f"Bearer {token}"}
    )
    me = answer.json()["data"]["me"]
    assert (me["displayName"], me["tier"], me["points"]) == ("小满", None, None)
    assert {error["path"][1] for error in answer.json()["errors"]} == {
        "tier",
        "points",
        "entries",
        "benefits",
    }
    assert _discarded("Me") == before + 1
    assert set(gateway.services.calls.values()) == {1}


async def test_strangers_are_turned_down_before_anything_is_tried(gateway: Gateway) -> None:
    before = _discarded("Me")
    answer = await gateway.http.post("/graphql", json=_asked("me"))
    assert (answer.status_code, code(answer.json())) == (401, "UNAUTHENTICATED")
    assert _discarded("Me") == before


async def test_wrong_variables_are_told_by_graphql_core(gateway: Gateway) -> None:
    _, token = gateway.join()
    for variables in ({}, {"first": None}, {"first": "ten"}, {"first": 2**40}, None):
        asked = {**_asked("me"), "variables": variables}
        answer = await gateway.http.post("/graphql", json=asked, headers={"authorization": f"Bearer {token}"})
        assert code(answer.json()) == "BAD_USER_INPUT", variables


async def test_free_documents_are_compiled_after_their_second_use() -> None:
    preparer = Preparer(schema._schema, OPEN_RULES, tokens=TOKENS, hide_suggestions=False)
    documents = Documents(preparer, [], free=True, repeated=Repeated(preparer.compile))
    uses = [documents.find(None, "{consentPurposes{key}}").queries for _ in range(2)]
    assert not any(uses)
    async with asyncio.timeout(30):
        while not documents.find(None, "{consentPurposes{key}}").queries:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not documents.find(None, "{consentPurposes{name}}").queries


def test_neither_mutations_nor_subscriptions_nor_questions_about_the_schema_are_compiled() -> None:
    preparer = Preparer(schema._schema, OPEN_RULES, tokens=TOKENS, hide_suggestions=False)
    texts = [DOCUMENTS[name] for name in DOCUMENTS.keys() - QUERIES.keys()] + ["{__schema{types{name}}}"]
    assert len(texts) > 3
    for text in texts:
        assert not preparer.compile(preparer.prepare(text)).queries, text
