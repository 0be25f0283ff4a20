from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BenefitKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BENEFIT_KIND_UNSPECIFIED: _ClassVar[BenefitKind]
    BENEFIT_KIND_ECONOMIC: _ClassVar[BenefitKind]
    BENEFIT_KIND_STATUS: _ClassVar[BenefitKind]
    BENEFIT_KIND_FUNCTIONAL: _ClassVar[BenefitKind]
    BENEFIT_KIND_ACCESS: _ClassVar[BenefitKind]
BENEFIT_KIND_UNSPECIFIED: BenefitKind
BENEFIT_KIND_ECONOMIC: BenefitKind
BENEFIT_KIND_STATUS: BenefitKind
BENEFIT_KIND_FUNCTIONAL: BenefitKind
BENEFIT_KIND_ACCESS: BenefitKind

class Benefit(_message.Message):
    __slots__ = ("key", "kind", "name")
    KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    key: str
    kind: BenefitKind
    name: _kit_pb2.LocalizedText
    def __init__(self, key: _Optional[str] = ..., kind: _Optional[_Union[BenefitKind, str]] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ...) -> None: ...
