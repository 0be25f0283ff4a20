"""Channels: the ways by which a member is written to."""

from enum import StrEnum


class Channel(StrEnum):
    """A way by which a message reaches a member."""

    SMS = "SMS"
    EMAIL = "EMAIL"
    PUSH = "PUSH"
    WECHAT = "WECHAT"
