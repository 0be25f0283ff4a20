"""Importing a history of orders: members first, then every order through the services' own doors.

It keeps no state of its own: members and orders have ids made from the file, so that a run that was cut short
is simply run again, and ends in the same state.
"""

import asyncio
import csv
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from huiyuan.loyalty.v1.orders_connect import OrdersServiceClient
from huiyuan.loyalty.v1.orders_pb2 import GetOrderTotalsRequest, GetOrderTotalsResponse, RecordOrdersRequest
from huiyuan.loyalty.v1.programmes_connect import ProgrammesServiceClient
from huiyuan.loyalty.v1.programmes_pb2 import CreateProgrammeRequest
from huiyuan.members.v1.profiles_connect import ProfilesServiceClient
from huiyuan.members.v1.profiles_pb2 import RegisterMembersRequest

from infra.local import cdnow
from infra.local.cdnow import LineNotUnderstood, Purchase
from services.kit import rpc
from services.kit.refusal import Refusal

ROLES = ("order_importer", "member_registrar", "programme_seeder")
_MEMBERS_AT_ONCE = 1000
_ORDERS_AT_ONCE = 500
_SIDE_BY_SIDE = 2
_TRIES = 40
_PAUSE_S = 0.5

Item = TypeVar("Item")
Progress = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and of how many."""


class ImportStopped(Exception):
    """The services stayed away; running the import again takes it up."""


@dataclass(slots=True)
class Outcome:
    """What an import did; ``spend_minor`` is what the file's imported lines sum to."""

    members: int = 0
    orders: int = 0
    replayed: int = 0
    spend_minor: int = 0
    rejects: list[tuple[int, str, str]] = field(default_factory=list)
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
        client = self._client(ProgrammesServiceClient, "loyalty")
        request = CreateProgrammeRequest(programme=cdnow.PROGRAMME, reason="IMPORT")
        await _patiently(client.create_programme, request, self._headers)

    async def _register(self, purchases: Sequence[Purchase], outcome: Outcome) -> None:
        client = self._client(ProfilesServiceClient, "members")
        requests = list(cdnow.registrations(purchases))
        for batch in _batches(requests, _MEMBERS_AT_ONCE):
            request = RegisterMembersRequest(members=batch)
            answer = await _patiently(client.register_members, request, self._headers)
            outcome.members += sum(result.HasField("registered") for result in answer.results)
            self._progress("members", outcome.members, len(requests))

    async def _record(self, purchases: Sequence[Purchase], lines: Sequence[str], outcome: Outcome) -> None:
        """Each member's orders in the order of paid_at; different members' orders side by side."""
        queues: list[list[Purchase]] = [[] for _ in range(_SIDE_BY_SIDE)]
        for purchase in purchases:
            queues[crc32(purchase.customer.encode()) % _SIDE_BY_SIDE].append(purchase)

        async def send(queue: list[Purchase]) -> None:
            for batch in _batches(queue, _ORDERS_AT_ONCE):
                await self._send(batch, lines, outcome)
                self._progress("orders", outcome.orders + len(outcome.rejects), len(lines))

        await asyncio.gather(*map(send, queues))
        outcome.rejects.sort()

    async def _send(self, batch: list[Purchase], lines: Sequence[str], outcome: Outcome) -> None:
        client = self._client(OrdersServiceClient, "loyalty")
        for _ in range(_TRIES):
            request = RecordOrdersRequest(orders=map(cdnow.order, batch))
            answer = await _patiently(client.record_orders, request, self._headers)
            again = []
            for purchase, result in zip(batch, answer.results, strict=True):
                if result.HasField("recorded"):
                    outcome.orders += 1
                    outcome.replayed += result.recorded.replayed
                    outcome.spend_minor += purchase.minor
                elif result.refusal.retryable:
                    again.append(purchase)
                else:
                    reason = f"{result.refusal.code}: {result.refusal.message}"
                    outcome.rejects.append((purchase.line, reason, lines[purchase.line - 1]))
            if not again:
                return
            # An order that waits here may come after a later one of its member, and is then judged as a late order.
            batch = again
            await asyncio.sleep(_PAUSE_S)
        raise ImportStopped("the loyalty service stays busy: run the import again later")

    def _client(self, wire: Callable[..., Any], service: str) -> Any:
        unsigned = rpc.CallerSigner("huiyuan-import", {})
        return rpc.client(wire, self._urls[service], service, unsigned, timeout_ms=60_000)


def write_rejects(rejects: Iterable[tuple[int, str, str]], file: Path) -> None:
    """Write what was not imported: line number, reason, the line."""
    with file.open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(("line", "reason", "text"))
        table.writerows(rejects)


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


async def _patiently(call: Callable[..., Awaitable[Any]], request: Any, headers: dict[str, str]) -> Any:
    """The call's answer, tried again while the service is away."""
    for _ in range(_TRIES):
        try:
            return await call(request, headers=headers)
        except Refusal as refusal:
            if not refusal.retryable:
                raise
            last = refusal
            await asyncio.sleep(_PAUSE_S)
    raise ImportStopped(f"{last.message}; run the import again later")


def _batches(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
