"""Departures, settled: what closed and erased members leave is forfeited, and erasures are proved."""

from functools import partial

import structlog

from services.kit import clock, database
from services.kit.refusal import Refusal
from services.loyalty.actions.coupon_dues import leave
from services.loyalty.actions.departures import prove_nothing_is_here
from services.loyalty.lanes import Lanes, one_lane
from services.loyalty.queues import Task
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.members.departures import Departure, depart
from services.loyalty.rules.members.forfeits import forfeit_key
from services.loyalty.rules.programmes.programmes import ProgrammeHistory, Programmes
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.members import departures
from services.loyalty.storage.members.departures import Waiting
from services.loyalty.storage.missions import activities

log = structlog.get_logger()

_AT_ONCE = 200


class Departures:
    """Works off who left. Whatever it did before it was killed is found done: forfeits go by their keys."""

    def __init__(
        self, url: str, pool: database.Pool, rulebook: Rulebook, now: clock.Clock = clock.now
    ) -> None:
        self._url = url
        self._pool = pool
        self._rulebook = rulebook
        self._now = now

    async def settle(self) -> None:
        """Settle everyone who waits; a lane is claimed only while somebody does."""
        members = await departures.waiting(self._pool, _AT_ONCE)
        if not members:
            return
        async with one_lane(self._url, self._rulebook, self._now) as lanes:
            for member in members:
                try:
                    await self._settle(lanes, member)
                except Refusal as refusal:  # one who cannot be settled yet holds up nobody else
                    log.warning("departure waits", member_id=member.member_id, because=refusal.code)

    async def _settle(self, lanes: Lanes, member: Waiting) -> None:
        known = await self._rulebook.current()
        deleted = await activities.erase(self._pool, member.member_id) if member.erasure_id else ()
        histories = [
            history for history in known.by_id.values() if history.newest.number in member.programmes
        ]
        if not histories and member.erasure_id:
            # Whoever joined no programme is told of in the default one.
            histories = [known.history("")] if known.by_id else []
            if not histories:
                async with self._pool.acquire() as connection, connection.transaction():
                    await prove_nothing_is_here(connection, member.member_id, member.erasure_id, self._now())

        await self._leave_coupons(member.member_id, known)
        for history in histories:
            is_last = member.erasure_id and history is histories[-1]
            kept = await departures.kept(self._pool, member.member_id) if is_last else None
            departure = Departure(
                member.member_id, history.newest.programme_id, member.erasure_id, kept, deleted
            )
            await lanes.submit(_task(departure, history))
        await departures.settled(self._pool, member, self._now())
        log.info("departure settled", member_id=member.member_id, erased=bool(member.erasure_id))

    async def _leave_coupons(self, member_id: str, known: Programmes) -> None:
        names = {history.newest.number: programme_id for programme_id, history in known.by_id.items()}
        async with self._pool.acquire() as connection, connection.transaction():
            await leave(connection, member_id, clock.micros(self._now()), names)


def _task(departure: Departure, history: ProgrammeHistory) -> Task:
    number = history.newest.number
    key = forfeit_key(number, departure.forfeit_id)
    touches = Touches(((departure.member_id, number),), keys=((departure.member_id, key),))
    return Task(partial(depart, departure=departure), touches)
