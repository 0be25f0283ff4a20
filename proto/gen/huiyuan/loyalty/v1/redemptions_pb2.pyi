import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HoldState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HOLD_STATE_UNSPECIFIED: _ClassVar[HoldState]
    HOLD_STATE_OPEN: _ClassVar[HoldState]
    HOLD_STATE_CAPTURED: _ClassVar[HoldState]
    HOLD_STATE_RELEASED: _ClassVar[HoldState]
    HOLD_STATE_TIMED_OUT: _ClassVar[HoldState]
HOLD_STATE_UNSPECIFIED: HoldState
HOLD_STATE_OPEN: HoldState
HOLD_STATE_CAPTURED: HoldState
HOLD_STATE_RELEASED: HoldState
HOLD_STATE_TIMED_OUT: HoldState

class OrderReference(_message.Message):
    __slots__ = ("source", "order_id")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class RedeemPointsRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "currency", "points", "redemption_id", "order", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    currency: str
    points: int
    redemption_id: str
    order: OrderReference
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., redemption_id: _Optional[str] = ..., order: _Optional[_Union[OrderReference, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class SpentPoints(_message.Message):
    __slots__ = ("points", "expires_at")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    points: int
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, points: _Optional[int] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RedeemPointsResponse(_message.Message):
    __slots__ = ("redemption_id", "currency", "points", "taken", "worth", "balance_after", "entry_id", "replayed")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    WORTH_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    currency: str
    points: int
    taken: _containers.RepeatedCompositeFieldContainer[SpentPoints]
    worth: _kit_pb2.Money
    balance_after: int
    entry_id: str
    replayed: bool
    def __init__(self, redemption_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., taken: _Optional[_Iterable[_Union[SpentPoints, _Mapping]]] = ..., worth: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., balance_after: _Optional[int] = ..., entry_id: _Optional[str] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ReverseRedemptionRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "redemption_id", "reversal_id", "points", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REVERSAL_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    redemption_id: str
    reversal_id: str
    points: int
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., redemption_id: _Optional[str] = ..., reversal_id: _Optional[str] = ..., points: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class ReverseRedemptionResponse(_message.Message):
    __slots__ = ("redemption_id", "reversal_id", "points", "returned", "expired", "balance_after", "replayed")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REVERSAL_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    reversal_id: str
    points: int
    returned: _containers.RepeatedCompositeFieldContainer[SpentPoints]
    expired: int
    balance_after: int
    replayed: bool
    def __init__(self, redemption_id: _Optional[str] = ..., reversal_id: _Optional[str] = ..., points: _Optional[int] = ..., returned: _Optional[_Iterable[_Union[SpentPoints, _Mapping]]] = ..., expired: _Optional[int] = ..., balance_after: _Optional[int] = ..., replayed: _Optional[bool] = ...) -> None: ...

class Hold(_message.Message):
    __slots__ = ("hold_id", "currency", "points", "held", "captured", "state", "held_at", "expires_at", "order_ref")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    HELD_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    currency: str
    points: int
    held: int
    captured: int
    state: HoldState
    held_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    order_ref: str
    def __init__(self, hold_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., held: _Optional[int] = ..., captured: _Optional[int] = ..., state: _Optional[_Union[HoldState, str]] = ..., held_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_ref: _Optional[str] = ...) -> None: ...

class HoldPointsRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "currency", "points", "hold_id", "time_to_live_seconds", "order")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LIVE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    currency: str
    points: int
    hold_id: str
    time_to_live_seconds: int
    order: OrderReference
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., hold_id: _Optional[str] = ..., time_to_live_seconds: _Optional[int] = ..., order: _Optional[_Union[OrderReference, _Mapping]] = ...) -> None: ...

class HoldPointsResponse(_message.Message):
    __slots__ = ("hold", "balance_after", "replayed")
    HOLD_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    hold: Hold
    balance_after: int
    replayed: bool
    def __init__(self, hold: _Optional[_Union[Hold, _Mapping]] = ..., balance_after: _Optional[int] = ..., replayed: _Optional[bool] = ...) -> None: ...

class CaptureHoldRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "hold_id", "redemption_id", "points", "keep_rest")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    KEEP_REST_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    hold_id: str
    redemption_id: str
    points: int
    keep_rest: bool
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., hold_id: _Optional[str] = ..., redemption_id: _Optional[str] = ..., points: _Optional[int] = ..., keep_rest: _Optional[bool] = ...) -> None: ...

class CaptureHoldResponse(_message.Message):
    __slots__ = ("redemption_id", "currency", "points", "taken", "released", "balance_after", "entry_id", "replayed")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    RELEASED_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    currency: str
    points: int
    taken: _containers.RepeatedCompositeFieldContainer[SpentPoints]
    released: int
    balance_after: int
    entry_id: str
    replayed: bool
    def __init__(self, redemption_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., taken: _Optional[_Iterable[_Union[SpentPoints, _Mapping]]] = ..., released: _Optional[int] = ..., balance_after: _Optional[int] = ..., entry_id: _Optional[str] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ReleaseHoldRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "hold_id")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    hold_id: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., hold_id: _Optional[str] = ...) -> None: ...

class ReleaseHoldResponse(_message.Message):
    __slots__ = ("hold", "replayed")
    HOLD_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    hold: Hold
    replayed: bool
    def __init__(self, hold: _Optional[_Union[Hold, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class GetHoldRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "hold_id")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    hold_id: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., hold_id: _Optional[str] = ...) -> None: ...

class GetHoldResponse(_message.Message):
    __slots__ = ("hold",)
    HOLD_FIELD_NUMBER: _ClassVar[int]
    hold: Hold
    def __init__(self, hold: _Optional[_Union[Hold, _Mapping]] = ...) -> None: ...
