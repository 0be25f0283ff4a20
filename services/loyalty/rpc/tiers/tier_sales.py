"""A tier's sale between the wire and the rules, both ways."""

from collections.abc import Iterator

from huiyuan.kit.v1.kit_pb2 import Money
from huiyuan.loyalty.v1 import tier_sales_pb2 as wire

from services.loyalty.rpc.wire import money
from services.loyalty.rules.ledger.expiry import Period
from services.loyalty.rules.programmes.wellformed import wrong
from services.loyalty.rules.tiers.tier_sales import PriceStep, TierSale


def sale(message: wire.TierSale, money_currency: str, path: str) -> TierSale:
    """What a tier costs, not yet checked; no currency where it is judged by ``prices_named``."""
    for field, named in prices_named(message, path):
        if money_currency and named != money_currency:
            raise wrong(f"the programme counts in {money_currency}", field)
    window = message.renewal_window
    return TierSale(
        Period.parse(message.validity, f"{path}.validity"),
        tuple(PriceStep(step.score_from, step.price.minor_units) for step in message.prices),
        Period.parse(window, f"{path}.renewal_window") if window else None,
        message.waiver.spend_at_least.minor_units,
    )


def prices_named(message: wire.TierSale, path: str) -> Iterator[tuple[str, str]]:
    """The money that prices count in, by the field that says so."""
    prices: list[tuple[str, Money]] = [
        (f"prices[{nth}].price", step.price) for nth, step in enumerate(message.prices)
    ]
    if message.HasField("waiver"):
        prices.append(("waiver.spend_at_least", message.waiver.spend_at_least))
    for field, price in prices:
        yield f"{path}.{field}.currency", price.currency


def published(sale: TierSale, money_currency: str) -> wire.TierSale:
    """What a tier costs, as it was published."""
    waived_from = sale.waived_from_minor
    return wire.TierSale(
        validity=str(sale.validity),
        prices=[
            wire.PriceStep(score_from=step.score_from, price=money(step.price_minor, money_currency))
            for step in sale.prices
        ],
        renewal_window=str(sale.renewal_window or ""),
        waiver=wire.FeeWaiver(spend_at_least=money(waived_from, money_currency)) if waived_from else None,
    )
