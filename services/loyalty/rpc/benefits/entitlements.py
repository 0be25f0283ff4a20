"""Entitlements at the door: what members have of their benefits; claimed, used, given back, and what it costs."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from huiyuan.loyalty.v1 import entitlements_pb2 as wire

from services.kit import database, rpc
from services.kit.refusal import Invalid, Refusal
from services.loyalty.actions import entitlements as actions
from services.loyalty.rpc.benefits import benefits
from services.loyalty.rpc.ledger.points import MOST_MEMBERS, wallets_by_member
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import order_ref, own_id, reason_code
from services.loyalty.rpc.tiers.tiers import standings_by_member
from services.loyalty.rpc.wire import (
    READERS,
    MalformedId,
    be_at_most,
    choice,
    member_id,
    micros,
    money,
    page_size,
    readable_member,
    timestamp,
)
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.benefits import entitlements
from services.loyalty.rules.benefits.entitlements import Asked, Claim, Entitlement
from services.loyalty.rules.ledger import periods
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.points import Member
from services.loyalty.rules.ledger.reading import snapshot
from services.loyalty.rules.programmes.programmes import Programmes
from services.loyalty.rules.programmes.wellformed import KEY_SAID
from services.loyalty.storage.benefits import benefit_claims
from services.loyalty.storage.benefits import entitlements as storage
from services.loyalty.storage.benefits.benefit_claims import ClaimsAsked
from services.loyalty.storage.benefits.entitlements import Kept

_LONGEST_PAGE = 100
_STATE = "BENEFIT_CLAIM_STATE_"
_recorders = rpc.systems("order_recorder")
_desk = rpc.staff("operations", "support")
_Action = Callable[..., Awaitable[actions.Given]]


class BenefitNotNamed(Invalid):
    """A benefit is named by its key, or a claim by its id: one of the two."""


class Entitlements:
    """``huiyuan.loyalty.v1.EntitlementsService``."""

    def __init__(
        self, pool: database.Pool, unhurried: database.Pool, rulebook: Rulebook, membership: Membership
    ) -> None:
        self._pool = pool
        self._unhurried = unhurried
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(rpc.members, _desk)
    async def claim_benefit(self, request: wire.ClaimBenefitRequest, _: Any) -> wire.ClaimBenefitResponse:
        asked = await self._asked(request, benefit=_named(request), key=_key(request))
        claim, member, replayed = await self._do(actions.claim, asked)
        return wire.ClaimBenefitResponse(claim=_shown(claim, member), replayed=replayed)

    @rpc.allow(rpc.members, _recorders, _desk)
    async def use_benefit(self, request: wire.UseBenefitRequest, _: Any) -> wire.UseBenefitResponse:
        if bool(request.benefit) is bool(request.claim_id):
            raise BenefitNotNamed("name a benefit, or one claim: one of the two", field="benefit")
        asked = await self._asked(
            request,
            benefit=_named(request) if request.benefit else "",
            claim_id=_claim_id(request.claim_id) if request.claim_id else "",
            key=_key(request),
            order_ref=order_ref(request.order if request.HasField("order") else None),
        )
        claim, member, replayed = await self._do(actions.use, asked)
        return wire.UseBenefitResponse(claim=_shown(claim, member), replayed=replayed)

    @rpc.allow(rpc.members, _recorders, _desk)
    async def release_benefit(
        self, request: wire.ReleaseBenefitRequest, _: Any
    ) -> wire.ReleaseBenefitResponse:
        asked = await self._asked(request, claim_id=_claim_id(request.claim_id))
        claim, member, replayed = await self._do(actions.release, asked)
        return wire.ReleaseBenefitResponse(claim=_shown(claim, member), replayed=replayed)

    @rpc.per_item
    async def batch_list_entitlements(
        self, request: wire.BatchListEntitlementsRequest, _: Any
    ) -> wire.BatchListEntitlementsResponse:
        be_at_most(len(request.members), MOST_MEMBERS, "members")
        known, now = await self._rulebook.current(), self._rulebook.now()
        asked = [readable_member(key) for key in request.members]
        readable = [member for member in asked if isinstance(member, str)]
        members = await self._members(known, request.programme_id, readable, now)
        number = known.history(request.programme_id).newest.number
        whose = {member.standing.member_id for member in members.values()}
        kept = await storage.kept(self._pool, list(whose), number, now)
        return wire.BatchListEntitlementsResponse(
            results=[
                wire.EntitlementsResult(refusal=rpc.wire_refusal(one))
                if isinstance(one, Refusal)
                else wire.EntitlementsResult(
                    entitlements=_entitlements(members[one], kept[members[one].standing.member_id])
                )
                for one in asked
            ]
        )

    @rpc.allow(rpc.members, READERS)
    async def list_benefit_claims(
        self, request: wire.ListBenefitClaimsRequest, _: Any
    ) -> wire.ListBenefitClaimsResponse:
        page_size(request.first, _LONGEST_PAGE)
        wanted = member_id(request.member_id)
        rpc.be_member(wanted)
        after = _claim_id(request.after, "after") if request.after else None
        known, now = await self._rulebook.current(), self._rulebook.now()
        number = known.history(request.programme_id).newest.number
        member = (await self._members(known, request.programme_id, [wanted], now))[wanted]
        asked = ClaimsAsked(member.standing.member_id, number, request.benefit, request.first, after)
        page, more = await benefit_claims.page(self._pool, asked)
        return wire.ListBenefitClaimsResponse(
            claims=[_shown(claim, member) for claim in page], has_next_page=more
        )

    @rpc.allow(rpc.staff("operations", "program_admin", "auditor"))
    async def get_benefit_costs(
        self, request: wire.GetBenefitCostsRequest, _: Any
    ) -> wire.GetBenefitCostsResponse:
        since, until = micros(request.since, "since"), micros(request.until, "until")
        begins, ends = periods.past(since, until, self._rulebook.now())
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        rows = await benefit_claims.costs(
            self._unhurried, programme.number, programme.time_zone, begins, ends
        )
        return wire.GetBenefitCostsResponse(
            costs=[
                wire.BenefitCost(
                    month=row["month"],
                    tier=row["tier"],
                    benefit=row["benefit"],
                    claims=row["claims"],
                    used=row["used"],
                    cost=money(row["cost_minor"], programme.money_currency),
                )
                for row in rows
            ],
            total=money(sum(row["cost_minor"] for row in rows), programme.money_currency),
        )

    async def _asked(self, request: Any, **said: str) -> Asked:
        """What a request asks for, in the caller's name. Raises ``NotAllowed`` for another member's."""
        wanted, who = member_id(request.member_id), rpc.caller()
        rpc.be_member(wanted)
        is_staff = who.kind is rpc.CallerKind.STAFF
        reason = reason_code(request.reason) if request.reason or is_staff else ""
        return Asked(
            await self._membership.one(wanted),
            (await self._rulebook.current()).history(request.programme_id).newest.programme_id,
            **{"benefit": "", "key": "", "actor": who.actor, "reason": reason} | said,
            by_member=who.kind is rpc.CallerKind.MEMBER,
        )

    async def _do(self, action: _Action, asked: Asked) -> actions.Given:
        known = await self._rulebook.current()
        async with self._pool.acquire() as connection, connection.transaction():
            return await action(connection, known, asked, self._rulebook.now)

    async def _members(
        self, known: Programmes, programme_id: str, member_ids: list[str], now: int
    ) -> dict[str, Member]:
        """Members as of now, for reading: the survivor for whoever was merged into another."""
        programme = known.history(programme_id).at(now)
        standings = await standings_by_member(self._pool, member_ids, programme)
        whose = {standing.member_id for standing in standings.values()}
        wallets = await wallets_by_member(self._pool, whose, programme)
        return {
            one: snapshot(
                known,
                programme.programme_id,
                standing,
                list(wallets.get(standing.member_id, {}).values()),
                now,
            )
            for one, standing in standings.items()
        }


def _named(request: Any) -> str:
    if not 1 <= len(request.benefit) <= 40:
        raise BenefitNotNamed(f"name a benefit by its key: {KEY_SAID}", field="benefit")
    key: str = request.benefit
    return key


def _key(request: Any) -> str:
    return own_id(request.idempotency_key, "idempotency_key")


def _claim_id(text: str, field: str = "claim_id") -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise MalformedId("the id of a claim is a UUID", field=field) from None


def _entitlements(member: Member, kept: Kept) -> wire.MemberEntitlements:
    found = entitlements.entitlements(member, kept.taken, kept.unused)
    return wire.MemberEntitlements(entitlements=[_entitlement(one, member) for one in found])


def _entitlement(one: Entitlement, member: Member) -> wire.Entitlement:
    return wire.Entitlement(
        benefit=benefits.published(one.benefit),
        tier=one.tier,
        claimed=len(one.open),
        used=one.used,
        remaining=one.remaining,
        period_until=None if one.window.ends == NEVER else timestamp(one.window.ends),
        claims=[_shown(claim, member) for claim in one.open],
    )


def _shown(claim: Claim, member: Member) -> wire.BenefitClaim:
    """A claim as it stands now; who did it and what it cost is for those who work here."""
    shown = wire.BenefitClaim(
        claim_id=claim.claim_id,
        member_id=claim.member_id,
        benefit=claim.benefit,
        tier=claim.tier,
        state=choice(wire.BenefitClaimState, _STATE, entitlements.state_of(claim, member)),
        claimed_at=timestamp(claim.claimed_at),
        good_until=None if claim.window.ends == NEVER else timestamp(claim.window.ends),
        used_at=timestamp(claim.used_at) if claim.used_at else None,
        order_ref=claim.order_ref,
        released_at=timestamp(claim.released_at) if claim.released_at else None,
        coupon_id=claim.coupon_id,
    )
    if rpc.caller().kind is rpc.CallerKind.STAFF:
        shown.claimed_by, shown.used_by = claim.claimed_by, claim.used_by
        shown.released_by, shown.reason = claim.released_by, claim.reason
        shown.unit_cost.CopyFrom(money(claim.unit_cost_minor, member.current.money_currency))
    return shown
