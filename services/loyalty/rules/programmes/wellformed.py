"""Well-formed: how what an operator defines is refused, with the path of the field that says it."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from services.kit.refusal import Invalid
from services.loyalty.rules.ledger.expiry import Period

MULTIPLIER_SCALE = 10_000
MOST_DAYS = 100 * 12 * 31
KEY = r"[a-z0-9_-]{1,40}"
KEY_SAID = "a-z, 0-9, _ and -, 1 to 40 of them"
PURPOSE = r"[a-z][a-z0-9_]{0,62}"
PURPOSE_SAID = "the key of a purpose, for instance birthday_care"


class ProgrammeNotWellFormed(Invalid):
    """A programme version contradicts itself; the field says where."""


def multiplier(text: str, field: str) -> int:
    """``"1.5"`` → 15000. Raises ``ProgrammeNotWellFormed``."""
    try:
        scaled = Decimal(text or "1") * MULTIPLIER_SCALE
    except InvalidOperation:
        raise wrong(f"{text!r} is not a decimal number such as 1.5", field) from None
    if (
        not scaled.is_finite()
        or scaled != scaled.to_integral_value()
        or not 0 <= scaled <= 100 * MULTIPLIER_SCALE
    ):
        raise wrong("a multiplier is 0 to 100 with at most four decimals", field)
    return int(scaled)


def wrong(message: str, field: str) -> ProgrammeNotWellFormed:
    """The refusal of what a field says."""
    return ProgrammeNotWellFormed(f"{field}: {message}", field=field)


def be_unique(values: Iterable[str], path: str, what: str) -> None:
    seen: set[str] = set()
    for nth, value in enumerate(values):
        if value in seen:
            raise wrong(f"{value!r} is there twice", f"{path}[{nth}]{what}")
        seen.add(value)


def be_like(pattern: str, value: str, path: str, wanted: str) -> None:
    if re.fullmatch(pattern, value) is None:
        raise wrong(f"must be {wanted}", path)


def be_within(value: int, least: int, most: int, path: str) -> None:
    if not least <= value <= most:
        raise wrong(f"must be {least:,} to {most:,}, and not {value:,}", path)


def be_a_time(period: Period, path: str) -> None:
    if not 0 < period.months * 31 + period.days <= MOST_DAYS:
        raise wrong("a period is at least a day and at most 100 years", path)
