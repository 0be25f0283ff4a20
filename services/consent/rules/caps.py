"""Caps: how many messages a member gets by a channel within any stretch of time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.consent.rules.channels import Channel
from services.kit.refusal import Invalid

LONGEST = timedelta(days=31)
"""No cap looks back further, so older messages need not be known."""

MOST = 1_000
_SHORTEST = timedelta(hours=1)
_CAPS_MOST = 20


class CapsNotValid(Invalid):
    """A cap's period or number is out of range, or there are two for the same period."""


@dataclass(frozen=True, slots=True, order=True)
class FrequencyCap:
    """At most so many messages by a channel within any stretch as long as the period, its beginning left out."""

    channel: Channel
    period: timedelta
    most: int

    def free_from(self, sent: Sequence[datetime], at: datetime) -> datetime | None:
        """The first instant, ``at`` or later, at which one more may be sent; None: none ever.

        ``sent`` are the instants of what went by the channel, newest first.
        """
        if self.most == 0:
            return None
        return at if len(sent) < self.most else max(at, sent[self.most - 1] + self.period)


def check_caps(caps: Iterable[FrequencyCap], field: str) -> tuple[FrequencyCap, ...]:
    """The caps in order. Raises ``CapsNotValid``; ``field`` is what the request calls them."""
    caps = tuple(caps)
    if len(caps) > _CAPS_MOST:
        raise CapsNotValid(f"there are at most {_CAPS_MOST} caps", field=field)
    for place, cap in enumerate(caps):
        if not _SHORTEST <= cap.period <= LONGEST or cap.period.microseconds:
            raise CapsNotValid(
                "a period is whole seconds, an hour to 31 days", field=f"{field}[{place}].period"
            )
        if not 0 <= cap.most <= MOST:
            raise CapsNotValid(f"a cap is 0 to {MOST} messages", field=f"{field}[{place}].most")
    if len({(cap.channel, cap.period) for cap in caps}) < len(caps):
        raise CapsNotValid("there is one cap for a channel and period", field=field)
    return tuple(sorted(caps))
