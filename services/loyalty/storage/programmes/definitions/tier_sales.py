"""Tier sales as JSON."""

from dataclasses import asdict
from typing import Any

from services.loyalty.rules.ledger.expiry import Period
from services.loyalty.rules.tiers.tier_sales import PriceStep, TierSale


def encoded(sale: TierSale) -> dict[str, Any]:
    """What a tier costs, for JSON."""
    window = sale.renewal_window
    periods = {"validity": str(sale.validity), "renewal_window": None if window is None else str(window)}
    return asdict(sale) | periods


def sale(stored: dict[str, Any]) -> TierSale:
    """The same from its JSON."""
    window = stored["renewal_window"]
    return TierSale(
        Period.parse(stored["validity"]),
        tuple(PriceStep(**step) for step in stored["prices"]),
        None if window is None else Period.parse(window),
        stored["waived_from_minor"],
    )
