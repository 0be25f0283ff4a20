"""Members as staff see them: found by an identity, masked, with what every service knows."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import identities_pb2, profiles_pb2

from gateway.admin.accesses import ProfileAccess, accesses
from gateway.admin.ledger import LedgerEntry, page
from gateway.admin.permissions import CONSENT_READERS, EVERY_ROLE, PROFILE_READERS, WATCHERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.costs import PAGED
from gateway.loaders.members import DEFAULT_PROGRAMME, EntriesOf, InProgramme
from gateway.paging import Connection, key_of, page_size
from gateway.scalars import Long, instant
from gateway.views.consents import Consent, consent
from gateway.views.lots import Lot, lots
from gateway.views.nodes import Node
from gateway.views.points import Balance, balance
from gateway.views.profiles import MemberStatus
from gateway.views.redemptions import Hold, find_hold
from gateway.views.tiers import Standing, standing
from services.kit.refusal import Kind, Refusal


@strawberry.type(description="A profile, masked.")
class MaskedProfile:
    display_name: str
    full_name: str | None
    phone: str | None
    email: str | None
    language: str
    time_zone: str | None
    status: MemberStatus
    joined_at: datetime
    revision: Long = strawberry.field(description="Grows with every change of the profile.")


@strawberry.enum(description="How a member is known outside.")
class IdentityKind(Enum):
    PHONE = kit_pb2.IDENTITY_KIND_PHONE
    EMAIL = kit_pb2.IDENTITY_KIND_EMAIL
    WECHAT_UNIONID = kit_pb2.IDENTITY_KIND_WECHAT_UNIONID
    WECHAT_OPENID = kit_pb2.IDENTITY_KIND_WECHAT_OPENID
    ALIPAY = kit_pb2.IDENTITY_KIND_ALIPAY
    MARKETPLACE_NICK = kit_pb2.IDENTITY_KIND_MARKETPLACE_NICK
    DEVICE = kit_pb2.IDENTITY_KIND_DEVICE
    STOREFRONT_CUSTOMER = kit_pb2.IDENTITY_KIND_STOREFRONT_CUSTOMER


@strawberry.input(description="An exact identity.")
class FindMemberInput:
    kind: IdentityKind
    scope: str = strawberry.field(
        default="", description="Which account, app or shop the value belongs to; empty for phone and email."
    )
    value: str


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
        return _profile(wire)

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

    @strawberry.field(metadata=to(CONSENT_READERS))
    async def consents(self, info: Info) -> list[Consent] | None:
        wire = await info.context.load.consents_by_member.load(info.context.caller, self.id)
        return [consent(one, info.context.locale) for one in wire.consents]

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
            request, headers=info.context.clients.named(MEMBERS, info.context.caller)
        )
        return accesses(response, after)


@strawberry.type
class MemberQueries:
    @strawberry.field(
        metadata=to(EVERY_ROLE),
        description="The member with this id; what is known is null when there is none.",
    )
    def member(self, id: UUID) -> Member:
        return Member(id=strawberry.ID(str(id)))

    @strawberry.field(metadata=to(PROFILE_READERS), description="The member with exactly this phone number.")
    async def member_by_phone(self, info: Info, phone: str) -> Member | None:
        identity = kit_pb2.ExternalIdentity(kind=kit_pb2.IDENTITY_KIND_PHONE, value=phone)
        return await _found(info, identity)

    @strawberry.field(metadata=to(PROFILE_READERS), description="The member with exactly this identity.")
    async def find_member(self, info: Info, input: FindMemberInput) -> Member | None:
        identity = kit_pb2.ExternalIdentity(kind=input.kind.value, scope=input.scope, value=input.value)
        return await _found(info, identity)


async def _found(info: Info, identity: kit_pb2.ExternalIdentity) -> Member | None:
    clients = info.context.clients
    response = await clients.identities.find_member(
        identities_pb2.FindMemberRequest(identity=identity),
        headers=clients.named(MEMBERS, info.context.caller),
    )
    return Member(id=strawberry.ID(response.member_id)) if response.member_id else None


def _profile(wire: profiles_pb2.Profile) -> MaskedProfile:
    return MaskedProfile(
        display_name=wire.display_name,
        full_name=wire.full_name_masked or None,
        phone=wire.phone_masked or None,
        email=wire.email_masked or None,
        language=wire.language,
        time_zone=wire.time_zone or None,
        status=MemberStatus(wire.status),
        joined_at=instant(wire.joined_at),
        revision=Long(wire.revision),
    )
