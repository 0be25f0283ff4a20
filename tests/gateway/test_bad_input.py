"""Bad input: whatever strangers send is refused cheaply and by name, and the process answers the next as ever."""

import asyncio
import base64
import contextlib
import gc
import hmac
import json
import os
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from graphql import get_introspection_query
from websockets.asyncio.client import connect

from gateway import limits
from services.kit.tokens import TokenVerifier
from tests.gateway.gateway_client import ADMIN, ISSUER, STOREFRONT, Gateway, code

JSON = {"content-type": "application/json"}
PATHS = {"/graphql": (STOREFRONT, "me{balances"), "/admin/graphql": (ADMIN, "programme{tiers")}


@pytest.fixture(autouse=True)
async def healthy(gateway: Gateway, production: Gateway) -> AsyncIterator[None]:
    """What each test ends with: nothing was asked of the services, nothing is in flight, and the next is answered."""
    for one in (gateway, production):
        one.services.calls.clear()
    yield
    for one in (gateway, production):
        assert not one.services.calls
        assert one.services.requests == []
    assert (await gateway.http.get("/healthz")).status_code == 200
    _, token = gateway.join()
    assert "errors" not in await gateway.ask("{me{points{available}}}", token)
    assert "\nhuiyuan_graphql_in_flight 0.0\n" in (await gateway.http.get("/metrics")).text


def _token(gateway: Gateway, path: str) -> str:
    return gateway.join()[1] if path == "/graphql" else gateway.issuer.staff()


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
async def test_documents_that_ask_for_too_much_are_refused_quickly(gateway: Gateway, path: str) -> None:
    token = _token(gateway, path)
    for what, query in _documents(PATHS[path][1]).items():
        started = time.perf_counter()
        answer = await gateway.post(query, token, path=path)
        assert time.perf_counter() - started < 1, what
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
    token = _token(gateway, path)
    batch = [{"query": "{__typename}"}] * 1000
    answer = await gateway.http.post(path, json=batch, headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, code(answer.json())) == (400, "BAD_REQUEST")


BODIES: dict[str, bytes] = {
    "invalid UTF-8": b'{"query":"{a\xff\xfe}"}',
    "an overlong form": b'{"query":"\xc0\xaf"}',
    "half a surrogate": b'{"query":"\xed\xa0\x80"}',
    "UTF-16": '{"query":"{__typename}"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"query":"{__typename}"}',
    "nothing": b"",
    "nul": b"\0" * 1000,
    "half of it": b'{"query":"{__typename}"',
    "two of it": b'{"query":"{__typename}"}{"query":"{__typename}"}',
    "nested": b"[" * 50_000,
    "nested objects": b'{"query":' * 10_000,
    "a large number": b'{"query":' + b"9" * 50_000 + b"}",
    "not a number": b'{"query":NaN}',
    "a string": b'"{__typename}"',
    "a query that is none": b'{"query":{"query":"{__typename}"}}',
    "variables that are none": b'{"query":"{__typename}","variables":"{}"}',
}


@pytest.mark.parametrize("what", BODIES)
async def test_bodies_that_are_no_requests_are_refused(gateway: Gateway, what: str) -> None:
    for path in PATHS:
        headers = JSON | {"authorization": f"Bearer {_token(gateway, path)}"}
        answer = await gateway.http.post(path, content=BODIES[what], headers=headers)
        assert (answer.status_code, code(answer.json())) == (400, "BAD_REQUEST")


async def test_ten_megabytes_are_refused_by_what_is_declared_before_they_are_sent(gateway: Gateway) -> None:
    reader, writer = await _opened(gateway)
    writer.write(_head(gateway, "content-length: 10000000"))
    async with asyncio.timeout(30):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    writer.close()


@pytest.mark.parametrize("declared", ["content-length: 10000000", "transfer-encoding: chunked"])
async def test_ten_megabytes_are_not_kept(gateway: Gateway, declared: str) -> None:
    before = _memory()
    reader, writer = await _opened(gateway)
    writer.write(_head(gateway, declared))
    with contextlib.suppress(ConnectionError):
        for _ in range(1000):
            part = b" " * 10_000
            writer.write(b"2710\r\n" + part + b"\r\n" if "chunked" in declared else part)
            await writer.drain()
    async with asyncio.timeout(30):
        with contextlib.suppress(ConnectionError):
            assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    writer.close()
    assert _memory() - before < 20_000_000


@pytest.mark.parametrize("length", ["-1", "x", "1, 2", "99999999999999999999"])
async def test_a_length_that_is_none_is_refused(gateway: Gateway, length: str) -> None:
    reader, writer = await _opened(gateway)
    writer.write(_head(gateway, f"content-length: {length}"))
    async with asyncio.timeout(30):
        status = int((await reader.readline()).split()[1])
    assert status in (400, 413)
    writer.close()


async def test_two_ways_to_say_how_long_it_is_are_one_too_many(gateway: Gateway) -> None:
    reader, writer = await _opened(gateway)
    writer.write(
        _head(gateway, "content-length: 5\r\ntransfer-encoding: chunked")
        + b"0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n"
    )
    async with asyncio.timeout(30):
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
    ],
)
@pytest.mark.parametrize("path", PATHS)
async def test_what_a_page_of_another_site_can_post_is_refused(
    gateway: Gateway, path: str, content_type: str
) -> None:
    token = _token(gateway, path)
    mutation = json.dumps({"query": 'mutation{withdrawConsent(input:{purposes:["x"]}){replayed}}'})
    for headers in (
        {"origin": "https://evil.example", "cookie": f"token={token}"},
        {"origin": "null", "authorization": f"Bearer {token}"},
    ):
        answer = await gateway.http.post(
            path, content=mutation, headers={"content-type": content_type, **headers}
        )
        assert answer.status_code == 415
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
async def test_a_token_in_a_cookie_or_an_address_is_no_token(gateway: Gateway, path: str) -> None:
    token = _token(gateway, path)
    asked = {"query": "{me{id}}" if path == "/graphql" else "{dueRun{due}}"}
    answer = await gateway.http.post(
        path, json=asked, headers={"cookie": f"authorization=Bearer {token}"}, params={"authorization": token}
    )
    assert code(answer.json()) == "UNAUTHENTICATED"


@pytest.mark.parametrize("path", PATHS)
async def test_tokens_that_are_not_ours_are_refused_over_http_and_sockets(
    gateway: Gateway, path: str
) -> None:
    audience = PATHS[path][0]
    for what, token in _wrong_tokens(gateway, audience).items():
        answer = await gateway.post("{__typename}", token, path=path)
        assert answer.status_code == 401, what
        async with connect(
            gateway.address.replace("http", "ws") + path, subprotocols=["graphql-transport-ws"]
        ) as socket:
            init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
            await socket.send(json.dumps(init))
            async with asyncio.timeout(30):
                await socket.wait_closed()
            assert socket.close_code == 4403, what


def _wrong_tokens(gateway: Gateway, audience: str) -> dict[str, str]:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "5f0d6e0a-0000-4000-8000-0000000000aa", "aud": audience}
    claims |= {"iat": now - 60, "exp": now + 600, "roles": []}  # type: ignore[dict-item]
    stranger = Ed25519PrivateKey.generate()
    public = gateway.issuer.jwks.read_text()
    good = gateway.issuer.token(str(claims["sub"]), audience)
    head, body, signature = good.split(".")

    def part(told: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")

    def signed(key: Any, algorithm: str, **headers: str) -> str:
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "test", **headers})

    return {
        "no algorithm": f"{part({'alg': 'none', 'kid': 'test'})}.{body}.",
        "no algorithm, oddly written": f"{part({'alg': 'nOnE', 'kid': 'test'})}.{body}.{signature}",
        "another algorithm's head": f"{part({'alg': 'RS256', 'kid': 'test'})}.{body}.{signature}",
        "the public key as a secret": _by_secret(claims, public.encode()),
        "another audience": gateway.issuer.token(
            str(claims["sub"]), ADMIN if audience == STOREFRONT else STOREFRONT
        ),
        "a stranger's key": signed(stranger, "EdDSA"),
        "a key of its own": signed(stranger, "EdDSA", jwk="{}", jku="https://evil.example/jwks.json"),
        "a key nobody lists": signed(stranger, "EdDSA", kid="mine"),
        "no key": signed(stranger, "EdDSA", kid=""),
        "other claims": f"{head}.{part(claims | {'sub': 'somebody'})}.{signature}",
        "over": gateway.issuer.token(str(claims["sub"]), audience, life_s=-60),
        "endless": f"{head}.{body}.{signature}" + "A" * 50_000,
        "dots": "." * 1000,
    }


def _by_secret(claims: object, secret: bytes) -> str:
    parts = [json.dumps(told).encode() for told in ({"alg": "HS256", "kid": "test"}, claims)]
    said = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(hmac.digest(secret, said, "sha256")).rstrip(b"=")
    return b".".join((said, signature)).decode()


async def test_a_key_that_the_issuer_took_back_opens_nothing_any_more(
    gateway: Gateway,
) -> None:
    listed = gateway.issuer.jwks.read_text()
    old = Ed25519PrivateKey.generate()
    public = base64.urlsafe_b64encode(old.public_key().public_bytes_raw()).decode().rstrip("=")
    both = json.loads(listed)
    both["keys"].append({"kty": "OKP", "crv": "Ed25519", "x": public, "kid": "old", "alg": "EdDSA"})
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "5f0d6e0a-0000-4000-8000-0000000000aa", "aud": STOREFRONT}
    token = jwt.encode(
        claims | {"iat": now, "exp": now + 600}, old, algorithm="EdDSA", headers={"kid": "old"}
    )
    verifiers = _verifiers(STOREFRONT)
    try:
        gateway.issuer.jwks.write_text(json.dumps(both))
        _age(verifiers)
        assert (await gateway.post("{__typename}", token)).status_code == 200
        gateway.issuer.jwks.write_text(listed)
        # Keys are read again every five minutes, beside the requests; a remembered token does not outlive them.
        _age(verifiers)
        async with asyncio.timeout(30):
            answer = await gateway.post("{__typename}", token)
            while answer.status_code != 401:  # the keys are refreshed beside the requests
                await asyncio.sleep(0.01)
                answer = await gateway.post("{__typename}", token)
    finally:
        gateway.issuer.jwks.write_text(listed)


def _verifiers(audience: str) -> list[TokenVerifier]:
    return [one for one in gc.get_objects() if type(one) is TokenVerifier and one._audience == audience]


def _age(verifiers: list[TokenVerifier]) -> None:
    """As if five minutes had passed since the keys were read."""
    for one in verifiers:
        one._loaded_at = float("-inf")


def _memory() -> int:
    gc.collect()
    resident: int = psutil.Process(os.getpid()).memory_info().rss
    return resident


async def _opened(gateway: Gateway) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = gateway.address.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


def _head(gateway: Gateway, *more: str) -> bytes:
    lines = ["POST /graphql HTTP/1.1", "host: x", "content-type: application/json", *more]
    return "\r\n".join([*lines, "", ""]).encode()


def test_a_body_may_be_as_long_as_any_document_that_we_run() -> None:
    assert 10_000_000 > limits.BODY_BYTES >= 100_000
