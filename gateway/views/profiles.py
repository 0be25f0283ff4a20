"""Profiles: what a member's status is called."""

from enum import Enum

import strawberry
from huiyuan.members.v1 import profiles_pb2


@strawberry.enum(description="Where a membership is in its life.")
class MemberStatus(Enum):
    ACTIVE = profiles_pb2.MEMBER_STATUS_ACTIVE
    FROZEN = profiles_pb2.MEMBER_STATUS_FROZEN
    CLOSING = profiles_pb2.MEMBER_STATUS_CLOSING
    CLOSED = profiles_pb2.MEMBER_STATUS_CLOSED
    ERASED = profiles_pb2.MEMBER_STATUS_ERASED
