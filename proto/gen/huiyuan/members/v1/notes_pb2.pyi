import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AddNoteRequest(_message.Message):
    __slots__ = ("member_id", "text", "corrects", "idempotency_key")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CORRECTS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    text: str
    corrects: str
    idempotency_key: str
    def __init__(self, member_id: _Optional[str] = ..., text: _Optional[str] = ..., corrects: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AddNoteResponse(_message.Message):
    __slots__ = ("note", "replayed")
    NOTE_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    note: Note
    replayed: bool
    def __init__(self, note: _Optional[_Union[Note, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListNotesRequest(_message.Message):
    __slots__ = ("member_id", "first", "after")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    first: int
    after: str
    def __init__(self, member_id: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListNotesResponse(_message.Message):
    __slots__ = ("notes", "has_next_page")
    NOTES_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    notes: _containers.RepeatedCompositeFieldContainer[Note]
    has_next_page: bool
    def __init__(self, notes: _Optional[_Iterable[_Union[Note, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class Note(_message.Message):
    __slots__ = ("note_id", "author", "written_at", "text", "corrects")
    NOTE_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_AT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CORRECTS_FIELD_NUMBER: _ClassVar[int]
    note_id: str
    author: str
    written_at: _timestamp_pb2.Timestamp
    text: str
    corrects: str
    def __init__(self, note_id: _Optional[str] = ..., author: _Optional[str] = ..., written_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., text: _Optional[str] = ..., corrects: _Optional[str] = ...) -> None: ...
