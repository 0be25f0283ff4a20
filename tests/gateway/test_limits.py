"""Limits: what asks for too much is refused cheaply and with a code; what was valid once is not validated again."""

import pytest
from graphql import get_introspection_query

from gateway import limits
from gateway.app.serving import admin_schema, storefront_schema
from gateway.documents.prepared import DocumentRefused, Preparer
from tests.gateway.gateway_client import Gateway, code

TOO_MUCH = {
    "deep": "{" + "me{balances{" * 5 + "currency" + "}}" * 5 + "}",
    "aliased": "{me{" + " ".join(f"a{n}:id" for n in range(16)) + "}}",
    "aliased through fragments": "{a:me{...f} b:me{...f}} fragment f on Member{"
    + " ".join(f"a{n}:id" for n in range(8))
    + "}",
    "full of directives": "{me{id " + "@include(if:true)" * 51 + "}}",
    "long": "{me{" + "id " * 1001 + "}}",
}


async def test_documents_that_ask_for_too_much_are_refused(gateway: Gateway) -> None:
    _, token = gateway.join()
    gateway.services.calls.clear()
    for why, query in TOO_MUCH.items():
        answer = await gateway.ask(query, token)
        assert "data" not in answer, why
        codes = {error["extensions"]["code"] for error in answer["errors"]}
        assert codes & {"LIMIT_EXCEEDED", "PARSE_FAILED"}, why
    assert not gateway.services.calls


async def test_documents_at_the_limits_are_served(gateway: Gateway) -> None:
    _, token = gateway.join()
    query = "{me{" + " ".join(f"a{n}:id" for n in range(15)) + "}}"
    assert "errors" not in await gateway.ask(query, token)


async def test_spreading_a_fragment_many_times_counts_each_time(gateway: Gateway) -> None:
    chain = "".join(f"fragment f{n} on Member{{...f{n + 1} ...f{n + 1} id}} " for n in range(20))
    query = "{me{...f0}} " + chain + "fragment f20 on Member{id}"
    answer = await gateway.ask(query)
    assert code(answer) == "LIMIT_EXCEEDED"


async def test_fragments_that_spread_themselves_are_refused(gateway: Gateway) -> None:
    answer = await gateway.ask("{me{...a}} fragment a on Member{...b} fragment b on Member{...a}")
    assert code(answer) == "VALIDATION_FAILED"


async def test_lists_and_nesting_in_variables_are_limited(gateway: Gateway) -> None:
    query = "query($v:String){__typename @include(if:true) me{points(currency:$v){currency}}}"
    answer = await gateway.ask(query, variables={"v": ["x"] * 251})
    assert code(answer) == "LIMIT_EXCEEDED"
    nested: object = "x"
    for _ in range(12):
        nested = {"v": nested}
    assert code(await gateway.ask(query, variables=nested)) == "LIMIT_EXCEEDED"


async def test_bodies_beyond_the_limit_are_refused(gateway: Gateway) -> None:
    answer = await gateway.post("{__typename}" + " " * 10_000_000)
    assert answer.status_code == 413

    async def chunks():  # no content-length to go by
        for _ in range(11):
            yield b" " * 10_240

    answer = await gateway.http.post(
        "/graphql", content=chunks(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 413


async def test_batches_are_not_served(gateway: Gateway) -> None:
    answer = await gateway.http.post("/graphql", json=[{"query": "{__typename}"}])
    assert (answer.status_code, code(answer.json())) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("schema", [storefront_schema, admin_schema])
def test_a_document_is_parsed_and_validated_once(schema) -> None:
    preparer = Preparer(schema._schema, limits.CLOSED_RULES, tokens=limits.TOKENS, hide_suggestions=True)
    first = preparer.prepare("{__typename}")
    assert preparer.hits == 0
    assert preparer.prepare("{__typename}") is first
    assert preparer.hits == 1


def test_what_was_refused_is_not_remembered_in_the_place_of_what_was_valid() -> None:
    preparer = Preparer(
        storefront_schema._schema, limits.CLOSED_RULES, tokens=limits.TOKENS, hide_suggestions=True
    )
    for _ in range(2):
        with pytest.raises(DocumentRefused):
            preparer.prepare("{nothing}")
    assert preparer.hits == 0


async def test_introspection_is_for_development(gateway: Gateway, production: Gateway) -> None:
    assert "errors" not in await gateway.ask(get_introspection_query())
    answer = await production.admin("{__schema{types{name}}}")
    assert code(answer) == "VALIDATION_FAILED"
    assert "data" not in answer


async def test_production_suggests_no_names(gateway: Gateway, production: Gateway) -> None:
    said = (await production.admin("{programm{id}}"))["errors"][0]["message"]
    assert "Did you mean" not in said
    said = (await gateway.admin("{programm{id}}"))["errors"][0]["message"]
    assert "Did you mean" in said
