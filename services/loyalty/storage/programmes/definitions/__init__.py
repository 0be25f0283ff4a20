"""Definitions in storage: a programme's version as JSON, whichever release wrote it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import asyncpg
import orjson

from services.kit.clock import micros
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.storage.programmes.definitions.currencies import currency, encoded
from services.loyalty.storage.programmes.definitions.earn_rules import earn_rule
from services.loyalty.storage.programmes.definitions.tier_schemes import (
    encoded_scheme,
    encoded_tier,
    tier,
    tier_scheme,
)


def encode(programme: Programme) -> str:
    """A version's rules as JSON; what a later release adds gets a default where it is decoded."""
    rules = {
        "name": asdict(programme.name),
        "time_zone": programme.time_zone,
        "money_currency": programme.money_currency,
        "currencies": [encoded(each) for each in programme.currencies],
        "earn_rules": [asdict(rule) for rule in programme.earn_rules],
        "tiers": [encoded_tier(each) for each in programme.tiers],
        "tier_scheme": encoded_scheme(programme.tier_scheme),
        "two_persons": programme.two_persons,
    }
    return orjson.dumps(rules).decode()


def decode(row: asyncpg.Record | Mapping[str, Any], numbers: Mapping[str, int]) -> Programme:
    """A version from its row; ``numbers`` are its programme's currencies by code."""
    rules = orjson.loads(row["rules"])
    return Programme(
        programme_id=row["programme_id"],
        number=row["number"],
        version=row["version"],
        name=Text(**rules["name"]),
        time_zone=rules["time_zone"],
        money_currency=rules["money_currency"],
        currencies=tuple(currency(c, numbers[c["code"]]) for c in rules["currencies"]),
        earn_rules=tuple(earn_rule(rule) for rule in rules["earn_rules"]),
        tiers=tuple(tier(each) for each in rules["tiers"]),
        effective_at=micros(row["effective_at"]),
        tier_scheme=tier_scheme(rules.get("tier_scheme")),
        two_persons=rules.get("two_persons", False),
    )
