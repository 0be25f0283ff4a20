from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class ListBirthdayPurposesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListBirthdayPurposesResponse(_message.Message):
    __slots__ = ("of_months",)
    OF_MONTHS_FIELD_NUMBER: _ClassVar[int]
    of_months: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, of_months: _Optional[_Iterable[str]] = ...) -> None: ...
