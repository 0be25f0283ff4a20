"""Periods: which stretch of the past is asked about, by instants or by local days."""

from datetime import date, timedelta

from services.kit.refusal import Invalid
from services.loyalty.rules.ledger.expiry import midnight

_EARLIEST, _LATEST = date(1970, 1, 2), date(9998, 12, 31)


class InstantAhead(Invalid):
    """The past is asked about, and the instant lies in the future."""


class PeriodNotUnderstood(Invalid):
    """A period begins before it ends and is no longer than may be; days are written such as 2026-11-30."""


def past(since: int, until: int, now: int) -> tuple[int, int]:
    """From an instant until before another, now at the latest. Raises ``PeriodNotUnderstood``, ``InstantAhead``."""
    if since >= until:
        raise PeriodNotUnderstood("a period begins before it ends", field="period")
    if since > now:
        raise InstantAhead("a period begins in the past", field="period")
    return since, min(until, now + 1)


def between(first: str, last: str, zone: str) -> tuple[int, int]:
    """The instants at which a first local day begins and a last one has ended."""
    begins, ends = _day(first, "days.first"), _day(last, "days.last")
    return midnight(begins, zone), midnight(ends + timedelta(days=1), zone)


def days(first: str, last: str, most: int) -> list[date]:
    """Every day from a first to a last one. Raises ``PeriodNotUnderstood``."""
    begins, ends = _day(first, "days.first"), _day(last, "days.last")
    count = (ends - begins).days + 1
    if not 1 <= count <= most:
        message = f"{count} days asked: the first comes before the last, and there are at most {most}"
        raise PeriodNotUnderstood(message, field="days", asked=count, most=most)
    return [begins + timedelta(days=nth) for nth in range(count)]


def _day(text: str, field: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not _EARLIEST <= day <= _LATEST:
        raise PeriodNotUnderstood(f"{field} must be a day such as 2026-11-30", field=field)
    return day
