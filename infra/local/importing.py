"""Importing a history of orders: members first, then every order through the services' own doors.

It keeps no state of its own: members and orders have ids made from the file, so that a run that was cut short
is simply run again, and ends in the same state.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

from huiyuan.loyalty.v1.orders_connect import OrdersServiceClient
from huiyuan.loyalty.v1.orders_pb2 import (
    GetOrderTotalsRequest,
    GetOrderTotalsResponse,
    RecordOrderResult,
    RecordOrdersRequest,
)
from huiyuan.loyalty.v1.programmes_connect import ProgrammesServiceClient
from huiyuan.loyalty.v1.programmes_pb2 import CreateProgrammeRequest
from huiyuan.members.v1.profiles_connect import ProfilesServiceClient
from huiyuan.members.v1.profiles_pb2 import RegisterMembersRequest

from infra.local import cdnow
from infra.local.cdnow import LineNotUnderstood, Purchase
from infra.local.delivery import Progress, Reject, batches, client, deliver, patiently

ROLES = ("order_importer", "member_registrar", "programme_seeder")
_MEMBERS_AT_ONCE = 1000
_ORDERS_AT_ONCE = 500
_SIDE_BY_SIDE = 2


@dataclass(slots=True)
class Outcome:
    """What an import did; ``spend_minor`` is what the file's imported lines sum to."""

    members: int = 0
    orders: int = 0
    replayed: int = 0
    spend_minor: int = 0
    rejects: list[Reject] = field(default_factory=list)
    totals: GetOrderTotalsResponse | None = None

    @property
    def agrees(self) -> bool:
        """True when the orders posted sum to exactly what the file says."""
        return self.totals is not None and self.totals.spend.minor_units == self.spend_minor


class Importer:
    """Reads a file and sends it through ``RegisterMembers`` and ``RecordOrders``."""

    def __init__(self, loyalty_url: str, members_url: str, token: str, progress: Progress) -> None:
        self._urls = {"loyalty": loyalty_url, "members": members_url}
        self._headers = {"authorization": f"Bearer {token}"}
        self._progress = progress

    async def run(self, file: Path) -> Outcome:
        """Import a file in the CDNOW format. Raises ``ImportStopped``, or a refusal of the whole."""
        outcome = Outcome()
        lines, purchases = _read(file, outcome)
        await self._found_programme()
        await self._register(purchases, outcome)
        await self._record(purchases, lines, outcome)
        orders = self._client(OrdersServiceClient, "loyalty")
        outcome.totals = await orders.get_order_totals(
            GetOrderTotalsRequest(programme_id=cdnow.PROGRAMME_ID, source=cdnow.SOURCE), headers=self._headers
        )
        return outcome

    async def _found_programme(self) -> None:
        programmes = self._client(ProgrammesServiceClient, "loyalty")
        request = CreateProgrammeRequest(programme=cdnow.PROGRAMME, reason="IMPORT")
        await patiently(programmes.create_programme, request, self._headers)

    async def _register(self, purchases: Sequence[Purchase], outcome: Outcome) -> None:
        profiles = self._client(ProfilesServiceClient, "members")
        requests = list(cdnow.registrations(purchases))
        for batch in batches(requests, _MEMBERS_AT_ONCE):
            request = RegisterMembersRequest(members=batch)
            answer = await patiently(profiles.register_members, request, self._headers)
            outcome.members += sum(result.HasField("registered") for result in answer.results)
            self._progress("members", outcome.members, len(requests))

    async def _record(self, purchases: Sequence[Purchase], lines: Sequence[str], outcome: Outcome) -> None:
        """Each member's orders in the order of paid_at; different members' orders side by side."""
        queues: list[list[Purchase]] = [[] for _ in range(_SIDE_BY_SIDE)]
        for purchase in purchases:
            queues[crc32(purchase.customer.encode()) % _SIDE_BY_SIDE].append(purchase)

        async def send(queue: list[Purchase]) -> None:
            for batch in batches(queue, _ORDERS_AT_ONCE):
                await self._send(batch, lines, outcome)
                self._progress("orders", outcome.orders + len(outcome.rejects), len(lines))

        await asyncio.gather(*map(send, queues))
        outcome.rejects.sort()

    async def _send(self, batch: list[Purchase], lines: Sequence[str], outcome: Outcome) -> None:
        """Record orders; one that has to wait may come after a later one of its member, and is then a late order."""
        orders = self._client(OrdersServiceClient, "loyalty")

        async def send(batch: list[Purchase]) -> Sequence[RecordOrderResult]:
            request = RecordOrdersRequest(orders=map(cdnow.order, batch))
            answer = await patiently(orders.record_orders, request, self._headers)
            results: Sequence[RecordOrderResult] = answer.results
            return results

        def settle(purchase: Purchase, result: RecordOrderResult) -> bool:
            if result.HasField("recorded"):
                outcome.orders += 1
                outcome.replayed += result.recorded.replayed
                outcome.spend_minor += purchase.minor
            elif not result.refusal.retryable:
                reason = f"{result.refusal.code}: {result.refusal.message}"
                outcome.rejects.append((purchase.line, reason, lines[purchase.line - 1]))
            return not result.refusal.retryable

        await deliver(batch, send, settle)

    def _client(self, wire: Callable[..., Any], service: str) -> Any:
        return client(wire, self._urls[service], service)


def _read(file: Path, outcome: Outcome) -> tuple[list[str], list[Purchase]]:
    """The file's lines, and its purchases in the order of paid_at."""
    with file.open(encoding="ascii", errors="replace") as source:
        lines = source.read().splitlines()
    purchases = []
    for number, text in enumerate(lines, 1):
        try:
            purchases.append(cdnow.parse(number, text))
        except LineNotUnderstood as wrong:
            outcome.rejects.append((number, str(wrong), text))
    purchases.sort(key=lambda purchase: (purchase.paid_on, purchase.line))
    return lines, purchases
