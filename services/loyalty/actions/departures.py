"""Departures: proving that an erased member left nothing where nothing was ever founded."""

from datetime import datetime

from services.kit import clock, database
from services.loyalty import events
from services.loyalty.rules.ledger.events import Event, MemberErasureDone
from services.loyalty.storage.ledger.telling import tell


async def prove_nothing_is_here(
    connection: database.RawConnection, member_id: str, erasure_id: str, now: datetime
) -> None:
    """Tell of an erasure where no programme is, so that no fold can: no row of any member is there either."""
    done = Event(member_id, "", clock.micros(now), MemberErasureDone(erasure_id, ()))
    await tell(connection, [events.encode(done)])
