"""Calls of one service process: orders one by one and by 500, and balances by 100 beside the same select alone."""

import random
import secrets
import time
from collections import deque
from dataclasses import dataclass, field

import asyncpg
from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.kit.v1.kit_pb2 import MemberKey, Money
from huiyuan.loyalty.v1.orders_pb2 import OrderLine, RecordOrderRequest, RecordOrdersRequest
from huiyuan.loyalty.v1.points_pb2 import BatchGetBalancesRequest

from services.kit import rpc
from services.loyalty.rpc.ledger.points import NOTICE_US
from services.loyalty.storage.ledger import points
from tests.load import history
from tests.load.arms import Arm
from tests.load.callers import Answered, crowd
from tests.load.serving import Service

CALLERS, BATCH_CALLERS = 64, 4
ORDERS_AT_ONCE, READ_AT_ONCE = 500, 100
MOST_PER_SECOND = 4_000
"""More orders are never answered in a second, so as many are made ready for each."""


@dataclass
class Called:
    """Requests to a service, made ready before the clock runs."""

    service: Service
    members: list[str]
    currencies: list[int]
    waiting: deque[bytes] = field(default_factory=deque)

    def arms(self, seconds: float) -> list[Arm]:
        """What writes; counted in entries."""
        pids = (self.service.pid,)
        return [
            Arm(
                f"RecordOrder by RPC, {CALLERS} callers",
                lambda: self.service.ask(self.waiting, CALLERS, seconds),
                0.12,
                units=history.ENTRIES_PER_ORDER,
                prepare=lambda: self._make_orders(seconds),
                pids=pids,
            ),
            Arm(
                f"RecordOrders by {ORDERS_AT_ONCE}, {BATCH_CALLERS} callers",
                lambda: self.service.ask(self.waiting, BATCH_CALLERS, seconds),
                0.3,
                units=history.ENTRIES_PER_ORDER * ORDERS_AT_ONCE,
                prepare=lambda: self._make_batches(seconds),
                pids=pids,
            ),
        ]

    def reading_arms(self, seconds: float, pool: asyncpg.Pool) -> list[Arm]:
        """What reads; counted in members for each second of the processors, the caller's own left out."""

        async def select() -> Answered:
            return await crowd(lambda: self._select(pool), BATCH_CALLERS, seconds)

        raw = f"raw: the same select, {READ_AT_ONCE} at once"
        return [
            Arm(
                raw,
                select,
                of=raw,
                units=READ_AT_ONCE,
                by_processor=lambda cost: cost.own_s + cost.postgres_s,
            ),
            Arm(
                f"BatchGetBalances of {READ_AT_ONCE}, {BATCH_CALLERS} callers",
                lambda: self.service.ask(self.waiting, BATCH_CALLERS, seconds),
                0.4,
                raw,
                units=READ_AT_ONCE,
                prepare=lambda: self._make_reads(seconds),
                pids=(self.service.pid,),
                by_processor=lambda cost: cost.others_s + cost.postgres_s,
            ),
        ]

    async def _select(self, pool: asyncpg.Pool) -> None:
        async with pool.acquire() as connection:
            members, soon = random.sample(self.members, READ_AT_ONCE), int(time.time() * 1e6) + NOTICE_US
            await connection.fetch(points.WALLETS, members, self.currencies, soon)

    def _make_orders(self, seconds: float) -> None:
        bodies = (self._order().SerializeToString() for _ in range(int(MOST_PER_SECOND * seconds)))
        self.waiting = deque(self.service.request("OrdersService/RecordOrder", body) for body in bodies)

    def _make_batches(self, seconds: float) -> None:
        self.waiting = deque()
        for _ in range(0, int(MOST_PER_SECOND * 3 * seconds), ORDERS_AT_ONCE):
            batch = RecordOrdersRequest(orders=[self._order() for _ in range(ORDERS_AT_ONCE)])
            self.waiting.append(self.service.request("OrdersService/RecordOrders", batch.SerializeToString()))

    def _make_reads(self, seconds: float) -> None:
        self.waiting = deque()
        for _ in range(int(MOST_PER_SECOND * seconds / 4)):
            keys = [
                MemberKey(
                    member_id=member,
                    caller=self.service.signer.sign("loyalty", rpc.Caller(rpc.CallerKind.MEMBER, member)),
                )
                for member in random.sample(self.members, READ_AT_ONCE)
            ]
            read = BatchGetBalancesRequest(members=keys, programme_id=history.PROGRAMME)
            self.waiting.append(
                self.service.request("PointsService/BatchGetBalances", read.SerializeToString())
            )

    def _order(self) -> RecordOrderRequest:
        money = Money(minor_units=random.randrange(1_000, 50_000), currency="CNY")
        return RecordOrderRequest(
            source="bench",
            order_id=secrets.token_hex(8),
            programme_id=history.PROGRAMME,
            member_id=random.choice(self.members),
            lines=[OrderLine(line_id="1", sku="tea", quantity=1, money=money)],
            total=money,
            paid_at=Timestamp(seconds=int(time.time())),
            channel="web",
        )
