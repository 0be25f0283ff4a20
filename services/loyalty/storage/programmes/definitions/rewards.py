"""A reward's terms as JSON, whichever release wrote them."""

from dataclasses import asdict
from functools import lru_cache

import orjson

from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.rewards.rewards import Limit, LimitPeriod, RewardKind, Terms, TierPrice


def encode(terms: Terms) -> str:
    """Terms as JSON; what a later release adds gets a default where it is decoded."""
    return orjson.dumps(asdict(terms)).decode()


@lru_cache(maxsize=1_024)
def decode(stored: str) -> Terms:
    """Terms from their JSON. They never change once published, so that equal ones are decoded once."""
    said = orjson.loads(stored)
    return Terms(
        name=Text(**said["name"]),
        description=Text(**said["description"]),
        kind=RewardKind(said["kind"]),
        gives=said["gives"],
        currency=said["currency"],
        points=said["points"],
        tier_prices=tuple(TierPrice(**each) for each in said["tier_prices"]),
        tiers=tuple(said["tiers"]),
        limits=tuple(Limit(each["most"], LimitPeriod(each["period"])) for each in said["limits"]),
        limited=said["limited"],
        since=said["since"],
        until=said["until"],
        cost_minor=said["cost_minor"],
    )
