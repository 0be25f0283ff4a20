"""A benefit between the wire and the rules, both ways."""

from collections.abc import Iterable, Iterator

from huiyuan.loyalty.v1 import benefits_pb2 as wire

from services.loyalty.rpc.wire import choice, chosen, localized, money, text
from services.loyalty.rules.benefits.benefits import Benefit, BenefitEffect, BenefitKind, QuotaPeriod
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.programmes.wellformed import wrong

EFFECT, PERIOD = "BENEFIT_EFFECT_", "QUOTA_PERIOD_"


def benefit(message: wire.Benefit, money_currency: str, path: str) -> Benefit:
    """A benefit as an operator defines it, not yet checked; no currency where it is judged by ``costs_named``."""
    cost = message.unit_cost
    if money_currency and message.HasField("unit_cost") and cost.currency != money_currency:
        raise wrong(f"the programme counts in {money_currency}", f"{path}.unit_cost.currency")
    effect = message.effect or wire.BENEFIT_EFFECT_OTHER
    period = message.quota_period or wire.QUOTA_PERIOD_NONE
    described = message.HasField("description")
    return Benefit(
        message.key,
        chosen(BenefitKind, wire.BenefitKind, "BENEFIT_KIND_", message.kind, f"{path}.kind"),
        localized(message.name, f"{path}.name"),
        chosen(BenefitEffect, wire.BenefitEffect, EFFECT, effect, f"{path}.effect"),
        localized(message.description, f"{path}.description") if described else Text("", ""),
        message.quota if message.HasField("quota") else None,
        chosen(QuotaPeriod, wire.QuotaPeriod, PERIOD, period, f"{path}.quota_period"),
        cost.minor_units,
        message.survives_downgrade,
        message.coupon_template,
    )


def costs_named(benefits: Iterable[wire.Benefit], path: str) -> Iterator[tuple[str, str]]:
    """The money that costs count in, by the field that says so."""
    for nth, one in enumerate(benefits):
        if one.HasField("unit_cost"):
            yield f"{path}[{nth}].unit_cost.currency", one.unit_cost.currency


def published(benefit: Benefit, money_currency: str = "") -> wire.Benefit:
    """A benefit as it was published; without the money's currency, as members are told of it."""
    described = benefit.description != Text("", "")
    costs = money_currency and benefit.unit_cost_minor
    return wire.Benefit(
        key=benefit.key,
        kind=choice(wire.BenefitKind, "BENEFIT_KIND_", benefit.kind),
        name=text(benefit.name),
        effect=choice(wire.BenefitEffect, EFFECT, benefit.effect),
        description=text(benefit.description) if described else None,
        quota=benefit.quota,
        quota_period=choice(wire.QuotaPeriod, PERIOD, benefit.period),
        unit_cost=money(benefit.unit_cost_minor, money_currency) if costs else None,
        survives_downgrade=benefit.survives,
        coupon_template=benefit.coupon_template,
    )
