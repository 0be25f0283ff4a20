"""Currencies as JSON."""

from dataclasses import asdict
from datetime import date
from typing import Any

from services.loyalty.rules.ledger.conversion import Conversion
from services.loyalty.rules.ledger.expiry import (
    CalendarDate,
    Expiry,
    Maturation,
    MaturationKind,
    Period,
    Rounding,
)
from services.loyalty.rules.programmes.programmes import CurrencyRules, NegativePolicy, TierDebtFloor
from services.loyalty.rules.programmes.texts import Text


def encoded(currency: CurrencyRules) -> dict[str, Any]:
    """A currency for JSON; its number is kept elsewhere."""
    stored = asdict(currency) | {
        "maturation": {
            "kind": currency.maturation.kind,
            "period": _text(currency.maturation.period),
            "on": _text(currency.maturation.on),
        },
        "expiry": {
            "period": _text(currency.expiry.period),
            "rounding": currency.expiry.rounding,
            "dates": [str(last) for last in currency.expiry.dates],
            "sliding": currency.expiry.sliding,
        },
    }
    del stored["number"]
    return stored


def currency(stored: dict[str, Any], number: int) -> CurrencyRules:
    """A currency from its JSON."""
    maturation, expiry, conversion = stored["maturation"], stored["expiry"], stored.get("conversion")
    on = maturation.get("on")
    return CurrencyRules(
        **stored
        | {
            "name": Text(**stored["name"]),
            "maturation": Maturation(
                MaturationKind(maturation["kind"]),
                _period(maturation["period"]),
                None if on is None else date.fromisoformat(on),
            ),
            "expiry": Expiry(
                _period(expiry["period"]),
                Rounding(expiry["rounding"]),
                tuple(map(CalendarDate.parse, expiry.get("dates", ()))),
                expiry.get("sliding", False),
            ),
            "negative_policy": NegativePolicy(stored["negative_policy"]),
            "tier_debt_floors": tuple(TierDebtFloor(**each) for each in stored.get("tier_debt_floors", ())),
            "conversion": None if conversion is None else Conversion(**conversion),
            "number": number,
        }
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _period(text: str | None) -> Period | None:
    return None if text is None else Period.parse(text)
