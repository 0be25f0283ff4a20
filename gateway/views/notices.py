"""Notices: the texts that tell of purposes, each version for ever."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.consent.v1 import purposes_pb2

from gateway.costs import ListSize
from gateway.scalars import instant


@strawberry.enum(description="How close to the act a notice stands.")
class NoticeLayer(Enum):
    GENERAL = purposes_pb2.NOTICE_LAYER_GENERAL
    ENHANCED = purposes_pb2.NOTICE_LAYER_ENHANCED
    JUST_IN_TIME = purposes_pb2.NOTICE_LAYER_JUST_IN_TIME


@strawberry.enum(description="What a notice has to tell.")
class NoticeContent(Enum):
    # Who handles the data, and how they are reached (PIPL 17).
    HANDLER = purposes_pb2.NOTICE_CONTENT_HANDLER
    PURPOSE = purposes_pb2.NOTICE_CONTENT_PURPOSE
    METHODS = purposes_pb2.NOTICE_CONTENT_METHODS
    CATEGORIES = purposes_pb2.NOTICE_CONTENT_CATEGORIES
    RETENTION = purposes_pb2.NOTICE_CONTENT_RETENTION
    # What rights members have, and how they are used.
    RIGHTS = purposes_pb2.NOTICE_CONTENT_RIGHTS
    # Of third parties who get data (PIPL 23).
    RECIPIENTS = purposes_pb2.NOTICE_CONTENT_RECIPIENTS
    # Of sensitive data (PIPL 30): why it is needed.
    NECESSITY = purposes_pb2.NOTICE_CONTENT_NECESSITY
    # Of sensitive data (PIPL 30): what it means for the member.
    IMPACT = purposes_pb2.NOTICE_CONTENT_IMPACT
    # Of storage abroad (PIPL 39).
    OVERSEAS = purposes_pb2.NOTICE_CONTENT_OVERSEAS


@strawberry.type(description="Where a notice tells what it has to.")
class NoticePassage:
    content: NoticeContent
    text: str = strawberry.field(description="Literally out of the body.")


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
    passages: list[NoticePassage] = strawberry.field(
        description="For each content that the law wants, where the body tells it; none in old notices.",
        directives=[ListSize(assumed_size=10)],
    )


def notice(wire: purposes_pb2.Notice) -> Notice:
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
        passages=[NoticePassage(content=NoticeContent(one.content), text=one.text) for one in wire.passages],
    )
