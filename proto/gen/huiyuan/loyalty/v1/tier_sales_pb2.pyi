from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TierSale(_message.Message):
    __slots__ = ("validity", "prices", "renewal_window", "waiver")
    VALIDITY_FIELD_NUMBER: _ClassVar[int]
    PRICES_FIELD_NUMBER: _ClassVar[int]
    RENEWAL_WINDOW_FIELD_NUMBER: _ClassVar[int]
    WAIVER_FIELD_NUMBER: _ClassVar[int]
    validity: str
    prices: _containers.RepeatedCompositeFieldContainer[PriceStep]
    renewal_window: str
    waiver: FeeWaiver
    def __init__(self, validity: _Optional[str] = ..., prices: _Optional[_Iterable[_Union[PriceStep, _Mapping]]] = ..., renewal_window: _Optional[str] = ..., waiver: _Optional[_Union[FeeWaiver, _Mapping]] = ...) -> None: ...

class PriceStep(_message.Message):
    __slots__ = ("score_from", "price")
    SCORE_FROM_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    score_from: int
    price: _kit_pb2.Money
    def __init__(self, score_from: _Optional[int] = ..., price: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class FeeWaiver(_message.Message):
    __slots__ = ("spend_at_least",)
    SPEND_AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    spend_at_least: _kit_pb2.Money
    def __init__(self, spend_at_least: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...
