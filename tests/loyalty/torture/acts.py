"""Acts: everything that is done to a ledger at its doors, each under a name that it is tried again by."""

import random
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import httpx
from huiyuan.kit.v1.kit_pb2 import Refusal, RefusalKind

from services.kit import clock
from tests.loyalty.conftest import Loyalty, cny, order, programme

Json = dict[str, Any]


@dataclass(eq=False)
class Act:
    """One call. ``about`` has to be settled before it means anything; ``answer`` is the first one that came."""

    name: str
    method: str
    body: Json
    about: "Act | None" = None
    answer: Json | None = None
    refusal: str = ""
    tries: int = 0

    @property
    def kind(self) -> str:
        return self.name.partition("-")[0]

    @property
    def settled(self) -> bool:
        return self.answer is not None or bool(self.refusal)

    async def attempt(self, door: Loyalty) -> str:
        """Call once. What came of it: ``answered``, ``refused``, ``retry`` with the refusal's code, or ``lost``.

        Whatever settled it before has to come again.
        """
        self.tries += 1
        early = self.about is not None and not self.about.settled
        try:
            response = await self._call(door)
        except httpx.TransportError:
            return "lost"
        if response.status_code == 200:
            said = {key: value for key, value in response.json().items() if key != "replayed"}
            assert not self.refusal, f"{self.name} was refused before: {self.refusal}"
            assert self.answer in (None, said), f"{self.name} answered {self.answer} before, and now {said}"
            self.answer = said
            return "answered"
        refused = _refusal(response)
        if refused.retryable:
            return f"retry {refused.code}"
        if early and refused.kind == RefusalKind.REFUSAL_KIND_NOT_FOUND:
            return "early"
        assert self.answer is None, f"{self.name} was answered before, and is now refused: {refused.code}"
        # A refused capture is not kept, and its hold may have ended since.
        over = (self.refusal, refused.code) == ("CAPTURE_EXCEEDS_HOLD", "HOLD_NOT_OPEN")
        assert over or self.refusal in ("", refused.code), (
            f"{self.name}: {self.refusal}, and then {refused.code}"
        )
        self.refusal = refused.code
        return "refused"

    async def _call(self, door: Loyalty) -> httpx.Response:
        if self.kind == "adjust":
            return await door.staff(self.method, self.body, "operations")
        return await door.call(self.method, self.body, headers=_as_a_system(door.tokens))


@cache
def _as_a_system(tokens: Callable[..., str]) -> dict[str, str]:
    """The headers of an order system that grants points too; its token is good for all its calls."""
    return {"authorization": f"Bearer {tokens('shop', 'order_recorder', 'point_awarder')}"}


def _refusal(response: httpx.Response) -> Refusal:
    """The refusal that an error carries. Anything else is a fault of ours."""
    details = response.json().get("details", [])
    assert details, f"{response.status_code} without a refusal: {response.text}"
    return Refusal.FromString(b64decode(details[0]["value"] + "=="))


@dataclass
class Shop:
    """Members, and what is done with them, at random by a seed; names are unique within the shop."""

    members: list[str]
    dice: random.Random
    now: Callable[[], datetime] = clock.now
    hold_seconds: tuple[int, ...] = (60, 3600)
    acts: list[Act] = field(default_factory=list)

    def some(self, count: int) -> list[Act]:
        """New acts, some of them about others of them."""
        return [self.one() for _ in range(count)]

    def one(self) -> Act:
        """A new act."""
        kinds = ("pay",) * 4 + ("redeem", "hold", "award") * 2
        kinds += ("refund", "capture", "release", "reverse", "adjust", "transfer")
        made: Act | None = None
        while made is None:  # where there is nothing yet to refund or capture
            kind = self.dice.choice(kinds)
            made = getattr(self, f"_{kind}")(f"{kind}-{len(self.acts)}")
        self.acts.append(made)
        return made

    def welcome(self, member: str) -> Act:
        """A gift to a member, to begin with."""
        name = f"award-{len(self.acts)}"
        body = {
            "memberId": member,
            "points": 2_000,
            "idempotencyKey": name,
            "reason": name.upper().replace("-", "_"),
        }
        self.acts.append(Act(name, "PointsService/AwardPoints", body))
        return self.acts[-1]

    def _earlier(self, *kinds: str) -> Act | None:
        found = [act for act in self.acts[-40:] if act.kind in kinds]
        return self.dice.choice(found) if found else None

    def _pay(self, name: str) -> Act:
        lines = [self.dice.randrange(1, 300) * 100 for _ in range(self.dice.randint(1, 3))]
        member = self.dice.choice(self.members)
        paid_at = self.now().isoformat().replace("+00:00", "Z")
        return Act(name, "OrdersService/RecordOrder", order(member, lines, orderId=name, paidAt=paid_at))

    def _refund(self, name: str) -> Act | None:
        paid = self._earlier("pay")
        if paid is None:
            return None
        asked: Json = {"amount": cny(self.dice.randrange(1, 200) * 100)}
        if self.dice.random() < 0.5:
            asked = {"lines": {"lines": [{"lineId": "1"}]}}
        body = {"source": "shop", "orderId": paid.name, "refundId": name} | asked
        return Act(name, "OrdersService/RecordRefund", body, paid)

    def _redeem(self, name: str) -> Act:
        body = {"memberId": self.dice.choice(self.members), "points": self.dice.choice((20, 100, 400))}
        body |= {"currency": self.dice.choice(("POINTS", "COINS"))}
        body |= {"redemptionId": name, "order": {"source": "till", "orderId": name}}
        return Act(name, "RedemptionsService/RedeemPoints", body)

    def _reverse(self, name: str) -> Act | None:
        spent = self._earlier("redeem", "capture")
        if spent is None:
            return None
        body = {"memberId": spent.body["memberId"], "redemptionId": spent.name, "reversalId": name}
        body |= {"reason": "RETURNED"} | self.dice.choice(({}, {"points": 5}))
        return Act(name, "RedemptionsService/ReverseRedemption", body, spent)

    def _hold(self, name: str) -> Act:
        body = {"memberId": self.dice.choice(self.members), "points": self.dice.choice((20, 100, 400))}
        body |= {"holdId": name, "order": {"source": "till", "orderId": name}}
        body["timeToLiveSeconds"] = self.dice.choice(self.hold_seconds)
        return Act(name, "RedemptionsService/HoldPoints", body)

    def _capture(self, name: str) -> Act | None:
        held = self._earlier("hold")
        if held is None:
            return None
        body = {"memberId": held.body["memberId"], "holdId": held.name, "redemptionId": name}
        body |= {"keepRest": self.dice.random() < 0.5} | self.dice.choice(({}, {"points": 7}))
        return Act(name, "RedemptionsService/CaptureHold", body, held)

    def _release(self, name: str) -> Act | None:
        held = self._earlier("hold")
        if held is None:
            return None
        body = {"memberId": held.body["memberId"], "holdId": held.name}
        return Act(name, "RedemptionsService/ReleaseHold", body, held)

    def _adjust(self, name: str) -> Act:
        body = {"memberId": self.dice.choice(self.members), "currency": "POINTS", "idempotencyKey": name}
        body |= {"points": self.dice.choice((-40, 60)), "reason": name.upper().replace("-", "_")}
        return Act(name, "PointsService/AdjustPoints", body)

    def _award(self, name: str) -> Act:
        body = {"memberId": self.dice.choice(self.members), "points": self.dice.randrange(1, 300)}
        body |= {"currency": self.dice.choice(("POINTS", "COINS"))}
        body |= {"idempotencyKey": name, "reason": name.upper().replace("-", "_")}
        return Act(name, "PointsService/AwardPoints", body)

    def _transfer(self, name: str) -> Act:
        giver, receiver = self.dice.sample(self.members, 2)
        body = {"fromMemberId": giver, "toMemberId": receiver, "points": 30, "transferId": name}
        return Act(name, "TransfersService/TransferPoints", body)


def transferable() -> Json:
    """The usual programme, whose points members may give away, and lose after three days.

    Beside them there are coins, which slide: no statement by itself posts them.
    """
    body = programme()
    expiry = {"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": "P3D", "rounding": "EXPIRY_ROUNDING_NONE"}
    points = body["currencies"][0] | {"transferable": True, "expiry": expiry}
    slides = {"kind": "EXPIRY_KIND_AFTER_INACTIVITY", "period": "P3D"}
    coins = body["currencies"][0] | {"code": "COINS", "expiry": slides}
    body["currencies"] = [points, *body["currencies"][1:], coins]
    return body
