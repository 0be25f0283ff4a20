"""Echoes: whatever is wrong with what somebody sent, neither the answer nor the log repeats it."""

import json
from collections.abc import Iterator
from typing import Any

import graphql
import orjson
import pytest
from graphql.utilities import validate_input_literal, validate_input_value
from structlog.testing import capture_logs

from gateway.admin.schema import schema as admin
from gateway.errors import formatted
from gateway.storefront.schema import schema as storefront
from tests.gateway.gateway_client import Gateway

SECRET = "Alice13900000001"
SCHEMAS = {"/graphql": storefront._schema, "/admin/graphql": admin._schema}
INPUTS = {
    kind.name: kind
    for schema in SCHEMAS.values()
    for kind in schema.type_map.values()
    if graphql.is_input_type(kind)
}
# Complaints differ by what kind of input it is, not by which: one of each is enough for every way to word a value.
SOME = [*{type(kind): kind for kind in INPUTS.values()}.values()]
SOME += [kind for kind in INPUTS.values() if isinstance(kind, graphql.GraphQLScalarType)]
HOSTILE = [
    SECRET,
    f"{SECRET}, found: {SECRET}",
    f"{SECRET}; found: {SECRET}",
    f"x' does not exist in 'Locale' enum. Did you mean {SECRET}?",
    f"x' does not exist in 'Locale' enum. Did you mean the enum value '{SECRET}'?",
    f"{SECRET} unknown field 'x', found: {SECRET}",
    f"Value '{SECRET}' does not exist in 'Locale' enum.",
    f"{SECRET} cannot represent x: {SECRET}",
    f"ZH Did you mean the enum value '{SECRET}'?",
    f"{SECRET}\nDid you mean the enum value 'ZH'? {SECRET}'\"",
    f"{SECRET}, but encountered error 'x'; found: {SECRET}",
    f"ZH Unexpected Name '{SECRET}'",
]


def wrong(kind: graphql.GraphQLNamedType, secret: str) -> Iterator[Any]:
    """Values of which none is one of this type, with a secret in each."""
    yield from (secret, [secret], {secret: 1}, {secret: {secret: secret}}, [{"a": secret}, 13900000001])
    if isinstance(kind, graphql.GraphQLInputObjectType):
        for name in kind.fields:
            yield from ({name: secret}, {name: {secret: secret}}, {name: None, secret: 1}, {name: [[secret]]})
    if isinstance(kind, graphql.GraphQLEnumType):
        yield from (f"{name}{secret}" for name in kind.values)


def literal(value: Any) -> str:
    if isinstance(value, dict):
        fields = " ".join(f"{key}:{literal(one)}" for key, one in value.items())
        return f"{{{fields}}}"
    if isinstance(value, list):
        return f"[{' '.join(map(literal, value))}]"
    return json.dumps(value)


def told(error: graphql.GraphQLError) -> str:
    body = formatted(error, "BAD_USER_INPUT")
    return f"{body['message']} {body.get('path', '')}"


@pytest.mark.parametrize("secret", HOSTILE)
@pytest.mark.parametrize("hides", [False, True])
def test_no_wrong_value_of_any_input_is_repeated(secret: str, hides: bool) -> None:
    seen = set()

    def on_error(error: graphql.GraphQLError, _: object) -> None:
        seen.add((error.message, told(error)))

    for kind in INPUTS.values() if hides and secret == SECRET else SOME:
        for value in wrong(kind, secret):
            validate_input_value(value, kind, on_error, hides)
            if secret == SECRET or not isinstance(value, dict):
                node = graphql.parse_value(literal(value))
                validate_input_literal(node, kind, on_error, None, None, hides)
        if secret == SECRET:
            node = graphql.parse_value(secret)
            validate_input_literal(node, kind, on_error, None, None, hides)
    assert sum(SECRET in message for message, _ in seen) > 20, "the complaints would repeat it"
    assert not [said for _, said in seen if SECRET in said or "13900000001" in said]
    assert all(len(said) > 20 for _, said in seen), "and still say what is wrong"


@pytest.mark.parametrize("surface", SCHEMAS)
def test_no_literal_key_or_alias_of_a_wrong_document_is_repeated(surface: str) -> None:
    schema, s = SCHEMAS[surface], SECRET
    assert schema.query_type is not None
    name, argument = next(
        (name, argument)
        for name, field in schema.query_type.fields.items()
        for argument, one in field.args.items()
        if isinstance(graphql.get_named_type(one.type), graphql.GraphQLScalarType)
    )
    documents = [
        f'{{ "{s}" }}',
        f'{{ {name} """{s}""" }}',
        f"{{ {name}({argument}: {s}@x.example) }}",
        f"{{ {name}({argument}: {s} }}",
        f"{{ {name}({argument}: .13900000001) }}",
        f"{{ {name}({argument}: 013900000001) }}",
        f'{{ {name}({argument}: "\\u{{13900000001}}") }}',
        f"{s} {{ {name} }}",
        f"13900000001 {{ {name} }}",
        f"{{ {name} 13900000001 }}",
        f"{{ {name} 139.00000001 }}",
        f"query(: {s}) {{ {name} }}",
        f"{{ {s}: __typename {s}: __schema {{ description }} }}",
        f'{{ __type(name: "{s}") {{ {s}: name {s}: kind }} }}',
        f"{{ __type(name: {s}) {{ name }} }}",
        f"{{ __type(name: {{ {s}: 1, {s}: 2 }}) {{ name }} }}",
        f'{{ __typename @skip(if: "{s}") }}',
        f'{{ __typename @include(if: {{ {s}: "{s}" }}) }}',
        f'query($x: Int = "{s}") {{ {name}({argument}: $x) }}',
        f"query($x: Boolean = {s}) {{ __typename @skip(if: $x) }}",
    ]
    for document in documents:
        try:
            errors = graphql.validate(schema, graphql.parse(document))
        except graphql.GraphQLError as error:
            errors = [error]
        assert errors, document
        for error in errors:
            assert SECRET not in told(error), (document, error.message)
            assert "13900000001" not in told(error), (document, error.message)


@pytest.mark.parametrize("name", [SECRET, f"_{SECRET}_1", "a" * 101])
async def test_no_name_of_a_document_is_repeated_that_holds_a_number_or_is_longer_than_any(
    gateway: Gateway, name: str
) -> None:
    documents = [
        f"{{ {name} }}",
        f"{{ programme {{ {name} }} }}",
        f"{{ programme({name}: 1) {{ name }} }}",
        f"{{ ...{name} }}",
        f"fragment {name} on Query {{ __typename }} {{ __typename }}",
        f"{{ ... on {name} {{ id }} }}",
        f"{{ __typename @{name} }}",
        f"query(${name}: Int) {{ __typename }}",
        f"query($a: {name}) {{ __typename }}",
        f"query(${name}: Int!) {{ me {{ entries(first: ${name}) {{ nodes {{ type }} }} }} }}",
        f"query {name} {{ __typename }} query {name} {{ __typename }}",
        f"query {name} {{ __typename }} query a {{ __typename }}",
    ]
    _, token = gateway.join()
    for document in documents:
        errors = (await gateway.ask(document, token))["errors"]
        for error in errors:
            assert name not in error["message"], document
            assert len(error["message"]) > 20, document
    for short in ("tierName", "a" * 100, "_2026_11_23"):
        [error] = (await gateway.ask(f"{{ {short} }}", token))["errors"]
        assert f"'{short}'" in error["message"], "what is misspelt is named"


def test_a_fault_is_logged_by_the_schemas_names_not_by_those_of_who_asked() -> None:
    def fails(_: object, __: object) -> str:
        raise ValueError(SECRET)

    field = graphql.GraphQLField(graphql.GraphQLString, resolve=fails)
    schema = graphql.GraphQLSchema(graphql.GraphQLObjectType("Query", {"displayName": field}))
    found = graphql.graphql_sync(schema, f"query {SECRET} {{ {SECRET}: displayName }}")
    [error] = found.errors or []
    with capture_logs() as logged:
        assert formatted(error)["extensions"]["code"] == "INTERNAL"
    [line] = logged
    assert (line["event"], line["at"]) == ("fault", ["displayName"])
    assert SECRET not in str({name: said for name, said in line.items() if name != "exc_info"})


def test_nothing_is_repeated_of_faults_names_and_escapes() -> None:
    def fails(_: object) -> None:
        raise ValueError(SECRET)

    errors: list[graphql.GraphQLError] = []
    odd = graphql.GraphQLScalarType("Odd", coerce_input_value=fails)
    validate_input_value({"a": SECRET}, odd, lambda one, _: errors.append(one))
    asked = graphql.parse("query a { __typename } query b { __typename }")
    found = graphql.execute(SCHEMAS["/graphql"], asked, operation_name=SECRET)
    assert isinstance(found, graphql.ExecutionResult)
    errors += found.errors or []
    for escaped in (r"\u{139000000}", r"\u139x"):
        with pytest.raises(graphql.GraphQLSyntaxError) as raised:
            graphql.parse(f'{{ a(b: "{escaped}") }}')
        errors.append(raised.value)
    for one, wanted in zip(errors, (SECRET, SECRET, "139", "139"), strict=True):
        assert wanted in one.message
        assert wanted not in told(one)


@pytest.mark.parametrize("surface", SCHEMAS)
async def test_neither_an_answer_nor_the_log_repeats_a_variable(
    gateway: Gateway, surface: str, capfd: pytest.CaptureFixture[str]
) -> None:
    schema = SCHEMAS[surface]
    token = gateway.issuer.staff() if surface == "/admin/graphql" else gateway.join()[1]
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    refused = 0
    assert schema.mutation_type is not None
    for name, field in [*schema.mutation_type.fields.items()][:40]:
        if len(field.args) != 1:
            continue
        ((argument, given),) = field.args.items()
        document = f"mutation($i: {given.type}) {{ {name}({argument}: $i) {{ __typename }} }}"
        for value in [*wrong(graphql.get_named_type(given.type), SECRET)][:6]:
            body = {"query": document, "variables": {"i": value, SECRET: SECRET}}
            answer = await gateway.http.post(surface, content=orjson.dumps(body), headers=headers)
            assert SECRET not in answer.text, (name, value, answer.text)
            refused += "errors" in answer.json()
    assert refused > 100
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err
