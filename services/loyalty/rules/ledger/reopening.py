"""Reopening: how a lane goes on after its database was set back to an earlier state.

Numbers that were given out once are seen outside: in published heads, in streams, in consumers' places. A lane that
counted on from where the database stands would give them out again. So it goes on behind all of them, and what opens
the gap is a batch of its own, sealed with a statement that says from where, to where, by whom and why.
"""

from typing import NamedTuple

import orjson

EPOCH = 1_000_000
"""Lanes go on at a multiple of this, at least one whole of it behind all that was seen: what was seen and is not known
here, since Redis was emptied or heads are a minute old, is nowhere near that much."""


class NotReopened(Exception):
    """What an operator asked for is not done, and nothing is changed: what was wrong, and what would be right.

    It is no refusal: that is of requests, and has a code.
    """


class NothingSetBack(NotReopened):
    """The ledger has all that was seen of it."""


class NoSigningKey(NotReopened):
    """Heads are published, and there is no key to sign what is to be said of them."""


class ReasonMissing(NotReopened):
    """Whoever reopens the ledger says who it is and why."""


class LanesClaimed(NotReopened):
    """Somebody writes to a lane that is to be reopened."""


class InstantNotUnderstood(NotReopened):
    """Since when the database was written to is no instant."""


class Reopening(NamedTuple):
    """A lane goes on with ``seq`` after ``after``, the newest batch that is there; ``seen`` is the newest anybody saw.

    ``kept`` is up to where what was seen is what is there: what was written behind it has been told again.
    """

    lane: int
    seq: int
    after: int
    kept: int
    seen: int
    actor: str
    reason: str
    at: str

    @property
    def statement(self) -> str:
        """What the batch is sealed with."""
        return orjson.dumps(self._asdict(), option=orjson.OPT_SORT_KEYS).decode()


def first_of_epoch(seen: int) -> int:
    """The number with which all lanes go on."""
    return (seen // EPOCH + 2) * EPOCH
