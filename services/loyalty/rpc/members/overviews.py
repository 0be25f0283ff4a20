"""Overviews at the door: what a member's page shows at once, read by one connection and each wallet once."""

from typing import Any

from huiyuan.loyalty.v1 import overviews_pb2 as wire

from services.kit import database, rpc
from services.loyalty.rpc.ledger.points import MOST_MEMBERS, balances_of, pages_of, wallets_by_member
from services.loyalty.rpc.tiers.tiers import standings_by_member, standings_of
from services.loyalty.rpc.wire import be_at_most, readable_member
from services.loyalty.rulebook import Rulebook


class Overviews:
    """``huiyuan.loyalty.v1.OverviewsService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.per_item
    async def batch_get_overviews(
        self, request: wire.BatchGetOverviewsRequest, _: Any
    ) -> wire.BatchGetOverviewsResponse:
        be_at_most(len(request.balances), MOST_MEMBERS, "balances")
        be_at_most(len(request.standings), MOST_MEMBERS, "standings")
        be_at_most(len(request.entries), MOST_MEMBERS, "entries")
        now = self._rulebook.now()
        known = await self._rulebook.current()
        history = known.history(request.programme_id)
        programme = history.at(now)
        balanced = [readable_member(key) for key in request.balances]
        standing = [readable_member(key) for key in request.standings]
        async with self._pool.acquire() as connection:
            standings = await standings_by_member(connection, standing, programme)
            who = {member: of.member_id for member, of in standings.items()}
            readable = {member: who.get(member, member) for member in balanced if isinstance(member, str)}
            # With all their lots: standings need them.
            whose = {*readable.values(), *who.values()}
            wallets = await wallets_by_member(connection, whose, programme, remaining=who.values())
            pages = await pages_of(connection, request.entries, history.newest)
        by_place = {
            (member, number): wallet
            for member, whose in readable.items()
            for number, wallet in wallets.get(whose, {}).items()
        }
        return wire.BatchGetOverviewsResponse(
            balances=balances_of(balanced, history, by_place, now),
            standings=standings_of(standing, known, standings, wallets, (programme, now)),
            entries=pages,
        )
