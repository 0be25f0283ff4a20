"""Programmes: the tiers that can be reached and what each asks and gives, for anyone who looks."""

from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import programmes_pb2

from gateway.auth import ANYONE
from gateway.context import Info
from gateway.costs import ListSize
from gateway.loaders.catalogue import Answer
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Locale, instant, optional_instant, text
from gateway.storefront.permissions import PUBLIC
from gateway.storefront.programme_ids import ProgrammeId
from gateway.views.benefits import Benefit, benefit
from gateway.views.tier_sales import TierSale, sale
from gateway.views.tier_schemes import ConditionMatch, TierCondition, condition, match


@strawberry.type(description="One of the programme's currencies.")
class ProgrammeCurrency:
    code: str = strawberry.field(description='For instance "POINTS" or "GROWTH".')
    name: str
    spendable: bool
    transferable: bool = strawberry.field(description="True where members may send it to each other.")


@strawberry.type(description="A rung of the programme's ladder, with what it asks.")
class ProgrammeTier:
    key: str
    name: str
    rank: int = strawberry.field(description="1 is the lowest.")
    multiplier: str = strawberry.field(
        description='What points are multiplied by that depend on the tier, for instance "1.5".'
    )
    benefits: list[Benefit]
    conditions: list[TierCondition] = strawberry.field(description="What raises to the tier.")
    match: ConditionMatch = strawberry.field(description="How many of conditions must be met.")
    retain: list[TierCondition] = strawberry.field(
        description="What keeps the tier when its validity ends; empty for what raises to it."
    )
    retain_match: ConditionMatch
    sale: TierSale | None = strawberry.field(
        description="What a membership of the tier costs; null where it is not for sale."
    )


@strawberry.type(description="The programme, as it is in force now.")
class Programme:
    id: strawberry.ID
    version: int
    name: str
    time_zone: str = strawberry.field(description="An IANA zone: days and months are its.")
    money_currency: str = strawberry.field(description="ISO 4217.")
    currencies: list[ProgrammeCurrency] = strawberry.field(directives=[ListSize(assumed_size=3)])
    tiers: list[ProgrammeTier] = strawberry.field(
        description="Lowest first.", directives=[ListSize(assumed_size=6)]
    )
    tier_validity: str | None = strawberry.field(
        description="How long a tier is good for, such as P12M; null for ever."
    )
    tier_grace: str | None = strawberry.field(description="How much longer it is held after that.")
    effective_at: datetime


@strawberry.type
class ProgrammeQueries:
    @strawberry.field(
        metadata=PUBLIC, description="The programme: its currencies, its tiers and what they give. Public."
    )
    async def programme(
        self, info: Info, locale: Locale | None = None, programme_id: ProgrammeId = None
    ) -> Programme | None:
        wanted = locale or info.context.locale
        load = info.context.load.programmes_by_id.load

        async def asked() -> Answer:
            wire = await load(ANYONE, programme_id or DEFAULT_PROGRAMME)
            return Answer(programme(wire.programme, wanted), optional_instant(wire, "changes_at"))

        found: Programme = await info.context.catalogue.get(
            ("programme", programme_id or DEFAULT_PROGRAMME, wanted), asked
        )
        return found


def programme(wire: programmes_pb2.Programme, locale: Locale) -> Programme:
    return Programme(
        id=strawberry.ID(wire.programme_id),
        version=wire.version,
        name=text(wire.name, locale),
        time_zone=wire.time_zone,
        money_currency=wire.money_currency,
        currencies=[
            ProgrammeCurrency(
                code=one.code,
                name=text(one.name, locale),
                spendable=one.spendable,
                transferable=one.transferable,
            )
            for one in wire.currencies
        ],
        tiers=[
            ProgrammeTier(
                key=one.key,
                name=text(one.name, locale),
                rank=rank,
                multiplier=one.multiplier,
                benefits=[benefit(each, locale) for each in one.benefits],
                conditions=[condition(each) for each in one.conditions],
                match=match(one.match),
                retain=[condition(each) for each in one.retain],
                retain_match=match(one.retain_match),
                sale=sale(one.sale) if one.HasField("sale") else None,
            )
            for rank, one in enumerate(wire.tiers, 1)
        ],
        tier_validity=wire.tier_scheme.validity or None,
        tier_grace=wire.tier_scheme.grace or None,
        effective_at=instant(wire.effective_at),
    )
