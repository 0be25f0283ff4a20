"""The signed-in member: profile, standing, points, entries and consents, each fetched when it is asked for.

What another service answers may be null, so that one that is away takes nothing but its own fields with it.
"""

import asyncio
from datetime import datetime
from typing import Annotated

import strawberry
from huiyuan.consent.v1 import decisions_pb2
from huiyuan.loyalty.v1 import points_pb2, tiers_pb2
from huiyuan.members.v1 import profiles_pb2, statuses_pb2

from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.costs import PAGED, PAGED_LINES, ListSize
from gateway.documents.compiled.loads import loaded
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.loaders.overviews import EntriesOf, InProgramme
from gateway.paging import Connection, key_of, page_size
from gateway.scalars import instant
from gateway.storefront.accesses import DataAccess, data_accesses
from gateway.storefront.communications import Communication, communications
from gateway.storefront.coupons import own_coupons
from gateway.storefront.entries import Entry, page
from gateway.storefront.missions import MemberMission, member_missions
from gateway.storefront.profiled import Profiled, profile
from gateway.storefront.programme_ids import ProgrammeId
from gateway.storefront.rewarded import Rewarded
from gateway.views import evidence, messaging, statements
from gateway.views.benefits import Benefit
from gateway.views.communications import sent
from gateway.views.consents import Consent, consents
from gateway.views.coupons import COUPONS, Coupon
from gateway.views.entitlements import Entitlement, entitlements
from gateway.views.evidence import ConsentRecord
from gateway.views.explanations import Explanation, explained, explanation
from gateway.views.identities import LinkedIdentity, known_by
from gateway.views.identity_documents import IdentityDocumentOnFile, find_on_file
from gateway.views.lots import Lot, lots
from gateway.views.memberships import Memberships, memberships
from gateway.views.messaging import MessagePreferences, PreferenceChange
from gateway.views.nodes import Node
from gateway.views.points import Balance, balance, named
from gateway.views.profiles import MemberStatus
from gateway.views.redemptions import Hold, find_hold
from gateway.views.statements import BalanceAsOf, LocalDaysInput, Statement
from gateway.views.tiers import Standing, benefits, standing
from services.kit.chosen import Chosen


def _standing(member: "Member", info: Info, programme_id: ProgrammeId = None) -> Chosen[tiers_pb2.Standing]:
    asked = InProgramme(programme_id or DEFAULT_PROGRAMME, member.id)
    return info.context.load.standings_by_member.load(info.context.caller, asked)


def _balances(
    member: "Member", info: Info, programme_id: ProgrammeId = None
) -> Chosen[points_pb2.MemberBalances]:
    asked = InProgramme(programme_id or DEFAULT_PROGRAMME, member.id)
    return info.context.load.balances_by_member.load(info.context.caller, asked)


def _balance_asked(
    member: "Member", info: Info, currency: str | None = None, programme_id: ProgrammeId = None
) -> Chosen[points_pb2.MemberBalances]:
    return _balances(member, info, programme_id)


def _one_balance(wire: points_pb2.MemberBalances, currency: str | None) -> Balance | None:
    found = named(wire.balances, currency)
    return None if found is None else balance(found)


def _lots(
    member: "Member", info: Info, currency: str | None = None, programme_id: ProgrammeId = None
) -> asyncio.Future[points_pb2.MemberLots]:
    asked = InProgramme(programme_id or DEFAULT_PROGRAMME, member.id)
    return info.context.load.lots_by_member.load(info.context.caller, asked)


def _entries(
    member: "Member",
    info: Info,
    first: int,
    after: str | None = None,
    currency: str | None = None,
    programme_id: ProgrammeId = None,
) -> Chosen[points_pb2.EntryPage]:
    asked = EntriesOf(
        programme_id or DEFAULT_PROGRAMME, member.id, page_size(first), key_of(after), currency or ""
    )
    return info.context.load.entries_by_member.load(info.context.caller, asked)


def _consents(member: "Member", info: Info) -> asyncio.Future[decisions_pb2.MemberConsents]:
    return info.context.load.consents_by_member.load(info.context.caller, member.id)


@strawberry.type(description="A member, as the member sees it.")
class Member(Rewarded, Profiled, Node):
    @strawberry.field(
        description="The identity document on file, and nothing of what is on it; null when there is none."
    )
    async def identity_document(self, info: Info) -> IdentityDocumentOnFile | None:
        return await find_on_file(info, self.id)

    @strawberry.field(
        description="Who saw the member's data in clear and for what, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def data_accesses(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[DataAccess] | None:
        clients = info.context.clients
        request = profiles_pb2.ListProfileAccessesRequest(
            member_id=self.id, first=page_size(first), after=key_of(after)
        )
        response = await clients.profiles.list_profile_accesses(request, headers=info.context.named(MEMBERS))
        return data_accesses(response, after)

    @strawberry.field(
        description="What the member was sent, newest first; at most 100 a page.", directives=[PAGED]
    )
    async def communications(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[Communication] | None:
        return communications(await sent(info, self.id, first, after), after)

    @strawberry.field(description="When the membership ends; null unless the member is closing the account.")
    async def closes_at(self, info: Info) -> datetime | None:
        if MemberStatus((await profile(self, info)).status) is not MemberStatus.CLOSING:
            return None
        clients = info.context.clients
        wire = await clients.statuses.get_status(
            statuses_pb2.GetStatusRequest(member_id=self.id),
            headers=info.context.named(MEMBERS),
        )
        standing = wire.standing
        return instant(standing.closes_at) if standing.HasField("closes_at") else None

    tier: Standing | None = strawberry.field(
        resolver=loaded(_standing, lambda wire, info: standing(wire, info.context.locale)),
        description="The tier held, what it gives, and the way to the next one.",
    )
    benefits: list[Benefit] | None = strawberry.field(
        resolver=loaded(_standing, lambda wire, info: benefits(wire, info.context.locale)),
        description="What the tier held gives.",
    )

    @strawberry.field(
        description="What the member has of each benefit now, and what can still be claimed.",
        directives=[ListSize(assumed_size=10)],
    )
    async def entitlements(self, info: Info, programme_id: ProgrammeId = None) -> list[Entitlement] | None:
        return await entitlements(info, self.id, programme_id or DEFAULT_PROGRAMME)

    @strawberry.field(
        description="What tiers the member could buy or renew, at what price, and what was bought."
    )
    async def memberships(self, info: Info, programme_id: ProgrammeId = None) -> Memberships | None:
        return await memberships(info, self.id, programme_id or DEFAULT_PROGRAMME)

    points: Balance | None = strawberry.field(
        resolver=loaded(_balance_asked, _one_balance),
        description="The balance in a currency; without one, in the currency that can be spent.",
    )
    balances: list[Balance] | None = strawberry.field(
        resolver=loaded(_balances, lambda wire: [balance(one) for one in wire.balances]),
        description="The balances in all of the programme's currencies.",
    )
    lots: list[Lot] | None = strawberry.field(
        resolver=loaded(_lots, lambda wire, currency: lots(wire.lots, currency)),
        description="What the balances consist of; without a currency, all of them. What goes first comes first.",
    )

    @strawberry.field(description="A hold by its id, as of now; null when there is none.")
    async def hold(self, info: Info, id: strawberry.ID, programme_id: ProgrammeId = None) -> Hold | None:
        return await find_hold(info, self.id, programme_id or DEFAULT_PROGRAMME, id)

    entries: Connection[Entry] | None = strawberry.field(
        resolver=loaded(_entries, page),
        description="What moved the member's points, newest first; at most 100 a page.",
        directives=[PAGED],
    )

    coupons: Connection[Coupon] | None = strawberry.field(
        resolver=own_coupons, description=COUPONS, directives=[PAGED]
    )

    @strawberry.field(description="What the member had at a past instant.")
    async def balance_as_of(
        self, info: Info, at: datetime, programme_id: ProgrammeId = None
    ) -> BalanceAsOf | None:
        return await statements.balance_as_of(info, self.id, programme_id or DEFAULT_PROGRAMME, at)

    @strawberry.field(
        description="What moved one currency from an instant until before another, or on local days. Without a "
        "currency, the first that can be spent; at most 100 recorded entries a page.",
        directives=[PAGED_LINES],
    )
    async def statement(
        self,
        info: Info,
        first: int,
        since: Annotated[datetime | None, strawberry.argument(name="from")] = None,
        until: Annotated[datetime | None, strawberry.argument(name="to")] = None,
        days: LocalDaysInput | None = None,
        currency: str | None = None,
        after: str | None = None,
        programme_id: ProgrammeId = None,
    ) -> Statement | None:
        return await statements.statement(
            info, self.id, programme_id or DEFAULT_PROGRAMME, currency, (since, until, days), (first, after)
        )

    @strawberry.field(
        description="What there is to do for the member, and how far it is done.",
        directives=[ListSize(assumed_size=10)],
    )
    async def missions(self, info: Info, programme_id: ProgrammeId = None) -> list[MemberMission] | None:
        return await member_missions(info, self.id, programme_id)

    @strawberry.field(description="Why an entry is what it is.")
    async def explain(
        self, info: Info, entry_id: strawberry.ID, programme_id: ProgrammeId = None
    ) -> Explanation | None:
        return explanation(await explained(info, self.id, programme_id or DEFAULT_PROGRAMME, entry_id))

    @strawberry.field(description="By what the member is known, masked.")
    async def identities(self, info: Info) -> list[LinkedIdentity] | None:
        return await known_by(info, self.id)

    consents: list[Consent] | None = strawberry.field(
        resolver=loaded(_consents, lambda wire, info: consents(wire, info.context.locale)),
        description="What the member decided about each purpose.",
    )

    @strawberry.field(
        description="What the member gave, refused and withdrew, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def consent_records(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[ConsentRecord] | None:
        return await evidence.records(info, self.id, first, after)

    @strawberry.field(
        description="Proof of one of these records, which `huiyuan consent verify` and anyone with the public key "
        "verify without asking us: a compact JWS. Ready a few seconds after the decision."
    )
    async def consent_receipt(self, info: Info, record_id: strawberry.ID) -> str | None:
        return await evidence.receipt(info, self.id, record_id)

    @strawberry.field(description="How the member wants to be written to, and whether machines may decide.")
    async def message_preferences(self, info: Info) -> MessagePreferences | None:
        return await messaging.preferences(info, self.id)

    @strawberry.field(
        description="What was changed of these preferences, and by whom, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def preference_changes(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[PreferenceChange] | None:
        return await messaging.changes(info, self.id, first, after)
