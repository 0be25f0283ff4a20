"""Tiers at the door: where members stand."""

from collections.abc import Iterable, Mapping
from typing import Any

from huiyuan.loyalty.v1 import placements_pb2
from huiyuan.loyalty.v1 import tiers_pb2 as wire

from services.kit import database, instants, rpc
from services.kit.kept import Kept
from services.kit.refusal import Refusal
from services.loyalty.rpc.benefits import benefits
from services.loyalty.rpc.ledger.points import MOST_MEMBERS, wallets_by_member
from services.loyalty.rpc.tiers import tier_schemes
from services.loyalty.rpc.wire import (
    be_at_most,
    choice,
    member_id,
    page_size,
    readable_member,
    text,
    timestamp,
)
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.points import Member
from services.loyalty.rules.ledger.reading import seen
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.programmes import Programme, Programmes
from services.loyalty.rules.tiers.outlooks import Scored, Step, outlook
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.rules.tiers.tier_schemes import Condition, TierRule
from services.loyalty.rules.tiers.tiers import good_until, placement_of
from services.loyalty.storage.ledger import points
from services.loyalty.storage.members import refusals
from services.loyalty.storage.members.names import survivors
from services.loyalty.storage.tiers import tiers as holders

_LONGEST_PAGE = 100


class Tiers:
    """``huiyuan.loyalty.v1.TiersService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.per_item
    async def batch_get_standings(self, request: wire.BatchGetStandingsRequest, _: Any) -> rpc.Encoded:
        be_at_most(len(request.members), MOST_MEMBERS, "members")
        now = self._rulebook.now()
        known = await self._rulebook.current()
        programme = known.history(request.programme_id).at(now)
        asked = [readable_member(key) for key in request.members]
        standings = await standings_by_member(self._pool, asked, programme)
        whose = {standing.member_id for standing in standings.values()}
        wallets = await wallets_by_member(self._pool, whose, programme, remaining=whose)
        results = standings_of(asked, known, standings, wallets, (programme, now))
        return rpc.repeated(wire.BatchGetStandingsResponse, results=results)

    @rpc.allow(rpc.staff("support", "operations", "program_admin", "privacy_officer"))
    async def list_members_by_tier(
        self, request: wire.ListMembersByTierRequest, _: Any
    ) -> wire.ListMembersByTierResponse:
        page_size(request.first, _LONGEST_PAGE)
        after = member_id(request.after, "after") if request.after else None
        known = await self._rulebook.current()
        programme = known.history(request.programme_id).at(self._rulebook.now())
        found = await holders.holders(self._pool, programme.number, request.tier, after, request.first + 1)
        return wire.ListMembersByTierResponse(
            member_ids=found[: request.first], has_next_page=len(found) > request.first
        )


async def standings_by_member(
    reader: database.Pool | database.RawConnection, asked: Iterable[str | Refusal], programme: Programme
) -> dict[str, Standing]:
    """The standing of each who may be read, a first one for who has none yet.

    Whoever was merged into another has the survivor's, which says whose it is.
    """
    readable = {member for member in asked if isinstance(member, str)}
    found = await points.standings(reader, list(readable), programme.number)
    asking = {m for m in readable if m not in found or found[m].merged_into}
    if went := await survivors(reader, asking):
        theirs = await standings_by_member(reader, went.values(), programme)
        found |= {member: theirs[survivor] for member, survivor in went.items()}
    new = readable - found.keys()
    refused = await refusals.refused(reader, new)
    return found | {
        member: Standing(member, programme.number, automated_refused=member in refused) for member in new
    }


def standings_of(
    asked: Iterable[str | Refusal],
    known: Programmes,
    standings: Mapping[str, Standing],
    wallets: Mapping[str, Mapping[int, Wallet]],
    at: tuple[Programme, int],
) -> list[bytes]:
    """A ``StandingResult`` for each: where who may be read stands in the programme of an instant, and why not otherwise.

    ``wallets`` are by whose the standings are, hold their lots, and were read after the standings.
    """
    programme, now = at

    def answer(member: str) -> bytes:
        standing = standings[member]
        held = list(wallets.get(standing.member_id, {}).values())
        return _standing(seen(known, programme.programme_id, standing, held, now))

    return [
        wire.StandingResult(refusal=rpc.wire_refusal(member)).SerializeToString()
        if isinstance(member, Refusal)
        else rpc.embedded(_ANSWERED, answer(member))
        for member in asked
    ]


def _standing(member: Member) -> bytes:
    """A ``Standing``: what was published stands in it as it was encoded once."""
    programme, standing = member.current, member.standing
    held, ladder = programme.tier(standing.tier), programme.tier(standing.ladder)
    way = outlook(member)
    own = wire.Standing(
        money_currency=programme.money_currency,
        since=instants.of_micros(standing.tiers[-1][1]) if held else None,
        score=map(score_part, way.score) if way.score else None,
    )
    parts = []
    if held:
        parts.append(_AS_HELD.of(held, programme.rank(held.key)))
        if (until := good_until(standing)) < NEVER:
            own.valid_until.CopyFrom(timestamp(until))
    if ladder:
        parts.append(_AS_LADDER.of(ladder, programme.rank(ladder.key)))
    if standing.grace_until:
        own.grace_until.CopyFrom(timestamp(standing.grace_until))
    if placed := placement_of(standing):
        own.placed_by = choice(placements_pb2.PlacementKind, "PLACEMENT_KIND_", placed.kind)
    if rising := way.rising:
        parts.append(_AS_NEXT.of(rising.tier, programme.rank(rising.tier.key)))
        parts += [rpc.embedded(_TOWARD_NEXT, _progress(step)) for step in rising.steps]
    if keeping := way.keeping:
        parts += [rpc.embedded(_TO_KEEP, _progress(step)) for step in keeping.steps]
        own.keep_match = tier_schemes.match(keeping.match)
        own.kept = keeping.is_kept
        own.judged_at.CopyFrom(timestamp(keeping.judged_at))
    return b"".join([*parts, own.SerializeToString()])


def ranked(programme: Programme, rule: TierRule | None) -> wire.Tier | None:
    """A tier with its rank in the programme; None for none."""
    return None if rule is None else tier(rule, programme.rank(rule.key))


def _progress(step: Step) -> bytes:
    """A ``ConditionProgress``."""
    said = wire.ConditionProgress(
        actual=step.actual,
        first_day=None if step.first_day is None else str(step.first_day),
        last_day=None if step.last_day is None else str(step.last_day),
    )
    return _CONDITIONS.of(step.condition, None) + said.SerializeToString()


def _condition(of: Condition, _: None) -> bytes:
    """A ``ConditionProgress`` as far as it is everybody's."""
    asked = wire.ConditionProgress(
        metric=of.metric, required=of.at_least, window=tier_schemes.window(of.window)
    )
    return asked.SerializeToString()


def score_part(of: Scored) -> wire.ScorePartProgress:
    return wire.ScorePartProgress(
        key=of.part.key,
        name=text(of.part.name),
        metric=of.part.metric,
        actual=of.value,
        score=of.score,
        cap=of.part.knots[-1].score,
        profiling=of.part.neutral is not None,
        neutral=of.is_neutral,
    )


def tier(rule: TierRule, rank: int) -> wire.Tier:
    """A tier as it was published, to be copied into an answer and not to be changed."""
    return _TIERS.of(rule, rank)


def _tier(rule: TierRule, rank: int) -> wire.Tier:
    return wire.Tier(
        key=rule.key,
        name=text(rule.name),
        rank=rank,
        benefits=[benefits.published(benefit) for benefit in rule.benefits],
    )


_TIERS: Kept[TierRule, wire.Tier] = Kept(_tier)


def _held(rule: TierRule, rank: int) -> bytes:
    return wire.Standing(tier=tier(rule, rank)).SerializeToString()


def _ladder(rule: TierRule, rank: int) -> bytes:
    return wire.Standing(ladder_tier=tier(rule, rank)).SerializeToString()


def _next(rule: TierRule, rank: int) -> bytes:
    match = tier_schemes.match(rule.match)
    return wire.Standing(next_tier=tier(rule, rank), next_match=match).SerializeToString()


_AS_HELD: Kept[TierRule, bytes] = Kept(_held)
_AS_LADDER: Kept[TierRule, bytes] = Kept(_ladder)
_AS_NEXT: Kept[TierRule, bytes] = Kept(_next)
_CONDITIONS: Kept[Condition, bytes] = Kept(_condition)
_ANSWERED = wire.StandingResult.STANDING_FIELD_NUMBER
_TOWARD_NEXT = wire.Standing.TOWARD_NEXT_FIELD_NUMBER
_TO_KEEP = wire.Standing.TO_KEEP_FIELD_NUMBER
