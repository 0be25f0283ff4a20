"""Overviews at the door: what a member's page shows at once, read by one connection and each wallet once."""

from typing import Any

from huiyuan.kit.v1.kit_pb2 import MemberKey
from huiyuan.loyalty.v1 import overviews_pb2 as wire

from services.kit import database, rpc
from services.kit.refusal import Refusal
from services.loyalty.rpc.ledger.pages import Readable, pages_of
from services.loyalty.rpc.ledger.points import MOST_MEMBERS, balances_of, wallets_by_member
from services.loyalty.rpc.tiers.tiers import standings_by_member, standings_of
from services.loyalty.rpc.wire import be_at_most, readable_member
from services.loyalty.rulebook import Rulebook


class Overviews:
    """``huiyuan.loyalty.v1.OverviewsService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.per_item
    async def batch_get_overviews(self, request: wire.BatchGetOverviewsRequest, _: Any) -> rpc.Encoded:
        be_at_most(len(request.balances), MOST_MEMBERS, "balances")
        be_at_most(len(request.standings), MOST_MEMBERS, "standings")
        be_at_most(len(request.entries), MOST_MEMBERS, "entries")
        now = self._rulebook.now()
        known = await self._rulebook.current()
        history = known.history(request.programme_id)
        programme = history.at(now)
        readable = _readable_once()
        balanced = [readable(key) for key in request.balances]
        standing = [readable(key) for key in request.standings]
        async with self._pool.acquire() as connection:
            standings = await standings_by_member(connection, standing, programme)
            who = {member: of.member_id for member, of in standings.items()}
            seen_as = {member: who.get(member, member) for member in balanced if isinstance(member, str)}
            # With all their lots: standings need them.
            whose = {*seen_as.values(), *who.values()}
            wallets = await wallets_by_member(connection, whose, programme, remaining=who.values())
            pages = await pages_of(connection, request.entries, history.newest, readable)
        by_place = {
            (member, number): wallet
            for member, whose in seen_as.items()
            for number, wallet in wallets.get(whose, {}).items()
        }
        balances = wire.BatchGetOverviewsResponse(balances=balances_of(balanced, history, by_place, now))
        told = standings_of(standing, known, standings, wallets, (programme, now))
        others = rpc.repeated(wire.BatchGetOverviewsResponse, standings=told, entries=pages)
        return others._replace(content=balances.SerializeToString() + others.content)


def _readable_once() -> Readable:
    """``readable_member`` for one request, whose parts ask for the same members by the same callers."""
    known: dict[tuple[str, str], str | Refusal] = {}

    def readable(key: MemberKey) -> str | Refusal:
        place = key.member_id, key.caller
        found = known.get(place)
        if found is None:
            found = known[place] = readable_member(key)
        return found

    return readable
