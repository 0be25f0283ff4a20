"""The schedule: when a webhook that was not taken is tried again; over three days, as the convention suggests."""

import random
from datetime import timedelta

DELAYS_S = (5, 5 * 60, *(hours * 3600 for hours in (0.5, 2, 5, 10, 14, 20, 24)))
"""How long after each failed try the next one comes; the first try is at once."""

JITTER = 0.2
LONGEST_RETRY_AFTER_S = 3600
FAILING_FOR = timedelta(days=5)
"""An endpoint that took nothing for so long is disabled."""


def delay_after(tries: int, retry_after_s: int | None, chance: random.Random) -> timedelta | None:
    """How long to wait after so many tries, None to give up; an endpoint may ask for longer, up to an hour."""
    if tries > len(DELAYS_S):
        return None
    asked_s = min(retry_after_s or 0, LONGEST_RETRY_AFTER_S)
    return timedelta(seconds=max(DELAYS_S[tries - 1], asked_s) * (1 + chance.random() * JITTER))
