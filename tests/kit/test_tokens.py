"""Tokens: only the operator's issuer is believed, for one audience, while the token lives."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.kit.tokens import IssuerUnavailable, TokenExpired, TokenRefused, TokenVerifier

KEY = Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ISSUER = "https://id.example.com"
AUDIENCE = "huiyuan-storefront"


def jwk(key: object, key_id: str, algorithm: str) -> dict[str, object]:
    of = {"EdDSA": "OKPAlgorithm", "RS256": "RSAAlgorithm", "ES256": "ECAlgorithm"}[algorithm]
    return json.loads(getattr(jwt.algorithms, of).to_jwk(key)) | {
        "kid": key_id,
        "alg": algorithm,
        "use": "sig",
    }


def claims(**changed: object) -> dict[str, object]:
    now = int(time.time())
    whole = {
        "sub": "m-1",
        "aud": AUDIENCE,
        "iss": ISSUER,
        "iat": now,
        "exp": now + 600,
        "roles": ["support"],
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def token(
    key: object = KEY, *, algorithm: str = "EdDSA", key_id: str | None = "main", **changed: object
) -> str:
    headers = {"kid": key_id} if key_id else {}
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers=headers)  # type: ignore[arg-type]


def unsigned(algorithm: str, mac_key: bytes | None = None) -> str:
    """A token made by hand, as an attacker would."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).decode().rstrip("=")

    header = {"alg": algorithm, "kid": "main", "typ": "JWT"}
    body = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims()).encode())}"
    mac = hmac.new(mac_key, body.encode(), hashlib.sha256).digest() if mac_key else b""
    return f"{body}.{part(mac)}"


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    publish(path, jwk(KEY.public_key(), "main", "EdDSA"))
    return path


def publish(path: Path, *keys: dict[str, object]) -> None:
    path.write_text(json.dumps({"keys": keys}))


@pytest.fixture
def verifier(jwks: Path) -> TokenVerifier:
    return TokenVerifier(str(jwks), ISSUER, AUDIENCE)


async def test_a_good_token_tells_who_and_in_which_roles(verifier: TokenVerifier) -> None:
    checked = await verifier.verify(token())
    assert (checked.subject, checked.roles) == ("m-1", {"support"})


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (EC, "ES256")])
async def test_issuers_that_sign_by_rsa_or_ecdsa_are_understood(
    jwks: Path, key: object, algorithm: str
) -> None:
    publish(jwks, jwk(key.public_key(), "other", algorithm))  # type: ignore[attr-defined]
    verifier = TokenVerifier(str(jwks), ISSUER, AUDIENCE)
    assert (await verifier.verify(token(key, algorithm=algorithm, key_id="other"))).subject == "m-1"


def in_s(seconds: int) -> int:
    return int(time.time()) + seconds


PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
BAD: dict[str, Callable[[], str]] = {
    "alg none": lambda: unsigned("none"),
    "alg NONE": lambda: unsigned("NONE"),
    "HS256 with the public key as PEM": lambda: unsigned("HS256", PEM),
    "HS256 with the raw public key": lambda: unsigned("HS256", KEY.public_key().public_bytes_raw()),
    "another algorithm than its key's": lambda: token(RSA, algorithm="RS256"),
    "another key": lambda: token(Ed25519PrivateKey.generate()),
    "an unlisted key": lambda: token(key_id="unknown"),
    "no key id": lambda: token(key_id=None),
    "another audience": lambda: token(aud="huiyuan-admin"),
    "another issuer": lambda: token(iss="https://evil.example.com"),
    "expired": lambda: token(exp=in_s(-60)),
    "issued in the future": lambda: token(iat=in_s(60)),
    "not yet valid": lambda: token(nbf=in_s(60)),
    "living too long": lambda: token(exp=in_s(48 * 3600)),
    "no sub": lambda: token(sub=None),
    "no aud": lambda: token(aud=None),
    "no iss": lambda: token(iss=None),
    "no exp": lambda: token(exp=None),
    "no iat": lambda: token(iat=None),
    "roles that are no list": lambda: token(roles="program_admin"),
    "roles that are no names": lambda: token(roles=[1]),
    "a subject that is no text": lambda: token(sub=7),
    "an empty subject": lambda: token(sub=""),
    "a subject of two lines": lambda: token(sub="m-1\nstaff:root"),
    "a subject longer than OIDC allows": lambda: token(sub="m" * 256),
    "an end that is a text": lambda: token(exp=str(in_s(60))),
    "an end without end": lambda: token(exp=float("inf")),
    "a beginning that is none": lambda: token(iat=float("nan")),
    "a changed signature": lambda: token() + "x",
    "nothing": lambda: "",
    "no token": lambda: "not.a.token",
}


@pytest.mark.parametrize("bad", BAD)
async def test_anything_else_is_refused(verifier: TokenVerifier, bad: str) -> None:
    with pytest.raises(TokenRefused) as refusal:
        await verifier.verify(BAD[bad]())
    assert "m-1" not in refusal.value.message


async def test_a_remembered_token_still_ends(
    verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = token(exp=int(time.time()) + 30)
    await verifier.verify(short)
    later = datetime.now(UTC) + timedelta(seconds=60)
    monkeypatch.setattr(time, "time", later.timestamp)
    monkeypatch.setattr(jwt.api_jwt, "datetime", SimpleNamespace(now=lambda tz: later))
    with pytest.raises(TokenExpired):
        await verifier.verify(short)


async def test_a_new_key_is_found_and_a_withdrawn_one_is_refused(
    jwks: Path, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = Ed25519PrivateKey.generate()
    await verifier.verify(token())
    publish(jwks, jwk(new.public_key(), "new", "EdDSA"))
    passed = time.monotonic() + 11
    monkeypatch.setattr(time, "monotonic", lambda: passed)
    assert (await verifier.verify(token(new, key_id="new"))).subject == "m-1"
    with pytest.raises(TokenRefused):
        await verifier.verify(token())


async def test_keys_that_cannot_be_loaded_are_worth_trying_again(tmp_path: Path) -> None:
    with pytest.raises(IssuerUnavailable) as away:
        await TokenVerifier(str(tmp_path / "missing.json"), ISSUER, AUDIENCE).verify(token())
    assert away.value.retryable
