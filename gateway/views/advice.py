"""Advice: what is missing to keep a tier and to reach the next one, in sentences that members read."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from huiyuan.loyalty.v1 import tier_schemes_pb2, tiers_pb2

from gateway.scalars import Locale, text
from services.kit.money import decimals

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_EARNED = "EARNED:"


def advice(standing: tiers_pb2.Standing, locale: Locale) -> list[str]:
    """First what keeps the tier, unless it would be kept anyway, then what reaches the next one."""
    said = []
    if standing.to_keep and not standing.kept:
        missing = _missing(standing.to_keep, standing.keep_match, standing.money_currency, locale)
        name = text(standing.ladder_tier.name, locale)
        said.append(_KEEPS[locale].format(missing=missing, tier=name))
    if standing.toward_next:
        missing = _missing(standing.toward_next, standing.next_match, standing.money_currency, locale)
        if missing:
            name = text(standing.next_tier.name, locale)
            said.append(_REACHES[locale].format(missing=missing, tier=name))
    return said


def _missing(steps: Iterable[tiers_pb2.ConditionProgress], match: int, money: str, locale: Locale) -> str:
    """All that is missing, or each of which one suffices."""
    parts = [_amount(step, money, locale) for step in steps if step.actual < step.required]
    either = match == tier_schemes_pb2.CONDITION_MATCH_ANY
    return _BETWEEN[locale][either].join(parts)


def _amount(step: tiers_pb2.ConditionProgress, money: str, locale: Locale) -> str:
    missing = step.required - step.actual
    if step.metric == "SPEND":
        places = decimals(money)
        much = _SPEND[locale].format(amount=f"{Decimal(missing).scaleb(-places):,.{places}f}", money=money)
    elif step.metric == "ORDERS":
        much = _ORDERS[locale][missing != 1].format(count=missing)
    elif step.metric == "SCORE":
        much = _SCORE[locale].format(count=missing)
    else:
        much = _POINTS[locale].format(count=missing, code=step.metric.removeprefix(_EARNED))
    return much if not step.last_day else _by(date.fromisoformat(step.last_day), much, locale)


def _by(day: date, much: str, locale: Locale) -> str:
    if locale is Locale.ZH:
        return f"在{day.year}年{day.month}月{day.day}日前（含当日）{much}"
    return f"{much} by {day.day} {_MONTHS[day.month - 1]} {day.year}"


_KEEPS = {Locale.ZH: "{missing}，可保级{tier}", Locale.EN: "{missing} keeps {tier}"}
_REACHES = {Locale.ZH: "{missing}，可升级至{tier}", Locale.EN: "{missing} reaches {tier}"}
_BETWEEN = {Locale.ZH: ("，并且", "，或者"), Locale.EN: (" and ", " or ")}
_SPEND = {Locale.ZH: "再消费 {amount} {money}", Locale.EN: "{amount} {money} more"}
_ORDERS = {
    Locale.ZH: ("再下 {count} 单", "再下 {count} 单"),
    Locale.EN: ("{count} more order", "{count} more orders"),
}
_SCORE = {Locale.ZH: "评分再提高 {count}", Locale.EN: "{count} more of the score"}
_POINTS = {Locale.ZH: "再获得 {count} {code}", Locale.EN: "{count} more {code}"}
