"""Communications: by which channels members are reached, and how it ends."""

from enum import Enum

import strawberry
from huiyuan.members.v1 import communications_pb2 as wire


@strawberry.enum(description="By what a member was reached.")
class CommunicationChannel(Enum):
    SMS = wire.CHANNEL_SMS
    EMAIL = wire.CHANNEL_EMAIL
    WECHAT = wire.CHANNEL_WECHAT
    PHONE = wire.CHANNEL_PHONE
    PUSH = wire.CHANNEL_PUSH
    POST = wire.CHANNEL_POST


@strawberry.enum(description="How it ended.")
class CommunicationOutcome(Enum):
    SENT = wire.OUTCOME_SENT
    DELIVERED = wire.OUTCOME_DELIVERED
    FAILED = wire.OUTCOME_FAILED
    ANSWERED = wire.OUTCOME_ANSWERED
    NOT_REACHED = wire.OUTCOME_NOT_REACHED
