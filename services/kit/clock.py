"""Time: instants are aware datetimes in UTC, and on the hot paths whole microseconds since 1970."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def micros(instant: datetime) -> int:
    """Whole microseconds since 1970 of an aware instant."""
    return (instant - EPOCH) // _MICROSECOND


def instant(micros_since_epoch: int) -> datetime:
    """The aware instant of whole microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros_since_epoch)
