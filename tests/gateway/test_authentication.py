"""Authentication: each surface takes its own tokens only, and says by a code what is wrong with others."""

import base64
import json
from pathlib import Path

import jwt
import pytest
import websockets
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.local.databases import DatabaseUrls
from tests.gateway.gateway_client import ADMIN, ISSUER, STOREFRONT, Gateway, Issuer, code, running

MEMBER = "5f0d6e0a-0000-4000-8000-0000000000aa"


def _unsigned(audience: str) -> str:
    def part(told: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")

    claims = {"iss": ISSUER, "sub": MEMBER, "aud": audience, "iat": 0, "exp": 2**40, "roles": []}
    return f"{part({'alg': 'none', 'kid': 'test'})}.{part(claims)}."


def _by_another_key(audience: str) -> str:
    claims = {"iss": ISSUER, "sub": MEMBER, "aud": audience, "iat": 0, "exp": 2**31}
    return jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": "test"})


def _tokens(issuer: Issuer, ours: str, other: str) -> dict[str, str]:
    good = issuer.token(MEMBER, ours)
    return {
        "Bearer " + issuer.token(MEMBER, other): "WRONG_AUDIENCE",
        "Bearer " + issuer.token(MEMBER, "huiyuan-services"): "WRONG_AUDIENCE",
        "Bearer " + issuer.token(MEMBER, ours, life_s=-30): "TOKEN_EXPIRED",
        "Bearer " + issuer.token(MEMBER, ours, life_s=90_000): "TOKEN_REFUSED",
        "Bearer garbage": "TOKEN_REFUSED",
        "Bearer " + good[:-4] + "AAAA": "TOKEN_REFUSED",
        "Bearer " + _unsigned(ours): "TOKEN_REFUSED",
        "Bearer " + _by_another_key(ours): "TOKEN_REFUSED",
        "Basic dXNlcjpwYXNz": "UNAUTHENTICATED",
        "Bearer": "UNAUTHENTICATED",
    }


@pytest.mark.parametrize(
    ("path", "ours", "other"), [("/graphql", STOREFRONT, ADMIN), ("/admin/graphql", ADMIN, STOREFRONT)]
)
async def test_a_bad_token_is_refused_before_anything_runs(
    gateway: Gateway, path: str, ours: str, other: str
) -> None:
    for header, expected in _tokens(gateway.issuer, ours, other).items():
        answer = await gateway.http.post(
            path, json={"query": "{__typename}"}, headers={"authorization": header}
        )
        assert (answer.status_code, code(answer.json())) == (401, expected), header
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "data" not in answer.json()


async def test_a_storefront_token_must_name_a_member(gateway: Gateway) -> None:
    answer = await gateway.ask("{__typename}", gateway.issuer.token("not-an-id", STOREFRONT))
    assert code(answer) == "TOKEN_REFUSED"


async def test_the_admin_side_serves_nothing_without_a_token(gateway: Gateway) -> None:
    answer = await gateway.post("{programme{id}}", path="/admin/graphql")
    assert (answer.status_code, code(answer.json())) == (401, "UNAUTHENTICATED")


async def test_the_admin_side_tells_strangers_nothing_of_its_schema(gateway: Gateway) -> None:
    for query in ("{noSuchField}", "{", "{programme{noSuchField}}", "{__schema{types{name}}}"):
        answer = await gateway.post(query, path="/admin/graphql")
        assert (answer.status_code, code(answer.json())) == (401, "UNAUTHENTICATED"), query
        public = await gateway.http.get("/admin/graphql", params={"query": query})
        assert (public.status_code, code(public.json())) == (401, "UNAUTHENTICATED"), query


@pytest.mark.parametrize("path", ["/graphql", "/admin/graphql"])
async def test_while_no_key_of_the_issuer_is_known_tokens_are_worth_trying_again(
    tmp_path: Path, redis_url: str, database: DatabaseUrls, path: str
) -> None:
    async with running(tmp_path, redis_url, database.app) as gateway:
        gateway.issuer.jwks.unlink()
        token = gateway.issuer.token(MEMBER, STOREFRONT)
        answer = await gateway.post("{__typename}", token, path=path)
        assert (answer.status_code, code(answer.json())) == (503, "ISSUER_UNAVAILABLE")
        assert answer.json()["errors"][0]["extensions"]["retryable"] is True
        async with websockets.connect(
            gateway.address.replace("http", "ws") + path, subprotocols=["graphql-transport-ws"]
        ) as socket:
            await socket.send(
                json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
            )
            await socket.wait_closed()
            assert (socket.close_code, socket.close_reason[:18]) == (1013, "ISSUER_UNAVAILABLE")


async def test_roles_that_we_do_not_know_give_nothing(gateway: Gateway) -> None:
    token = gateway.issuer.token("ops-1", ADMIN, roles=("root", "PROGRAM_ADMIN", "admin.everything"))
    assert code(await gateway.ask("{programme{id}}", token, path="/admin/graphql")) == "ROLE_NEEDED"


async def test_roles_in_a_storefront_token_give_nothing(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    token = gateway.issuer.token(member_id, STOREFRONT, roles=("program_admin",))
    await gateway.ask(
        'mutation{updateProfile(input:{displayName:"甲",idempotencyKey:"k"}){member{id}}}', token
    )
    caller, _ = gateway.services.requests[-1]
    assert caller.roles == frozenset()
