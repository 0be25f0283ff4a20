"""The gateway as its users meet it: an issuer of tokens, and requests over real HTTP."""

import base64
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.app.serving import application
from gateway.settings import GatewaySettings
from services.kit.http_protocol import HttpProtocol
from tests.gateway import wire_services
from tests.gateway.doors import Services

ISSUER = "https://issuer.example"
STOREFRONT, ADMIN = "huiyuan-storefront", "huiyuan-admin"
KEY = secrets.token_bytes(32)
PAYERS = ("STOREFRONT_MEMBER", "STOREFRONT_STRANGER", "ADMIN_STAFF", "ADMIN_STRANGER")
RATES = {f"RATE_{payer}": "1000000000+1000000000/s" for payer in PAYERS}
"""More than any test asks for, but for those about rates."""

KEPT = httpx.Limits(max_connections=100, keepalive_expiry=None)
"""A connection is kept as long as the server keeps it: whichever httpcore lets expire it may take from a request to
which it has just been given, which then fails with ``ReadError``."""

ALL_ROLES = ("program_admin", "operations", "support", "privacy_officer", "auditor")


class Issuer:
    """Signs tokens as an operator's OIDC provider would."""

    def __init__(self, folder: Path) -> None:
        self._key = Ed25519PrivateKey.generate()
        public = base64.urlsafe_b64encode(self._key.public_key().public_bytes_raw()).decode().rstrip("=")
        key = {"kty": "OKP", "crv": "Ed25519", "x": public, "kid": "test", "alg": "EdDSA"}
        self.jwks = folder / "jwks.json"
        self.jwks.write_text(json.dumps({"keys": [key]}))

    def token(
        self, subject: str, audience: str, *, roles: tuple[str, ...] = (), life_s: float = 600, **also: Any
    ) -> str:
        now = time.time()
        claims = {
            "iss": ISSUER,
            "sub": subject,
            "aud": audience,
            "iat": int(now) - 60,
            "exp": now + life_s,
            "roles": list(roles),
            **also,
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": "test"})

    def member(self, member_id: str, *, life_s: float = 600) -> str:
        return self.token(member_id, STOREFRONT, life_s=life_s)

    def staff(self, *roles: str) -> str:
        return self.token("ops-1", ADMIN, roles=roles or ALL_ROLES)


class Answer(dict[str, Any]):
    """An answer that says what it is where a test finds something missing in it."""

    def __missing__(self, key: str) -> Any:
        raise KeyError(f"no {key} in {dict(self)}")


@dataclass
class Gateway:
    """A running gateway, the services behind it, and the tokens it believes."""

    address: str
    http: httpx.AsyncClient
    services: Services
    issuer: Issuer

    def join(self, **known: Any) -> tuple[str, str]:
        """A new member, and the member's token."""
        member_id = str(uuid4())
        self.services.join(member_id, **known)
        return member_id, self.issuer.member(member_id)

    async def post(
        self, query: str, token: str | None = None, *, path: str = "/graphql", **more: Any
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        headers |= more.pop("headers", {})
        return await self.http.post(path, json={"query": query, **more}, headers=headers)

    async def ask(self, query: str, token: str | None = None, **more: Any) -> dict[str, Any]:
        return Answer((await self.post(query, token, **more)).json())

    async def admin(self, query: str, *roles: str, **more: Any) -> dict[str, Any]:
        return await self.ask(query, self.issuer.staff(*roles), path="/admin/graphql", **more)


def settings(
    issuer: Issuer, redis_url: str, database_url: str, addresses: dict[str, str], mode: str, **also: str
) -> GatewaySettings:
    key = base64.b64encode(KEY).decode()
    return GatewaySettings.model_validate(
        {
            "HUIYUAN_MODE": mode,
            "REDIS_URL": redis_url,
            "DATABASE_URL_GATEWAY": database_url,
            "AUTH_JWKS": str(issuer.jwks),
            "AUTH_ISSUER": ISSUER,
            "WEBHOOK_KEY": key,
            **{f"{name.upper()}_URL": address for name, address in addresses.items()},
            **{f"CALLER_KEY_GATEWAY_{name.upper()}": key for name in ("loyalty", "members", "consent")},
            **RATES,
            **also,
        }
    )


@asynccontextmanager
async def running(
    folder: Path, redis_url: str, database_url: str, *, mode: str = "development", **also: str
) -> AsyncIterator[Gateway]:
    """A gateway before its three services, all of them over real HTTP."""
    issuer, services = Issuer(folder), Services()
    async with AsyncExitStack() as stack:
        addresses = {
            name: await stack.enter_async_context(
                wire_services.serving(wire_services.application(name, services, KEY))
            )
            for name in ("loyalty", "members", "consent")
        }
        app = application(settings(issuer, redis_url, database_url, addresses, mode, **also))
        spoken = partial(HttpProtocol, turn_away=app.turn_away, direct=app.direct)
        address = await stack.enter_async_context(wire_services.serving(app, http=spoken))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=30, limits=KEPT))
        yield Gateway(address, http, services, issuer)


def code(answer: dict[str, Any]) -> str:
    """The code of an answer's first top-level error."""
    found: str = answer["errors"][0]["extensions"]["code"]
    return found
