"""Definitions: what makes a programme's version well-formed."""

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.loyalty.rules.conversion import WHOLE_ORDER, Conversion, worth
from services.loyalty.rules.expiry import Expiry, ExpiryKind, Maturation, Period, Rounding
from services.loyalty.rules.programmes import CurrencyRules, NegativePolicy, Programme, wrong

MOST = 10**12
MOST_DATES = 24
MOST_DAYS = 100 * 12 * 31
MOST_HOLD_MINUTES = 366 * 24 * 60
YEARS = range(1970, 2500)


def check(programme: Programme) -> None:
    """Refuse a version that contradicts itself. Raises ``ProgrammeNotWellFormed`` with the field's path."""
    _match(r"[a-z0-9-]{1,40}", programme.programme_id, "programme_id", "a-z, 0-9 and -, 1 to 40 of them")
    _match(r"[A-Z]{3}", programme.money_currency, "money_currency", "an ISO 4217 code such as CNY")
    try:
        ZoneInfo(programme.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong("not an IANA time zone such as Asia/Shanghai", "time_zone") from None
    if not 1 <= len(programme.currencies) <= 20:
        raise wrong("a programme has 1 to 20 currencies", "currencies")
    _unique([c.code for c in programme.currencies], "currencies", ".code")
    for nth, currency in enumerate(programme.currencies):
        _match(r"[A-Z_]{1,20}", currency.code, f"currencies[{nth}].code", "A-Z and _, 1 to 20 of them")
        _check_currency(programme, currency, f"currencies[{nth}]")
    _check_earn_rules(programme)
    _check_tiers(programme)


def check_successor(before: Programme, after: Programme) -> None:
    """Refuse a version that would leave points of the one before it without rules. Raises likewise."""
    for known in before.currencies:
        kept = after.currency(known.code)
        if kept is None:
            raise wrong(f"{known.code} is there and must stay: members may have points of it", "currencies")
        if kept.spendable is not known.spendable:
            nth = after.currencies.index(kept)
            message = "a currency that was spendable stays so, and one that only qualifies as well"
            raise wrong(message, f"currencies[{nth}].spendable")


def _check_currency(programme: Programme, currency: CurrencyRules, path: str) -> None:
    _check_maturation(currency.maturation, f"{path}.maturation")
    _check_expiry(currency.expiry, f"{path}.expiry")
    _check_debt(programme, currency, path)
    _check_spending(currency, path)
    for name in ("approval_above", "cost_micros"):
        _be_within(getattr(currency, name), 0, MOST, f"{path}.{name}")


def _check_maturation(maturation: Maturation, path: str) -> None:
    if maturation.period is not None:
        _be_a_time(maturation.period, f"{path}.period")
    if maturation.on is not None and maturation.on.year not in YEARS:
        raise wrong(f"must lie in the years {YEARS[0]} to {YEARS[-1]}", f"{path}.date")


def _check_expiry(expiry: Expiry, path: str) -> None:
    if expiry.period is not None:
        _be_a_time(expiry.period, f"{path}.period")
    if expiry.rounding is not Rounding.NONE and expiry.kind in (ExpiryKind.NEVER, ExpiryKind.ON_DATES):
        raise wrong(f"{expiry.kind} has no period whose end could be rounded", f"{path}.rounding")
    if len(expiry.dates) > MOST_DATES:
        raise wrong(f"at most {MOST_DATES} dates", f"{path}.dates")
    _unique(map(str, expiry.dates), f"{path}.dates", "")
    for nth, last in enumerate(expiry.dates):
        if last.year is not None and last.year not in YEARS:
            raise wrong(f"must lie in the years {YEARS[0]} to {YEARS[-1]}", f"{path}.dates[{nth}]")


def _check_debt(programme: Programme, currency: CurrencyRules, path: str) -> None:
    _be_within(currency.debt_floor, 0, MOST, f"{path}.debt_floor")
    floors = f"{path}.tier_debt_floors"
    allowed = currency.negative_policy is NegativePolicy.ALLOW_NEGATIVE
    if not allowed and (currency.debt_floor or currency.tier_debt_floors):
        at = f"{path}.debt_floor" if currency.debt_floor else floors
        raise wrong(f"{currency.negative_policy} lets no debt arise: only ALLOW_NEGATIVE has a floor", at)
    _unique([floor.tier for floor in currency.tier_debt_floors], floors, ".tier")
    for nth, floor in enumerate(currency.tier_debt_floors):
        if programme.tier(floor.tier) is None:
            raise wrong(f"{floor.tier!r} is not a tier of this programme", f"{floors}[{nth}].tier")
        _be_within(floor.points, 0, MOST, f"{floors}[{nth}].points")


def _check_spending(currency: CurrencyRules, path: str) -> None:
    if not currency.spendable:
        for name in ("conversion", "transferable"):
            if getattr(currency, name):
                raise wrong("only what is spendable has it", f"{path}.{name}")
    _be_within(currency.transfer_limit, 0, MOST, f"{path}.transfer_limit")
    if currency.transfer_limit and not currency.transferable:
        raise wrong("nothing is transferable that could be limited", f"{path}.transfer_limit")
    _be_within(currency.longest_hold_minutes, 1, MOST_HOLD_MINUTES, f"{path}.longest_hold_minutes")
    _be_within(currency.hold_minutes, 1, currency.longest_hold_minutes, f"{path}.hold_minutes")
    if currency.conversion is not None:
        _check_conversion(currency.conversion, f"{path}.conversion")


def _check_conversion(conversion: Conversion, path: str) -> None:
    for name in ("points", "minor", "minimum", "multiple"):
        _be_within(getattr(conversion, name), 1, MOST, f"{path}.{name}")
    _be_within(conversion.cap_basis_points, 1, WHOLE_ORDER, f"{path}.cap_basis_points")
    if conversion.minimum % conversion.multiple:
        message = f"{conversion.minimum} is no multiple of {conversion.multiple}, as every redemption must be"
        raise wrong(message, f"{path}.minimum")
    if worth(conversion, conversion.minimum) < 1:
        message = f"{conversion.minimum} points are worth less than the smallest unit of money: ask for more"
        raise wrong(message, f"{path}.minimum")


def _check_earn_rules(programme: Programme) -> None:
    _unique([rule.key for rule in programme.earn_rules], "earn_rules", ".key")
    for nth, rule in enumerate(programme.earn_rules):
        path = f"earn_rules[{nth}]"
        _match(r"[a-z0-9_-]{1,40}", rule.key, f"{path}.key", "a-z, 0-9, _ and -, 1 to 40 of them")
        if programme.currency(rule.currency) is None:
            raise wrong(f"{rule.currency!r} is not a currency of this programme", f"{path}.currency")
        if not 1 <= rule.points <= 1_000_000:
            raise wrong("points are 1 to 1,000,000", f"{path}.points")
        if not 1 <= rule.per_minor <= 10**12:
            raise wrong("the money it is counted per must be above 0", f"{path}.per")


def _check_tiers(programme: Programme) -> None:
    _unique([tier.key for tier in programme.tiers], "tiers", ".key")
    metrics = {"SPEND", "ORDERS", *(currency.code for currency in programme.currencies)}
    below: dict[str, int] = {}
    for nth, tier in enumerate(programme.tiers):
        path = f"tiers[{nth}]"
        _match(r"[a-z0-9_-]{1,40}", tier.key, f"{path}.key", "a-z, 0-9, _ and -, 1 to 40 of them")
        if not tier.conditions:
            raise wrong("a tier needs at least one condition", f"{path}.conditions")
        _unique([condition.metric for condition in tier.conditions], f"{path}.conditions", ".metric")
        for place, condition in enumerate(tier.conditions):
            at = f"{path}.conditions[{place}]"
            if condition.metric not in metrics:
                raise wrong(f"{condition.metric!r} is none of {', '.join(sorted(metrics))}", f"{at}.metric")
            if condition.at_least < 0:
                raise wrong("a threshold is 0 or more", f"{at}.at_least")
            floor = below.get(condition.metric)
            if floor is not None and condition.at_least <= floor:
                raise wrong(f"must be above the tier below, which asks {floor}", f"{at}.at_least")
        below |= {condition.metric: condition.at_least for condition in tier.conditions}


def _unique(values: Iterable[str], path: str, what: str) -> None:
    seen: set[str] = set()
    for nth, value in enumerate(values):
        if value in seen:
            raise wrong(f"{value!r} is there twice", f"{path}[{nth}]{what}")
        seen.add(value)


def _match(pattern: str, value: str, path: str, wanted: str) -> None:
    if re.fullmatch(pattern, value) is None:
        raise wrong(f"must be {wanted}", path)


def _be_within(value: int, least: int, most: int, path: str) -> None:
    if not least <= value <= most:
        raise wrong(f"must be {least:,} to {most:,}, and not {value:,}", path)


def _be_a_time(period: Period, path: str) -> None:
    if not 0 < period.months * 31 + period.days <= MOST_DAYS:
        raise wrong("a period is at least a day and at most 100 years", path)
