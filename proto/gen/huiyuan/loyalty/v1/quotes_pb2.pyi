import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import orders_pb2 as _orders_pb2
from huiyuan.loyalty.v1 import tiers_pb2 as _tiers_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NotRedeemableReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOT_REDEEMABLE_REASON_UNSPECIFIED: _ClassVar[NotRedeemableReason]
    NOT_REDEEMABLE_REASON_NOT_SPENDABLE: _ClassVar[NotRedeemableReason]
    NOT_REDEEMABLE_REASON_NO_CONVERSION: _ClassVar[NotRedeemableReason]
    NOT_REDEEMABLE_REASON_NOTHING_AVAILABLE: _ClassVar[NotRedeemableReason]
    NOT_REDEEMABLE_REASON_BELOW_MINIMUM: _ClassVar[NotRedeemableReason]
    NOT_REDEEMABLE_REASON_ORDER_CAP: _ClassVar[NotRedeemableReason]
NOT_REDEEMABLE_REASON_UNSPECIFIED: NotRedeemableReason
NOT_REDEEMABLE_REASON_NOT_SPENDABLE: NotRedeemableReason
NOT_REDEEMABLE_REASON_NO_CONVERSION: NotRedeemableReason
NOT_REDEEMABLE_REASON_NOTHING_AVAILABLE: NotRedeemableReason
NOT_REDEEMABLE_REASON_BELOW_MINIMUM: NotRedeemableReason
NOT_REDEEMABLE_REASON_ORDER_CAP: NotRedeemableReason

class QuoteOrderRequest(_message.Message):
    __slots__ = ("programme_id", "member_id", "identity", "lines", "total", "channel", "redeem_currency", "redeem_points")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REDEEM_CURRENCY_FIELD_NUMBER: _ClassVar[int]
    REDEEM_POINTS_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    member_id: str
    identity: _kit_pb2.ExternalIdentity
    lines: _containers.RepeatedCompositeFieldContainer[_orders_pb2.OrderLine]
    total: _kit_pb2.Money
    channel: str
    redeem_currency: str
    redeem_points: int
    def __init__(self, programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[_orders_pb2.OrderLine, _Mapping]]] = ..., total: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., channel: _Optional[str] = ..., redeem_currency: _Optional[str] = ..., redeem_points: _Optional[int] = ...) -> None: ...

class QuoteOrderResponse(_message.Message):
    __slots__ = ("member_id", "programme_id", "earned", "lines", "tier_held", "tier_reached", "redeemable", "quoted_at")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    EARNED_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TIER_HELD_FIELD_NUMBER: _ClassVar[int]
    TIER_REACHED_FIELD_NUMBER: _ClassVar[int]
    REDEEMABLE_FIELD_NUMBER: _ClassVar[int]
    QUOTED_AT_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    earned: _containers.RepeatedCompositeFieldContainer[_orders_pb2.EarnedPoints]
    lines: _containers.RepeatedCompositeFieldContainer[QuotedLine]
    tier_held: _tiers_pb2.Tier
    tier_reached: _tiers_pb2.Tier
    redeemable: RedeemablePoints
    quoted_at: _timestamp_pb2.Timestamp
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., earned: _Optional[_Iterable[_Union[_orders_pb2.EarnedPoints, _Mapping]]] = ..., lines: _Optional[_Iterable[_Union[QuotedLine, _Mapping]]] = ..., tier_held: _Optional[_Union[_tiers_pb2.Tier, _Mapping]] = ..., tier_reached: _Optional[_Union[_tiers_pb2.Tier, _Mapping]] = ..., redeemable: _Optional[_Union[RedeemablePoints, _Mapping]] = ..., quoted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class QuotedLine(_message.Message):
    __slots__ = ("line_id", "earned")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    EARNED_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    earned: _containers.RepeatedCompositeFieldContainer[_orders_pb2.EarnedPoints]
    def __init__(self, line_id: _Optional[str] = ..., earned: _Optional[_Iterable[_Union[_orders_pb2.EarnedPoints, _Mapping]]] = ...) -> None: ...

class RedeemablePoints(_message.Message):
    __slots__ = ("currency", "points", "worth", "reason", "available", "minimum", "multiple")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    WORTH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MULTIPLE_FIELD_NUMBER: _ClassVar[int]
    currency: str
    points: int
    worth: _kit_pb2.Money
    reason: NotRedeemableReason
    available: int
    minimum: int
    multiple: int
    def __init__(self, currency: _Optional[str] = ..., points: _Optional[int] = ..., worth: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., reason: _Optional[_Union[NotRedeemableReason, str]] = ..., available: _Optional[int] = ..., minimum: _Optional[int] = ..., multiple: _Optional[int] = ...) -> None: ...
