"""Definitions in storage: a programme's version as JSON, whichever release wrote it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import asyncpg
import orjson

from services.kit.clock import micros
from services.loyalty.rules.conversion import Conversion
from services.loyalty.rules.expiry import (
    CalendarDate,
    Expiry,
    Maturation,
    MaturationKind,
    Period,
    Rounding,
)
from services.loyalty.rules.programmes import (
    Benefit,
    BenefitKind,
    Condition,
    CurrencyRules,
    EarnRounding,
    EarnRule,
    NegativePolicy,
    Programme,
    Text,
    TierDebtFloor,
    TierRule,
)


def encode(programme: Programme) -> str:
    """A version's rules as JSON; what a later release adds gets a default where it is decoded."""
    rules = {
        "name": asdict(programme.name),
        "time_zone": programme.time_zone,
        "money_currency": programme.money_currency,
        "currencies": [_encoded(currency) for currency in programme.currencies],
        "earn_rules": [asdict(rule) for rule in programme.earn_rules],
        "tiers": [asdict(tier) for tier in programme.tiers],
    }
    return orjson.dumps(rules).decode()


def decode(row: asyncpg.Record, numbers: Mapping[str, int]) -> Programme:
    """A version from its row; ``numbers`` are its programme's currencies by code."""
    rules = orjson.loads(row["rules"])
    return Programme(
        programme_id=row["programme_id"],
        number=row["number"],
        version=row["version"],
        name=Text(**rules["name"]),
        time_zone=rules["time_zone"],
        money_currency=rules["money_currency"],
        currencies=tuple(_currency(c, numbers[c["code"]]) for c in rules["currencies"]),
        earn_rules=tuple(
            EarnRule(**{**rule, "rounding": EarnRounding(rule["rounding"])}) for rule in rules["earn_rules"]
        ),
        tiers=tuple(_tier(tier) for tier in rules["tiers"]),
        effective_at=micros(row["effective_at"]),
    )


def _encoded(currency: CurrencyRules) -> dict[str, Any]:
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


def _currency(stored: dict[str, Any], number: int) -> CurrencyRules:
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


def _tier(stored: dict[str, Any]) -> TierRule:
    return TierRule(
        key=stored["key"],
        name=Text(**stored["name"]),
        conditions=tuple(Condition(**condition) for condition in stored["conditions"]),
        multiplier=stored["multiplier"],
        benefits=tuple(
            Benefit(benefit["key"], BenefitKind(benefit["kind"]), Text(**benefit["name"]))
            for benefit in stored["benefits"]
        ),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _period(text: str | None) -> Period | None:
    return None if text is None else Period.parse(text)
