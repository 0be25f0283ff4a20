"""Ways to spend at the service's own doors, as the order system or as a member."""

from base64 import b64decode
from typing import Any

import httpx
from huiyuan.kit.v1.kit_pb2 import Refusal

from services.kit import rpc
from tests.loyalty.conftest import Loyalty, programme

HUNDREDS = {
    "points": 100,
    "worth": {"minorUnits": 100, "currency": "CNY"},
    "minimum": 100,
    "multiple": 100,
    "capBasisPoints": 5_000,
}
"""A conversion: 100 points are worth 1.00, and pay for half of an order at the most, by the hundred."""


def convertible(**changes: Any) -> dict[str, Any]:
    """The usual programme, its points never expiring and paying for orders by the hundred."""
    body = programme()
    body["currencies"][0] |= {"conversion": HUNDREDS, "expiry": {"kind": "EXPIRY_KIND_NEVER"}} | changes
    return body


async def spend(loyalty: Loyalty, method: str, member: str, **body: Any) -> httpx.Response:
    """A call of the RedemptionsService by the order system."""
    return await loyalty.order_system(f"RedemptionsService/{method}", {"memberId": member, **body})


async def spend_as(loyalty: Loyalty, caller: str, method: str, member: str, **body: Any) -> httpx.Response:
    """The same by a member, for oneself or for another."""
    headers = {rpc.CALLER_HEADER: loyalty.assertion("member", caller)}
    return await loyalty.call(f"RedemptionsService/{method}", {"memberId": member, **body}, headers=headers)


async def done(call: Any) -> dict[str, Any]:
    """The answer of a call that is done."""
    answer: httpx.Response = await call
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def code(answer: httpx.Response) -> str:
    """The code of a refusal."""
    assert answer.status_code != 200, answer.text
    found: str = answer.json()["message"].split(":")[0]
    return found


def facts(answer: httpx.Response) -> dict[str, str]:
    """The numbers that a refusal says led to it."""
    detail = answer.json()["details"][0]["value"]
    return dict(Refusal.FromString(b64decode(detail + "==")).facts)


async def with_points(loyalty: Loyalty, points: int) -> str:
    """A new member who was credited points by hand."""
    member = loyalty.new_member()
    await credit(loyalty, member, points, "gift")
    return member


async def credit(loyalty: Loyalty, member: str, points: int, key: str) -> None:
    """Points by hand, in one lot that never expires or as the programme says."""
    body = {
        "memberId": member,
        "currency": "POINTS",
        "points": points,
        "reason": "GIFT",
        "idempotencyKey": key,
    }
    await done(loyalty.staff("PointsService/AdjustPoints", body))


async def footprint(loyalty: Loyalty, member: str) -> tuple[int, list[Any], list[Any]]:
    """What a member's ledger is, down to the rows: how many entries, the wallets, the holds."""
    (entries,) = await loyalty.sql("SELECT count(*) AS n FROM entries WHERE member_id = $1", member)
    wallets = await loyalty.sql("SELECT * FROM wallets WHERE member_id = $1 ORDER BY currency", member)
    holds = await loyalty.sql("SELECT * FROM holds WHERE member_id = $1 ORDER BY hold_id", member)
    return entries["n"], [tuple(row) for row in wallets], [tuple(row) for row in holds]
