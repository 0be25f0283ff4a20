"""Memberships at the door: offered to members, recorded when an order paid, ended when it was refunded."""

from typing import Any
from uuid import UUID

from huiyuan.loyalty.v1 import memberships_pb2 as wire

from services.kit import database, rpc
from services.kit.refusal import Invalid
from services.loyalty.actions import memberships as actions
from services.loyalty.lanes import Lanes
from services.loyalty.rpc.members.members import Membership as Members
from services.loyalty.rpc.names import own_id, reason_code
from services.loyalty.rpc.wire import READERS, MalformedId, member_id, micros, money, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.points import Book
from services.loyalty.rules.programmes.programmes import ProgrammeHistory
from services.loyalty.rules.tiers.decisions import offers
from services.loyalty.rules.tiers.memberships import Membership, MembershipUnsettled, Offer, Purchase
from services.loyalty.storage.benefits import entitlements
from services.loyalty.storage.tiers import memberships

_MOST_SHOWN = 20
_recorders = rpc.systems("order_recorder")


class CurrencyNotOffered(Invalid):
    """The programme counts in another money."""


class Memberships:
    """``huiyuan.loyalty.v1.MembershipsService``."""

    def __init__(self, pool: database.Pool, lanes: Lanes, rulebook: Rulebook, membership: Members) -> None:
        self._pool = pool
        self._lanes = lanes
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(rpc.members, _recorders, READERS)
    async def get_memberships(
        self, request: wire.GetMembershipsRequest, _: Any
    ) -> wire.GetMembershipsResponse:
        member, history = await self._whose(request)
        known, number = await self._rulebook.current(), history.newest.number
        held = await entitlements.seen(self._pool, member, history.newest)
        now = Book(held.state, known, self._rulebook.now()).touch(held.member_id, history)
        had = await memberships.of_member(self._pool, held.names, number)
        return wire.GetMembershipsResponse(
            offers=[shown_offer(each, now.current.money_currency) for each in offers(now, had)],
            memberships=[_shown(each, history) for each in had[:_MOST_SHOWN]],
        )

    @rpc.allow(rpc.members, _recorders)
    async def offer_membership(
        self, request: wire.OfferMembershipRequest, _: Any
    ) -> wire.OfferMembershipResponse:
        member, history = await self._whose(request)
        known, programme_id = await self._rulebook.current(), history.newest.programme_id
        async with self._pool.acquire() as connection, connection.transaction():
            offered = await actions.offer(
                connection, known, member, programme_id, request.tier, self._rulebook.now
            )
        return wire.OfferMembershipResponse(offer=shown_offer(offered, history.newest.money_currency))

    @rpc.allow(rpc.members, _recorders)
    async def record_membership(
        self, request: wire.RecordMembershipRequest, _: Any
    ) -> wire.RecordMembershipResponse:
        member, history = await self._whose(request)
        purchase = _purchase(request, member, history)
        made, replayed = await self._recorded(purchase, history)
        return wire.RecordMembershipResponse(membership=_shown(made, history), replayed=replayed)

    @rpc.allow(_recorders, rpc.staff("operations"))
    async def end_membership(self, request: wire.EndMembershipRequest, _: Any) -> wire.EndMembershipResponse:
        order = own_id(request.source, "source"), own_id(request.order_id, "order_id")
        by = rpc.caller().actor, reason_code(request.reason)
        known = await self._rulebook.current()
        async with self._pool.acquire() as connection, connection.transaction():
            ended, number, replayed = await actions.end(connection, known, order, by, self._rulebook.now)
        history = next(each for each in known.by_id.values() if each.newest.number == number)
        await self._settle(ended, history)
        return wire.EndMembershipResponse(membership=_shown(ended, history), replayed=replayed)

    async def _recorded(self, purchase: Purchase, history: ProgrammeHistory) -> tuple[Membership, bool]:
        """What a purchase made, and the tier after it; where the last one has yet to be followed, that first."""
        for last_try in (False, True):
            try:
                known = await self._rulebook.current()
                async with self._pool.acquire() as connection, connection.transaction():
                    made, replayed = await actions.record(connection, known, purchase, self._rulebook.now)
                break
            except MembershipUnsettled:
                if last_try:
                    raise
                held = await entitlements.seen(self._pool, purchase.member_id, history.newest)
                for each in await memberships.of_member(self._pool, held.names, history.newest.number):
                    await self._settle(each, history)
        await self._settle(made, history)
        return made, replayed

    async def _settle(self, made: Membership, history: ProgrammeHistory) -> None:
        if not made.settled:
            await self._lanes.submit(actions.following(made, history))
            await memberships.settled(self._pool, made)

    async def _whose(self, request: Any) -> tuple[str, ProgrammeHistory]:
        member = member_id(request.member_id)
        rpc.be_member(member)
        history = (await self._rulebook.current()).history(request.programme_id)
        return await self._membership.one(member), history


def _purchase(request: wire.RecordMembershipRequest, member: str, history: ProgrammeHistory) -> Purchase:
    """What was bought. A member alone takes only what costs nothing, under the offer's own id."""
    who = rpc.caller()
    if who.kind is rpc.CallerKind.MEMBER and (request.price.minor_units or request.source != "storefront"):
        raise rpc.NotAllowed(
            "members take what is free; what costs is recorded by who was paid", field="price"
        )
    currency = history.newest.money_currency
    if request.price.currency != currency:
        raise CurrencyNotOffered(f"the programme counts in {currency}", field="price.currency")
    return Purchase(
        member,
        history.newest.programme_id,
        own_id(request.source, "source"),
        own_id(request.order_id, "order_id"),
        _uuid(request.offer_id, "offer_id"),
        request.price.minor_units,
        micros(request.paid_at, "paid_at"),
        who.actor,
    )


def _uuid(text: str, field: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise MalformedId("the id of an offer is a UUID", field=field) from None


def shown_offer(offered: Offer, currency: str) -> wire.MembershipOffer:
    """An offer as it is told."""
    return wire.MembershipOffer(
        offer_id=offered.offer_id,
        tier=offered.tier,
        price=money(offered.price_minor, currency),
        score=offered.score,
        score_from=offered.score_from,
        step_price=money(offered.step_minor, currency),
        waived=offered.waived,
        spent=money(offered.spent_minor, currency),
        spent_since=timestamp(offered.spend_since),
        is_renewal=offered.is_renewal,
        begins=timestamp(offered.begins),
        ends=timestamp(offered.ends),
        expires_at=timestamp(offered.expires_at) if offered.offer_id else None,
        programme_version=offered.version,
    )


def _shown(made: Membership, history: ProgrammeHistory) -> wire.Membership:
    return wire.Membership(
        source=made.source,
        order_id=made.order_id,
        member_id=made.member_id,
        tier=made.tier,
        price=money(made.price_minor, history.newest.money_currency),
        begins=timestamp(made.begins),
        ends=timestamp(made.ends),
        recorded_at=timestamp(made.recorded_at),
        ended_at=timestamp(made.ended_at) if made.ended_at else None,
        offer_id=made.offer_id,
    )
