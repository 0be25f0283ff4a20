"""Grants, given: what rules promised members, by the ledger and by whoever else gives."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

import structlog
from prometheus_client import Counter, Gauge

from services.kit import clock, database
from services.kit.refusal import Kind, Refusal
from services.loyalty.lanes import Lanes, one_lane
from services.loyalty.queues import Task
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.asks import Ask
from services.loyalty.rules.ledger.awards import award
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.ledger.grants import Grant, GrantKind
from services.loyalty.rules.ledger.moves import Move
from services.loyalty.rules.ledger.points import SYSTEM
from services.loyalty.storage.ledger import grants, points
from services.loyalty.storage.ledger.grants import Kept
from services.loyalty.storage.ledger.state import Touches

log = structlog.get_logger()

open_grants = Gauge("huiyuan_grants_open", "Grants that were promised and are not given yet.", ["kind"])
oldest_grant_s = Gauge(
    "huiyuan_grants_oldest_seconds", "How long ago the oldest open grant was promised.", ["kind"]
)
settled_total = Counter(
    "huiyuan_grants_settled_total", "Grants that were given or refused.", ["kind", "outcome"]
)

_AT_ONCE = 1_000

Giver = Callable[[database.RawConnection, Grant, datetime], Awaitable[str]]
"""Gives one grant inside an open transaction, under the grant's key; what was given, by its id."""


class Grants:
    """Gives what is open. What it gave before it was killed is found given: grants go by their keys.

    Points are posted by the ledger, which knows the key, and noted after that; what the ``givers`` give is noted in
    the transaction in which it is given. A kind without a giver stays open. What is away is tried again, ever later;
    what says no for good refuses the grant, until staff have it tried again.
    """

    def __init__(
        self,
        url: str,
        pool: database.Pool,
        rulebook: Rulebook,
        now: clock.Clock = clock.now,
        givers: Mapping[GrantKind, Giver] | None = None,
    ) -> None:
        self._url = url
        self._pool = pool
        self._rulebook = rulebook
        self._now = now
        self._givers = dict(givers or {})

    async def give(self) -> None:
        """Give everything whose time has come; a lane is claimed only while points are among it."""
        kinds = {GrantKind.POINTS, *self._givers}
        more = True
        while more:
            due = await grants.due(self._pool, kinds, self._now(), _AT_ONCE)
            more = len(due) == _AT_ONCE
            by_lane = [kept for kept in due if kept.grant.kind is GrantKind.POINTS]
            if by_lane:
                async with one_lane(self._url, self._rulebook, self._now) as lanes:
                    await asyncio.gather(
                        *(self._settle(kept, partial(self._post, lanes)) for kept in by_lane)
                    )
            for kept in due:
                if kept.grant.kind in self._givers:
                    await self._settle(kept, self._hand_out)

    async def measure(self) -> None:
        """Say what is open, and how old it is."""
        now, found = self._now(), {one.kind: one for one in await grants.backlog(self._pool)}
        for kind in GrantKind:
            one = found.get(kind)
            open_grants.labels(kind).set(one.count if one else 0)
            oldest_grant_s.labels(kind).set((now - one.oldest_at).total_seconds() if one else 0)

    async def _settle(self, kept: Kept, give: Callable[[Grant], Awaitable[None]]) -> None:
        grant = kept.grant
        try:
            await give(grant)
        except Refusal as refusal:
            log.warning("grant not given", member_id=grant.member_id, grant=grant.key, because=refusal.code)
            if refusal.kind is Kind.UNAVAILABLE:
                await grants.put_off(self._pool, kept, refusal.code, self._now())
                return
            await grants.refused(self._pool, grant, refusal.code, self._now())
            settled_total.labels(grant.kind, "refused").inc()
        else:
            settled_total.labels(grant.kind, "given").inc()

    async def _post(self, lanes: Lanes, grant: Grant) -> None:
        """Post points under the grant's key, which the ledger takes once; then note the entry."""
        history = (await self._rulebook.current()).history(grant.programme_id)
        programme = history.newest
        key = key_of("grant", grant.key)
        ask = Ask(
            grant.member_id, programme.programme_id, grant.currency, grant.points, key, SYSTEM, grant.reason
        )
        touches = Touches(((grant.member_id, programme.number),), keys=(ask.place,))
        task = Task(partial(award, ask=ask), touches, Move.of(history, ask))
        posted = (await lanes.submit(task)).value
        entry_id = points.place(posted.recorded_at, posted.ord)
        await grants.given(self._pool, grant, entry_id, self._now())

    async def _hand_out(self, grant: Grant) -> None:
        """Give in one transaction with the note of it; what another worker is at is left to that one."""
        async with self._pool.acquire() as connection, connection.transaction():
            if await grants.claim(connection, grant):
                reference = await self._givers[grant.kind](connection, grant, self._now())
                await grants.given(connection, grant, reference, self._now())
