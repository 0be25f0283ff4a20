"""A busy ledger: real lanes on a real database, months of every operation in a second, by a clock of its own."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg

from services.kit import database
from services.kit.clock import micros
from services.kit.refusal import Refusal
from services.loyalty.actions import rewards
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.earning.earn_rules import AwardKind, Cap, CapWindow
from services.loyalty.rules.ledger import adjustments, awards, holding, imports, redemptions, transfers
from services.loyalty.rules.ledger.asks import Ask
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.ledger.expiry import Expiry, Maturation, MaturationKind, Period
from services.loyalty.rules.ledger.moves import Move
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.members import forfeits, merging, unmerging
from services.loyalty.rules.orders import checkout, completion, returns
from services.loyalty.rules.orders.orders import Line, Order, fingerprint
from services.loyalty.rules.orders.refunds import RefundLine
from services.loyalty.rules.programmes.drafts import Publisher
from services.loyalty.rules.programmes.programmes import NegativePolicy
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.rewards import reward_redemptions
from services.loyalty.rules.rewards.rewards import RewardKind, Terms
from services.loyalty.rules.tiers import placements
from services.loyalty.rules.tiers.standings import PlacementKind
from services.loyalty.storage.ledger.outside import Outside
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.programmes import programmes
from tests.loyalty.rules.memory import currency, programme, rule, tier

WEEK, MONTH = Period(0, 7), Period(1, 0)
CURRENCIES = (
    currency("POINTS", 0, expiry=Expiry(MONTH), transferable=True),
    currency(
        "LATER",
        0,
        maturation=Maturation(MaturationKind.AFTER_PERIOD, WEEK),
        expiry=Expiry(Period(2, 0)),
        negative_policy=NegativePolicy.CLAMP,
    ),
    currency(
        "PROMISED",
        0,
        maturation=Maturation(MaturationKind.ON_ORDER_COMPLETED),
        expiry=Expiry(Period(12, 0)),
        negative_policy=NegativePolicy.REFUSE,
    ),
    currency("SLIDING", 0, expiry=Expiry(Period(0, 10), sliding=True), transferable=True),
)
REWARD = "cup"
CUP = Terms(Text("杯", "cup"), Text("杯", "cup"), RewardKind.GOODS, "", "POINTS", 40, limited=True)
CODES = [rules.code for rules in CURRENCIES]
CAPS = tuple(
    Cap(window, points)
    for window, points in (
        (CapWindow.DAY, 90),
        (CapWindow.WEEK, 200),
        (CapWindow.MONTH, 600),
        (CapWindow.YEAR, 9_000),
        (CapWindow.EVER, 9_999),
    )
)
TIERS = (tier("silver", 40_000, 1.2, "SPEND"), tier("gold", 3_000, 1.5, "EARNED:POINTS"))
LIMITED = (
    rule(1, 300, key="festive", caps=CAPS, budget=9_000),
    rule(1, 500, "LATER", key="autumn", budget=500),
    rule(
        *(0, 0, ""),
        key="coupons",
        award=AwardKind.COUPON,
        coupon_template="ten",
        tier_multiplied=False,
        budget=40,
    ),
)


class Shop:
    """A programme, some members, and everything that is done to them, at random by a seed."""

    lanes: Lanes

    def __init__(self, number: int, seed: int, members: int = 12) -> None:
        self.number = number
        self.dice = random.Random(seed)
        self.ids = count(1)
        self.clock = datetime(2026, 1, 5, 9, tzinfo=UTC)
        self.members = [str(UUID(int=self.dice.getrandbits(128), version=4)) for _ in range(members)]
        self.orders: list[Order] = []
        self.spent: list[tuple[str, str]] = []
        self.held: list[tuple[str, str]] = []
        self.merged: list[tuple[str, str, str]] = []
        self.refused: dict[str, int] = {}

    async def do(self, operation: Any, member: str, **touched: Any) -> Answer | None:
        return await self.submit(Task(operation, Touches(((member, self.number),), **touched)))

    async def submit(self, task: Task) -> Answer | None:
        """An operation's answer; None when it was refused, which is counted."""
        try:
            return await self.lanes.submit(task)
        except Refusal as refusal:
            self.refused[refusal.code] = self.refused.get(refusal.code, 0) + 1
            return None

    @asynccontextmanager
    async def open(self, url: str, *, lanes: int, outside: Outside | None = None) -> AsyncIterator[None]:
        """Lanes run, by the shop's own clock."""
        pool = await database.pool(url)
        self.lanes = Lanes(url, Rulebook(pool, outside=outside), lanes, lambda: self.clock)
        running = asyncio.ensure_future(self.lanes.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await pool.close()

    async def live(self, days: int, a_day: int, *, merging: bool) -> None:
        """So many days, each with so many operations side by side; who merges or leaves does so between two days."""
        doings = (self.order, self.order, self.redeem, self.refund, self.complete, self.hold)
        doings += (
            self.capture,
            self.release,
            self.reverse,
            self.adjust,
            self.award,
            self.transfer,
            self.bring,
        )
        for day in range(days):
            await asyncio.gather(*(self.dice.choice(doings)() for _ in range(a_day)))
            if merging:
                await (self.merge, self.unmerge, self.forfeit)[day % 3]()
            self.clock += timedelta(hours=self.dice.choice((1, 20, 24, 49)))

    async def end(self) -> None:
        """What chance may have left out: points written off, debt, a redemption refunded, holds that stay open, rewards,
        a sliding promise, a merge that stands, an order that was completed, and somebody who leaves with nothing."""
        member, other, idle = (str(UUID(int=self.dice.getrandbits(128), version=4)) for _ in range(3))
        await self.leave(idle)
        await self.order(member, [10_000])
        self.clock += timedelta(days=8)
        await self.redeem(Ask(member, "shop", "LATER", 100, b"", "staff:ada", "TEST"))
        await self.refund(self.orders[-1], whole=True)
        await self.order(other, [10_000])
        await self.redeem(Ask(other, "shop", "POINTS", 50, b"", "staff:ada", "TEST", self.orders[-1].ref))
        await self.refund(self.orders[-1], whole=True)
        await self.adjust(Ask(member, "shop", "POINTS", -50, b"", "staff:ada", "TEST"))
        for code in ("POINTS", "SLIDING"):
            await self.award(Ask(other, "shop", code, 300, b"", "staff:ada", "TEST"))
            await self.hold(Ask(other, "shop", code, 100, b"", "staff:ada", "TEST"), lasts=86_400)
        await self.bring(other, "SLIDING")
        third, fourth = (str(UUID(int=self.dice.getrandbits(128), version=4)) for _ in range(2))
        for gone in (third, fourth):
            await self.order(gone, [5_000, 700])
        await self.complete(self.orders[-1])
        await self.merge(third, fourth)
        await self.place(other)
        for name in ("kept", "cancelled"):
            await self.take(other, name)
        asked = reward_redemptions.CancelAsked(other, "shop", "cancelled", "TEST", "staff:ada")
        place = ((other, reward_redemptions.reward_key("cancelled")),)
        operation = partial(reward_redemptions.cancel_reward, asked=asked)
        await self.do(operation, other, redemptions=place, takings=place)

    async def place(self, member: str) -> None:
        """Staff say that the member holds a tier for a while."""
        key, until = key_of("place", next(self.ids)), micros(self.clock + timedelta(days=30))
        asked = placements.Placement(
            member, "shop", "gold", until, PlacementKind.OVERRIDE, key, "staff:ada", "TEST"
        )
        operation = partial(placements.place, asked=asked)
        assert await self.do(operation, member, placements=((member, key),))

    async def take(self, member: str, name: str) -> None:
        """One of the reward that there is, which is limited."""
        asked = reward_redemptions.RewardAsked(member, "shop", REWARD, name, 0, "service:shop")
        place = ((member, reward_redemptions.reward_key(name)),)
        operation = partial(reward_redemptions.redeem_reward, asked=asked)
        wanted = ((self.number, REWARD, member),)
        assert await self.do(operation, member, keys=place, takings=place, rewards=wanted)

    async def order(self, member: str = "", minor: Sequence[int] = ()) -> None:
        member = member or self.dice.choice(self.members)
        minor = minor or [self.dice.randrange(0, 30_000) for _ in range(self.dice.randint(1, 3))]
        lines = [Line(str(nth), "tea", 1, each) for nth, each in enumerate(minor, 1)]
        paid_at = micros(self.clock - timedelta(days=self.dice.choice((0, 0, 0, 3))))
        order_id = f"order-{next(self.ids)}"
        order = Order(
            "shop", order_id, self.number, "shop", member, b"", "CNY", sum(minor), lines, "web", paid_at
        )
        order.fingerprint = fingerprint(order)
        asked = checkout.OrderToRecord(order, "service:shop", may_be_old=False)
        touched = {"orders": (("shop", order_id),), "paid": ((member, self.number, paid_at),)}
        if await self.do(partial(checkout.record_order, asked=asked), member, **touched):
            self.orders.append(order)

    async def complete(self, order: Order | None = None) -> None:
        if self.orders:
            order = order or self.dice.choice(self.orders)
            done = completion.Completion("shop", order.order_id, None, "service:shop")
            place = (("shop", order.order_id),)
            await self.do(partial(completion.complete_order, completion=done), order.member_id, orders=place)

    async def refund(self, order: Order | None = None, *, whole: bool = False) -> None:
        if not self.orders:
            return
        order = order or self.dice.choice(self.orders)
        of = order.lines if whole else order.lines[: self.dice.randint(0, 3)]
        lines = tuple(RefundLine(line.line_id, None) for line in of)
        place = ("shop", order.order_id)
        refund_id = f"refund-{next(self.ids)}"
        amount = 0 if lines else self.dice.randrange(1, 20_000)
        asked = returns.RefundToRecord(*place, refund_id, lines or None, amount, "CNY", None, "service:shop")
        await self.do(
            partial(returns.record_refund, asked=asked),
            order.member_id,
            orders=(place,),
            refunds=((*place, refund_id),),
            spent_on=((order.member_id, order.ref),),
        )

    def ask(self, kind: str, points: int, ask: Ask | None = None) -> tuple[Ask, str]:
        """An ask under a new name: one that is given, or of some member's currency, half of the time for an order."""
        name = f"{kind}-{next(self.ids)}"
        if ask is not None:
            return ask._replace(key=key_of(kind, name)), name
        member, ref = self.dice.choice(self.members), ""
        if self.orders and self.dice.random() < 0.5:
            order = self.dice.choice(self.orders)
            member, ref = order.member_id, order.ref
        key = key_of(kind, name)
        return Ask(member, "shop", self.dice.choice(CODES), points, key, "staff:ada", "TEST", ref), name

    async def redeem(self, ask: Ask | None = None) -> None:
        ask, name = self.ask("redeem", self.dice.choice((20, 100, 700, 2_500)), ask)
        operation = partial(redemptions.redeem, ask=ask, redemption_id=name)
        touches = Touches(((ask.member_id, self.number),), keys=(ask.place,))
        if await self.submit(Task(operation, touches, Move(ask, name))):
            self.spent.append((ask.member_id, name))

    async def reverse(self) -> None:
        if self.spent:
            member, name = self.dice.choice(self.spent)
            points = self.dice.choice((None, self.dice.randrange(1, 50)))
            reversal_id = f"reversal-{next(self.ids)}"
            asked = redemptions.ReversalAsked(member, "shop", name, reversal_id, points, "TEST", "staff:ada")
            place = ((member, redemptions.redemption_key(name)),)
            operation = partial(redemptions.reverse_redemption, asked=asked)
            await self.do(operation, member, keys=place, redemptions=place)

    async def hold(self, ask: Ask | None = None, *, lasts: int = 0) -> None:
        ask, name = self.ask("hold", self.dice.choice((10, 100, 600)), ask)
        lasts = lasts or self.dice.choice((600, 86_400))
        operation = partial(holding.hold, ask=ask, hold_id=name, time_to_live_s=lasts)
        touched = {"keys": (ask.place,), "holds": ((ask.member_id, name),)}
        if await self.do(operation, ask.member_id, **touched):
            self.held.append((ask.member_id, name))

    async def capture(self) -> None:
        if self.held:
            member, name = self.dice.choice(self.held[-4:])
            spent = f"capture-{next(self.ids)}"
            points = self.dice.choice((None, self.dice.randrange(1, 100)))
            final = self.dice.random() < 0.5
            asked = holding.Capture(member, "shop", name, spent, points, final, "service:shop")
            place = ((member, redemptions.redemption_key(spent)),)
            operation = partial(holding.capture, asked=asked)
            if await self.do(operation, member, keys=place, holds=((member, name),)):
                self.spent.append((member, spent))

    async def release(self) -> None:
        if self.held:
            member, name = self.dice.choice(self.held[-4:])

            def operation(book: Any) -> Answer:
                return holding.release(book, member, "shop", name, "service:shop")

            await self.do(operation, member, holds=((member, name),))

    async def adjust(self, ask: Ask | None = None) -> None:
        ask, _ = self.ask("adjust", self.dice.choice((-150, -20, 30, 400)), ask)
        await self.do(partial(adjustments.adjust, ask=ask), ask.member_id, keys=(ask.place,))

    async def award(self, ask: Ask | None = None) -> None:
        ask, _ = self.ask("award", self.dice.randrange(1, 500), ask)
        touches = Touches(((ask.member_id, self.number),), keys=(ask.place,))
        await self.submit(Task(partial(awards.award, ask=ask), touches, Move(ask)))

    async def transfer(self) -> None:
        ask, name = self.ask("transfer", self.dice.choice((10, 80)))
        ask = ask._replace(order_ref="", reason="")
        receiver = self.dice.choice(self.members)
        operation = partial(transfers.transfer, ask=ask, to_member=receiver, transfer_id=name)
        both = ((ask.member_id, self.number), (receiver, self.number))
        await self.submit(Task(operation, Touches(both, keys=(ask.place,))))

    async def bring(self, member: str = "", code: str = "") -> None:
        name, points = f"import-{next(self.ids)}", self.dice.randrange(1, 400)
        member, code = member or self.dice.choice(self.members), code or self.dice.choice(CODES)
        until = micros(self.clock + timedelta(days=self.dice.randrange(1, 90)))
        later = imports.OpeningLot(self.dice.randrange(1, 50), matures_at=until)
        lots = [imports.OpeningLot(points, expires_at=until), later]
        ask = Ask(
            member, "shop", code, points + later.points, imports.import_key(name), "system:old", "IMPORT"
        )
        await self.do(partial(imports.import_balance, ask=ask, lots=lots), member, keys=(ask.place,))

    async def merge(self, gone: str = "", survivor: str = "") -> None:
        if not gone:
            gone, survivor = self.dice.sample(self.members, 2)
        merge_id = f"merge-{next(self.ids)}"
        numbers = frozenset((self.number,))
        asked = merging.MergeAsked(gone, survivor, merge_id, numbers, "staff:ada", "TEST")
        both = ((gone, self.number), (survivor, self.number))
        if await self.submit(Task(partial(merging.merge, asked=asked), Touches(both, merges=(gone,)))):
            self.merged.append((gone, survivor, merge_id))

    async def unmerge(self) -> None:
        if self.merged and self.dice.random() < 0.7:
            gone, survivor, merge_id = self.dice.choice(self.merged)
            numbers = frozenset((self.number,))
            asked = unmerging.UnmergeAsked(gone, merge_id, numbers, "staff:ada", "TEST")
            both = ((gone, self.number), (survivor, self.number))
            await self.submit(Task(partial(unmerging.unmerge, asked=asked), Touches(both, merges=(gone,))))

    async def forfeit(self) -> None:
        if self.dice.random() < 0.3:
            await self.leave(self.dice.choice(self.members))

    async def leave(self, member: str) -> None:
        name = f"forfeit-{next(self.ids)}"
        asked = forfeits.Forfeiture(member, "shop", name, "staff:ada", "CLOSED")
        key = forfeits.forfeit_key(self.number, name)
        await self.do(partial(forfeits.forfeit, asked=asked), member, keys=((member, key),))


async def found(url: str) -> int:
    """Found the programme and offer a reward; the programme's number."""
    connection = await asyncpg.connect(url)
    rules = tuple(rule(1, 100, code) for code in CODES) + LIMITED
    made = programme(number=0, currencies=CURRENCIES, earn_rules=rules, tiers=TIERS)
    try:
        async with connection.transaction():
            publication = programmes.Publication(made, "test", micros(datetime.now(UTC)), "test", True)
            made = await programmes.create(connection, publication)
            await rewards.draft(connection, made, REWARD, CUP, "test", "test", 1)
            await rewards.publish(connection, made, REWARD, 1, Publisher("test", frozenset()), "test", 1)
            await rewards.change_stock(connection, made, REWARD, "first", 5, "test", "test", 1)
            return made.number
    finally:
        await connection.close()
