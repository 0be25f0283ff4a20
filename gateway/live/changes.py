"""Changes: what watchers are told of an event, and what a reconnect reads from the streams it missed."""

from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime
from typing import Any, NamedTuple

from huiyuan.consent.v1 import events_pb2 as consent
from huiyuan.loyalty.v1 import events_pb2 as loyalty
from huiyuan.members.v1 import events_pb2 as members
from redis.asyncio import Redis

from gateway.live.positions import PLACE, STREAMS, Positions
from services.kit import clock, stream

CAUGHT_UP = "CAUGHT_UP"
"""From here on, changes are told as they happen."""

RESYNCED = "RESYNCED"
"""More happened than is told one by one; what is read now holds it all."""

_SCANNED_AT_MOST = 20_000
_PAGE = 1000

_ENVELOPES: dict[str, Any] = {
    "loyalty": loyalty.LoyaltyEvent,
    "members": members.MembersEvent,
    "consent": consent.ConsentEvent,
}


class Change(NamedTuple):
    """Something happened to a member; ``cursor`` is where to go on after it."""

    kind: str
    occurred_at: datetime
    cursor: str


def change(event: stream.Event, cursor: str) -> Change:
    """What an event of a stream is told as."""
    envelope = _ENVELOPES[event.stream.split(":")[1]].FromString(event.body)
    kind = (envelope.WhichOneof("event") or "other").upper()
    return Change(kind, envelope.occurred_at.ToDatetime(UTC), cursor)


def mark(kind: str, cursor: str) -> Change:
    """A change that is no event: where the telling itself stands."""
    return Change(kind, clock.now(), cursor)


class _Gone(Exception):
    """What was missed is no longer all there, or too much to go through."""


async def missed(
    redis: Redis, names: Collection[str], after: Positions, until: Positions
) -> AsyncIterator[Change]:
    """What happened to a member of these names between two positions, or one ``RESYNCED`` when that cannot be told."""
    told = after.copy()
    scanned = 0
    try:
        for place, name in enumerate(STREAMS):
            while told[place] < until[place]:
                page = await stream.between(redis, name, told[place], until[place], count=_PAGE)
                scanned += len(page)
                for event in page:
                    if event.seq > told[place][0] + 1:
                        raise _Gone
                    told[place] = event.seq, event.ord
                    if event.member_id in names:
                        yield change(event, told.cursor)
                if not page or scanned > _SCANNED_AT_MOST:
                    raise _Gone
    except _Gone:
        yield mark(RESYNCED, until.cursor)


def place_of(event: stream.Event) -> int:
    """Which of the streams an event came by."""
    return PLACE[event.stream]
