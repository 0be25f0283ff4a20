"""Tiers at the door: where members stand."""

from typing import Any

from huiyuan.loyalty.v1 import tiers_pb2 as wire

from services.kit import database, rpc
from services.kit.refusal import Refusal
from services.loyalty.rpc import benefits
from services.loyalty.rpc.points import MOST_MEMBERS
from services.loyalty.rpc.wire import (
    PageNotUnderstood,
    be_at_most,
    member_id,
    readable_member,
    text,
    timestamp,
)
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules import tiers
from services.loyalty.rules.points import Member, snapshot
from services.loyalty.rules.tier_schemes import TierRule
from services.loyalty.rules.tiers import Standing
from services.loyalty.rules.wallets import Wallet
from services.loyalty.storage import points
from services.loyalty.storage import tiers as holders

_LONGEST_PAGE = 100


class Tiers:
    """``huiyuan.loyalty.v1.TiersService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.per_item
    async def batch_get_standings(
        self, request: wire.BatchGetStandingsRequest, _: Any
    ) -> wire.BatchGetStandingsResponse:
        be_at_most(len(request.members), MOST_MEMBERS, "members")
        now = self._rulebook.now()
        known = await self._rulebook.current()
        programme = known.history(request.programme_id).at(now)
        asked = [readable_member(key) for key in request.members]
        readable = [member for member in asked if isinstance(member, str)]
        standings = await points.standings(self._pool, readable, programme.number)
        wallets: dict[str, list[Wallet]] = {}
        numbers = [currency.number for currency in programme.currencies]
        for wallet in await points.wallets(self._pool, readable, numbers):
            wallets.setdefault(wallet.member_id, []).append(wallet)

        def answer(member: str) -> wire.Standing:
            standing = standings.get(member) or Standing(member, programme.number)
            return _standing(snapshot(known, programme.programme_id, standing, wallets.get(member, []), now))

        return wire.BatchGetStandingsResponse(
            results=[
                wire.StandingResult(refusal=rpc.wire_refusal(member))
                if isinstance(member, Refusal)
                else wire.StandingResult(standing=answer(member))
                for member in asked
            ]
        )

    @rpc.allow(rpc.staff("support", "operations", "program_admin", "privacy_officer"))
    async def list_members_by_tier(
        self, request: wire.ListMembersByTierRequest, _: Any
    ) -> wire.ListMembersByTierResponse:
        if not 1 <= request.first <= _LONGEST_PAGE:
            raise PageNotUnderstood(f"first must be 1 to {_LONGEST_PAGE}", field="first", asked=request.first)
        after = member_id(request.after, "after") if request.after else None
        known = await self._rulebook.current()
        programme = known.history(request.programme_id).at(self._rulebook.now())
        found = await holders.holders(self._pool, programme.number, request.tier, after, request.first + 1)
        return wire.ListMembersByTierResponse(
            member_ids=found[: request.first], has_next_page=len(found) > request.first
        )


def _standing(member: Member) -> wire.Standing:
    programme, standing = member.current, member.standing
    held, above = programme.tier(standing.tier), tiers.next_tier(programme, standing)
    toward = tiers.progress(above, standing, member.balances()) if above else []
    return wire.Standing(
        tier=tier(held, programme.rank(held.key)) if held else None,
        since=timestamp(standing.tiers[-1][1]) if held else None,
        next_tier=tier(above, programme.rank(above.key)) if above else None,
        toward_next=[
            wire.ConditionProgress(
                metric=step.condition.metric, actual=step.actual, required=step.condition.at_least
            )
            for step in toward
        ],
    )


def tier(rule: TierRule, rank: int) -> wire.Tier:
    return wire.Tier(
        key=rule.key,
        name=text(rule.name),
        rank=rank,
        benefits=[benefits.published(benefit) for benefit in rule.benefits],
    )
