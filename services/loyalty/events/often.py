"""What happens all the time: its messages are kept and filled again, since to make one takes twice as long."""

from collections.abc import Callable
from typing import Any

from huiyuan.loyalty.v1 import events_pb2 as wire

from services.loyalty.rules.ledger import events

Fill = Callable[[Any], None]
"""Puts what happened into a message, whatever it said before."""


class Kept:
    """A message of one kind of event, filled anew for each."""

    def __init__(self, begin: Callable[[wire.LoyaltyEvent], Fill]) -> None:
        self._message = wire.LoyaltyEvent()
        self._when = self._message.occurred_at
        self._fill = begin(self._message)

    def write(self, event: events.Event) -> bytes:
        """An event's bytes, as ``encode`` has them."""
        message, when = self._message, self._when
        message.member_id, message.programme_id, occurred_at, what = event
        when.seconds, rest = divmod(occurred_at, 1_000_000)
        when.nanos = rest * 1000
        self._fill(what)
        return message.SerializeToString()


def _awarded(message: wire.LoyaltyEvent) -> Fill:
    said = message.points_awarded
    moved = said.moved

    def fill(what: events.PointsAwarded) -> None:
        moved.currency, moved.points, moved.balance_after = what.moved
        said.reason = what.reason

    return fill


def _redeemed(message: wire.LoyaltyEvent) -> Fill:
    said = message.points_redeemed
    moved = said.moved

    def fill(what: events.PointsRedeemed) -> None:
        moved.currency, moved.points, moved.balance_after = what.moved
        said.redemption_id, said.order_ref = what.redemption_id, what.order_ref

    return fill


def _recorded(message: wire.LoyaltyEvent) -> Fill:
    said = message.order_recorded
    total, earned = said.total, said.earned

    def fill(what: events.OrderRecorded) -> None:
        said.source, said.order_id = what.source, what.order_id
        total.minor_units, total.currency = what.total_minor, what.money_currency
        del earned[:]
        for currency, points, balance_after in what.earned:
            earned.add(currency=currency, points=points, balance_after=balance_after)

    return fill


OFTEN = {
    events.PointsAwarded: _awarded,
    events.PointsRedeemed: _redeemed,
    events.OrderRecorded: _recorded,
}
"""By what happened, how to begin a message that says so again and again."""
