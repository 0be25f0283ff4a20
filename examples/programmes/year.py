"""A year of orders: made by a seed, recorded in the order of their payment, and reckoned up by hand beside it."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from huiyuan import Json, Refused, Services

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAYS = 364
_AT_ONCE = 100
_FEN = (1_900, 4_900, 9_900, 12_800, 25_600, 49_900)
"""What a line costs."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a member, by their number, of whole lines in fen."""

    member: int
    paid_at: datetime
    lines: tuple[int, ...]

    @property
    def fen(self) -> int:
        return sum(self.lines)


@dataclass(slots=True)
class Year:
    """What members bought. ``ids`` are theirs at huiyuan, once they are registered."""

    seed: int
    orders: Sequence[Order]
    ids: list[str] = field(default_factory=list)

    def of(self, member: int) -> list[Order]:
        """A member's orders, earliest first."""
        return [order for order in self.orders if order.member == member]


def made(seed: int, members: int, until: datetime) -> Year:
    """The year before an instant: a few members buy often, many now and then, some once."""
    chance = random.Random(seed)  # noqa: S311 - nobody is to be surprised
    orders = []
    for member in range(members):
        for _ in range(min(60, 1 + int(chance.paretovariate(0.9)))):
            paid_at = until - timedelta(seconds=1 + chance.randrange(_DAYS * 86_400))
            lines = tuple(chance.choice(_FEN) for _ in range(chance.randint(1, 4)))
            orders.append(Order(member, paid_at.astimezone(UTC), lines))
    return Year(seed, sorted(orders, key=lambda order: order.paid_at))


def register(year: Year, services: Services, members: int, joined_at: datetime) -> None:
    """Make the members, each with a phone that nobody has; the same seed again finds them again."""
    for number in range(members):
        phone = f"+86199{(year.seed * 1_000 + number) % 100_000_000:08d}"
        identity = {"identity": {"kind": "IDENTITY_KIND_PHONE", "value": phone}, "verified": True}
        new = {
            "identities": [identity],
            "profile": {"displayName": f"会员{number}", "language": "zh-CN"},
            "joinedAt": written(joined_at),
            "idempotencyKey": f"year-{year.seed}-{number}",
        }
        year.ids.append(services.call("members", "ProfilesService/RegisterMember", new)["memberId"])


def record(year: Year, services: Services, programme_id: str, source: str) -> Counter[str]:
    """Record every order in the order of its payment; the points earned by currency. Raises ``Refused``."""
    earned: Counter[str] = Counter()
    sent = [_order(year, number, order, programme_id, source) for number, order in enumerate(year.orders)]
    for begin in range(0, len(sent), _AT_ONCE):
        batch = sent[begin : begin + _AT_ONCE]
        said = services.call("loyalty", "OrdersService/RecordOrders", {"orders": batch})
        for result in said["results"]:
            if refusal := result.get("refusal"):
                raise Refused(f"an order: {refusal['code']} {refusal['message']}")
            for one in result["recorded"]["order"].get("earned", ()):
                earned[one["currency"]] += int(one["points"])
    return earned


def written(instant: datetime) -> str:
    """An instant as JSON has it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _order(year: Year, number: int, order: Order, programme_id: str, source: str) -> Json:
    return {
        "source": source,
        "orderId": f"{year.seed}-{number}",
        "programmeId": programme_id,
        "memberId": year.ids[order.member],
        "lines": [
            {"lineId": str(nth), "sku": f"sku-{fen}", "quantity": "1", "money": _cny(fen)}
            for nth, fen in enumerate(order.lines, 1)
        ],
        "total": _cny(order.fen),
        "paidAt": written(order.paid_at),
        "channel": "app",
    }


def _cny(fen: int) -> Json:
    return {"minorUnits": str(fen), "currency": "CNY"}
