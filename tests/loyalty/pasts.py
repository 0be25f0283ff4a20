"""Pasts to look back on: a service whose clock the test moves, and a random history through its doors."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.kit import rpc
from tests.loyalty.conftest import Loyalty, cny, earn_rule, order, programme
from tests.loyalty.spending import done


def utc(text: str) -> datetime:
    """``"2026-01-31 12:00"`` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wire(instant: datetime) -> str:
    """An instant as requests carry it."""
    return instant.isoformat().replace("+00:00", "Z")


@dataclass
class Past:
    """A service at a settable time, and ways to do things in it."""

    loyalty: Loyalty
    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def wait(self, **much: float) -> None:
        self.at += timedelta(**much)

    async def pay(self, member: str, minor: int | list[int], **changes: Any) -> dict[str, Any]:
        body = order(member, minor, **({"paidAt": wire(self.at)} | changes))
        return await done(self.loyalty.order_system("OrdersService/RecordOrder", body))

    async def refund(self, order_id: str, refund_id: str, **what: Any) -> dict[str, Any]:
        body = {"source": "shop", "orderId": order_id, "refundId": refund_id} | what
        return await done(self.loyalty.order_system("OrdersService/RecordRefund", body))

    async def adjust(self, member: str, points: int, key: str, **changes: Any) -> dict[str, Any]:
        body = {
            "memberId": member,
            "currency": "POINTS",
            "points": points,
            "reason": "GOODWILL",
            "idempotencyKey": key,
        }
        return await done(self.loyalty.staff("PointsService/AdjustPoints", body | changes))

    async def spend(self, method: str, member: str, **body: Any) -> dict[str, Any]:
        call = self.loyalty.order_system(f"RedemptionsService/{method}", {"memberId": member, **body})
        return await done(call)

    async def ask(self, method: str, member: str, **body: Any) -> httpx.Response:
        """A call of the StatementsService by the member."""
        headers = {rpc.CALLER_HEADER: self.loyalty.assertion("member", member)}
        return await self.loyalty.call(
            f"StatementsService/{method}", {"memberId": member, **body}, headers=headers
        )

    async def as_of(self, member: str, instant: datetime) -> dict[str, Any]:
        return await done(self.ask("GetBalanceAsOf", member, at=wire(instant)))

    async def statement(self, member: str, since: datetime, until: datetime, **more: Any) -> dict[str, Any]:
        instants = {"since": wire(since), "until": wire(until)}
        body = {"instants": instants, "first": 500, "currency": "POINTS"} | more
        return await done(self.ask("GetStatement", member, **body))

    async def explain(self, member: str, type: str, nth: int = 0) -> dict[str, Any]:
        """The explanation, to staff, of the member's nth entry of a type."""
        entries = [e for e in reversed(await self.loyalty.entries(member)) if e["type"] == type]
        body = {"memberId": member, "entryId": entries[nth]["entryId"]}
        return await done(self.loyalty.staff("StatementsService/ExplainEntry", body, "support"))

    async def look(self, member: str) -> tuple[Any, Any]:
        """What reading the member's balances and lots answers now."""
        headers: dict[str, str] = {}
        item = {"memberId": member, "caller": self.loyalty.assertion("member", member)}
        body = {"members": [item]}
        balances = await done(self.loyalty.call("PointsService/BatchGetBalances", body, headers=headers))
        lots = await done(self.loyalty.call("PointsService/BatchListLots", body, headers=headers))
        return balances["results"][0]["balances"]["balances"], lots["results"][0]["lots"].get("lots", [])


@asynccontextmanager
async def past(make_loyalty: Any, at: str, founded: dict[str, Any] | None = None) -> AsyncIterator[Past]:
    """A service of its own whose clock stands at an instant."""
    there = Past(None, utc(at))  # type: ignore[arg-type]
    async with make_loyalty(founded, now=there) as loyalty:
        there.loyalty = loyalty
        yield there


def lively() -> dict[str, Any]:
    """A programme with all kinds of maturing and expiring: points, promises, and what slides."""
    body = programme()
    points, growth = body["currencies"]
    expiry = {"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": "P20D"}
    slow = points | {
        "code": "SLOW",
        "maturation": {"kind": "MATURATION_KIND_AFTER_PERIOD", "period": "P3D"},
        "expiry": expiry,
    }
    sliding = points | {
        "code": "SLIDING",
        "expiry": {"kind": "EXPIRY_KIND_AFTER_INACTIVITY", "period": "P6D"},
    }
    waiting = points | {
        "code": "WAITING",
        "maturation": {"kind": "MATURATION_KIND_ON_ORDER_COMPLETED"},
        "negativePolicy": "NEGATIVE_POLICY_CLAMP",
    }
    return body | {
        "currencies": [points | {"expiry": expiry}, growth, slow, sliding, waiting],
        "earnRules": [
            *body["earnRules"],
            *(earn_rule(code.lower(), code, tierMultiplied=True) for code in ("SLOW", "SLIDING", "WAITING")),
        ],
    }


@dataclass
class Wanderer:
    """Does anything a member can do, by the dice, and writes down what reads answer in between.

    With ``kin`` members are merged and parted, give points away, bring some along and leave, too.
    """

    past: Past
    dice: random.Random
    members: list[str]
    orders: list[tuple[str, int]] = field(default_factory=list)
    redemptions: list[tuple[str, str]] = field(default_factory=list)
    holds: list[tuple[str, str]] = field(default_factory=list)
    seen: list[tuple[str, datetime, tuple[Any, Any]]] = field(default_factory=list)
    kin: bool = False
    merges: list[tuple[str, str]] = field(default_factory=list)

    async def wander(self, steps: int) -> None:
        for nth in range(steps):
            await (self._kin_step if self.kin and self.dice.random() < 0.4 else self._step)(f"{nth}")
            self.past.wait(milliseconds=1)  # entries of one instant are recorded microseconds apart
            for member in self.members:
                self.seen.append((member, self.past.at, await self.past.look(member)))
            self.past.wait(seconds=self.dice.choice([1, 60, 3_600, 30_000, 90_000, 200_000, 600_000]))
            if self.dice.random() < 0.3:
                member = self.dice.choice(self.members)
                self.seen.append((member, self.past.at, await self.past.look(member)))
                self.past.wait(milliseconds=1)

    async def _kin_step(self, nth: str) -> None:
        dice, loyalty, (member, other) = self.dice, self.past.loyalty, self.dice.sample(self.members, 2)
        code, points = dice.choice(["POINTS", "SLOW", "SLIDING"]), dice.randrange(1, 60)
        match dice.choice(["merge", "merge", "part", "part", "give", "bring", "leave", "refund late"]):
            case "merge":
                body = {"fromMemberId": member, "intoMemberId": other, "mergeId": nth, "reason": "TEST"}
                if (await loyalty.staff("MergesService/MergeMembers", body)).status_code == 200:
                    self.merges.append((member, nth))
            case "part" if self.merges:
                gone, merge_id = dice.choice(self.merges[-2:])
                body = {"fromMemberId": gone, "mergeId": merge_id, "reason": "TEST"}
                await loyalty.staff("MergesService/UnmergeMembers", body)
            case "give":
                body = {"fromMemberId": member, "toMemberId": other, "transferId": nth}
                headers = {rpc.CALLER_HEADER: loyalty.assertion("member", member)}
                asked = body | {"points": points, "currency": code}
                await loyalty.call("TransfersService/TransferPoints", asked, headers=headers)
            case "leave" if dice.random() < 0.4:
                body = {"memberId": member, "forfeitId": nth, "reason": "CLOSED"}
                await loyalty.staff("ForfeitsService/ForfeitPoints", body)
            case "refund late" if self.orders:
                order_id, total = dice.choice(self.orders)
                refund = {
                    "source": "shop",
                    "orderId": order_id,
                    "refundId": nth,
                    "amount": cny(1 + total // 3),
                }
                refund["refundedAt"] = wire(self.past.at - timedelta(hours=dice.choice([1, 30])))
                await loyalty.order_system("OrdersService/RecordRefund", refund)
            case _:
                until = (self.past.at + timedelta(days=dice.randrange(1, 30))).date()
                lots = [{"points": points, "expiresOn": f"{until}"}]
                lots.append({"points": 7, "maturesAt": wire(self.past.at + timedelta(days=2))})
                balance = {"memberId": member, "currency": code, "importId": nth, "lots": lots}
                await done(
                    loyalty.order_system(
                        "ImportsService/ImportBalances", {"balances": [balance]}, "order_importer"
                    )
                )

    async def _step(self, nth: str) -> None:
        dice, member, loyalty = self.dice, self.dice.choice(self.members), self.past.loyalty
        code = dice.choice(["POINTS", "POINTS", "SLOW", "SLIDING"])
        body: dict[str, Any] = {"memberId": member, "currency": code, "points": dice.randrange(1, 90)}
        match dice.choice(
            ["pay", "pay", "pay", "refund", "complete", "redeem", "hold", "capture", "reverse", "adjust"]
        ):
            case "pay":
                lines = [dice.randrange(0, 9_000) for _ in range(dice.randrange(1, 4))]
                paid_at = self.past.at - timedelta(days=dice.choice([0, 0, 0, 1, 30]))
                await self.past.pay(member, lines, orderId=f"o{nth}", paidAt=wire(paid_at))
                self.orders.append((f"o{nth}", sum(lines)))
            case "refund" if self.orders:
                order_id, total = dice.choice(self.orders)
                amount = {"amount": cny(dice.randrange(1, total + 2))}
                what = dice.choice([amount, {"lines": {"lines": [{"lineId": "1"}]}}])
                refund = {"source": "shop", "orderId": order_id, "refundId": f"r{nth}", **what}
                await loyalty.order_system("OrdersService/RecordRefund", refund)
            case "complete" if self.orders:
                done_order = {"source": "shop", "orderId": dice.choice(self.orders)[0]}
                await loyalty.order_system("OrdersService/CompleteOrder", done_order)
            case "redeem":
                asked = body | {"redemptionId": f"x{nth}"}
                if (await loyalty.order_system("RedemptionsService/RedeemPoints", asked)).status_code == 200:
                    self.redemptions.append((member, f"x{nth}"))
            case "hold":
                asked = body | {"holdId": f"h{nth}", "timeToLiveSeconds": dice.choice([600, 90_000, 500_000])}
                if (await loyalty.order_system("RedemptionsService/HoldPoints", asked)).status_code == 200:
                    self.holds.append((member, f"h{nth}"))
            case "capture" if self.holds:
                whose, hold_id = dice.choice(self.holds)
                asked = {"memberId": whose, "holdId": hold_id, "redemptionId": f"x{nth}", "points": 7}
                asked |= {"keepRest": dice.random() < 0.6}
                if (await loyalty.order_system("RedemptionsService/CaptureHold", asked)).status_code == 200:
                    self.redemptions.append((whose, f"x{nth}"))
            case "reverse" if self.redemptions:
                whose, redemption = dice.choice(self.redemptions)
                asked = {
                    "memberId": whose,
                    "redemptionId": redemption,
                    "reversalId": f"v{nth}",
                    "reason": "WRONG",
                }
                await loyalty.order_system("RedemptionsService/ReverseRedemption", asked)
            case _:
                points = dice.choice([-40, 15, 60])
                asked = body | {"points": points, "reason": "TEST", "idempotencyKey": f"a{nth}"}
                await loyalty.staff("PointsService/AdjustPoints", asked)
