"""Previews at the door: how far one got travels with its caller, so that any process may go on with it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgpack
from huiyuan.loyalty.v1 import campaigns_pb2 as wire

from services.loyalty.rpc.wire import PageNotUnderstood
from services.loyalty.rules.earning.earn_previews import Preview
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.wellformed import be_within
from services.loyalty.storage.earning.campaigns import BEGIN
from services.loyalty.storage.programmes import definitions

MOST_DAYS = 366
_DAY_US = timedelta(days=1) // timedelta(microseconds=1)
_COUNTED = ("earned", "would", "given", "orders", "budgets")


@dataclass(slots=True)
class Place:
    """How far a preview of rules got through the orders paid from ``since`` until ``until`` (microseconds)."""

    rules: bytes
    since: int
    until: int
    in_all: int | None = None
    after: str = BEGIN
    done: bool = False
    preview: Preview = field(default_factory=Preview)


def place(request: wire.PreviewEarnRulesRequest, programme: Programme, now: int) -> Place:
    """Where to begin, or to go on. Raises where that was made for other rules, or by somebody else."""
    rules = sha256(definitions.encode(programme).encode()).digest()[:16]
    be_within(request.days, 1, MOST_DAYS, "days")
    if not request.continue_from:
        return Place(rules, now - request.days * _DAY_US, now)
    try:
        known = msgpack.unpackb(urlsafe_b64decode(request.continue_from))
        found = _place(*known)
    except (ValueError, TypeError, msgpack.UnpackException):
        raise PageNotUnderstood(
            "continue_from is what the answer before said, as it was", field="continue_from"
        ) from None
    if found.rules != rules:
        raise PageNotUnderstood("the rules changed meanwhile: begin again", field="continue_from")
    return found


def _place(
    rules: bytes, since: int, until: int, in_all: int, after: str, seen: int, changed: int, *sums: Any
) -> Place:
    counters = [Counter({str(name): int(count) for name, count in each.items()}) for each in sums]
    preview = Preview(int(seen), int(changed), *counters)
    return Place(rules, int(since), int(until), int(in_all), str(UUID(after)), preview=preview)


def told(place: Place, programme: Programme) -> wire.PreviewEarnRulesResponse:
    """The sums so far, and with what to go on."""
    preview = place.preview
    sums = [dict(getattr(preview, name)) for name in _COUNTED]
    state = (
        place.rules,
        place.since,
        place.until,
        place.in_all,
        place.after,
        preview.seen,
        preview.changed,
        *sums,
    )
    return wire.PreviewEarnRulesResponse(
        done=place.done,
        continue_from="" if place.done else urlsafe_b64encode(msgpack.packb(state)).decode(),
        orders_seen=preview.seen,
        orders_in_all=place.in_all or 0,
        orders_changed=preview.changed,
        currencies=[
            wire.PreviewedCurrency(
                currency=currency.code,
                earned=preview.earned[currency.code],
                would_have_earned=preview.would[currency.code],
            )
            for currency in programme.currencies
        ],
        rules=[
            wire.PreviewedRule(
                key=rule.key,
                currency=rule.currency,
                orders=preview.orders[rule.key],
                given=preview.given[rule.key],
                budget_spent=bool(rule.budget) and preview.budgets[rule.key] >= rule.budget,
            )
            for rule in programme.earn_rules
        ],
    )
