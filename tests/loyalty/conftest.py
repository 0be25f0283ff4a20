"""A loyalty service in this process on a real database, with a members service at its edge that knows anyone."""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import jwt
import msgpack
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from huiyuan.members.v1.identities_connect import IdentitiesServiceASGIApplication
from huiyuan.members.v1.identities_pb2 import ResolvedMember, ResolveMembersResponse

from services.kit import clock, rpc
from services.loyalty import app
from services.loyalty.settings import Settings

ISSUER = "https://issuer.test"
GATEWAY_KEY, MEMBERS_KEY, CALLED_BY_MEMBERS_KEY, CONSENT_KEY = (secrets.token_bytes(32) for _ in range(4))
JOINED_AT = "2020-01-01T00:00:00+00:00"


class EveryoneKnown:
    """The members service as its caller sees it: knows the ids and customer numbers it was told of."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.customers: dict[str, str] = {}

    async def resolve_members(self, request: Any, _: Any) -> ResolveMembersResponse:
        answer = ResolveMembersResponse()
        for reference in request.references:
            found = (
                reference.member_id
                if reference.member_id in self.ids
                else self.customers.get(reference.identity.value, "")
            )
            answer.members.append(ResolvedMember(member_id=found, joined_at=JOINED_AT if found else ""))
        return answer

    async def find_member(self, request: Any, ctx: Any) -> Any:
        raise NotImplementedError


@dataclass
class Loyalty:
    """A running service, ways to call it as someone, and a look behind it."""

    url: str
    database: str
    owner: str
    members: EveryoneKnown
    tokens: Callable[..., str]
    client: httpx.AsyncClient
    looking: asyncpg.Pool
    signer: rpc.CallerSigner = field(
        default_factory=lambda: rpc.CallerSigner("gateway", {"loyalty": GATEWAY_KEY})
    )

    def new_member(self) -> str:
        member = str(uuid4())
        self.members.ids.add(member)
        return member

    def assertion(self, kind: str, who: str, *roles: str) -> str:
        return self.signer.sign("loyalty", rpc.Caller(rpc.CallerKind(kind), who, frozenset(roles)))

    async def call(self, method: str, body: Any, *, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.client.post(
            f"{self.url}/huiyuan.loyalty.v1.{method}",
            content=body if isinstance(body, bytes) else json.dumps(body),
            headers={"content-type": "application/json", **(headers or {})},
        )

    async def order_system(self, method: str, body: Any, *roles: str) -> httpx.Response:
        token = self.tokens("shop", *(roles or ("order_recorder",)))
        return await self.call(method, body, headers={"authorization": f"Bearer {token}"})

    async def staff(self, method: str, body: Any, *roles: str) -> httpx.Response:
        assertion = self.assertion("staff", "ada", *(roles or ("program_admin", "operations")))
        return await self.call(method, body, headers={rpc.CALLER_HEADER: assertion})

    async def balance(self, member: str, currency: str = "POINTS", programme: str = "") -> dict[str, int]:
        item = {"memberId": member, "caller": self.assertion("member", member)}
        answer = await self.call(
            "PointsService/BatchGetBalances", {"members": [item], "programmeId": programme}
        )
        balances = answer.json()["results"][0]["balances"]["balances"]
        found = next(b for b in balances if b["currency"] == currency)
        return {name: int(found.get(name, 0)) for name in ("available", "pending", "held", "debt")}

    async def entries(self, member: str) -> list[dict[str, Any]]:
        item = {"member": {"memberId": member, "caller": self.assertion("member", member)}, "first": 100}
        answer = await self.call("PointsService/BatchListEntries", {"members": [item]})
        entries: list[dict[str, Any]] = answer.json()["results"][0]["page"].get("entries", [])
        return entries

    async def tier(self, member: str) -> str:
        item = {"memberId": member, "caller": self.assertion("member", member)}
        answer = await self.call("TiersService/BatchGetStandings", {"members": [item]})
        key: str = answer.json()["results"][0]["standing"].get("tier", {}).get("key", "")
        return key

    async def told(self, member: str) -> list[str]:
        """The types of the events about a member that wait in the outbox, in their order."""
        rows = await self.sql("SELECT event FROM outbox WHERE type = 'Packed' ORDER BY lane, seq")
        events = [event for row in rows for event in msgpack.unpackb(row["event"])]
        return [type for member_id, type, _ in events if member_id == member]

    async def sql_at_once(self, *queries: str) -> list[list[asyncpg.Record]]:
        """What several questions find at one instant, while others may still write."""
        async with self.looking.acquire() as connection, connection.transaction(isolation="repeatable_read"):
            return [await connection.fetch(query) for query in queries]

    async def sql(self, query: str, *values: Any) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await self.looking.fetch(query, *values)
        return rows


def programme(**changes: Any) -> dict[str, Any]:
    """A programme in JSON: 1 point and 1 growth per 1.00 CNY, tiers at 500 and 2000 growth."""
    name = {"zh": "名", "en": "name"}
    return {
        "programmeId": "shop",
        "name": name,
        "timeZone": "Asia/Shanghai",
        "moneyCurrency": "CNY",
        "effectiveAt": "1997-01-01T00:00:00Z",
        "currencies": [
            {
                "code": "POINTS",
                "name": name,
                "spendable": True,
                "maturation": {"kind": "MATURATION_KIND_AT_ONCE"},
                "expiry": {
                    "kind": "EXPIRY_KIND_AFTER_PERIOD",
                    "period": "P12M",
                    "rounding": "EXPIRY_ROUNDING_MONTH",
                },
                "negativePolicy": "NEGATIVE_POLICY_ALLOW_NEGATIVE",
            },
            {
                "code": "GROWTH",
                "name": name,
                "maturation": {"kind": "MATURATION_KIND_AT_ONCE"},
                "expiry": {"kind": "EXPIRY_KIND_NEVER"},
                "negativePolicy": "NEGATIVE_POLICY_CLAMP",
            },
        ],
        "earnRules": [
            earn_rule("base", "POINTS", tierMultiplied=True),
            earn_rule("growth", "GROWTH"),
        ],
        "tiers": [tier("silver", 500, "1.2"), tier("gold", 2000, "1.5")],
    } | changes


def earn_rule(key: str, currency: str, **changes: Any) -> dict[str, Any]:
    return {
        "key": key,
        "currency": currency,
        "points": 1,
        "per": {"minorUnits": 100, "currency": "CNY"},
        "rounding": "EARN_ROUNDING_WHOLE_STEPS",
    } | changes


def tier(key: str, growth: int, multiplier: str) -> dict[str, Any]:
    return {
        "key": key,
        "name": {"zh": key, "en": key},
        "conditions": [{"metric": "GROWTH", "atLeast": growth}],
        "multiplier": multiplier,
    }


def order(member: str, minor: int | list[int], **changes: Any) -> dict[str, Any]:
    """An order paid now, with one line for each amount."""
    lines = [minor] if isinstance(minor, int) else minor
    return {
        "source": "shop",
        "orderId": secrets.token_hex(8),
        "memberId": member,
        "lines": [
            {"lineId": f"{n}", "sku": "tea", "quantity": 1, "money": cny(each)}
            for n, each in enumerate(lines, 1)
        ],
        "total": cny(sum(lines)),
        "paidAt": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "channel": "web",
    } | changes


def cny(minor: int) -> dict[str, Any]:
    return {"minorUnits": minor, "currency": "CNY"}


def look(owner: str) -> asyncpg.Pool:
    """Connections behind a service's back, made when one is wanted; that its server dies is nothing to them."""
    return asyncpg.create_pool(owner, min_size=0, max_size=8)


@asynccontextmanager
async def serving(application: Any) -> AsyncIterator[str]:
    """An ASGI application on a free port of loopback, in this process."""
    server = uvicorn.Server(
        uvicorn.Config(
            application, host="127.0.0.1", port=0, log_level="error", access_log=False, timeout_keep_alive=75
        )
    )
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@pytest.fixture(scope="module")
async def postgres(servers: Any) -> AsyncIterator[asyncpg.Connection]:
    """A line to the server as it is, where nothing of ours is."""
    connection = await asyncpg.connect(servers.postgres_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def issuer_key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ed25519PrivateKey, Path]:
    key = Ed25519PrivateKey.generate()
    public = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()
    jwks = tmp_path_factory.mktemp("issuer") / "jwks.json"
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": public, "kid": "test", "alg": "EdDSA", "use": "sig"}
    jwks.write_text(json.dumps({"keys": [jwk]}))
    return key, jwks


@pytest.fixture(scope="session")
def tokens(issuer_key: tuple[Ed25519PrivateKey, Path]) -> Callable[..., str]:
    def make(subject: str, *roles: str, **changes: Any) -> str:
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "sub": subject,
            "roles": list(roles),
            "aud": "huiyuan-services",
            "iss": ISSUER,
            "iat": now,
            "exp": now + 3600,
        } | changes
        return jwt.encode(claims, issuer_key[0], algorithm="EdDSA", headers={"kid": "test"})

    return make


@pytest.fixture(scope="session")
async def members() -> AsyncIterator[tuple[EveryoneKnown, str]]:
    known = EveryoneKnown()
    async with serving(IdentitiesServiceASGIApplication(known)) as url:
        yield known, url


@pytest.fixture(scope="session")
def environment(
    redis_url: str, members: tuple[EveryoneKnown, str], issuer_key: tuple[Ed25519PrivateKey, Path]
) -> Callable[[str], dict[str, str]]:
    """What a loyalty process on a database reads from its environment."""

    def of(database_url: str) -> dict[str, str]:
        return {
            "HUIYUAN_MODE": "development",
            # None of the streams in which other services' tests let a ledger speak.
            "REDIS_URL": redis_url.removesuffix("/0") + "/5",
            "AUTH_JWKS": str(issuer_key[1]),
            "AUTH_ISSUER": ISSUER,
            "DATABASE_URL_LOYALTY": database_url,
            "MEMBERS_URL": members[1],
            "CALLER_KEY_GATEWAY_LOYALTY": base64.b64encode(GATEWAY_KEY).decode(),
            "CALLER_KEY_LOYALTY_MEMBERS": base64.b64encode(MEMBERS_KEY).decode(),
            "CALLER_KEY_MEMBERS_LOYALTY": base64.b64encode(CALLED_BY_MEMBERS_KEY).decode(),
            "CALLER_KEY_LOYALTY_CONSENT": base64.b64encode(CONSENT_KEY).decode(),
            # Nobody is there: whatever the contract needs asks nobody.
            "CONSENT_URL": "http://127.0.0.1:1",
        }

    return of


@pytest.fixture(scope="session")
def make_loyalty(
    new_database: Any,
    environment: Callable[[str], dict[str, str]],
    members: tuple[EveryoneKnown, str],
    tokens: Callable[..., str],
) -> Callable[..., Any]:
    """Makes loyalty services, each on a database of its own with a programme founded."""

    @asynccontextmanager
    async def make(
        founded: dict[str, Any] | None = None,
        urls: Any = None,
        now: clock.Clock = clock.now,
        **told: str,
    ) -> AsyncIterator[Loyalty]:
        at = urls or new_database("loyalty")
        settings = Settings(**environment(at.app) | told)
        async with (
            serving(app.application(settings, now)) as url,
            httpx.AsyncClient(timeout=30) as client,
            look(at.owner) as looking,
        ):
            loyalty = Loyalty(url, at.app, at.owner, members[0], tokens, client, looking)
            if urls is None:
                body = {"programme": founded or programme(), "makeDefault": True, "reason": "test"}
                answer = await loyalty.staff("ProgrammesService/CreateProgramme", body)
                assert answer.status_code == 200, answer.text
            yield loyalty

    return make


@pytest.fixture(scope="session")
async def loyalty(make_loyalty: Callable[..., Any]) -> AsyncIterator[Loyalty]:
    """One service that the tests share; each test brings members of its own."""
    async with make_loyalty() as running:
        yield running
