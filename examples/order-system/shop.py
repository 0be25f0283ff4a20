"""The shop's own database: what was sold and refunded, each with its report, written in one transaction.

A report is the very message that is sent. It is made once, so that sending it again sends the same.
"""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from huiyuan.kit.v1.kit_pb2 import IDENTITY_KIND_PHONE, ExternalIdentity, Money
from huiyuan.loyalty.v1.orders_pb2 import (
    OrderLine,
    RecordOrderRequest,
    RecordRefundRequest,
    RefundedLine,
    RefundedLines,
)

SOURCE = "corner-shop"
"""Our name at the loyalty service; our order ids are unique within it."""

_TABLE = """
CREATE TABLE IF NOT EXISTS reports (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('order', 'refund')),
  body BLOB NOT NULL,
  outcome TEXT
)
"""


class Sold(NamedTuple):
    """One line of a receipt: what was paid for all of it, in fen."""

    sku: str
    quantity: int
    fen: int


class Report(NamedTuple):
    """Something that the loyalty service has to hear."""

    number: int
    kind: str
    body: bytes


class Shop:
    """What happened in the shop, and what of it was reported."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        self._database.execute(_TABLE)

    def sell(self, phone: str, sold: list[Sold]) -> str:
        """Take the money, and note what to report; the order's id."""
        order = RecordOrderRequest(
            source=SOURCE,
            order_id=uuid4().hex[:12],
            identity=ExternalIdentity(kind=IDENTITY_KIND_PHONE, value=phone),
            lines=[
                OrderLine(line_id=str(nth), sku=line.sku, quantity=line.quantity, money=_cny(line.fen))
                for nth, line in enumerate(sold, 1)
            ],
            total=_cny(sum(line.fen for line in sold)),
            channel="store",
        )
        order.paid_at.FromDatetime(datetime.now(UTC))
        self._note("order", order.SerializeToString())
        return order.order_id

    def refund(self, order_id: str, line_ids: list[str]) -> str:
        """Give the money for some lines back, and note what to report; the refund's id."""
        refund = RecordRefundRequest(
            source=SOURCE,
            order_id=order_id,
            refund_id=uuid4().hex[:12],
            lines=RefundedLines(lines=[RefundedLine(line_id=line_id) for line_id in line_ids]),
        )
        refund.refunded_at.FromDatetime(datetime.now(UTC))
        self._note("refund", refund.SerializeToString())
        return refund.refund_id

    def unreported(self) -> Iterator[Report]:
        """What has no outcome yet, oldest first."""
        rows = self._database.execute(
            "SELECT number, kind, body FROM reports WHERE outcome IS NULL ORDER BY number"
        )
        yield from map(Report._make, rows.fetchall())

    def settle(self, report: Report, outcome: str) -> None:
        """Write down what came of a report, after which it is not sent again."""
        with self._database:
            self._database.execute(
                "UPDATE reports SET outcome = ? WHERE number = ?", (outcome, report.number)
            )

    def _note(self, kind: str, body: bytes) -> None:
        with self._database:  # here a real shop writes the order itself too
            self._database.execute("INSERT INTO reports (kind, body) VALUES (?, ?)", (kind, body))


def _cny(fen: int) -> Money:
    return Money(minor_units=fen, currency="CNY")
