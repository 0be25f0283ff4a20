"""Pricing: what an operation may make us do at most, told by the schema, down to a number or a variable's multiple."""

import pytest
from graphql import GraphQLSchema, parse

from gateway import limits
from gateway.app.serving import admin_schema, storefront_schema
from gateway.costs import Cost, ListSize
from gateway.documents import manifest
from gateway.documents.prepared import Preparer
from gateway.limits.pricing import ASSUMED_SIZE, INTROSPECTION, Price, Pricing
from tests.gateway.gateway_client import Gateway, code

STOREFRONT, ADMIN = storefront_schema._schema, admin_schema._schema


def _price(query: str, schema: GraphQLSchema = STOREFRONT) -> Price:
    (price,) = Pricing(schema).of(parse(query)).values()
    return price


def _cost(query: str, schema: GraphQLSchema = STOREFRONT, **variables: object) -> int:
    return _price(query, schema).of(variables)


ORDINARY = {
    "{__typename}": 0,
    "{me{id displayName}}": 1,
    "{me{points{available}}}": 2,
    "{me{a:points{available} b:points{available}}}": 3,
    "{me{tier{key nextTier{key}}}}": 3,
    "{me{lots{points}}}": 1 + ASSUMED_SIZE,
    "{me{points{expiringSoon{points}}}}": 2 + ASSUMED_SIZE,
    "{me{balances{expiringSoon{points}}}}": 1 + ASSUMED_SIZE * (1 + ASSUMED_SIZE),
    "{me{...on Member{points{available}}}}": 2,
    "{me{...f ...f}} fragment f on Member{points{available}}": 3,
    "{me{points @include(if:false){available}}}": 2,
    "{me{entries(first:7){pageInfo{endCursor}}}}": 3,
    "{me{entries(first:7){nodes{id}}}}": 2 + 7,
    "{me{entries(first:7){edges{node{id}}}}}": 2 + 7 * 2,
    "{me{entries(first:7){...p}}} fragment p on EntryConnection{nodes{id}}": 2 + 7,
    "{consentPurposes{key notices{id}}}": ASSUMED_SIZE * (1 + 2),
    'mutation{releaseHold(input:{holdId:"h"}){hold{id} userErrors{code facts{name}}}}': 12,
    "subscription{memberChanged{cursor member{points{available}}}}": 10 + 3,
    "{__schema{types{name fields{name}}}}": INTROSPECTION,
}


@pytest.mark.parametrize(("query", "cost"), ORDINARY.items())
def test_objects_cost_one_times_the_lists_they_lie_in(query: str, cost: int) -> None:
    assert _cost(query) == cost


def test_only_slicing_variables_change_a_price() -> None:
    query = "query($n:Int!,$c:String){me{entries(first:$n,currency:$c){nodes{id}}}}"
    price = _price(query)
    assert [price.of({"n": n, "c": "POINTS"}) for n in (0, 1, 100)] == [2, 3, 102]
    assert not _price("query($c:String){me{points(currency:$c){available}}}").sliced


def test_a_variable_without_a_value_counts_as_its_default_or_as_assumed() -> None:
    query = "query($n:Int!{0}){{me{{entries(first:$n){{nodes{{id}}}}}}}}"
    assert _cost(query.format("=30")) == 32
    assert _cost(query.format("")) == 2 + ASSUMED_SIZE
    # What is no size is for the coercion of variables to refuse.
    for nonsense in (None, "many", -5, 2**31, 1.5, [], {}):
        assert _cost(query.format(""), n=nonsense) == 2 + ASSUMED_SIZE


def test_slices_within_lists_multiply() -> None:
    query = "query($n:Int!){me{statement(first:$n){lines{entryId} sums{type}}}}"
    assert _cost(query, n=100) == 2 + 100 + ASSUMED_SIZE


def test_every_operation_of_a_document_has_its_own_price() -> None:
    prices = Pricing(STOREFRONT).of(parse("query A{me{id}} query B{me{points{available}}}"))
    assert {name: price.of(None) for name, price in prices.items()} == {"A": 1, "B": 2}


@pytest.mark.parametrize(
    ("schema", "folder"), [(STOREFRONT, manifest.STOREFRONT_EXAMPLES), (ADMIN, manifest.ADMIN_EXAMPLES)]
)
def test_what_we_ship_as_examples_is_within_the_limit(schema: GraphQLSchema, folder) -> None:
    for name, text in manifest.texts(folder).items():
        for price in Pricing(schema).of(parse(text)).values():
            assert price.of({"first": 50}) <= limits.COST, name


def test_what_spends_points_is_marked_and_what_does_not_is_not() -> None:
    spending = {
        f"{schema_name}.{name}"
        for schema_name, schema in (("storefront", STOREFRONT), ("admin", ADMIN))
        for name, field in schema.mutation_type.fields.items()
        if field.extensions["strawberry-definition"].metadata.get("spends")
    }
    assert spending == {
        *("storefront.redeemPoints", "storefront.holdPoints", "storefront.transferPoints"),
        *("storefront.redeemReward", "storefront.claimCoupon", "storefront.holdCoupons"),
        *("admin.transferPoints", "admin.adjustPoints"),
    }
    redeem = 'mutation{redeemPoints(input:{points:1,redemptionId:"r"}){replayed}}'
    assert _price(redeem).spends
    assert _price("mutation{...m} fragment m on Mutation" + redeem.removeprefix("mutation")).spends
    assert not _price('mutation{releaseHold(input:{holdId:"h"}){replayed}}').spends


@pytest.mark.parametrize("schema", [STOREFRONT, ADMIN])
def test_what_the_schema_says_of_sizes_names_arguments_and_fields_that_there_are(
    schema: GraphQLSchema,
) -> None:
    said = 0
    for shown in schema.type_map.values():
        for field in getattr(shown, "fields", {}).values():
            definition = field.extensions.get("strawberry-definition")
            for directive in getattr(definition, "directives", ()):
                said += 1
                if isinstance(directive, Cost):
                    assert int(directive.weight) >= 0
                if isinstance(directive, ListSize):
                    below = field.type.of_type if hasattr(field.type, "of_type") else field.type
                    assert set(directive.slicing_arguments or ()) <= set(field.args)
                    assert set(directive.sized_fields or ()) <= set(getattr(below, "fields", ()))
    assert said


@pytest.mark.parametrize("schema", [STOREFRONT, ADMIN])
def test_every_field_that_is_paged_says_so(schema: GraphQLSchema) -> None:
    for name, shown in schema.type_map.items():
        for field_name, field in getattr(shown, "fields", {}).items():
            if "first" in getattr(field, "args", {}):
                directives = field.extensions["strawberry-definition"].directives
                assert any(isinstance(one, ListSize) for one in directives), f"{name}.{field_name}"


def test_a_bomb_of_fragments_is_priced_at_once() -> None:
    chain = "".join(f"fragment f{n} on Member{{...f{n + 1} ...f{n + 1}}} " for n in range(40))
    # Whoever spread it would not come to an end.
    assert _cost("{me{...f0}} " + chain + "fragment f40 on Member{points{available}}") == 1 + 2**40


def test_the_price_of_a_prepared_document_costs_next_to_nothing() -> None:
    preparer = Preparer(STOREFRONT, limits.CLOSED_RULES, tokens=limits.TOKENS, hide_suggestions=True)
    text = "query($n:Int!){me{entries(first:$n){nodes{id}}}}"
    price = preparer.prepare(text).price(None)
    assert price is preparer.prepare(text).price(None)
    assert price == Price(2, price.sliced)


async def test_an_operation_that_costs_too_much_is_refused_with_the_numbers(gateway: Gateway) -> None:
    _, token = gateway.join()
    gateway.services.calls.clear()
    pages = " ".join(f"a{n}:entries(first:100){{edges{{node{{id}}}}}}" for n in range(11))
    answer = await gateway.ask(f"{{me{{{pages}}}}}", token)
    assert code(answer) == "LIMIT_EXCEEDED"
    assert str(1 + 11 * 201) in answer["errors"][0]["message"]
    assert str(limits.COST) in answer["errors"][0]["message"]
    assert not gateway.services.calls
