"""Programmes: the rules an operator sets, as immutable versions, and what makes a version well-formed."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.kit.refusal import Declined, Invalid, NotFound
from services.loyalty.rules.expiry import Expiry, Maturation

MULTIPLIER_SCALE = 10_000


class ProgrammeNotWellFormed(Invalid):
    """A programme version contradicts itself; the field says where."""


class UnknownProgramme(NotFound):
    """No programme has this id."""


class ProgrammeNotInForce(Declined):
    """The programme had not begun at that instant."""


class NegativePolicy(StrEnum):
    """What happens when more points must be taken back than are there."""

    ALLOW_NEGATIVE = "ALLOW_NEGATIVE"
    CLAMP = "CLAMP"
    REFUSE = "REFUSE"


class EarnRounding(StrEnum):
    WHOLE_STEPS = "WHOLE_STEPS"
    PROPORTIONAL = "PROPORTIONAL"


class BenefitKind(StrEnum):
    ECONOMIC = "ECONOMIC"
    STATUS = "STATUS"
    FUNCTIONAL = "FUNCTIONAL"
    ACCESS = "ACCESS"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the languages we serve."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CurrencyRules:
    """A currency of the programme; ``number`` names it in the ledger (0 until it is stored)."""

    code: str
    name: Text
    spendable: bool
    maturation: Maturation
    expiry: Expiry
    negative_policy: NegativePolicy
    debt_floor: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class EarnRule:
    """``points`` for each ``per_minor`` of the order's money, times the tier's multiplier where it says so."""

    key: str
    currency: str
    points: int
    per_minor: int
    rounding: EarnRounding
    tier_multiplied: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A metric (SPEND in minor units, ORDERS, or a currency's balance) that must reach a value."""

    metric: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Benefit:
    key: str
    kind: BenefitKind
    name: Text


@dataclass(frozen=True, slots=True)
class TierRule:
    """One tier of the ladder; ``multiplier`` is in ten-thousandths."""

    key: str
    name: Text
    conditions: tuple[Condition, ...]
    multiplier: int
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    """One version of a programme. Immutable; ``effective_at`` in microseconds since 1970."""

    programme_id: str
    number: int
    version: int
    name: Text
    time_zone: str
    money_currency: str
    currencies: tuple[CurrencyRules, ...]
    earn_rules: tuple[EarnRule, ...]
    tiers: tuple[TierRule, ...]
    effective_at: int

    def currency(self, code: str) -> CurrencyRules | None:
        return next((currency for currency in self.currencies if currency.code == code), None)

    def tier(self, key: str) -> TierRule | None:
        return next((tier for tier in self.tiers if tier.key == key), None)

    def rank(self, key: str) -> int:
        """A tier's place on the ladder from 1; 0 for none and for a tier that is no longer there."""
        return next((rank for rank, tier in enumerate(self.tiers, 1) if tier.key == key), 0)


@dataclass(frozen=True, slots=True)
class ProgrammeHistory:
    """All versions of one programme, oldest first."""

    versions: tuple[Programme, ...]

    @property
    def newest(self) -> Programme:
        return self.versions[-1]

    def at(self, instant: int) -> Programme:
        """The version in force at an instant. Raises ``ProgrammeNotInForce``."""
        place = bisect_right(self.versions, instant, key=lambda version: version.effective_at)
        if place == 0:
            raise ProgrammeNotInForce(f"programme {self.newest.programme_id} had not begun then")
        return self.versions[place - 1]


@dataclass(frozen=True, slots=True)
class Programmes:
    """Every programme of the installation, as of one revision of them all."""

    revision: int
    by_id: Mapping[str, ProgrammeHistory]
    default_id: str

    def history(self, programme_id: str) -> ProgrammeHistory:
        """By id, or the default's when the id is empty. Raises ``UnknownProgramme``."""
        found = self.by_id.get(programme_id or self.default_id)
        if found is None:
            wanted = programme_id or "(the default)"
            raise UnknownProgramme(f"there is no programme {wanted}", field="programme_id")
        return found


def multiplier(text: str, field: str) -> int:
    """``"1.5"`` → 15000. Raises ``ProgrammeNotWellFormed``."""
    try:
        scaled = Decimal(text or "1") * MULTIPLIER_SCALE
    except InvalidOperation:
        raise _wrong(f"{text!r} is not a decimal number such as 1.5", field) from None
    if (
        not scaled.is_finite()
        or scaled != scaled.to_integral_value()
        or not 0 <= scaled <= 100 * MULTIPLIER_SCALE
    ):
        raise _wrong("a multiplier is 0 to 100 with at most four decimals", field)
    return int(scaled)


def check(programme: Programme) -> None:
    """Refuse a version that contradicts itself. Raises ``ProgrammeNotWellFormed`` with the field's path."""
    _match(r"[a-z0-9-]{1,40}", programme.programme_id, "programme_id", "a-z, 0-9 and -, 1 to 40 of them")
    _match(r"[A-Z]{3}", programme.money_currency, "money_currency", "an ISO 4217 code such as CNY")
    try:
        ZoneInfo(programme.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong("not an IANA time zone such as Asia/Shanghai", "time_zone") from None
    if not 1 <= len(programme.currencies) <= 20:
        raise _wrong("a programme has 1 to 20 currencies", "currencies")
    _unique([c.code for c in programme.currencies], "currencies", "code")
    for nth, currency in enumerate(programme.currencies):
        _match(r"[A-Z_]{1,20}", currency.code, f"currencies[{nth}].code", "A-Z and _, 1 to 20 of them")
        if currency.debt_floor < 0:
            raise _wrong("a debt floor is 0 (none) or more", f"currencies[{nth}].debt_floor")
    _check_earn_rules(programme)
    _check_tiers(programme)


def _check_earn_rules(programme: Programme) -> None:
    _unique([rule.key for rule in programme.earn_rules], "earn_rules", "key")
    for nth, rule in enumerate(programme.earn_rules):
        path = f"earn_rules[{nth}]"
        _match(r"[a-z0-9_-]{1,40}", rule.key, f"{path}.key", "a-z, 0-9, _ and -, 1 to 40 of them")
        if programme.currency(rule.currency) is None:
            raise _wrong(f"{rule.currency!r} is not a currency of this programme", f"{path}.currency")
        if not 1 <= rule.points <= 1_000_000:
            raise _wrong("points are 1 to 1,000,000", f"{path}.points")
        if not 1 <= rule.per_minor <= 10**12:
            raise _wrong("the money it is counted per must be above 0", f"{path}.per")


def _check_tiers(programme: Programme) -> None:
    _unique([tier.key for tier in programme.tiers], "tiers", "key")
    metrics = {"SPEND", "ORDERS", *(currency.code for currency in programme.currencies)}
    below: dict[str, int] = {}
    for nth, tier in enumerate(programme.tiers):
        path = f"tiers[{nth}]"
        _match(r"[a-z0-9_-]{1,40}", tier.key, f"{path}.key", "a-z, 0-9, _ and -, 1 to 40 of them")
        if not tier.conditions:
            raise _wrong("a tier needs at least one condition", f"{path}.conditions")
        _unique([condition.metric for condition in tier.conditions], f"{path}.conditions", "metric")
        for place, condition in enumerate(tier.conditions):
            at = f"{path}.conditions[{place}]"
            if condition.metric not in metrics:
                raise _wrong(f"{condition.metric!r} is none of {', '.join(sorted(metrics))}", f"{at}.metric")
            if condition.at_least < 0:
                raise _wrong("a threshold is 0 or more", f"{at}.at_least")
            floor = below.get(condition.metric)
            if floor is not None and condition.at_least <= floor:
                raise _wrong(f"must be above the tier below, which asks {floor}", f"{at}.at_least")
        below |= {condition.metric: condition.at_least for condition in tier.conditions}


def _unique(values: Iterable[str], path: str, what: str) -> None:
    seen: set[str] = set()
    for nth, value in enumerate(values):
        if value in seen:
            raise _wrong(f"{value!r} is there twice", f"{path}[{nth}].{what}")
        seen.add(value)


def _match(pattern: str, value: str, path: str, wanted: str) -> None:
    if re.fullmatch(pattern, value) is None:
        raise _wrong(f"must be {wanted}", path)


def _wrong(message: str, field: str) -> ProgrammeNotWellFormed:
    return ProgrammeNotWellFormed(f"{field}: {message}", field=field)
