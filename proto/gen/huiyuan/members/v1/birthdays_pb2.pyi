from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class ListBirthdaysRequest(_message.Message):
    __slots__ = ("on", "first", "after")
    ON_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    on: str
    first: int
    after: str
    def __init__(self, on: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListBirthdaysResponse(_message.Message):
    __slots__ = ("member_ids", "has_next_page", "end")
    MEMBER_IDS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    member_ids: _containers.RepeatedScalarFieldContainer[str]
    has_next_page: bool
    end: str
    def __init__(self, member_ids: _Optional[_Iterable[str]] = ..., has_next_page: _Optional[bool] = ..., end: _Optional[str] = ...) -> None: ...
