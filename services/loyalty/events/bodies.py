"""Bodies: what events say as the wire has it, found by what happened."""

from functools import singledispatch
from typing import Any

from services.loyalty.rules.ledger import events

# Messages inside the event are dictionaries, which protobuf turns into them at half the cost of making each first.
Message = dict[str, Any]


def moved(moved: events.Moved) -> Message:
    return {"currency": moved.currency, "points": moved.points, "balance_after": moved.balance_after}


Body = tuple[str, Message]
"""The field of ``LoyaltyEvent`` that says what happened, and what it says."""


@singledispatch
def body(what: object) -> Body:
    raise TypeError(f"no wire message for {type(what).__name__}")
