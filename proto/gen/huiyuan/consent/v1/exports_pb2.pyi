from huiyuan.kit.v1 import exports_pb2 as _exports_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExportMemberRequest(_message.Message):
    __slots__ = ("member_id", "after")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    after: str
    def __init__(self, member_id: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class ExportMemberResponse(_message.Message):
    __slots__ = ("tables", "next")
    TABLES_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    tables: _containers.RepeatedCompositeFieldContainer[_exports_pb2.ExportedTable]
    next: str
    def __init__(self, tables: _Optional[_Iterable[_Union[_exports_pb2.ExportedTable, _Mapping]]] = ..., next: _Optional[str] = ...) -> None: ...
