"""What the marketplace's page promises of a year of orders, reckoned without huiyuan."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction

from year import SHANGHAI, Order

PROGRAMME = "marketplace"
_LADDER = ((500, "super"), (150, "plus"))
_RATES = {"super": Fraction(3, 2), "plus": Fraction(6, 5), None: Fraction(1)}
_MONTHS = 3
_MEMBER_DAY = 8


def points(orders: list[Order], today: date) -> int:
    """A yuan's worth by the tier held, twice on member day; what was earned before last new year's is gone."""
    first_good = date(today.year - 1, 1, 1)
    return sum(
        int(order.fen // 100 * _RATES[held] * (2 if _day(order).day == _MEMBER_DAY else 1))
        for order, held in _held_at_payment(orders)
        if _day(order) >= first_good
    )


def tier(orders: list[Order], today: date) -> str | None:
    """What is held once all that ended until today was looked at."""
    held, until = _after(orders)
    return _looked_at(orders, held, until, today)[0]


def _held_at_payment(orders: list[Order]) -> Iterator[tuple[Order, str | None]]:
    for nth, order in enumerate(orders):
        held, until = _after(orders[:nth])
        yield order, _looked_at(orders[:nth], held, until, _day(order))[0]


def _after(orders: list[Order]) -> tuple[str | None, date | None]:
    """What is held right after the last of some orders, and until when."""
    held: str | None = None
    until: date | None = None
    for nth, order in enumerate(orders):
        held, until = _looked_at(orders[:nth], held, until, _day(order))
        reached = _reached(orders[: nth + 1], _day(order))
        if _rank(reached) > _rank(held):
            held, until = reached, _later(_day(order))
    return held, until


def _looked_at(
    orders: list[Order], held: str | None, until: date | None, today: date
) -> tuple[str | None, date | None]:
    """What is held on a day, after each end of a validity before it was looked at: by the ninety days that were over."""
    while held is not None and until is not None and until <= today:
        reached = _reached(orders, until - timedelta(days=1))
        held, until = (reached, _later(until)) if reached else (None, None)
    return held, until


def _reached(orders: list[Order], day: date) -> str | None:
    counted = [order for order in orders if day - timedelta(days=90) < _day(order) <= day]
    return next((key for least, key in _LADDER if _score(counted) >= least), None)


def _score(counted: list[Order]) -> int:
    fen, orders = sum(order.fen for order in counted), len(counted)
    money = 700 * fen // 500_000 if fen < 500_000 else min(900, 700 + 200 * (fen - 500_000) // 1_500_000)
    return money + min(300, 300 * orders // 15)


def _rank(key: str | None) -> int:
    return {None: 0, "plus": 1, "super": 2}[key]


def _day(order: Order) -> date:
    return order.paid_at.astimezone(SHANGHAI).date()


def _later(day: date) -> date:
    """Three months on, at most the month's last day."""
    months = day.year * 12 + day.month - 1 + _MONTHS
    for last in (day.day, 30, 29, 28):
        try:
            return datetime(months // 12, months % 12 + 1, last).date()  # noqa: DTZ001 - a day has no zone
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def coupons(_: list[Order]) -> list[str]:
    """The marketplace gives none."""
    return []
