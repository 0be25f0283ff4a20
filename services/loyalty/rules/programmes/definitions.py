"""Definitions: what makes a programme's version well-formed."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.loyalty.rules.earning import earn_rules
from services.loyalty.rules.ledger.conversion import WHOLE_ORDER, Conversion, worth
from services.loyalty.rules.ledger.expiry import Expiry, ExpiryKind, Maturation, Rounding
from services.loyalty.rules.programmes.programmes import CurrencyRules, NegativePolicy, Programme
from services.loyalty.rules.programmes.wellformed import be_a_time, be_like, be_unique, be_within, wrong
from services.loyalty.rules.tiers import ladder_checks

MOST = 10**12
MOST_DATES = 24
MOST_HOLD_MINUTES = 366 * 24 * 60
YEARS = range(1970, 2500)


def check(programme: Programme) -> None:
    """Refuse a version that contradicts itself. Raises ``ProgrammeNotWellFormed`` with the field's path."""
    be_like(r"[a-z0-9-]{1,40}", programme.programme_id, "programme_id", "a-z, 0-9 and -, 1 to 40 of them")
    be_like(r"[A-Z]{3}", programme.money_currency, "money_currency", "an ISO 4217 code such as CNY")
    try:
        ZoneInfo(programme.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong("not an IANA time zone such as Asia/Shanghai", "time_zone") from None
    if not 1 <= len(programme.currencies) <= 20:
        raise wrong("a programme has 1 to 20 currencies", "currencies")
    be_unique([c.code for c in programme.currencies], "currencies", ".code")
    for nth, currency in enumerate(programme.currencies):
        be_like(r"[A-Z_]{1,20}", currency.code, f"currencies[{nth}].code", "A-Z and _, 1 to 20 of them")
        _check_currency(programme, currency, f"currencies[{nth}]")
    codes = [currency.code for currency in programme.currencies]
    earn_rules.check(programme.earn_rules, codes)
    ladder_checks.check(programme.tiers, programme.tier_scheme, codes)


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
        be_within(getattr(currency, name), 0, MOST, f"{path}.{name}")


def _check_maturation(maturation: Maturation, path: str) -> None:
    if maturation.period is not None:
        be_a_time(maturation.period, f"{path}.period")
    if maturation.on is not None and maturation.on.year not in YEARS:
        raise wrong(f"must lie in the years {YEARS[0]} to {YEARS[-1]}", f"{path}.date")


def _check_expiry(expiry: Expiry, path: str) -> None:
    if expiry.period is not None:
        be_a_time(expiry.period, f"{path}.period")
    if expiry.rounding is not Rounding.NONE and expiry.kind in (ExpiryKind.NEVER, ExpiryKind.ON_DATES):
        raise wrong(f"{expiry.kind} has no period whose end could be rounded", f"{path}.rounding")
    if len(expiry.dates) > MOST_DATES:
        raise wrong(f"at most {MOST_DATES} dates", f"{path}.dates")
    be_unique(map(str, expiry.dates), f"{path}.dates", "")
    for nth, last in enumerate(expiry.dates):
        if last.year is not None and last.year not in YEARS:
            raise wrong(f"must lie in the years {YEARS[0]} to {YEARS[-1]}", f"{path}.dates[{nth}]")


def _check_debt(programme: Programme, currency: CurrencyRules, path: str) -> None:
    be_within(currency.debt_floor, 0, MOST, f"{path}.debt_floor")
    floors = f"{path}.tier_debt_floors"
    allowed = currency.negative_policy is NegativePolicy.ALLOW_NEGATIVE
    if not allowed and (currency.debt_floor or currency.tier_debt_floors):
        at = f"{path}.debt_floor" if currency.debt_floor else floors
        raise wrong(f"{currency.negative_policy} lets no debt arise: only ALLOW_NEGATIVE has a floor", at)
    be_unique([floor.tier for floor in currency.tier_debt_floors], floors, ".tier")
    for nth, floor in enumerate(currency.tier_debt_floors):
        if programme.tier(floor.tier) is None:
            raise wrong(f"{floor.tier!r} is not a tier of this programme", f"{floors}[{nth}].tier")
        be_within(floor.points, 0, MOST, f"{floors}[{nth}].points")


def _check_spending(currency: CurrencyRules, path: str) -> None:
    if not currency.spendable:
        for name in ("conversion", "transferable"):
            if getattr(currency, name):
                raise wrong("only what is spendable has it", f"{path}.{name}")
    be_within(currency.transfer_limit, 0, MOST, f"{path}.transfer_limit")
    if currency.transfer_limit and not currency.transferable:
        raise wrong("nothing is transferable that could be limited", f"{path}.transfer_limit")
    be_within(currency.longest_hold_minutes, 1, MOST_HOLD_MINUTES, f"{path}.longest_hold_minutes")
    be_within(currency.hold_minutes, 1, currency.longest_hold_minutes, f"{path}.hold_minutes")
    if currency.conversion is not None:
        _check_conversion(currency.conversion, f"{path}.conversion")


def _check_conversion(conversion: Conversion, path: str) -> None:
    for name in ("points", "minor", "minimum", "multiple"):
        be_within(getattr(conversion, name), 1, MOST, f"{path}.{name}")
    be_within(conversion.cap_basis_points, 1, WHOLE_ORDER, f"{path}.cap_basis_points")
    if conversion.minimum % conversion.multiple:
        message = f"{conversion.minimum} is no multiple of {conversion.multiple}, as every redemption must be"
        raise wrong(message, f"{path}.minimum")
    if worth(conversion, conversion.minimum) < 1:
        message = f"{conversion.minimum} points are worth less than the smallest unit of money: ask for more"
        raise wrong(message, f"{path}.minimum")
