"""Tokens of nobody's, of somebody else's and of yesterday's keys: refused over HTTP and over sockets."""

import asyncio
import base64
import gc
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import connect

from services.kit.tokens import TokenVerifier
from tests.gateway.bad_input.surfaces import PATHS
from tests.gateway.gateway_client import ADMIN, ISSUER, STOREFRONT, Gateway, code


@pytest.mark.parametrize("path", PATHS)
async def test_tokens_that_are_not_ours_are_refused_over_http_and_sockets(
    gateway: Gateway, path: str
) -> None:
    audience = PATHS[path][0]
    for what, token in _wrong_tokens(gateway, audience).items():
        for accept in ("application/json", "text/event-stream"):
            answer = await gateway.post("{__typename}", token, path=path, headers={"accept": accept})
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), what
            assert code(answer.json()) == _CODES.get(what, "TOKEN_REFUSED"), what
        async with connect(
            gateway.address.replace("http", "ws") + path, subprotocols=["graphql-transport-ws"]
        ) as socket:
            init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
            await socket.send(json.dumps(init))
            async with asyncio.timeout(30):
                await socket.wait_closed()
            assert socket.close_code == 4403, what
            assert str(socket.close_reason).startswith(_CODES.get(what, "TOKEN_REFUSED")), what


_CODES = {
    "another audience": "WRONG_AUDIENCE",
    "over": "TOKEN_EXPIRED",
    "over and a stranger's": "TOKEN_EXPIRED",
}


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
        "over and a stranger's": jwt.encode(
            claims | {"exp": now - 60}, stranger, algorithm="EdDSA", headers={"kid": "test"}
        ),
        "not yet": gateway.issuer.token(str(claims["sub"]), audience, nbf=now + 60),
        "from the future": gateway.issuer.token(str(claims["sub"]), audience, iat=now + 60),
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
