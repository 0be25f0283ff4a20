"""Notices: the purposes that members are asked about, and what to show them."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.consent.v1 import purposes_pb2

from gateway.costs import ListSize
from gateway.scalars import Locale, instant, text
from gateway.views.consents import ConsentForm, LawfulBasis, Necessity


@strawberry.enum(description="How close to the act a notice stands.")
class NoticeLayer(Enum):
    GENERAL = purposes_pb2.NOTICE_LAYER_GENERAL
    ENHANCED = purposes_pb2.NOTICE_LAYER_ENHANCED
    JUST_IN_TIME = purposes_pb2.NOTICE_LAYER_JUST_IN_TIME


@strawberry.type(description="A text that tells of purposes, in one language.")
class Notice:
    id: strawberry.ID
    key: str
    version: int
    locale: str
    layer: NoticeLayer
    title: str
    body: str
    digest: str = strawberry.field(description="SHA-256, in hex; giving consent names it.")
    effective_at: datetime


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
    notices = [_notice(one) for one in wire.notices]
    told = [{(purpose.key, purpose.version) for purpose in one.purposes} for one in wire.notices]
    return [
        _purpose(
            one,
            locale,
            [notice for notice, of in zip(notices, told, strict=True) if (one.key, one.version) in of],
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


def _notice(wire: purposes_pb2.Notice) -> Notice:
    return Notice(
        id=strawberry.ID(wire.notice_id),
        key=wire.key,
        version=wire.version,
        locale=wire.locale,
        layer=NoticeLayer(wire.layer),
        title=wire.title,
        body=wire.body,
        digest=wire.digest,
        effective_at=instant(wire.effective_at),
    )
