"""Documents that ask for too much, hide that they do, or are not trusted: refused cheaply and by name."""

import time

import pytest
from graphql import get_introspection_query

from tests.gateway.bad_input.surfaces import PATHS, token_for
from tests.gateway.gateway_client import Gateway, code


def _documents(nest: str) -> dict[str, str]:
    """Documents that ask for too much, or hide that they do."""
    outer, _ = nest.split("{")
    spread = "".join(f"fragment f{n} on Query{{...f{n + 1} ...f{n + 1}}}" for n in range(60))
    return {
        "deep": "{" + f"{nest}{{" * 200 + "x" + "}}" * 200 + "}",
        "deeper than a stack": "{a" * 20_000,
        "nested in arguments": "{a(b:" + "[" * 20_000,
        "wide": "{" + f"{outer}{{id}}" * 5000 + "}",
        "aliased": "{" + "".join(f"a{n}:{outer}{{id}}" for n in range(200)) + "}",
        "fragment bomb": "{...f0}" + spread + f"fragment f60 on Query{{{outer}{{id}}}}",
        "fragments in a circle": "{...a} fragment a on Query{...b} fragment b on Query{...a}",
        "many fragments": "{__typename}"
        + "".join(f"fragment f{n} on Query{{__typename}}" for n in range(300)),
        "many operations": "".join(f"query q{n}{{__typename}}" for n in range(400)),
        "many directives": "{__typename" + "@include(if:true)" * 60 + "}",
        "many variables": "query(" + "".join(f"$v{n}:Int" for n in range(1000)) + "){__typename}",
        "many wrong fields": "{" + " ".join(f"nothing{n}" for n in range(400)) + "}",
        "a long name": "{" + "a" * 90_000 + "}",
        "a long string": '{a(b:"' + "\\u0041" * 12_000 + '")}',
        "a long comment": "#" + "x" * 90_000,
        "a long number": "{a(b:" + "9" * 90_000 + ")}",
    }


@pytest.mark.parametrize("path", PATHS)
async def test_documents_that_ask_for_too_much_are_refused_cheaply(gateway: Gateway, path: str) -> None:
    token = token_for(gateway, path)
    for what, query in _documents(PATHS[path][1]).items():
        started = time.perf_counter()
        answer = await gateway.post(query, token, path=path)
        assert time.perf_counter() - started < 10, what  # a bomb that goes off takes minutes
        assert answer.status_code == 200, what
        assert "data" not in answer.json(), what
        assert 0 < len(answer.json()["errors"]) <= 21, what
        codes = {error["extensions"]["code"] for error in answer.json()["errors"]}
        assert codes <= {"LIMIT_EXCEEDED", "PARSE_FAILED", "VALIDATION_FAILED", "OPERATION_NOT_FOUND"}, what


async def test_introspection_is_refused_in_production_however_it_is_asked(production: Gateway) -> None:
    token = production.issuer.staff()
    for query in (
        get_introspection_query(),
        '{__type(name:"Query"){name}}',
        "{...a} fragment a on Query{s:__schema{types{name}}}",
    ):
        assert code(await production.ask(query, token, path="/admin/graphql")) == "VALIDATION_FAILED"


async def test_the_storefront_runs_no_document_that_it_does_not_know(production: Gateway) -> None:
    _, token = production.join()
    headers = {"authorization": f"Bearer {token}"}
    for asked, expected in (
        ({"query": "{me{id}}"}, "DOCUMENT_NOT_TRUSTED"),
        ({"documentId": "0" * 64}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": "../../etc/passwd"}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": "a" * 50_000}, "DOCUMENT_NOT_FOUND"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}, "BAD_REQUEST"),
        ({}, "BAD_REQUEST"),
    ):
        answer = await production.http.post("/graphql", json=asked, headers=headers)
        assert code(answer.json()) == expected


@pytest.mark.parametrize("path", PATHS)
async def test_batches_are_refused_whole(gateway: Gateway, path: str) -> None:
    token = token_for(gateway, path)
    batch = [{"query": "{__typename}"}] * 1000
    answer = await gateway.http.post(path, json=batch, headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, code(answer.json())) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("path", PATHS)
async def test_what_no_database_can_hold_is_refused_wherever_it_stands(gateway: Gateway, path: str) -> None:
    token = token_for(gateway, path)
    taken = {
        "/graphql": ("String", "me{points(currency:%s){available}}"),
        "/admin/graphql": ("String", "webhookDeliveries(first:1,eventType:%s){nodes{id}}"),
    }
    kind, field = taken[path]
    for query, variables, expected in (
        ("{" + field % '"a\\u0000b"' + "}", None, "VALIDATION_FAILED"),
        (f'query($v:{kind}="a\\u0000b"){{' + field % "$v" + "}", None, "VALIDATION_FAILED"),
        (f"query($v:{kind}){{" + field % "$v" + "}", {"v": "a\0b"}, "BAD_USER_INPUT"),
    ):
        assert code(await gateway.ask(query, token, path=path, variables=variables)) == expected
