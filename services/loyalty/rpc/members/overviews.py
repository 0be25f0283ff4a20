"""Overviews at the door: what a member's page shows at once, read by one connection and each wallet once."""

from collections.abc import Iterable
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
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.storage.ledger import points


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
            standings, wallets, seen_as = await _positions(
                connection, balanced, standing, programme, joining=history.asks_for_joining
            )
            unmerged = {
                member for member, of in standings.items() if of.member_id == member and not of.merged_into
            }
            pages = await pages_of(connection, request.entries, history.newest, readable, unmerged)
        by_place = {
            (member, number): wallet
            for member, whose in seen_as.items()
            for number, wallet in wallets.get(whose, {}).items()
        }
        balances = wire.BatchGetOverviewsResponse(balances=balances_of(balanced, history, by_place, now))
        told = standings_of(standing, known, standings, wallets, (programme, now))
        others = rpc.repeated(wire.BatchGetOverviewsResponse, standings=told, entries=pages)
        return others._replace(content=balances.SerializeToString() + others.content)


async def _positions(
    connection: database.RawConnection,
    balanced: Iterable[str | Refusal],
    standing: Iterable[str | Refusal],
    programme: Programme,
    *,
    joining: bool,
) -> tuple[dict[str, Standing], dict[str, dict[int, Wallet]], dict[str, str]]:
    """Standings and wallets of those who may be read, and as whom each of ``balanced`` is seen."""
    wanted = {member for member in standing if isinstance(member, str)}
    balances = {member for member in balanced if isinstance(member, str)}
    numbers = [currency.number for currency in programme.currencies]
    standings, wallets = await points.positions(
        connection, list(wanted), programme.number, numbers, joining=joining
    )
    settled = {member for member, of in standings.items() if not of.merged_into}
    seen_as = {member: member for member in balances & settled}
    if (
        others := (wanted | balances) - settled
    ):  # new here, merged into somebody, or only their balances are asked for
        standings |= await standings_by_member(connection, others & wanted, programme)
        who = {member: standings[member].member_id for member in others & wanted}
        seen_as |= {member: who.get(member, member) for member in others & balances}
        # With all their lots: standings need them.
        whose = {*who.values(), *(seen_as[member] for member in others & balances)}
        wallets |= await wallets_by_member(connection, whose, programme, remaining=who.values())
    return standings, wallets, seen_as


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
