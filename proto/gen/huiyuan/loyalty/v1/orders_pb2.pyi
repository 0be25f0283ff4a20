import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RecordOrderRequest(_message.Message):
    __slots__ = ("source", "order_id", "programme_id", "member_id", "identity", "lines", "total", "paid_at", "channel")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    programme_id: str
    member_id: str
    identity: _kit_pb2.ExternalIdentity
    lines: _containers.RepeatedCompositeFieldContainer[OrderLine]
    total: _kit_pb2.Money
    paid_at: _timestamp_pb2.Timestamp
    channel: str
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[OrderLine, _Mapping]]] = ..., total: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., paid_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., channel: _Optional[str] = ...) -> None: ...

class OrderLine(_message.Message):
    __slots__ = ("line_id", "sku", "quantity", "money")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    MONEY_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    sku: str
    quantity: int
    money: _kit_pb2.Money
    def __init__(self, line_id: _Optional[str] = ..., sku: _Optional[str] = ..., quantity: _Optional[int] = ..., money: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class RecordOrderResponse(_message.Message):
    __slots__ = ("order", "replayed")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    order: RecordedOrder
    replayed: bool
    def __init__(self, order: _Optional[_Union[RecordedOrder, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class RecordOrdersRequest(_message.Message):
    __slots__ = ("orders",)
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[RecordOrderRequest]
    def __init__(self, orders: _Optional[_Iterable[_Union[RecordOrderRequest, _Mapping]]] = ...) -> None: ...

class RecordOrdersResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[RecordOrderResult]
    def __init__(self, results: _Optional[_Iterable[_Union[RecordOrderResult, _Mapping]]] = ...) -> None: ...

class RecordOrderResult(_message.Message):
    __slots__ = ("recorded", "refusal")
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    recorded: RecordOrderResponse
    refusal: _kit_pb2.Refusal
    def __init__(self, recorded: _Optional[_Union[RecordOrderResponse, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class RecordedOrder(_message.Message):
    __slots__ = ("source", "order_id", "programme_id", "member_id", "earned", "lines", "tier_at_payment", "tier_after", "paid_at", "recorded_at", "total", "channel", "completed")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    EARNED_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TIER_AT_PAYMENT_FIELD_NUMBER: _ClassVar[int]
    TIER_AFTER_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    programme_id: str
    member_id: str
    earned: _containers.RepeatedCompositeFieldContainer[EarnedPoints]
    lines: _containers.RepeatedCompositeFieldContainer[RecordedLine]
    tier_at_payment: str
    tier_after: str
    paid_at: _timestamp_pb2.Timestamp
    recorded_at: _timestamp_pb2.Timestamp
    total: _kit_pb2.Money
    channel: str
    completed: bool
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., earned: _Optional[_Iterable[_Union[EarnedPoints, _Mapping]]] = ..., lines: _Optional[_Iterable[_Union[RecordedLine, _Mapping]]] = ..., tier_at_payment: _Optional[str] = ..., tier_after: _Optional[str] = ..., paid_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., total: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., channel: _Optional[str] = ..., completed: _Optional[bool] = ...) -> None: ...

class RecordedLine(_message.Message):
    __slots__ = ("line_id", "sku", "quantity", "money", "refunded", "earned")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    MONEY_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    EARNED_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    sku: str
    quantity: int
    money: _kit_pb2.Money
    refunded: _kit_pb2.Money
    earned: _containers.RepeatedCompositeFieldContainer[EarnedPoints]
    def __init__(self, line_id: _Optional[str] = ..., sku: _Optional[str] = ..., quantity: _Optional[int] = ..., money: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., refunded: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., earned: _Optional[_Iterable[_Union[EarnedPoints, _Mapping]]] = ...) -> None: ...

class EarnedPoints(_message.Message):
    __slots__ = ("currency", "points", "pending", "balance_after")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    currency: str
    points: int
    pending: bool
    balance_after: int
    def __init__(self, currency: _Optional[str] = ..., points: _Optional[int] = ..., pending: _Optional[bool] = ..., balance_after: _Optional[int] = ...) -> None: ...

class CompleteOrderRequest(_message.Message):
    __slots__ = ("source", "order_id", "completed_at")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_AT_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    completed_at: _timestamp_pb2.Timestamp
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., completed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CompleteOrderResponse(_message.Message):
    __slots__ = ("order", "matured", "replayed")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    MATURED_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    order: RecordedOrder
    matured: _containers.RepeatedCompositeFieldContainer[EarnedPoints]
    replayed: bool
    def __init__(self, order: _Optional[_Union[RecordedOrder, _Mapping]] = ..., matured: _Optional[_Iterable[_Union[EarnedPoints, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class RecordRefundRequest(_message.Message):
    __slots__ = ("source", "order_id", "refund_id", "lines", "amount", "refunded_at")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_AT_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    refund_id: str
    lines: RefundedLines
    amount: _kit_pb2.Money
    refunded_at: _timestamp_pb2.Timestamp
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., lines: _Optional[_Union[RefundedLines, _Mapping]] = ..., amount: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., refunded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RefundedLines(_message.Message):
    __slots__ = ("lines",)
    LINES_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[RefundedLine]
    def __init__(self, lines: _Optional[_Iterable[_Union[RefundedLine, _Mapping]]] = ...) -> None: ...

class RefundedLine(_message.Message):
    __slots__ = ("line_id", "money")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    MONEY_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    money: _kit_pb2.Money
    def __init__(self, line_id: _Optional[str] = ..., money: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class RecordRefundResponse(_message.Message):
    __slots__ = ("refund_id", "member_id", "refunded", "refundable", "taken_back", "replayed", "returned")
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    REFUNDABLE_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    member_id: str
    refunded: _kit_pb2.Money
    refundable: _kit_pb2.Money
    taken_back: _containers.RepeatedCompositeFieldContainer[TakenBackPoints]
    replayed: bool
    returned: _containers.RepeatedCompositeFieldContainer[ReturnedPoints]
    def __init__(self, refund_id: _Optional[str] = ..., member_id: _Optional[str] = ..., refunded: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., refundable: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., taken_back: _Optional[_Iterable[_Union[TakenBackPoints, _Mapping]]] = ..., replayed: _Optional[bool] = ..., returned: _Optional[_Iterable[_Union[ReturnedPoints, _Mapping]]] = ...) -> None: ...

class ReturnedPoints(_message.Message):
    __slots__ = ("currency", "points")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    currency: str
    points: int
    def __init__(self, currency: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...

class TakenBackPoints(_message.Message):
    __slots__ = ("currency", "points", "became_debt", "written_off", "balance_after")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    BECAME_DEBT_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_OFF_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    currency: str
    points: int
    became_debt: int
    written_off: int
    balance_after: int
    def __init__(self, currency: _Optional[str] = ..., points: _Optional[int] = ..., became_debt: _Optional[int] = ..., written_off: _Optional[int] = ..., balance_after: _Optional[int] = ...) -> None: ...

class GetOrderRequest(_message.Message):
    __slots__ = ("source", "order_id")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class GetOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: RecordedOrder
    def __init__(self, order: _Optional[_Union[RecordedOrder, _Mapping]] = ...) -> None: ...

class GetOrderTotalsRequest(_message.Message):
    __slots__ = ("programme_id", "source")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    source: str
    def __init__(self, programme_id: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class GetOrderTotalsResponse(_message.Message):
    __slots__ = ("orders", "zero_value_orders", "members", "spend", "refunded", "earned")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    ZERO_VALUE_ORDERS_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    SPEND_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    EARNED_FIELD_NUMBER: _ClassVar[int]
    orders: int
    zero_value_orders: int
    members: int
    spend: _kit_pb2.Money
    refunded: _kit_pb2.Money
    earned: _containers.RepeatedCompositeFieldContainer[EarnedPoints]
    def __init__(self, orders: _Optional[int] = ..., zero_value_orders: _Optional[int] = ..., members: _Optional[int] = ..., spend: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., refunded: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., earned: _Optional[_Iterable[_Union[EarnedPoints, _Mapping]]] = ...) -> None: ...
