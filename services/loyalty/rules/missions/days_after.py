"""Days after: when an occasion comes that is so many local days after an order, at the same local time."""

from datetime import timedelta

from services.loyalty.rules.ledger.expiry import instant_of, local_time
from services.loyalty.rules.missions.missions import DAY_US

_MICROSECOND = timedelta(microseconds=1)


def comes_at(happened_at: int, days: int, zone: str) -> int:
    """The instant of the same local time so many days later (microseconds since 1970).

    Of a time that comes twice the first; one that a change of clocks skips comes as much later.
    """
    return instant_of(local_time(happened_at, zone) + timedelta(days=days))


def looked_back(since: int, until: int, days: int, zone: str) -> tuple[int, int]:
    """Between which instants all lies that comes behind one and not behind another; near a change of clocks also more."""
    first, last = since - days * DAY_US, until - days * DAY_US
    happened, comes = _offsets(first, last, zone), _offsets(since, until, zone)
    return first - max(happened) + min(comes), last - min(happened) + max(comes)


def _offsets(since: int, until: int, zone: str) -> list[int]:
    """What local time is ahead of UTC by, from a day before a stretch to a day after it."""
    offsets = (local_time(at, zone).utcoffset() for at in (since - DAY_US, since, until, until + DAY_US))
    return [(offset or timedelta(0)) // _MICROSECOND for offset in offsets]
