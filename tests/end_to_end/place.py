"""Where bad input is tried: a member with a paid order, and everybody who may come by."""

import time
from base64 import b64decode
from typing import Any

import asyncpg
import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.local import issuer
from tests.end_to_end import books
from tests.end_to_end.callers import OrderSystem, Staff, cny, order
from tests.end_to_end.house import House


class Place:
    """A member with one paid order, and everybody who may come by with bad input."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._connections: dict[str, asyncpg.Connection] = {}
        self.shop, self.staff = OrderSystem(house), Staff(house)
        self.shopper, self.stranger = self.shop.register(), self.shop.register()
        self.paid = order(self.shopper.member_id, 10_000, 30_000)
        self.named = {"source": self.paid["source"], "orderId": self.paid["orderId"]}
        self.shop.record(self.paid)
        self.shop.record(order(self.stranger.member_id, 5_000))
        self.shop.done(
            "OrdersService/RecordRefund", {**self.named, "refundId": "part", "amount": cny(25_000)}
        )

    def token(self, subject: str, audience: str, *roles: str, **claims: Any) -> str:
        """A token of the issuer's own key; ``claims`` replace what it would say."""
        kept = self.house.installation
        key = Ed25519PrivateKey.from_private_bytes(b64decode(kept.issuer_key))
        return signed(subject, audience, *roles, key=key, key_id=key_id(self.house), **claims)

    async def unchanged(self) -> dict[str, books.Content]:
        """What no refusal may change: every table of every service."""
        found: dict[str, books.Content] = {}
        for kind in ("loyalty", "members", "consent"):
            found |= await books.content(kind, await self._connected(kind))
        return found

    async def _connected(self, kind: str) -> asyncpg.Connection:
        """A connection that is kept from one look to the next, since there are two looks a refusal."""
        kept = self._connections.get(kind)
        if kept is None or kept.is_closed():
            kept = self._connections[kind] = await asyncpg.connect(self.house.database(kind).owner)
        return kept

    async def leave(self) -> None:
        """Close what is kept."""
        for connection in self._connections.values():
            await connection.close()


def key_id(house: House) -> str:
    (key,) = orjson.loads(house.installation.jwks.read_bytes())["keys"]
    found: str = key["kid"]
    return found


def signed(
    subject: str, audience: str, *roles: str, key: Ed25519PrivateKey, key_id: str, **claims: Any
) -> str:
    now = int(time.time())
    said = {"iss": issuer.NAME, "sub": subject, "aud": audience, "iat": now, "exp": now + 600}
    return jwt.encode(said | {"roles": list(roles)} | claims, key, algorithm="EdDSA", headers={"kid": key_id})
