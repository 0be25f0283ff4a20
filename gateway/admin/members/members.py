"""Members as staff see them: found by an identity, masked, with what every service knows."""

from datetime import datetime

import strawberry
from huiyuan.members.v1 import erasures_pb2, notes_pb2, profiles_pb2

from gateway.admin.benefits.entitlements import BenefitClaimRecord, claims
from gateway.admin.consent.sending import SendAnswer, Suppression, may_send, suppressions
from gateway.admin.ledger.ledger import LedgerEntry, page
from gateway.admin.members.accesses import ProfileAccess, accesses
from gateway.admin.members.communications import Communication, communications
from gateway.admin.members.erasures import Erasure, found
from gateway.admin.members.member_merges import MemberMerge, merges_of
from gateway.admin.members.notes import Note, notes
from gateway.admin.members.profiles import MaskedProfile, masked
from gateway.admin.members.statuses import MemberLife, life
from gateway.admin.missions.activities import Activity, activities
from gateway.admin.missions.missions import standings
from gateway.admin.permissions import (
    CONSENT_READERS,
    HISTORY_READERS,
    IDENTITY_READERS,
    MERGE_READERS,
    NOTE_KEEPERS,
    PROFILE_READERS,
    UNMASKERS,
    WATCHERS,
    to,
)
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.costs import PAGED, ListSize
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.loaders.overviews import EntriesOf, InProgramme
from gateway.paging import Connection, key_of, page_size
from gateway.views import evidence, messaging
from gateway.views.communications import sent
from gateway.views.consents import Consent, consents
from gateway.views.coupons import COUPONS, Coupon, CouponState, coupons
from gateway.views.entitlements import Entitlement, entitlements
from gateway.views.evidence import ConsentRecord
from gateway.views.identities import LinkedIdentity, known_by
from gateway.views.identity_documents import IdentityDocumentOnFile, find_on_file
from gateway.views.lots import Lot, lots
from gateway.views.memberships import Memberships, memberships
from gateway.views.messaging import MessageChannel, MessagePreferences, PreferenceChange
from gateway.views.missions import MissionProgress
from gateway.views.nodes import Node
from gateway.views.points import Balance, balance
from gateway.views.redemptions import Hold, find_hold
from gateway.views.tiers import Standing, standing
from services.kit.refusal import Kind, Refusal


@strawberry.type(
    description="A member, as staff see it. Without a programmeId, the default programme is meant."
)
class Member(Node):
    @strawberry.field(metadata=to(PROFILE_READERS), description="Null when there is no such member.")
    async def profile(self, info: Info) -> MaskedProfile | None:
        try:
            wire = await info.context.load.profiles_by_member.load(info.context.caller, self.id)
        except Refusal as refusal:
            if refusal.kind is Kind.NOT_FOUND:
                return None
            raise
        return masked(wire)

    @strawberry.field(
        metadata=to(UNMASKERS), description="The identity document on file, and nothing of what is on it."
    )
    async def identity_document(self, info: Info) -> IdentityDocumentOnFile | None:
        return await find_on_file(info, self.id)

    @strawberry.field(description="The status, and every change that led to it.")
    async def life(self, info: Info) -> MemberLife | None:
        return await life(info, self.id)

    @strawberry.field(
        metadata=to(WATCHERS), description="The member's erasure; null when none was asked for."
    )
    async def erasure(self, info: Info) -> Erasure | None:
        return await found(info, erasures_pb2.GetErasureRequest(member_id=self.id))

    @strawberry.field(
        description=COUPONS,
        directives=[PAGED],
    )
    async def coupons(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        state: CouponState | None = None,
        expires_before: datetime | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Connection[Coupon] | None:
        return await coupons(info, self.id, state, expires_before, (first, after), programme_id)

    @strawberry.field
    async def balances(self, info: Info, programme_id: str = DEFAULT_PROGRAMME) -> list[Balance] | None:
        asked = InProgramme(programme_id, self.id)
        wire = await info.context.load.balances_by_member.load(info.context.caller, asked)
        return [balance(one) for one in wire.balances]

    @strawberry.field
    async def standing(self, info: Info, programme_id: str = DEFAULT_PROGRAMME) -> Standing | None:
        asked = InProgramme(programme_id, self.id)
        wire = await info.context.load.standings_by_member.load(info.context.caller, asked)
        return standing(wire, info.context.locale)

    @strawberry.field(
        description="What the member has of each benefit now.", directives=[ListSize(assumed_size=10)]
    )
    async def entitlements(
        self, info: Info, programme_id: str = DEFAULT_PROGRAMME
    ) -> list[Entitlement] | None:
        return await entitlements(info, self.id, programme_id)

    @strawberry.field(
        description="What tiers the member could buy or renew, at what price, and what was bought."
    )
    async def memberships(self, info: Info, programme_id: str = DEFAULT_PROGRAMME) -> Memberships | None:
        return await memberships(info, self.id, programme_id)

    @strawberry.field(
        description="What the member claimed and used, newest first; at most 100 a page.", directives=[PAGED]
    )
    async def benefit_claims(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        benefit: str | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Connection[BenefitClaimRecord] | None:
        return await claims(info, self.id, programme_id, benefit, (first, after))

    @strawberry.field(description="What the balances consist of; what goes first comes first.")
    async def lots(
        self, info: Info, currency: str | None = None, programme_id: str = DEFAULT_PROGRAMME
    ) -> list[Lot] | None:
        asked = InProgramme(programme_id, self.id)
        wire = await info.context.load.lots_by_member.load(info.context.caller, asked)
        return lots(wire.lots, currency)

    @strawberry.field(description="A hold by its id, as of now; null when there is none.")
    async def hold(self, info: Info, id: strawberry.ID, programme_id: str = DEFAULT_PROGRAMME) -> Hold | None:
        return await find_hold(info, self.id, programme_id, id)

    @strawberry.field(description="The ledger, newest first; at most 100 a page.", directives=[PAGED])
    async def entries(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        currency: str | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Connection[LedgerEntry] | None:
        asked = EntriesOf(programme_id, self.id, page_size(first), key_of(after), currency or "")
        return page(await info.context.load.entries_by_member.load(info.context.caller, asked), after)

    @strawberry.field(
        metadata=to(HISTORY_READERS),
        description="What the member did besides ordering, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def activities(
        self, info: Info, first: int, after: str | None = None, programme_id: str = DEFAULT_PROGRAMME
    ) -> Connection[Activity] | None:
        return await activities(info, self.id, programme_id, first, after)

    @strawberry.field(
        description="Where the member stands in the missions that are open.",
        directives=[ListSize(assumed_size=10)],
    )
    async def missions(
        self, info: Info, programme_id: str = DEFAULT_PROGRAMME
    ) -> list[MissionProgress] | None:
        return await standings(info, self.id, programme_id)

    @strawberry.field(
        metadata=to(IDENTITY_READERS),
        description="By what the member is known, masked, with what was merged into the member.",
    )
    async def identities(self, info: Info) -> list[LinkedIdentity] | None:
        return await known_by(info, self.id)

    @strawberry.field(
        metadata=to(MERGE_READERS),
        description="Merges of the member into others, and of others into the member, newest first.",
    )
    async def merges(self, info: Info) -> list[MemberMerge] | None:
        return await merges_of(info, self.id)

    @strawberry.field(metadata=to(CONSENT_READERS))
    async def consents(self, info: Info) -> list[Consent] | None:
        wire = await info.context.load.consents_by_member.load(info.context.caller, self.id)
        return consents(wire, info.context.locale)

    @strawberry.field(
        description="What the member gave, refused and withdrew, newest first; at most 100 a page.",
        metadata=to(CONSENT_READERS),
        directives=[PAGED],
    )
    async def consent_records(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[ConsentRecord] | None:
        return await evidence.records(info, self.id, first, after)

    @strawberry.field(
        description="Proof of one of these records, which `huiyuan consent verify` and anyone with the public key "
        "verify without asking us: a compact JWS. Ready a few seconds after the decision.",
        metadata=to(CONSENT_READERS),
    )
    async def consent_receipt(self, info: Info, record_id: strawberry.ID) -> str | None:
        return await evidence.receipt(info, self.id, record_id)

    @strawberry.field(
        description="How the member wants to be written to, and whether machines may decide.",
        metadata=to(CONSENT_READERS),
    )
    async def message_preferences(self, info: Info) -> MessagePreferences | None:
        return await messaging.preferences(info, self.id)

    @strawberry.field(
        description="What was changed of these preferences, and by whom, newest first; at most 100 a page.",
        metadata=to(CONSENT_READERS),
        directives=[PAGED],
    )
    async def preference_changes(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[PreferenceChange] | None:
        return await messaging.changes(info, self.id, first, after)

    @strawberry.field(
        description="Why nothing may be sent to the member, also what has ended by itself.",
        metadata=to(CONSENT_READERS),
    )
    async def suppressions(self, info: Info) -> list[Suppression] | None:
        return await suppressions(info, self.id)

    @strawberry.field(
        description="Whether a message would go to the member, and all that say no; without an instant, now.",
        metadata=to(CONSENT_READERS),
    )
    async def may_send(
        self, info: Info, topic: str, channel: MessageChannel, at: datetime | None = None
    ) -> SendAnswer | None:
        return await may_send(info, self.id, topic, channel, at)

    @strawberry.field(
        metadata=to(WATCHERS),
        description="Who looked at the data in clear, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def accesses(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[ProfileAccess] | None:
        request = profiles_pb2.ListProfileAccessesRequest(
            member_id=self.id, first=page_size(first), after=key_of(after)
        )
        response = await info.context.clients.profiles.list_profile_accesses(
            request, headers=info.context.named(MEMBERS)
        )
        return accesses(response, after)

    @strawberry.field(
        metadata=to(NOTE_KEEPERS),
        description="What staff wrote down, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def notes(self, info: Info, first: int, after: str | None = None) -> Connection[Note] | None:
        clients = info.context.clients
        request = notes_pb2.ListNotesRequest(member_id=self.id, first=page_size(first), after=key_of(after))
        response = await clients.notes.list_notes(request, headers=info.context.named(MEMBERS))
        return notes(response, after)

    @strawberry.field(
        metadata=to(NOTE_KEEPERS),
        description="What the member was sent, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def communications(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[Communication] | None:
        return communications(await sent(info, self.id, first, after), after)
