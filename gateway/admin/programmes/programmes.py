"""Programmes: the rules in force and before, and how program admins change them."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import programmes_pb2

from gateway.admin.audit import audited
from gateway.admin.earning.earn_rules import EarnRule, EarnRuleInput, earn_rule
from gateway.admin.permissions import DRAFT_PUBLISHERS, EVERY_ROLE, PUBLISHERS, RULE_READERS, to
from gateway.admin.programmes.currencies import CurrencyRules, CurrencyRulesInput, currency
from gateway.admin.texts import LocalizedText, LocalizedTextInput, localized
from gateway.admin.tiers.tier_schemes import (
    TierRule,
    TierRuleInput,
    TierScheme,
    TierSchemeInput,
    tier_rule,
    tier_scheme,
)
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import instant, optional_instant, timestamp
from gateway.views.nodes import Node
from services.kit.refusal import Kind, Refusal


@strawberry.enum(description="What a version is.")
class ProgrammeVersionState(Enum):
    DRAFT = programmes_pb2.PROGRAMME_VERSION_STATE_DRAFT
    # In force, or about to be.
    PUBLISHED = programmes_pb2.PROGRAMME_VERSION_STATE_PUBLISHED
    SUPERSEDED = programmes_pb2.PROGRAMME_VERSION_STATE_SUPERSEDED
    # Taken back before it took effect.
    CANCELED = programmes_pb2.PROGRAMME_VERSION_STATE_CANCELED


@strawberry.type(description="A programme as of one version; versions never change.")
class Programme(Node):
    version: int
    name: LocalizedText
    time_zone: str
    money_currency: str
    currencies: list[CurrencyRules]
    earn_rules: list[EarnRule]
    tiers: list[TierRule] = strawberry.field(description="Lowest first.")
    tier_scheme: TierScheme
    effective_at: datetime = strawberry.field(description="Of a draft, when it was last changed.")
    published_by: str = strawberry.field(description="Empty of a draft.")
    published_at: datetime | None
    reason: str | None
    is_default: bool
    two_persons: bool = strawberry.field(
        description="True: who publishes the next version is a program_publisher and wrote nothing of it."
    )
    state: ProgrammeVersionState
    superseded_at: datetime | None = strawberry.field(
        description="When the version after this takes its place; null while none is published."
    )
    canceled_at: datetime | None = strawberry.field(
        description="When it was taken back before it took effect; the version after it says by whom and why."
    )


def programme(wire: programmes_pb2.Programme) -> Programme:
    return Programme(
        id=strawberry.ID(wire.programme_id),
        version=wire.version,
        name=localized(wire.name),
        time_zone=wire.time_zone,
        money_currency=wire.money_currency,
        currencies=[currency(one) for one in wire.currencies],
        earn_rules=[earn_rule(one) for one in wire.earn_rules],
        tiers=[tier_rule(one) for one in wire.tiers],
        tier_scheme=tier_scheme(wire.tier_scheme),
        effective_at=instant(wire.effective_at),
        published_by=wire.published_by,
        published_at=optional_instant(wire, "published_at"),
        reason=wire.reason or None,
        is_default=wire.is_default,
        two_persons=wire.two_persons,
        state=ProgrammeVersionState(wire.state or programmes_pb2.PROGRAMME_VERSION_STATE_PUBLISHED),
        superseded_at=optional_instant(wire, "superseded_at"),
        canceled_at=optional_instant(wire, "canceled_at"),
    )


@strawberry.input(
    description="A new version of a programme: what is given replaces its part, the rest stays."
)
class ReviseProgrammeInput:
    programme_id: str
    based_on_version: int = strawberry.field(
        description="The version this change was made from; refused when another came between."
    )
    currencies: list[CurrencyRulesInput] | None = strawberry.field(
        default=None,
        description="All currencies: those that are there must stay, and stay spendable or not. Points that are "
        "there keep their expiry.",
    )
    tiers: list[TierRuleInput] | None = strawberry.field(default=None, description="All tiers, lowest first.")
    tier_scheme: TierSchemeInput | None = strawberry.field(
        default=None,
        description="How long tiers are good for and how they are lost. A tier that members hold is taken away only "
        "with a successor.",
    )
    earn_rules: list[EarnRuleInput] | None = None
    effective_at: datetime | None = strawberry.field(
        default=None, description="Without it, at once. Never in the past."
    )
    reason: str


@strawberry.input(description="A programme with its first version.")
class CreateProgrammeInput:
    programme_id: str = strawberry.field(description="1 to 40 characters of a-z, 0-9 and -.")
    name: LocalizedTextInput
    time_zone: str = strawberry.field(description="An IANA zone.")
    money_currency: str = strawberry.field(description="ISO 4217.")
    currencies: list[CurrencyRulesInput]
    earn_rules: list[EarnRuleInput]
    tiers: list[TierRuleInput]
    tier_scheme: TierSchemeInput | None = None
    effective_at: datetime | None = None
    make_default: bool = False
    reason: str


@strawberry.type
class ReviseProgrammePayload:
    programme: Programme | None
    user_errors: list[UserError]


@strawberry.type
class CreateProgrammePayload:
    programme: Programme | None
    replayed: bool = strawberry.field(description="True when the same programme was there already.")
    user_errors: list[UserError]


@strawberry.input(description="A version that was published ahead and is not to take effect.")
class CancelProgrammeVersionInput:
    programme_id: str = DEFAULT_PROGRAMME
    version: int = strawberry.field(description="The newest, which was looked at.")
    reason: str = strawberry.field(description="Why, in one line of 1 to 500 characters.")


@strawberry.type
class CancelProgrammeVersionPayload:
    programme: Programme | None = strawberry.field(
        description="The version after it, by which everything stays as it is."
    )
    replayed: bool = strawberry.field(description="True when it was canceled already.")
    user_errors: list[UserError]


async def find_programme(info: Info, programme_id: str, version: int = 0) -> Programme | None:
    """A programme as of a version, 0 for the one in force now; None when there is none."""
    clients = info.context.clients
    request = programmes_pb2.GetProgrammeRequest(programme_id=programme_id, version=version)
    try:
        response = await clients.programmes.get_programme(request, headers=info.context.named(LOYALTY))
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            return None
        raise
    return programme(response.programme)


@strawberry.type
class ProgrammeQueries:
    @strawberry.field(
        metadata=to(EVERY_ROLE),
        description="A programme as of a version; without one, as it is in force now.",
    )
    async def programme(
        self, info: Info, id: str = DEFAULT_PROGRAMME, version: int | None = None
    ) -> Programme | None:
        return await find_programme(info, id, version or 0)

    @strawberry.field(metadata=to(RULE_READERS), description="Every version of a programme.")
    async def programme_versions(self, info: Info, id: str = DEFAULT_PROGRAMME) -> list[Programme] | None:
        clients = info.context.clients
        response = await clients.programmes.list_programme_versions(
            programmes_pb2.ListProgrammeVersionsRequest(programme_id=id),
            headers=info.context.named(LOYALTY),
        )
        return [programme(one) for one in response.versions]


@strawberry.type
class ProgrammeMutations:
    @strawberry.mutation(metadata=to(PUBLISHERS), description="Publishes a new version of a programme.")
    async def revise_programme(self, info: Info, input: ReviseProgrammeInput) -> ReviseProgrammePayload:
        context = info.context
        request = programmes_pb2.ReviseProgrammeRequest(
            programme_id=input.programme_id,
            based_on_version=input.based_on_version,
            effective_at=timestamp(input.effective_at),
            currencies=[rules.wire() for rules in input.currencies or ()],
            earn_rules=[rule.wire() for rule in input.earn_rules or ()],
            tiers=[rule.wire() for rule in input.tiers or ()],
            tier_scheme=input.tier_scheme.wire() if input.tier_scheme else None,
            reason=input.reason,
        )
        revised, refused = await audited(
            info,
            "reviseProgramme",
            {
                "programmeId": input.programme_id,
                "basedOnVersion": input.based_on_version,
                "currencies": [rules.code for rules in input.currencies or ()],
                "tiers": [rule.key for rule in input.tiers or ()],
                "earnRules": [rule.key for rule in input.earn_rules or ()],
            },
            input.reason,
            lambda: context.clients.programmes.revise_programme(request, headers=context.named(LOYALTY)),
        )
        shown = programme(revised.programme) if revised else None
        return ReviseProgrammePayload(programme=shown, user_errors=refused)

    @strawberry.mutation(
        metadata=to(DRAFT_PUBLISHERS),
        description="Takes a version back that was published ahead, before it takes effect. The one before it goes on.",
    )
    async def cancel_programme_version(
        self, info: Info, input: CancelProgrammeVersionInput
    ) -> CancelProgrammeVersionPayload:
        context = info.context
        request = programmes_pb2.CancelProgrammeVersionRequest(
            programme_id=input.programme_id, version=input.version, reason=input.reason
        )
        canceled, refused = await audited(
            info,
            "cancelProgrammeVersion",
            {"programmeId": input.programme_id, "version": input.version},
            input.reason,
            lambda: context.clients.programmes.cancel_programme_version(
                request, headers=context.named(LOYALTY)
            ),
        )
        return CancelProgrammeVersionPayload(
            programme=programme(canceled.programme) if canceled else None,
            replayed=canceled is not None and canceled.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(metadata=to(PUBLISHERS), description="Founds a programme.")
    async def create_programme(self, info: Info, input: CreateProgrammeInput) -> CreateProgrammePayload:
        context = info.context
        request = programmes_pb2.CreateProgrammeRequest(
            programme=programmes_pb2.Programme(
                programme_id=input.programme_id,
                name=input.name.wire(),
                time_zone=input.time_zone,
                money_currency=input.money_currency,
                currencies=[rules.wire() for rules in input.currencies],
                earn_rules=[rule.wire() for rule in input.earn_rules],
                tiers=[rule.wire() for rule in input.tiers],
                tier_scheme=input.tier_scheme.wire() if input.tier_scheme else None,
                effective_at=timestamp(input.effective_at),
            ),
            make_default=input.make_default,
            reason=input.reason,
        )
        created, refused = await audited(
            info,
            "createProgramme",
            {"programmeId": input.programme_id, "makeDefault": input.make_default},
            input.reason,
            lambda: context.clients.programmes.create_programme(request, headers=context.named(LOYALTY)),
        )
        return CreateProgrammePayload(
            programme=programme(created.programme) if created else None,
            replayed=created is not None and created.replayed,
            user_errors=refused,
        )
