from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EarnRounding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EARN_ROUNDING_UNSPECIFIED: _ClassVar[EarnRounding]
    EARN_ROUNDING_WHOLE_STEPS: _ClassVar[EarnRounding]
    EARN_ROUNDING_PROPORTIONAL: _ClassVar[EarnRounding]
EARN_ROUNDING_UNSPECIFIED: EarnRounding
EARN_ROUNDING_WHOLE_STEPS: EarnRounding
EARN_ROUNDING_PROPORTIONAL: EarnRounding

class EarnRule(_message.Message):
    __slots__ = ("key", "currency", "points", "per", "rounding", "tier_multiplied")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    PER_FIELD_NUMBER: _ClassVar[int]
    ROUNDING_FIELD_NUMBER: _ClassVar[int]
    TIER_MULTIPLIED_FIELD_NUMBER: _ClassVar[int]
    key: str
    currency: str
    points: int
    per: _kit_pb2.Money
    rounding: EarnRounding
    tier_multiplied: bool
    def __init__(self, key: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., per: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., rounding: _Optional[_Union[EarnRounding, str]] = ..., tier_multiplied: _Optional[bool] = ...) -> None: ...
