"""A currency's definition between the wire and the rules, both ways."""

from collections.abc import Iterable
from datetime import date

from huiyuan.loyalty.v1 import currencies_pb2 as wire

from services.loyalty.rpc.wire import choice, chosen, localized, money, text
from services.loyalty.rules.ledger.conversion import Conversion
from services.loyalty.rules.ledger.expiry import (
    CalendarDate,
    DateNotUnderstood,
    Expiry,
    ExpiryKind,
    Maturation,
    MaturationKind,
    Period,
    Rounding,
)
from services.loyalty.rules.programmes.programmes import (
    HOLD_MINUTES,
    LONGEST_HOLD_MINUTES,
    CurrencyRules,
    NegativePolicy,
    TierDebtFloor,
)
from services.loyalty.rules.programmes.wellformed import wrong


def rules(messages: Iterable[wire.CurrencyRules], money_currency: str) -> Iterable[CurrencyRules]:
    """Currencies not yet checked or numbered; ``money_currency`` is what conversions must count in."""
    for nth, message in enumerate(messages):
        path = f"currencies[{nth}]"
        yield CurrencyRules(
            code=message.code,
            name=localized(message.name, f"{path}.name"),
            spendable=message.spendable,
            maturation=_maturation(message.maturation, f"{path}.maturation"),
            expiry=_expiry(message.expiry, f"{path}.expiry"),
            negative_policy=chosen(
                NegativePolicy,
                wire.NegativePolicy,
                "NEGATIVE_POLICY_",
                message.negative_policy,
                f"{path}.negative_policy",
            ),
            debt_floor=message.debt_floor,
            tier_debt_floors=tuple(
                TierDebtFloor(each.tier, each.points) for each in message.tier_debt_floors
            ),
            conversion=_conversion(message.conversion, money_currency, f"{path}.conversion")
            if message.HasField("conversion")
            else None,
            transferable=message.transferable,
            transfer_limit=message.transfer_limit,
            approval_above=message.approval_above,
            hold_minutes=message.hold_minutes or HOLD_MINUTES,
            longest_hold_minutes=message.longest_hold_minutes or LONGEST_HOLD_MINUTES,
            cost_micros=message.cost_micros,
        )


def published(currency: CurrencyRules, money_currency: str) -> wire.CurrencyRules:
    """A currency as it was published."""
    conversion = currency.conversion
    return wire.CurrencyRules(
        code=currency.code,
        name=text(currency.name),
        spendable=currency.spendable,
        maturation=wire.Maturation(
            kind=choice(wire.MaturationKind, "MATURATION_KIND_", currency.maturation.kind),
            period=str(currency.maturation.period or ""),
            date=str(currency.maturation.on or ""),
        ),
        expiry=wire.Expiry(
            kind=choice(wire.ExpiryKind, "EXPIRY_KIND_", currency.expiry.kind),
            period=str(currency.expiry.period or ""),
            rounding=choice(wire.ExpiryRounding, "EXPIRY_ROUNDING_", currency.expiry.rounding),
            dates=map(str, currency.expiry.dates),
        ),
        negative_policy=choice(wire.NegativePolicy, "NEGATIVE_POLICY_", currency.negative_policy),
        debt_floor=currency.debt_floor,
        tier_debt_floors=[
            wire.TierDebtFloor(tier=floor.tier, points=floor.points) for floor in currency.tier_debt_floors
        ],
        conversion=None
        if conversion is None
        else wire.Conversion(
            points=conversion.points,
            worth=money(conversion.minor, money_currency),
            minimum=conversion.minimum,
            multiple=conversion.multiple,
            cap_basis_points=conversion.cap_basis_points,
        ),
        transferable=currency.transferable,
        transfer_limit=currency.transfer_limit,
        approval_above=currency.approval_above,
        hold_minutes=currency.hold_minutes,
        longest_hold_minutes=currency.longest_hold_minutes,
        cost_micros=currency.cost_micros,
    )


def _maturation(message: wire.Maturation, path: str) -> Maturation:
    kind = chosen(MaturationKind, wire.MaturationKind, "MATURATION_KIND_", message.kind, f"{path}.kind")
    _be_meant(kind, message.period, f"{path}.period", meant=kind is MaturationKind.AFTER_PERIOD)
    _be_meant(kind, message.date, f"{path}.date", meant=kind is MaturationKind.ON_DATE)
    return Maturation(
        kind,
        Period.parse(message.period, f"{path}.period") if kind is MaturationKind.AFTER_PERIOD else None,
        _day(message.date, f"{path}.date") if kind is MaturationKind.ON_DATE else None,
    )


def _expiry(message: wire.Expiry, path: str) -> Expiry:
    kind = chosen(ExpiryKind, wire.ExpiryKind, "EXPIRY_KIND_", message.kind, f"{path}.kind")
    rounding = message.rounding or wire.EXPIRY_ROUNDING_NONE
    on_dates = kind is ExpiryKind.ON_DATES
    _be_meant(kind, message.period, f"{path}.period", meant=kind is not ExpiryKind.NEVER)
    _be_meant(kind, message.dates, f"{path}.dates", meant=on_dates)
    if on_dates and not message.dates:
        raise wrong("name at least one date, such as 12-31", f"{path}.dates")
    dateless = kind in (ExpiryKind.AFTER_PERIOD, ExpiryKind.AFTER_INACTIVITY)
    return Expiry(
        Period.parse(message.period, f"{path}.period") if dateless or message.period else None,
        chosen(Rounding, wire.ExpiryRounding, "EXPIRY_ROUNDING_", rounding, f"{path}.rounding"),
        tuple(CalendarDate.parse(each, f"{path}.dates[{nth}]") for nth, each in enumerate(message.dates)),
        sliding=kind is ExpiryKind.AFTER_INACTIVITY,
    )


def _conversion(message: wire.Conversion, money_currency: str, path: str) -> Conversion:
    if money_currency and message.worth.currency != money_currency:
        raise wrong(f"the programme counts in {money_currency}", f"{path}.worth.currency")
    return Conversion(
        message.points,
        message.worth.minor_units,
        message.minimum,
        message.multiple,
        message.cap_basis_points,
    )


def _be_meant(kind: MaturationKind | ExpiryKind, given: object, path: str, *, meant: bool) -> None:
    """What another choice would want is a misunderstanding, never silently left out."""
    if given and not meant:
        raise wrong(f"{kind} takes none: leave it out, or choose otherwise", path)


def _day(text: str, path: str) -> date:
    named = CalendarDate.parse(text, path)
    if named.year is None:
        raise DateNotUnderstood(f"{text!r} lacks its year: write for instance 2026-06-18", field=path)
    return named.within(named.year)
