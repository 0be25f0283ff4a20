"""The demo's programme."""

from datetime import datetime

from huiyuan.kit.v1.kit_pb2 import LocalizedText, Money
from huiyuan.loyalty.v1 import benefits_pb2, currencies_pb2, earn_rules_pb2, tier_schemes_pb2
from huiyuan.loyalty.v1 import programmes_pb2 as programmes

from infra.local.demo import IN_FORCE_BEFORE, PROGRAMME_ID, text

_POINTS = currencies_pb2.CurrencyRules(
    code="POINTS",
    name=text("积分", "Points"),
    spendable=True,
    maturation=currencies_pb2.Maturation(kind=currencies_pb2.MATURATION_KIND_AT_ONCE),
    expiry=currencies_pb2.Expiry(
        kind=currencies_pb2.EXPIRY_KIND_AFTER_PERIOD,
        period="P12M",
        rounding=currencies_pb2.EXPIRY_ROUNDING_MONTH,
    ),
    negative_policy=currencies_pb2.NEGATIVE_POLICY_ALLOW_NEGATIVE,
    conversion=currencies_pb2.Conversion(
        points=100,
        worth=Money(minor_units=100, currency="CNY"),
        minimum=100,
        multiple=100,
        cap_basis_points=5_000,
    ),
    transferable=True,
    approval_above=10_000,
    cost_micros=10_000,
)
_GROWTH = currencies_pb2.CurrencyRules(
    code="GROWTH",
    name=text("成长值", "Growth"),
    spendable=False,
    maturation=currencies_pb2.Maturation(kind=currencies_pb2.MATURATION_KIND_AT_ONCE),
    expiry=currencies_pb2.Expiry(kind=currencies_pb2.EXPIRY_KIND_NEVER),
    negative_policy=currencies_pb2.NEGATIVE_POLICY_ALLOW_NEGATIVE,
)

_BENEFITS = {
    "birthday_gift": (benefits_pb2.BENEFIT_KIND_ECONOMIC, text("生日礼", "Birthday gift")),
    "free_delivery": (benefits_pb2.BENEFIT_KIND_ECONOMIC, text("包邮", "Free delivery")),
    "tier_badge": (benefits_pb2.BENEFIT_KIND_STATUS, text("专属徽章", "Tier badge")),
    "priority_support": (benefits_pb2.BENEFIT_KIND_FUNCTIONAL, text("优先客服", "Priority support")),
    "early_access": (benefits_pb2.BENEFIT_KIND_ACCESS, text("新品抢先购", "Early access to new teas")),
}


def _earn(key: str, currency: str, *, tier_multiplied: bool) -> earn_rules_pb2.EarnRule:
    return earn_rules_pb2.EarnRule(
        key=key,
        currency=currency,
        points=1,
        per=Money(minor_units=100, currency="CNY"),
        rounding=earn_rules_pb2.EARN_ROUNDING_WHOLE_STEPS,
        tier_multiplied=tier_multiplied,
    )


def _tier(
    key: str, name: LocalizedText, growth: int, multiplier: str, benefits: list[str]
) -> tier_schemes_pb2.TierRule:
    return tier_schemes_pb2.TierRule(
        key=key,
        name=name,
        conditions=[tier_schemes_pb2.TierCondition(metric="GROWTH", at_least=growth)],
        multiplier=multiplier,
        benefits=[
            benefits_pb2.Benefit(key=benefit, kind=_BENEFITS[benefit][0], name=_BENEFITS[benefit][1])
            for benefit in benefits
        ],
    )


def programme(founded_at: datetime) -> programmes.Programme:
    """One point for each yuan, more on higher tiers; three tiers by growth."""
    told = programmes.Programme(
        programme_id=PROGRAMME_ID,
        name=text("云岭茶会", "Yunling Tea Club"),
        time_zone="Asia/Shanghai",
        money_currency="CNY",
        currencies=[_POINTS, _GROWTH],
        earn_rules=[
            _earn("base", "POINTS", tier_multiplied=True),
            _earn("growth", "GROWTH", tier_multiplied=False),
        ],
        tiers=[
            _tier("silver", text("银卡", "Silver"), 500, "1.0", ["birthday_gift", "tier_badge"]),
            _tier(
                "gold",
                text("金卡", "Gold"),
                2_000,
                "1.2",
                ["birthday_gift", "tier_badge", "free_delivery", "priority_support"],
            ),
            _tier("platinum", text("白金卡", "Platinum"), 10_000, "1.5", list(_BENEFITS)),
        ],
    )
    told.effective_at.FromDatetime(founded_at - IN_FORCE_BEFORE)
    return told
