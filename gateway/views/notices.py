"""Notices: the texts that tell of purposes, each version for ever."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.consent.v1 import purposes_pb2

from gateway.scalars import instant


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
    )
