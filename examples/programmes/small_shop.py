"""What the small shop's page promises of a year of orders, reckoned without huiyuan."""

from datetime import date

from year import Order

PROGRAMME = "small-shop"
_SILVER_FEN, _GOLD_FEN = 50_000, 200_000


def points(orders: list[Order], _: date) -> int:
    """One for each whole yuan of an order."""
    return sum(order.fen // 100 for order in orders)


def coupons(orders: list[Order]) -> list[str]:
    """One for the first order; pauses before the shop's mission began bring none."""
    return ["ten-percent"] if orders else []


def tier(orders: list[Order], _: date) -> str | None:
    """By all that was ever spent."""
    spent = sum(order.fen for order in orders)
    return "gold" if spent >= _GOLD_FEN else "silver" if spent >= _SILVER_FEN else None
