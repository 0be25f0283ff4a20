"""The meter: who pays for an operation, and what happens when there is not enough."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from prometheus_client import Counter

from gateway.limits.rates import Bucket, Buckets, Rate, Taken
from services.kit.refusal import Unavailable
from services.kit.rpc import Caller, CallerKind

throttled_total = Counter(
    "huiyuan_graphql_throttled_total", "Requests refused for their rate.", ["surface", "payer"]
)

LEAST = 1
"""What a request costs at least, whatever becomes of it."""

FORGED = 10
"""What it costs to have a token or a webhook judged that nobody signed whose key we know."""


class Throttled(Unavailable):
    """The caller asked for more than its rate allows; after ``wait_s`` the same may succeed."""

    def __init__(self, charge: "Charge", wait_ms: int) -> None:
        self.wait_s = -(-wait_ms // 1000)
        self.charge = charge
        super().__init__(f"too much was asked in a short time: try again in {self.wait_s} s")


class RatesUnavailable(Unavailable):
    """Spending points waits until what callers do can be counted again."""


@lru_cache(maxsize=20_000)
def _veiled(secret: bytes, name: str) -> str:
    """A name that only those can guess who know the secret."""
    return blake2b(name.encode(), digest_size=16, key=secret, person=b"rate limits").hexdigest()


class Charge(NamedTuple):
    """What an operation was charged, and how that left its payer's bucket; None when nobody counted."""

    cost: int
    rate: Rate
    left: int | None

    def told(self) -> dict[str, object]:
        """As answers tell it, in ``extensions.cost``."""
        status = {
            "maximumAvailable": self.rate.holds,
            "currentlyAvailable": self.left,
            "restoreRate": self.rate.per_second,
        }
        return {"requestedQueryCost": self.cost, "throttleStatus": status}


class Meter:
    """Takes the price of one surface's operations from its callers' buckets."""

    def __init__(
        self, surface: str, rates: Mapping[CallerKind, Rate], buckets: Buckets, secret: bytes
    ) -> None:
        self._surface = surface
        self._secret = secret
        self._rates = rates
        # In one slot of a cluster, so that one call may take from many.
        self._prefixes = {kind: f"{{limits}}:{surface}:{kind}:" for kind in rates}
        self._buckets = buckets

    def payer(self, caller: Caller, address: Callable[[], str]) -> Bucket:
        """Whose bucket an operation is paid from: the caller's own, for strangers that of their address."""
        return self._bucket(caller.kind, address() if caller.kind is CallerKind.ANYONE else caller.id)

    def check_address(self, address: str) -> None:
        """Refuse an address that sent too many forgeries, before another is judged. Raises ``Throttled``."""
        self.check(self._sender(address), FORGED)

    def charge_address(self, address: str) -> None:
        """Charge an address for a forgery."""
        self._buckets.take(self._sender(address), FORGED)

    def _sender(self, address: str) -> Bucket:
        # Of its own: what strangers read there keeps nobody from signing in, nor forged tokens anybody from reading.
        return self._bucket(CallerKind.ANYONE, f"forged tokens from {address}")

    def _bucket(self, kind: CallerKind, name: str) -> Bucket:
        # A member's id tells nothing of a person; an address does, and what an issuer calls its staff may.
        known_as = name if kind is CallerKind.MEMBER else _veiled(self._secret, name)
        return Bucket(self._prefixes[kind] + known_as, self._rates[kind], kind)

    def check(self, payer: Bucket, points: int = LEAST) -> None:
        """Refuse whose bucket is known to hold less, before anything is done. Raises ``Throttled``."""
        short = self._buckets.short_of(payer, points)
        if short is not None:
            raise self._throttled(payer, points, short)

    def pay_later(self, payer: Bucket, cost: int) -> Charge | None:
        """Take a price without waiting, from a bucket that has plenty; None where it has to be waited for."""
        if not self._buckets.is_ample(payer, cost):
            return None
        self._buckets.take_later(payer, cost)
        return Charge(cost, payer.rate, None)

    async def pay(self, payer: Bucket, cost: int, *, paid: int = 0, spends: bool = False) -> Charge:
        """Take what is to be paid still. Raises ``Throttled``; ``RatesUnavailable`` if it ``spends`` and nobody counts."""
        taken = await self._buckets.take(payer, cost - paid)
        if taken is None:
            if spends:
                raise RatesUnavailable("points cannot be spent at the moment: try again")
            return Charge(cost, payer.rate, None)
        if taken.wait_ms:
            raise self._throttled(payer, cost, taken)
        return Charge(cost, payer.rate, taken.left)

    def note(self, payer: Bucket) -> None:
        """Charge what came to nothing, without waiting for it."""
        self._buckets.take(payer, LEAST)

    def _throttled(self, payer: Bucket, points: int, short: Taken) -> Throttled:
        throttled_total.labels(self._surface, payer.payer).inc()
        return Throttled(Charge(points, payer.rate, short.left), short.wait_ms)
