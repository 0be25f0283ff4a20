"""Fuzz: whatever is asked, well-formed or not, is answered or refused by a code; never by a fault of ours.

The documents are those of ``compiled/documents``: unlike hypothesis-graphql's they have fragments, directives,
aliases and variables with defaults, of every kind of operation.
"""

import asyncio
import json
import random
from collections import Counter
from typing import Any

import graphql
import httpx
import pytest

from gateway.admin.schema import schema as admin
from gateway.errors.catalogue import BY_CODE
from gateway.storefront.schema import schema as storefront
from tests.gateway.compiled.documents import Writer
from tests.gateway.gateway_client import Gateway

SCHEMAS = {"/graphql": storefront._schema, "/admin/graphql": admin._schema}
SHORT, FULL = range(100), range(1000, 2000)

_TEXTS = [
    *("", " ", "\x00", "a\x00b", "\U0001f9fe", "é\u2028\u202e", "x" * 5000, "'; DROP TABLE members; --"),
    *("POINTS", "GOODWILL", "null", "{}", "%s%n", "../../etc/passwd", "0", "-1", "1e999", "=1+1", "entry-3"),
    *("5f0d6e0a-0000-4000-8000-00000000000a", "00000000-0000-0000-0000-000000000000", "+86 139 0000 0001"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "2026-02-30T00:00:00Z"),
    *("2026-12-31", "2026-W01-1", "azE6ZW50cnktMQ", "azE6", "azE6MjAyNi0wMS0wMSB4IFk", "zh-CN"),
    *("P9999999999Y", "NaN", "Infinity"),
]
_NUMBERS = [0, 1, -1, 100, 101, 2**31 - 1, 2**31, 2**53 - 1, 2**53, -(2**53), 2**63, 1.5, -0.0]
_NO_JSON = ["\ud800", 10**400, float("nan")]
"""What a client can write down, and our reader of JSON does not take."""


class Nasty(Writer):
    """Writes documents of any kind, with values at the edges of what their types are, and beyond."""

    def _leaf(self, wanted: Any) -> Any:
        if isinstance(wanted, graphql.GraphQLEnumType) or wanted.name == "Boolean" or self._chance(0.3):
            return super()._leaf(wanted)
        if wanted.name in ("Int", "Long", "Float"):
            return self._choose.choice(_NUMBERS[:6] if wanted.name == "Int" else _NUMBERS)
        return self._choose.choice(_TEXTS)

    def _value(self, wanted: Any) -> Any:
        """What variables carry may be anything, now and then."""
        if self._chance(0.03):
            return self._choose.choice(
                [None, True, [], {}, [[]], {"a": {"b": [None]}}, *_TEXTS, *_NUMBERS, *_NO_JSON]
            )
        return super()._value(wanted)


def request(schema: graphql.GraphQLSchema, seed: int) -> bytes:
    """The body of a request; now and then it is damaged on the way."""
    choose = random.Random(seed)
    text, variables = _valid(schema, choose)
    if choose.random() < 0.15:
        text = _damaged(text, choose)
    body: dict[str, Any] = {"query": text, "variables": variables}
    if choose.random() < 0.1:
        name = choose.choice(["query", "variables", "operationName", "documentId", "extensions"])
        body[name] = choose.choice([None, 7, "Q", [], {}, {"Q": [{}]}, "sha256:", "\x00"])
    sent = json.dumps(body).encode()
    return _damaged_bytes(sent, choose) if choose.random() < 0.05 else sent


def _valid(schema: graphql.GraphQLSchema, choose: random.Random) -> tuple[str, dict[str, Any]]:
    kinds = [("query", schema.query_type)] * 3 + [("mutation", schema.mutation_type)] * 2
    while True:
        writer = Nasty(schema, choose, depth=choose.randint(1, 4))
        text = writer.operation(*choose.choice(kinds))
        if not graphql.validate(schema, graphql.parse(text), max_errors=1):
            return text, writer.variables


def _damaged(text: str, choose: random.Random) -> str:
    place = choose.randrange(len(text))
    scrap = choose.choice(["", "{", "}", "(", '"', '"""', "...", "@", "$x", "!", "\x00", "__typename", "#"])
    return text[:place] + scrap + text[place + choose.randrange(3) :]


def _damaged_bytes(sent: bytes, choose: random.Random) -> bytes:
    place = choose.randrange(len(sent))
    return (
        sent[:place] + choose.choice([b"", b"\xff", b"\xc3", b"\x00", b"]", b"\\ud800"]) + sent[place + 1 :]
    )


async def _fuzz(gateway: Gateway, path: str, seeds: range) -> Counter[str]:
    """What came of requests, eight side by side."""
    _, token = gateway.join()
    tokens = {"/graphql": token, "/admin/graphql": gateway.issuer.staff()}
    came: Counter[str] = Counter()
    asking = asyncio.Semaphore(8)

    async def one(seed: int) -> None:
        headers = {"authorization": f"Bearer {tokens[path]}", "content-type": "application/json"}
        async with asking:
            # Beside the loop, which would leave connections idle for as long as it takes.
            body = await asyncio.to_thread(request, SCHEMAS[path], seed)
            answer = await gateway.http.post(path, content=body, headers=headers)
        came.update(_codes(answer, seed, body))

    for start in range(seeds.start, seeds.stop, 200):
        await asyncio.gather(*(one(seed) for seed in range(start, min(start + 200, seeds.stop))))
        gateway.services.requests.clear()
    assert (await gateway.http.get("/healthz")).status_code == 200
    return came


def _codes(answer: httpx.Response, seed: int, body: bytes) -> list[str]:
    assert answer.status_code < 500, (seed, answer.status_code, body)
    told = answer.json()
    codes = [error["extensions"]["code"] for error in told.get("errors", ())]
    for code in codes:
        assert code != "INTERNAL", (seed, told["errors"], body)
        assert code in BY_CODE or code == "AWAY", (seed, code)
    return codes or ["answered"]


@pytest.mark.parametrize("path", SCHEMAS)
async def test_no_request_finds_a_fault(gateway: Gateway, path: str) -> None:
    came = await _fuzz(gateway, path, SHORT)
    assert came["answered"] > 0.1 * len(SHORT), came
    assert came["BAD_USER_INPUT"], came
    assert came["VALIDATION_FAILED"] + came["PARSE_FAILED"], came


@pytest.mark.torture
@pytest.mark.parametrize("path", SCHEMAS)
async def test_no_request_finds_a_fault_in_full(gateway: Gateway, path: str) -> None:
    print(path, await _fuzz(gateway, path, FULL))
