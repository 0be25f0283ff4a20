"""Identities as both schemas show them: by what a member is known, masked."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import links_pb2

from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.scalars import instant, optional_instant


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


@strawberry.enum(description="How a member came to be known by something.")
class IdentitySource(Enum):
    REGISTRATION = links_pb2.IDENTITY_SOURCE_REGISTRATION
    CODE = links_pb2.IDENTITY_SOURCE_CODE
    LOGIN = links_pb2.IDENTITY_SOURCE_LOGIN
    STAFF = links_pb2.IDENTITY_SOURCE_STAFF


@strawberry.type(description="Something that a member is known by, masked.")
class LinkedIdentity:
    id: strawberry.ID = strawberry.field(description="Names it to its member, and tells nothing of it.")
    kind: IdentityKind
    scope: str | None = strawberry.field(
        description="Which account, app or shop it belongs to; null for phone and email."
    )
    value_masked: str
    verified: bool
    linked_at: datetime
    verified_at: datetime | None = strawberry.field(
        description="When it was last proven; null when it never was."
    )
    source: IdentitySource
    member_id: strawberry.ID = strawberry.field(
        description="Whose it is: the member's own, or of one who was merged into the member."
    )


def identity(wire: links_pb2.LinkedIdentity) -> LinkedIdentity:
    """An identity as the members service tells it."""
    return LinkedIdentity(
        id=strawberry.ID(wire.identity_id),
        kind=IdentityKind(wire.kind),
        scope=wire.scope or None,
        value_masked=wire.value_masked,
        verified=wire.verified,
        linked_at=instant(wire.linked_at),
        verified_at=optional_instant(wire, "verified_at"),
        source=IdentitySource(wire.source),
        member_id=strawberry.ID(wire.member_id),
    )


def identities(wire: Iterable[links_pb2.LinkedIdentity]) -> list[LinkedIdentity]:
    """All of them."""
    return [identity(one) for one in wire]


async def known_by(info: Info, member_id: str) -> list[LinkedIdentity]:
    """By what a member is known, as the caller may see it."""
    clients = info.context.clients
    answer = await clients.links.list_identities(
        links_pb2.ListIdentitiesRequest(member_id=member_id),
        headers=info.context.named(MEMBERS),
    )
    return identities(answer.identities)


def external(kind: IdentityKind, scope: str, value: str) -> kit_pb2.ExternalIdentity:
    """An identity as someone wrote it."""
    return kit_pb2.ExternalIdentity(kind=kind.value, scope=scope, value=value)
