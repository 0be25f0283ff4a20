from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import benefits_pb2 as _benefits_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TierRule(_message.Message):
    __slots__ = ("key", "name", "conditions", "multiplier", "benefits")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    BENEFITS_FIELD_NUMBER: _ClassVar[int]
    key: str
    name: _kit_pb2.LocalizedText
    conditions: _containers.RepeatedCompositeFieldContainer[TierCondition]
    multiplier: str
    benefits: _containers.RepeatedCompositeFieldContainer[_benefits_pb2.Benefit]
    def __init__(self, key: _Optional[str] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., conditions: _Optional[_Iterable[_Union[TierCondition, _Mapping]]] = ..., multiplier: _Optional[str] = ..., benefits: _Optional[_Iterable[_Union[_benefits_pb2.Benefit, _Mapping]]] = ...) -> None: ...

class TierCondition(_message.Message):
    __slots__ = ("metric", "at_least")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    metric: str
    at_least: int
    def __init__(self, metric: _Optional[str] = ..., at_least: _Optional[int] = ...) -> None: ...
