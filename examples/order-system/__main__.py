"""``python examples/order-system sell | refund | report``: a small shop that tells huiyuan what was paid."""

import argparse
import os
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from connectrpc.errors import ConnectError
from huiyuan.loyalty.v1.orders_pb2 import (
    EarnedPoints,
    RecordOrderRequest,
    RecordOrderResult,
    RecordRefundRequest,
    TakenBackPoints,
)
from loyalty import Loyalty, may_come_again
from shop import Report, Shop, Sold

DATABASE = Path(__file__).with_name("shop.db")
MOST_IN_A_BATCH = 100


def main() -> int:
    """Run one command; 1 when something is left to report."""
    given = _arguments()
    shop = Shop(given.shop)
    if given.command == "sell":
        print("sold:", shop.sell(given.phone, given.lines))
    elif given.command == "refund":
        print("refunded:", shop.refund(given.order_id, given.line_ids))
    else:
        address = os.environ.get("LOYALTY_URL", "http://127.0.0.1:8101")
        token = os.environ.get("SHOP_TOKEN") or sys.exit("set SHOP_TOKEN first: the page says how")
        loyalty = Loyalty(address, token, given.patience)
        try:
            report(shop, loyalty)
        except ConnectError as error:
            print(f"not answered, and kept for the next time: {error}", file=sys.stderr)
        return int(any(shop.unreported()))
    return 0


def report(shop: Shop, loyalty: Loyalty) -> None:
    """Report all that is unreported, in its order. It may be killed and run again at any time."""
    for kind, reports in groupby(shop.unreported(), key=lambda each: each.kind):
        if kind == "order":
            _report_orders(shop, loyalty, list(reports))
        else:
            _report_refunds(shop, loyalty, list(reports))


def _report_orders(shop: Shop, loyalty: Loyalty, reports: list[Report]) -> None:
    for begin in range(0, len(reports), MOST_IN_A_BATCH):
        batch = reports[begin : begin + MOST_IN_A_BATCH]
        orders = [RecordOrderRequest.FromString(each.body) for each in batch]
        for each, order, result in zip(batch, orders, loyalty.record_orders(orders), strict=True):
            if not result.refusal.retryable:
                _tell(shop, each, f"order {order.order_id}", _order_outcome(result))


def _report_refunds(shop: Shop, loyalty: Loyalty, reports: list[Report]) -> None:
    for each in reports:
        refund = RecordRefundRequest.FromString(each.body)
        try:
            answer = loyalty.record_refund(refund)
        except ConnectError as error:
            if may_come_again(error):
                raise
            outcome = f"REFUSED {error.message}"
        else:
            outcome = f"took back {_listed(answer.taken_back)}"
        _tell(shop, each, f"refund {refund.refund_id}", outcome)


def _order_outcome(result: RecordOrderResult) -> str:
    """A refusal is for a person to look at: what was wrong is not mended by sending it again."""
    if result.HasField("refusal"):
        return f"REFUSED {result.refusal.code}: {result.refusal.message}"
    return f"earned {_listed(result.recorded.order.earned)}"


def _listed(moved: Iterable[EarnedPoints | TakenBackPoints]) -> str:
    return ", ".join(f"{each.points} {each.currency}" for each in moved) or "nothing"


def _tell(shop: Shop, each: Report, what: str, outcome: str) -> None:
    shop.settle(each, outcome)
    print(f"{what}: {outcome}")


def _line(text: str) -> Sold:
    sku, quantity, fen = text.split(":")
    return Sold(sku, int(quantity), int(fen))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="order-system", description=__doc__)
    parser.add_argument("--shop", type=Path, default=DATABASE, help="the shop's database")
    commands = parser.add_subparsers(dest="command", required=True)
    sell = commands.add_parser("sell", help="sell something to a member")
    sell.add_argument("phone", help="who pays, for instance +8613900000001")
    sell.add_argument("lines", nargs="+", type=_line, help="sku:quantity:fen")
    refund = commands.add_parser("refund", help="take lines of an order back")
    refund.add_argument("order_id")
    refund.add_argument("line_ids", nargs="+")
    reporting = commands.add_parser("report", help="tell huiyuan what it does not know yet")
    reporting.add_argument("--patience", type=float, default=60.0, help="seconds to go on trying")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
