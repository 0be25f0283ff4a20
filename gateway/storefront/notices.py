"""Purposes that members are asked about, and what to show them."""

import strawberry
from huiyuan.consent.v1 import purposes_pb2

from gateway.costs import ListSize
from gateway.scalars import Locale, text
from gateway.views.consents import ConsentForm, LawfulBasis, Necessity
from gateway.views.notices import Notice, notice


@strawberry.type(description="Something that data is used for.")
class ConsentPurpose:
    key: str
    version: int
    name: str
    description: str
    lawful_basis: LawfulBasis
    necessity: Necessity
    form: ConsentForm | None
    categories: list[str] = strawberry.field(description="Which data is used.")
    methods: list[str] = strawberry.field(description="How it is used.")
    recipients: list[str]
    storage_locations: list[str]
    retention: str | None = strawberry.field(description="How long it is kept, as an ISO 8601 duration.")
    articles: list[str] = strawberry.field(description="The articles of law it rests on.")
    sensitive: bool
    digest: str
    notices: list[Notice] = strawberry.field(
        description="What to show before asking.", directives=[ListSize(assumed_size=2)]
    )


def purposes(wire: purposes_pb2.ListPurposesResponse, locale: Locale) -> list[ConsentPurpose]:
    """The purposes in force, each with the notices that tell of its version."""
    notices = [notice(one) for one in wire.notices]
    told = [{(purpose.key, purpose.version) for purpose in one.purposes} for one in wire.notices]
    return [
        _purpose(
            one,
            locale,
            [shown for shown, of in zip(notices, told, strict=True) if (one.key, one.version) in of],
        )
        for one in wire.purposes
    ]


def _purpose(wire: purposes_pb2.Purpose, locale: Locale, notices: list[Notice]) -> ConsentPurpose:
    return ConsentPurpose(
        key=wire.key,
        version=wire.version,
        name=text(wire.name, locale),
        description=text(wire.description, locale),
        lawful_basis=LawfulBasis(wire.lawful_basis),
        necessity=Necessity(wire.necessity),
        form=ConsentForm(wire.form) if wire.form else None,
        categories=list(wire.categories),
        methods=list(wire.methods),
        recipients=list(wire.recipients),
        storage_locations=list(wire.storage_locations),
        retention=wire.retention or None,
        articles=list(wire.articles),
        sensitive=wire.sensitive,
        digest=wire.digest,
        notices=notices,
    )
